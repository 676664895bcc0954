//! Made-up prompts: every class of a catalog as a node, as it should be, and wrong in every way that a prompt can be.

use std::collections::BTreeMap;

use comfyc::catalog::{Catalog, Class, Inputs, Kind, OutputType};
use serde_json::{Map, Value, json};

/// How many classes share a prompt.
const TOGETHER: usize = 12;
/// How deep the inputs behind dynamic combos go.
const DEPTH: usize = 6;

/// A generator of numbers, the same on every run.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }
}

impl Dice {
    /// One of these.
    fn pick<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        all.get(self.below(all.len()))
    }
}

/// The prompts with their names: each class once as the editor would write it, and once spoiled.
pub(super) fn prompts(catalog: &Catalog) -> Vec<(String, Value)> {
    let sources = sources(catalog);
    let mut dice = Dice::new(5);
    let classes: Vec<&Class> = catalog.classes().collect();
    let mut prompts = Vec::new();
    for (i, classes) in classes.chunks(TOGETHER).enumerate() {
        let mut prompt = Prompt { sources: &sources, nodes: Map::new(), made: BTreeMap::new() };
        for class in classes {
            prompt.node(class, &mut dice);
        }
        let nodes = prompt.nodes;
        prompts.push((format!("made_{i}_spoiled"), Value::Object(spoiled(&nodes, &mut dice))));
        prompts.push((format!("made_{i}"), Value::Object(nodes)));
    }
    prompts
}

/// For each type the class with the fewest inputs that gives it, and the slot.
fn sources(catalog: &Catalog) -> BTreeMap<String, (&Class, usize)> {
    let mut sources: BTreeMap<String, (&Class, usize)> = BTreeMap::new();
    for class in catalog.classes() {
        for (slot, output) in class.outputs.iter().enumerate() {
            let ty = match &output.ty {
                OutputType::Named(ty) => ty.as_str(),
                OutputType::Options(_) => "COMBO",
                OutputType::Opaque(_) => continue,
            };
            let count = |class: &Class| class.inputs.settable().count();
            let known = sources.get(ty);
            if known.is_none_or(|(known, _)| count(class) < count(known)) {
                sources.insert(ty.to_owned(), (class, slot));
            }
        }
    }
    sources
}

struct Prompt<'c> {
    sources: &'c BTreeMap<String, (&'c Class, usize)>,
    nodes: Map<String, Value>,
    made: BTreeMap<String, Value>,
}

impl Prompt<'_> {
    fn node(&mut self, class: &Class, dice: &mut Dice) {
        let mut inputs = Map::new();
        self.inputs("", &class.inputs, &mut inputs, dice, 0);
        let id = (self.nodes.len() + 1).to_string();
        let node = json!({"inputs": inputs, "class_type": class.name, "_meta": {"title": class.title()}});
        self.nodes.insert(id, node);
    }

    fn inputs(
        &mut self,
        prefix: &str,
        from: &Inputs,
        to: &mut Map<String, Value>,
        dice: &mut Dice,
        depth: usize,
    ) {
        for (name, input, required) in from.settable() {
            if !required && dice.below(3) == 0 {
                continue;
            }
            let name = format!("{prefix}{name}");
            let default = input.options.default.clone();
            let value = match &input.kind {
                Kind::Combo(combo) => {
                    default.or_else(|| combo.options.first().cloned()).unwrap_or(json!("a file"))
                }
                Kind::DynamicCombo(branches) => {
                    let Some(branch) = dice.pick(branches) else { continue };
                    to.insert(name.clone(), branch.key.clone());
                    if depth < DEPTH {
                        self.inputs(&format!("{name}."), &branch.inputs, to, dice, depth + 1);
                    }
                    continue;
                }
                Kind::Autogrow(autogrow) => {
                    let Some((_, repeated, _)) = autogrow.template.settable().next() else { continue };
                    let count = autogrow.needed() + dice.below(3);
                    for (short, _) in autogrow.names().take(count) {
                        let ty = repeated.kind.socket_type().unwrap_or("*").to_owned();
                        let value = self.value(&ty, repeated.options.default.clone(), dice);
                        to.insert(format!("{name}.{short}"), value);
                    }
                    continue;
                }
                Kind::Match(matched) => self.value(matched.allowed.as_str(), default, dice),
                kind => self.value(kind.socket_type().unwrap_or("*"), default, dice),
            };
            to.insert(name, value);
        }
    }

    fn value(&mut self, ty: &str, default: Option<Value>, dice: &mut Dice) -> Value {
        if dice.below(6) > 0 {
            match ty {
                "INT" => return default.unwrap_or(json!(dice.below(5000))),
                "FLOAT" => return default.unwrap_or(json!(0.5)),
                "STRING" => return default.unwrap_or(json!("some \"text\" \\ on\ntwo lines")),
                "BOOLEAN" => return default.unwrap_or(json!(true)),
                _ => {}
            }
        }
        let one = ty.split(',').next().unwrap_or(ty);
        let wanted =
            if one == "*" { dice.pick(&["IMAGE", "MODEL", "INT"]).copied().unwrap_or(one) } else { one };
        if let Some(link) = self.made.get(wanted) {
            return link.clone();
        }
        let Some((class, slot)) = self.sources.get(wanted) else { return json!({"odd": [1, null]}) };
        let id = (self.nodes.len() + 1).to_string();
        self.nodes.insert(id.clone(), json!({"inputs": {}, "class_type": class.name}));
        let link = json!([id, slot]);
        self.made.insert(wanted.to_owned(), link.clone());
        link
    }
}

/// The same nodes, each wrong in some way, under ids of all kinds.
fn spoiled(nodes: &Map<String, Value>, dice: &mut Dice) -> Map<String, Value> {
    let mut spoiled = Map::new();
    for (id, node) in nodes {
        let mut node = node.clone();
        for _ in 0..=dice.below(3) {
            spoil(&mut node, id, dice);
        }
        let id = match dice.below(12) {
            0 => format!("57:{id}"),
            1 => format!("57:8:{id}"),
            2 => format!("a \"name\" {id}"),
            3 => format!("0{id}"),
            _ => id.clone(),
        };
        spoiled.insert(id, node);
    }
    spoiled
}

/// Values that most inputs do not take, some with spellings of their own.
const VALUES: [&str; 22] = [
    "null",
    "true",
    "[]",
    "{}",
    "1",
    "-1",
    "8.0",
    "1e5",
    "1E-05",
    "-0",
    "0.1",
    "18446744073709551616",
    "\"\"",
    "\"text\"",
    "\"\\u202e\\u0000\\r\\n\\t\\\"\"",
    "[\"1\", 0.0]",
    "[1, 0]",
    "[\"1\", 0, 2]",
    "{\"a\": {\"b\": [1e1]}}",
    "123456789012",
    "-123456789012",
    "\"```\\n\\n# lines  \\n\\\"#\\\"##\"",
];

fn spoil(node: &mut Value, id: &str, dice: &mut Dice) {
    let value: Value =
        dice.pick(&VALUES).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let Some(fields) = node.as_object_mut() else { return };
    let names: Vec<String> =
        fields.get("inputs").and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect();
    let name = names.get(dice.below(names.len())).cloned().unwrap_or_else(|| "new".to_owned());
    let kind = dice.below(22);
    if let Some(inputs) = fields.get_mut("inputs").and_then(Value::as_object_mut) {
        match kind {
            0..=2 => drop(inputs.shift_remove(&name)),
            3..=6 => drop(inputs.insert(name, value)),
            7 => drop(inputs.insert("not declared.x".to_owned(), value)),
            8 => *inputs = std::mem::take(inputs).into_iter().rev().collect(),
            9 => drop(inputs.insert(name, json!(["no such node", 0]))),
            10 => drop(inputs.insert(name, json!([id, 0]))),
            11 => drop(inputs.insert(name, json!(["1", 99]))),
            12 => drop(inputs.insert(name, json!(["2", -1]))),
            13 => drop(inputs.insert(format!("{name}.behind"), value)),
            _ => {}
        }
    }
    match kind {
        14 => drop(fields.shift_remove("_meta")),
        15 => drop(fields.insert(
            "_meta".to_owned(),
            json!({"title": "A title of \"its\" own\n, very long and on several lines"}),
        )),
        16 => drop(fields.insert("_meta".to_owned(), json!({"title": 5, "more": [1]}))),
        17 => drop(fields.insert("is_changed".to_owned(), json!(["1e1", {"x": 1.50}]))),
        18 => drop(fields.insert("class_type".to_owned(), json!("No Such Class+"))),
        19 => drop(fields.shift_remove("class_type")),
        20 => drop(fields.shift_remove("inputs")),
        21 => drop(fields.insert("_meta".to_owned(), value_of_meta(dice))),
        _ => {}
    }
}

fn value_of_meta(dice: &mut Dice) -> Value {
    let all = [json!(null), json!({}), json!("text"), json!({"title": "\u{202e}\u{200b}図の題"})];
    dice.pick(&all).cloned().unwrap_or_default()
}
