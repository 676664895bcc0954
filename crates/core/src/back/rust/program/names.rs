//! What variables, parameters and functions of a program are called: after what an output is for, or else after the title
//! that somebody gave its node, or else after what it is.

use std::collections::{BTreeMap, HashMap};

use super::plan::{Plan, Wire};
use crate::back::rust::ident::value_name;
use crate::graph::Value;

/// Names that are called or passed on in every function.
pub(super) const RESERVED: [&str; 7] = ["g", "main", "graph", "input", "exact", "open", "workflow"];

/// The inputs that each output feeds, by name.
#[derive(Debug)]
pub(super) struct Roles<'g> {
    fed: HashMap<Wire, Vec<(usize, &'g str)>>,
}

impl<'g> Roles<'g> {
    pub(super) fn of(plan: &Plan<'g>) -> Self {
        let mut fed: HashMap<Wire, Vec<(usize, &'g str)>> = HashMap::new();
        for (to, planned) in plan.nodes.iter().enumerate() {
            for (name, input) in planned.node.inputs() {
                if let Value::Link(link) = &input.value
                    && let Some(wire) = plan.wire(link, to)
                {
                    fed.entry(wire).or_default().push((to, name));
                }
            }
        }
        Self { fed }
    }

    /// The outputs of each node that become variables.
    pub(super) fn used(&self) -> HashMap<usize, Vec<i64>> {
        let mut used: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
        let mut wires: Vec<Wire> = self.fed.keys().copied().collect();
        wires.sort_unstable();
        for wire in wires {
            if let Wire::Output(node, slot) = wire {
                used.entry(node).or_default().push(slot);
            }
        }
        used.into_iter().collect()
    }

    /// What an output is for, where all the inputs that it feeds agree: `positive`. Only those of the nodes that `within` holds
    /// are asked.
    pub(super) fn role(&self, wire: Wire, within: impl Fn(usize) -> bool) -> Option<String> {
        let mut inputs =
            self.fed.get(&wire)?.iter().filter(|(node, _)| within(*node)).map(|(_, input)| *input);
        let first = inputs.next()?;
        if !inputs.all(|input| input == first) {
            return None;
        }
        let says = first.len() > 1 && !first.contains('.') && !first.ends_with(|c: char| c.is_ascii_digit());
        says.then(|| value_name(first)).filter(|name| is_readable(name) && !is_vague(name))
    }
}

/// A title as a name, where it says something: a few words, and not the name of the class again.
pub(super) fn of_title(title: &str, class: &str, usual: &str) -> Option<String> {
    if title == class || title == usual {
        return None;
    }
    let name = value_name(title);
    (is_readable(&name) && name.split('_').count() <= 4 && name.len() <= 32).then_some(name)
}

/// Whether a name says what it is to somebody who reads ASCII.
fn is_readable(name: &str) -> bool {
    let number = |word: &str| {
        word.strip_prefix('u')
            .is_some_and(|rest| rest.len() >= 4 && rest.chars().all(|c| c.is_ascii_hexdigit()))
    };
    name != "unnamed"
        && name.len() <= 40
        && !name.split('_').any(number)
        && name.chars().any(|c| c.is_ascii_alphabetic())
}

/// Names of inputs that say only that something goes in.
fn is_vague(name: &str) -> bool {
    matches!(
        name,
        "any"
            | "anything"
            | "input"
            | "source"
            | "value"
            | "values"
            | "on_true"
            | "on_false"
            | "model1"
            | "data"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_names_when_they_say_something() {
        assert_eq!(
            of_title("High noise model", "UNETLoader", "Load Diffusion Model").as_deref(),
            Some("high_noise_model")
        );
        assert_eq!(of_title("Load VAE", "VAELoader", "Load VAE"), None);
        assert_eq!(of_title("図", "VAELoader", "Load VAE"), None);
        assert_eq!(of_title("a title of more words than a name has", "A", "A"), None);
    }
}
