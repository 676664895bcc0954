//! One value against the standard form of its schema.
//!
//! The keywords judged are those of JSON Schema 2020-12 that compare values: types, enumerations, limits, lengths,
//! patterns, elements and properties. A work list takes the place of recursion. Numbers compare by mathematical value, as
//! the standard wants: `81.0` is a whole number and equals `81`.

use std::collections::{HashMap, HashSet};

use num_bigint::BigUint;
use num_traits::Zero;
use serde_json::{Map, Number, Value};

use crate::diagnostic::{
    Diagnostic, Diagnostics, Fix, Guesses, Limit, Names, Problem, Subject, kind_of, plain, show, sole,
    spelled,
};
use crate::interface::standard::{is_url, is_url_pattern, size_limit, standard};
use crate::interface::{Input, Judged, Key, MOST_STEPS, Patterns, Steps, ValueType, composite};
use crate::number;
use crate::source::{Origin, Token};

/// The most problems that are found in one payload. More of them help nobody, and a few kilobytes can have millions.
pub(super) const MOST_PROBLEMS: usize = 10_000;
/// Up to how many members of an enumeration are compared one by one.
const FEW_MEMBERS: usize = 64;

/// What judges the values of one payload, within what that may cost.
#[derive(Debug)]
pub(super) struct Judge<'i> {
    patterns: &'i Patterns,
    steps: Steps,
    pub(super) guesses: Guesses,
    /// How many problems there were.
    problems: usize,
}

impl<'i> Judge<'i> {
    /// A judge of values for an interface with these patterns.
    pub(super) fn new(patterns: &'i Patterns) -> Self {
        Self { patterns, steps: Steps::new(), guesses: Guesses::new(), problems: 0 }
    }

    /// Whether there were so many problems that no more are looked for.
    pub(super) fn is_full(&self) -> bool {
        self.problems > MOST_PROBLEMS
    }

    /// Reports what the standard form of an input refuses in a value.
    pub(super) fn check(
        &mut self,
        key: &Key,
        input: &Input,
        value: &Value,
        origin: Option<&Origin>,
        diagnostics: &mut Diagnostics,
    ) {
        let schema = standard(key, input, self.patterns);
        self.check_with(&schema, (key, input), value, origin, diagnostics);
    }

    /// The same with the standard form at hand.
    pub(super) fn check_with(
        &mut self,
        schema: &Map<String, Value>,
        (key, input): (&Key, &Input),
        value: &Value,
        origin: Option<&Origin>,
        diagnostics: &mut Diagnostics,
    ) {
        // That was said where they became too many.
        if self.is_full() {
            return;
        }
        let composite = Some(input.parts(key)).filter(|parts| *parts > 1);
        let mut enumerations = Enumerations::default();
        let mut open = vec![Place { path: key.to_string(), schema, value, origin: origin.cloned() }];
        let mut outermost = true;
        while let Some(place) = open.pop() {
            let mut problems = Vec::new();
            place.check_any(self, &mut enumerations, &mut problems);
            match place.value {
                Value::Number(number) => place.check_number(number, &mut problems),
                Value::String(text) => {
                    let parts = composite.filter(|_| outermost);
                    place.check_text(text, input.schema.keywords(), parts, self, &mut problems);
                }
                Value::Array(elements) => place.check_elements(elements, &mut open, &mut problems),
                Value::Object(members) => place.check_members(members, self, &mut open, &mut problems),
                Value::Null | Value::Bool(_) => {}
            }
            self.problems += problems.len();
            for problem in problems {
                let fix = place.fix(&problem);
                diagnostics.push(Diagnostic::new(problem, place.origin.clone()).with_fix(fix));
            }
            if self.is_full() {
                let problem = Problem::TooLarge { what: "problems in one payload", limit: MOST_PROBLEMS };
                diagnostics.report(problem, origin.cloned());
                break;
            }
            outermost = false;
        }
    }
}

/// The members of long enumerations, as texts that equal values share, by where their schema is in memory.
#[derive(Debug, Default)]
struct Enumerations(HashMap<usize, HashSet<String>>);

impl Enumerations {
    /// Whether a value is among the members of a schema.
    fn holds(&mut self, schema: &Map<String, Value>, members: &[Value], value: &Value) -> bool {
        if members.len() <= FEW_MEMBERS {
            return members.iter().any(|member| equal(member, value));
        }
        let place = std::ptr::from_ref(schema).addr();
        let known = self.0.entry(place).or_insert_with(|| members.iter().filter_map(canonical).collect());
        canonical(value).is_some_and(|text| known.contains(&text))
    }
}

/// A value inside the one that is checked, and the schema for it.
struct Place<'s> {
    path: String,
    schema: &'s Map<String, Value>,
    value: &'s Value,
    origin: Option<Origin>,
}

impl<'s> Place<'s> {
    /// The number that a text stands for where a number is wanted, or the member that a misspelt one does.
    fn fix(&self, problem: &Problem) -> Option<Fix> {
        let text = self.value.as_str()?;
        let value = match problem {
            Problem::InvalidValue { .. } => {
                let types = types(self.schema)?;
                let number = spelled(text, !types.contains(&ValueType::Number))?;
                types.iter().any(|ty| is_of(&number, *ty)).then_some(number)?
            }
            Problem::NotAnOption { near, .. } => sole(text, near)?.into(),
            _ => return None,
        };
        let members = self.schema.get("enum").and_then(Value::as_array);
        let fits = members.is_none_or(|members| members.iter().any(|member| equal(member, &value)));
        fits.then(|| Some(Fix::replace(self.origin.as_ref()?.pointer.clone(), value)))?
    }

    fn subject(&self) -> Subject {
        Subject::Key(self.path.clone())
    }

    fn member(&self, token: impl Into<Token>, schema: &'s Map<String, Value>, value: &'s Value) -> Self {
        let token = token.into();
        let path = format!("{}/{token}", self.path);
        let origin = self.origin.as_ref().map(|origin| origin.member(token));
        Place { path, schema, value, origin }
    }

    /// `type`, `enum`, `const`: what applies to any value. A value of the wrong type is not compared with members.
    fn check_any(&self, judge: &Judge<'_>, enumerations: &mut Enumerations, problems: &mut Vec<Problem>) {
        if let Some(types) = types(self.schema)
            && !types.iter().any(|ty| is_of(self.value, *ty))
        {
            let expected = types.iter().map(|ty| ty.describe()).collect::<Vec<_>>().join(" or ");
            let found = format!("{} {}", kind_of(self.value), show(self.value));
            problems.push(Problem::InvalidValue { subject: self.subject(), expected, found });
            return;
        }
        let members = match (self.schema.get("enum"), self.schema.get("const")) {
            (Some(Value::Array(members)), _) => members.as_slice(),
            (_, Some(constant)) => std::slice::from_ref(constant),
            _ => return,
        };
        if !enumerations.holds(self.schema, members, self.value) {
            let near = judge.guesses.nearest(&plain(self.value), members.iter().map(plain));
            let (subject, value) = (self.subject(), show(self.value));
            let options = Names::of_options(members);
            problems.push(Problem::NotAnOption { subject, value, near, options });
        }
    }

    fn check_number(&self, number: &Number, problems: &mut Vec<Problem>) {
        let limit = |keyword: &str| match self.schema.get(keyword) {
            Some(Value::Number(limit)) => Some(limit),
            _ => None,
        };
        let less = |a: &Number, b: &Number| number::less(a, b);
        let crossed = [
            limit("minimum").filter(|min| less(number, min)).cloned().map(Limit::Minimum),
            limit("maximum").filter(|max| less(max, number)).cloned().map(Limit::Maximum),
            limit("exclusiveMinimum").filter(|min| !less(min, number)).cloned().map(Limit::Above),
            limit("exclusiveMaximum").filter(|max| !less(number, max)).cloned().map(Limit::Below),
            limit("multipleOf").filter(|step| !is_multiple(number, step)).cloned().map(Limit::MultipleOf),
        ];
        for limit in crossed.into_iter().flatten() {
            problems.push(Problem::OutOfRange { subject: self.subject(), value: show(self.value), limit });
        }
    }

    fn check_text(
        &self,
        text: &str,
        published: &Map<String, Value>,
        parts: Option<usize>,
        judge: &mut Judge<'_>,
        problems: &mut Vec<Problem>,
    ) {
        let file = self.schema.get("pattern").and_then(Value::as_str).is_some_and(is_url_pattern);
        if let Some(limit) = size_limit(published).filter(|_| file)
            && self.count("maxLength").is_some_and(|most| text.chars().count() > most)
        {
            problems.push(Problem::FileTooLarge { subject: self.subject(), limit_mb: limit.to_string() });
        } else {
            self.check_count("characters", text.chars().count(), "minLength", "maxLength", problems);
        }
        let Some(pattern) = self.schema.get("pattern").and_then(Value::as_str) else { return };
        let written = parts.filter(|parts| pattern == composite::pattern(*parts));
        let judged = match written {
            _ if file => Judged::fits(is_url(text)),
            Some(parts) => Judged::fits(composite::decode(text, parts).is_some()),
            None => judge.patterns.judge(pattern, text, &mut judge.steps),
        };
        let (subject, value) = (self.subject(), show(self.value));
        problems.extend(match (judged, parts) {
            (Judged::Fits, _) => None,
            (Judged::TooMany, _) => {
                Some(Problem::TooLarge { what: "steps to match texts with patterns", limit: MOST_STEPS })
            }
            (Judged::Differs, _) if file => Some(Problem::BadUrl { subject, value }),
            (Judged::Differs, Some(parts)) => {
                Some(Problem::BadComposite { key: self.path.clone(), value, parts })
            }
            (Judged::Differs, None) => {
                Some(Problem::PatternMismatch { subject, value, pattern: pattern.to_owned() })
            }
        });
    }

    fn check_elements(&self, elements: &'s [Value], open: &mut Vec<Self>, problems: &mut Vec<Problem>) {
        self.check_count("elements", elements.len(), "minItems", "maxItems", problems);
        if self.schema.get("uniqueItems") == Some(&Value::Bool(true)) && has_twins(elements) {
            problems.push(self.wrong_length("elements", elements.len(), None, None));
        }
        match self.schema.get("items") {
            Some(Value::Object(schema)) => {
                open.extend(
                    elements.iter().enumerate().rev().map(|(i, value)| self.member(i, schema, value)),
                );
            }
            Some(Value::Bool(false)) if !elements.is_empty() => {
                problems.push(self.wrong_length("elements", elements.len(), None, Some(0)));
            }
            _ => {}
        }
    }

    fn check_members(
        &self,
        members: &'s Map<String, Value>,
        judge: &Judge<'_>,
        open: &mut Vec<Self>,
        problems: &mut Vec<Problem>,
    ) {
        self.check_count("members", members.len(), "minProperties", "maxProperties", problems);
        let known = self.schema.get("properties").and_then(Value::as_object);
        for key in self
            .schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
        {
            if !members.contains_key(key) {
                problems.push(Problem::MissingKey { key: format!("{}/{key}", self.path), title: None });
            }
        }
        for (name, value) in members.iter().rev() {
            let path = || format!("{}/{name}", self.path);
            let schema =
                known.and_then(|known| known.get(name)).or_else(|| self.schema.get("additionalProperties"));
            match schema {
                Some(Value::Object(schema)) => open.push(self.member(name, schema, value)),
                Some(Value::Bool(false)) => {
                    let near = judge.guesses.nearest(name, known.into_iter().flat_map(Map::keys));
                    problems.push(Problem::UnknownKey { key: path(), near });
                }
                _ => {}
            }
        }
    }

    fn count(&self, keyword: &str) -> Option<usize> {
        self.schema.get(keyword).and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok())
    }

    fn check_count(
        &self,
        unit: &'static str,
        found: usize,
        least: &str,
        most: &str,
        problems: &mut Vec<Problem>,
    ) {
        let minimum = self.count(least).filter(|least| found < *least);
        let maximum = self.count(most).filter(|most| found > *most);
        if minimum.is_some() || maximum.is_some() {
            problems.push(self.wrong_length(unit, found, minimum, maximum));
        }
    }

    /// Without limits it is twins that are wrong.
    fn wrong_length(
        &self,
        unit: &'static str,
        found: usize,
        minimum: Option<usize>,
        maximum: Option<usize>,
    ) -> Problem {
        Problem::WrongLength { subject: self.subject(), unit, found, minimum, maximum }
    }
}

fn types(schema: &Map<String, Value>) -> Option<Vec<ValueType>> {
    match schema.get("type")? {
        Value::String(name) => ValueType::named(name).map(|ty| vec![ty]),
        Value::Array(names) => {
            Some(names.iter().filter_map(|name| ValueType::named(name.as_str()?)).collect())
        }
        _ => None,
    }
}

fn is_of(value: &Value, ty: ValueType) -> bool {
    match (ty, value) {
        (ValueType::Integer, Value::Number(number)) => number::is_whole(number),
        (ValueType::String, Value::String(_))
        | (ValueType::Number, Value::Number(_))
        | (ValueType::Boolean, Value::Bool(_))
        | (ValueType::Array, Value::Array(_))
        | (ValueType::Object, Value::Object(_))
        | (ValueType::Null, Value::Null) => true,
        _ => false,
    }
}

/// Whether two values are equal as JSON: numbers by value, objects without regard to order.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    let mut open = vec![(a, b)];
    while let Some(pair) = open.pop() {
        match pair {
            (Value::Number(a), Value::Number(b)) if number::equal(a, b) => {}
            (Value::Array(a), Value::Array(b)) if a.len() == b.len() => open.extend(a.iter().zip(b)),
            (Value::Object(a), Value::Object(b)) if a.len() == b.len() => {
                for (key, value) in a {
                    let Some(other) = b.get(key) else { return false };
                    open.push((value, other));
                }
            }
            (Value::Null | Value::Bool(_) | Value::String(_), _) if pair.0 == pair.1 => {}
            _ => return false,
        }
    }
    true
}

/// A text that two values share exactly when they are [`equal`]; `None` for one that equals nothing.
pub(super) fn canonical(value: &Value) -> Option<String> {
    let mut text = String::new();
    // What is still to be written, the last first.
    let mut open = vec![Ok(value)];
    while let Some(next) = open.pop() {
        match next {
            Err(sign) => text.push(sign),
            Ok(Value::Number(number)) => {
                text.push('#');
                text.push_str(&number::canonical(number)?);
                text.push(';');
            }
            Ok(Value::Array(elements)) => {
                text.push('[');
                open.push(Err(']'));
                open.extend(elements.iter().rev().map(Ok));
            }
            Ok(Value::Object(members)) => {
                // Names and values in turn, the names in order.
                text.push('{');
                open.push(Err('}'));
                let mut members: Vec<(&String, &Value)> = members.iter().collect();
                members.sort_unstable_by_key(|(name, _)| *name);
                text.extend(members.iter().map(|(name, _)| Value::from(name.as_str()).to_string()));
                open.extend(members.into_iter().rev().map(|(_, value)| Ok(value)));
            }
            Ok(plain) => text.push_str(&plain.to_string()),
        }
    }
    Some(text)
}

/// Whether two elements are equal.
fn has_twins(elements: &[Value]) -> bool {
    let mut seen = HashSet::new();
    !elements.iter().filter_map(canonical).all(|element| seen.insert(element))
}

/// Whether a number is a whole multiple of a step, in exact decimals: 0.3 is a multiple of 0.1.
fn is_multiple(number: &Number, step: &Number) -> bool {
    /// Exponents that differ by more make numbers of absurd length; such a number is no multiple of anything sensible.
    const LONGEST: i64 = 400;
    let (Some(number), Some(step)) = (Decimal::of(number.as_str()), Decimal::of(step.as_str())) else {
        return false;
    };
    if number.digits.is_empty() || step.digits.is_empty() {
        return number.digits.is_empty();
    }
    // Neither ends in a zero: what has more places than the step is no multiple of it.
    let places = number.exponent.saturating_sub(step.exponent);
    let (Ok(zeros), true) = (usize::try_from(places), places <= LONGEST) else { return false };
    let Ok(step) = step.digits.parse::<BigUint>() else { return false };
    let digits = number.digits.bytes().chain(std::iter::repeat_n(b'0', zeros));
    let mut rest = BigUint::ZERO;
    let digits: Vec<u8> = digits.collect();
    for chunk in digits.chunks(18) {
        let (mut part, mut scale) = (0_u64, 1_u64);
        for digit in chunk {
            (part, scale) = (part * 10 + u64::from(digit - b'0'), scale * 10);
        }
        rest = (rest * scale + part) % &step;
    }
    rest.is_zero()
}

/// The digits of a number without sign, point and zeros at either end, and the power of ten that they count.
struct Decimal {
    digits: String,
    exponent: i64,
}

impl Decimal {
    fn of(literal: &str) -> Option<Self> {
        let (mantissa, exponent) = match literal.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (literal, 0),
        };
        let mantissa = mantissa.strip_prefix('-').unwrap_or(mantissa);
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let written = [whole, fraction].concat();
        let digits = written.trim_end_matches('0');
        let zeros = i64::try_from(written.len() - digits.len()).ok()?;
        let places = i64::try_from(fraction.len()).ok()?;
        let exponent = exponent.checked_sub(places)?.checked_add(zeros)?;
        Some(Self { digits: digits.trim_start_matches('0').to_owned(), exponent })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostic::Code;
    use crate::interface::Schema;

    #[track_caller]
    fn check_one(schema: Value, value: &Value, expected: &[Code]) {
        let Value::Object(schema) = schema else { panic!("a schema") };
        let mut diagnostics = Diagnostics::default();
        let (key, input) = (Key::new("1_a"), Input::new(Schema::new(schema)));
        Judge::new(&Patterns::default()).check(&key, &input, value, None, &mut diagnostics);
        assert_eq!(diagnostics.iter().map(Diagnostic::code).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_whole_number_may_be_spelled_with_a_point() {
        check_one(json!({"type": "integer"}), &json!(81.0), &[]);
        check_one(json!({"type": "integer"}), &json!(81.5), &[Code::InvalidValue]);
        check_one(json!({"type": "integer", "enum": [81]}), &json!(81.0), &[]);
        check_one(json!({"type": "integer"}), &json!(true), &[Code::InvalidValue]);
    }

    #[test]
    fn limits_are_compared_exactly() {
        check_one(json!({"minimum": 0.6, "maximum": 4}), &json!(0.6), &[]);
        check_one(json!({"minimum": 0.6, "maximum": 4}), &json!(4.0001), &[Code::OutOfRange]);
        check_one(json!({"exclusiveMinimum": 0}), &json!(0), &[Code::OutOfRange]);
        check_one(json!({"multipleOf": 0.1}), &json!(0.3), &[]);
        check_one(json!({"multipleOf": 0.1}), &json!(0.35), &[Code::OutOfRange]);
        check_one(json!({"multipleOf": 8}), &json!(720), &[]);
        check_one(json!({"multipleOf": 8}), &json!(-4), &[Code::OutOfRange]);
        check_one(json!({"multipleOf": 10}), &json!(1e3), &[]);
        check_one(json!({"multipleOf": 0.5}), &json!(0), &[]);
    }

    #[test]
    fn numbers_of_millions_of_digits_take_no_longer_than_to_read_them() {
        let number = |text: String| Value::Number(text.parse().expect("a number"));
        let ones = "1".repeat(3_000_000);
        let long = number(ones.clone());
        let refused = [Code::OutOfRange];
        check_one(json!({"type": "integer", "minimum": 1}), &long, &[]);
        check_one(json!({"type": "integer", "maximum": 5}), &long, &refused);
        check_one(json!({"type": "integer", "enum": [5]}), &long, &[Code::NotAnOption]);
        check_one(json!({"multipleOf": 3}), &long, &[]);
        check_one(json!({"multipleOf": 7}), &number(format!("{ones}1")), &refused);
        check_one(json!({"multipleOf": 0.25}), &number(format!("0.{ones}")), &refused);
        check_one(json!({"maximum": long.clone()}), &number(format!("{ones}.5")), &[Code::OutOfRange]);
    }

    #[test]
    fn equal_values_share_their_canonical_text() {
        let values = [
            json!(null),
            json!(true),
            json!(1),
            json!(1.0),
            json!("1"),
            json!("#1;"),
            json!([]),
            json!([1, [2]]),
            json!([1.0, [2]]),
            json!([[1], 2]),
            json!({"a": 1, "b": 2}),
            json!({"b": 2.0, "a": 1}),
            json!({"a": 2, "b": 1}),
            json!({"a": [1], "b": {}}),
            json!({"a": {}, "b": [1]}),
            json!({}),
            json!({"a\"": 1}),
            json!({"a": "\""}),
            json!("[]"),
        ];
        for a in &values {
            for b in &values {
                assert_eq!(canonical(a) == canonical(b), equal(a, b), "{a} and {b}");
            }
        }
    }

    #[test]
    fn long_lists_are_compared_by_value() {
        let members: Vec<Value> = (0..1_000).map(|i| json!({"a": i})).collect();
        let schema = json!({"type": "array", "items": {"enum": members}});
        check_one(schema.clone(), &json!([{"a": 999.0}, {"a": 0}]), &[]);
        check_one(schema, &json!([{"a": 1000}]), &[Code::NotAnOption]);
        let mut elements: Vec<Value> = (0..2_000).map(Value::from).collect();
        let unique = json!({"type": "array", "uniqueItems": true});
        check_one(unique.clone(), &json!(elements), &[]);
        elements.push(json!(7.0));
        check_one(unique, &json!(elements), &[Code::WrongLength]);
    }

    #[test]
    fn not_all_of_a_million_problems_are_told() {
        let keys: Vec<String> = (0..1_000).map(|i| format!("k{i}")).collect();
        let schema = json!({"type": "array", "items": {"type": "object", "required": keys}});
        let mut diagnostics = Diagnostics::default();
        let (key, input) =
            (Key::new("1_a"), Input::new(Schema::new(schema.as_object().cloned().unwrap_or_default())));
        let value = json!(vec![json!({}); 1_000]);
        Judge::new(&Patterns::default()).check(&key, &input, &value, None, &mut diagnostics);
        assert!(diagnostics.len() < MOST_PROBLEMS + 2_000 && diagnostics.codes().contains(&Code::TooLarge));
    }

    #[test]
    fn elements_and_members_are_checked_where_they_stand() {
        let loras = json!({"type": "array", "maxItems": 2, "items": {
            "type": "object", "required": ["path"], "additionalProperties": false,
            "properties": {"path": {"type": "string"}, "scale": {"type": "number", "maximum": 4}}}});
        check_one(loras.clone(), &json!([{"path": "a", "scale": 1}]), &[]);
        check_one(
            loras.clone(),
            &json!([{"scale": 5}, {"path": "a", "scal": 1}]),
            &[Code::MissingKey, Code::OutOfRange, Code::UnknownKey],
        );
        check_one(
            loras,
            &json!([1, 2, 3]),
            &[Code::WrongLength, Code::InvalidValue, Code::InvalidValue, Code::InvalidValue],
        );
    }
}
