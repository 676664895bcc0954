//! What type a published input becomes.

use num_bigint::BigInt;
use num_traits::One;
use serde_json::{Map, Number, Value};

use crate::back::rust::ident::{Namer, variant_name};
use crate::check;
use crate::interface::standard::standard;
use crate::interface::{Input, Interface, Key, Patterns, Payload, Schema, Target, ValueType, composite};
use crate::number::{self, Num};

/// The type of a field. Whatever it leaves unsaid, the schema says when the inputs are read or become a payload.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    /// `bool`.
    Flag,
    /// `String`: texts, addresses of files.
    Text,
    /// `i128`: any whole number.
    Whole,
    /// `f64`: any number.
    Float,
    /// An enum of its own.
    Choice(Choice),
    /// A whole number within limits.
    Integer(IntegerLimits),
    /// A float within limits.
    Number(NumberLimits),
    /// A list of plain values.
    List(Element),
    /// JSON: what has no plainer form.
    Json,
    /// A type of the caller.
    Replaced(String),
}

/// What a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Flag,
    Text,
    Whole,
    Float,
    Json,
}

/// An enumeration: each option with the name of its variant.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Choice {
    pub(super) form: Form,
    pub(super) members: Vec<(String, Value)>,
}

/// What all options of an enumeration are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Integer,
    Json,
}

/// The limits of a whole number, of which there is at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IntegerLimits {
    pub(super) minimum: Option<i128>,
    pub(super) maximum: Option<i128>,
    /// At least 2.
    pub(super) step: Option<i128>,
}

/// The limits of a float, of which there is at least one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NumberLimits {
    pub(super) minimum: Option<f64>,
    pub(super) above: Option<f64>,
    pub(super) maximum: Option<f64>,
    pub(super) below: Option<f64>,
}

impl IntegerLimits {
    /// The type that holds it: 64 bits where both limits fit in.
    pub(super) fn holder(self) -> &'static str {
        let fits = |limit: Option<i128>| limit.is_some_and(|limit| i64::try_from(limit).is_ok());
        if fits(self.minimum) && fits(self.maximum) { "i64" } else { "i128" }
    }
}

/// The type of the input published under `key`.
pub(super) fn of(key: &Key, input: &Input, patterns: &Patterns) -> Kind {
    let schema = standard(key, input, patterns);
    if schema.contains_key("const") {
        return Kind::Json;
    }
    if let Some(Value::Array(members)) = schema.get("enum") {
        return choice(key, input, patterns, members).map_or(Kind::Json, Kind::Choice);
    }
    match only_type(&schema) {
        Some(ValueType::Boolean) => Kind::Flag,
        Some(ValueType::String) => Kind::Text,
        Some(ValueType::Integer) => integer(&schema),
        Some(ValueType::Number) => float(&schema),
        Some(ValueType::Array) => Kind::List(element(&schema)),
        _ => Kind::Json,
    }
}

/// Whether the input's own schema takes a value.
pub(super) fn takes(key: &Key, input: &Input, patterns: &Patterns, value: &Value) -> bool {
    let mut interface = Interface::new();
    interface.patterns = patterns.clone();
    interface.inputs.insert(key.clone(), input.clone());
    let mut payload = Payload::new();
    payload.set(key.as_str(), value.clone(), None);
    check::payload(&interface, payload).is_ok()
}

/// The targets of a key whose form says that they are node inputs: `6_text`, not `image_url`.
pub(super) fn targets(key: &Key, input: &Input) -> Vec<Target> {
    if !input.targets.is_empty() {
        return input.targets.clone();
    }
    let is_numeric = |id: &str| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit() || b == b':');
    let guessed = key.guess();
    if guessed.iter().all(|target| is_numeric(target.node.as_str())) { guessed } else { Vec::new() }
}

fn only_type(schema: &Map<String, Value>) -> Option<ValueType> {
    Schema::new(schema.clone()).value_type()
}

fn element(schema: &Map<String, Value>) -> Element {
    let Some(Value::Object(items)) = schema.get("items") else { return Element::Json };
    match only_type(items) {
        _ if items.contains_key("enum") || items.contains_key("const") => Element::Json,
        Some(ValueType::Boolean) => Element::Flag,
        Some(ValueType::String) => Element::Text,
        Some(ValueType::Integer) => Element::Whole,
        Some(ValueType::Number) => Element::Float,
        _ => Element::Json,
    }
}

/// The options that the schema's other rules leave, when all of them can be variants.
fn choice(key: &Key, input: &Input, patterns: &Patterns, listed: &[Value]) -> Option<Choice> {
    let members = check::taken_members(key, input, patterns, listed);
    let can_be = |member: &&Value| match member {
        Value::String(_) | Value::Bool(_) => true,
        Value::Number(number) => whole(number).is_some() || small_float(number).is_some(),
        _ => false,
    };
    if members.is_empty() || !members.iter().all(can_be) {
        return None;
    }
    let form = if members.iter().all(|member| member.is_string()) {
        Form::Text
    } else if members.iter().all(|member| matches!(member, Value::Number(number) if whole(number).is_some()))
    {
        Form::Integer
    } else {
        Form::Json
    };
    let letters = initials(key, input);
    let mut variants = Namer::default();
    let named = |member: &Value| (variants.name(name_of(member, &letters)), member.clone());
    Some(Choice { form, members: members.into_iter().map(named).collect() })
}

/// The capital first letters of what a composite key writes: `W` and `H`.
fn initials(key: &Key, input: &Input) -> Vec<char> {
    let initial = |target: &Target| target.input.chars().next().filter(char::is_ascii_alphabetic);
    let initials: Option<Vec<char>> = targets(key, input).iter().map(initial).collect();
    initials.unwrap_or_default().into_iter().map(|c| c.to_ascii_uppercase()).collect()
}

/// The variant for an option: a composite is spelled by its parts (`W720H720`), so is a ratio (`16:9`, `W16H9`), and the unit
/// of a resolution comes first (`720p`, `P720`).
fn name_of(member: &Value, letters: &[char]) -> String {
    let Value::String(text) = member else { return variant_name(&member.to_string()) };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if letters.len() > 1
        && let Some(numbers) = composite::decode(text, letters.len())
    {
        let parts = letters.iter().zip(&numbers).map(|(letter, number)| format!("{letter}{number}"));
        return variant_name(&parts.collect::<String>());
    }
    if let Some((width, height)) = text.split_once(':').filter(|(w, h)| is_digits(w) && is_digits(h)) {
        return format!("W{width}H{height}");
    }
    if let Some((unit, number)) =
        text.strip_suffix(['p', 'P', 'k', 'K']).and_then(|number| Some((text.chars().next_back()?, number)))
        && is_digits(number)
    {
        return format!("{}{number}", unit.to_ascii_uppercase());
    }
    variant_name(text)
}

/// A whole number spelled as one, of 64 bits.
pub(super) fn whole(number: &Number) -> Option<i64> {
    number.as_str().parse().ok()
}

/// A finite float that says the same as the number.
pub(super) fn small_float(number: &Number) -> Option<f64> {
    let float = Num::read(number).to_f64();
    let again = Number::from_f64(float)?;
    number::equal(&again, number).then_some(float)
}

fn integer(schema: &Map<String, Value>) -> Kind {
    let limit = |keyword: &str| match schema.get(keyword) {
        Some(Value::Number(number)) => Some(Num::read(number)),
        _ => None,
    };
    // The nearest whole number within a limit; `None` inside for a limit that no whole number states.
    let up = |limit: Num| rounded(&limit, f64::ceil);
    let down = |limit: Num| rounded(&limit, f64::floor);
    let above = limit("exclusiveMinimum").map(|limit| down(limit).map(|limit| limit + BigInt::one()));
    let below = limit("exclusiveMaximum").map(|limit| up(limit).map(|limit| limit - BigInt::one()));
    let minimum = limit("minimum").map(up).into_iter().chain(above).max();
    let maximum = limit("maximum").map(down).into_iter().chain(below).min();
    let step = limit("multipleOf").map(|step| step.to_integer()).filter(|step| *step != Some(BigInt::one()));
    let held = |limit: Option<Option<BigInt>>| match limit {
        None => Some(None),
        Some(limit) => i128::try_from(limit?).ok().map(Some),
    };
    let (Some(minimum), Some(maximum), Some(step)) = (held(minimum), held(maximum), held(step)) else {
        return Kind::Whole;
    };
    let said = minimum.is_some() || maximum.is_some() || step.is_some();
    let sound = step.is_none_or(|step| step > 0);
    let limits = IntegerLimits { minimum, maximum, step };
    let fits = limits.holder() == "i128" || step.is_none_or(|step| i64::try_from(step).is_ok());
    if said && sound && fits { Kind::Integer(limits) } else { Kind::Whole }
}

fn rounded(limit: &Num, round: fn(f64) -> f64) -> Option<BigInt> {
    match limit {
        Num::Int(whole) => Some(whole.clone()),
        Num::Float(float) => Num::Float(round(*float)).to_integer(),
    }
}

fn float(schema: &Map<String, Value>) -> Kind {
    let limit = |keyword: &str| match schema.get(keyword) {
        Some(Value::Number(number)) => small_float(number).map(Some),
        _ => Some(None),
    };
    let limits = (limit("minimum"), limit("exclusiveMinimum"), limit("maximum"), limit("exclusiveMaximum"));
    let (Some(minimum), Some(above), Some(maximum), Some(below)) = limits else { return Kind::Float };
    let said = minimum.or(above).or(maximum).or(below).is_some();
    // Whether a float is a multiple of a decimal is for the schema to say.
    let plain = said && !schema.contains_key("multipleOf");
    if plain { Kind::Number(NumberLimits { minimum, above, maximum, below }) } else { Kind::Float }
}
