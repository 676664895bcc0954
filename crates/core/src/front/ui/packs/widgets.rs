//! Widgets that scripts of packs add to nodes, from the values that were saved.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::is_companion;
use crate::front::ui::node::{Node, Saved, Widget, WidgetKind};
use crate::front::ui::wire;

/// Adds the widgets that the pack's own script would have made for these values.
pub(in crate::front::ui) fn add<'a>(node: &mut Node<'a>, saved: &wire::Node<'a>) {
    match (saved.ty, saved.values) {
        ("Power Lora Loader (rgthree)", Some(Json::Array(values))) => {
            node.widgets.clear();
            node.widgets.extend(loras(values));
        }
        (ty, Some(Json::Object(values))) if ty.starts_with("VHS_") => {
            // Widgets that depend on the format stand behind it.
            let known = |name: &str| {
                node.widgets.iter().any(|widget| widget.name == name)
                    || node.slots.iter().any(|slot| slot.name == name)
            };
            let is_button = |name: &str| name.starts_with("choose ");
            let extra: Vec<Widget<'a>> = values
                .iter()
                .filter(|(name, value)| {
                    !is_companion(name)
                        && !is_button(name)
                        && !known(name)
                        && !value.is_object()
                        && !value.is_null()
                })
                .map(|(name, value)| Widget {
                    saved: Saved::Under(name),
                    ..Widget::new(Cow::Borrowed(name.as_str()), WidgetKind::Plain, Some(Cow::Borrowed(value)))
                })
                .collect();
            let format = node.widgets.iter().position(|widget| widget.name == "format");
            let at = format.map_or(node.widgets.len(), |at| at + 1);
            node.widgets.splice(at..at, extra);
        }
        _ => {}
    }
}

/// The widgets of a Power Lora Loader: a header, the loras, and a button with a text as its value.
fn loras(values: &[Json]) -> Vec<Widget<'_>> {
    let mut count = 0;
    let mut widgets = Vec::new();
    for (at, value) in values.iter().enumerate() {
        let name = match value {
            Json::Object(lora) if lora.contains_key("lora") => {
                count += 1;
                Cow::Owned(format!("lora_{count}"))
            }
            Json::Object(header) => match header.get("type").and_then(Json::as_str) {
                Some(ty) => Cow::Borrowed(ty),
                None => continue,
            },
            Json::String(_) => Cow::Borrowed("➕ Add Lora"),
            _ => continue,
        };
        let widget = Widget::new(name, WidgetKind::Plain, Some(Cow::Borrowed(value)));
        widgets.push(Widget { saved: Saved::At(at), ..widget });
    }
    widgets
}
