//! Whether a path stays in its folder.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

/// The real path of `path` if it is `folder` or lies below it, however many links lead there; `None` if it lies elsewhere.
///
/// Fails when either does not exist. Open the path that is returned, not the one that was asked about.
pub fn within(folder: &Path, path: &Path) -> io::Result<Option<PathBuf>> {
    let folder = named(folder).canonicalize()?;
    let path = path.canonicalize()?;
    Ok(path.starts_with(folder).then_some(path))
}

/// The bytes of a file that must be in `folder` or below it, because a document and not the caller names it.
pub fn read_within(folder: &Path, path: &Path) -> io::Result<Vec<u8>> {
    match within(folder, path)? {
        Some(path) => read(&path),
        None => Err(refused("it leads out of the folder of the document that names it")),
    }
}

/// The files and folders in `folder`, sorted. Passed over is what is neither, a link to a folder, which could lead round in a
/// circle, and a link that leads out.
pub fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut inside = Vec::new();
    for entry in fs::read_dir(named(folder))? {
        let entry = entry?;
        let (kind, path) = (entry.file_type()?, folder.join(entry.file_name()));
        let leads_to_file = || path.is_file() && matches!(within(folder, &path), Ok(Some(_)));
        if kind.is_dir() || kind.is_file() || (kind.is_symlink() && leads_to_file()) {
            inside.push(path);
        }
    }
    inside.sort();
    Ok(inside)
}

/// The bytes of a file. A device or FIFO, which may never end, is refused.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    only_file(path)?;
    fs::read(path)
}

/// A file to be read piece by piece. A device or FIFO is refused.
pub fn open(path: &Path) -> io::Result<fs::File> {
    only_file(path)?;
    fs::File::open(path)
}

fn only_file(path: &Path) -> io::Result<()> {
    let found = fs::metadata(path)?;
    if found.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    if !found.is_file() {
        return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a regular file"));
    }
    Ok(())
}

/// Whether `name` is the name of a file and not a path.
pub(crate) fn is_plain_name(name: &Path) -> bool {
    let mut components = name.components();
    let one = matches!(components.next(), Some(Component::Normal(only)) if only == name.as_os_str());
    one && components.next().is_none()
}

/// The parent of a file in the working directory is an empty path, which no system call takes.
pub(crate) fn named(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

pub(crate) fn refused(why: &str) -> io::Error {
    io::Error::new(ErrorKind::PermissionDenied, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_has_no_folder() {
        for (name, expected) in [
            ("a.json", true),
            ("-", true),
            ("a\nb", true),
            ("", false),
            (".", false),
            ("..", false),
            ("a/b", false),
            ("a/", false),
            ("./a", false),
            ("/a", false),
        ] {
            assert_eq!(is_plain_name(Path::new(name)), expected, "{name}");
        }
    }

    #[test]
    fn a_path_is_within_its_folder_or_is_not() {
        let root = tempfile::tempdir().unwrap();
        let (folder, outside) = (root.path().join("folder"), root.path().join("folder-2"));
        fs::create_dir_all(folder.join("sub")).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(folder.join("sub/a"), "").unwrap();
        fs::write(outside.join("a"), "").unwrap();
        let found = |path: &Path| within(&folder, path).unwrap().is_some();
        assert!(found(&folder.join("sub/a")) && found(&folder.join("sub/../sub/a")) && found(&folder));
        assert!(!found(&outside.join("a")) && !found(&folder.join("../folder-2/a")));
        assert!(within(&folder, &folder.join("missing")).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_counts_as_what_it_leads_to() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let (folder, outside) = (root.path().join("folder"), root.path().join("outside"));
        fs::create_dir(&folder).unwrap();
        fs::create_dir(&outside).unwrap();
        fs::write(folder.join("a"), "").unwrap();
        fs::write(outside.join("a"), "").unwrap();
        symlink("a", folder.join("in")).unwrap();
        symlink("../outside/a", folder.join("out")).unwrap();
        symlink("../outside", folder.join("folder")).unwrap();
        symlink(&folder, root.path().join("other name")).unwrap();
        let found = |path: &str| within(&folder, &root.path().join(path)).unwrap().is_some();
        assert!(found("folder/in") && found("other name/a"));
        assert!(!found("folder/out") && !found("folder/folder/a"));
        assert!(within(&root.path().join("other name"), &folder.join("a")).unwrap().is_some());
    }

    #[cfg(unix)]
    #[test]
    fn what_lies_in_a_folder_leads_out_of_it_nowhere() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("folder");
        fs::create_dir_all(folder.join("sub")).unwrap();
        fs::write(folder.join("a"), "").unwrap();
        fs::write(root.path().join("outside"), "").unwrap();
        symlink("a", folder.join("in")).unwrap();
        symlink("../outside", folder.join("out")).unwrap();
        symlink("..", folder.join("sub/up")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(root.path().join("socket")).unwrap();
        symlink("../socket", folder.join("socket")).unwrap();
        symlink("missing", folder.join("dangling")).unwrap();
        let names: Vec<_> = entries(&folder).unwrap();
        assert_eq!(names, ["a", "in", "sub"].map(|name| folder.join(name)));
        assert!(entries(&folder.join("sub")).unwrap().is_empty());
        for (name, expected) in [
            ("a", true),
            ("./in", true),
            ("sub/up/a", true),
            ("missing", false),
            ("out", false),
            ("socket", false),
            ("../outside", false),
            ("/etc", false),
        ] {
            assert_eq!(read_within(&folder, &folder.join(name)).is_ok(), expected, "{name}");
        }
        assert_eq!(read(&folder.join("socket")).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert!(read(&folder.join("a")).is_ok() && read(&folder).is_err());
    }
}
