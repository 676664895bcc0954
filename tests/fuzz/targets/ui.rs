//! Any text as a workflow of the editor: it becomes a graph or a report, and what it becomes can be checked and written.
#![no_main]

use std::sync::LazyLock;

use comfyc::back::{Layout, prompt};
use comfyc::catalog::Catalog;
use comfyc::check::{self, Checked};
use comfyc::front::ui::{self, Options};
use comfyc::source::{Source, Sources, Syntax};
use libfuzzer_sys::fuzz_target;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::embedded);

fuzz_target!(|text: &str| {
    let source = Source::new("workflow.json", Syntax::Json, text);
    let id = Sources::default().add(source.clone());
    let (graph, _) = ui::parse(&source, id, &CATALOG, &Options::default());
    prompt::write(&graph.clone(), Layout::Compact);
    let _ = check::graph(graph, &CATALOG);
});
