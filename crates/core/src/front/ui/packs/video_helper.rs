//! VideoHelperSuite: widgets that depend on a format, values of older releases.
//!
//! The pack saves values by name. Its script also rounds sizes and counts to what a format takes; that is left to the server,
//! and so is what the script makes of a size that is the format's own.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::is_companion;
use crate::front::ui::definition::{self as known, Definition, WidgetType};
use crate::front::ui::lean::Values;
use crate::front::ui::node::{Held, Node, Saved, Widget, WidgetKind};
use crate::front::ui::wire;

/// Makes the widgets that the pack's script makes, and reads what older releases saved.
pub(super) fn add<'a>(
    node: &mut Node<'a>,
    saved: &wire::Node<'a>,
    definition: &Definition<'a>,
    made: &'a Values,
) {
    match (saved.ty, saved.values) {
        ("VHS_VideoCombine", values) => {
            let values = values.and_then(Json::as_object);
            // Its name in releases of 2023.
            if let Some(values) = values.filter(|values| !values.contains_key("save_output")) {
                give(node, "save_output", named(values, "save_image"));
            }
            add_format_widgets(node, definition, values);
        }
        ("VHS_BatchManager", values) => {
            let count = match values {
                Some(Json::Object(values)) => named(values, "count"),
                Some(Json::Array(values)) => values.get(1).map(|count| (count, Saved::At(1))),
                _ => None,
            };
            let (value, saved) = count.unwrap_or((&known::ZERO, Saved::No));
            let widget = Widget::new(Cow::Borrowed("count"), WidgetKind::Plain, Some(value));
            node.widgets.push(Widget { saved, ..widget });
        }
        // Behind the folder was a button.
        ("VHS_LoadImages", Some(Json::Array(values))) if values.get(1).is_some_and(Json::is_string) => {
            let names = ["image_load_cap", "skip_first_images", "select_every_nth"];
            for ((at, value), name) in values.iter().enumerate().skip(2).zip(names) {
                give(node, name, Some((value, Saved::At(at))));
            }
        }
        (_, Some(Json::Object(values))) => {
            if let Some((size, saved)) = named(values, "force_size") {
                resize(node, size, saved, made);
            }
        }
        // There was one widget for both sizes.
        ("VHS_LoadVideo" | "VHS_LoadVideoPath", Some(Json::Array(values)))
            if values.get(2).is_some_and(Json::is_string) =>
        {
            for name in ["custom_width", "custom_height"] {
                give(node, name, Some((&known::ZERO, Saved::No)));
            }
            if let Some(size) = values.get(2) {
                resize(node, size, Saved::At(2), made);
            }
            let names = ["frame_load_cap", "skip_first_frames", "select_every_nth"];
            for ((at, value), name) in values.iter().enumerate().skip(3).zip(names) {
                give(node, name, Some((value, Saved::At(at))));
            }
        }
        _ => {}
    }
}

/// A value that was saved by name.
fn named<'a>(values: &'a Map<String, Json>, name: &str) -> Option<(&'a Json, Saved<'a>)> {
    values.get_key_value(name).map(|(name, value)| (value, Saved::Under(name)))
}

/// Gives a widget a value, if there is one.
fn give<'a>(node: &mut Node<'a>, name: &str, value: Option<(&'a Json, Saved<'a>)>) {
    if let (Some((value, saved)), Some(widget)) = (value, node.widget_mut(name)) {
        widget.value = Some(value);
        widget.saved = saved;
    }
}

/// Reads `force_size`: `Disabled`, `Custom`, `Custom Width`, `Custom Height`, `512x512` or with `?` for one that is free.
fn resize<'a>(node: &mut Node<'a>, size: &'a Json, saved: Saved<'a>, made: &'a Values) {
    let Json::String(size) = size else { return };
    let (width, height) = match size.as_str() {
        "Disabled" => ("?", "?"),
        "Custom Width" => ("", "?"),
        "Custom Height" => ("?", ""),
        size => size.split_once('x').unwrap_or_default(),
    };
    for (name, size) in [("custom_width", width), ("custom_height", height)] {
        let value = match size {
            "?" => &*known::ZERO,
            size => match size.parse::<u32>() {
                Ok(size) => made.alloc(size.into()),
                Err(_) => continue,
            },
        };
        give(node, name, Some((value, saved)));
    }
}

/// The widgets of the format that is chosen, behind it.
fn add_format_widgets<'a>(
    node: &mut Node<'a>,
    definition: &Definition<'a>,
    values: Option<&'a Map<String, Json>>,
) {
    let Some(at) = node.widgets.iter().position(|widget| widget.name == "format") else { return };
    let spec = definition.specs.iter().find(|spec| spec.name == "format");
    let widgets: Vec<Widget<'a>> = if let Some(formats) = spec.and_then(|spec| spec.option("formats")) {
        let chosen = node.widgets.get(at).and_then(|widget| widget.value?.as_str());
        let declared = chosen.and_then(|chosen| formats.get(chosen)?.as_array());
        declared.into_iter().flatten().filter_map(|declared| format_widget(declared, values)).collect()
    } else {
        // A server that does not tell what its formats take: what was saved and is not known is one of these.
        let is_known =
            |name: &str| node.widget(name).is_some() || node.slots.iter().any(|slot| slot.name == name);
        let is_button = |name: &str| name.starts_with("choose ");
        let is_value = |value: &Json| !value.is_object() && !value.is_null();
        let plain = |(name, value): (&'a String, &'a Json)| Widget {
            saved: Saved::Under(name),
            ..Widget::new(Cow::Borrowed(name.as_str()), WidgetKind::Plain, Some(value))
        };
        let extra = values.into_iter().flatten().filter(|(name, value)| {
            !is_companion(name) && !is_button(name) && !is_known(name) && is_value(value)
        });
        extra.map(plain).collect()
    };
    node.widgets.splice(at + 1..=at, widgets);
}

/// A widget as a format declares it: its name, its type or the list of its options, and its options.
fn format_widget<'a>(declared: &'a Json, values: Option<&'a Map<String, Json>>) -> Option<Widget<'a>> {
    let (name, ty) = (declared.get(0)?.as_str()?, declared.get(1)?);
    let (ty, kind, fallback): (_, _, Held<'a>) = match ty {
        Json::Array(options) => (WidgetType::Combo, WidgetKind::Combo(options), options.first()),
        Json::String(ty) => match WidgetType::of(ty)? {
            ty @ (WidgetType::Int | WidgetType::Float) => (ty, WidgetKind::Plain, Some(&known::ZERO)),
            WidgetType::Boolean => (WidgetType::Boolean, WidgetKind::Plain, Some(&known::FALSE)),
            ty => (ty, WidgetKind::Plain, Some(&known::EMPTY)),
        },
        _ => return None,
    };
    let default = declared.get(2).and_then(|options| options.get("default")).or(fallback);
    let mut widget = Widget::new(Cow::Borrowed(name), kind, default);
    widget.spec = Some((ty, None));
    if let Some((value, saved)) = values.and_then(|values| named(values, name)) {
        let nothing = value.is_null() && ty != WidgetType::Boolean;
        widget.value = if nothing { fallback } else { Some(value) };
        widget.saved = saved;
    }
    Some(widget)
}
