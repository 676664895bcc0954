//! How the editor lays out a class: its inputs in the editor's order, with those that the editor itself adds, and the title
//! of a new node. Worked out once, when the class is read.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::input::{Input, Inputs};
use super::types::Type;
use super::widget::Upload;

/// The inputs of a class as the editor sees them.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Layout {
    /// In the order of their declaration: required ones, what the editor adds to them, optional ones.
    declared: Vec<Place>,
    /// In the editor's order, where that is another.
    ordered: Option<Vec<Place>>,
    /// Whether some input is forced to be a socket.
    pub(crate) forces: bool,
    /// Whether its `filename_prefix` takes `%…%`.
    pub(crate) saves: bool,
    /// For each output, the template of the match type that it takes part in; none where no output does.
    pub(crate) matches: Vec<Option<String>>,
    /// The title of a new node, where that is not the class's name.
    title: Option<String>,
}

/// Where an input is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// This one of the required inputs.
    Required(usize),
    /// This one of the optional inputs.
    Optional(usize),
    /// Nowhere: the editor adds it.
    Added {
        /// Its name.
        name: &'static str,
        /// Its type.
        ty: &'static str,
    },
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

impl Layout {
    /// The layout of a class of this name, inputs and other fields.
    pub(super) fn new(name: &str, inputs: &Inputs, fields: &Map<String, Value>) -> Self {
        let declared = declared(name, inputs);
        let forced = |place: &Place| match place.input(inputs) {
            Some((_, input)) => input.shown().is_forced(place.is_optional()),
            None => false,
        };
        Self {
            forces: declared.iter().any(forced),
            ordered: fields
                .get("input_order")
                .and_then(Value::as_object)
                .and_then(|order| in_order(&declared, inputs, order)),
            declared,
            matches: fields
                .get("output_matchtypes")
                .and_then(Value::as_array)
                .map(|templates| templates.iter().map(|name| name.as_str().map(str::to_owned)).collect())
                .unwrap_or_default(),
            saves: SAVES.contains(&name),
            title: match TITLES.iter().find(|(known, _)| *known == name) {
                Some((_, title)) => Some((*title).to_owned()),
                None => display_name(fields).map(str::to_owned),
            },
        }
    }

    /// The inputs in the order of their declaration.
    pub(crate) fn declared(&self) -> &[Place] {
        &self.declared
    }

    /// The title of a new node, where that is not the class's name.
    pub(crate) fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// The inputs in the editor's order.
    pub(crate) fn ordered(&self) -> &[Place] {
        self.ordered.as_ref().unwrap_or(&self.declared)
    }
}

impl Place {
    /// The declaration, and the name it has.
    pub(crate) fn input(self, inputs: &Inputs) -> Option<(&str, &Input)> {
        let (section, at) = match self {
            Self::Required(at) => (&inputs.required, at),
            Self::Optional(at) => (&inputs.optional, at),
            Self::Added { .. } => return None,
        };
        section.as_ref()?.get_index(at).map(|(name, input)| (name.as_str(), input))
    }

    /// Whether a node may do without.
    pub(crate) fn is_optional(self) -> bool {
        matches!(self, Self::Optional(_))
    }

    fn name(self, inputs: &Inputs) -> &str {
        match self {
            Self::Added { name, .. } => name,
            declared => declared.input(inputs).map_or("", |(name, _)| name),
        }
    }
}

/// The name that a class says it has to show.
pub(super) fn display_name(fields: &Map<String, Value>) -> Option<&str> {
    fields.get("display_name")?.as_str().filter(|name| !name.is_empty())
}

/// Required inputs, what the editor adds to them, optional inputs.
fn declared(class: &str, inputs: &Inputs) -> Vec<Place> {
    let Inputs { required, optional, .. } = inputs;
    let count = |section: &Option<IndexMap<String, Input>>| section.as_ref().map_or(0, IndexMap::len);
    let mut places: Vec<Place> = (0..count(required)).map(Place::Required).collect();
    if let Some(required) = required {
        for added in added(class, required) {
            put(&mut places, added, inputs);
        }
    }
    for (at, name) in optional.iter().flat_map(IndexMap::keys).enumerate() {
        if required.as_ref().is_some_and(|required| required.contains_key(name)) {
            put(&mut places, Place::Optional(at), inputs);
        } else {
            places.push(Place::Optional(at));
        }
    }
    places
}

/// Puts an input in the place of the one of its name, else at the end.
fn put(places: &mut Vec<Place>, place: Place, inputs: &Inputs) {
    match places.iter_mut().find(|other| other.name(inputs) == place.name(inputs)) {
        Some(other) => *other = place,
        None => places.push(place),
    }
}

/// The inputs that the editor adds to the required ones of a class.
fn added(class: &str, required: &IndexMap<String, Input>) -> Vec<Place> {
    let mut found = Vec::new();
    let mut add = |name, ty| found.push(Place::Added { name, ty });
    if AUDIO_PLAYERS.contains(&class) {
        add("audioUI", "AUDIO_UI");
    }
    if required.get("audio").is_some_and(|input| input.shown().uploads == Some(Upload::Audio)) {
        add("upload", "AUDIOUPLOAD");
    }
    let takes_picture = |input: &Input| {
        input.kind.socket_type() == Some(Type::COMBO) && input.shown().uploads == Some(Upload::Picture)
    };
    if required.values().any(takes_picture) {
        add("upload", "IMAGEUPLOAD");
    }
    match class {
        "Preview3D" | "SaveGLB" => add("image", "PREVIEW_3D"),
        "Load3DAdvanced" => add("viewport_state", "LOAD_3D_ADVANCED"),
        _ => {}
    }
    found
}

/// `places` as `input_order` lists them, then those it does not list; `None` when that is no other order.
fn in_order(places: &[Place], inputs: &Inputs, order: &Map<String, Value>) -> Option<Vec<Place>> {
    let listed =
        ["required", "optional"].into_iter().filter_map(|section| order.get(section)?.as_array()).flatten();
    let mut left: Vec<Option<Place>> = places.iter().copied().map(Some).collect();
    let mut sorted = Vec::with_capacity(places.len());
    // Mostly the next one comes after the last.
    let mut next = 0;
    for name in listed.filter_map(Value::as_str) {
        let is_named = |place: &Option<Place>| place.is_some_and(|place| place.name(inputs) == name);
        let ahead = left.iter().skip(next).position(is_named).map(|i| i + next);
        if let Some(i) = ahead.or_else(|| left.iter().position(is_named)) {
            sorted.extend(left.get_mut(i).and_then(Option::take));
            next = i + 1;
        }
    }
    sorted.extend(left.into_iter().flatten());
    (sorted != places).then_some(sorted)
}
