//! Published names: `6_text`, `57:8_seed`, `71_widthx71_height`.
//!
//! A key is one target, or several joined by `x`; a target is a node id, `_`, and an input name. Node ids and input names
//! may hold `_`, `x`, `:` and `.` themselves, so a key is read against the graph it belongs to: of all ways to split it,
//! those count in which every part names a node and an input that are there, and exactly one must remain. Without a graph
//! it can only be read by its form ([`Key::guess`]).

use std::borrow::Borrow;
use std::fmt::{self, Display};

use crate::graph::NodeId;

/// The name under which an input is published.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

/// One input of one node.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Target {
    /// The node.
    pub node: NodeId,
    /// Its input.
    pub input: String,
}

/// Why a key cannot be read against a graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// No split names inputs that are there; the nearest keys that would.
    Unknown(Vec<String>),
    /// More than one split does; some of them.
    Ambiguous(Vec<Vec<Target>>),
    /// There are more ways to split the keys of an interface than can be tried.
    TooMany,
}

impl Key {
    /// The key of this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The key of these targets.
    ///
    /// ```
    /// # use comfyc::interface::{Key, Target};
    /// let size = [Target::new("71", "width"), Target::new("71", "height")];
    /// assert_eq!(Key::of(&size).as_str(), "71_widthx71_height");
    /// ```
    pub fn of(targets: &[Target]) -> Self {
        Self(targets.iter().map(ToString::to_string).collect::<Vec<_>>().join("x"))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads the key by its form alone: composite where every part between `x`s reads `<id>_<name>` with an id of digit
    /// groups joined by `:`, else one target split at the first `_`. Empty when there is no `_` to split at.
    ///
    /// ```
    /// # use comfyc::interface::{Key, Target};
    /// assert_eq!(Key::new("57_noise_seed").guess(), [Target::new("57", "noise_seed")]);
    /// assert_eq!(Key::new("71_widthx71_height").guess().len(), 2);
    /// assert!(Key::new("prompt").guess().is_empty());
    /// ```
    pub fn guess(&self) -> Vec<Target> {
        let mut parts: Vec<Target> = Vec::new();
        let mut rest = self.0.as_str();
        while let Some((id, named)) = rest.split_once('_').filter(|(id, _)| is_numeric_id(id)) {
            let cut = named
                .match_indices('x')
                .map(|(at, _)| at)
                .find(|at| *at > 0 && named.get(at + 1..).is_some_and(starts_a_part))
                .unwrap_or(named.len());
            let (name, tail) = named.split_at(cut);
            parts.push(Target::new(id, name));
            rest = tail.strip_prefix('x').unwrap_or_default();
        }
        if !parts.is_empty() && rest.is_empty() && parts.iter().all(|part| !part.input.is_empty()) {
            return parts;
        }
        match self.0.split_once('_') {
            Some((id, name)) if !id.is_empty() && !name.is_empty() => vec![Target::new(id, name)],
            _ => Vec::new(),
        }
    }
}

/// Whether this is an id as the editor makes them: `57`, `57:8`.
fn is_numeric_id(text: &str) -> bool {
    text.split(':').all(|group| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit()))
}

fn starts_a_part(text: &str) -> bool {
    text.split_once('_').is_some_and(|(id, name)| is_numeric_id(id) && !name.is_empty())
}

impl Target {
    /// Input `input` of node `node`.
    pub fn new(node: impl Into<NodeId>, input: impl Into<String>) -> Self {
        Self { node: node.into(), input: input.into() }
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.node, self.input)
    }
}

impl Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::Catalog;
    use crate::graph::{Graph, Node};

    fn graph(nodes: &[(&str, &[&str])]) -> Graph {
        let mut graph = Graph::default();
        for (id, inputs) in nodes {
            let node = inputs.iter().fold(Node::new("Any"), |node, input| node.with(*input, json!(0)));
            graph.insert(*id, node);
        }
        graph
    }

    #[track_caller]
    fn check(key: &str, graph: &Graph, expected: Result<&[(&str, &str)], &[&str]>) {
        let resolved = Key::new(key).resolve(graph, &Catalog::default());
        match (resolved, expected) {
            (Ok(targets), Ok(expected)) => {
                let targets: Vec<_> = targets.iter().map(|t| (t.node.as_str(), t.input.as_str())).collect();
                assert_eq!(targets, expected);
            }
            (Err(Unresolved::Unknown(near)), Err(expected)) => assert_eq!(near, expected),
            (found, expected) => panic!("{found:?} is not {expected:?}"),
        }
    }

    #[test]
    fn a_key_names_a_node_and_an_input_with_underscores() {
        let graph = graph(&[("57", &["noise_seed", "steps"]), ("57:8", &["seed"])]);
        check("57_noise_seed", &graph, Ok(&[("57", "noise_seed")]));
        check("57:8_seed", &graph, Ok(&[("57:8", "seed")]));
        check("57_seed", &graph, Err(&["57:8_seed"]));
    }

    #[test]
    fn a_composite_names_several() {
        let graph = graph(&[("71", &["width", "height"])]);
        check("71_widthx71_height", &graph, Ok(&[("71", "width"), ("71", "height")]));
    }

    #[test]
    fn the_letter_x_in_names_and_ids_is_no_join() {
        let graph = graph(&[("3", &["max", "x2_y", "index"]), ("x2", &["y"]), ("a_b", &["c"])]);
        check("3_max", &graph, Ok(&[("3", "max")]));
        check("3_index", &graph, Ok(&[("3", "index")]));
        check("3_x2_y", &graph, Ok(&[("3", "x2_y")]));
        check("a_b_c", &graph, Ok(&[("a_b", "c")]));
        check("3_maxxx2_y", &graph, Ok(&[("3", "max"), ("x2", "y")]));
    }

    #[test]
    fn two_readings_are_ambiguous() {
        let graph = graph(&[("1", &["ax2_b", "a"]), ("2", &["b"])]);
        let Err(Unresolved::Ambiguous(readings)) = Key::new("1_ax2_b").resolve(&graph, &Catalog::default())
        else {
            panic!("it reads two ways");
        };
        assert_eq!(readings.len(), 2);
    }

    #[test]
    fn dotted_inputs_are_plain_names() {
        let graph = graph(&[("9", &["format.codec", "format"])]);
        check("9_format.codec", &graph, Ok(&[("9", "format.codec")]));
    }

    #[test]
    fn long_hostile_keys_are_read_in_bounded_time() {
        let check = |nodes: &[(&str, &[&str])], key: String| {
            Key::new(key).resolve(&graph(nodes), &Catalog::default()).expect_err("it is hostile")
        };
        let nodes: [(&str, &[&str]); 1] = [("1", &["a", "ax1_a"])];
        let Unresolved::Ambiguous(readings) = check(&nodes, vec!["1_a"; 20_000].join("x")) else {
            panic!("it reads in very many ways");
        };
        assert!(readings.len() == 8 && readings.iter().flatten().count() < 1_000);
        assert!(matches!(check(&nodes, "_".repeat(1_000_000)), Unresolved::Unknown(_)));
        assert!(matches!(check(&nodes, format!("1_{}", "x".repeat(1_000_000))), Unresolved::Unknown(_)));
        assert!(matches!(check(&nodes, "1_a_".repeat(300_000)), Unresolved::Unknown(_)));
        // At every part there may be an id that long.
        let long = "_".repeat(100_001);
        let nodes: [(&str, &[&str]); 2] = [(&long, &["a"]), ("1", &["a"])];
        assert!(matches!(check(&nodes, vec!["1_a"; 100_000].join("x") + &long), Unresolved::TooMany));
    }

    #[test]
    fn a_composite_of_thousands_is_read() {
        let graph = graph(&[("1", &["a", "b"])]);
        let key = vec!["1_a"; 20_000].join("x");
        let targets = Key::new(key).resolve(&graph, &Catalog::default()).expect("it reads one way");
        assert_eq!(targets.len(), 20_000);
    }

    #[test]
    fn without_a_graph_the_form_decides() {
        #[track_caller]
        fn guess(key: &str, expected: &[(&str, &str)]) {
            let guessed = Key::new(key).guess();
            assert_eq!(
                guessed.iter().map(|t| (t.node.as_str(), t.input.as_str())).collect::<Vec<_>>(),
                expected
            );
            if !expected.is_empty() {
                assert_eq!(Key::of(&guessed).as_str(), key);
            }
        }
        guess("6_text", &[("6", "text")]);
        guess("57_noise_seed", &[("57", "noise_seed")]);
        guess("71_widthx71_height", &[("71", "width"), ("71", "height")]);
        guess("1:2_ax3_bx4_c", &[("1:2", "a"), ("3", "b"), ("4", "c")]);
        guess("loader_name", &[("loader", "name")]);
        guess("6_max", &[("6", "max")]);
        guess("prompt", &[]);
        guess("6_", &[]);
    }
}
