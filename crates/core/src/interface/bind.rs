//! Binding an interface to a graph: which inputs each key writes.

use super::resolve::{MOST_PARTS, MOST_STEPS, Resolver};
use super::{Interface, Key, Media, Target, Unresolved};
use crate::catalog::{Catalog, Kind};
use crate::diagnostic::{Diagnostics, Problem};
use crate::graph::Graph;
use crate::source::Origin;

impl Interface {
    /// Resolves every key and derived target against `graph`. What cannot be resolved is reported and writes nothing.
    ///
    /// The kind of file an input takes is taken from its class where the interface does not say it.
    pub fn bind(&mut self, graph: &Graph, catalog: &Catalog) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        let mut resolver = Resolver::new(graph, catalog);
        for (key, input) in &mut self.inputs {
            let origin = input.origin.as_ref().map(|origin| key_origin(origin, input.undescribed));
            input.targets = match resolver.resolve(key) {
                Ok(targets) => targets,
                Err(unresolved) => {
                    diagnostics.report(problem(key, unresolved), origin);
                    Vec::new()
                }
            };
            for (i, derived) in input.derived.iter_mut().enumerate() {
                let written = Key::new(derived.written.as_str());
                derived.target = match resolver.resolve(&written) {
                    Ok(mut targets) if targets.len() == 1 => targets.pop(),
                    other => {
                        let near = match other {
                            Err(Unresolved::Unknown(near)) => near,
                            _ => Vec::new(),
                        };
                        let place =
                            input.origin.as_ref().map(|o| o.member("derived").member(i).member("target"));
                        let (key, target) = (key.to_string(), derived.written.clone());
                        diagnostics.report(Problem::UnknownTarget { key, target, near }, place);
                        None
                    }
                };
            }
            if input.media.is_none() {
                input.media = input.targets.iter().find_map(|target| media_of(graph, catalog, target));
            }
        }
        diagnostics
    }
}

/// In a manifest the key stands under `key`; in a published schema it is the member's name.
fn key_origin(origin: &Origin, undescribed: bool) -> Origin {
    let in_manifest = origin.pointer.tokens().next().is_some_and(|first| first == "inputs");
    if in_manifest {
        origin.member("key")
    } else if undescribed {
        origin.clone()
    } else {
        origin.clone().key()
    }
}

fn problem(key: &Key, unresolved: Unresolved) -> Problem {
    let key = key.to_string();
    match unresolved {
        Unresolved::Unknown(near) => Problem::UnknownKey { key, near },
        Unresolved::TooMany => Problem::TooLarge { what: "steps to split keys", limit: MOST_STEPS },
        Unresolved::Ambiguous(readings) => {
            let reading = |targets: Vec<Target>| {
                let parts = targets.iter().map(|t| format!("`{}` of node `{}`", t.input, t.node));
                let more = (targets.len() == MOST_PARTS).then(|| "…".to_owned());
                parts.chain(more).collect::<Vec<String>>().join(" and ")
            };
            Problem::AmbiguousKey { key, readings: readings.into_iter().map(reading).collect() }
        }
    }
}

/// The kind of file that the class of a target uploads into it.
fn media_of(graph: &Graph, catalog: &Catalog, target: &Target) -> Option<Media> {
    let class = catalog.class(graph.node(target.node.as_str())?.class()?)?;
    let input = class.inputs.get(&target.input)?;
    matches!(input.kind, Kind::Combo(_)).then_some(())?;
    [("image_upload", Media::Image), ("video_upload", Media::Video), ("audio_upload", Media::Audio)]
        .into_iter()
        .find(|(option, _)| input.options.flag(option))
        .map(|(_, media)| media)
}
