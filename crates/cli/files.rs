//! Reading files: regular ones and stdin, and nothing outside the folder that a document may name.

use std::io::{self, BufReader, Read};
use std::path::Path;

use comfyc::compiler::{Compiler, Document, File};
use comfyc::front::media::{self, Form};
use comfyc::source::{Origin, Source, Sources, Syntax};
use comfyc_client::named;

use crate::Failure;

/// The name of stdin on the command line, and in reports.
const STDIN: (&str, &str) = ("-", "stdin");

/// Reads a file for the compiler.
pub(crate) fn read(file: File<'_>) -> io::Result<Vec<u8>> {
    match file.within() {
        Some(folder) => comfyc_files::read_within(Path::new(folder), Path::new(file.path())),
        None => regular(file.path()),
    }
}

/// The bytes of a regular file: reading a device or a pipe may never end.
fn regular(path: &str) -> io::Result<Vec<u8>> {
    comfyc_files::read(Path::new(path)).map_err(with_advice)
}

fn with_advice(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::InvalidInput => {
            io::Error::new(error.kind(), "it is not a regular file; a pipe can be read as `-`")
        }
        _ => error,
    }
}

/// A file that the caller names, or stdin for `-`, to be read line by line.
pub(crate) fn lines(path: &str) -> Result<BufReader<Box<dyn Read>>, Failure> {
    let input: Box<dyn Read> = if path == STDIN.0 {
        Box::new(io::stdin().lock())
    } else {
        let opened = comfyc_files::open(Path::new(path)).map_err(with_advice);
        Box::new(opened.map_err(|source| Failure::File { path: path.to_owned(), source })?)
    };
    Ok(BufReader::with_capacity(1 << 16, input))
}

/// The bytes of a file that the caller names, or of stdin for `-`.
pub(crate) fn bytes(path: &str) -> Result<Vec<u8>, Failure> {
    let read = if path == STDIN.0 { stdin() } else { regular(path) };
    read.map_err(|source| Failure::File { path: path.to_owned(), source })
}

fn stdin() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The document at a path, or the one on stdin for `-`; with the interface of a graph alone, where the caller names one.
pub(crate) fn document(
    compiler: &Compiler,
    path: &str,
    interface: Option<&Path>,
    read: impl Fn(File<'_>) -> io::Result<Vec<u8>>,
) -> Result<Document, Failure> {
    let interface = interface.map(|path| path.display().to_string());
    for path in interface.iter().map(String::as_str).chain([path]) {
        shows_no_secret(path)?;
    }
    if path != STDIN.0 {
        return Ok(match interface {
            Some(interface) => compiler.open_with(path, &interface, read),
            None => compiler.open(path, read),
        });
    }
    let bytes = bytes(path)?;
    Ok(match interface {
        Some(interface) => compiler.parse_with(STDIN.1, bytes, &interface, read),
        None => compiler.parse(STDIN.1, bytes),
    })
}

/// Refuses the address of a document with a password in it: no document is at an address, and reports name it as it is given.
pub(crate) fn shows_no_secret(path: &str) -> Result<(), Failure> {
    let shown = named(path);
    if shown == path {
        return Ok(());
    }
    Err(Failure::Usage(format!("{shown}: a document is a file, and this is an address")))
}

/// The document at a path, its texts behind others; stdin is not among them.
pub(crate) fn document_after(
    sources: &Sources,
    compiler: &Compiler,
    path: &str,
) -> Result<Document, Failure> {
    if path == STDIN.0 {
        return Err(Failure::Usage("stdin cannot be one of several workflows".to_owned()));
    }
    shows_no_secret(path)?;
    Ok(compiler.open_after(sources, path, read))
}

/// The interface at a path, without its graph, or the one on stdin for `-`.
pub(crate) fn interface(compiler: &Compiler, path: &str) -> Result<Document, Failure> {
    if path == STDIN.0 {
        return Ok(compiler.parse(STDIN.1, bytes(path)?));
    }
    shows_no_secret(path)?;
    Ok(compiler.open_interface(path, read))
}

/// The bytes of a payload at a path, or on stdin for `-`.
pub(crate) fn payload(path: &str, read: impl Fn(File<'_>) -> io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
    if path == STDIN.0 { stdin() } else { read(File::named(path)) }
}

/// The bytes of a prompt: those of the file, or the text inside of a media file.
pub(crate) fn prompt(path: &str) -> Result<Vec<u8>, Failure> {
    let bytes = bytes(path)?;
    let Some(container) = media::detect(&bytes) else { return Ok(bytes) };
    let nowhere = Origin::offset(Sources::default().add(Source::new(path, Syntax::Json, "")), 0);
    let (embedded, _) = media::read(&bytes, container, &nowhere);
    match embedded.text(Form::Prompt) {
        Some(prompt) => Ok(prompt.as_bytes().to_vec()),
        None => Err(Failure::Usage(format!("{path}: this {container} file holds no prompt"))),
    }
}

/// How a path is named in reports.
pub(crate) fn shown(path: &str) -> &str {
    if path == STDIN.0 { STDIN.1 } else { path }
}
