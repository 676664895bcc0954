//! Finding in lists by name. A node has few of anything, as a rule, and needs no table for them. A file may be made with very
//! many; to search those one by one would take a time that grows with their square.

use foldhash::{HashMap, HashMapExt};

/// Up to how many are searched one by one.
const FEW: usize = 16;

/// Where the elements of a list are by their names; of equal names the last counts. Nothing is noted for a list of few.
#[derive(Debug)]
pub(super) struct Table<'n>(HashMap<&'n str, usize>);

impl Default for Table<'_> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<'n> Table<'n> {
    /// The table of a list.
    pub(super) fn of<T>(list: &'n [T], name: fn(&T) -> &str) -> Self {
        let mut table = Self::default();
        if list.len() > FEW {
            table.0.extend(list.iter().enumerate().map(|(at, element)| (name(element), at)));
        }
        table
    }

    /// Takes note of the last element, which the list has got since.
    pub(super) fn add<T>(&mut self, list: &[T], name: impl Fn(&T) -> &'n str) {
        if list.len() > FEW {
            let known = if self.0.is_empty() { 0 } else { list.len() - 1 };
            self.0.extend(list.iter().enumerate().skip(known).map(|(at, element)| (name(element), at)));
        }
    }

    /// Where an element of this name is in the list.
    pub(super) fn place<T>(&self, list: &[T], wanted: &str, name: impl Fn(&T) -> &str) -> Option<usize> {
        if list.len() > FEW {
            return self.0.get(wanted).copied();
        }
        list.iter().rposition(|element| name(element) == wanted)
    }

    /// Forgets all, as the list does.
    pub(super) fn clear(&mut self) {
        if !self.0.is_empty() {
            *self = Self::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_equal_names_is_found_however_many_there_are() {
        let texts: Vec<String> = (0..40).map(|i| (i % 30).to_string()).collect();
        let mut added = Table::default();
        for count in 0..=texts.len() {
            let list = &texts[..count];
            if count > 0 {
                added.add(list, |text| texts.iter().find(|other| *other == text).unwrap());
            }
            let table = Table::of(list, String::as_str);
            for wanted in &texts {
                let expected = list.iter().rposition(|other| other == wanted);
                assert_eq!(table.place(list, wanted, |text| text), expected, "{wanted} of {count}");
                assert_eq!(added.place(list, wanted, |text| text), expected, "{wanted} of {count}");
            }
        }
        added.clear();
        assert_eq!(added.place(&[] as &[String], "0", |text| text), None);
    }
}
