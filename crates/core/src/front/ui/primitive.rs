//! `PrimitiveNode`: one value for every widget that it is linked to, within the limits of all of them.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::arena::NodeIx;
use super::definition::{self as known, WidgetType};
use super::lean::Values;
use super::live::Live;
use super::node::{Held, Node, Role, Saved, Widget, WidgetKind};
use super::serialize::Places;
use super::wire::{LinkId, LinkIds, Property};
use crate::catalog::{Input, Kind};
use crate::diagnostic::Problem;
use crate::number::javascript as js;

/// Options in which two inputs may differ and still share a Primitive.
const MAY_DIFFER: [&str; 6] =
    ["forceInput", "defaultInput", "control_after_generate", "multiline", "tooltip", "dynamicPrompts"];

/// Why the value of a Primitive does not arrive.
const BEHIND_REROUTE: &str = "the editor does not hand a Primitive's value on through a Reroute";
const BEHIND_OTHERS: &str =
    "the first link of the Primitive leads to nothing that has a widget, and the editor looks at no other";
const INSIDE: &str = "the editor takes the value inside the subgraph instead";

/// Where a value of a Primitive goes.
struct Target<'a> {
    node: NodeIx,
    slot: usize,
    /// The widget behind the slot; `None` for a bare socket.
    widget: Option<Cow<'a, str>>,
    spec: Option<(WidgetType, Option<&'a Input>)>,
}

/// The limits of a number widget.
#[derive(Debug, Clone)]
pub(super) struct Limits<'a> {
    ty: WidgetType,
    min: Option<f64>,
    max: Option<f64>,
    step: Option<f64>,
    other: Option<&'a Map<String, Json>>,
}

impl<'a> Limits<'a> {
    pub(super) fn new(ty: WidgetType, input: Option<&'a Input>) -> Option<Self> {
        if !matches!(ty, WidgetType::Int | WidgetType::Float) {
            return None;
        }
        let options = input.map(|input| &input.options);
        let float = |number: Option<&serde_json::Number>| number.map(js::float);
        Some(Self {
            ty,
            min: float(options.and_then(|o| o.min.as_ref())),
            max: float(options.and_then(|o| o.max.as_ref())),
            step: float(options.and_then(|o| o.step.as_ref())),
            other: options.map(|o| &o.other),
        })
    }

    /// The limits that satisfy both, when they can be joined.
    fn merge(&self, other: &Self) -> Option<Self> {
        let differing = |a: Option<&Map<String, Json>>, b: Option<&Map<String, Json>>| {
            a.into_iter().flatten().any(|(name, value)| {
                !MAY_DIFFER.contains(&name.as_str()) && b.and_then(|b| b.get(name)) != Some(value)
            })
        };
        if self.ty != other.ty || differing(self.other, other.other) || differing(other.other, self.other) {
            return None;
        }
        let either = |a: Option<f64>, b: Option<f64>, join: fn(f64, f64) -> f64| match (a, b) {
            (Some(a), Some(b)) => Some(join(a, b)),
            (a, b) => a.or(b),
        };
        let (min, max) = (either(self.min, other.min, f64::max), either(self.max, other.max, f64::min));
        if matches!((min, max), (Some(min), Some(max)) if min > max) {
            return None;
        }
        let step = match (self.step, other.step) {
            (None, None) => None,
            (a, b) => Some(common_multiple(a.unwrap_or(1.0), b.unwrap_or(1.0))),
        };
        Some(Self { min, max, step, ..self.clone() })
    }

    /// The least and the largest value, and the step, as the editor fills in what is not declared.
    pub(super) fn effective(&self) -> (f64, f64, f64) {
        let step = match self.ty {
            WidgetType::Int => self.step.filter(|step| *step != 0.0).unwrap_or(1.0),
            _ => self.step.filter(|step| *step > 0.0).unwrap_or(0.5),
        };
        (self.min.unwrap_or(0.0), self.max.unwrap_or(2048.0), step)
    }

    fn clamp(&self, x: f64) -> f64 {
        let (min, max, _) = self.effective();
        if x.is_nan() { x } else { x.min(max).max(min) }
    }

    /// What the editor's number widgets make of a value that is set by hand or by a Primitive.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "decimal places are few and not negative"
    )]
    fn round(&self, x: f64) -> f64 {
        let (min, _, step) = self.effective();
        if self.ty == WidgetType::Int {
            if (step - 1.0).abs() < f64::EPSILON {
                return js::round(x);
            }
            let offset = min % step;
            return js::round((x - offset) / step) * step + offset;
        }
        let precision = (-step.log10().floor()).max(0.0);
        let declared =
            self.other.and_then(|other| other.get("round")).filter(|round| js::truthy(Some(round)));
        let round = match declared {
            Some(round) => js::to_float(Some(round)),
            None if precision > 0.0 => 10_f64.powi(-(precision as i32)),
            None => return x,
        };
        if round == 0.0 || round.is_nan() {
            return x;
        }
        self.clamp(js::fixed(js::round(x / round) * round, precision as usize))
    }
}

/// The least common multiple of two steps, which may have decimal places.
fn common_multiple(a: f64, b: f64) -> f64 {
    if (a - b).abs() < f64::EPSILON {
        return a;
    }
    let mut scale = 1.0;
    while scale < 1e9 && ((a * scale).fract() != 0.0 || (b * scale).fract() != 0.0) {
        scale *= 10.0;
    }
    let (mut x, mut y) = ((a * scale).abs().round(), (b * scale).abs().round());
    let product = x * y;
    while y > 0.0 {
        (x, y) = (y, x % y);
    }
    if x == 0.0 { a.max(b) } else { product / x / scale }
}

/// A number as a widget value; the same JSON when it is the same number.
fn held<'a>(x: f64, before: Held<'a>, made: &'a Values) -> Held<'a> {
    let same = |value: &&Json| value.as_number().is_some_and(|n| js::float(n).to_bits() == x.to_bits());
    before.filter(same).or_else(|| Some(made.alloc(js::number(x))))
}

impl<'a> Live<'a> {
    /// Where the links of a Primitive lead, in order; nothing for one that leads to no slot.
    fn targets(&self, ix: NodeIx) -> Vec<Option<Target<'a>>> {
        let layer = self.nodes[ix].layer;
        let links: LinkIds =
            self.nodes[ix].outputs.first().map(|output| output.links.clone()).unwrap_or_default();
        let target = |id: LinkId| {
            let link = self.layers[layer].links.get(&id)?;
            let node = self.find(layer, &link.target)?;
            let at = usize::try_from(link.target_slot).ok()?;
            let slot = self.nodes[node].slots.get(at)?;
            let Some(widget) = &slot.widget else {
                let spec = WidgetType::of(&slot.ty).map(|ty| (ty, None));
                return Some(Target { node, slot: at, widget: None, spec });
            };
            Some(Target { node, slot: at, widget: Some(widget.clone()), spec: self.spec_behind(node, at) })
        };
        // A link that was cut while the file was read is none; one that was not in the file leads to nothing.
        let is_cut = |id: &LinkId| {
            let layer = &self.layers[layer];
            !layer.links.contains_key(id) && layer.saved_links.contains(id)
        };
        links.into_iter().filter(|id| !is_cut(id)).map(target).collect()
    }

    /// The declaration of the widget behind a slot, through instances of subgraphs.
    pub(super) fn spec_behind(&self, node: NodeIx, slot: usize) -> Option<(WidgetType, Option<&'a Input>)> {
        let slot = self.nodes[node].slots.get(slot)?;
        let widget = match &slot.promoted {
            Some(promoted) => self.nodes[promoted.deep.0].widget(&promoted.deep.1),
            None => self.nodes[node].widget(slot.widget.as_ref()?),
        };
        widget.and_then(|widget| widget.spec)
    }

    /// The target whose widget a Primitive takes over: the first one, or there is none. Only a Reroute or a node of an unknown class
    /// may stand before it, which the editor itself does not get past.
    fn first_target<'t>(&self, targets: &'t [Option<Target<'a>>]) -> Option<&'t Target<'a>> {
        for target in targets {
            let target = target.as_ref()?;
            if target.spec.is_some() {
                return Some(target);
            }
            let passed = match self.nodes[target.node].role {
                Role::Reroute => true,
                Role::Missing => target.widget.is_some() && !self.options.placeholders,
                _ => false,
            };
            if !passed {
                return None;
            }
        }
        None
    }

    /// Makes the widget of a Primitive: that of its first target, with its own saved value.
    pub(super) fn build_primitive(&mut self, ix: NodeIx) {
        let targets = self.targets(ix);
        let Some(first) = self.first_target(&targets) else { return };
        let Target { node, slot, widget, spec: Some((ty, input)) } = first else { return };
        let value = match widget {
            Some(widget) => {
                match self.nodes[*node].slots.get(*slot).and_then(|slot| slot.promoted.as_ref()) {
                    Some(promoted) => promoted.value,
                    None => self.nodes[*node].widget(widget).and_then(|widget| widget.value),
                }
            }
            None => Some(match ty {
                WidgetType::Int | WidgetType::Float => &*known::ZERO,
                WidgetType::Boolean => &known::FALSE,
                _ => &known::EMPTY,
            }),
        };
        let area = input.is_some_and(|input| js::truthy(input.options.other.get("multiline")));
        let kind = match (ty, input.map(|input| &input.kind)) {
            (WidgetType::Text, _) if area => WidgetKind::Area,
            (WidgetType::Combo, Some(Kind::Combo(combo))) => WidgetKind::Combo(&combo.options),
            _ => WidgetKind::Plain,
        };
        let mut made = Widget::new(Cow::Borrowed("value"), kind, value);
        made.spec = Some((*ty, *input));
        let saved = self.nodes[ix].values.and_then(|values| values.get(0));
        if let Some(saved) = saved {
            made.value = Some(saved);
            made.saved = Saved::At(0);
        }
        if matches!(made.kind, WidgetKind::Area) && made.value == Some(&Json::Null) {
            made.value = Some(&known::EMPTY);
        }
        let is_kept = self.rules.primitives_keep_null && made.value == Some(&Json::Null);
        if let Some(mut limits) = Limits::new(*ty, *input).filter(|_| !is_kept) {
            for (ty, input) in targets
                .iter()
                .flatten()
                .filter(|target| target.widget.is_some())
                .filter_map(|target| target.spec)
            {
                if let Some(merged) = Limits::new(ty, input).and_then(|other| limits.merge(&other)) {
                    limits = merged;
                }
            }
            let x = limits.round(limits.clamp(js::to_float(made.value)));
            made.value = held(x, made.value, self.made);
        }
        self.nodes[ix].widgets.push(made);
    }

    /// Gives the value of every Primitive to the widgets that it is linked to.
    pub(super) fn push_primitives(&mut self) {
        let used = self.used_layers();
        for layer in used {
            let mut places = None;
            for ix in self.layers[layer].nodes.clone() {
                if self.nodes[ix].role == Role::Primitive {
                    self.push_primitive(ix, &mut places);
                }
            }
        }
    }

    /// Does it for one; `places` are those of its layer, once they were asked for.
    fn push_primitive(&mut self, ix: NodeIx, places: &mut Option<Places<'static>>) {
        let Some(mut value) = self.nodes[ix].widgets.first().map(|widget| widget.value) else {
            // Without a first target that has a widget it has made none.
            let lost = self
                .targets(ix)
                .into_iter()
                .flatten()
                .find(|target| target.widget.is_some() || self.nodes[target.node].role == Role::Reroute);
            if let Some(target) = lost.filter(|_| self.nodes[ix].values.is_some()) {
                let reroute = self.nodes[target.node].role == Role::Reroute;
                self.tell_ignored(ix, target.node, if reroute { BEHIND_REROUTE } else { BEHIND_OTHERS });
            }
            return;
        };
        if self.nodes[ix].property("Run widget replace on values").is_some_and(Property::is_truthy)
            && let Some(Json::String(text)) = value
        {
            let layer = self.nodes[ix].layer;
            let places = places.get_or_insert_with(|| Places::new(self, layer).into_owned());
            let (most, problem) = self.room.most_in_text();
            if let Some(replaced) = places.replace(text, self, most) {
                self.take_room(replaced.len(), ix);
                value = Some(self.made.alloc(Json::String(replaced)));
            } else {
                let origin = self.node_origin(ix);
                self.diagnostics.report(problem, Some(origin));
            }
        }
        for target in self.targets(ix).into_iter().flatten() {
            if self.nodes[target.node].role == Role::Reroute {
                self.tell_ignored(ix, target.node, BEHIND_REROUTE);
            }
            let Some(name) = target.widget else { continue };
            let limits = target.spec.and_then(|(ty, input)| Limits::new(ty, input));
            let value = match (&limits, &value) {
                (Some(limits), Some(_)) => held(limits.round(js::to_float(value)), value, self.made),
                _ => value,
            };
            if self.inside(target.node).is_some() {
                self.set_host_value(target.node, target.slot, value, Saved::No);
                if !self.options.primitive_values {
                    self.tell_ignored(ix, target.node, INSIDE);
                }
                continue;
            }
            let layer = self.nodes[target.node].layer;
            let Self { nodes, layers, .. } = self;
            let node: &mut Node<'a> = &mut nodes[target.node];
            if let Some(at) = node.widgets.iter().position(|widget| widget.name == name) {
                node.assign(at, value, Saved::No, &mut layers[layer].links);
            }
        }
    }

    /// Says that the value of a Primitive does not reach a node.
    fn tell_ignored(&mut self, ix: NodeIx, target: NodeIx, why: &'static str) {
        let problem = Problem::IgnoredPrimitive {
            node: self.nodes[ix].id.to_string(),
            target: self.nodes[target].id.to_string(),
            why,
        };
        let origin = self.node_origin(ix);
        self.diagnostics.report(problem, Some(origin));
    }
}
