//! How much work goes into suggestions.
//!
//! To compare every unknown name with every known one takes a time that grows with the square of a document. Nobody needs
//! thousands of suggestions: the first are made, as far as a fixed amount of work goes.

use std::cell::Cell;

/// The suggestions for one document.
#[derive(Debug)]
pub(crate) struct Guesses {
    /// How many candidates can still be compared.
    left: Cell<usize>,
}

impl Guesses {
    /// What a document may cost: two thousand unknown names among as many known ones.
    const ENOUGH: usize = if cfg!(test) { 200_000 } else { 4_000_000 };

    /// None made so far.
    pub(crate) fn new() -> Self {
        Self { left: Cell::new(Self::ENOUGH) }
    }

    /// The candidates nearest to what was written, as [`super::nearest`] finds them; none once the work is used up.
    pub(crate) fn nearest<C: AsRef<str>>(
        &self,
        written: &str,
        candidates: impl IntoIterator<Item = C>,
    ) -> Vec<String> {
        let mut left = self.left.get();
        let near = super::nearest_for(&mut left, written, candidates);
        self.left.set(left);
        near
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_candidates_are_compared() {
        let known: Vec<String> = (0..10_000).map(|i| format!("{i}_text")).collect();
        let guesses = Guesses::new();
        let mut asked = 0;
        let mut looked_at = 0_usize;
        let suggested = (0..10_000)
            .filter(|i| {
                asked += 1;
                let candidates = known.iter().inspect(|_| looked_at += 1);
                !guesses.nearest(&format!("{i}_tex"), candidates).is_empty()
            })
            .count();
        assert_eq!(asked, 10_000);
        assert!(suggested > 0 && looked_at <= Guesses::ENOUGH + asked, "{suggested} of {looked_at}");
    }
}
