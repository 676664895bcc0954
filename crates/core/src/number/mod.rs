//! Exact comparison of JSON numbers.
//!
//! ComfyUI is Python: an integer literal is an integer of any size and a literal with a point or an exponent is a
//! 64-bit float, and the two compare by mathematical value. A seed of `18446744073709551616` is above a `max` of
//! `18446744073709551615`, which no float comparison would notice.

pub(crate) mod javascript;

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};
use serde_json::{Number, Value};

/// The literal that stands for Python's NaN, which JSON cannot write: a spelling of zero that no writer of JSON makes.
/// [`check::server::json`](crate::check::server::json) puts it where a bare `NaN` was; infinities need no such help, since
/// `1e999` is one.
pub const NAN: &str = "-0.0e-4004004004004004004";

/// A number as Python reads the literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Num {
    /// A literal of digits only, of any length.
    Int(BigInt),
    /// A literal with a fraction or an exponent.
    Float(f64),
}

impl Num {
    /// Reads a JSON number by its spelling. A float literal too large for 64 bits is infinite, as in Python.
    pub fn read(number: &Number) -> Self {
        let text = number.as_str();
        match text.parse::<i64>() {
            Ok(small) => Self::Int(small.into()),
            Err(_) => match text.parse::<BigInt>() {
                Ok(big) => Self::Int(big),
                Err(_) if text == NAN => Self::Float(f64::NAN),
                Err(_) => Self::Float(text.parse().unwrap_or(f64::NAN)),
            },
        }
    }

    /// The nearest 64-bit float; an integer beyond their range is infinite.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Int(int) => int.to_f64().unwrap_or(f64::INFINITY),
            Self::Float(float) => *float,
        }
    }

    /// The integer of this value, when it has no fraction.
    pub fn to_integer(&self) -> Option<BigInt> {
        match self {
            Self::Int(int) => Some(int.clone()),
            Self::Float(float) if float.fract() == 0.0 => BigInt::from_f64(*float),
            Self::Float(_) => None,
        }
    }

    /// The JSON spelling: digits for an integer, the shortest round-trip form for a float. `None` for NaN and infinities.
    pub fn to_number(&self) -> Option<Number> {
        match self {
            Self::Int(int) => int.to_string().parse().ok(),
            Self::Float(float) => Number::from_f64(*float),
        }
    }
}

impl PartialOrd for Num {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.partial_cmp(b),
            (Self::Float(a), Self::Float(b)) => a.partial_cmp(b),
            (Self::Int(a), Self::Float(b)) => compare_exactly(a, *b),
            (Self::Float(a), Self::Int(b)) => compare_exactly(b, *a).map(Ordering::reverse),
        }
    }
}

/// Compares an integer with a float without rounding the integer.
fn compare_exactly(int: &BigInt, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let Some(whole) = BigInt::from_f64(float.trunc()) else {
        return Some(if float > 0.0 { Ordering::Less } else { Ordering::Greater });
    };
    Some(int.cmp(&whole).then_with(|| {
        let fraction = float.fract();
        if fraction == 0.0 {
            Ordering::Equal
        } else if fraction > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        }
    }))
}

/// Compares two JSON numbers by mathematical value; `None` when one is NaN.
pub fn compare(a: &Number, b: &Number) -> Option<Ordering> {
    if let (Ok(a), Ok(b)) = (a.as_str().parse::<i64>(), b.as_str().parse::<i64>()) {
        return Some(a.cmp(&b));
    }
    match (exact_float(a), exact_float(b)) {
        (Some(a), Some(b)) => a.partial_cmp(&b),
        _ => Num::read(a).partial_cmp(&Num::read(b)),
    }
}

/// The value as a float, where that loses nothing: of a float, and of an integer of few digits.
fn exact_float(number: &Number) -> Option<f64> {
    const EXACT_DIGITS: usize = 15;
    let text = number.as_str();
    let float = text.len() <= EXACT_DIGITS || text.contains(['.', 'e', 'E']);
    if float && text != NAN { text.parse().ok() } else { None }
}

/// Whether two JSON numbers have the same mathematical value.
pub fn equal(a: &Number, b: &Number) -> bool {
    compare(a, b) == Some(Ordering::Equal)
}

/// Whether `a` is below `b` by mathematical value.
pub fn less(a: &Number, b: &Number) -> bool {
    compare(a, b) == Some(Ordering::Less)
}

/// Python's `a == b`: numbers and booleans by value, `1 == 1.0 == true`; everything else by kind and content.
pub fn equal_values(a: &Value, b: &Value) -> bool {
    // The values may nest as deep as they like.
    let mut open = vec![(a, b)];
    while let Some((a, b)) = open.pop() {
        let same = match (a, b) {
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => equal(a, b),
            (Value::Bool(flag), Value::Number(n)) | (Value::Number(n), Value::Bool(flag)) => {
                equal(n, &Number::from(u8::from(*flag)))
            }
            (Value::Array(a), Value::Array(b)) => {
                open.extend(a.iter().zip(b));
                a.len() == b.len()
            }
            (Value::Object(a), Value::Object(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, value)| match b.get(key) {
                        Some(other) => {
                            open.push((value, other));
                            true
                        }
                        None => false,
                    })
            }
            (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b) && a == b,
        };
        if !same {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(a: &str, b: &str, expected: Ordering) {
        let number = |text: &str| Num::read(&text.parse().expect("a JSON number"));
        assert_eq!(number(a).partial_cmp(&number(b)), Some(expected));
        assert_eq!(number(b).partial_cmp(&number(a)), Some(expected.reverse()));
    }

    #[test]
    fn integers_and_floats_compare_by_value() {
        check("1", "1.0", Ordering::Equal);
        check("20", "6.5", Ordering::Greater);
        check("-3", "-2.5", Ordering::Less);
        check("-3", "-3.5", Ordering::Greater);
        check("1e2", "100", Ordering::Equal);
    }

    #[test]
    fn no_integer_is_rounded() {
        check("18446744073709551616", "18446744073709551615", Ordering::Greater);
        check("9007199254740993", "9007199254740992.0", Ordering::Greater);
        check("1", "1e400", Ordering::Less);
    }

    #[test]
    fn not_a_number_equals_nothing_and_crosses_nothing() {
        let number = |text: &str| text.parse::<Number>().expect("a JSON number");
        assert!(!equal(&number(NAN), &number(NAN)));
        assert_eq!(compare(&number(NAN), &number("1")), None);
        assert_eq!(compare(&number("-0"), &number("0.0")), Some(Ordering::Equal));
    }

    #[test]
    fn values_compare_as_in_python() {
        let check = |a: Value, b: Value, expected: bool| {
            assert_eq!(equal_values(&a, &b), expected, "{a} == {b}");
            assert_eq!(equal_values(&b, &a), expected, "{b} == {a}");
        };
        check(json!(1), json!(1.0), true);
        check(json!(true), json!(1), true);
        check(json!(false), json!(0.0), true);
        check(json!("1"), json!(1), false);
        check(json!(null), json!(false), false);
        check(json!([1, [true]]), json!([1.0, [1]]), true);
        check(json!({"a": 1}), json!({"a": true}), true);
        check(json!({"a": 1}), json!({"b": 1}), false);
    }
}
