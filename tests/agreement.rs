//! A payload is accepted here exactly when a JSON Schema validator accepts it with our `2020-12` schema.

use comfyc::back::schema::{self, Dialect};
use comfyc::check;
use comfyc::interface::{Interface, Payload};
use jsonschema::Validator;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Map, Value, json};

use crate::support;

fn validator(interface: &Interface) -> Validator {
    let schema = schema::to_json(&interface.clone(), Dialect::Draft2020);
    jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}: {schema:#}"));
    jsonschema::draft202012::new(&schema).unwrap_or_else(|error| panic!("{error}: {schema:#}"))
}

/// Our verdict on an instance.
fn accepts(interface: &Interface, instance: &Value) -> bool {
    let mut payload = Payload::new();
    for (key, value) in instance.as_object().expect("an object") {
        payload.set(key.as_str(), value.clone(), None);
    }
    check::payload(interface, payload).is_ok()
}

#[track_caller]
fn agree(interface: &Interface, validator: &Validator, instance: &Value) -> bool {
    let ours = accepts(interface, instance);
    let errors: Vec<String> = validator.iter_errors(instance).map(|error| error.to_string()).collect();
    assert_eq!(ours, errors.is_empty(), "{instance}: the validator says {errors:?}");
    ours
}

/// Values near what the rules of published schemas speak of.
fn value() -> impl Strategy<Value = Value> {
    let url = prop_oneof![
        Just("https://example.com/a.png"),
        Just("http://x"),
        Just("data:image/png;base64,AAAA"),
        Just("a.png"),
        Just(""),
    ];
    let text = prop_oneof![
        Just("16:9".to_owned()),
        Just("720p".to_owned()),
        Just("720x720 (1:1)".to_owned()),
        Just("720x480".to_owned()),
        Just("auto".to_owned()),
        url.prop_map(str::to_owned),
        ".{0,12}",
    ];
    let number = prop_oneof![
        (-3_i64..300).prop_map(Value::from),
        Just(json!(81)),
        Just(json!(81.0)),
        Just(json!(0.6)),
        Just(json!(4.000_001)),
        Just(json!(-1)),
        Just(json!(0)),
        Just(json!(2_147_483_648_u64)),
        Just(json!(1e3)),
        any::<f64>().prop_filter("finite", |f| f.is_finite()).prop_map(Value::from),
    ];
    let leaf = prop_oneof![
        text.prop_map(Value::from),
        number,
        any::<bool>().prop_map(Value::from),
        Just(Value::Null)
    ];
    leaf.prop_recursive(2, 12, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..9).prop_map(Value::Array),
            prop::collection::vec((prop_oneof![Just("path"), Just("scale"), Just("other")], inner), 0..3)
                .prop_map(|members| members
                    .into_iter()
                    .map(|(k, v)| (k.to_owned(), v))
                    .collect::<Map<_, _>>()
                    .into()),
        ]
    })
}

/// Values that an input is likely to take.
fn likely(input: &comfyc::interface::Input) -> Vec<Value> {
    let schema = &input.schema;
    let url = "https://example.com/a.png";
    let mut likely: Vec<Value> = schema.members().unwrap_or_default().to_vec();
    likely.extend(["minimum", "maximum"].iter().filter_map(|keyword| schema.get(keyword)).cloned());
    match (schema.media(), schema.get("type").and_then(Value::as_str)) {
        (Some((_, true)), _) => likely.push(json!([url])),
        (Some((_, false)), _) => likely.push(json!(url)),
        (None, Some("string")) if likely.is_empty() => likely.push(json!("text")),
        (None, Some("boolean")) => likely.push(json!(true)),
        _ => likely.extend(schema.get("default").cloned()),
    }
    likely.push(json!(5));
    likely
}

/// An instance: most of the keys, mostly with likely values, perhaps one that is not published.
fn instance(interface: &Interface) -> impl Strategy<Value = Value> + use<> {
    let members: Vec<_> = interface
        .inputs()
        .map(|(key, input)| {
            let mut likely = likely(input);
            let unlikely = likely.split_off(likely.len() - 1);
            let likely = if likely.is_empty() { unlikely.clone() } else { likely };
            let any = prop_oneof![30 => prop::sample::select(likely), 1 => prop::sample::select(unlikely), 1 => value()];
            let key = key.to_string();
            prop::option::weighted(0.97, any).prop_map(move |value| value.map(|value| (key.clone(), value)))
        })
        .collect();
    (members, prop::option::weighted(0.05, ("[a-z_0-9]{1,6}", value())))
        .prop_map(|(members, stray)| Value::Object(members.into_iter().flatten().chain(stray).collect()))
}

#[test]
fn on_published_schemas() {
    let mut accepted = 0;
    let mut judged = 0;
    for entry in std::fs::read_dir(support::path("schemas/runcomfy")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.ends_with("output.json") {
            continue;
        }
        let interface = support::published(&std::fs::read_to_string(&path).expect("a schema"));
        let validator = validator(&interface);
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        let strategy = instance(&interface);
        for _ in 0..400 {
            let instance = strategy.new_tree(&mut runner).expect("a value").current();
            accepted += usize::from(agree(&interface, &validator, &instance));
            judged += 1;
        }
    }
    // Agreement on refusals alone, or on acceptance alone, would say little.
    assert!(accepted * 4 > judged && accepted * 4 < judged * 3, "{accepted} of {judged} accepted");
}

/// Properties as they are published, quirks included, and some that nobody has published yet.
fn property() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!({"type": "string"}),
        json!({"type": "float", "minimum": 0.6, "maximum": 4}),
        json!({"type": "integer", "minimum": -1}),
        json!({"type": "integer", "enum": [81, 141]}),
        json!({"type": "string", "enum": ["81", "16:9"]}),
        json!({"type": "number", "exclusiveMinimum": true, "minimum": 0, "multipleOf": 0.5}),
        json!({"type": "string", "format": "image_uri"}),
        json!({"type": "string", "format": "image_uri", "validations": [{"validation_rule": "file_size_mb<", "validation_value": 0.000_01}]}),
        json!({"type": "array", "format": "video_uris", "minItems": 1, "maxItems": 2}),
        json!({"type": "array", "items": {"type": "object", "required": ["path"], "properties":
            {"path": {"type": "string"}, "scale": {"type": "float", "maximum": 4}}, "additionalProperties": false}}),
        json!({"type": "array", "uniqueItems": true, "items": {"type": ["integer", "null"]}}),
        json!({"type": "boolean"}),
        json!({"type": "string", "nullable": true, "minLength": 2, "maxLength": 6}),
        json!({"type": "string", "pattern": "^[a-z]+$"}),
        json!({"type": "image", "minimum": "5", "required": true}),
        json!({"default": 5}),
        json!({"const": 81}),
        json!({"type": "object", "minProperties": 1, "additionalProperties": {"type": "int"}}),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]
    #[test]
    fn on_made_schemas(
        (schema, values) in prop::collection::vec((prop_oneof![Just("1_a"), Just("1_wx1_h"), Just("prompt"), Just("2_b")], property()), 1..4)
            .prop_flat_map(|properties| {
                let required: Vec<&str> = properties.iter().map(|(key, _)| *key).take(1).collect();
                let members: Map<String, Value> = properties.iter().map(|(k, p)| ((*k).to_owned(), p.clone())).collect();
                let schema = json!({"type": "object", "title": null, "required": required, "properties": members});
                let interface = support::published(&schema.to_string());
                (Just(schema), prop::collection::vec(instance(&interface), 6))
            }),
    ) {
        let interface = support::published(&schema.to_string());
        let validator = validator(&interface);
        for instance in &values {
            agree(&interface, &validator, instance);
        }
    }
}

#[test]
fn the_output_schema_is_one_that_a_validator_takes() {
    let output: Map<String, Value> =
        serde_json::from_str(&support::read("schemas/runcomfy/output.json")).expect("JSON");
    let text = schema::write_output(&output, Dialect::Draft2020, comfyc::back::Layout::Pretty);
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    assert!(validator.is_valid(&json!({"output": {"video": "https://example.com/a.mp4"}})));
    assert!(!validator.is_valid(&json!({"output": {"videos": "https://example.com/a.mp4"}})));
}

#[test]
fn our_own_forms_satisfy_their_schemas() {
    let load = |path: &str| -> Validator {
        let schema: Value = serde_json::from_str(&support::read(path)).expect("JSON");
        jsonschema::draft202012::new(&schema).expect("a schema")
    };
    let published = load("schemas/published.schema.json");
    for entry in std::fs::read_dir(support::path("schemas/runcomfy")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let schema: Value =
            serde_json::from_str(&std::fs::read_to_string(&path).expect("a file")).expect("JSON");
        assert_eq!(published.is_valid(&schema), !path.ends_with("output.json"), "{}", path.display());
    }
    let manifest = load("schemas/interface.schema.json");
    for folder in support::workflow_folders() {
        let document: toml_edit::DocumentMut =
            support::read(&format!("{folder}/interface.toml")).parse().expect("TOML");
        let json = toml_to_json(document.as_item());
        let errors: Vec<String> = manifest.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{folder}: {errors:?}");
        let mut misspelt = json;
        misspelt["inputs"][0]["defalt"] = json!(5);
        assert!(!manifest.is_valid(&misspelt));
    }
}

fn toml_to_json(item: &toml_edit::Item) -> Value {
    use toml_edit::{Item, Value as Toml};
    let value = |value: &Toml| -> Value { toml_to_json(&Item::Value(value.clone())) };
    match item {
        Item::Value(Toml::String(text)) => text.value().as_str().into(),
        Item::Value(Toml::Integer(int)) => (*int.value()).into(),
        Item::Value(Toml::Float(float)) => (*float.value()).into(),
        Item::Value(Toml::Boolean(flag)) => (*flag.value()).into(),
        Item::Value(Toml::Array(array)) => array.iter().map(value).collect(),
        Item::Value(Toml::InlineTable(table)) => {
            Value::Object(table.iter().map(|(key, member)| (key.to_owned(), value(member))).collect())
        }
        Item::Table(table) => {
            Value::Object(table.iter().map(|(key, item)| (key.to_owned(), toml_to_json(item))).collect())
        }
        Item::ArrayOfTables(tables) => {
            tables.iter().map(|table| toml_to_json(&Item::Table(table.clone()))).collect()
        }
        other => panic!("no such thing in a manifest: {other:?}"),
    }
}
