//! Inputs that come and go: the branches of a dynamic combo, growing groups, the options of a `CustomCombo`.

use std::borrow::Cow;
use std::ops::Range;

use compact_str::ToCompactString;
use serde_json::Value as Json;

use super::definition::{self as known, Spec};
use super::node::{Group, Held, Node, Saved, Slot, Widget, WidgetKind};
use super::wire::{LinkId, Links};
use crate::catalog::{Autogrow, Branch};
use crate::number::javascript as js;

/// The most inputs that one group may have.
const LARGEST_GROUP: usize = 100_000;

impl<'a> Node<'a> {
    /// Gives a widget a value, with all that the editor does then.
    pub(super) fn assign(&mut self, at: usize, value: Held<'a>, saved: Saved<'a>, links: &mut Links) {
        let Some(widget) = self.widgets.get_mut(at) else { return };
        let before = widget.value;
        match widget.kind {
            WidgetKind::Fixed | WidgetKind::Position => return,
            WidgetKind::Area if value == Some(&Json::Null) => {
                widget.value = Some(&known::EMPTY);
            }
            // A field of text holds the name of nothing.
            WidgetKind::Area if value.is_none() => widget.value = Some(&known::UNDEFINED),
            _ => widget.value = value,
        }
        widget.saved = saved;
        let is_combo = matches!(widget.kind, WidgetKind::Branches(_));
        if matches!(widget.kind, WidgetKind::ChoiceOption) {
            self.grow_custom_combo(at);
        } else if is_combo && (before != value || !self.keep_branch(at)) {
            self.reassign_branch(at, links);
        }
    }

    /// Keeps the inputs of a dynamic combo to which its own value was given, where they are as they were made: nothing was read
    /// into them, and none is linked. Returns whether that is so.
    fn keep_branch(&mut self, at: usize) -> bool {
        let Some(combo) = self.widgets.get(at).filter(|combo| combo.saved != Saved::No) else { return false };
        let name = combo.name.clone();
        let is_within = |other: &str| other.strip_prefix(&*name).is_some_and(|rest| rest.starts_with('.'));
        let is_read = self.widgets.iter().any(|widget| widget.saved != Saved::No && is_within(&widget.name));
        if is_read || self.slots.iter().any(|slot| slot.link.is_some() && is_within(&slot.name)) {
            return false;
        }
        // As those that are made anew are.
        for widget in self.widgets.iter_mut().filter(|widget| is_within(&widget.name)) {
            widget.dynamic_prompt = false;
        }
        true
    }

    /// Replaces the inputs of a dynamic combo by those of the branch it has now, keeping the links of those that stay.
    fn reassign_branch(&mut self, at: usize, links: &mut Links) {
        let before = self.before_change();
        let by_position = before.is_some();
        let Some(widget) = self.widgets.get(at) else { return };
        let prefix = [&widget.name, "."].concat();
        let mut removed = Vec::new();
        self.slots.retain_mut(|slot| {
            let stays = !slot.name.starts_with(&prefix);
            if !stays {
                removed.push((std::mem::take(&mut slot.name), slot.link, slot.saved));
            }
            stays
        });
        let kept: Vec<Option<LinkId>> = self.slots.iter().map(|slot| slot.link).collect();
        let fresh = self.rebuild_branch(at);
        if by_position {
            // Groups among the new inputs have looked at positions of inputs that are not in order yet.
            let mut kept = kept.into_iter();
            for (at, slot) in self.slots.iter_mut().enumerate() {
                slot.link = if fresh.contains(&at) { None } else { kept.next().flatten() };
            }
        }
        for (name, link, saved) in removed {
            let Some(link) = link else { continue };
            let Some((at, slot)) = self.slots.iter_mut().enumerate().find(|(_, slot)| slot.name == name)
            else {
                if !by_position {
                    links.remove(&link);
                }
                continue;
            };
            slot.link = Some(link);
            slot.saved = saved;
            if let Some(link) = links.get_mut(&link).filter(|_| !by_position) {
                link.target_slot = i64::try_from(at).unwrap_or(i64::MAX);
                self.grow_after(&name);
            }
        }
        if !self.commit_change(before) || !by_position {
            return;
        }
        let linked = self.slots.get(fresh).into_iter().flatten().filter(|slot| slot.link.is_some());
        let linked: Vec<Cow<'a, str>> = linked.map(|slot| slot.name.clone()).collect();
        for name in linked {
            self.grow_after(&name);
        }
    }

    /// Makes the slots and widgets of the branch that a dynamic combo has now, after the combo's own. Returns where the slots
    /// are.
    pub(super) fn rebuild_branch(&mut self, at: usize) -> Range<usize> {
        let Some(widget) = self.widgets.get(at) else { return 0..0 };
        let WidgetKind::Branches(branches) = widget.kind else { return 0..0 };
        let parent = widget.name.clone();
        let chosen = branch(branches, widget.value);
        let prefix = [&parent, "."].concat();
        // Widgets before the combo have other names, so its position stays.
        self.widgets.retain(|widget| !widget.name.starts_with(&prefix));
        self.groups.retain(|group| !group.name.starts_with(&prefix));
        let Some(branch) = chosen else { return 0..0 };
        let (slots, widgets) = (self.slots.len(), self.widgets.len());
        for (name, input, required) in branch.inputs.settable() {
            self.add_input(&Spec::new(Cow::Owned([&prefix, name].concat()), input, !required));
        }
        let at = self.widgets.iter().position(|widget| widget.name == parent).unwrap_or(at);
        move_after(&mut self.widgets, widgets, at);
        let count = self.slots.len().saturating_sub(slots);
        let Some(own) = self.slots.iter().position(|slot| slot.name == parent) else {
            return slots..slots + count;
        };
        move_after(&mut self.slots, slots, own);
        own + 1..own + 1 + count
    }

    /// The first inputs of a growing group.
    pub(super) fn build_group(&mut self, name: Cow<'a, str>, autogrow: &'a Autogrow) {
        self.groups.retain(|group| group.name != name);
        let group = Group { name, autogrow };
        self.groups.push(group.clone());
        for k in 0..=group.autogrow.min.min(LARGEST_GROUP) {
            self.grow(&group, k);
        }
    }

    /// Lets groups grow as the editor does while it reads a node whose links are kept by position: for each position whose saved
    /// input has a link, the group of the input that is there by then.
    pub(super) fn grow_groups_at(&mut self, saved: &[Option<LinkId>], links: &Links) {
        for (at, link) in saved.iter().enumerate() {
            if link.is_some_and(|link| links.contains_key(&link))
                && let Some(name) = self.slots.get(at).map(|slot| slot.name.clone())
            {
                self.grow_after(&name);
            }
        }
    }

    /// Lets every group of which an input is linked grow, as the editor does while it reads a node.
    pub(super) fn grow_groups(&mut self, links: &Links) {
        if self.groups.is_empty() {
            return;
        }
        let mut at = 0;
        while let Some(slot) = self.slots.get(at) {
            at += 1;
            if slot.link.is_some_and(|link| links.contains_key(&link)) {
                let name = slot.name.clone();
                self.grow_after(&name);
            }
        }
    }

    /// Lets the group of a linked slot have one more input.
    pub(super) fn grow_after(&mut self, slot: &str) {
        let member =
            |group: &&Group<'a>| slot.strip_prefix(&*group.name).is_some_and(|rest| rest.starts_with('.'));
        let Some(group) = self.groups.iter().find(member).cloned() else { return };
        let base = slot.get(group.name.len() + 1..).unwrap_or_default();
        let ordinal = match &group.autogrow.names {
            Some(names) => names.iter().position(|name| name == base),
            None => trailing_number(base),
        };
        if let Some(next) = ordinal.and_then(|ordinal| ordinal.checked_add(1)) {
            self.grow(&group, next);
        }
    }

    /// Makes the `k`th inputs of a group. One that is there already is made anew and keeps its link.
    fn grow(&mut self, group: &Group<'a>, k: usize) {
        let Autogrow { template, names, max, .. } = group.autogrow;
        let max = names.as_ref().map_or(*max, Vec::len).min(LARGEST_GROUP);
        if k >= max {
            return;
        }
        let several = template.settable().nth(1).is_some();
        let name = |k: usize, key: &str| {
            let (stem, number) = match (names, several, &group.autogrow.prefix) {
                (Some(names), ..) => (names.get(k).map_or("", String::as_str), None),
                (None, false, Some(prefix)) => (prefix.as_str(), Some(k)),
                _ => (key, Some(k)),
            };
            let number = number.map(|number| number.to_compact_string()).unwrap_or_default();
            [&*group.name, ".", stem, &number].concat()
        };
        let before = self.before_change();
        let by_position = before.is_some();
        let mut fresh: Vec<Slot<'a>> = Vec::new();
        for (key, input, required) in template.settable() {
            let before = self.slots.len();
            self.add_input(&Spec::new(Cow::Owned(name(k, key)), input, !required));
            for mut slot in self.slots.split_off(before.min(self.slots.len())) {
                if several && slot.widget.is_none() {
                    slot.widget = Some(slot.name.clone());
                    let mut shim = Widget::new(slot.name.clone(), WidgetKind::Fixed, None);
                    shim.persisted = false;
                    self.widgets.push(shim);
                }
                fresh.push(slot);
            }
        }
        self.slots.retain(|old| match fresh.iter_mut().find(|new| new.name == old.name) {
            Some(new) => {
                new.link = new.link.filter(|_| by_position).or(old.link);
                new.saved = old.saved;
                false
            }
            None => true,
        });
        // The editor looks for the input before by the start of its name, and so finds `image10` for `image1`.
        let sibling = k.checked_sub(1).and_then(|k| Some(name(k, template.settable().last()?.0)));
        let after =
            sibling.and_then(|before| self.slots.iter().rposition(|slot| slot.name.starts_with(&before)));
        let at = after.map_or(self.slots.len(), |after| after + 1);
        self.slots.splice(at..at, fresh);
        self.commit_change(before);
    }

    /// The widgets that the editor adds to a `CustomCombo`.
    pub(super) fn build_custom_combo(&mut self) {
        if let Some(choice) = self.widget_mut("choice") {
            choice.kind = WidgetKind::Choice;
        }
        self.widgets.push(Widget::new(Cow::Borrowed("index"), WidgetKind::Position, None));
        self.push_choice_option(1);
    }

    fn push_choice_option(&mut self, n: usize) {
        let name = Cow::Owned(format!("option{n}"));
        self.widgets.push(Widget::new(name, WidgetKind::ChoiceOption, Some(&known::EMPTY)));
    }

    /// Keeps one free option at the end.
    fn grow_custom_combo(&mut self, at: usize) {
        let filled = |widget: &Widget<'_>| js::truthy(widget.value);
        let Some(widget) = self.widgets.get(at) else { return };
        let number = trailing_number(&widget.name).unwrap_or(0);
        let last = self.widgets.len().saturating_sub(1);
        if at == last && filled(widget) {
            self.push_choice_option(number + 1);
        } else if at + 1 == last && !filled(widget) && self.widgets.last().is_some_and(|last| !filled(last)) {
            self.widgets.pop();
        }
    }

    /// The options of a `CustomCombo`.
    pub(super) fn custom_options(&self) -> impl Iterator<Item = &'a Json> {
        let options = self.widgets.iter().filter(|widget| matches!(widget.kind, WidgetKind::ChoiceOption));
        options.filter_map(|widget| widget.value)
    }

    /// The position of a `CustomCombo`'s choice among its options, `-1` when it is none of them.
    pub(super) fn custom_position(&self) -> i64 {
        let choice = self.widgets.iter().find(|widget| matches!(widget.kind, WidgetKind::Choice));
        let Some(choice) = choice.and_then(|choice| choice.value) else { return -1 };
        let position = self.custom_options().position(|option| option == choice);
        position.and_then(|position| i64::try_from(position).ok()).unwrap_or(-1)
    }
}

/// The branch that a value chooses.
fn branch<'a>(branches: &'a [Branch], value: Option<&Json>) -> Option<&'a Branch> {
    let value = value.filter(|value| js::truthy(Some(value)))?;
    branches.iter().rev().find(|branch| js::is_same_text(&branch.key, value))
}

/// Moves what was added since the list had `from` elements to directly after element `after`.
fn move_after<T>(list: &mut [T], from: usize, after: usize) {
    let Some(between) = from.checked_sub(after + 1) else { return };
    if let Some(part) = list.get_mut(after + 1..).filter(|part| between <= part.len()) {
        part.rotate_left(between);
    }
}

fn trailing_number(text: &str) -> Option<usize> {
    let start = text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    text.get(start..)?.parse().ok()
}
