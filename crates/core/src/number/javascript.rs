//! The JavaScript that shows in what the editor exports: how numbers are rounded and printed, how object keys are
//! ordered, how values are turned into text.

use std::borrow::Cow;

use serde_json::{Map, Number, Value as Json};

/// Where 64-bit floats stop holding every integer.
const EXACT: usize = 15;

/// The text of a number as JavaScript prints it; `null` for what JSON cannot write.
pub(crate) fn number_text(x: f64) -> String {
    if !x.is_finite() {
        return "null".to_owned();
    }
    if x == 0.0 {
        return "0".to_owned();
    }
    let scientific = format!("{:e}", x.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let point = exponent.saturating_add(1);
    let zeros = |n: i32| "0".repeat(usize::try_from(n).unwrap_or(0));
    let body = if count <= point && point <= 21 {
        format!("{digits}{}", zeros(point - count))
    } else if 0 < point && point <= 21 {
        let (whole, rest) =
            digits.split_at_checked(usize::try_from(point).unwrap_or(0)).unwrap_or((&digits, ""));
        format!("{whole}.{rest}")
    } else if -6 < point && point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = digits.split_at_checked(1).unwrap_or((&digits, ""));
        let dot = if rest.is_empty() { "" } else { "." };
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{first}{dot}{rest}e{sign}{}", exponent.abs())
    };
    if x < 0.0 { format!("-{body}") } else { body }
}

/// A number as JSON.
pub(crate) fn number(x: f64) -> Json {
    from_text(number_text(x))
}

fn from_text(text: String) -> Json {
    if text == "null" { Json::Null } else { Json::Number(Number::from_string_unchecked(text)) }
}

/// The 64-bit float of a JSON number.
pub(crate) fn float(number: &Number) -> f64 {
    number.as_str().parse().unwrap_or(f64::NAN)
}

/// Whether a spelling is printed as it is: a short integer, or a short decimal number that ends in no zero. Of so few digits
/// no two are the same 64-bit float, so the shortest spelling of that float is this one.
fn plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() > EXACT {
        return false;
    }
    match digits.split_once('.') {
        None => (digits.len() == text.len() || digits != "0") && digits.bytes().all(|b| b.is_ascii_digit()),
        Some((whole, fraction)) => {
            let small = whole == "0" && fraction.starts_with("000000");
            !small
                && !fraction.ends_with('0')
                && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
        }
    }
}

/// A number as JavaScript reads and prints it. With `exact`, integers keep their digits.
pub(crate) fn normal_number(number: &Number, exact: bool) -> Cow<'_, str> {
    let text = number.as_str();
    let integer = || text.strip_prefix('-').unwrap_or(text).bytes().all(|b| b.is_ascii_digit());
    if plain(text) || (exact && text != "-0" && integer()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(number_text(float(number)))
}

/// A value as JavaScript reads and prints it: numbers, and the order of object keys.
pub(crate) fn normal(value: &Json, exact: bool) -> Json {
    match value {
        Json::Number(n) => match normal_number(n, exact) {
            Cow::Borrowed(_) => value.clone(),
            Cow::Owned(text) => from_text(text),
        },
        Json::Array(elements) => elements.iter().map(|element| normal(element, exact)).collect(),
        Json::Object(members) => {
            let mut sorted: Vec<(&String, &Json)> = members.iter().collect();
            if sorted.iter().any(|(key, _)| array_index(key).is_some()) {
                sorted.sort_by_key(|(key, _)| array_index(key).unwrap_or(u32::MAX));
            }
            let members: Map<String, Json> =
                sorted.into_iter().map(|(key, value)| (key.clone(), normal(value, exact))).collect();
            Json::Object(members)
        }
        scalar => scalar.clone(),
    }
}

/// The array index that a key is, if it is one: such keys come first in an object, in order of value.
pub(crate) fn array_index(key: &str) -> Option<u32> {
    if key.len() > 10 || !key.bytes().all(|b| b.is_ascii_digit()) || (key.len() > 1 && key.starts_with('0')) {
        return None;
    }
    key.parse().ok().filter(|index| *index != u32::MAX)
}

/// Whether a value counts as true.
pub(crate) fn is_truthy(value: &Json) -> bool {
    match value {
        Json::Null => false,
        Json::Bool(set) => *set,
        Json::Number(number) => number.as_f64().is_none_or(|number| number != 0.0),
        Json::String(text) => !text.is_empty(),
        Json::Array(_) | Json::Object(_) => true,
    }
}

/// Whether a value counts as true; `None` is `undefined`.
pub(crate) fn truthy(value: Option<&Json>) -> bool {
    value.is_some_and(is_truthy)
}

/// `String(value)`.
pub(crate) fn text(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(b) => b.to_string(),
        Json::Number(n) => normal_number(n, false).into_owned(),
        Json::String(s) => s.clone(),
        Json::Array(elements) => {
            let parts: Vec<String> =
                elements.iter().map(|e| if e.is_null() { String::new() } else { text(e) }).collect();
            parts.join(",")
        }
        Json::Object(_) => "[object Object]".to_owned(),
    }
}

/// Whether two values have the same text.
pub(crate) fn is_same_text(a: &Json, b: &Json) -> bool {
    match (a, b) {
        (Json::String(a), Json::String(b)) => a == b,
        (a, b) => text(a) == text(b),
    }
}

/// `Number(value)`.
pub(crate) fn to_float(value: Option<&Json>) -> f64 {
    match value {
        None | Some(Json::Object(_)) => f64::NAN,
        Some(Json::Null | Json::Bool(false)) => 0.0,
        Some(Json::Bool(true)) => 1.0,
        Some(Json::Number(n)) => float(n),
        Some(Json::String(s)) => match s.trim() {
            "" => 0.0,
            trimmed if trimmed.bytes().all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b)) => {
                trimmed.parse().unwrap_or(f64::NAN)
            }
            _ => f64::NAN,
        },
        Some(list @ Json::Array(_)) => to_float(Some(&Json::String(text(list)))),
    }
}

/// `Math.round`: ties go up.
pub(crate) fn round(x: f64) -> f64 {
    let below = x.floor();
    if x - below >= 0.5 { below + 1.0 } else { below }
}

/// `Number(x.toFixed(places))`: rounded on the exact decimal expansion, ties away from zero.
pub(crate) fn fixed(x: f64, places: usize) -> f64 {
    if !x.is_finite() || x.abs() >= 1e21 {
        return x;
    }
    // 1,100 digits hold every 64-bit float exactly.
    let exact = format!("{:.1100}", x.abs());
    let Some((whole, fraction)) = exact.split_once('.') else { return x };
    let places = places.min(100);
    let (kept, rest) = fraction.split_at_checked(places).unwrap_or((fraction, ""));
    let mut digits: Vec<u8> = whole.bytes().chain(kept.bytes()).collect();
    if rest.bytes().next().is_some_and(|d| d >= b'5') {
        let mut carry = true;
        for digit in digits.iter_mut().rev() {
            if *digit == b'9' {
                *digit = b'0';
            } else {
                *digit += 1;
                carry = false;
                break;
            }
        }
        if carry {
            digits.insert(0, b'1');
        }
    }
    let digits = String::from_utf8(digits).unwrap_or_default();
    let value: f64 = format!("{digits}e-{}", kept.len()).parse().unwrap_or(x);
    if x < 0.0 { -value } else { value }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(written: &str, printed: &str) {
        let value: Json = serde_json::from_str(written).expect("JSON");
        assert_eq!(normal(&value, false).to_string(), printed);
    }

    #[test]
    fn numbers_are_read_and_printed_as_in_javascript() {
        check("18446744073709551615", "18446744073709552000");
        check("123456789012345680000", "123456789012345680000");
        check("1.0", "1");
        check("-0", "0");
        check("-0.0", "0");
        check("1e-7", "1e-7");
        check("0.000001", "0.000001");
        check("1e21", "1e+21");
        check("1.5e300", "1.5e+300");
        check("-12.50", "-12.5");
        check("1e400", "null");
        check("100", "100");
        check("0.0000001", "1e-7");
        check("-0.5", "-0.5");
        check("7.10", "7.1");
        check("1234567.8901234567", "1234567.8901234567");
        check("0.3", "0.3");
        assert_eq!(normal(&json!(18_446_744_073_709_551_615_u64), true).to_string(), "18446744073709551615");
    }

    #[test]
    fn integer_keys_come_first() {
        check(r#"{"b": 1, "10": 2, "2": {"1": 1.0}, "01": 3}"#, r#"{"2":{"1":1},"10":2,"b":1,"01":3}"#);
    }

    #[test]
    fn rounding_goes_by_the_exact_value() {
        let cases = [(0.25, 1, 0.3), (-0.25, 1, -0.3), (1.005, 2, 1.0), (9.99, 1, 10.0), (2.5, 0, 3.0)];
        for (x, places, expected) in cases {
            assert!((fixed(x, places) - expected).abs() < 1e-12, "{x}");
        }
        assert!((round(-2.5) + 2.0).abs() < 1e-12);
        assert!(round(0.499_999_999_999_999_94).abs() < 1e-12);
    }
}
