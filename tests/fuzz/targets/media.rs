//! Any bytes as a media file: there is a graph or an error, and what is found can be read as a document.
#![no_main]

use comfyc::diagnostic::render;
use comfyc::front::{document, media, ui};
use comfyc::source::{Origin, Source, Sources, Syntax};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(container) = media::detect(bytes) else { return };
    let mut sources = Sources::default();
    let id = sources.add(Source::new("file", Syntax::Json, ""));
    let (embedded, diagnostics) = media::read(bytes, container, &Origin::offset(id, 0));
    assert_eq!(embedded.is_empty(), diagnostics.has_errors());
    render(&diagnostics, &sources);
    for form in [media::Form::Prompt, media::Form::Workflow] {
        if let Some((form, text)) = embedded.choose(form) {
            let source = Source::embedded("file", form.as_str(), text);
            let id = sources.add(source.clone());
            let catalog = comfyc::catalog::Catalog::default();
            render(&document::parse(&source, id, &catalog, &ui::Options::default()).1, &sources);
        }
    }
});
