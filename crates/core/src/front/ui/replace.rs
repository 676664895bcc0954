//! A Primitive that `properties.proxyWidgets` names: an input of the subgraph's definition takes its place, where the widgets that it
//! gives its value to are alike.

use foldhash::HashSet;

use super::arena::{LayerIx, NodeIx};
use super::definition::WidgetType;
use super::live::Live;
use super::primitive::Limits;
use super::proxy::{Entry, Names};
use super::wire::LinkId;
use crate::catalog::Input;

/// What must be alike of the widgets that one input is to stand for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    /// A number: its type, its limits and its step.
    Number(WidgetType, (f64, f64, f64)),
    /// A text, of one line or more.
    Text { more: bool },
    /// Anything else.
    Other(WidgetType),
}

impl Shape {
    fn of((ty, input): (WidgetType, Option<&Input>)) -> Self {
        match (ty, Limits::new(ty, input)) {
            (_, Some(limits)) => Self::Number(ty, limits.effective()),
            (WidgetType::Text, None) => {
                Self::Text { more: input.is_some_and(|input| input.shown().multiline) }
            }
            (other, None) => Self::Other(other),
        }
    }
}

impl<'a> Live<'a> {
    /// An input in place of a Primitive: it takes over the Primitive's links. As in the editor it leads to the slots that the
    /// links name, even where the file is wrong about them; a link of which that is so stays with the Primitive. Nothing is
    /// changed when one of the slots is not there or has another type.
    pub(super) fn replace_primitive(
        &mut self,
        host: NodeIx,
        definition: LayerIx,
        node: NodeIx,
        entries: &[&Entry<'a>],
        names: &mut Names,
    ) {
        let Some(first) = entries.first() else { return };
        let Some(output) = self.nodes[node].outputs.first() else { return };
        let (ty, links) = (output.ty.clone(), output.links.clone());
        let target = |id: &LinkId| {
            let link = self.layers[definition].links.get(id)?;
            let target = self.find(definition, &link.target)?;
            let slot = usize::try_from(link.target_slot).ok()?;
            let own = &self.nodes[target].slots.get(slot)?.ty;
            (*own == ty || own == "*" || ty == "*").then_some((*id, target, slot))
        };
        let Some(targets) = links.iter().map(target).collect::<Option<Vec<_>>>() else {
            self.layers[definition].replaced.insert(node, None);
            return;
        };
        if targets.is_empty() || entries.iter().any(|entry| entry.name != first.name) {
            return;
        }
        let fits = self.have_like_widgets(&targets);
        for (old, target, slot) in &targets {
            if self.nodes[*target].slots.get(*slot).is_some_and(|slot| slot.link == Some(*old)) {
                for output in &mut self.nodes[node].outputs {
                    output.links.retain(|id| id != old);
                }
            }
            self.cut_promoted(definition, *target, *slot);
        }
        if !fits {
            self.put_back(definition, node, &targets);
            return;
        }
        let title = self.nodes[node].title.filter(|title| *title != "PrimitiveNode");
        let name = title.unwrap_or(&first.name).to_owned();
        let at = self.add_input(definition, names.free(&name), ty);
        for (_, target, slot) in &targets {
            self.link_input(definition, at, *target, *slot);
        }
        self.layers[definition].replaced.insert(node, Some(at));
        self.extend_hosts(definition, at);
        // Of entries that are alike the first counts.
        let mut seen = HashSet::default();
        let values =
            entries.iter().filter(|entry| seen.insert(&entry.disambiguator)).find_map(|entry| entry.value);
        self.give(host, at, values);
    }

    /// Whether the widgets behind slots are of one kind, with the same limits.
    fn have_like_widgets(&self, targets: &[(LinkId, NodeIx, usize)]) -> bool {
        let shapes =
            targets.iter().filter_map(|(_, target, slot)| Some(Shape::of(self.spec_behind(*target, *slot)?)));
        let shapes: Vec<Shape> = shapes.collect();
        shapes.windows(2).all(|pair| pair.first() == pair.last())
    }

    /// What is left of a Primitive that was not to be replaced, once its links were cut: the editor puts back the first of them,
    /// where there is no other.
    fn put_back(&mut self, definition: LayerIx, node: NodeIx, targets: &[(LinkId, NodeIx, usize)]) {
        let links = &self.layers[definition].links;
        let left =
            self.nodes[node].outputs.iter().flat_map(|output| &output.links).any(|id| links.contains_key(id));
        let Some((_, target, slot)) = targets.first().filter(|_| !left) else { return };
        if self.nodes[*target]
            .slots
            .get(*slot)
            .is_some_and(|slot| slot.widget.is_some() || WidgetType::of(&slot.ty).is_some())
        {
            let id = self.link_slot(definition, (self.nodes[node].id.clone(), 0), *target, *slot);
            if let Some(output) = self.nodes[node].outputs.first_mut() {
                output.links.extend(id);
            }
        }
    }
}
