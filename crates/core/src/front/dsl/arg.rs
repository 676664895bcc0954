//! What an input takes: a literal, a link, a published input, or nothing.

use std::fmt;
use std::marker::PhantomData;

use serde_json::Value as Json;

use super::held::Held;
use super::socket::{Any, Boolean, Combo, Float, Int, Text};
use crate::number::javascript as js;

/// A value for an input of type `T`.
pub struct Arg<'g, T: ?Sized> {
    pub(super) held: Held,
    marker: PhantomData<fn(&'g T) -> &'g T>,
}

/// What can stand for an input of type `T`: a literal, an output of that type, a published input.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not fit an input of type `{T}`",
    label = "this input takes a `{T}`",
    note = "an input takes a literal of its type, an output of its type, or a published input; `.to()` and `.cast()` change the type of an output"
)]
pub trait Fills<'g, T: ?Sized> {
    /// It as a value.
    fn fill(self) -> Arg<'g, T>;
}

/// The values of a closed list of options.
#[diagnostic::on_unimplemented(message = "`{Self}` is no list of options")]
pub trait Choice: Sized {
    /// The option as the prompt says it.
    fn into_json(self) -> Json;
}

/// Any number of options of one list.
pub struct Many<E>(PhantomData<fn() -> E>);

/// A value whose JSON text is kept as it is spelled: see [`exact`].
#[derive(Debug, Clone)]
pub struct Exact(String);

/// No value: see [`open`].
#[derive(Debug, Clone, Copy)]
pub struct Open;

/// What [`open`] can stand for.
pub trait Openable {
    /// It, left out.
    fn left_out() -> Self;
}

/// Leaves a required input out of the prompt. A server refuses such a prompt, so this is for graphs that are not finished.
pub fn open<X: Openable>() -> X {
    X::left_out()
}

/// A value as this JSON text spells it, for any input: `exact("8.0")`, where the literal `8.0` is written as the editor
/// writes it, `8`.
pub fn exact(json: impl Into<String>) -> Exact {
    Exact(json.into())
}

impl<T: ?Sized> Arg<'_, T> {
    pub(super) fn new(held: Held) -> Self {
        Self { held, marker: PhantomData }
    }

    fn json(json: impl Into<Json>) -> Self {
        Self::new(Held::Json(json.into()))
    }

    /// The same value for an input of another type.
    pub(super) fn held(self) -> Held {
        self.held
    }
}

impl<T: ?Sized> fmt::Debug for Arg<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.held.fmt(f)
    }
}

impl<T: ?Sized> Openable for Arg<'_, T> {
    fn left_out() -> Self {
        Self::new(Held::Open)
    }
}

/// What stands for an input, and how it becomes its value.
macro_rules! fills {
    ([$($generic:ident $(: $bound:path)?)?] $value:ty as $ty:ty, |$v:ident| $held:expr) => {
        impl<'g, $($generic $(: $bound)?)?> Fills<'g, $ty> for $value {
            fn fill(self) -> Arg<'g, $ty> {
                let $v = self;
                $held
            }
        }

        impl<'g, $($generic $(: $bound)?)?> From<$value> for Arg<'g, $ty> {
            fn from($v: $value) -> Self {
                $held
            }
        }
    };
}

pub(super) use fills;

macro_rules! literals {
    ($($ty:ty: $($value:ty)*;)*) => {$($(
        fills!([] $value as $ty, |v| Arg::json(v));
    )*)*};
}

macro_rules! floats {
    ($($ty:ty: $($value:ty)*;)*) => {$($(
        fills!([] $value as $ty, |v| Arg::new(float(v)));
    )*)*};
}

literals! {
    Int: i8 i16 i32 i64 u8 u16 u32 u64 usize;
    Float: i8 i16 i32 i64 u8 u16 u32 u64 usize;
    Text: &str String;
    Boolean: bool;
    Combo: &str String;
    Any: i8 i16 i32 i64 u8 u16 u32 u64 usize &str String bool;
}
floats! {
    Float: f64;
    Any: f64;
}

fills!([T] Json as T, |v| Arg::json(v));
fills!([T] Open as T, |_v| Arg::new(Held::Open));
fills!([T] Exact as T, |v| Arg::new(v.read()));
fills!([E: Choice] E as E, |v| Arg::json(v.into_json()));

impl<'g, T> Fills<'g, T> for Arg<'g, T> {
    fn fill(self) -> Self {
        self
    }
}

impl<'g, E: Choice, const N: usize> Fills<'g, Many<E>> for [E; N] {
    fn fill(self) -> Arg<'g, Many<E>> {
        Arg::json(self.into_iter().map(E::into_json).collect::<Json>())
    }
}

impl<'g, E: Choice> Fills<'g, Many<E>> for Vec<E> {
    fn fill(self) -> Arg<'g, Many<E>> {
        Arg::json(self.into_iter().map(E::into_json).collect::<Json>())
    }
}

impl<E: Choice, const N: usize> From<[E; N]> for Arg<'_, Many<E>> {
    fn from(options: [E; N]) -> Self {
        options.fill()
    }
}

impl Exact {
    fn read(self) -> Held {
        match serde_json::from_str(&self.0) {
            Ok(json) => Held::Json(json),
            Err(_) => Held::Unreadable(self.0),
        }
    }
}

/// The value; null where the text is no JSON.
impl From<Exact> for Json {
    fn from(exact: Exact) -> Self {
        serde_json::from_str(&exact.0).unwrap_or_default()
    }
}

/// A number as the editor writes it.
fn float(x: f64) -> Held {
    if x.is_finite() { Held::Json(js::number(x)) } else { Held::Unreadable(x.to_string()) }
}
