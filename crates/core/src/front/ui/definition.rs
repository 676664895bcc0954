//! What the editor makes of a class: its inputs in the editor's order, which of them are widgets, the inputs that the
//! editor itself adds, and its title.

use std::borrow::Cow;
use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

use super::js;
pub(super) use crate::catalog::WidgetType;
use crate::catalog::{Autogrow, Branch, Class, Input, Inputs, Kind, OutputType, Type};

/// One input of a class as the editor sees it.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of a declaration")]
pub(super) struct Spec<'a> {
    pub(super) name: Cow<'a, str>,
    pub(super) ty: &'a str,
    /// Its declaration; `None` for one that the editor adds.
    pub(super) input: Option<&'a Input>,
    /// Its widget; `None` for a socket.
    pub(super) widget: Option<WidgetType>,
    /// Whether it is kept from being a widget.
    pub(super) forced: bool,
    /// What makes its widget a controlled one, whatever it says.
    pub(super) controls: Option<&'a Json>,
    /// Whether its text has more than one line.
    pub(super) multiline: bool,
    /// Whether its text is a dynamic prompt.
    pub(super) dynamic_prompt: bool,
    /// Whether more than one option can be chosen.
    pub(super) multi_select: bool,
    /// What the editor can upload into it.
    uploads: Option<Upload>,
}

/// What is uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Upload {
    Audio,
    Picture,
}

/// A class as the editor sees it.
#[derive(Debug)]
pub(super) struct Definition<'a> {
    pub(super) class: &'a Class,
    /// The inputs in the editor's order.
    pub(super) specs: Vec<Spec<'a>>,
    /// The types of the outputs.
    pub(super) outputs: Vec<&'a str>,
    /// The title of a new node.
    pub(super) title: &'a str,
    /// Whether its `filename_prefix` takes `%…%`.
    pub(super) saves: bool,
    /// Whether some input is forced to be a socket.
    pub(super) forces: bool,
}

/// Classes whose title in the editor's English translation is not their `display_name` (frontend 1.49.6).
const TITLES: &[(&str, &str)] = &[
    ("LTXVConcatAVLatent", "LTXVConcatAVLatent"),
    ("LTXVSeparateAVLatent", "LTXVSeparateAVLatent"),
    ("ByteDanceSeedreamNodeV2", "ByteDance Seedream 4.5 & 5.0"),
    ("ByteDance2ReferenceNode", "ByteDance Seedance 2.5 Reference to Video"),
    ("TopazImageEnhance", "Topaz Image Enhance"),
    // From the node's documentation, not from an export.
    ("IdeogramPImage", "Ideogram P-Image"),
];

/// Classes whose `filename_prefix` takes `%…%`.
const SAVES: [&str; 20] = [
    "SaveImage",
    "SaveImageAdvanced",
    "SaveSVGNode",
    "SaveVideo",
    "SaveAnimatedWEBP",
    "SaveWEBM",
    "SaveAudio",
    "SaveAudioMP3",
    "SaveAudioOpus",
    "SaveAudioAdvanced",
    "SaveGLB",
    "Save3DAdvanced",
    "SaveGaussianSplat",
    "SavePointCloud",
    "SaveAnimatedPNG",
    "CLIPSave",
    "VAESave",
    "ModelSave",
    "LoraSave",
    "SaveLatent",
];
const AUDIO_PLAYERS: [&str; 6] =
    ["LoadAudio", "SaveAudio", "PreviewAudio", "SaveAudioMP3", "SaveAudioOpus", "SaveAudioAdvanced"];

impl<'a> Spec<'a> {
    /// A declared input under `name`.
    pub(super) fn new(name: Cow<'a, str>, input: &'a Input, optional: bool) -> Self {
        let ty = match &input.kind {
            Kind::Named(ty) => ty.as_str(),
            Kind::Combo(_) => Type::COMBO,
            Kind::DynamicCombo(_) => Type::DYNAMIC_COMBO,
            Kind::Autogrow(_) => Type::AUTOGROW,
            Kind::DynamicSlot(_) => Type::DYNAMIC_SLOT,
            Kind::Match(_) => Type::MATCH,
            Kind::Opaque(_) => "UNKNOWN",
        };
        let mut spec = Self::bare(name, ty);
        spec.input = Some(input);
        let mut shown = ty;
        // One pass over the options: they are few, and most inputs have none of these.
        for (option, value) in &input.options.other {
            let set = *value == Json::Bool(true);
            match option.as_str() {
                "forceInput" => spec.forced |= set,
                "defaultInput" => spec.forced |= set && optional,
                "widgetType" => shown = value.as_str().filter(|ty| !ty.is_empty()).unwrap_or(ty),
                "control_after_generate" => spec.controls = Some(value),
                "multiline" => spec.multiline = js::truthy(Some(value)),
                "dynamicPrompts" => spec.dynamic_prompt = set,
                "multi_select" => spec.multi_select = js::truthy(Some(value)),
                "audio_upload" if set => spec.uploads = Some(Upload::Audio),
                "image_upload" | "video_upload" | "animated_image_upload" if set => {
                    spec.uploads = Some(Upload::Picture);
                }
                _ => {}
            }
        }
        spec.widget = if spec.forced { None } else { WidgetType::of(shown) };
        spec
    }

    /// An input that the editor adds.
    fn added(name: &'static str, ty: &'static str) -> Self {
        Self { widget: WidgetType::of(ty), ..Self::bare(Cow::Borrowed(name), ty) }
    }

    fn bare(name: Cow<'a, str>, ty: &'a str) -> Self {
        Self {
            name,
            ty,
            input: None,
            widget: None,
            forced: false,
            controls: None,
            multiline: false,
            dynamic_prompt: false,
            multi_select: false,
            uploads: None,
        }
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
        match self.input.map(|input| &input.kind) {
            Some(Kind::Match(matched)) => matched.allowed.as_str(),
            _ => self.ty,
        }
    }

    /// The value of `control_after_generate` that makes the widget a controlled one.
    pub(super) fn control(&self) -> Option<&'a Json> {
        self.controls.filter(|control| js::truthy(Some(control)))
    }
}

impl<'a> Definition<'a> {
    pub(super) fn new(class: &'a Class) -> Self {
        let specs =
            in_order(insertion_order(class), class.fields.get("input_order").and_then(Json::as_object));
        let outputs = class
            .outputs
            .iter()
            .map(|output| match &output.ty {
                OutputType::Named(ty) if ty.as_str() == Type::MATCH => Type::ANY,
                OutputType::Named(ty) => ty.as_str(),
                OutputType::Options(_) => Type::COMBO,
                OutputType::Opaque(_) => "",
            })
            .collect();
        let forces = specs.iter().any(|spec| spec.forced);
        let saves = SAVES.contains(&class.name.as_str());
        let known = TITLES.iter().find(|(name, _)| *name == class.name);
        let title = known.map_or_else(|| class.title(), |(_, title)| title);
        Self { class, specs, outputs, title, saves, forces }
    }

    /// The inputs in order of their declaration, with those that the editor adds.
    pub(super) fn declared(&self) -> Vec<Spec<'a>> {
        insertion_order(self.class)
    }
}

/// Required inputs, what the editor adds to them, optional inputs.
fn insertion_order(class: &Class) -> Vec<Spec<'_>> {
    let Inputs { required, optional, .. } = &class.inputs;
    let spec = |(name, input), optional| Spec::new(Cow::Borrowed(String::as_str(name)), input, optional);
    let mut specs: Vec<Spec<'_>> = required.iter().flatten().map(|entry| spec(entry, false)).collect();
    if required.is_some() {
        for added in added(class, &specs) {
            put(&mut specs, added);
        }
    }
    for entry in optional.iter().flatten() {
        let spec = spec(entry, true);
        if required.as_ref().is_some_and(|required| required.contains_key(entry.0)) {
            put(&mut specs, spec);
        } else {
            specs.push(spec);
        }
    }
    specs
}

/// Puts a spec in the place of the one of its name, else at the end.
fn put<'a>(specs: &mut Vec<Spec<'a>>, spec: Spec<'a>) {
    match specs.iter_mut().find(|other| other.name == spec.name) {
        Some(other) => *other = spec,
        None => specs.push(spec),
    }
}

/// The inputs that the editor adds to the required ones of a class.
fn added<'a>(class: &'a Class, required: &[Spec<'a>]) -> Vec<Spec<'a>> {
    let mut found = Vec::new();
    let name = class.name.as_str();
    if AUDIO_PLAYERS.contains(&name) {
        found.push(Spec::added("audioUI", "AUDIO_UI"));
    }
    if required.iter().any(|spec| spec.name == "audio" && spec.uploads == Some(Upload::Audio)) {
        found.push(Spec::added("upload", "AUDIOUPLOAD"));
    }
    if required.iter().any(|spec| spec.ty == Type::COMBO && spec.uploads == Some(Upload::Picture)) {
        found.push(Spec::added("upload", "IMAGEUPLOAD"));
    }
    match name {
        "Preview3D" | "SaveGLB" => found.push(Spec::added("image", "PREVIEW_3D")),
        "Load3DAdvanced" => found.push(Spec::added("viewport_state", "LOAD_3D_ADVANCED")),
        _ => {}
    }
    found
}

/// `specs` as `input_order` lists them, then those it does not list.
fn in_order<'a>(specs: Vec<Spec<'a>>, order: Option<&Map<String, Json>>) -> Vec<Spec<'a>> {
    let Some(order) = order else { return specs };
    let listed =
        ["required", "optional"].into_iter().filter_map(|section| order.get(section)?.as_array()).flatten();
    // Mostly the order is that of the declaration.
    if listed.clone().filter_map(Json::as_str).eq(specs.iter().map(|spec| &*spec.name)) {
        return specs;
    }
    let mut specs: Vec<Option<Spec<'a>>> = specs.into_iter().map(Some).collect();
    let mut sorted = Vec::with_capacity(specs.len());
    // Mostly the next one comes after the last.
    let mut next = 0;
    for name in listed.filter_map(Json::as_str) {
        let is_named = |spec: &Option<Spec<'_>>| spec.as_ref().is_some_and(|spec| spec.name == name);
        let ahead = specs.iter().skip(next).position(is_named).map(|i| i + next);
        if let Some(i) = ahead.or_else(|| specs.iter().position(is_named)) {
            sorted.extend(specs.get_mut(i).and_then(Option::take));
            next = i + 1;
        }
    }
    sorted.extend(specs.into_iter().flatten());
    sorted
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
    UPLOAD_MODEL "upload3dmodel";
    UPLOAD_RESOURCES "uploadExtraResources";
    CLEAR "clear";
}
