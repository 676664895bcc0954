//! Reading what was saved of a node into a fresh one: slots by name, widget values by position.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::Options;
use super::definition::Definition;
use super::few::Table;
use super::lean::Values;
use super::node::{Node, Out, Saved, Slot, Widget, WidgetKind};
use super::positions::Positions;
use super::wire::{self, LinkId, LinkIds, Links};
use crate::catalog::Catalog;
use crate::number::javascript as js;

impl<'a> Node<'a> {
    /// Reads a node of a known class. Returns how many of its saved values no widget has taken.
    ///
    /// `positions` are the links that lead to it, where these count and not what the saved inputs name.
    pub(super) fn restore(
        &mut self,
        saved: &wire::Node<'a>,
        definition: &Definition<'a>,
        links: &mut Links,
        options: &Options,
        positions: Option<Positions>,
    ) -> usize {
        self.merge_inputs(&saved.inputs);
        let Some(positions) = positions else {
            self.grow_groups(links);
            return self.restore_widgets(saved, definition, links, options);
        };
        let named: Vec<Option<LinkId>> = self.slots.iter().map(|slot| slot.link).collect();
        self.hold_positions(positions);
        self.grow_groups_at(&named, links);
        let is_owned = |name: &str| self.groups.iter().any(|group| group.owns(name));
        let is_behind_widget = |slot: &Slot<'a>| {
            let group = slot.name.rsplit_once('.').map(|(group, _)| group);
            group.is_some_and(|group| self.widget(group).is_some()) && !is_owned(&slot.name)
        };
        if self.slots.iter().any(is_behind_widget) {
            let named =
                saved.inputs.iter().filter(|input| !is_owned(&input.name)).filter_map(wire::Input::named);
            let named: Vec<(&str, LinkId)> = named.collect();
            self.realign(named.into_iter());
        }
        let left = self.restore_widgets(saved, definition, links, options);
        self.realign(saved.inputs.iter().filter_map(wire::Input::named));
        left
    }

    fn restore_widgets(
        &mut self,
        saved: &wire::Node<'a>,
        definition: &Definition<'a>,
        links: &mut Links,
        options: &Options,
    ) -> usize {
        if options.named_values
            && let Some(named) = saved.named
        {
            self.restore_named(named, links);
            return 0;
        }
        match saved.values {
            Some(Json::Array(values)) => match self.without_forced(values, definition) {
                Some(values) => self.restore_values(values.into_iter(), links),
                None => self.restore_values(values.iter().enumerate(), links),
            },
            Some(Json::Object(values)) if options.placeholders => self.restore_as_list(values, links),
            Some(Json::Object(values)) => {
                let position = |i: usize| values.get(i.to_string().as_str());
                let length = values.get("length").and_then(Json::as_u64);
                let length = length.and_then(|length| usize::try_from(length).ok()).unwrap_or(values.len());
                let list: Option<Vec<_>> = (0..length).map(|i| Some((i, position(i)?))).collect();
                if let Some(list) = list.filter(|list| !list.is_empty()) {
                    self.restore_values(list.into_iter(), links)
                } else {
                    self.restore_object(values, links);
                    0
                }
            }
            _ => 0,
        }
    }

    /// Slots of the class take what was saved under their name; what else was saved stays behind them.
    fn merge_inputs(&mut self, saved: &[wire::Input<'a>]) {
        let table = Table::of(saved, |input| &input.name);
        // How many saved slots are the slots of the class, in that order.
        let mut in_order = 0;
        for slot in &mut self.slots {
            let Some(at) = table.place(saved, &slot.name, |input| &input.name) else { continue };
            slot.link = saved.get(at).and_then(|input| input.link);
            slot.saved = Some(at);
            in_order += usize::from(at == in_order);
        }
        if in_order == saved.len() {
            return;
        }
        let table = Table::of(&self.slots, |slot| &slot.name);
        let own = |input: &wire::Input<'a>| table.place(&self.slots, &input.name, |slot| &slot.name);
        let left = saved.iter().enumerate().filter(|(_, input)| own(input).is_none());
        let left: Vec<Slot<'a>> = left.map(|(at, input)| saved_slot(at, input)).collect();
        self.slots.extend(left);
    }

    /// Reads a node of the editor's own: its slots are those of the file.
    pub(super) fn restore_virtual(&mut self, saved: &wire::Node<'a>) {
        self.slots = saved.inputs.iter().enumerate().map(|(at, input)| saved_slot(at, input)).collect();
        let any = Cow::Borrowed("*");
        match self.ty.as_ref() {
            "Reroute" if self.slots.is_empty() => {
                self.slots.push(Slot::socket(Cow::Borrowed(""), any.clone()));
            }
            "Note" | "MarkdownNote" => {
                let value = saved.values.and_then(|values| values.get(0));
                self.widgets.push(Widget::new(Cow::Borrowed("text"), WidgetKind::Plain, value));
            }
            _ => {}
        }
        if self.outputs.is_empty() && !matches!(self.ty.as_ref(), "Note" | "MarkdownNote") {
            self.outputs.push(Out { ty: any, links: LinkIds::new() });
        }
    }

    /// Reads a node whose class is not known: its slots are those of the file, its widgets as far as the file names them.
    pub(super) fn restore_missing(
        &mut self,
        saved: &wire::Node<'a>,
        catalog: &'a Catalog,
        options: &Options,
        made: &'a Values,
    ) {
        self.slots = saved.inputs.iter().enumerate().map(|(at, input)| saved_slot(at, input)).collect();
        let text = |value: &'a Json| match value {
            Json::String(_) | Json::Number(_) | Json::Bool(_) => value,
            other => made.alloc(Json::String(js::normal(other, false).to_string())),
        };
        let plain = |name: Cow<'a, str>, value, saved| Widget {
            saved,
            ..Widget::new(name, WidgetKind::Plain, Some(value))
        };
        if let Some(named) = saved.named.filter(|_| !options.placeholders) {
            for (name, value) in named.iter().filter(|(name, _)| !super::packs::is_companion(name)) {
                let name = name.as_str();
                self.widgets.push(plain(Cow::Borrowed(name), value, Saved::Named(name)));
            }
            return;
        }
        match saved.values {
            Some(Json::Array(values)) => {
                let names = if options.placeholders {
                    None
                } else {
                    super::packs::widget_names(saved, values, catalog)
                };
                let mut unnamed = 0;
                for (at, value) in values.iter().enumerate() {
                    let widget = match names.as_ref().map(|names| names.get(at).cloned().flatten()) {
                        Some(Some(name)) => plain(name, value, Saved::At(at)),
                        // A value of which it is known that the prompt does not hold it.
                        Some(None) => continue,
                        None => {
                            let name = if unnamed == 0 {
                                Cow::Borrowed("UNKNOWN")
                            } else {
                                Cow::Owned(format!("UNKNOWN_{unnamed}"))
                            };
                            unnamed += 1;
                            plain(name, text(value), Saved::At(at))
                        }
                    };
                    self.widgets.push(widget);
                }
            }
            Some(Json::Object(values)) if !options.placeholders => {
                for (name, value) in values.iter().filter(|(name, _)| !super::packs::is_companion(name)) {
                    let name = name.as_str();
                    self.widgets.push(plain(Cow::Borrowed(name), value, Saved::Under(name)));
                }
            }
            _ => {}
        }
    }

    /// Old files hold values for inputs that are forced to be sockets: the values that are left without these, when the number of
    /// all fits exactly; `None` where nothing is to be left out.
    fn without_forced<'v>(
        &self,
        values: &'v [Json],
        definition: &Definition<'a>,
    ) -> Option<Vec<(usize, &'v Json)>> {
        if !definition.class.layout().forces {
            return None;
        }
        let mut forced = Vec::new();
        for spec in definition.declared() {
            if spec.forced || self.widget(&spec.name).is_some() {
                forced.push(spec.forced);
                if spec.control().is_some() {
                    forced.push(false);
                }
            }
        }
        if forced.len() != values.len() {
            return None;
        }
        let all = values.iter().enumerate().zip(forced);
        Some(all.filter(|(_, forced)| !forced).map(|(value, _)| value).collect())
    }

    /// Widgets take the values in order. The list of widgets may change on the way. Returns how many values are left.
    fn restore_values(
        &mut self,
        mut values: impl ExactSizeIterator<Item = (usize, &'a Json)>,
        links: &mut Links,
    ) -> usize {
        let mut at = 0;
        while let Some(widget) = self.widgets.get(at) {
            if widget.persisted {
                let Some((saved, value)) = values.next() else { break };
                self.assign(at, Some(value), Saved::At(saved), links);
            }
            at += 1;
        }
        values.len()
    }

    /// Widgets take the values of an object as if it were a list, which is what the editor does: one that the object does not have
    /// is undefined. Returns how many values are left.
    fn restore_as_list(&mut self, values: &'a serde_json::Map<String, Json>, links: &mut Links) -> usize {
        let mut left = values.len() - usize::from(values.contains_key("length"));
        let length = values.get("length").and_then(Json::as_u64);
        let length = length.map_or(usize::MAX, |length| usize::try_from(length).unwrap_or(usize::MAX));
        let (mut at, mut position) = (0, 0);
        while let Some(widget) = self.widgets.get(at) {
            if widget.persisted {
                if position >= length {
                    break;
                }
                let held = values.get_key_value(position.to_string().as_str());
                left -= usize::from(held.is_some());
                let saved = held.map_or(Saved::No, |(name, _)| Saved::Under(name));
                self.assign(at, held.map(|(_, value)| value), saved, links);
                position += 1;
            }
            at += 1;
        }
        left
    }

    /// Widgets take the values of `widgets_values_named`.
    fn restore_named(&mut self, named: &'a serde_json::Map<String, Json>, links: &mut Links) {
        self.restore_by_name(named, links, Saved::Named);
    }

    /// Widgets take values that were saved under their names.
    fn restore_object(&mut self, values: &'a serde_json::Map<String, Json>, links: &mut Links) {
        self.restore_by_name(values, links, Saved::Under);
    }

    fn restore_by_name(
        &mut self,
        values: &'a serde_json::Map<String, Json>,
        links: &mut Links,
        place: impl Fn(&'a str) -> Saved<'a>,
    ) {
        let mut at = 0;
        while let Some(widget) = self.widgets.get(at) {
            if widget.persisted
                && let Some((name, value)) = values.get_key_value(&*widget.name)
            {
                self.assign(at, Some(value), place(name), links);
            }
            at += 1;
        }
    }
}

/// The outputs of a node: those of these types, each with what was saved at its position; what else was saved stays behind them.
pub(super) fn merged_outputs<'a>(
    types: impl Iterator<Item = Cow<'a, str>>,
    mut saved: Vec<Out<'a>>,
) -> Vec<Out<'a>> {
    for (at, ty) in types.enumerate() {
        match saved.get_mut(at) {
            Some(output) => output.ty = ty,
            None => saved.push(Out { ty, links: LinkIds::new() }),
        }
    }
    saved
}

fn saved_slot<'a>(at: usize, input: &wire::Input<'a>) -> Slot<'a> {
    let mut slot = Slot::socket(input.name.clone(), input.ty.clone());
    slot.link = input.link;
    slot.widget = input.widget.map(Cow::Borrowed);
    slot.saved = Some(at);
    slot
}
