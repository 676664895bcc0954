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

/// The most digits of an integer that Python reads. It refuses the JSON that has a longer one, and so does a server.
pub const MOST_DIGITS: usize = 4300;

/// A number as Python reads the literal.
#[derive(Debug, Clone, PartialEq)]
pub enum Num {
    /// A literal of digits only. One of more than [`MOST_DIGITS`] digits stands for the nearest number of one digit more,
    /// since arithmetic takes a time that grows with the square; [`compare`] is exact for those as well.
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
            Err(_) if Digits::of(text).is_some_and(|int| int.digits.len() > MOST_DIGITS) => {
                let huge = BigInt::from(10).pow(4300);
                Self::Int(if text.starts_with('-') { -huge } else { huge })
            }
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

/// An integer literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Digits<'n> {
    negative: bool,
    /// Without leading zeros; nothing for zero.
    digits: &'n str,
}

impl<'n> Digits<'n> {
    /// `None` for a literal with a fraction or an exponent.
    fn of(literal: &'n str) -> Option<Self> {
        let digits = literal.strip_prefix('-').unwrap_or(literal);
        let whole = digits.bytes().all(|byte| byte.is_ascii_digit());
        let digits = digits.trim_start_matches('0');
        whole.then_some(Self { negative: literal.starts_with('-') && !digits.is_empty(), digits })
    }

    /// Whether it is farther from zero than any finite float.
    fn is_beyond_floats(self) -> bool {
        /// The digits of the largest float.
        const LARGEST: usize = 309;
        self.digits.len() > LARGEST
    }
}

impl Ord for Digits<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let size = || self.digits.len().cmp(&other.digits.len()).then_with(|| self.digits.cmp(other.digits));
        match (self.negative, other.negative) {
            (false, false) => size(),
            (true, true) => size().reverse(),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Digits<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Compares two JSON numbers by mathematical value; `None` when one is NaN. Takes a time that grows with their length.
pub fn compare(a: &Number, b: &Number) -> Option<Ordering> {
    if let (Ok(a), Ok(b)) = (a.as_str().parse::<i64>(), b.as_str().parse::<i64>()) {
        return Some(a.cmp(&b));
    }
    if let (Some(a), Some(b)) = (exact_float(a), exact_float(b)) {
        return a.partial_cmp(&b);
    }
    match (Digits::of(a.as_str()), Digits::of(b.as_str())) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        (Some(int), None) if int.is_beyond_floats() => beside(int, Num::read(b).to_f64()),
        (None, Some(int)) if int.is_beyond_floats() => {
            beside(int, Num::read(a).to_f64()).map(Ordering::reverse)
        }
        _ => Num::read(a).partial_cmp(&Num::read(b)),
    }
}

/// Compares an integer that is beyond all finite floats with a float.
fn beside(int: Digits<'_>, float: f64) -> Option<Ordering> {
    if float.is_nan() {
        return None;
    }
    let larger = if float.is_infinite() { float < 0.0 } else { !int.negative };
    Some(if larger { Ordering::Greater } else { Ordering::Less })
}

/// Whether a JSON number has no fraction: `81`, and `81.0` too.
pub fn is_whole(number: &Number) -> bool {
    let text = number.as_str();
    Digits::of(text).is_some()
        || (text != NAN && text.parse::<f64>().is_ok_and(|float| float.is_finite() && float.fract() == 0.0))
}

/// A text that two numbers share exactly when they are [`equal`]; `None` for NaN, which equals nothing.
pub fn canonical(number: &Number) -> Option<String> {
    let text = number.as_str();
    if let Some(int) = Digits::of(text) {
        let sign = if int.negative { "-" } else { "" };
        return Some(format!("{sign}{}", int.digits));
    }
    let Num::Float(float) = Num::read(number) else { return None };
    match Num::Float(float).to_integer() {
        Some(int) if int == BigInt::ZERO => Some(String::new()),
        Some(int) => Some(int.to_string()),
        None => (!float.is_nan()).then(|| format!("{float:?}")),
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
    fn integers_of_very_many_digits_are_compared_exactly() {
        let number = |text: &str| text.parse::<Number>().expect("a JSON number");
        let long = "1".repeat(500_000);
        let (a, b) = (number(&format!("{long}2")), number(&format!("{long}3")));
        assert_eq!(compare(&a, &b), Some(Ordering::Less));
        assert_eq!(
            compare(&number(&format!("-{long}")), &number(&format!("-{long}0"))),
            Some(Ordering::Greater)
        );
        assert_eq!(compare(&a, &number("1e308")), Some(Ordering::Greater));
        assert_eq!(compare(&number("1e999"), &a), Some(Ordering::Greater));
        assert_eq!(compare(&number(NAN), &a), None);
        assert_eq!(compare(&number(&format!("-{long}")), &number("-1e999")), Some(Ordering::Greater));
        assert!(equal(&a, &a.clone()) && is_whole(&a));
        // They stand for a number, and reading them does not take long.
        assert_eq!(Num::read(&a), Num::read(&b));
        assert!(Num::read(&a) > Num::read(&number("1e308")));
    }

    #[test]
    fn equal_numbers_share_their_canonical_text() {
        let numbers = [
            "0",
            "-0",
            "-0.0",
            "0e5",
            "1",
            "1.0",
            "10e-1",
            "1.5",
            "15e-1",
            "-1",
            "1e2",
            "100",
            "0.1",
            "0.10",
            "9007199254740993",
            "9007199254740992",
            "9007199254740992.0",
            "1e400",
            "1e500",
            "-1e400",
            NAN,
            "18446744073709551616",
            "18446744073709551616.0",
            "100000000000000000000000",
            "1e23",
        ];
        for a in numbers {
            for b in numbers {
                let (a, b): (Number, Number) = (a.parse().expect("a number"), b.parse().expect("a number"));
                let same = canonical(&a).is_some_and(|text| canonical(&b) == Some(text));
                assert_eq!(same, equal(&a, &b), "{a} and {b}");
            }
        }
    }

    #[test]
    fn whole_numbers_may_have_a_point() {
        for (text, expected) in [
            ("81", true),
            ("81.0", true),
            ("81.5", false),
            ("8.15e1", false),
            ("1e400", false),
            ("-0.0", true),
            (NAN, false),
        ] {
            assert_eq!(is_whole(&text.parse().expect("a number")), expected, "{text}");
        }
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
