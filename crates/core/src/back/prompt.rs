//! Graph to prompt JSON, as ComfyUI's own editor exports it.
//!
//! The inverse of [`front::api`](crate::front::api). Each node is `inputs`, `class_type`, `_meta`, then whatever other fields
//! it came with; nodes and inputs in the editor's order, whatever the graph's is ([`Graph::in_editor_order`]); two spaces of
//! indentation, or one line.

use compact_str::ToCompactString;

use super::json::{Layout, Writer};
use crate::graph::{Graph, Meta, Node, Pack, Value};

/// More bytes than most nodes take.
const USUAL_NODE: usize = 1024;
/// For how many bytes there is room at most before the first is written.
const MOST_ROOM: usize = 1024 * 1024;

/// The prompt of a graph, without a final line break.
pub fn write(graph: &Graph, layout: Layout) -> String {
    let mut writer = Writer::new(layout, (USUAL_NODE * (graph.len() + 1)).min(MOST_ROOM));
    writer.open_object();
    for (id, node) in graph.in_editor_order() {
        writer.member(id.as_str());
        write_node(&mut writer, node);
    }
    writer.close_object();
    writer.into_text()
}

fn write_node(writer: &mut Writer, node: &Node) {
    writer.open_object();
    if node.has_inputs() {
        writer.member("inputs");
        writer.open_object();
        for (name, input) in node.in_editor_order() {
            writer.member(name);
            match &input.value {
                Value::Literal(literal) => writer.value(literal),
                Value::Link(link) => {
                    writer.open_list();
                    writer.element();
                    writer.string(link.node.as_str());
                    writer.element();
                    writer.bare(&link.slot.to_compact_string());
                    writer.close_list();
                }
            }
        }
        writer.close_object();
    }
    if let Some(class) = node.class() {
        writer.member("class_type");
        writer.string(class);
    }
    match node.meta() {
        Some(Meta::Title(title) | Meta::TitleAndPack(title)) => {
            writer.member("_meta");
            writer.open_object();
            writer.member("title");
            writer.string(title);
            let pack = node.pack().filter(|_| matches!(node.meta(), Some(Meta::TitleAndPack(_))));
            for (name, value) in pack.into_iter().flat_map(Pack::fields) {
                writer.member(name);
                writer.string(value);
            }
            writer.close_object();
        }
        Some(Meta::Other(meta)) => {
            writer.member("_meta");
            writer.value(meta);
        }
        None => {}
    }
    for (field, value) in node.other().into_iter().flatten() {
        writer.member(field);
        writer.value(value);
    }
    writer.close_object();
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::Link;

    #[test]
    fn a_prompt_is_laid_out_as_json_of_what_the_graph_says() {
        let mut graph = Graph::default();
        let mut node = Node::new("A").titled("T \"1\"");
        for (name, value) in [("a", json!([1.0, {"b": "\n"}])), ("\u{e9}", json!({})), ("c", json!(null))] {
            node = node.with(name, value);
        }
        node = node.with("l", Link { node: "2:1".into(), slot: -1 });
        node.set_other("x".to_owned(), json!([[]]));
        let mut other = Node::without_class();
        other.set_meta(json!({"title": "T", "more": 1}));
        let mut packed = Node::new("C");
        packed.set_meta(json!({"title": "C", "cnr_id": "p", "ver": "1.0.0"}));
        graph.insert("2:1", other);
        graph.insert("10", packed);
        graph.insert("3", Node::new("B").with("b", json!(1)).with("7", json!(2)));
        graph.insert("1", node);
        let expected = json!({
            "1": {
                "inputs": {"a": [1.0, {"b": "\n"}], "\u{e9}": {}, "c": null, "l": ["2:1", -1]},
                "class_type": "A",
                "_meta": {"title": "T \"1\""},
                "x": [[]],
            },
            "3": {"inputs": {"7": 2, "b": 1}, "class_type": "B"},
            "10": {
                "inputs": {},
                "class_type": "C",
                "_meta": {"title": "C", "cnr_id": "p", "ver": "1.0.0"},
            },
            "2:1": {"_meta": {"title": "T", "more": 1}},
        });
        assert_eq!(write(&graph, Layout::Pretty), serde_json::to_string_pretty(&expected).expect("text"));
        assert_eq!(write(&graph, Layout::Compact), expected.to_string());
    }
}
