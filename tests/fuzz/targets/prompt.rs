//! Any text as a document: whatever it is, it is read, checked, answered as a server would, and written, without a panic.
//! What was accepted is accepted again after it was written.
#![no_main]

use std::sync::LazyLock;

use comfyc::back::{Layout, prompt};
use comfyc::catalog::Catalog;
use comfyc::check::{self, server};
use comfyc::diagnostic::render;
use comfyc::front::document::{self, Document};
use comfyc::front::ui;
use comfyc::source::{Source, Sources, Syntax};
use libfuzzer_sys::fuzz_target;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

fuzz_target!(|text: &str| {
    if let Ok(json) = server::json(text) {
        let _ = server::verdict(&json, &CATALOG, &server::VerdictOptions::default()).to_json();
    }
    let mut sources = Sources::default();
    let source = Source::new("fuzz.json", Syntax::Json, text);
    let id = sources.add(source.clone());
    let (document, diagnostics) = document::parse(&source, id, &CATALOG, &ui::Options::default());
    render(&diagnostics, &sources);
    let Some(Document::Prompt(graph)) = document else { return };
    match check::graph(graph, &CATALOG) {
        Ok(checked) => {
            let written = prompt::write(&checked, Layout::Pretty);
            let again = Source::new("again.json", Syntax::Json, written);
            let (graph, _) = comfyc::front::api::parse(&again, sources.add(again.clone()));
            assert!(check::graph(graph, &CATALOG).is_ok());
        }
        Err(rejected) => {
            render(&rejected.diagnostics, &sources);
        }
    }
});
