//! Writing a file: the new text goes into a new file beside it, which then takes its name.

use std::fs::{self, File, OpenOptions, Permissions};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::place::{is_plain_name, named, refused, within};

/// Links that are followed one after the other before they count as a circle; Linux allows as many.
const MOST_LINKS: usize = 40;

/// Writes a file that the caller names, anywhere: whole or not at all.
///
/// What was there stays until then, and its permissions are kept. Through a link, the file that it leads to is replaced;
/// a link that leads nowhere is refused, and so are a folder and a file that cannot be written into. What is no file
/// (`/dev/null`, `/dev/stdout`, a FIFO) is written into.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match seen(path)? {
        Seen::Nothing => replace(path, None, bytes, true),
        Seen::File { path, permissions } => replace(&path, Some(permissions), bytes, true),
        // Appending is the one way not to destroy what a shell redirected to.
        Seen::Stream => OpenOptions::new().append(true).open(path)?.write_all(bytes),
    }
}

/// Writes the file `name` in `folder`, whole or not at all, unless it holds these bytes already.
///
/// Refused are a link that leads out of the folder or nowhere, what is no regular file, and a file that cannot be written
/// into. A file that replaces another is on the disk before it does, so one of the two survives a power failure; a new one is
/// not waited for, since whoever made it can make it again.
pub fn put(folder: &Path, name: &Path, bytes: &[u8]) -> io::Result<()> {
    if !is_plain_name(name) {
        return Err(refused("it is not the name of a file"));
    }
    let path = named(folder).join(name);
    let (path, permissions) = match seen(&path)? {
        Seen::Nothing => (path, None),
        Seen::File { path, permissions } if within(folder, &path)?.is_some() => (path, Some(permissions)),
        Seen::File { .. } => return Err(refused("it is a link that leads out of its folder")),
        Seen::Stream => return Err(refused("it is not a regular file")),
    };
    if permissions.is_some() && fs::read(&path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    replace(&path, permissions, bytes, false)
}

/// Writes new contents into a file that is there, under the rules of [`put`] for the folder that it is in.
pub fn edit(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| refused("it has no name"))?;
    put(path.parent().unwrap_or(Path::new("")), Path::new(name), bytes)
}

/// What is found at a path.
enum Seen {
    Nothing,
    /// A regular file at its real path.
    File {
        path: PathBuf,
        permissions: Permissions,
    },
    /// A device, FIFO or socket, or a file that this process has open already (`/dev/stdout`).
    Stream,
}

fn seen(path: &Path) -> io::Result<Seen> {
    let is_link = match fs::symlink_metadata(path) {
        Ok(found) => found.is_symlink(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Seen::Nothing),
        Err(error) => return Err(error),
    };
    let found = fs::metadata(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound if is_link => refused("it is a link that leads nowhere"),
        _ => error,
    })?;
    if found.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    if !found.is_file() || (is_link && is_descriptor(path)?) {
        return Ok(Seen::Stream);
    }
    let path = if is_link { path.canonicalize()? } else { path.to_owned() };
    Ok(Seen::File { path, permissions: found.permissions() })
}

/// Whether a link leads to a file by way of an open descriptor, as `/dev/stdout` does.
fn is_descriptor(path: &Path) -> io::Result<bool> {
    let mut at = path.to_owned();
    for _ in 0..MOST_LINKS {
        let folder = named(at.parent().unwrap_or(Path::new(""))).canonicalize()?;
        if folder.starts_with("/proc") || folder == Path::new("/dev/fd") {
            return Ok(true);
        }
        let Ok(next) = fs::read_link(&at) else { break };
        at = folder.join(next);
    }
    Ok(false)
}

/// Puts a file with these bytes in the place of `path`, where there is a file of these permissions or nothing.
fn replace(path: &Path, old: Option<Permissions>, bytes: &[u8], wait: bool) -> io::Result<()> {
    if let Some(old) = &old {
        // A name can be taken from a file that may not be written into. Nobody who protected it wants that.
        if old.readonly() {
            return Err(refused("it is read-only"));
        }
        OpenOptions::new().write(true).open(path)?;
    }
    let (beside, mut file) = Beside::new(named(path.parent().unwrap_or(Path::new(""))))?;
    let wait = wait || old.is_some();
    if let Some(old) = old {
        // Before anything is in it: what nobody else may read they may not read meanwhile either.
        file.set_permissions(old)?;
    }
    file.write_all(bytes)?;
    if wait {
        file.sync_all()?;
    }
    drop(file);
    beside.become_file(path)
}

/// A new file with a name that nobody can foresee, which is removed unless it takes another.
struct Beside(Option<PathBuf>);

impl Beside {
    fn new(folder: &Path) -> io::Result<(Self, File)> {
        let mut tries = 0;
        loop {
            let chance = RandomState::new().build_hasher().finish();
            let path = folder.join(format!(".comfyc-{chance:016x}"));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists && tries < 16 => tries += 1,
                opened => return opened.map(|file| (Self(Some(path)), file)),
            }
        }
    }

    fn become_file(mut self, path: &Path) -> io::Result<()> {
        if let Some(own) = &self.0 {
            fs::rename(own, path)?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // The failure that led here is the one to tell of.
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names in a folder, sorted.
    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_written_anew_and_again_and_nothing_remains_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        for text in ["one", "two"] {
            write(&path, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            put(folder.path(), Path::new("b"), text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(folder.path().join("b")).unwrap(), text);
        }
        edit(&path, b"three").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "three");
        assert_eq!(names(folder.path()), ["a", "b"]);
    }

    #[test]
    fn a_file_that_holds_the_bytes_already_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "text").unwrap();
        let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
        put(folder.path(), Path::new("a"), b"text").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), long_ago);
        put(folder.path(), Path::new("a"), b"other").unwrap();
        assert_ne!(fs::metadata(&path).unwrap().modified().unwrap(), long_ago);
    }

    #[test]
    fn what_fails_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("taken")).unwrap();
        fs::write(folder.path().join("taken/a"), "").unwrap();
        assert!(write(&folder.path().join("taken"), b"x").is_err());
        assert!(write(&folder.path().join("missing/a"), b"x").is_err());
        assert!(put(folder.path(), Path::new("../a"), b"x").is_err());
        assert!(put(folder.path(), Path::new("taken"), b"x").is_err());
        let (beside, file) = Beside::new(folder.path()).unwrap();
        drop(file);
        assert!(beside.become_file(&folder.path().join("taken")).is_err());
        assert_eq!(names(folder.path()), ["taken"]);
    }

    #[test]
    fn a_read_only_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "kept").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        for written in [write(&path, b"x"), put(folder.path(), Path::new("a"), b"x"), edit(&path, b"x")] {
            assert_eq!(written.unwrap_err().kind(), ErrorKind::PermissionDenied);
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "kept");
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_kept() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        write(&path, b"new").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_where_the_caller_named_them_and_only_inside_where_not() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("folder");
        fs::create_dir(&folder).unwrap();
        fs::write(root.path().join("outside"), "outside").unwrap();
        fs::write(folder.join("a"), "a").unwrap();
        symlink("a", folder.join("in")).unwrap();
        symlink("../outside", folder.join("out")).unwrap();
        symlink("../missing", folder.join("dangling")).unwrap();
        symlink("circle", folder.join("circle")).unwrap();

        put(&folder, Path::new("in"), b"a2").unwrap();
        for name in ["out", "dangling", "circle"] {
            assert!(put(&folder, Path::new(name), b"x").is_err(), "{name}");
            assert!(edit(&folder.join(name), b"x").is_err(), "{name}");
        }
        assert_eq!(fs::read_to_string(root.path().join("outside")).unwrap(), "outside");

        write(&folder.join("out"), b"outside2").unwrap();
        assert!(write(&folder.join("dangling"), b"x").is_err());
        assert!(write(&folder.join("circle"), b"x").is_err());
        assert_eq!(fs::read_to_string(root.path().join("outside")).unwrap(), "outside2");
        assert_eq!(fs::read_to_string(folder.join("a")).unwrap(), "a2");
        assert!(fs::symlink_metadata(folder.join("in")).unwrap().is_symlink());
        assert!(fs::symlink_metadata(folder.join("out")).unwrap().is_symlink());
        assert_eq!(names(root.path()), ["folder", "outside"]);
        assert_eq!(names(&folder), ["a", "circle", "dangling", "in", "out"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_no_file_is_written_into() {
        use std::os::fd::AsRawFd;
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        // Nothing is written here: a test that fails must not replace a device of the machine.
        for device in ["/dev/null", "/dev/full", "/dev/tty"] {
            assert!(!matches!(seen(Path::new(device)), Ok(Seen::File { .. })), "{device}");
        }
        symlink("/dev/null", folder.path().join("null")).unwrap();
        assert!(matches!(seen(&folder.path().join("null")), Ok(Seen::Stream)));
        // What a shell would redirect to: an open file that holds something already.
        let mut log = File::create(folder.path().join("log")).unwrap();
        log.write_all(b"before ").unwrap();
        let descriptor = format!("/proc/self/fd/{}", log.as_raw_fd());
        symlink(&descriptor, folder.path().join("stdout")).unwrap();
        write(Path::new(&descriptor), b"one ").unwrap();
        write(&folder.path().join("stdout"), b"two").unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("log")).unwrap(), "before one two");
        // In a folder that was only given, it is not written into.
        assert!(put(folder.path(), Path::new("stdout"), b"x").is_err());
        assert_eq!(names(folder.path()), ["log", "null", "stdout"]);
    }

    #[test]
    fn names_beside_differ_and_never_open_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let made: Vec<_> = (0..64).map(|_| Beside::new(folder.path()).unwrap()).collect();
        assert_eq!(names(folder.path()).len(), 64);
        drop(made);
        assert!(names(folder.path()).is_empty());
    }
}
