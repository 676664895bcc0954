//! Inputs that share a type (`COMFY_MATCHTYPE_V3`): all links into one template should carry the same type, which outputs of
//! that template then carry on. ComfyUI's editor sees to it; its server does not.

use std::collections::HashMap;

use super::input::{Held, output_at};
use super::node::{View, held};
use super::walk::Links;
use crate::catalog::{Class, Kind, OutputType, Type, declared_in_use};
use crate::diagnostic::{Diagnostics, Problem};
use crate::graph::{Node, NodeId};
use crate::source::Origin;

/// The type that each template of a node has taken.
type Taken = HashMap<String, String>;

/// Reports the nodes whose links disagree.
pub(super) fn check(view: &View<'_>, links: &Links, diagnostics: &mut Diagnostics) {
    if !view.classes().flatten().any(|class| class.marks().shares_types) {
        return;
    }
    // Origins come before their consumers; within a circle nothing is known.
    let mut taken: HashMap<u32, Taken> = HashMap::new();
    let mut found: Vec<(u32, Problem)> = Vec::new();
    for node in links.origins_first() {
        let Some(class) = view.class_at(node).filter(|class| class.marks().shares_types) else { continue };
        let Some((id, inner)) = view.graph.at(node as usize) else { continue };
        let (types, disagreements) = templates(id, inner, class, view, &taken);
        taken.insert(node, types);
        found.extend(disagreements.into_iter().map(|problem| (node, problem)));
    }
    found.sort_by_key(|(node, _)| *node);
    for (node, problem) in found {
        let place = view.graph.at(node as usize).and_then(|(_, node)| node.origin()).cloned();
        diagnostics.report(problem, place.map(Origin::key));
    }
}

/// The types that a node's templates take from its links, and where two links of a template differ.
fn templates(
    id: &NodeId,
    node: &Node,
    class: &Class,
    view: &View<'_>,
    taken: &HashMap<u32, Taken>,
) -> (Taken, Vec<Problem>) {
    let mut links: Vec<(&str, String, String)> = Vec::new();
    for declared in declared_in_use(class, node) {
        let Kind::Match(template) = &declared.input.kind else { continue };
        if let Some(ty) = node.value(&declared.name).and_then(|value| carried(held(value), view, taken)) {
            links.push((&template.template, declared.name.into_owned(), ty));
        }
    }
    let mut types = Taken::new();
    let mut problems = Vec::new();
    for (template, input, ty) in &links {
        match types.get(*template) {
            None => {
                types.insert((*template).to_owned(), ty.clone());
            }
            Some(first) if Type::new(first.as_str()).accepts(&Type::new(ty.as_str())) => {}
            Some(first) => {
                let before =
                    links.iter().find(|(other, ..)| other == template).map(|(_, input, _)| input.clone());
                let types = vec![(before.unwrap_or_default(), first.clone()), (input.clone(), ty.clone())];
                problems.push(Problem::MatchDisagreement { node: id.to_string(), types });
            }
        }
    }
    (types, problems)
}

/// The type that a link carries, where it is a certain one.
fn carried(held: Held<'_>, view: &View<'_>, taken: &HashMap<u32, Taken>) -> Option<String> {
    use super::input::Nodes;

    let Held::Link(pair) = held else { return None };
    let (origin, class) = view.find(pair.from?)?;
    let class = class?;
    let OutputType::Named(ty) = output_at(class, pair.slot?)? else { return None };
    match ty.as_str() {
        Type::MATCH => {
            let slot = pair.slot?;
            let slot = if slot < 0 { slot.checked_add_unsigned(class.outputs.len() as u64)? } else { slot };
            let template = class.outputs.get(usize::try_from(slot).ok()?)?.template.as_ref()?;
            taken.get(&origin)?.get(template).cloned()
        }
        Type::ANY => None,
        ty => Some(ty.to_owned()),
    }
}
