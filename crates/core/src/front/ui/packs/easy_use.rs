//! Easy-Use: values of older releases, and combos that only put something into a text.

use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::front::ui::node::{Node, WidgetKind};

/// What stands for a size of one's own.
static CUSTOM_SIZE: LazyLock<Json> = LazyLock::new(|| Json::from("width x height (custom)"));
/// What stood for it before.
const OLD_CUSTOM_SIZE: &str = "自定义 x 自定义";

/// Reads what older releases saved, and lets go what was last put into a text.
pub(super) fn adapt(node: &mut Node<'_>) {
    let puts_all = node.ty == "easy prompt";
    for widget in &mut node.widgets {
        let puts = puts_all || matches!(&*widget.name, "Select to add LoRA" | "Select to add Wildcard");
        match &widget.kind {
            WidgetKind::Combo(options) if puts => widget.value = options.first().or(widget.value),
            _ if widget.name == "resolution"
                && widget.value.and_then(Json::as_str) == Some(OLD_CUSTOM_SIZE) =>
            {
                widget.value = Some(&CUSTOM_SIZE);
            }
            _ => {}
        }
    }
}
