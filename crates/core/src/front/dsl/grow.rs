//! Repeated inputs.

use std::fmt;
use std::marker::PhantomData;

use super::arg::{Fills, Openable};
use super::held::Held;

/// From `MIN` to `MAX` values for inputs of type `T` that repeat: `images.image0`, `images.image1`, ….
///
/// An array of another length does not compile; a vector of another length is reported (`misbuilt-graph`). They get the
/// names of the inputs in order. [`Grow::slots`] says the names, for those that leave some out between.
///
/// ```
/// # use comfyc::dsl::*;
/// let images: Grow<socket::Int, 1, 3> = [1, 2].into();
/// let gaps: Grow<socket::Int, 1, 3> = Grow::slots([("value0", 1), ("value2", 3)]);
/// ```
///
/// ```compile_fail
/// # use comfyc::dsl::*;
/// let images: Grow<socket::Int, 1, 3> = [1, 2, 3, 4].into();
/// ```
pub struct Grow<'g, T, const MIN: usize, const MAX: usize> {
    items: Option<Items>,
    marker: PhantomData<fn(&'g T) -> &'g T>,
}

/// Values, each with its name where it has one.
pub(super) type Items = Vec<(Option<String>, Held)>;

impl<'g, T, const MIN: usize, const MAX: usize> Grow<'g, T, MIN, MAX> {
    /// Values for inputs of these names.
    pub fn slots<N: Into<String>, V: Fills<'g, T>>(slots: impl IntoIterator<Item = (N, V)>) -> Self {
        Self::new(slots.into_iter().map(|(name, value)| (Some(name.into()), value.fill().held())))
    }

    /// No input at all, whatever there must be.
    pub(super) fn nothing() -> Self {
        Self { items: None, marker: PhantomData }
    }

    fn new(items: impl Iterator<Item = (Option<String>, Held)>) -> Self {
        Self { items: Some(items.collect()), marker: PhantomData }
    }

    /// The values, each with its name where it has one; `None` where the input is left out.
    pub(super) fn into_items(self) -> Option<Items> {
        self.items
    }
}

impl<T, const MIN: usize, const MAX: usize> Openable for Grow<'_, T, MIN, MAX> {
    fn left_out() -> Self {
        Self::nothing()
    }
}

impl<T, const MIN: usize, const MAX: usize> fmt::Debug for Grow<'_, T, MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.fmt(f)
    }
}

impl<'g, T, V: Fills<'g, T>, const N: usize, const MIN: usize, const MAX: usize> From<[V; N]>
    for Grow<'g, T, MIN, MAX>
{
    fn from(values: [V; N]) -> Self {
        const {
            assert!(N >= MIN, "this input takes more values than that");
            assert!(N <= MAX, "this input takes fewer values than that");
        }
        values.into_iter().collect()
    }
}

impl<'g, T, V: Fills<'g, T>, const MIN: usize, const MAX: usize> From<Vec<V>> for Grow<'g, T, MIN, MAX> {
    fn from(values: Vec<V>) -> Self {
        values.into_iter().collect()
    }
}

impl<'g, T, V: Fills<'g, T>, const MIN: usize, const MAX: usize> FromIterator<V> for Grow<'g, T, MIN, MAX> {
    fn from_iter<I: IntoIterator<Item = V>>(values: I) -> Self {
        Self::new(values.into_iter().map(|value| (None, value.fill().held())))
    }
}
