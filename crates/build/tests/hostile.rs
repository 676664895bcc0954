//! Documents whose every text tries to break out of the Rust that is generated from them.

use comfyc::inputs::serde_json::{Map, Value, json};

/// Texts that mean something to Rust, to its comments, to `format!` or to Markdown, and signs that cannot be seen.
const TEXTS: &[&str] = &[
    "",
    " ",
    "{}",
    "{0}",
    "{",
    "}",
    "{{}}",
    "{key:?}",
    "%s",
    "$crate",
    "$x:ty",
    "`",
    "```",
    "`a` b",
    "\"",
    "\\",
    "\\\"",
    "\\u{0}",
    "'",
    "'a",
    "\n",
    "\r\n",
    "\r",
    "\t",
    "\0",
    "\u{1}",
    "\u{7f}",
    "\u{8}\u{c}",
    "\u{85}",
    "\u{202e}abc",
    "\u{2066}a\u{2069}",
    "\u{feff}",
    "\u{200b}",
    "\u{2028}",
    "\u{301}",
    "e\u{301}",
    "⚠\u{fe0f}",
    "图像",
    "ÄÖ",
    "\u{1112}\u{1161}\u{212b}\u{f900}",
    "\u{e000}\u{10ffff}",
    "self",
    "Self",
    "crate",
    "r#type",
    "Option",
    "PUBLISHED",
    "*/",
    "/*",
    "//",
    "///",
    "#",
    "#![x]",
    "\"#",
    "r#\"a\"#",
    "concat!(\"",
    "</script>",
    "[a](b) [`a`]",
    "1. a\n- b\n    c",
    "<b>",
    "https://x.y/{z}`",
    "-1",
];

/// As many `#` behind a quote as no raw literal can hold, and so many that nothing may be read twice for each.
fn texts() -> Vec<String> {
    let hashes = format!("\"{}", "#".repeat(255));
    let many = ["\"", "\n"].map(|start| format!("{start}{}", "#".repeat(200_000)));
    TEXTS.iter().map(|text| (*text).to_owned()).chain([hashes]).chain(many).collect()
}

/// A published schema: each text as a key, in prose, as an option and as a default.
pub(crate) fn schema() -> String {
    let texts = texts();
    let mut properties = Map::new();
    for (i, text) in texts.iter().enumerate() {
        let key = if text.len() > 1_000 { format!("long {i}") } else { text.clone() };
        let mut property = match i % 6 {
            0 => {
                json!({"type": "integer", "minimum": -9_223_372_036_854_775_808_i64, "maximum": i64::MAX, "default": 5})
            }
            1 => json!({"type": "integer", "minimum": 0, "multipleOf": 2, "default": 4}),
            2 => json!({"type": "float", "minimum": -0.5, "maximum": 1e300, "default": 0.25}),
            3 => json!({"type": "string", "enum": TEXTS, "default": TEXTS[i % TEXTS.len()]}),
            4 => json!({"type": "string", "default": text}),
            _ => json!({"type": "array", "items": {"type": "string"}, "default": [text]}),
        };
        property["title"] = text.as_str().into();
        property["description"] = text.as_str().into();
        properties.insert(key, property);
        // Braces in a key, whatever type their turn has.
        let braces = json!({"type": "integer", "minimum": 1, "maximum": 9, "default": 3, "title": format!("Braces {i}")});
        if text.contains(['{', '}']) {
            properties.insert(format!("{text} {i}"), braces);
        }
    }
    let all = texts.join(" ");
    let schema = json!({"type": "object", "title": all, "description": all, "properties": properties});
    format!("{schema:#}")
}

/// A published schema that would be a raw literal, were there not too many `#` in it.
pub(crate) fn hashes() -> String {
    let schema = json!({"type": "object", "description": format!("\"{}", "#".repeat(255)), "properties": {}});
    format!("{schema:#}")
}

/// The classes of a server: each text as the name of a class, of its pack and category, of inputs, types and outputs, as an
/// option and as a default.
pub(crate) fn object_info() -> String {
    let odd =
        [json!(null), json!(true), json!(-1), json!(1.5), json!([1, "\u{8}"]), json!({"a\u{0}": ["\""]})];
    let number: Value = comfyc::inputs::serde_json::from_str("1e400").expect("JSON");
    let odd: Vec<Value> = odd.into_iter().chain([number]).collect();
    let mut classes = Map::new();
    for (i, text) in texts().into_iter().enumerate() {
        let module = match i % 5 {
            0 => "nodes".to_owned(),
            1 => format!("custom_nodes.{text}"),
            2 => format!("options.{text}"),
            3 => format!("sockets.{text}"),
            _ => text.clone(),
        };
        let branches: Vec<Value> = ["a", &text]
            .map(|key| json!({"key": key, "inputs": {"required": {&text: ["INT", {"default": 1}], "needed": ["IMAGE"]}}}))
            .into();
        let name = if text.len() > 1_000 { format!("long {i}") } else { text.clone() };
        let class = json!({
            "input": {
                "required": {
                    &name: [TEXTS, {"default": &text}],
                    "own": [&name],
                    "odd": [odd],
                    "union": [format!("{name},IMAGE,MASK")],
                    "branches": ["COMFY_DYNAMICCOMBO_V3", {"options": branches}],
                },
                "optional": {
                    format!("{name} text"): ["STRING", {"default": &text}],
                    format!("{name} json"): ["COMBO", {"options": ["a", &text], "multiselect": true, "default": [&text]}],
                    "any": ["*"],
                },
            },
            "output": [&name, "IMAGE", "COMBO", "*", format!("{name},IMAGE,MASK")],
            "output_name": [&name, "image", "", "node", &text],
            "display_name": &text,
            "category": &text,
            "python_module": module,
            "output_node": i % 2 == 0,
        });
        classes.insert(name, class);
    }
    // More open inputs than there are letters for their types; and classes that are called as those letters are.
    let many: Map<String, Value> = (0..30).map(|i| (format!("open {i}"), json!(["*"]))).collect();
    for name in ["A", "B", "Many"] {
        let class =
            json!({"input": {"required": many}, "output": ["*"], "python_module": "comfy_extras.many"});
        classes.insert(name.to_owned(), class);
    }
    Value::Object(classes).to_string()
}
