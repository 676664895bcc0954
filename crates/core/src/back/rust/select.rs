//! Which classes of a catalog are wanted: those named, those of a pack, those that graphs use.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::{self, Display};

use crate::catalog::Catalog;
use crate::diagnostic::{Diagnostics, Problem, nearest};
use crate::graph::Graph;
use crate::source::Origin;

/// A choice among the classes of a catalog. Each part adds to the others; without any, every class is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Classes by name.
    pub classes: BTreeSet<String>,
    /// All classes of these packs: the Python module as a server names it (`nodes`, `custom_nodes.ComfyUI-KJNodes`), one above
    /// it, or the name of a custom pack alone (`ComfyUI-KJNodes`).
    pub packs: BTreeSet<String>,
    /// The classes that graphs use and where, when there are graphs to look at.
    pub used: Option<BTreeMap<String, Option<Origin>>>,
}

/// Names that the catalog does not have.
#[derive(Debug, Clone, PartialEq)]
pub enum Unknown {
    /// Classes, each where a graph first uses it.
    Classes(Diagnostics),
    /// A pack, and those with a similar name.
    Pack(String, Vec<String>),
}

impl Selection {
    /// Adds the classes of the graph's nodes.
    pub fn use_graph(&mut self, graph: &Graph) {
        let used = self.used.get_or_insert_default();
        for (_, node) in graph.nodes() {
            if let Some(class) = node.class() {
                let place = || node.class_origin();
                used.entry(class.to_owned()).or_insert_with(place);
            }
        }
    }

    /// The classes that are wanted; `None` for all.
    pub fn of(&self, catalog: &Catalog) -> Result<Option<BTreeSet<String>>, Unknown> {
        if self.classes.is_empty() && self.packs.is_empty() && self.used.is_none() {
            return Ok(None);
        }
        let mut wanted: BTreeSet<String> = BTreeSet::new();
        let mut unknown = Diagnostics::default();
        let named = self.classes.iter().map(|class| (class, &None));
        for (class, place) in named.chain(self.used.iter().flatten()) {
            if catalog.class(class).is_none() {
                let near = nearest(class, catalog.names());
                unknown.report(Problem::UnknownClass { class: class.clone(), near }, place.clone());
            }
            wanted.insert(class.clone());
        }
        if !unknown.is_empty() {
            return Err(Unknown::Classes(unknown));
        }
        for pack in &self.packs {
            let of_pack = |name: &&str| {
                catalog
                    .class(name)
                    .is_some_and(|class| class.python_module().is_some_and(|module| is_of(module, pack)))
            };
            let found: Vec<&str> = catalog.names().filter(of_pack).collect();
            if found.is_empty() {
                let modules: BTreeSet<String> = catalog
                    .names()
                    .filter_map(|name| catalog.class(name)?.python_module().map(str::to_owned))
                    .collect();
                let near = nearest(pack, modules.iter().map(String::as_str));
                return Err(Unknown::Pack(pack.clone(), near));
            }
            wanted.extend(found.into_iter().map(str::to_owned));
        }
        Ok(Some(wanted))
    }
}

/// Whether a Python module is the pack, or inside it.
fn is_of(module: &str, pack: &str) -> bool {
    let inside =
        |module: &str| module.strip_prefix(pack).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    inside(module) || module.strip_prefix("custom_nodes.").is_some_and(inside)
}

impl Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Classes(classes) => {
                for (i, class) in classes.iter().enumerate() {
                    let between = if i > 0 { "; " } else { "" };
                    write!(f, "{between}{}", class.problem)?;
                }
                Ok(())
            }
            Self::Pack(name, near) => {
                write!(f, "the catalog has no pack `{name}`")?;
                match near.first() {
                    Some(near) => write!(f, ": did you mean `{near}`?"),
                    None => Ok(()),
                }
            }
        }
    }
}

impl Error for Unknown {}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(selection: &Selection, expected: Result<Option<usize>, &str>) {
        let found = selection.of(&Catalog::embedded());
        let found =
            found.map(|wanted| wanted.map(|wanted| wanted.len())).map_err(|unknown| unknown.to_string());
        assert_eq!(found, expected.map_err(str::to_owned));
    }

    #[test]
    fn parts_of_a_selection_add_up() {
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        check(&Selection::default(), Ok(None));
        check(&Selection { used: Some(BTreeMap::new()), ..Selection::default() }, Ok(Some(0)));
        check(
            &Selection {
                classes: set(&["KSampler"]),
                used: Some(set(&["KSampler", "VAEDecode"]).into_iter().map(|class| (class, None)).collect()),
                ..Selection::default()
            },
            Ok(Some(2)),
        );
        check(
            &Selection { classes: set(&["KSamplr"]), ..Selection::default() },
            Err("unknown class `KSamplr`"),
        );
        check(
            &Selection { packs: set(&["nowhere at all"]), ..Selection::default() },
            Err("the catalog has no pack `nowhere at all`"),
        );
        let pack = Selection { packs: set(&["ComfyUI-VideoHelperSuite"]), ..Selection::default() };
        let wanted = pack.of(&Catalog::embedded()).expect("a pack").expect("a selection");
        assert!(wanted.contains("VHS_VideoCombine") && !wanted.contains("KSampler"));
    }
}
