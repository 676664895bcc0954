//! The documents that a build script names, read and checked; each is told to cargo.

use std::fs;
use std::path::{Path, PathBuf};

use comfyc::check::{self, Checked};
use comfyc::diagnostic::{Diagnostics, Problem};
use comfyc::front::document::{self, Document};
use comfyc::front::manifest;
use comfyc::front::published::Published;
use comfyc::interface::Interface;
use comfyc::source::{Origin, Pointer, Source, SourceId, Sources, Syntax};

use crate::{Failed, Result, output};

/// Texts that were read, and what is wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    sources: Sources,
    diagnostics: Diagnostics,
}

impl Documents {
    /// The interface that a published schema or an `interface.toml` says, or the folder that holds one.
    pub(crate) fn interface(mut self, path: &Path) -> Result<Checked<Interface>> {
        let interface = match manifest_of(path) {
            Some(path) => self.manifest(&path)?.map(|described| described.interface),
            None => self.published(path)?,
        };
        let Some(interface) = interface.filter(|_| !self.diagnostics.has_errors()) else {
            return Err(self.refused());
        };
        check::published(interface).map_err(|rejected| {
            self.diagnostics.append(rejected.diagnostics);
            self.refused()
        })
    }

    fn published(&mut self, path: &Path) -> Result<Option<Interface>> {
        let id = self.read(path, Syntax::Json)?;
        let Some(source) = self.sources.get(id) else { return Ok(None) };
        let (document, found) = document::parse(source, id);
        self.diagnostics.append(found);
        match document {
            Some(Document::Published(Published::Input(interface))) => return Ok(Some(interface)),
            Some(_) => self.unsupported(id, "inputs are generated from a published input schema"),
            None => {}
        }
        Ok(None)
    }

    fn manifest(&mut self, path: &Path) -> Result<Option<manifest::Described>> {
        let id = self.read(path, Syntax::Toml)?;
        let Some(source) = self.sources.get(id) else { return Ok(None) };
        let (described, found) = manifest::parse(source, id);
        self.diagnostics.append(found);
        Ok(described)
    }

    fn unsupported(&mut self, id: SourceId, found: &str) {
        let problem = Problem::UnsupportedDocument { found: found.to_owned(), hint: None };
        self.diagnostics.report(problem, Some(Origin::value(id, Pointer::root())));
    }

    fn read(&mut self, path: &Path, syntax: Syntax) -> Result<SourceId> {
        output::depends_on(path);
        let text = fs::read_to_string(path).map_err(|error| Failed::file(path, error))?;
        Ok(self.sources.add(Source::new(path.display().to_string(), syntax, text)))
    }

    fn refused(self) -> Failed {
        Failed::refused(self.diagnostics, self.sources)
    }
}

/// The manifest that a path means: the file itself, or the one in a folder.
fn manifest_of(path: &Path) -> Option<PathBuf> {
    if path.extension().is_some_and(|extension| extension == "toml") {
        return Some(path.to_owned());
    }
    let inside = path.join(manifest::FILE);
    inside.is_file().then_some(inside)
}
