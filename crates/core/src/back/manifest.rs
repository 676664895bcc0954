//! An interface as the text of an `interface.toml`.

use std::fmt::Write;

use serde_json::Value;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use crate::interface::{Derived, Input, Interface, Key, Round, Rule};
use crate::source;

/// The manifest of an interface: reading it gives the same interface. Numbers that TOML cannot hold (above 2⁶³−1) are left
/// out; a proposal has none. Characters that an editor or terminal would obey instead of showing them are escaped.
pub fn write(interface: &Interface, model: Option<&str>) -> String {
    let mut document = DocumentMut::new();
    if let Some(model) = model {
        document.insert("model", value(text(model)));
    }
    let required: Array = interface.required().iter().map(|key| text(key.as_str())).collect();
    if !required.is_empty() {
        document.insert("required", value(required));
    }
    let inputs: ArrayOfTables = interface.inputs().map(|(key, input)| input_table(key, input)).collect();
    if !inputs.is_empty() {
        document.insert("inputs", Item::ArrayOfTables(inputs));
    }
    let outputs: ArrayOfTables = interface
        .outputs()
        .iter()
        .map(|output| {
            let mut table = Table::new();
            table.insert("node", value(text(&output.node)));
            if let Some(title) = &output.title {
                table.insert("title", value(text(title)));
            }
            table
        })
        .collect();
    if !outputs.is_empty() {
        document.insert("outputs", Item::ArrayOfTables(outputs));
    }
    document.to_string()
}

fn input_table(key: &Key, input: &Input) -> Table {
    const FIELDS: [&str; 8] =
        ["title", "description", "type", "default", "minimum", "maximum", "enum", "format"];
    let mut table = Table::new();
    table.insert("key", value(text(key.as_str())));
    let mut further = InlineTable::new();
    for (keyword, json) in input.schema.keywords() {
        let empty = matches!(keyword.as_str(), "title" | "description") && json == "";
        let Some(toml) = to_toml(json).filter(|_| !empty) else { continue };
        if FIELDS.contains(&keyword.as_str()) {
            table.insert(keyword, value(toml));
        } else {
            further.insert_formatted(&member(keyword), toml);
        }
    }
    if !further.is_empty() {
        table.insert("keywords", value(further));
    }
    if input.schema.media().is_none()
        && let Some(media) = input.media
    {
        table.insert("media", value(media.as_str()));
    }
    let derived: ArrayOfTables = input.derived.iter().map(derived_table).collect();
    if !derived.is_empty() {
        table.insert("derived", Item::ArrayOfTables(derived));
    }
    table
}

fn derived_table(derived: &Derived) -> Table {
    let Rule { scale, offset, round } = derived.rule;
    let mut table = Table::new();
    table.insert("target", value(text(&derived.written)));
    let unchanged = Rule::default();
    if scale.to_bits() != unchanged.scale.to_bits() {
        table.insert("scale", value(scale));
    }
    if offset.to_bits() != unchanged.offset.to_bits() {
        table.insert("offset", value(offset));
    }
    if let Some(round) = round {
        let word = match round {
            Round::Floor => "floor",
            Round::Ceil => "ceil",
            Round::Nearest => "nearest",
        };
        table.insert("round", value(word));
    }
    table
}

/// JSON as TOML; `None` for null and for numbers that TOML does not have. The JSON parser bounds the nesting.
fn to_toml(json: &Value) -> Option<toml_edit::Value> {
    Some(match json {
        Value::Null => return None,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => match number.as_i64() {
            Some(int) => int.into(),
            None if number.is_u64() => return None,
            None => number.as_f64().filter(|float| float.is_finite())?.into(),
        },
        Value::String(string) => text(string),
        Value::Array(elements) => toml_edit::Value::Array(elements.iter().filter_map(to_toml).collect()),
        Value::Object(members) => {
            let mut table = InlineTable::new();
            for (name, json) in members {
                if let Some(toml) = to_toml(json) {
                    table.insert_formatted(&member(name), toml);
                }
            }
            toml_edit::Value::InlineTable(table)
        }
    })
}

/// A string. TOML lets most characters stand as they are, but some do things to whoever looks at them.
fn text(text: &str) -> toml_edit::Value {
    let escaped = text.contains(is_hidden).then(|| escaped(text).parse().ok());
    escaped.flatten().unwrap_or_else(|| text.into())
}

/// The name of a member, written like any string.
fn member(name: &str) -> toml_edit::Key {
    let escaped = name.contains(is_hidden).then(|| escaped(name).parse().ok());
    escaped.flatten().unwrap_or_else(|| name.into())
}

/// A basic string in which nothing hides.
fn escaped(text: &str) -> String {
    let mut escaped = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => escaped.extend(['\\', c]),
            c if c.is_control() || is_hidden(c) => {
                // TOML has one form for four digits and one for eight.
                let number = u32::from(c);
                let _ = match u16::try_from(number) {
                    Ok(short) => write!(escaped, "\\u{short:04X}"),
                    Err(_) => write!(escaped, "\\U{number:08X}"),
                };
            }
            c => escaped.push(c),
        }
    }
    escaped.push('"');
    escaped
}

/// Whether a character is written by its number. Line breaks and tabs are no secret, and scripts and emoji need joiners and
/// variation selectors.
fn is_hidden(c: char) -> bool {
    let is_needed = matches!(c, '\n' | '\t' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    source::is_hidden(c) && !is_needed
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::front::manifest;
    use crate::interface::Schema;
    use crate::source::{Source, Sources, Syntax};

    #[test]
    fn nothing_hides_in_a_manifest_and_everything_is_read_again() {
        let odd: String = ('\0'..=char::MAX).filter(|c| is_hidden(*c)).chain("\"'\\\n é".chars()).collect();
        let mut interface = Interface::new();
        let keywords = json!({
            "title": odd, "description": "plain \"quoted\"\nand broken", "type": "string", "default": odd,
            "enum": [odd], &odd: {&odd: [odd]},
        });
        let keywords = keywords.as_object().cloned().expect("an object");
        let mut input = Input::new(Schema::new(keywords.clone()));
        let written = format!("2_{odd}");
        input.derived.push(Derived { written: written.clone(), target: None, rule: Rule::default() });
        interface.inputs.insert(Key::new(odd.as_str()), input);
        interface.required.push(Key::new(odd.as_str()));
        interface.outputs.push(crate::interface::Output {
            node: odd.clone(),
            title: Some(odd.clone()),
            origin: None,
        });
        let text = write(&interface, Some(&odd));
        assert!(!text.contains(is_hidden), "{text}");
        let source = Source::new(manifest::FILE, Syntax::Toml, text);
        let (described, found) = manifest::parse(&source, Sources::default().add(source.clone()));
        assert!(found.is_empty(), "{found:?}");
        let described = described.expect("a manifest");
        assert_eq!(described.model.as_deref(), Some(odd.as_str()));
        let read = described.interface;
        let input = read.input(&odd).expect("the key");
        assert_eq!(input.schema.keywords(), &keywords);
        assert_eq!(input.derived[0].written, written);
        assert_eq!(read.required(), interface.required());
        assert_eq!((&read.outputs[0].node, &read.outputs[0].title), (&odd, &Some(odd.clone())));
    }
}
