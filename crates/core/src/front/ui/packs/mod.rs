//! What is known about node packs whose front ends matter, and what a file itself tells about classes that no catalog
//! has.

pub(super) mod widgets;
pub(super) mod wires;

use std::borrow::Cow;

use serde_json::Value as Json;

use super::wire;
use crate::catalog::Catalog;

/// Widgets beside others that no prompt holds, by their names in `widgets_values_named`.
const COMPANIONS: [&str; 5] =
    ["control_after_generate", "control_filter_list", "upload", "audioUI", "Auto-refresh after generation"];
/// The values of the widget that changes another after each run.
const CONTROLS: [&str; 5] = ["fixed", "increment", "decrement", "randomize", "increment-wrap"];

/// Whether a saved name is that of a widget that no prompt holds.
pub(super) fn is_companion(name: &str) -> bool {
    COMPANIONS.contains(&name) || name.starts_with("preview_") || name == "videopreview"
}

/// The names of the widgets whose values were saved by position, of a node whose class is not known: from the slots of
/// its widgets, else from the rule by which the server replaces the class. `None` within for a value that no prompt
/// holds; `None` when the names do not fit the values.
pub(super) fn widget_names<'a>(
    saved: &wire::Node<'a>,
    values: &[Json],
    catalog: &'a Catalog,
) -> Option<Vec<Option<Cow<'a, str>>>> {
    let mut names: Vec<&'a str> = saved.inputs.iter().filter_map(|input| input.widget).collect();
    if names.is_empty() {
        let rule = catalog.replacements(saved.ty).first()?;
        names = rule.rule.get("old_widget_ids")?.as_array()?.iter().filter_map(Json::as_str).collect();
    }
    if names.is_empty() {
        return None;
    }
    let count = names.len();
    let mut fitted = Vec::with_capacity(values.len());
    let mut after_number = false;
    let left_over = values.len().saturating_sub(names.len());
    let mut controls = 0;
    let mut names = names.into_iter();
    for value in values {
        // A number may have a control behind it, which has no slot.
        let control =
            after_number && controls < left_over && value.as_str().is_some_and(|v| CONTROLS.contains(&v));
        after_number = value.is_number();
        if control {
            controls += 1;
            fitted.push(None);
        } else {
            fitted.push(names.next().map(Cow::Borrowed));
        }
    }
    // With another number of values nothing tells which belongs to which name.
    (names.next().is_none() && fitted.len() - controls == count).then_some(fitted)
}
