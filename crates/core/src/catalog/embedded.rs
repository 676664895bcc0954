//! The catalog that ships with the crate, derived from real servers' `/object_info` by `cargo xtask codegen`.

use super::Catalog;
use crate::source::{Source, Sources, Syntax};

/// ComfyUI itself, then one snapshot for each pack.
const SNAPSHOTS: [(&str, &str); 3] = [
    ("embedded ComfyUI catalog", include_str!("embedded/comfyui.json")),
    ("embedded KJNodes catalog", include_str!("embedded/kjnodes.json")),
    ("embedded VideoHelperSuite catalog", include_str!("embedded/videohelpersuite.json")),
];

pub(super) fn catalog() -> Catalog {
    let mut whole = Catalog::default();
    for (name, text) in SNAPSHOTS {
        let source = Source::new(name, Syntax::Json, text);
        let id = Sources::default().add(source.clone());
        let (catalog, _) = Catalog::parse(&source, id);
        if whole.of.is_none() {
            whole.of.clone_from(&catalog.of);
        }
        whole.extend_from(&catalog);
    }
    whole
}
