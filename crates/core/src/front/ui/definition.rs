//! What the editor makes of a class: its inputs in the editor's order, which of them are widgets, the inputs that the
//! editor itself adds, and its title.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde_json::Value as Json;

pub(super) use crate::catalog::WidgetType;
use crate::catalog::{Autogrow, Branch, Class, Input, Kind, MatchType, OutputType, Place, Type};
use crate::number::javascript as js;

/// One input of a class as the editor sees it.
#[derive(Debug, Clone)]
pub(super) struct Spec<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) ty: &'a str,
    /// Its declaration; `None` for one that the editor adds.
    pub(super) input: Option<&'a Input>,
    /// Its widget; `None` for a socket.
    pub(super) widget: Option<WidgetType>,
    /// Whether it is kept from being a widget.
    pub(super) forced: bool,
}

/// A class as the editor sees it.
#[derive(Debug)]
pub(super) struct Definition<'a> {
    pub(super) class: &'a Class,
    /// The inputs in the editor's order.
    pub(super) specs: Vec<Spec<'a>>,
    packs: bool,
}

impl<'a> Spec<'a> {
    /// A declared input under `name`.
    pub(super) fn new(name: Cow<'a, str>, input: &'a Input, optional: bool) -> Self {
        Self {
            name,
            ty: match &input.kind {
                Kind::Named(ty) => ty.as_str(),
                kind => kind.socket_type().unwrap_or("UNKNOWN"),
            },
            input: Some(input),
            widget: input.widget(optional),
            forced: input.shown().is_forced(optional),
        }
    }

    /// An input of a class.
    fn at(place: Place, class: &'a Class, packs: bool) -> Option<Self> {
        if let Place::Added { name, ty } = place {
            let widget = WidgetType::of(ty);
            return Some(Self { name: Cow::Borrowed(name), ty, input: None, widget, forced: false });
        }
        let (name, input) = place.input(&class.inputs)?;
        let mut spec = Self::new(Cow::Borrowed(name), input, place.is_optional());
        spec.widget = spec.widget.filter(|widget| packs || *widget != WidgetType::Pack);
        Some(spec)
    }

    /// Whether its text has more than one line.
    pub(super) fn is_multiline(&self) -> bool {
        self.input.is_some_and(|input| input.shown().multiline)
    }

    /// Whether its text is a dynamic prompt.
    pub(super) fn is_dynamic_prompt(&self) -> bool {
        self.input.is_some_and(|input| input.shown().dynamic_prompt)
    }

    /// Whether more than one option can be chosen.
    pub(super) fn is_multi_select(&self) -> bool {
        self.input.is_some_and(|input| input.shown().multi_select)
    }

    /// What it says of whether its widget is a controlled one.
    pub(super) fn controls(&self) -> Option<&'a Json> {
        self.input.filter(|input| input.shown().controls)?.options.other.get("control_after_generate")
    }

    /// Where its options come from, when that is not the declaration.
    pub(super) fn remote(&self) -> Option<&'a Json> {
        self.input.filter(|input| input.shown().remote)?.options.other.get("remote")
    }

    /// A keyword of its declaration.
    pub(super) fn option(&self, name: &str) -> Option<&'a Json> {
        self.input?.options.other.get(name)
    }

    /// Its declared default.
    pub(super) fn default(&self) -> Option<&'a Json> {
        self.input?.options.default.as_ref()
    }

    /// The declared options of a combo.
    pub(super) fn choices(&self) -> &'a [Json] {
        match self.input.map(|input| &input.kind) {
            Some(Kind::Combo(combo)) => &combo.options,
            _ => &[],
        }
    }

    /// The branches of a dynamic combo.
    pub(super) fn branches(&self) -> &'a [Branch] {
        match self.input.map(|input| &input.kind) {
            Some(Kind::DynamicCombo(branches)) => branches,
            _ => &[],
        }
    }

    /// The template of an autogrow.
    pub(super) fn autogrow(&self) -> Option<&'a Autogrow> {
        match self.input.map(|input| &input.kind) {
            Some(Kind::Autogrow(autogrow)) => Some(autogrow),
            _ => None,
        }
    }

    /// The type of the socket it makes: a match type takes what it allows.
    pub(super) fn socket_type(&self) -> &'a str {
        self.matched().map_or(self.ty, |matched| matched.allowed.as_str())
    }

    /// The type that it shares with others.
    pub(super) fn matched(&self) -> Option<&'a MatchType> {
        match self.input.map(|input| &input.kind) {
            Some(Kind::Match(matched)) => Some(matched),
            _ => None,
        }
    }

    /// The value of `control_after_generate` that makes the widget a controlled one.
    pub(super) fn control(&self) -> Option<&'a Json> {
        self.controls().filter(|control| js::truthy(Some(control)))
    }
}

impl<'a> Definition<'a> {
    /// The class, to an editor with or without the scripts of packs.
    pub(super) fn new(class: &'a Class, packs: bool) -> Self {
        let places = class.layout().ordered();
        let mut specs = Vec::with_capacity(places.len());
        specs.extend(places.iter().filter_map(|place| Spec::at(*place, class, packs)));
        Self { class, specs, packs }
    }

    /// The inputs in order of their declaration, with those that the editor adds.
    pub(super) fn declared(&self) -> impl Iterator<Item = Spec<'a>> {
        self.class.layout().declared().iter().filter_map(|place| Spec::at(*place, self.class, self.packs))
    }

    /// The types of the outputs.
    pub(super) fn outputs(&self) -> impl Iterator<Item = &'a str> {
        self.class.outputs.iter().map(|output| match &output.ty {
            OutputType::Named(ty) if ty.as_str() == Type::MATCH => Type::ANY,
            OutputType::Named(ty) => ty.as_str(),
            OutputType::Options(_) => Type::COMBO,
            OutputType::Opaque(_) => "",
        })
    }

    /// Whether its `filename_prefix` takes `%…%`.
    pub(super) fn saves(&self) -> bool {
        self.class.layout().saves
    }
}

macro_rules! constants {
    ($($name:ident $json:tt;)*) => {
        $(pub(super) static $name: LazyLock<Json> = LazyLock::new(|| serde_json::json!($json));)*
    };
}

constants! {
    ZERO 0;
    FALSE false;
    EMPTY "";
    UNDEFINED "undefined";
    BLACK "#000000";
    LOADING "Loading...";
    NO_LIST [];
    NO_OBJECT {};
    REFRESH "refresh";
    IMAGE "image";
    RANDOMIZE "randomize";
    FIXED "fixed";
    BOX {"x": 0, "y": 0, "width": 512, "height": 512};
    COMPARED ["", ""];
    STRAIGHT {"points": [[0, 0], [1, 1]], "interpolation": "monotone_cubic"};
    UNIT_RANGE {"min": 0, "max": 1};
    WHOLE_CLIP {"trim": {"start_time": 0, "duration": 0}, "crop": {"x": 0, "y": 0, "width": 0, "height": 0}};
    WHOLE_LENGTH {"trim": {"start_time": 0, "duration": 0}};
    WHOLE_FRAME {"crop": {"x": 0, "y": 0, "width": 0, "height": 0}};
    UPLOAD_MODEL "upload3dmodel";
    UPLOAD_RESOURCES "uploadExtraResources";
    CLEAR "clear";
}
