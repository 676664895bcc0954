//! The JSON Schema of published schemas themselves, so that an editor can complete them.

use std::borrow::Cow;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Number, Value};

use super::Interface;

/// A published input schema as RunComfy writes it. Further keywords are allowed everywhere, and kept.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the type stands for a form; its fields are read by the derive")]
struct PublishedSchema {
    /// Always `object`.
    #[serde(rename = "type")]
    ty: ObjectType,
    /// The name of the schema.
    title: Option<String>,
    /// The keys that a caller must give.
    required: Option<Vec<String>>,
    /// The inputs by key, in display order.
    properties: Option<IndexMap<String, PublishedInput>>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "the type stands for a form")]
enum ObjectType {
    Object,
}

/// One published input.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the type stands for a form; its fields are read by the derive")]
struct PublishedInput {
    /// The name shown to people.
    title: Option<String>,
    /// What it does.
    description: Option<String>,
    /// The type of its values; `float` is any number.
    #[serde(rename = "type")]
    ty: Option<PublishedType>,
    /// The value of a caller who leaves it out.
    default: Option<Value>,
    /// The values allowed. Those of a composite key read `720x480 (3:2)`.
    #[serde(rename = "enum")]
    members: Option<Vec<Value>>,
    /// The smallest value.
    minimum: Option<Number>,
    /// The largest value.
    maximum: Option<Number>,
    /// The fewest elements of a list.
    #[serde(rename = "minItems")]
    min_items: Option<u64>,
    /// The most elements of a list.
    #[serde(rename = "maxItems")]
    max_items: Option<u64>,
    /// The form of a file: `image_uri`, `image_uris`, `video_uri`, `video_uris`, `audio_uri`, `audio_uris`.
    format: Option<String>,
    /// Rules about files that JSON Schema has no words for.
    validations: Option<Vec<Validation>>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "the type stands for a form")]
enum PublishedType {
    String,
    Integer,
    Float,
    Number,
    Boolean,
    Array,
    Object,
}

/// A rule about a file.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "the type stands for a form; its fields are read by the derive")]
struct Validation {
    /// What is compared and how: `file_size_mb<`, `width/height>`.
    #[serde(rename = "validation_rule")]
    rule: String,
    /// With what.
    #[serde(rename = "validation_value")]
    value: Number,
    /// What to tell the caller.
    #[serde(rename = "validation_error")]
    error: Option<String>,
}

/// An interface is written as a published schema, and this is the schema of that form.
impl JsonSchema for Interface {
    fn schema_name() -> Cow<'static, str> {
        "Interface".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        PublishedSchema::json_schema(generator)
    }
}
