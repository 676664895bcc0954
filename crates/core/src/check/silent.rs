//! Literals that the server takes, but not as they are written: it converts them without a word, or runs with a number that
//! no widget could show.

use num_bigint::BigInt;
use serde_json::Value as Json;

use super::python;
use crate::catalog::{Input, Kind};
use crate::diagnostic::{Problem, Subject, show};
use crate::number::Num;

/// What is odd about a literal that is accepted.
pub(super) fn check(subject: impl Fn() -> Subject, input: &Input, literal: &Json) -> Option<Problem> {
    let Kind::Named(ty) = &input.kind else { return None };
    match becomes(ty.as_str(), literal) {
        Some(becomes) => Some(Problem::ConvertedValue { subject: subject(), value: show(literal), becomes }),
        None if ty.as_str() == "INT" => off_step(subject, input, literal),
        None => None,
    }
}

/// What a literal becomes, if that is something else to whoever wrote it.
fn becomes(ty: &str, literal: &Json) -> Option<String> {
    let number = |num: Option<Num>| num?.to_number().map(|number| number.to_string());
    match (ty, literal) {
        ("INT", Json::Number(written)) => match Num::read(written) {
            Num::Float(float) if float.fract() != 0.0 => number(python::int(literal)),
            _ => None,
        },
        ("INT", _) => number(python::int(literal)),
        ("FLOAT", Json::Number(_)) | ("STRING", Json::String(_)) | ("BOOLEAN", Json::Bool(_)) => None,
        ("FLOAT", _) => number(python::float(literal)),
        ("STRING", other) => Some(Json::from(python::text(other)).to_string()),
        ("BOOLEAN", Json::Number(written)) if ["0", "1"].contains(&written.as_str()) => None,
        ("BOOLEAN", Json::String(word)) if word.eq_ignore_ascii_case("true") => None,
        ("BOOLEAN", other) => Some(python::truth(other).to_string()),
        _ => None,
    }
}

/// Whether a whole number lies between the steps. Steps are counted from the minimum, from zero or from the default, for
/// classes differ in what they mean.
fn off_step(subject: impl Fn() -> Subject, input: &Input, literal: &Json) -> Option<Problem> {
    let whole = |num: Num| if let Num::Int(int) = num { Some(int) } else { None };
    let read = |number: &serde_json::Number| whole(Num::read(number));
    let step_number = input.options.step.as_ref()?;
    let step = read(step_number).filter(|step| *step > BigInt::from(1))?;
    let Json::Number(written) = literal else { return None };
    let value = read(written)?;
    let min = input.options.min.as_ref().and_then(read).unwrap_or_default();
    let max = input.options.max.as_ref().and_then(read);
    let default = input
        .options
        .default
        .as_ref()
        .and_then(|default| if let Json::Number(n) = default { read(n) } else { None });
    let bases = [Some(BigInt::ZERO), Some(min.clone()), default];
    let reached = |value: &BigInt| bases.iter().flatten().any(|base| (value - base) % &step == BigInt::ZERO);
    if reached(&value) || max.as_ref() == Some(&value) {
        return None;
    }
    let below = &value - ((&value - &min) % &step);
    let near =
        [below.clone(), &below + &step].into_iter().filter(|near| max.as_ref().is_none_or(|max| near <= max));
    let near = near.map(|near| near.to_string()).collect();
    Some(Problem::OffStep { subject: subject(), value: show(literal), step: step_number.clone(), near })
}
