//! Custom-Scripts: combos that show pictures, whose value holds the name and the picture.

use serde_json::Value as Json;

use crate::front::ui::node::Node;

/// Of a value that holds a name and a picture, takes the name.
pub(super) fn adapt(node: &mut Node<'_>) {
    if !matches!(node.ty.as_ref(), "LoraLoader|pysssss" | "CheckpointLoader|pysssss") {
        return;
    }
    for widget in &mut node.widgets {
        if let Some(Json::Object(value)) = widget.value {
            widget.value = value.get("content").or(widget.value);
        }
    }
}
