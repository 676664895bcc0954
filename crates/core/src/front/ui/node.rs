//! A node as the editor holds it: slots, widgets, and how both are made from a class.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::arena::{ClassIx, LayerIx, NodeIx};
use super::definition::{self as known, Definition, Spec, WidgetType};
use super::positions::Positions;
pub(super) use super::wire::Output as Out;
use super::wire::{Key, LinkId, Mode, Properties, Property};
use crate::catalog::{Autogrow, Branch, Input, Kind, MatchType};
use crate::number::javascript as js;

/// A widget's value; `None` is JavaScript's `undefined`, which is never printed.
pub(super) type Held<'a> = Option<&'a Json>;

/// A node of a live graph.
#[derive(Debug)]
pub(super) struct Node<'a> {
    pub(super) id: Key,
    pub(super) ty: Cow<'a, str>,
    pub(super) role: Role,
    pub(super) mode: Mode,
    pub(super) title: Option<&'a str>,
    pub(super) properties: Properties<'a>,
    pub(super) slots: Vec<Slot<'a>>,
    pub(super) outputs: Vec<Out<'a>>,
    pub(super) widgets: Vec<Widget<'a>>,
    pub(super) groups: Vec<Group<'a>>,
    /// The links into it by position, while it is read and where they are kept so.
    pub(super) positions: Option<Positions>,
    /// `widgets_values` as saved.
    pub(super) values: Option<&'a Json>,
    /// The graph that holds it, and where in the file's list of nodes it stands.
    pub(super) layer: LayerIx,
    pub(super) index: usize,
}

/// A group of inputs that grows as they are linked.
#[derive(Debug, Clone)]
pub(super) struct Group<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) autogrow: &'a Autogrow,
}

impl Group<'_> {
    /// Whether an input of this name is one of its own.
    pub(super) fn owns(&self, input: &str) -> bool {
        input.rsplit_once('.').is_some_and(|(group, _)| group == self.name)
    }

    /// How many inputs it has at least, where these share a type.
    pub(super) fn matching(&self) -> Option<usize> {
        let matches =
            self.autogrow.template.settable().any(|(_, input, _)| matches!(input.kind, Kind::Match(_)));
        matches.then_some(self.autogrow.min)
    }
}

/// What a node is to the editor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// A node that runs on the server.
    Class(ClassIx),
    /// An instance of a subgraph.
    Host(LayerIx),
    /// A legacy Reroute node.
    Reroute,
    /// A `PrimitiveNode`: one value for the widgets it is linked to.
    Primitive,
    /// A note.
    Note,
    /// A class that the catalog does not have.
    Missing,
}

/// An input slot.
#[derive(Debug, Clone)]
pub(super) struct Slot<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) ty: Cow<'a, str>,
    pub(super) link: Option<LinkId>,
    /// The widget that it stands for.
    pub(super) widget: Option<Cow<'a, str>>,
    /// The value that a subgraph's instance holds for a widget inside.
    pub(super) promoted: Option<Box<Promoted<'a>>>,
    /// Its position among the saved inputs.
    pub(super) saved: Option<usize>,
    /// The type that it shares with others.
    pub(super) matched: Option<&'a MatchType>,
}

/// A widget inside a subgraph that shows on the subgraph's instances.
#[derive(Debug, Clone)]
pub(super) struct Promoted<'a> {
    /// The node inside the subgraph, and its widget or slot.
    pub(super) near: (NodeIx, Cow<'a, str>),
    /// The node that has the widget at last, through nested instances.
    pub(super) deep: (NodeIx, Cow<'a, str>),
    pub(super) value: Held<'a>,
    /// The node with which the value was saved, and where.
    pub(super) saved: (NodeIx, Saved<'a>),
}

/// Where a value was saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saved<'a> {
    /// Nowhere: it is a default.
    No,
    /// At this position of `widgets_values`.
    At(usize),
    /// Under this name in `widgets_values`.
    Under(&'a str),
    /// Under this name in `widgets_values_named`.
    Named(&'a str),
}

/// A widget.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(super) struct Widget<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) kind: WidgetKind<'a>,
    /// Whether it takes one of the saved values.
    pub(super) persisted: bool,
    /// Whether it is part of the prompt.
    pub(super) emitted: bool,
    pub(super) value: Held<'a>,
    pub(super) saved: Saved<'a>,
    /// Whether its text is a dynamic prompt.
    pub(super) dynamic_prompt: bool,
    /// Whether its declaration says so.
    pub(super) asks_for_choices: bool,
    /// The declaration it was made from.
    pub(super) spec: Option<(WidgetType, Option<&'a Input>)>,
}

/// What a widget does with its value.
#[derive(Debug, Clone)]
pub(super) enum WidgetKind<'a> {
    Plain,
    /// Text that reads `null` as empty.
    Area,
    Combo(&'a [Json]),
    Branches(&'a [Branch]),
    /// The combo of a `CustomCombo`: one of its option widgets' values.
    Choice,
    /// The position of that choice.
    Position,
    /// One of those options.
    ChoiceOption,
    Curve,
    /// A value that is not to be set.
    Fixed,
}

impl<'a> Slot<'a> {
    pub(super) fn socket(name: Cow<'a, str>, ty: impl Into<Cow<'a, str>>) -> Self {
        Self { name, ty: ty.into(), link: None, widget: None, promoted: None, saved: None, matched: None }
    }
}

impl<'a> Widget<'a> {
    pub(super) fn new(name: Cow<'a, str>, kind: WidgetKind<'a>, value: Held<'a>) -> Self {
        Self {
            name,
            kind,
            persisted: true,
            emitted: true,
            value,
            saved: Saved::No,
            dynamic_prompt: false,
            asks_for_choices: false,
            spec: None,
        }
    }

    /// A widget that takes a saved value and shows in no prompt.
    fn idle(name: impl Into<Cow<'a, str>>, value: &'a Json) -> Self {
        Self { emitted: false, ..Self::new(name.into(), WidgetKind::Plain, Some(value)) }
    }
}

/// The branch that a new dynamic combo takes: integer keys come first, as in an object.
pub(super) fn first_branch(branches: &[Branch]) -> Option<&Branch> {
    let index = |key: &Json| match key {
        Json::String(key) => js::array_index(key),
        key => js::array_index(&js::text(key)),
    };
    branches.iter().min_by_key(|branch| index(&branch.key).unwrap_or(u32::MAX))
}

impl<'a> Node<'a> {
    /// A fresh node of a class: its slots and widgets as the editor makes them.
    pub(super) fn build(&mut self, definition: &Definition<'a>) {
        self.slots = Vec::with_capacity(definition.specs.len());
        // One more, where a widget brings another.
        let widgets = definition.specs.iter().filter(|spec| spec.widget.is_some()).count();
        self.widgets = Vec::with_capacity(if widgets == 0 { 0 } else { widgets + 1 });
        for spec in &definition.specs {
            self.add_sockets(spec);
        }
        for spec in &definition.specs {
            self.add_widgets(spec);
        }
        // Widgets that are made later, when a dynamic combo changes, are no dynamic prompts.
        for widget in &mut self.widgets {
            widget.dynamic_prompt = widget.asks_for_choices;
        }
        match definition.class.name.as_str() {
            "CustomCombo" => self.build_custom_combo(),
            "WebcamCapture" => {
                let mut button = Widget::new(Cow::Borrowed("waiting for camera..."), WidgetKind::Plain, None);
                button.kind = WidgetKind::Fixed;
                self.widgets.push(button);
            }
            _ => {}
        }
    }

    /// The slots of an input that is no widget.
    pub(super) fn add_sockets(&mut self, spec: &Spec<'a>) {
        if spec.widget.is_some() {
            return;
        }
        if let Some(autogrow) = spec.autogrow() {
            self.build_group(spec.name.clone(), autogrow);
        } else {
            let slot = Slot::socket(spec.name.clone(), spec.socket_type());
            self.slots.push(Slot { matched: spec.matched(), ..slot });
        }
    }

    /// The widgets of an input that is one, and its slot.
    pub(super) fn add_widgets(&mut self, spec: &Spec<'a>) {
        let Some(ty) = spec.widget else { return };
        self.create_widgets(spec, ty);
        let mut slot = Slot::socket(spec.name.clone(), spec.ty);
        slot.widget = Some(spec.name.clone());
        self.slots.push(slot);
    }

    /// All that a nested input brings.
    pub(super) fn add_input(&mut self, spec: &Spec<'a>) {
        self.add_sockets(spec);
        self.add_widgets(spec);
    }

    /// Whether it has inputs that grow as they are linked.
    pub(super) fn grows(&self) -> bool {
        !self.groups.is_empty()
    }

    /// Whether inputs depend on the value of one of its widgets.
    pub(super) fn has_branches(&self) -> bool {
        self.widgets.iter().any(|widget| matches!(widget.kind, WidgetKind::Branches(_)))
    }

    pub(super) fn widget(&self, name: &str) -> Option<&Widget<'a>> {
        self.widgets.iter().find(|widget| widget.name == name)
    }

    pub(super) fn widget_mut(&mut self, name: &str) -> Option<&mut Widget<'a>> {
        self.widgets.iter_mut().find(|widget| widget.name == name)
    }

    /// The first option of one of its widgets, if that is some sort of combo.
    pub(super) fn first_option(&self, widget: &Widget<'a>) -> Held<'a> {
        match widget.kind {
            WidgetKind::Combo(options) => options.first(),
            WidgetKind::Branches(branches) => first_branch(branches).map(|branch| &branch.key),
            WidgetKind::Choice => self.custom_options().find(|option| js::truthy(Some(option))),
            _ => None,
        }
    }

    /// The text of a property.
    pub(super) fn property(&self, name: &str) -> Option<Property<'a>> {
        self.properties.get(name)
    }

    /// Whether the prompt holds it when nothing is muted.
    pub(super) fn is_virtual(&self) -> bool {
        !matches!(self.role, Role::Class(_) | Role::Missing)
    }

    /// The widgets that the editor makes for an input.
    fn create_widgets(&mut self, spec: &Spec<'a>, ty: WidgetType) {
        let name = spec.name.clone();
        let given = |fallback: &'a Json| Some(spec.default().unwrap_or(fallback));
        let inner = |option: &str, field: &str| spec.option(option).and_then(|o| o.get(field));
        let plain = |value| Widget::new(name.clone(), WidgetKind::Plain, value);
        let object = |value: Held<'a>, fallback: &'a Json| value.or(Some(fallback));
        let mut main = match ty {
            WidgetType::Int | WidgetType::Float => {
                plain(Some(spec.default().filter(|default| !default.is_null()).unwrap_or(&known::ZERO)))
            }
            WidgetType::Boolean => plain(given(&known::FALSE)),
            WidgetType::Text => {
                let kind = if spec.is_multiline() { WidgetKind::Area } else { WidgetKind::Plain };
                Widget::new(name.clone(), kind, given(&known::EMPTY))
            }
            WidgetType::Pack if spec.ty == "FLOAT" => plain(given(&known::ZERO)),
            WidgetType::Markdown | WidgetType::Pack => {
                Widget::new(name.clone(), WidgetKind::Area, given(&known::EMPTY))
            }
            WidgetType::Painter => plain(given(&known::EMPTY)),
            WidgetType::Combo => Self::combo(spec),
            WidgetType::DynamicCombo => {
                Widget::new(name.clone(), WidgetKind::Branches(spec.branches()), None)
            }
            WidgetType::ImageUpload => Widget::idle(name.clone(), &known::IMAGE),
            WidgetType::AudioUpload => Widget::idle(name.clone(), &known::EMPTY),
            WidgetType::AudioUi => Widget { persisted: false, ..Widget::idle(name.clone(), &known::EMPTY) },
            WidgetType::AudioRecord | WidgetType::Webcam | WidgetType::Viewer | WidgetType::Load3d => {
                Widget::new(name.clone(), WidgetKind::Fixed, Some(&known::EMPTY))
            }
            WidgetType::Color => {
                plain(object(spec.default().or_else(|| inner("options", "default")), &known::BLACK))
            }
            WidgetType::BoundingBox => plain(given(&known::BOX)),
            WidgetType::List => plain(given(&known::NO_LIST)),
            WidgetType::ImageCompare => Widget { persisted: false, ..plain(Some(&known::COMPARED)) },
            WidgetType::Curve => Widget::new(name.clone(), WidgetKind::Curve, given(&known::STRAIGHT)),
            WidgetType::Range => plain(given(&known::UNIT_RANGE)),
            WidgetType::VideoEdit => plain(Some(video_edit(spec))),
            WidgetType::Compositor => {
                plain(object(spec.default().filter(|default| default.is_object()), &known::NO_OBJECT))
            }
            WidgetType::TextArea => plain(object(inner("options", "default"), &known::EMPTY)),
            WidgetType::Chart => plain(object(inner("options", "data"), &known::NO_OBJECT)),
            WidgetType::Galleria => plain(object(inner("options", "images"), &known::NO_LIST)),
        };
        main.spec = Some((ty, spec.input));
        main.asks_for_choices = spec.is_dynamic_prompt();
        if ty == WidgetType::Load3d && self.widget("model_file").is_some() {
            for (name, value) in [
                ("upload 3d model", &*known::UPLOAD_MODEL),
                ("upload extra resources", &*known::UPLOAD_RESOURCES),
                ("clear", &*known::CLEAR),
            ] {
                self.widgets.push(Widget { emitted: true, ..Widget::idle(name, value) });
            }
        }
        let at = self.widgets.len();
        self.widgets.push(main);
        match ty {
            WidgetType::Int => {
                let seed = matches!(&*spec.name, "seed" | "noise_seed");
                let absent = spec.controls().is_none_or(Json::is_null);
                if spec.control().is_some() || (seed && absent) {
                    self.widgets.push(control(spec, &known::RANDOMIZE));
                }
            }
            WidgetType::Float if spec.control().is_some() => self.widgets.push(control(spec, &known::FIXED)),
            WidgetType::Combo => self.combo_companions(spec),
            WidgetType::AudioRecord => self.widgets.push(Widget::idle(name, &known::EMPTY)),
            WidgetType::BoundingBox => {
                for side in ["x", "y", "width", "height"] {
                    self.widgets.push(Widget::idle(side, &known::ZERO));
                }
            }
            WidgetType::DynamicCombo => {
                let first = first_branch(spec.branches()).map(|branch| &branch.key);
                if let Some(widget) = self.widgets.get_mut(at) {
                    widget.value = first;
                }
                self.rebuild_branch(at);
            }
            _ => {}
        }
    }

    fn combo(spec: &Spec<'a>) -> Widget<'a> {
        if spec.is_multi_select() {
            let value = spec.default().unwrap_or(&known::NO_LIST);
            return Widget::new(spec.name.clone(), WidgetKind::Plain, Some(value));
        }
        let choices = spec.choices();
        let value = spec
            .default()
            .filter(|default| js::truthy(Some(default)))
            .or_else(|| choices.first())
            .or_else(|| spec.remote().map(|_| &*known::LOADING));
        Widget::new(spec.name.clone(), WidgetKind::Combo(choices), value)
    }

    /// The widgets beside a combo.
    fn combo_companions(&mut self, spec: &Spec<'a>) {
        let multi = spec.is_multi_select();
        if let Some(remote) = spec.remote().filter(|_| !multi) {
            self.widgets.push(Widget::idle("Auto-refresh after generation", &known::FALSE));
            if js::truthy(remote.get("refresh_button")) {
                self.widgets.push(Widget { emitted: true, ..Widget::idle("refresh", &known::REFRESH) });
            }
        }
        if spec.control().is_some() {
            self.widgets.push(control(spec, if multi { &known::FIXED } else { &known::RANDOMIZE }));
            if !multi {
                self.widgets.push(Widget::idle("control_filter_list", &known::EMPTY));
            }
        }
    }
}

/// The widget that changes another after each run.
fn control<'a>(spec: &Spec<'a>, fallback: &'a Json) -> Widget<'a> {
    match spec.control() {
        // The editor takes a text given here for the widget's name as well.
        Some(value @ Json::String(name)) => Widget::idle(name.as_str(), value),
        _ => Widget::idle("control_after_generate", fallback),
    }
}

/// The default of a video edit: both parts, or those that `features` names.
fn video_edit<'a>(spec: &Spec<'a>) -> &'a Json {
    let features = spec.option("features").and_then(Json::as_array);
    let chosen =
        |part: &str| features.is_none_or(|list| list.iter().any(|feature| feature.as_str() == Some(part)));
    spec.default().unwrap_or_else(|| match (chosen("trim"), chosen("crop")) {
        (true, true) => &known::WHOLE_CLIP,
        (true, false) => &known::WHOLE_LENGTH,
        (false, true) => &known::WHOLE_FRAME,
        (false, false) => &known::NO_OBJECT,
    })
}
