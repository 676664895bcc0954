//! What generated code says of a class, and the inputs of one node as they are set.

use std::marker::PhantomData;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::arg::Arg;
use super::grow::{Grow, Items};
use super::held::Held;
use super::out::Out;

/// What a new node of a class is like.
#[derive(Debug)]
pub struct Spec {
    /// The name that `class_type` gives.
    pub class: &'static str,
    /// The title the editor gives to a new node.
    pub title: &'static str,
    /// Its widgets in the editor's order, each with the JSON text of its default; an empty text is none. A dynamic combo is
    /// followed by the widgets of its default.
    pub widgets: &'static [(&'static str, &'static str)],
    /// Its sockets in the editor's order, which come after the widgets.
    pub sockets: &'static [&'static str],
}

/// The names of repeated inputs.
#[derive(Debug)]
pub struct Repeat {
    /// The names, where the class lists them.
    pub names: &'static [&'static str],
    /// Else what stands before 0, 1, ….
    pub prefix: &'static str,
    /// How many there must be.
    pub min: usize,
    /// How many there may be.
    pub max: usize,
    /// Whether they are widgets and not sockets.
    pub widgets: bool,
}

/// What a value of a dynamic combo chooses, with the inputs that this brings.
pub trait Branch<'g> {
    /// The value as the prompt says it, and the inputs behind it.
    fn choose(self) -> (Json, Settings<'g>);
}

/// The inputs behind a value of a dynamic combo, as they are set.
#[derive(Debug)]
pub struct Settings<'g> {
    inputs: Inputs,
    brand: PhantomData<fn(&'g ()) -> &'g ()>,
}

/// The inputs of a node, or those behind a value of a dynamic combo.
#[derive(Debug, Clone, Default)]
pub(super) struct Inputs {
    pub(super) inputs: IndexMap<String, Setting>,
    pub(super) miscounts: Vec<Miscount>,
}

/// What one input holds.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) held: Held,
    /// Whether it is a socket, which is written after the widgets.
    pub(super) socket: bool,
}

/// More or fewer repeated inputs than there may be.
#[derive(Debug, Clone)]
pub(super) struct Miscount {
    pub(super) input: String,
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) given: usize,
}

impl<'g> Settings<'g> {
    /// Inputs at these defaults, as in a [`Spec`].
    pub fn new(widgets: &[(&str, &str)], sockets: &[&str]) -> Self {
        Self { inputs: Inputs::new(widgets, sockets), brand: PhantomData }
    }

    /// Sets a widget.
    pub fn put<T>(&mut self, name: &str, value: Arg<'g, T>) {
        self.inputs.hold(name, value.held(), false);
    }

    /// Links a socket.
    pub fn link<T>(&mut self, name: &str, from: Out<'g, T>) {
        self.inputs.hold(name, from.held(), true);
    }

    /// Sets repeated inputs, in place of those there were.
    pub fn grow<T, const MIN: usize, const MAX: usize>(
        &mut self,
        name: &str,
        items: Grow<'g, T, MIN, MAX>,
        repeat: &Repeat,
    ) {
        self.inputs.grow(name, items.into_items(), repeat);
    }

    /// Sets a dynamic combo, with the inputs behind its value in place of those there were.
    pub fn branch(&mut self, name: &str, value: impl Branch<'g>) {
        let (key, settings) = value.choose();
        self.inputs.branch(name, key, settings.into_inputs());
    }

    pub(super) fn into_inputs(self) -> Inputs {
        self.inputs
    }
}

impl Inputs {
    pub(super) fn new(widgets: &[(&str, &str)], sockets: &[&str]) -> Self {
        let widgets = widgets.iter().map(|(name, default)| {
            // The texts are generated from JSON; an empty one is no default.
            let held = serde_json::from_str(default).map_or(Held::Open, Held::Json);
            ((*name).to_owned(), Setting { held, socket: false })
        });
        let open = |name: &&str| ((*name).to_owned(), Setting { held: Held::Open, socket: true });
        Self { inputs: widgets.chain(sockets.iter().map(open)).collect(), miscounts: Vec::new() }
    }

    pub(super) fn grow(&mut self, name: &str, items: Option<Items>, repeat: &Repeat) {
        self.forget(name);
        let Some(items) = items else { return };
        let given = items.len();
        if given < repeat.min || given > repeat.max {
            let (input, min, max) = (name.to_owned(), repeat.min, repeat.max);
            self.miscounts.push(Miscount { input, min, max, given });
        }
        for (i, (slot, held)) in items.into_iter().enumerate() {
            let slot = slot.unwrap_or_else(|| {
                let listed = repeat.names.get(i).map(|name| (*name).to_owned());
                listed.unwrap_or_else(|| format!("{}{i}", repeat.prefix))
            });
            self.hold(&format!("{name}.{slot}"), held, !repeat.widgets);
        }
    }

    pub(super) fn branch(&mut self, name: &str, key: Json, behind: Self) {
        self.forget(name);
        self.hold(name, Held::Json(key), false);
        for (inner, setting) in behind.inputs {
            self.hold(&format!("{name}.{inner}"), setting.held, setting.socket);
        }
        let within =
            |miscount: Miscount| Miscount { input: format!("{name}.{}", miscount.input), ..miscount };
        self.miscounts.extend(behind.miscounts.into_iter().map(within));
    }

    /// Forgets all inputs behind `name`.
    pub(super) fn forget(&mut self, name: &str) {
        let behind = |input: &str| input.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
        self.inputs.retain(|input, _| !behind(input));
        self.miscounts.retain(|miscount| miscount.input != name && !behind(&miscount.input));
    }

    /// Sets any input; a published one keeps the literal that was there, for where it has no default.
    pub(super) fn hold(&mut self, name: &str, mut held: Held, socket: bool) {
        let old = self.inputs.get(name).map(|setting| &setting.held);
        if let Held::Exposed(_, before) | Held::Input(_, _, before) = &mut held {
            *before = match old {
                Some(Held::Exposed(_, older) | Held::Input(_, _, older)) => older.clone(),
                Some(Held::Json(literal)) => Some(literal.clone()),
                _ => None,
            };
        }
        match self.inputs.get_mut(name) {
            Some(setting) => setting.held = held,
            None => {
                self.inputs.insert(name.to_owned(), Setting { held, socket });
            }
        }
    }
}

/// A key alone, with nothing said of the inputs behind it.
impl<'g> Branch<'g> for Json {
    fn choose(self) -> (Json, Settings<'g>) {
        (self, Settings::new(&[], &[]))
    }
}
