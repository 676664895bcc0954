//! An interface as a published schema, in either dialect.

use serde_json::{Map, Value};

use super::json::{Layout, to_text};
use crate::front::published::OUTPUT;
use crate::interface::Interface;
use crate::interface::standard::standard;

/// How a schema is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// As RunComfy publishes it: `float`, `required` before `properties`, and whatever else its source said, in its order.
    #[default]
    RunComfy,
    /// Standard JSON Schema 2020-12, which any validator takes.
    Draft2020,
}

const META_SCHEMA: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of what goes in, without a final line break.
pub fn write(interface: &Interface, dialect: Dialect, layout: Layout) -> String {
    to_text(&to_json(interface, dialect), layout)
}

/// The same as JSON.
pub fn to_json(interface: &Interface, dialect: Dialect) -> Value {
    let standard_form = dialect == Dialect::Draft2020;
    let mut properties = Map::new();
    let patterns = interface.patterns();
    for (key, input) in interface.inputs() {
        if standard_form {
            properties.insert(key.to_string(), Value::Object(standard(key, input, patterns)));
        } else if !input.undescribed {
            properties.insert(key.to_string(), Value::Object(input.schema.keywords().clone()));
        }
    }
    let required: Value = interface.required().iter().map(|key| Value::from(key.as_str())).collect();
    let mut root = if standard_form { begin() } else { Map::new() };
    for (keyword, value) in &interface.root {
        let value = match keyword.as_str() {
            "properties" => Value::Object(std::mem::take(&mut properties)),
            "required" => required.clone(),
            _ => value.clone(),
        };
        root.insert(keyword.clone(), value);
    }
    if standard_form {
        root.insert("type".to_owned(), "object".into());
        // A published schema may leave `properties` out and still require keys.
        if !properties.is_empty() {
            root.insert("properties".to_owned(), Value::Object(properties));
        }
        root.insert("additionalProperties".to_owned(), false.into());
        root.retain(|keyword, value| {
            !matches!(keyword.as_str(), "title" | "description") || value.is_string()
        });
    }
    Value::Object(root)
}

/// The schema of what comes out. RunComfy wraps it in `output`, which as a standard schema is a property of that name.
pub fn write_output(published: &Map<String, Value>, dialect: Dialect, layout: Layout) -> String {
    let schema = match dialect {
        Dialect::RunComfy => published.clone(),
        Dialect::Draft2020 => {
            let mut root = begin();
            root.insert("type".to_owned(), "object".into());
            root.insert("properties".to_owned(), Value::Object(published.clone()));
            root
        }
    };
    debug_assert!(published.contains_key(OUTPUT));
    to_text(&Value::Object(schema), layout)
}

fn begin() -> Map<String, Value> {
    Map::from_iter([("$schema".to_owned(), META_SCHEMA.into())])
}
