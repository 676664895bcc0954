//! Which inputs the editor makes widgets of.

use serde_json::Value;

use super::{Input, Type};

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
            _ => return None,
        })
    }
}

impl Input {
    /// The widget that the editor makes of this input; `None` for a socket.
    pub(crate) fn widget(&self, optional: bool) -> Option<WidgetType> {
        let options = &self.options;
        if options.flag("forceInput") || (optional && options.flag("defaultInput")) {
            return None;
        }
        let shown = options.other.get("widgetType").and_then(Value::as_str).filter(|ty| !ty.is_empty());
        WidgetType::of(shown.or(self.kind.socket_type())?)
    }
}
