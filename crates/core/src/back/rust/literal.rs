//! Values as Rust literals that clippy finds readable.

/// A whole number: `96_860_978`.
pub(crate) fn integer(value: i128) -> String {
    let digits = value.unsigned_abs().to_string();
    let sign = if value < 0 { "-" } else { "" };
    let first = digits.len() % 3;
    if digits.len() < 5 {
        return format!("{sign}{digits}");
    }
    let mut grouped = String::from(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && i % 3 == first {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped
}

/// A finite float in its shortest form: `0.6`, `4.0`, `1e300`, `0.123_456`.
pub(crate) fn float(value: f64) -> String {
    let text = format!("{value:?}");
    if text.contains('e') {
        return text;
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, "0"));
    let whole = match whole.parse() {
        Ok(number) if whole != "-0" => integer(number),
        _ => whole.to_owned(),
    };
    if fraction.len() < 5 {
        return format!("{whole}.{fraction}");
    }
    let mut grouped = String::new();
    for (i, digit) in fraction.chars().enumerate() {
        if i > 0 && i % 3 == 0 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    format!("{whole}.{grouped}")
}

/// A text in quotes.
pub(crate) fn text(value: &str) -> String {
    format!("{value:?}")
}

/// A text of several lines as a raw literal; in quotes where it holds what a raw literal cannot.
pub(crate) fn raw(value: &str) -> String {
    if value.contains(is_hidden) || value.contains('\r') || !value.contains('"') {
        return text(value);
    }
    let mut hashes = String::from("#");
    while value.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{value}\"{hashes}")
}

/// Whether a character turns the direction of the text around it or cannot be seen, which the compiler refuses in sources.
pub(crate) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_where_there_are_many() {
        for (value, expected) in [
            (0, "0"),
            (-1, "-1"),
            (1024, "1024"),
            (96_860_978, "96_860_978"),
            (-12_345, "-12_345"),
            (100_000, "100_000"),
        ] {
            assert_eq!(integer(value), expected);
        }
        for (value, expected) in [
            (4.0, "4.0"),
            (0.6, "0.6"),
            (-0.0, "-0.0"),
            (0.062_5, "0.0625"),
            (0.123_456, "0.123_456"),
            (1e300, "1e300"),
            (-0.5, "-0.5"),
            (12_345.5, "12_345.5"),
        ] {
            assert_eq!(float(value), expected);
        }
    }

    #[test]
    fn raw_text_ends_where_it_ends() {
        assert_eq!(raw("a\n\"b\"#"), "r##\"a\n\"b\"#\"##");
        assert_eq!(raw("a\u{202e}"), "\"a\\u{202e}\"");
    }
}
