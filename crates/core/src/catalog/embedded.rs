//! The catalog that ships with the crate, derived from real servers' `/object_info` by `cargo xtask codegen`.

use super::{Catalog, wire};
use crate::source::{Source, SourceText, Sources, Syntax};

/// ComfyUI itself, then one snapshot for each pack.
const SNAPSHOTS: [(&str, &str); 3] = [
    ("embedded ComfyUI catalog", include_str!("embedded/comfyui.json")),
    ("embedded KJNodes catalog", include_str!("embedded/kjnodes.json")),
    ("embedded VideoHelperSuite catalog", include_str!("embedded/videohelpersuite.json")),
];

pub(super) fn catalog() -> Catalog {
    let mut whole = Catalog::default();
    for (name, text) in SNAPSHOTS {
        let catalog = wire::parse_lines(&SourceText::of_program(text)).unwrap_or_else(|| parse(name, text));
        if whole.is_empty() {
            whole = catalog;
        } else {
            whole.extend_from(&catalog);
        }
    }
    whole
}

/// The catalog of a text, whatever its lines.
fn parse(name: &str, text: &str) -> Catalog {
    let source = Source::new(name, Syntax::Json, text);
    let id = Sources::default().add(source.clone());
    Catalog::parse(&source, id).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_the_json_they_are() {
        for (name, text) in SNAPSHOTS {
            let catalog = wire::parse_lines(&text.into()).expect("it is laid out so");
            assert_eq!(catalog.to_snapshot(), parse(name, text).to_snapshot());
            assert_eq!(catalog.to_snapshot(), text);
        }
    }

    #[test]
    fn another_layout_is_read_as_json() {
        let ruled = r#"{"comfyc_catalog":1,|"classes":{|"A":{},|"B":{}|},|"replacements":{|"C":[{"new_node_id":"A"}]|}}|"#;
        let text = ruled.replace('|', "\n");
        let catalog = wire::parse_lines(&text.as_str().into()).expect("it is laid out so");
        assert!(
            catalog.names().eq(["A", "B"]) && catalog.replacements("C").len() == 1 && catalog.of().is_none()
        );
        for (from, to) in
            [("\n\"A\"", " \"A\""), ("\"A\":{}", "\"A\":5"), ("\"B\"", "\"\\u0042\""), ("}}\n", "")]
        {
            assert!(wire::parse_lines(&text.replace(from, to).into()).is_none(), "{from:?}");
        }
    }
}
