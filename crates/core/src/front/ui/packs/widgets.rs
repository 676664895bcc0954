//! Widgets that scripts of packs add to nodes, from the values that were saved.

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value as Json;

use super::is_companion;
use crate::front::ui::Options;
use crate::front::ui::node::{Node, Role, Saved, Widget, WidgetKind};
use crate::front::ui::wire::{self, Property};

/// Adds the widgets that the pack's own script would have made for these values.
pub(in crate::front::ui) fn add<'a>(node: &mut Node<'a>, saved: &wire::Node<'a>) {
    match (saved.ty, saved.values) {
        ("Power Lora Loader (rgthree)", Some(Json::Array(values))) => {
            node.widgets.clear();
            node.widgets.extend(loras(values));
        }
        ("Power Primitive (rgthree)", Some(Json::Array(values))) => {
            node.widgets = named(&["type", "value"], values);
        }
        // Behind the seed are buttons.
        ("Seed (rgthree)", Some(Json::Array(values))) if node.role == Role::Missing => {
            node.widgets = named(&["seed"], values);
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
                    ..Widget::new(Cow::Borrowed(name.as_str()), WidgetKind::Plain, Some(value))
                })
                .collect();
            let format = node.widgets.iter().position(|widget| widget.name == "format");
            let at = format.map_or(node.widgets.len(), |at| at + 1);
            node.widgets.splice(at..at, extra);
        }
        _ => {}
    }
}

/// Widgets of these names, with the values at their positions.
fn named<'a>(names: &[&'static str], values: &'a [Json]) -> Vec<Widget<'a>> {
    let widget = |(at, (name, value)): (usize, (&&'static str, &'a Json))| {
        let widget = Widget::new(Cow::Borrowed(*name), WidgetKind::Plain, Some(value));
        Widget { saved: Saved::At(at), ..widget }
    };
    names.iter().zip(values).enumerate().map(widget).collect()
}

/// The seeds that are none: rgthree's Seed node draws a random one for them, or the last plus or minus one, when the editor
/// queues. There is no last one here.
const DRAWN: [&str; 3] = ["-1", "-2", "-3"];
/// The largest seed that it draws.
const MOST_SEED: i64 = 1_125_899_906_842_624;

/// The range that a seed is to be drawn from, when a value stands for one that is.
pub(in crate::front::ui) fn drawn_seed(
    node: &Node<'_>,
    widget: &str,
    value: &Json,
    options: &Options,
) -> Option<Range<i64>> {
    let asks = node.ty == "Seed (rgthree)" && widget == "seed" && !options.placeholders;
    if !asks || !value.as_number().is_some_and(|value| DRAWN.contains(&value.as_str())) {
        return None;
    }
    let limit = |name: &str| match node.property(name)? {
        Property::Other(limit) => limit.as_i64(),
        Property::Text(_) => None,
    };
    let most = limit("randomMax").filter(|most| *most != 0).unwrap_or(MOST_SEED).min(MOST_SEED);
    let least = limit("randomMin").unwrap_or(0).clamp(-MOST_SEED, most);
    // What is drawn must be a seed.
    Some(if least < 0 && most > 0 { 0..most } else { least..most })
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
        let widget = Widget::new(name, WidgetKind::Plain, Some(value));
        widgets.push(Widget { saved: Saved::At(at), ..widget });
    }
    widgets
}
