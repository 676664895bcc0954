//! Python's conversions and comparisons, as far as ComfyUI's validator uses them.

use num_bigint::BigInt;
use serde_json::{Number, Value};

use crate::number::{self, Num};

pub(super) use crate::number::equal_values as equal;

/// Python refuses to read longer integers from text.
pub(super) use crate::number::MOST_DIGITS;

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

/// `bool(value)`.
pub(super) fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => !number::equal(number, &0.into()),
        Value::String(text) => !text.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

/// `int(text)`, as a whole number of any size.
pub(super) fn int_from_text(text: &str) -> Option<BigInt> {
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

/// The digits of a number in text, in ASCII and without the decorations that Python allows: space around it, `_` between
/// digits, digits of any script.
fn plain(text: &str) -> Option<String> {
    let trimmed = text.trim();
    let mut plain = String::with_capacity(trimmed.len());
    let mut before = false;
    let mut rest = trimmed.chars().map(|c| decimal_digit(c).unwrap_or(c)).peekable();
    while let Some(c) = rest.next() {
        if c == '_' {
            if !(before && rest.peek().is_some_and(char::is_ascii_digit)) {
                return None;
            }
        } else {
            plain.push(c);
        }
        before = c.is_ascii_digit();
    }
    Some(plain)
}

/// The ASCII digit of the same value, for a decimal digit of any script.
fn decimal_digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return None;
    }
    let code = u32::from(c);
    let before = DIGIT_ZEROS.partition_point(|zero| *zero <= code).checked_sub(1)?;
    char::from_digit(code - DIGIT_ZEROS.get(before)?, 10)
}

/// The zeros of Unicode's decimal digits (category Nd): nine more digits follow each.
#[rustfmt::skip]
const DIGIT_ZEROS: [u32; 67] = [
    0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xDE6, 0xE50, 0xED0, 0xF20,
    0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0,
    0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0,
    0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0,
    0x16B50, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E950, 0x1FBF0,
];

/// `str(value)`.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => repr(other),
    }
}

/// `repr(value)`: what Python writes in messages. Values nest no deeper than the JSON parser lets them.
pub(super) fn repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(number) => repr_number(number),
        Value::String(text) => repr_text(text),
        Value::Array(elements) => format!("[{}]", elements.iter().map(repr).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{}: {}", repr_text(key), repr(value))).collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

/// `repr` of a number literal.
pub(super) fn repr_number(number: &Number) -> String {
    match Num::read(number) {
        Num::Int(int) => int.to_string(),
        Num::Float(float) => repr_float(float),
    }
}

/// `repr(float)`: the shortest text that reads as the same float, with an exponent from 1e16 on and below 1e-4.
pub(super) fn repr_float(float: f64) -> String {
    if float.is_nan() {
        return "nan".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let size = float.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{float:e}");
        return match text.split_once('e') {
            Some((digits, power)) => match power.strip_prefix('-') {
                Some(power) => format!("{digits}e-{power:0>2}"),
                None => format!("{digits}e+{power:0>2}"),
            },
            None => text,
        };
    }
    format!("{float:?}")
}

/// `type(value).__name__`.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "NoneType",
        Value::Bool(_) => "bool",
        Value::Number(number) => match Num::read(number) {
            Num::Int(_) => "int",
            Num::Float(_) => "float",
        },
        Value::String(_) => "str",
        Value::Array(_) => "list",
        Value::Object(_) => "dict",
    }
}

/// What Python says when `int(value)` (`ty` being `INT`) or `float(value)` fails.
pub(super) fn conversion_error(ty: &str, value: &Value) -> String {
    let int = ty == "INT";
    match value {
        Value::String(text) if int => match text.trim().trim_start_matches(['+', '-']).len() {
            digits if digits > MOST_DIGITS => format!(
                "Exceeds the limit ({MOST_DIGITS} digits) for integer string conversion: value has {digits} digits; use \
                 sys.set_int_max_str_digits() to increase the limit"
            ),
            _ => format!("invalid literal for int() with base 10: {}", repr(value)),
        },
        Value::String(_) => format!("could not convert string to float: {}", repr(value)),
        Value::Number(number) => match Num::read(number) {
            Num::Float(float) if float.is_nan() => "cannot convert float NaN to integer".to_owned(),
            Num::Float(_) => "cannot convert float infinity to integer".to_owned(),
            Num::Int(_) => "int too large to convert to float".to_owned(),
        },
        other if int => format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            type_name(other)
        ),
        other => format!("float() argument must be a string or a real number, not '{}'", type_name(other)),
    }
}

fn repr_text(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() && u32::from(c) < 0x100 => {
                out.push_str("\\x");
                let digit = |shift: u32| char::from_digit((u32::from(c) >> shift) & 15, 16);
                out.extend([4, 0].into_iter().filter_map(digit));
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
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
            (json!("１２"), Some(12)),
            (json!("1_٣"), Some(13)),
            (json!("\u{2003}7\u{85}"), Some(7)),
            (json!("\u{1c}7"), None),
            (json!("²"), None),
            (json!("+-5"), None),
            (json!("- 5"), None),
            (json!("9".repeat(4301)), None),
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
            (json!("1e"), None),
            (json!("."), None),
            (json!("1._5"), None),
            (json!("１.５"), Some(1.5)),
            (json!("infin"), None),
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

    #[test]
    fn values_are_written_as_python_writes_them() {
        for (value, expected) in [
            ("null", "None"),
            ("[true, {}]", "[True, {}]"),
            (r#"{"a": "it's"}"#, r#"{'a': "it's"}"#),
            ("-0", "0"),
            ("1e16", "1e+16"),
            ("0.00001", "1e-05"),
            ("123456789012345.0", "123456789012345.0"),
            ("2.50", "2.5"),
            ("-1e308", "-1e+308"),
            (r#""a\n\\\u0007""#, r"'a\n\\\x07'"),
            ("1e999", "inf"),
            ("-0.0", "-0.0"),
            ("0.0001", "0.0001"),
            ("1.5e300", "1.5e+300"),
        ] {
            let parsed: Value = serde_json::from_str(value).expect("JSON");
            assert_eq!(repr(&parsed), expected, "{value}");
        }
    }

    #[test]
    fn nothing_is_false_and_the_word_false_is_true() {
        for (value, expected) in [
            (json!("false"), true),
            (json!(""), false),
            (json!(null), false),
            (json!(0.0), false),
            (json!([]), false),
            (json!({}), false),
            (json!([0]), true),
            (json!(-1), true),
        ] {
            assert_eq!(truth(&value), expected, "{value}");
        }
    }
}
