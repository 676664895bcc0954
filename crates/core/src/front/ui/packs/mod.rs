//! What is known about node packs whose front ends matter, and what a file itself tells about classes that no catalog
//! has.
//!
//! | file | pack | what |
//! |---|---|---|
//! | `wires` | all of these | what each node that exists only in the editor is there for |
//! | `names` | KJNodes, Easy-Use | Set and Get nodes, also through subgraphs |
//! | `everywhere` | cg-use-everywhere | the links that it makes for an export |
//! | `rgthree` | rgthree | widgets that its script makes; seeds that it draws |
//! | `video_helper` | VideoHelperSuite | widgets of formats; values of older releases |
//! | `easy_use` | Easy-Use | values of older releases; combos that put something into a text |
//! | `custom_scripts` | Custom-Scripts | values that hold a name and a picture |
//!
//! `widgets` tells which of the last four a node is for. Widgets that only show what came out of a run, and buttons, are not
//! made: a server does not look at them.

mod custom_scripts;
mod easy_use;
mod everywhere;
mod names;
pub(super) mod rgthree;
mod video_helper;
pub(super) mod widgets;
mod wires;

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt};
use serde_json::Value as Json;

use self::wires::{IDLES, Only, PASSES, is, looks_like};
use super::room::Room;
use super::wire::{self, File, INPUTS, Key, Link, LinkId, LinkIds, Output, Part};
use crate::catalog::Catalog;
use crate::diagnostic::Diagnostics;

/// Widgets beside others that no prompt holds, by their names in `widgets_values_named`.
const COMPANIONS: [&str; 5] =
    ["control_after_generate", "control_filter_list", "upload", "audioUI", "Auto-refresh after generation"];
/// The values of the widget that changes another after each run.
const CONTROLS: [&str; 5] = ["fixed", "increment", "decrement", "randomize", "increment-wrap"];

/// The type of a node that hands its first input on to outputs of whatever type. No file has it.
pub(super) const PASSES_AS_IS: &str = "comfyc: passes as it is";

/// Rewrites the nodes that exist only in the editor, before a file is loaded, as far as the catalog does not have them: what
/// passes a value on becomes a Reroute, what does nothing for a prompt becomes a Note, and links that a pack's script makes
/// are made.
pub(super) fn rewrite(
    file: &mut File<'_>,
    catalog: &Catalog,
    room: &mut Room,
    diagnostics: &mut Diagnostics,
) {
    let has_any = |part: &Part<'_>| {
        part.everywhere.is_some() || part.nodes.iter().any(|node| Only::of(node.ty).is_some())
    };
    if !file.parts().any(has_any) {
        return;
    }
    names::connect(file, catalog, room, diagnostics);
    for part in file.parts_mut() {
        everywhere::connect(part, catalog, diagnostics);
        for node in &mut part.nodes {
            if looks_like(node, Only::KeptOut) || is(node, Only::Helps, catalog) {
                node.ty = IDLES;
            } else if is(node, Only::Passes, catalog) {
                node.ty = PASSES;
            }
        }
    }
}

/// Links that are added to a graph. They are named by the outputs that they start at, as any link is.
struct Additions {
    before: LinkId,
    last: LinkId,
    links: Vec<(LinkId, Link)>,
}

impl Additions {
    fn to(part: &Part<'_>) -> Self {
        let highest = part.links.iter().map(|(id, _)| *id).max().unwrap_or(0).max(part.last_link);
        let before = highest.clamp(0, LinkId::MAX / 2);
        Self { before, last: before, links: Vec::new() }
    }

    /// A link from an output to a slot, which is to name it.
    fn link(&mut self, (origin, origin_slot): (Key, i64), (target, slot): (Key, usize)) -> LinkId {
        self.last += 1;
        let target_slot = i64::try_from(slot).unwrap_or(i64::MAX);
        self.links.push((self.last, Link::new((origin, origin_slot), (target, target_slot))));
        self.last
    }

    fn put_into(self, part: &mut Part<'_>) {
        if self.links.is_empty() {
            return;
        }
        let mut outgoing: HashMap<&Key, Vec<(usize, LinkId)>> = HashMap::new();
        for (id, link) in &self.links {
            let slot = usize::try_from(link.origin_slot).unwrap_or(usize::MAX);
            outgoing.entry(&link.origin).or_default().push((slot, *id));
        }
        for (slot, id) in outgoing.remove(&INPUTS).into_iter().flatten() {
            if let Some(input) = part.inputs.get_mut(slot) {
                input.links.push(id);
            }
        }
        for node in &mut part.nodes {
            for (slot, id) in outgoing.remove(&node.id).into_iter().flatten() {
                if slot == 0 && node.outputs.is_empty() {
                    node.outputs.push(Output { ty: Cow::Borrowed("*"), links: LinkIds::new() });
                }
                if let Some(output) = node.outputs.get_mut(slot) {
                    output.links.push(id);
                }
            }
        }
        part.last_link = self.last;
        part.first_made = part.first_made.min(self.before + 1);
        part.links.extend(self.links);
    }
}

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
