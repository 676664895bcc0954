//! The closed lists of options: which enums there are, and what they are called.
//!
//! A list that several classes use is one enum. It is called after the input that has it, `SamplerName`; the list that most
//! classes use under a name gets it, and the others are called after their first class, `LatentUpscaleUpscaleMethod`.
//! Lists of two or three options that stand under several names are called after the options, `EnableOrDisable`.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::ident::{Namer, type_name, variant_name};
use crate::catalog::Combo;
use crate::diagnostic::plain;

/// A closed list at one input.
pub(crate) struct Occurrence<'c> {
    pub(crate) class: &'c str,
    /// The identifier of what holds the input.
    pub(crate) owner: String,
    pub(crate) input: String,
    pub(crate) combo: &'c Combo,
}

/// All enums of a catalog.
#[derive(Debug)]
pub(crate) struct Choices<'c> {
    all: Vec<Choice<'c>>,
    places: BTreeMap<String, usize>,
}

/// An enum of options.
#[derive(Debug)]
pub(crate) struct Choice<'c> {
    pub(crate) ident: String,
    /// Each option with its variant.
    pub(crate) options: Vec<(&'c Json, String)>,
    /// The inputs that take it, as facts for its documentation.
    pub(crate) inputs: BTreeSet<String>,
}

/// Up to how many options a list is called after them.
const FEW: usize = 3;

impl<'c> Choices<'c> {
    /// The enums of these lists, named among `types`.
    pub(super) fn new(
        occurrences: &[Occurrence<'c>],
        types: &mut Namer,
        renamed: &BTreeMap<String, String>,
    ) -> Self {
        let mut groups: IndexMap<String, Vec<&Occurrence<'c>>> = IndexMap::new();
        for occurrence in occurrences {
            groups.entry(identity(occurrence.combo)).or_default().push(occurrence);
        }
        // The most used list chooses first.
        let mut order: Vec<usize> = (0..groups.len()).collect();
        let shared = |group: &[&Occurrence<'_>]| {
            group.iter().map(|occurrence| occurrence.class).collect::<BTreeSet<_>>().len()
        };
        order.sort_by_key(|&at| {
            std::cmp::Reverse(groups.get_index(at).map_or(0, |(_, group)| match shared(group) {
                1 => 0,
                _ => group.len(),
            }))
        });
        let mut idents: Vec<String> = vec![String::new(); groups.len()];
        let mut common_names: BTreeSet<String> = BTreeSet::new();
        for at in order {
            let Some((_, group)) = groups.get_index(at) else { continue };
            let Some(first) = group.first() else { continue };
            let own = format!("{}{}", first.owner, type_name(&first.input, ""));
            let wanted = if shared(group) == 1 && !is_few(group) {
                own
            } else {
                let name = common(group);
                if common_names.insert(name.clone()) { name } else { own }
            };
            let wanted = renamed.get(&wanted).cloned().unwrap_or(wanted);
            if let Some(ident) = idents.get_mut(at) {
                *ident = types.name(wanted);
            }
        }
        let mut all = Vec::with_capacity(groups.len());
        let mut places = BTreeMap::new();
        for ((identity, group), ident) in groups.into_iter().zip(idents) {
            let mut variants = Namer::reserving(["Other"]);
            let combo = group.first().map(|occurrence| occurrence.combo);
            let mut seen = BTreeSet::new();
            let options = combo.into_iter().flat_map(|combo| &combo.options);
            let options = options.filter(|option| seen.insert(option.to_string()));
            let options = options.map(|option| (option, variants.name(variant_name(&plain(option)))));
            let inputs = group.iter().map(|occurrence| occurrence.input.clone());
            places.insert(identity, all.len());
            all.push(Choice { ident, options: options.collect(), inputs: inputs.collect() });
        }
        Self { all, places }
    }

    /// The place of the enum of this list.
    pub(super) fn of(&self, combo: &Combo) -> usize {
        self.places.get(&identity(combo)).copied().unwrap_or(usize::MAX)
    }

    /// The enum at a place.
    pub(crate) fn get(&self, place: usize) -> Option<&Choice<'c>> {
        self.all.get(place)
    }
}

impl Choice<'_> {
    /// The variant of an option.
    pub(crate) fn variant(&self, option: &Json) -> Option<&str> {
        self.options.iter().find(|(known, _)| *known == option).map(|(_, variant)| variant.as_str())
    }
}

/// Lists are the same when their options are, in whatever order.
fn identity(combo: &Combo) -> String {
    let options: BTreeSet<String> = combo.options.iter().map(ToString::to_string).collect();
    options.into_iter().collect::<Vec<_>>().join("\n")
}

/// Whether a list is called after its options: there are few, and no one input that it could be called after.
fn is_few(group: &[&Occurrence<'_>]) -> bool {
    let names: BTreeSet<&str> = group.iter().map(|occurrence| occurrence.input.as_str()).collect();
    let options = group.first().map_or(0, |occurrence| occurrence.combo.options.len());
    names.len() > 1 && options <= FEW
}

/// The name of a list that several classes use.
fn common(group: &[&Occurrence<'_>]) -> String {
    let mut names: IndexMap<String, usize> = IndexMap::new();
    for occurrence in group {
        *names.entry(type_name(&occurrence.input, "Option")).or_default() += 1;
    }
    if is_few(group) {
        let options = group.iter().take(1).flat_map(|occurrence| &occurrence.combo.options);
        let options: Vec<String> = options.map(|option| variant_name(&plain(option))).collect();
        return options.join("Or");
    }
    let most = names.values().max().copied().unwrap_or_default();
    names.into_iter().find(|(_, count)| *count == most).map(|(name, _)| name).unwrap_or_default()
}
