//! Values of composite keys in their written form: `720x720 (1:1)`.
//!
//! Numbers joined by `x`, one for each target, then optionally a label in parentheses that has no meaning for a machine.

use serde_json::Number;

/// The pattern of the written form of `parts` numbers, for a schema.
pub(crate) fn pattern(parts: usize) -> String {
    let number = r"-?[0-9]+(\.[0-9]+)?";
    let rest = parts.saturating_sub(1);
    format!(r"^{number}(x{number}){{{rest}}}( \([^()]*\))?$")
}

/// The numbers of a written form, if it holds exactly `parts`.
///
/// ```
/// # use comfyc::interface::composite;
/// assert_eq!(composite::decode("720x480 (3:2)", 2).unwrap(), [720.into(), 480.into()]);
/// assert!(composite::decode("720", 2).is_none());
/// ```
pub fn decode(text: &str, parts: usize) -> Option<Vec<Number>> {
    let numbers = match text.split_once(" (") {
        Some((numbers, label)) => {
            let label = label.strip_suffix(')')?;
            (!label.contains(['(', ')'])).then_some(numbers)?
        }
        None => text,
    };
    let numbers: Option<Vec<Number>> = numbers.split('x').map(number).collect();
    numbers.filter(|numbers| numbers.len() == parts)
}

/// The written form of these numbers: the member of `members` that says the same, or else the numbers without a label.
pub fn encode<'m>(numbers: &[Number], members: impl IntoIterator<Item = &'m str>) -> String {
    let same = |member: &&str| {
        decode(member, numbers.len())
            .is_some_and(|found| found.iter().zip(numbers).all(|(a, b)| crate::number::equal(a, b)))
    };
    match members.into_iter().find(same) {
        Some(member) => member.to_owned(),
        None => numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join("x"),
    }
}

/// Digits with an optional sign and fraction. Leading zeros mean nothing and go, since JSON has none.
fn number(text: &str) -> Option<Number> {
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || fraction.is_some_and(|fraction| !digits(fraction)) {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        trimmed => trimmed,
    };
    let point = if fraction.is_some() { "." } else { "" };
    format!("{sign}{whole}{point}{}", fraction.unwrap_or_default()).parse().ok()
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    #[test]
    fn the_pattern_accepts_what_decodes() {
        let pattern = Regex::new(&pattern(2)).expect("a pattern");
        for text in [
            "720x720 (1:1)",
            "720x480",
            "0x-1.5",
            "720 x 480",
            "720x480x1",
            "720x",
            "x",
            "7x8 (",
            "007x1",
            "1x2 (a(b))",
            "1x2  (a)",
            "1.x2",
            "1x2 ()",
        ] {
            assert_eq!(pattern.is_match(text), decode(text, 2).is_some(), "{text}");
        }
    }

    #[test]
    fn encoding_restores_the_member() {
        let members = ["480x480 (1:1)", "720x480 (3:2)"];
        let decoded = decode(members[1], 2).expect("it is written well");
        assert_eq!(encode(&decoded, members), members[1]);
        assert_eq!(encode(&[1.into(), 2.into()], members), "1x2");
    }
}
