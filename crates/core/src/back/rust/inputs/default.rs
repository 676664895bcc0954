//! Published defaults as Rust expressions.

use serde_json::{Number, Value};

use super::fields::Field;
use super::kind::{Element, Kind, small_float};
use crate::back::rust::literal;
use crate::number;

/// The expression of a default; `None` when there is none that the schema takes.
pub(super) fn expression(field: &Field<'_>) -> Option<String> {
    let default = field.default?;
    let exact = |json: &Value| format!("::comfyc::inputs::exact({})", literal::text(&json.to_string()));
    Some(match (&field.kind, default) {
        (Kind::Flag, Value::Bool(flag)) => flag.to_string(),
        (Kind::Text, Value::String(text)) if text.is_empty() => "String::new()".to_owned(),
        (Kind::Text, Value::String(text)) => format!("{}.to_owned()", literal::text(text)),
        (Kind::Whole, Value::Number(number)) => literal::integer(to_i128(number)?),
        (Kind::Float, Value::Number(number)) => literal::float(small_float(number)?),
        (Kind::Choice(_), default) => format!("{}::{}", field.ty, variant_of(field, default)?),
        (Kind::Integer(_) | Kind::Number(_), _) => {
            limited(field)?;
            format!("{}::default()", field.ty)
        }
        (Kind::List(_), Value::Array(elements)) if elements.is_empty() => "Vec::new()".to_owned(),
        (Kind::List(Element::Json), Value::Array(elements)) => {
            format!("vec![{}]", elements.iter().map(exact).collect::<Vec<_>>().join(", "))
        }
        (Kind::List(Element::Text), Value::Array(elements)) => {
            let texts: Option<Vec<String>> = elements
                .iter()
                .map(|element| Some(format!("{}.to_owned()", literal::text(element.as_str()?))))
                .collect();
            format!("vec![{}]", texts?.join(", "))
        }
        (Kind::Json, json) => exact(json),
        _ => return None,
    })
}

fn to_i128(number: &Number) -> Option<i128> {
    number::Num::read(number).to_integer().and_then(|whole| i128::try_from(whole).ok())
}

/// The variant that a default names.
pub(super) fn variant_of<'f>(field: &'f Field<'_>, default: &Value) -> Option<&'f str> {
    let Kind::Choice(choice) = &field.kind else { return None };
    let same = |member: &Value| match (member, default) {
        (Value::Number(a), Value::Number(b)) => number::equal(a, b),
        (a, b) => a == b,
    };
    choice.members.iter().find(|(_, member)| same(member)).map(|(name, _)| name.as_str())
}

/// The default of a limited number, as a literal.
pub(super) fn limited(field: &Field<'_>) -> Option<String> {
    match (&field.kind, field.default?) {
        (Kind::Integer(_), Value::Number(number)) => to_i128(number).map(literal::integer),
        (Kind::Number(_), Value::Number(number)) => small_float(number).map(literal::float),
        _ => None,
    }
}
