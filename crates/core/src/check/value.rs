//! One value against the standard form of its schema.
//!
//! The keywords judged are those of JSON Schema 2020-12 that compare values: types, enumerations, limits, lengths,
//! patterns, elements and properties. A work list takes the place of recursion. Numbers compare by mathematical value, as
//! the standard wants: `81.0` is a whole number and equals `81`.

use std::collections::HashSet;

use num_bigint::BigInt;
use num_traits::Zero;
use serde_json::{Map, Number, Value};

use crate::diagnostic::{
    Diagnostic, Diagnostics, Fix, Limit, Problem, Subject, kind_of, nearest, show, sole, spelled,
};
use crate::interface::ValueType;
use crate::interface::standard::{is_url_pattern, size_limit};
use crate::number::{self, Num};
use crate::source::{Origin, Token};

/// Reports what `schema` refuses in `value`, published under `key` as `published`.
pub(super) fn check(
    key: &str,
    schema: &Map<String, Value>,
    published: &Map<String, Value>,
    value: &Value,
    origin: Option<&Origin>,
    parts: usize,
    diagnostics: &mut Diagnostics,
) {
    let mut open = vec![Place { path: key.to_owned(), schema, value, origin: origin.cloned() }];
    let mut outermost = true;
    while let Some(place) = open.pop() {
        let mut problems = Vec::new();
        place.check_any(&mut problems);
        match place.value {
            Value::Number(number) => place.check_number(number, &mut problems),
            Value::String(text) => {
                let parts = if outermost { parts } else { 1 };
                place.check_text(text, published, parts, &mut problems);
            }
            Value::Array(elements) => place.check_elements(elements, &mut open, &mut problems),
            Value::Object(members) => place.check_members(members, &mut open, &mut problems),
            Value::Null | Value::Bool(_) => {}
        }
        for problem in problems {
            let fix = place.fix(&problem);
            diagnostics.push(Diagnostic::new(problem, place.origin.clone()).with_fix(fix));
        }
        outermost = false;
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
    fn check_any(&self, problems: &mut Vec<Problem>) {
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
        if !members.iter().any(|member| equal(member, self.value)) {
            let options: Vec<String> =
                members.iter().map(|m| m.as_str().map_or_else(|| m.to_string(), str::to_owned)).collect();
            let written = self.value.as_str().map_or_else(|| self.value.to_string(), str::to_owned);
            let near = nearest(&written, options.iter().map(String::as_str));
            problems.push(Problem::NotAnOption {
                subject: self.subject(),
                value: show(self.value),
                near,
                options: options.into(),
            });
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
            problems.push(Problem::OutOfRange { subject: self.subject(), value: number.to_string(), limit });
        }
    }

    fn check_text(
        &self,
        text: &str,
        published: &Map<String, Value>,
        parts: usize,
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
        if regex::Regex::new(pattern).is_ok_and(|regex| !regex.is_match(text)) {
            let (subject, value) = (self.subject(), show(self.value));
            problems.push(if file {
                Problem::BadUrl { subject, value }
            } else if parts > 1 {
                Problem::BadComposite { key: self.path.clone(), value, parts }
            } else {
                Problem::PatternMismatch { subject, value, pattern: pattern.to_owned() }
            });
        }
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
                    let near = nearest(name, known.into_iter().flat_map(Map::keys).map(String::as_str));
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
        (ValueType::Integer, Value::Number(number)) => Num::read(number).to_integer().is_some(),
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

/// Whether two elements are equal. Past a thousand elements only those spelled alike are found, in linear time.
fn has_twins(elements: &[Value]) -> bool {
    const PAIRWISE: usize = 1000;
    if elements.len() > PAIRWISE {
        let mut seen = HashSet::new();
        return !elements.iter().all(|element| seen.insert(element.to_string()));
    }
    elements.iter().enumerate().any(|(i, a)| elements.iter().skip(i + 1).any(|b| equal(a, b)))
}

/// Whether a number is a whole multiple of a step, in exact decimals: 0.3 is a multiple of 0.1.
fn is_multiple(number: &Number, step: &Number) -> bool {
    /// Exponents beyond this make numbers of absurd length; such a number is no multiple of anything sensible.
    const LONGEST: i64 = 400;
    let (Some((a, a_exp)), Some((b, b_exp))) = (decimal(number), decimal(step)) else { return false };
    let lowest = a_exp.min(b_exp);
    if b.is_zero() || a_exp - lowest > LONGEST || b_exp - lowest > LONGEST {
        return a.is_zero();
    }
    let scale = |digits: BigInt, exponent: i64| {
        digits * BigInt::from(10).pow(u32::try_from(exponent - lowest).unwrap_or_default())
    };
    (scale(a, a_exp) % scale(b, b_exp)).is_zero()
}

/// A JSON number as digits times a power of ten.
fn decimal(number: &Number) -> Option<(BigInt, i64)> {
    let text = number.to_string();
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text.as_str(), 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
    Some((digits, exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostic::Code;

    #[track_caller]
    fn check_one(schema: Value, value: &Value, expected: &[Code]) {
        let Value::Object(schema) = schema else { panic!("a schema") };
        let mut diagnostics = Diagnostics::default();
        check("1_a", &schema, &schema, value, None, 1, &mut diagnostics);
        assert_eq!(diagnostics.iter().map(Diagnostic::code).collect::<Vec<_>>(), expected, "{value}");
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
