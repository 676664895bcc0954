//! An interface as the text of an `interface.toml`.

use serde_json::Value;
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, value};

use crate::interface::{Derived, Input, Interface, Key, Round, Rule};

/// The manifest of an interface: reading it gives the same interface. Numbers that TOML cannot hold (above 2⁶³−1) are left
/// out; a proposal has none.
pub fn write(interface: &Interface, model: Option<&str>) -> String {
    let mut document = DocumentMut::new();
    if let Some(model) = model {
        document.insert("model", value(model));
    }
    let required: Array = interface.required().iter().map(Key::as_str).collect();
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
            table.insert("node", value(output.node.as_str()));
            if let Some(title) = &output.title {
                table.insert("title", value(title.as_str()));
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
    table.insert("key", value(key.as_str()));
    let mut further = InlineTable::new();
    for (keyword, json) in input.schema.keywords() {
        let empty = matches!(keyword.as_str(), "title" | "description") && json == "";
        let Some(toml) = to_toml(json).filter(|_| !empty) else { continue };
        if FIELDS.contains(&keyword.as_str()) {
            table.insert(keyword, value(toml));
        } else {
            further.insert(keyword, toml);
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
    table.insert("target", value(derived.written.as_str()));
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
        Value::String(text) => text.as_str().into(),
        Value::Array(elements) => toml_edit::Value::Array(elements.iter().filter_map(to_toml).collect()),
        Value::Object(members) => {
            let members = members.iter().filter_map(|(name, member)| Some((name.as_str(), to_toml(member)?)));
            toml_edit::Value::InlineTable(members.collect())
        }
    })
}
