//! The keywords of one published input, in the order and spelling they were published with.

use serde_json::{Map, Number, Value};

/// What a published input takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueType {
    /// Text.
    String,
    /// A number without a fraction, however it is spelled.
    Integer,
    /// Any number; RunComfy's schemas say `float`.
    Number,
    /// True or false.
    Boolean,
    /// A list.
    Array,
    /// An object.
    Object,
    /// Null.
    Null,
}

/// What kind of file a published input takes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Media {
    /// A picture.
    Image,
    /// A video.
    Video,
    /// A sound.
    Audio,
}

/// The keywords of one input. The map is the truth; the methods read it, and see nothing where a keyword has another form
/// than theirs (which `check` reports).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema(pub(crate) Map<String, Value>);

impl ValueType {
    /// The type of a name, in either dialect.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "string" => Self::String,
            "integer" | "int" => Self::Integer,
            "number" | "float" => Self::Number,
            "boolean" | "bool" => Self::Boolean,
            "array" => Self::Array,
            "object" => Self::Object,
            "null" => Self::Null,
            _ => return None,
        })
    }

    /// The name in standard JSON Schema.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
            Self::Null => "null",
        }
    }

    /// The type with its article, for a message.
    pub fn describe(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "a boolean",
            Self::Array => "a list",
            Self::Object => "an object",
            Self::Null => "null",
        }
    }
}

impl Media {
    /// The word: `image`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
        }
    }

    /// The kind that a `format` keyword names, and whether it means a list of them: `image_uri`, `video_uris`.
    pub fn of_format(format: &str) -> Option<(Self, bool)> {
        let (kind, list) = match format.strip_suffix("_uris") {
            Some(kind) => (kind, true),
            None => (format.strip_suffix("_uri")?, false),
        };
        let media =
            [Self::Image, Self::Video, Self::Audio].into_iter().find(|media| media.as_str() == kind)?;
        Some((media, list))
    }
}

impl Schema {
    /// The keywords of a published property.
    pub fn new(keywords: Map<String, Value>) -> Self {
        Self(keywords)
    }

    /// All keywords in order.
    pub fn keywords(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The value of a keyword.
    pub fn get(&self, keyword: &str) -> Option<&Value> {
        self.0.get(keyword)
    }

    /// The types allowed; `None` when any is.
    pub fn types(&self) -> Option<Vec<ValueType>> {
        match self.get("type")? {
            Value::String(name) => ValueType::named(name).map(|ty| vec![ty]),
            Value::Array(names) => names.iter().map(|name| ValueType::named(name.as_str()?)).collect(),
            _ => None,
        }
    }

    /// The type, where there is exactly one.
    pub fn value_type(&self) -> Option<ValueType> {
        match self.types()?.as_slice() {
            [one] => Some(*one),
            _ => None,
        }
    }

    /// The title.
    pub fn title(&self) -> Option<&str> {
        self.get("title")?.as_str()
    }

    /// The value that a caller who leaves the key out gets.
    pub fn default_value(&self) -> Option<&Value> {
        self.get("default")
    }

    /// The values allowed, where they are listed.
    pub fn members(&self) -> Option<&[Value]> {
        self.get("enum")?.as_array().map(Vec::as_slice)
    }

    /// A numeric keyword: `minimum`, `maximum`, `multipleOf`, ….
    pub fn number(&self, keyword: &str) -> Option<&Number> {
        match self.get(keyword)? {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// A counting keyword: `maxItems`, `minLength`, ….
    pub fn count(&self, keyword: &str) -> Option<usize> {
        usize::try_from(self.get(keyword)?.as_u64()?).ok()
    }

    /// The kind of file it takes by its `format`, and whether it takes a list of them.
    pub fn media(&self) -> Option<(Media, bool)> {
        Media::of_format(self.get("format")?.as_str()?)
    }
}
