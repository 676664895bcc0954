//! Inputs that share a type (`COMFY_MATCHTYPE_V3`): all links into one template should carry the same type, which outputs of
//! that template then carry on. ComfyUI's editor sees to it; its server does not.

use std::collections::HashMap;

use super::input::{Held, output_at};
use super::node::{View, held};
use super::walk::walk;
use crate::catalog::{Class, Kind, OutputType, Type, declared_in_use};
use crate::diagnostic::{Diagnostics, Problem};
use crate::graph::{Node, NodeId};
use crate::source::Origin;

/// The type that each template of a node has taken.
type Taken = HashMap<String, String>;

/// Reports the nodes whose links disagree.
pub(super) fn check(view: &View<'_>, links: &[Vec<u32>], diagnostics: &mut Diagnostics) {
    let nodes: Vec<(&NodeId, &Node, Option<&Class>)> =
        view.graph.nodes().map(|(id, node)| (id, node, view.class(id))).collect();
    if !nodes.iter().any(|(_, _, class)| class.is_some_and(shares_types)) {
        return;
    }
    // Origins come before their consumers; within a cycle nothing is known.
    let starts = 0..u32::try_from(nodes.len()).unwrap_or(u32::MAX);
    let walk =
        walk(nodes.len(), starts, |node, out| out.extend(links.get(node as usize).into_iter().flatten()));
    let mut taken: HashMap<u32, Taken> = HashMap::new();
    let mut found: Vec<(u32, Problem)> = Vec::new();
    for node in (0..walk.group_count()).flat_map(|group| walk.members(group)) {
        let Some((id, inner, Some(class))) = nodes.get(node as usize) else { continue };
        if shares_types(class) {
            let (types, disagreements) = templates(id, inner, class, view, &taken);
            taken.insert(node, types);
            found.extend(disagreements.into_iter().map(|problem| (node, problem)));
        }
    }
    found.sort_by_key(|(node, _)| *node);
    for (node, problem) in found {
        let place = nodes.get(node as usize).and_then(|(_, node, _)| node.origin()).cloned().map(Origin::key);
        diagnostics.report(problem, place);
    }
}

fn shares_types(class: &Class) -> bool {
    class.outputs.iter().any(|output| output.template.is_some())
        || class.inputs.settable().any(|(_, input, _)| match &input.kind {
            Kind::Match(_) => true,
            Kind::Autogrow(autogrow) => {
                autogrow.template.settable().any(|(_, input, _)| matches!(input.kind, Kind::Match(_)))
            }
            _ => false,
        })
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
