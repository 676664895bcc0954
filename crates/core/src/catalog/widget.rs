//! Which inputs the editor makes widgets of.

use serde_json::{Map, Value};

use super::types::Type;
use crate::number::javascript::is_truthy;

/// The kinds of widget that the editor knows, by the type of input that has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WidgetType {
    Int,
    Float,
    Boolean,
    Text,
    Markdown,
    Combo,
    DynamicCombo,
    ImageUpload,
    AudioUpload,
    AudioUi,
    AudioRecord,
    Webcam,
    Color,
    BoundingBox,
    /// `BOUNDING_BOXES`, `COLORS`: a list of values.
    List,
    ImageCompare,
    Curve,
    Range,
    VideoEdit,
    Compositor,
    Painter,
    TextArea,
    Chart,
    Galleria,
    Viewer,
    Load3d,
    /// Of a type for which the script of a node pack makes the widget: times of VideoHelperSuite, Easy-Use's own.
    Pack,
}

impl WidgetType {
    /// The widget of an input of this type; `None` for a socket.
    pub(crate) fn of(ty: &str) -> Option<Self> {
        Some(match ty {
            "INT" => Self::Int,
            "FLOAT" => Self::Float,
            "BOOLEAN" => Self::Boolean,
            "STRING" => Self::Text,
            "MARKDOWN" => Self::Markdown,
            Type::COMBO => Self::Combo,
            Type::DYNAMIC_COMBO => Self::DynamicCombo,
            "IMAGEUPLOAD" => Self::ImageUpload,
            "AUDIOUPLOAD" => Self::AudioUpload,
            "AUDIO_UI" => Self::AudioUi,
            "AUDIO_RECORD" => Self::AudioRecord,
            "WEBCAM" => Self::Webcam,
            "COLOR" => Self::Color,
            "BOUNDING_BOX" => Self::BoundingBox,
            "BOUNDING_BOXES" | "COLORS" => Self::List,
            "IMAGECOMPARE" => Self::ImageCompare,
            "CURVE" => Self::Curve,
            "RANGE" => Self::Range,
            "VIDEO_EDIT" => Self::VideoEdit,
            "COMPOSITOR" => Self::Compositor,
            "PAINTER" => Self::Painter,
            "TEXTAREA" => Self::TextArea,
            "CHART" => Self::Chart,
            "GALLERIA" => Self::Galleria,
            "PREVIEW_3D" | "LOAD_3D_ADVANCED" => Self::Viewer,
            "LOAD_3D" => Self::Load3d,
            "VHSTIMESTAMP"
            | "EASY_COMBO"
            | "EASY_MULTI_ANGLE"
            | "EASY_PROMPT_AWAIT_BAR"
            | "EASY_PROMPT_STYLES"
            | "EASY_TABLE_EDITOR" => Self::Pack,
            _ => return None,
        })
    }
}

/// How the editor shows an input: what its type and its options say of that, worked out once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of a declaration")]
pub(crate) struct Shown {
    /// The widget of its type; `None` for a socket.
    widget: Option<WidgetType>,
    /// Whether it is kept from being a widget.
    forced: bool,
    /// Whether it is so where it is optional.
    forced_if_optional: bool,
    /// Whether it says if its widget is a controlled one.
    pub(crate) controls: bool,
    /// Whether its options come from elsewhere.
    pub(crate) remote: bool,
    /// Whether its text has more than one line.
    pub(crate) multiline: bool,
    /// Whether its text is a dynamic prompt.
    pub(crate) dynamic_prompt: bool,
    /// Whether more than one option can be chosen.
    pub(crate) multi_select: bool,
    /// What the editor can upload into it.
    pub(super) uploads: Option<Upload>,
}

/// What is uploaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Upload {
    Audio,
    Picture,
}

impl Shown {
    /// How an input of this type is shown, with these keywords among its options.
    pub(super) fn new<'t>(mut ty: Option<&'t str>, keywords: &'t Map<String, Value>) -> Self {
        let mut shown = Self::default();
        for (option, value) in keywords {
            let set = *value == Value::Bool(true);
            match option.as_str() {
                "forceInput" => shown.forced = set,
                "defaultInput" => shown.forced_if_optional = set,
                "widgetType" => ty = value.as_str().filter(|named| !named.is_empty()).or(ty),
                "control_after_generate" => shown.controls = true,
                "remote" => shown.remote = true,
                "multiline" => shown.multiline = is_truthy(value),
                "dynamicPrompts" => shown.dynamic_prompt = set,
                "multi_select" => shown.multi_select = is_truthy(value),
                "audio_upload" if set => shown.uploads = Some(Upload::Audio),
                "image_upload" | "video_upload" | "animated_image_upload" if set => {
                    shown.uploads = Some(Upload::Picture);
                }
                _ => {}
            }
        }
        shown.widget = ty.and_then(WidgetType::of);
        shown
    }

    /// The widget that the editor makes; `None` for a socket.
    pub(super) fn widget(self, optional: bool) -> Option<WidgetType> {
        self.widget.filter(|_| !self.is_forced(optional))
    }

    /// Whether it is kept from being a widget.
    pub(crate) fn is_forced(self, optional: bool) -> bool {
        self.forced || (optional && self.forced_if_optional)
    }
}
