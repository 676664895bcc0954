//! Literals: JSON values as Rust, and the texts that are too long to stand where they are used.

use std::collections::HashMap;

use serde_json::Value as Json;

use crate::back::rust::ident::{Namer, value_name};
use crate::back::rust::layout::{Code, constant};
use crate::back::rust::literal::{self, is_long};

/// The long texts of a program, each a constant, in the order of their first use.
#[derive(Debug, Default)]
pub(super) struct Texts {
    names: HashMap<String, String>,
    namer: Namer,
    written: String,
}

impl Texts {
    /// A text: a literal, or the name of a constant that is called after `hint`.
    pub(super) fn text(&mut self, text: &str, hint: &str) -> Code {
        if !is_long(text) {
            return Code::string(text);
        }
        if let Some(name) = self.names.get(text) {
            return Code::word(name);
        }
        let name = self.namer.name(constant_name(hint));
        self.written.push_str(&constant(&name, text));
        self.names.insert(text.to_owned(), name.clone());
        Code::word(name)
    }

    /// A value for an input of any type.
    pub(super) fn value(&mut self, value: &Json, hint: &str) -> Code {
        match value {
            Json::Bool(b) => Code::word(b.to_string()),
            Json::String(text) => self.text(text, hint),
            Json::Number(number) => match number_literal(number.as_str()) {
                Some(literal) => Code::word(literal),
                None => self.exact(value, hint),
            },
            _ => self.exact(value, hint),
        }
    }

    /// A value by its JSON text.
    pub(super) fn exact(&mut self, value: &Json, hint: &str) -> Code {
        Code::call("exact", [self.text(&value.to_string(), hint)])
    }

    /// The constants.
    pub(super) fn written(&self) -> &str {
        &self.written
    }
}

/// The name of a constant. It has no more words than can be read at a glance.
fn constant_name(hint: &str) -> String {
    let name = value_name(hint);
    let words: Vec<&str> = name.split('_').filter(|word| !word.is_empty()).take(6).collect();
    words.join("_").to_ascii_uppercase()
}

/// A number as Rust spells it, where the DSL writes it as it is spelled here: whole numbers, and decimal fractions in the
/// shortest form.
pub(super) fn number_literal(text: &str) -> Option<String> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.bytes().all(|b| b.is_ascii_digit()) {
        return integer_literal(text);
    }
    let value: f64 = text.parse().ok()?;
    let plain = value.abs() >= 1e-6 && value.abs() < 1e21;
    (plain && format!("{value}") == text).then(|| {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
        format!("{sign}{}.{fraction}", grouped(whole))
    })
}

/// A whole number that Rust has a type for. A literal without a type is an `i32`.
pub(super) fn integer_literal(text: &str) -> Option<String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    if digits.is_empty() || text == "-0" || digits.len() > 1 && digits.starts_with('0') {
        return None;
    }
    let suffix = if text.parse::<i32>().is_ok() {
        ""
    } else if text.parse::<u64>().is_ok() {
        "_u64"
    } else if text.parse::<i64>().is_ok() {
        "_i64"
    } else {
        return None;
    };
    Some(format!("{sign}{}{suffix}", grouped(digits)))
}

/// Digits in groups of three, where there are many.
fn grouped(digits: &str) -> String {
    if digits.len() < 6 { digits.to_owned() } else { literal::grouped(digits) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let value: Json = serde_json::from_str(json).expect("JSON");
        let mut texts = Texts::default();
        let code = texts.value(&value, "hint");
        let shown = match code {
            Code::Word(text) | Code::Literal(text) => text,
            Code::Call(name, arguments) => format!("{name}({arguments:?})"),
            other => format!("{other:?}"),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn numbers_that_would_be_spelled_otherwise_are_exact() {
        check("7", "7");
        check("-7", "-7");
        check("156680208700286", "156_680_208_700_286_u64");
        check("18446744073709551615", "18_446_744_073_709_551_615_u64");
        check("18446744073709551616", r#"exact([Literal("\"18446744073709551616\"")])"#);
        check("-0", r#"exact([Literal("\"-0\"")])"#);
        check("0.7", "0.7");
        check("-1234567.25", "-1_234_567.25");
        check("8.0", r#"exact([Literal("\"8.0\"")])"#);
        check("0.30000000000000004", "0.30000000000000004");
        check("0.3000000000000000444", r#"exact([Literal("\"0.3000000000000000444\"")])"#);
        check("1e-05", r#"exact([Literal("\"1e-05\"")])"#);
        check("0.00000012", r#"exact([Literal("\"0.00000012\"")])"#);
    }

    #[test]
    fn what_is_no_scalar_is_its_json() {
        check("null", r#"exact([Literal("\"null\"")])"#);
        check("[1, \"a\"]", r##"exact([Literal("r#\"[1,\"a\"]\"#")])"##);
        check("true", "true");
    }

    #[test]
    fn a_long_text_is_one_constant_however_often_it_is_used() {
        let mut texts = Texts::default();
        let long = "word ".repeat(30);
        assert_eq!(texts.text(&long, "positive text"), Code::word("POSITIVE_TEXT"));
        assert_eq!(texts.text(&long, "other"), Code::word("POSITIVE_TEXT"));
        assert_eq!(texts.text("a\nb", "positive text"), Code::word("POSITIVE_TEXT2"));
        assert_eq!(texts.written().matches("const ").count(), 2);
    }
}
