//! One input of a node against its declaration: the rules that the check of a graph and the server's verdict share.
//!
//! A rule finds one thing, the first that is wrong with an input, or a link that fits. What is made of a finding is the
//! caller's: a diagnostic, or an entry of the server's answer.

use serde_json::{Number, Value as Json, json};

use super::python;
use crate::catalog::{Class, Combo, Declared, Input, Kind, Options, OutputType, Type};
use crate::diagnostic::{Guesses, Limit, Names, Problem, Subject, plain, show};
use crate::number::{self, Num};

/// The key of the wrapper by which a list is passed as a literal: `{"__value__": [1, 2]}`.
pub(super) const WRAPPER: &str = "__value__";

/// What an input holds, as the server sees it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Held<'v> {
    /// A list of two elements: a link, be it a good one or not.
    Link(Pair<'v>),
    /// A list of another length.
    List(&'v Json),
    /// Anything else.
    Literal(&'v Json),
}

/// A list of two elements.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair<'v> {
    /// The first, if it is a string.
    pub(super) from: Option<&'v str>,
    /// The second, if Python can use it as an index; one that is too large for this type is out of range anyway.
    pub(super) slot: Option<i64>,
    /// The list as it stands; `None` for a link that was understood already.
    pub(super) raw: Option<&'v Json>,
}

/// The nodes that links may start at.
pub(super) trait Nodes<'c> {
    /// The position and the class of a node. The class is `None` when the catalog does not know it.
    fn find(&self, id: &str) -> Option<(u32, Option<&'c Class>)>;
}

/// What is found about one input.
#[derive(Debug, Clone)]
pub(super) enum Finding<'c, 'v> {
    /// It is required and absent.
    Missing,
    /// A list of a length other than two.
    BadList(&'v Json),
    /// A list of two that names no node or no slot. The server raises.
    NotALink(Pair<'v>),
    /// A link to a node that is not there. The server raises.
    Dangling(&'v str),
    /// A link to a slot that is not there. The server raises.
    NoSlot { from: &'v str, class: &'c Class, slot: i64 },
    /// A link of another type. The server does not follow it.
    Mismatch { link: GoodLink<'v>, output: &'c OutputType },
    /// A link that fits.
    Fits { link: GoodLink<'v> },
    /// A literal that does not become a value of the type.
    NotConvertible { literal: &'v Json, ty: &'static str },
    /// A literal that the server compares with a limit, and cannot. The server raises.
    NotComparable { literal: &'v Json, limit: &'c Number, sign: char },
    /// A number that is below `min`.
    TooSmall { literal: &'v Json, value: Converted<'v>, min: &'c Number },
    /// A number that is above `max`.
    TooBig { literal: &'v Json, value: Converted<'v>, max: &'c Number },
    /// A value that is not among the options, or a list with elements that are not.
    NotAnOption { literal: &'v Json, combo: &'c Combo },
    /// A literal that the server takes.
    Literal(&'v Json),
}

/// A link whose origin and slot exist.
#[derive(Debug, Clone, Copy)]
pub(super) struct GoodLink<'v> {
    /// The id of the origin.
    pub(super) from: &'v str,
    /// The slot.
    pub(super) slot: i64,
    /// The position of the origin.
    pub(super) origin: u32,
    /// The list as it stands, where it is at hand: its slot may be written `true`.
    pub(super) raw: Option<&'v Json>,
}

impl GoodLink<'_> {
    /// The link as the server repeats it.
    pub(super) fn to_json(self) -> Json {
        self.raw.cloned().unwrap_or_else(|| json!([self.from, self.slot]))
    }
}

/// A literal as the node will see it, in so far as the checks look at it.
#[derive(Debug, Clone)]
pub(super) enum Converted<'v> {
    /// A number that is what it was.
    Same(&'v Number),
    /// A number of another kind or size than was written.
    Other(Num),
}

impl<'v> Held<'v> {
    /// What a raw value of a prompt is to the server.
    pub(super) fn read(value: &'v Json) -> Self {
        match value {
            Json::Array(elements) => match elements.as_slice() {
                [from, slot] => Self::Link(Pair { from: from.as_str(), slot: index(slot), raw: Some(value) }),
                _ => Self::List(value),
            },
            literal => Self::Literal(literal),
        }
    }
}

/// The whole number by which Python would index a list: `true` is 1, `1.0` is none.
fn index(slot: &Json) -> Option<i64> {
    match slot {
        Json::Number(number) => match number.as_str().parse::<i64>() {
            Ok(slot) => Some(slot),
            Err(_) => match Num::read(number) {
                Num::Int(huge) => Some(if huge < 0.into() { i64::MIN } else { i64::MAX }),
                Num::Float(_) => None,
            },
        },
        Json::Bool(flag) => Some(i64::from(*flag)),
        _ => None,
    }
}

/// What is found about a declared input; `None` for one that is absent and may be.
pub(super) fn judge<'c, 'v>(
    class: &'c Class,
    declared: &Declared<'c>,
    held: Option<Held<'v>>,
    nodes: &impl Nodes<'c>,
) -> Option<Finding<'c, 'v>> {
    Some(match held {
        None if declared.required => Finding::Missing,
        None => return None,
        Some(Held::List(list)) => Finding::BadList(list),
        Some(Held::Link(pair)) => judge_link(class, declared.input, pair, nodes),
        Some(Held::Literal(literal)) => judge_literal(class, declared, unwrapped(literal)),
    })
}

/// The literal inside the wrapper, if there is one.
pub(super) fn unwrapped(literal: &Json) -> &Json {
    literal.get(WRAPPER).unwrap_or(literal)
}

fn judge_link<'c, 'v>(
    class: &Class,
    input: &'c Input,
    pair: Pair<'v>,
    nodes: &impl Nodes<'c>,
) -> Finding<'c, 'v> {
    let Some(from) = pair.from else { return Finding::NotALink(pair) };
    let Some((origin, origin_class)) = nodes.find(from) else { return Finding::Dangling(from) };
    let Some(slot) = pair.slot else { return Finding::NotALink(pair) };
    let link = GoodLink { from, slot, origin, raw: pair.raw };
    let Some(origin_class) = origin_class else { return Finding::Fits { link } };
    match output_at(origin_class, slot) {
        None => Finding::NoSlot { from, class: origin_class, slot },
        Some(output) if input.accepts(output) || class.validates_types() => Finding::Fits { link },
        Some(output) => Finding::Mismatch { link, output },
    }
}

/// The type of an output slot. Negative slots count from the end.
pub(super) fn output_at(class: &Class, slot: i64) -> Option<&OutputType> {
    let slot = if slot < 0 { slot.checked_add_unsigned(class.outputs.len() as u64)? } else { slot };
    class.outputs.get(usize::try_from(slot).ok()?).map(|output| &output.ty)
}

fn judge_literal<'c, 'v>(class: &Class, declared: &Declared<'c>, literal: &'v Json) -> Finding<'c, 'v> {
    if declared.chooser {
        return Finding::Literal(literal);
    }
    match &declared.input.kind {
        Kind::Named(ty) => judge_named(class, declared, ty, literal),
        Kind::Combo(combo) => {
            let fine = not_members(combo, literal).is_empty() || class.validates(&declared.name);
            if fine { Finding::Literal(literal) } else { Finding::NotAnOption { literal, combo } }
        }
        _ => Finding::Literal(literal),
    }
}

fn judge_named<'c, 'v>(
    class: &Class,
    declared: &Declared<'c>,
    ty: &Type,
    literal: &'v Json,
) -> Finding<'c, 'v> {
    let Options { min, max, .. } = &declared.input.options;
    let first_limit = min.as_ref().map(|min| (min, '<')).or(max.as_ref().map(|max| (max, '>')));
    let value = match ty.as_str() {
        "INT" => match to_int(literal) {
            Some(value) => value,
            None => return Finding::NotConvertible { literal, ty: "INT" },
        },
        "FLOAT" => match to_float(literal) {
            Some(value) => value,
            None => return Finding::NotConvertible { literal, ty: "FLOAT" },
        },
        other => {
            let Some((limit, sign)) = first_limit else { return Finding::Literal(literal) };
            match (other, literal) {
                ("BOOLEAN", _) => Converted::Other(Num::Int(u8::from(python::truth(literal)).into())),
                _ if class.validates(&declared.name) => return Finding::Literal(literal),
                ("STRING", _) => return Finding::NotComparable { literal, limit, sign },
                (_, Json::Number(number)) => Converted::Same(number),
                (_, Json::Bool(flag)) => Converted::Other(Num::Int(u8::from(*flag).into())),
                _ => return Finding::NotComparable { literal, limit, sign },
            }
        }
    };
    if first_limit.is_some() && !class.validates(&declared.name) {
        if let Some(min) = min.as_ref().filter(|min| value.is_below(min)) {
            return Finding::TooSmall { literal, value, min };
        }
        if let Some(max) = max.as_ref().filter(|max| value.is_above(max)) {
            return Finding::TooBig { literal, value, max };
        }
    }
    Finding::Literal(literal)
}

/// `int(literal)`.
fn to_int(literal: &Json) -> Option<Converted<'_>> {
    match literal {
        Json::Number(number) if number.as_str().bytes().all(|b| b.is_ascii_digit() || b == b'-') => {
            Some(Converted::Same(number))
        }
        other => python::int(other).map(Converted::Other),
    }
}

/// `float(literal)`.
fn to_float(literal: &Json) -> Option<Converted<'_>> {
    /// Integers of so few digits are floats without loss.
    const EXACT_DIGITS: usize = 15;
    match literal {
        Json::Number(number) if number.as_str().len() <= EXACT_DIGITS => Some(Converted::Same(number)),
        other => python::float(other).map(Converted::Other),
    }
}

impl Converted<'_> {
    fn is_below(&self, limit: &Number) -> bool {
        match self {
            Self::Same(number) => number::less(number, limit),
            Self::Other(num) => *num < Num::read(limit),
        }
    }

    fn is_above(&self, limit: &Number) -> bool {
        match self {
            Self::Same(number) => number::less(limit, number),
            Self::Other(num) => *num > Num::read(limit),
        }
    }

    /// The value as a number.
    pub(super) fn num(&self) -> Num {
        match self {
            Self::Same(number) => Num::read(number),
            Self::Other(num) => num.clone(),
        }
    }
}

/// The limits of an input that a number crosses. NaN crosses none, as in Python.
pub(super) fn crossed(value: &Num, input: &Input) -> Vec<Limit> {
    let value = Converted::Other(value.clone());
    let below =
        input.options.min.as_ref().filter(|min| value.is_below(min)).map(|min| Limit::Minimum(min.clone()));
    let above =
        input.options.max.as_ref().filter(|max| value.is_above(max)).map(|max| Limit::Maximum(max.clone()));
    below.into_iter().chain(above).collect()
}

/// The values that are not among the options: the literal itself, or elements of it where several may be chosen. An open
/// list is of another machine, so nothing is said about it.
pub(super) fn not_members<'v>(combo: &Combo, literal: &'v Json) -> Vec<&'v Json> {
    if combo.open { Vec::new() } else { strangers(combo, literal) }
}

/// The same, of an open list as well.
pub(super) fn strangers<'v>(combo: &Combo, literal: &'v Json) -> Vec<&'v Json> {
    // By Python's equality no text equals anything else.
    let missing = |value: &Json| match value {
        Json::String(text) => !combo.has_text(text),
        _ => !combo.options.iter().any(|option| python::equal(option, value)),
    };
    match literal {
        Json::Array(elements) if combo.multiselect => {
            elements.iter().filter(|value| missing(value)).collect()
        }
        one if missing(one) => vec![one],
        _ => Vec::new(),
    }
}

pub(super) fn not_an_option(subject: Subject, combo: &Combo, found: &Json, guesses: &Guesses) -> Problem {
    let near = guesses.nearest(&plain(found), combo.options.iter().map(plain));
    Problem::NotAnOption { subject, value: show(found), near, options: Names::of_options(&combo.options) }
}
