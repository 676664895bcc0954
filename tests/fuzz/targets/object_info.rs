//! Any text as a catalog: what is read is written as it was, and a graph can be checked against it.
#![no_main]

use comfyc::catalog::Catalog;
use comfyc::check;
use comfyc::front::api;
use comfyc::interface::propose;
use comfyc::source::{Source, Sources, Syntax};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    let source = Source::new("object_info.json", Syntax::Json, text);
    let id = sources.add(source.clone());
    let (catalog, _) = Catalog::parse(&source, id);
    let _ = catalog.problems(id);
    let written = catalog.to_object_info();
    let again = Source::new("again.json", Syntax::Json, written.to_string());
    let (read, _) = Catalog::parse(&again, sources.add(again.clone()));
    assert_eq!(read.to_object_info(), written);

    // One node of each class, with nothing and with something to judge.
    let nodes: Vec<String> = catalog
        .classes()
        .take(50)
        .enumerate()
        .map(|(i, class)| {
            let inputs = class.inputs.settable().map(|(name, _, _)| format!("{:?}:[\"0\",0]", name));
            format!("\"{i}\":{{\"class_type\":{:?},\"inputs\":{{{}}}}}", class.name, inputs.collect::<Vec<_>>().join(","))
        })
        .collect();
    let prompt = Source::new("prompt.json", Syntax::Json, format!("{{{}}}", nodes.join(",")));
    let (graph, _) = api::parse(&prompt, sources.add(prompt.clone()));
    propose(&graph, &catalog);
    let _ = check::graph(graph, &catalog);
});
