//! The text of a field's own type: the macros of [`crate::inputs`] with what is published.

use std::fmt::Write;

use serde_json::Value;

use super::Options;
use super::about::{about, derive};
use super::default;
use super::fields::Field;
use super::kind::{Choice, Form, IntegerLimits, NumberLimits, small_float, whole};
use crate::back::rust::{docs, literal};

/// An enumeration as an enum.
pub(super) fn choice(field: &Field<'_>, choice: &Choice, options: &Options) -> String {
    let form = match choice.form {
        Form::Text => "text",
        Form::Integer => "integer",
        Form::Json => "json",
    };
    let mut text = String::from("::comfyc::inputs::choice! {\n");
    text.push_str(&docs::comment("    ", &about(field)));
    let derived = derive(
        options,
        &["Debug", "Clone", "Copy", "PartialEq", "Eq", "Hash", "Default", "Serialize", "Deserialize"],
    );
    if !derived.is_empty() {
        let _ = write!(text, "    {derived}");
    }
    let _ = writeln!(text, "    pub enum {} as {form} for {} {{", field.ty, literal::text(field.key));
    for (name, member) in &choice.members {
        let (shown, written) = match member {
            Value::String(text) => (text.clone(), literal::text(text)),
            Value::Number(number) => (
                number.to_string(),
                match (whole(number), small_float(number)) {
                    (Some(whole), _) => literal::integer(whole.into()),
                    (None, float) => literal::float(float.unwrap_or_default()),
                },
            ),
            other => (other.to_string(), other.to_string()),
        };
        let said = docs::code(&shown).unwrap_or_else(|| {
            if shown.is_empty() { "The empty text".to_owned() } else { docs::prose(&shown) }
        });
        text.push_str(&docs::comment("        ", &[format!("{said}.")]));
        let _ = writeln!(text, "        {name} = {written},");
    }
    text.push_str("    }\n");
    if let Some(variant) = field.default.and_then(|default| default::variant_of(field, default)) {
        let _ = writeln!(text, "    default {variant};");
    }
    text.push_str("}\n");
    text
}

/// A whole number within limits.
pub(super) fn integer(field: &Field<'_>, limits: IntegerLimits) -> String {
    let facts = [("minimum", limits.minimum), ("maximum", limits.maximum), ("multiple_of", limits.step)];
    limited("integer", limits.holder(), field, facts.map(|(name, limit)| (name, limit.map(literal::integer))))
}

/// A float within limits.
pub(super) fn number(field: &Field<'_>, limits: NumberLimits) -> String {
    let NumberLimits { minimum, above, maximum, below } = limits;
    let facts = [("minimum", minimum), ("above", above), ("maximum", maximum), ("below", below)];
    limited("number", "f64", field, facts.map(|(name, limit)| (name, limit.map(literal::float))))
}

fn limited<const N: usize>(
    kind: &str,
    holder: &str,
    field: &Field<'_>,
    limits: [(&str, Option<String>); N],
) -> String {
    let mut text = format!("::comfyc::inputs::{kind}! {{\n");
    text.push_str(&docs::comment("    ", &about(field)));
    let _ = writeln!(text, "    pub struct {}({holder}) for {} {{", field.ty, literal::text(field.key));
    let default = ("default", default::limited(field));
    for (name, value) in limits.into_iter().chain([default]) {
        if let Some(value) = value {
            let _ = writeln!(text, "        {name}: {value},");
        }
    }
    text.push_str("    }\n}\n");
    text
}
