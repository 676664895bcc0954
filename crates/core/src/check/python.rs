//! Python's conversions and comparisons, as far as ComfyUI's validator uses them.

use num_bigint::BigInt;
use serde_json::Value;

use crate::number::{self, Num};

/// Python refuses to read longer integers from text.
const MOST_DIGITS: usize = 4300;

/// `int(value)`.
pub(super) fn int(value: &Value) -> Option<Num> {
    match value {
        Value::Bool(flag) => Some(Num::Int(i32::from(*flag).into())),
        Value::Number(number) => match Num::read(number) {
            Num::Float(float) => Num::Float(float.trunc()).to_integer().map(Num::Int),
            int @ Num::Int(_) => Some(int),
        },
        Value::String(text) => int_from_text(text).map(Num::Int),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `float(value)`.
pub(super) fn float(value: &Value) -> Option<Num> {
    match value {
        Value::Bool(flag) => Some(Num::Float(f64::from(*flag))),
        Value::Number(number) => match Num::read(number) {
            Num::Int(int) => Some(Num::Int(int).to_f64()).filter(|float| float.is_finite()).map(Num::Float),
            float @ Num::Float(_) => Some(float),
        },
        Value::String(text) => float_from_text(text).map(Num::Float),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `a == b`: numbers and booleans by value, everything else by kind and content.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => number::equal(a, b),
        (Value::Bool(flag), Value::Number(n)) | (Value::Number(n), Value::Bool(flag)) => {
            Num::read(n) == Num::Int(i32::from(*flag).into()) || Num::read(n) == Num::Float(f64::from(*flag))
        }
        _ => a == b,
    }
}

/// The digits of a number in text, without the decorations that Python allows: space around it, `_` between digits.
fn plain(text: &str) -> Option<String> {
    let trimmed = text.trim();
    let mut plain = String::with_capacity(trimmed.len());
    let mut before: Option<char> = None;
    let mut rest = trimmed.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '_' {
            let between =
                before.is_some_and(|b| b.is_ascii_digit()) && rest.peek().is_some_and(char::is_ascii_digit);
            if !between {
                return None;
            }
        } else {
            plain.push(c);
        }
        before = Some(c);
    }
    Some(plain)
}

fn int_from_text(text: &str) -> Option<BigInt> {
    let plain = plain(text)?;
    let digits = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let fits =
        !digits.is_empty() && digits.len() <= MOST_DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| plain.parse().ok()).flatten()
}

fn float_from_text(text: &str) -> Option<f64> {
    let plain = plain(text)?;
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain).to_ascii_lowercase();
    let known = matches!(unsigned.as_str(), "nan" | "inf" | "infinity")
        || unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    known.then(|| plain.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn integers_are_read_as_python_reads_them() {
        for (value, expected) in [
            (json!(" 12 "), Some(12)),
            (json!("1_000"), Some(1000)),
            (json!("+5"), Some(5)),
            (json!("0x10"), None),
            (json!("1e3"), None),
            (json!("12.0"), None),
            (json!("1__0"), None),
            (json!("_1"), None),
            (json!(""), None),
            (json!(null), None),
            (json!({}), None),
            (json!(3.7), Some(3)),
            (json!(-3.7), Some(-3)),
            (json!(true), Some(1)),
        ] {
            assert_eq!(int(&value), expected.map(|n: i32| Num::Int(n.into())), "{value}");
        }
    }

    #[test]
    fn floats_are_read_as_python_reads_them() {
        for (value, expected) in [
            (json!(" 1.5 "), Some(1.5)),
            (json!("1e3"), Some(1000.0)),
            (json!("1."), Some(1.0)),
            (json!(".5"), Some(0.5)),
            (json!("Infinity"), Some(f64::INFINITY)),
            (json!("-inf"), Some(f64::NEG_INFINITY)),
            (json!("x"), None),
            (json!("1_0.5"), Some(10.5)),
            (json!(null), None),
            (json!(false), Some(0.0)),
        ] {
            assert_eq!(float(&value), expected.map(Num::Float), "{value}");
        }
    }

    #[test]
    fn one_and_true_are_equal_and_text_is_not() {
        assert!(equal(&json!(1), &json!(1.0)) && equal(&json!(1), &json!(true)));
        assert!(!equal(&json!("1"), &json!(1)) && !equal(&json!(2), &json!(true)));
    }
}
