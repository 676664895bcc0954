//! `/object_info` JSON to catalog and back, and the snapshots this crate writes.
//!
//! A snapshot is an object with the key `comfyc_catalog`, the format's version: `classes` as in `/object_info`, in which a
//! class may have `traits` and an input's options may hold `"open": true`; `of`, the server; `replacements` as in
//! `/node_replacements`.

use indexmap::IndexMap;
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

use super::class::{Class, Had, Output, Traits};
use super::input::{
    Autogrow, Branch, Combo, DynamicSlot, Form, Input, Inputs, Kind, MatchType, Options, TypeForm,
};
use super::layout::Layout;
use super::lazy::Lazy;
use super::types::{OutputType, Type};
use super::widget::Shown;
use super::{Catalog, Entry, Replacement};
use crate::diagnostic::{Diagnostics, Problem, json_error, kind_of};
use crate::source::{Origin, Pointer, Source, SourceId, SourceText};

/// The key that marks a snapshot, its first; it holds the version of the form.
pub(crate) const SNAPSHOT: &str = "comfyc_catalog";
/// The traits of a class in a snapshot.
const TRAITS: &str = "traits";
/// The option that marks a machine-specific list in a snapshot.
const OPEN: &str = "open";

/// The parts of a snapshot.
#[derive(serde::Deserialize)]
struct Snapshot<'t> {
    #[serde(default)]
    of: Option<String>,
    #[serde(borrow)]
    classes: Members<'t>,
    #[serde(default)]
    replacements: Value,
}

/// Classes by name, not yet read.
type Members<'t> = IndexMap<String, &'t RawValue>;

pub(super) fn parse(source: &Source, id: SourceId) -> (Catalog, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let mut catalog = Catalog::default();
    let mut base = Origin::value(id, Pointer::root());
    let is_snapshot =
        source.body().trim_start().strip_prefix('{').is_some_and(|rest| {
            rest.trim_start().strip_prefix('"').is_some_and(|key| key.starts_with(SNAPSHOT))
        });
    let members = if is_snapshot {
        base = base.member("classes");
        serde_json::from_str::<Snapshot<'_>>(source.body()).map(|snapshot| {
            catalog.of = snapshot.of;
            catalog.replacements = replacements(&snapshot.replacements);
            snapshot.classes
        })
    } else {
        serde_json::from_str(source.body())
    };
    let members: Members<'_> = match members {
        Ok(members) => members,
        Err(error) => {
            diagnostics.push(json_error(&error, source, id, "an object_info.json, an object of classes"));
            return (catalog, diagnostics);
        }
    };
    let text = source.shared();
    for (name, raw) in members {
        if raw.get().starts_with('{') {
            let start = raw.get().as_ptr().addr() - text.as_ptr().addr();
            let json = Some((text.clone(), start..start + raw.get().len()));
            catalog.classes.insert(name, Entry { json, ..Entry::default() });
        } else {
            let origin = base.member(&name);
            let detail = "it is not an object".to_owned();
            diagnostics.report(Problem::MalformedClass { class: name, detail }, Some(origin));
        }
    }
    (catalog, diagnostics)
}

/// Reads a snapshot by its lines, as [`snapshot`] lays it out: what is on the line of a class is not looked at. `None` for a text
/// that is laid out in another way.
pub(super) fn parse_lines(shared: &SourceText) -> Option<Catalog> {
    #[derive(serde::Deserialize)]
    struct Head {
        of: Option<String>,
    }
    let text: &str = shared;
    let (head, rest) = text.split_once(",\n\"classes\":{\n")?;
    let (classes, tail) = rest.rsplit_once("\n},\n\"replacements\":{\n")?;
    let told: Value = serde_json::from_str(&format!("{{{}", tail.trim_end().strip_suffix('}')?)).ok()?;
    let Head { of } = serde_json::from_str(&format!("{head}}}")).ok()?;
    let mut catalog = Catalog { of, replacements: replacements(&told), ..Catalog::default() };
    let mut start = text.len() - rest.len();
    for line in classes.split('\n') {
        let class = line.strip_suffix(',').unwrap_or(line);
        let (name, json) = class.strip_prefix('"')?.split_once("\":")?;
        if name.contains('\\') || !json.starts_with('{') {
            return None;
        }
        let end = start + class.len();
        let json = Some((shared.clone(), end - json.len()..end));
        catalog.classes.insert(name.to_owned(), Entry { json, ..Entry::default() });
        start += line.len() + 1;
    }
    Some(catalog)
}

/// A class from its JSON. A class that cannot be read is empty and says why.
pub(super) fn class_from_text(name: &str, json: &str) -> Class {
    let mut class = match serde_json::from_str(json) {
        Ok(fields) => class_from_json(name.to_owned(), fields),
        Err(error) => {
            Class { malformed: Some(error.to_string()), ..class_from_json(name.to_owned(), Map::new()) }
        }
    };
    let wrong = ["input", "output"].into_iter().find_map(|field| Some((field, class.fields.get(field)?)));
    if let Some((field, found)) = wrong {
        class.malformed = Some(format!("its `{field}` is {}", kind_of(found)));
    }
    class
}

/// The rules of `/node_replacements`, by old class. A rule that names no new class says nothing and is left out.
pub(super) fn replacements(answer: &Value) -> IndexMap<String, Vec<Replacement>> {
    let rule = |rule: &Value| {
        let new_class = rule.get("new_node_id")?.as_str()?.to_owned();
        Some(Replacement { new_class, rule: rule.as_object()?.clone() })
    };
    let members = answer.as_object().into_iter().flatten();
    members
        .map(|(old, rules)| (old.clone(), rules.as_array().into_iter().flatten().filter_map(rule).collect()))
        .collect()
}

fn class_from_json(name: String, mut fields: Map<String, Value>) -> Class {
    let had = |field: &str, form: fn(&Value) -> bool| fields.get(field).is_some_and(form);
    let had = Had { input: had("input", Value::is_object), output: had("output", Value::is_array) };
    let inputs = match fields.get_mut("input").map(Value::take) {
        Some(Value::Object(sections)) => {
            fields.shift_remove("input");
            inputs_from_json(sections)
        }
        Some(other) => {
            fields.insert("input".to_owned(), other);
            Inputs::default()
        }
        None => Inputs::default(),
    };
    let traits = fields.shift_remove(TRAITS).and_then(|traits| traits_from_json(&traits));
    let outputs = match fields.get_mut("output").map(Value::take) {
        Some(Value::Array(types)) => {
            fields.shift_remove("output");
            outputs_from_json(types, &fields)
        }
        Some(other) => {
            fields.insert("output".to_owned(), other);
            Vec::new()
        }
        None => Vec::new(),
    };
    let layout = Layout::new(&name, &inputs, &fields);
    let marks = Lazy::default();
    Class { name, inputs, outputs, traits, fields, malformed: None, had, layout, marks }
}

fn outputs_from_json(types: Vec<Value>, fields: &Map<String, Value>) -> Vec<Output> {
    let at = |field: &str, slot: usize| fields.get(field).and_then(|list| list.get(slot));
    types
        .into_iter()
        .enumerate()
        .map(|(slot, ty)| Output {
            ty: match ty {
                Value::String(text) => OutputType::Named(Type::new(text)),
                Value::Array(options) => OutputType::Options(options),
                other => OutputType::Opaque(other),
            },
            name: at("output_name", slot).and_then(Value::as_str).map(str::to_owned),
            is_list: at("output_is_list", slot).and_then(Value::as_bool).unwrap_or(false),
            template: at("output_matchtypes", slot).and_then(Value::as_str).map(str::to_owned),
        })
        .collect()
}

pub(super) fn traits_from_json(traits: &Value) -> Option<Traits> {
    Some(Traits {
        v3: traits.get("v3")?.as_bool()?,
        validates: traits
            .get("validates")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            .unwrap_or_default(),
        validates_all: traits.get("kwargs").and_then(Value::as_bool).unwrap_or(false),
    })
}

/// Dynamic inputs nest; the JSON parser's own limit of 128 levels bounds how deep this goes.
fn inputs_from_json(sections: Map<String, Value>) -> Inputs {
    let mut inputs = Inputs::default();
    for (name, section) in sections {
        let slot = match name.as_str() {
            "required" => &mut inputs.required,
            "optional" => &mut inputs.optional,
            "hidden" => &mut inputs.hidden,
            _ => {
                inputs.other.insert(name, section);
                continue;
            }
        };
        match section {
            Value::Object(members) => {
                *slot = Some(members.into_iter().map(|(name, spec)| (name, input_from_json(spec))).collect());
            }
            other => {
                inputs.other.insert(name, other);
            }
        }
    }
    inputs
}

fn input_from_json(spec: Value) -> Input {
    let bare = |kind: Kind| {
        let options = Options::default();
        let shown = Shown::new(kind.socket_type(), &options.other);
        Input { kind, options, form: Form { ty: TypeForm::Bare, ..Form::default() }, shown }
    };
    let mut elements = match spec {
        Value::Array(elements) if !elements.is_empty() => elements.into_iter(),
        Value::String(ty) => return bare(Kind::Named(Type::new(ty))),
        other => return bare(Kind::Opaque(other)),
    };
    let ty = elements.next().unwrap_or_default();
    let mut rest = Vec::new();
    let keywords = match elements.next() {
        Some(Value::Object(keywords)) => Some(keywords),
        Some(other) => {
            rest.push(other);
            None
        }
        None => None,
    };
    rest.extend(elements);
    let has_options = keywords.is_some();
    let mut options = options_from_json(keywords.unwrap_or_default());
    let (kind, ty) = kind_from_json(ty, &mut options.other);
    let shown = Shown::new(kind.socket_type(), &options.other);
    Input { kind, options, form: Form { ty, has_options, rest }, shown }
}

fn options_from_json(mut keywords: Map<String, Value>) -> Options {
    let mut number = |name: &str| match take_if(&mut keywords, name, Value::is_number) {
        Some(Value::Number(number)) => Some(number),
        _ => None,
    };
    let (min, max, step) = (number("min"), number("max"), number("step"));
    Options { default: keywords.shift_remove("default"), min, max, step, other: keywords }
}

/// Takes a keyword out when its value has the form that the typed model holds; else it stays where it is.
fn take_if(keywords: &mut Map<String, Value>, name: &str, fits: impl Fn(&Value) -> bool) -> Option<Value> {
    if keywords.get(name).is_some_and(fits) { keywords.shift_remove(name) } else { None }
}

fn kind_from_json(ty: Value, keywords: &mut Map<String, Value>) -> (Kind, TypeForm) {
    let name = match ty {
        Value::Array(options) => return (Kind::Combo(combo(options, keywords)), TypeForm::OptionsAsType),
        Value::String(name) => name,
        other => return (Kind::Opaque(other), TypeForm::Listed),
    };
    let kind = match name.as_str() {
        Type::COMBO => match keywords.get("options") {
            None => return (Kind::Combo(combo(Vec::new(), keywords)), TypeForm::Listed),
            Some(Value::Array(_)) => {
                let Some(Value::Array(options)) = keywords.shift_remove("options") else {
                    return (Kind::Named(Type::new(name)), TypeForm::Listed);
                };
                return (Kind::Combo(combo(options, keywords)), TypeForm::OptionsAsKeyword);
            }
            Some(_) => None,
        },
        Type::DYNAMIC_COMBO => take_branches(keywords).map(Kind::DynamicCombo),
        Type::AUTOGROW => autogrow(keywords).map(Kind::Autogrow),
        Type::DYNAMIC_SLOT => match take_if(keywords, "inputs", Value::is_object) {
            Some(Value::Object(sections)) => {
                Some(Kind::DynamicSlot(DynamicSlot { inputs: inputs_from_json(sections) }))
            }
            _ => None,
        },
        Type::MATCH => match_type(keywords).map(Kind::Match),
        _ => None,
    };
    (kind.unwrap_or(Kind::Named(Type::new(name))), TypeForm::Listed)
}

fn combo(options: Vec<Value>, keywords: &mut Map<String, Value>) -> Combo {
    let open = take_if(keywords, OPEN, |open| *open == Value::Bool(true)).is_some();
    let multiselect = keywords.get("multiselect") == Some(&Value::Bool(true));
    Combo { options, open, multiselect, sorted: Lazy::default() }
}

/// The branches of a dynamic combo; `None`, with nothing taken, when they have another form than expected.
fn take_branches(keywords: &mut Map<String, Value>) -> Option<Vec<Branch>> {
    let well_formed = keywords.get("options")?.as_array()?.iter().all(|option| {
        option.as_object().is_some_and(|o| {
            o.len() == 2 && o.contains_key("key") && o.get("inputs").is_some_and(Value::is_object)
        })
    });
    if !well_formed {
        return None;
    }
    let Some(Value::Array(options)) = keywords.shift_remove("options") else { return None };
    Some(
        options
            .into_iter()
            .filter_map(|mut option| {
                let key = option.get_mut("key")?.take();
                let Value::Object(sections) = option.get_mut("inputs")?.take() else { return None };
                Some(Branch { key, inputs: inputs_from_json(sections) })
            })
            .collect(),
    )
}

/// The typed form of an autogrow; its `template` keyword stays among the options, as it came.
fn autogrow(keywords: &Map<String, Value>) -> Option<Autogrow> {
    let template = keywords.get("template")?.as_object()?;
    let count = |name: &str, default: usize| match template.get(name) {
        Some(count) => count.as_u64().and_then(|n| usize::try_from(n).ok()),
        None => Some(default),
    };
    let names = match template.get("names") {
        Some(list) => {
            Some(list.as_array()?.iter().map(|n| n.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()?)
        }
        None => None,
    };
    let prefix = match template.get("prefix") {
        Some(prefix) => Some(prefix.as_str()?.to_owned()),
        None => None,
    };
    let inputs = inputs_from_json(template.get("input")?.as_object()?.clone());
    Some(Autogrow { template: inputs, names, prefix, min: count("min", 1)?, max: count("max", 100)? })
}

fn match_type(keywords: &Map<String, Value>) -> Option<MatchType> {
    let template = keywords.get("template")?;
    Some(MatchType {
        template: template.get("template_id")?.as_str()?.to_owned(),
        allowed: Type::new(template.get("allowed_types")?.as_str()?),
    })
}

impl Class {
    /// The class as `/object_info` tells it, with everything that was read and nothing else.
    pub fn to_json(&self) -> Value {
        let mut entry = Map::new();
        if self.had.input {
            entry.insert("input".to_owned(), inputs_to_json(&self.inputs));
        }
        if self.had.output {
            let types = self.outputs.iter().map(|output| match &output.ty {
                OutputType::Named(ty) => Value::from(ty.as_str()),
                OutputType::Options(options) => Value::Array(options.clone()),
                OutputType::Opaque(value) => value.clone(),
            });
            entry.insert("output".to_owned(), types.collect());
        }
        entry.extend(self.fields.iter().map(|(name, value)| (name.clone(), value.clone())));
        Value::Object(entry)
    }
}

impl Input {
    /// The declaration as `/object_info` writes it: the type, and the options if there are any.
    pub fn to_json(&self) -> Value {
        input_to_json(self)
    }
}

fn inputs_to_json(inputs: &Inputs) -> Value {
    let mut sections = Map::new();
    let named = [("required", &inputs.required), ("optional", &inputs.optional), ("hidden", &inputs.hidden)];
    for (name, section) in named {
        if let Some(members) = section {
            let members = members.iter().map(|(name, input)| (name.clone(), input_to_json(input)));
            sections.insert(name.to_owned(), Value::Object(members.collect()));
        }
    }
    sections.extend(inputs.other.iter().map(|(name, value)| (name.clone(), value.clone())));
    Value::Object(sections)
}

fn input_to_json(input: &Input) -> Value {
    let mut keywords = Map::new();
    let Options { default, min, max, step, other } = &input.options;
    let typed = [
        ("default", default.clone()),
        ("min", number(min.as_ref())),
        ("max", number(max.as_ref())),
        ("step", number(step.as_ref())),
    ];
    keywords.extend(typed.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    let ty = match &input.kind {
        Kind::Named(ty) => Value::from(ty.as_str()),
        Kind::Combo(combo) => {
            if combo.open {
                keywords.insert(OPEN.to_owned(), true.into());
            }
            match input.form.ty {
                TypeForm::OptionsAsType => Value::Array(combo.options.clone()),
                TypeForm::OptionsAsKeyword => {
                    keywords.insert("options".to_owned(), Value::Array(combo.options.clone()));
                    Type::COMBO.into()
                }
                TypeForm::Listed | TypeForm::Bare => Type::COMBO.into(),
            }
        }
        Kind::DynamicCombo(branches) => {
            let branches = branches.iter().map(|branch| {
                let entry = [("key", branch.key.clone()), ("inputs", inputs_to_json(&branch.inputs))];
                Value::Object(entry.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
            });
            keywords.insert("options".to_owned(), branches.collect());
            Type::DYNAMIC_COMBO.into()
        }
        Kind::Autogrow(_) => Type::AUTOGROW.into(),
        Kind::DynamicSlot(slot) => {
            keywords.insert("inputs".to_owned(), inputs_to_json(&slot.inputs));
            Type::DYNAMIC_SLOT.into()
        }
        Kind::Match(_) => Type::MATCH.into(),
        Kind::Opaque(value) => value.clone(),
    };
    if input.form.ty == TypeForm::Bare {
        return ty;
    }
    keywords.extend(other.iter().map(|(name, value)| (name.clone(), value.clone())));
    let mut elements = vec![ty];
    if input.form.has_options || !keywords.is_empty() {
        elements.push(Value::Object(keywords));
    }
    elements.extend(input.form.rest.iter().cloned());
    Value::Array(elements)
}

fn number(limit: Option<&Number>) -> Option<Value> {
    limit.cloned().map(Value::Number)
}

/// The snapshot of a catalog: one class a line, so that a change shows as the classes that changed.
pub(super) fn snapshot(catalog: &Catalog) -> String {
    let named = |name: &str, value: &Value| format!("{}:{value}", Value::from(name));
    let of = catalog.of.iter().map(|of| format!(",\n{}", named("of", &of.as_str().into())));
    let classes = catalog.classes().map(|class| {
        let mut entry = class.to_json();
        if let (Some(traits), Some(entry)) = (&class.traits, entry.as_object_mut()) {
            entry.insert(TRAITS.to_owned(), traits_to_json(traits));
        }
        named(&class.name, &entry)
    });
    let replacements = catalog
        .replacements
        .iter()
        .map(|(old, rules)| named(old, &rules.iter().map(|rule| Value::Object(rule.rule.clone())).collect()));
    format!(
        "{{\"{SNAPSHOT}\":1{},\n\"classes\":{{\n{}\n}},\n\"replacements\":{{\n{}\n}}}}\n",
        of.collect::<String>(),
        classes.collect::<Vec<_>>().join(",\n"),
        replacements.collect::<Vec<_>>().join(",\n"),
    )
}

fn traits_to_json(traits: &Traits) -> Value {
    let mut entry = Map::new();
    entry.insert("v3".to_owned(), traits.v3.into());
    if traits.validates_all || !traits.validates.is_empty() {
        entry.insert("validates".to_owned(), traits.validates.clone().into());
        entry.insert("kwargs".to_owned(), traits.validates_all.into());
    }
    Value::Object(entry)
}
