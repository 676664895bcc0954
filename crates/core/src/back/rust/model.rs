//! What is generated for a catalog: for each class the names and types of its fields, setters and outputs.
//!
//! This is the one table of names. What writes nodes and what writes programs both read it, so a program names what the
//! nodes have. Names depend on the whole catalog, never on the part that is written: a class that is left out changes no
//! name of another.
//!
//! Inputs of a class and those behind a value of a dynamic combo are *sets* of one form. They stand in one list, each set
//! after the one that it is reached from, and are worked on in that order or its reverse: nothing here recurses, however
//! deep a catalog nests them.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::choices::{Choices, Occurrence};
use super::ident::{Namer, type_name, value_name, variant_name};
use super::sockets::Sockets;
use super::ty::Ty;
use crate::catalog::{Autogrow, Catalog, Class, Combo, Input, Inputs, Kind, OutputType, Type};
use crate::diagnostic::plain;
use crate::number::javascript as js;

/// Names that a generated module takes from the DSL, or that would be ambiguous beside them.
const RESERVED: [&str; 30] = [
    "Any", "Arg", "Boolean", "Branch", "Built", "Choice", "Class", "Exact", "Exposed", "Fills", "Fits",
    "Float", "Grow", "Handle", "Input", "Int", "Json", "Many", "Media", "Node", "Open", "Openable", "Out",
    "Part", "Raw", "Repeat", "Scope", "Settings", "Socket", "Spec",
];

/// Methods that every node has, and names that clippy wants for the traits of the standard library.
const METHODS: [&str; 46] = [
    "add",
    "any",
    "as_mut",
    "as_ref",
    "at",
    "bitand",
    "bitor",
    "bitxor",
    "borrow",
    "borrow_mut",
    "cast",
    "choose",
    "clone",
    "cmp",
    "default",
    "deref",
    "deref_mut",
    "div",
    "drop",
    "eq",
    "field",
    "from_iter",
    "from_str",
    "handle",
    "hash",
    "in_order",
    "index",
    "index_mut",
    "into",
    "into_iter",
    "meta",
    "mul",
    "neg",
    "new",
    "next",
    "not",
    "rem",
    "set",
    "shl",
    "shr",
    "sub",
    "titled",
    "to_string",
    "untitled",
    "without",
    "without_inputs",
];

/// What is generated for a catalog.
#[derive(Debug)]
pub(crate) struct Model<'c> {
    /// By class name, in the catalog's order.
    pub(crate) classes: IndexMap<&'c str, ClassModel<'c>>,
    /// The sets behind classes and values of dynamic combos.
    pub(crate) sets: Vec<Set<'c>>,
    pub(crate) choices: Choices<'c>,
    pub(crate) sockets: Sockets,
}

/// A class.
#[derive(Debug)]
pub(crate) struct ClassModel<'c> {
    pub(crate) class: &'c Class,
    /// The struct of its required inputs.
    pub(crate) ident: String,
    /// What adding a node gives back.
    pub(crate) node: String,
    /// Its inputs: a place in [`Model::sets`].
    pub(crate) set: usize,
    /// The type parameters of the struct, each with the union it must fit, if any.
    pub(crate) generics: Vec<Generic>,
    pub(crate) outputs: Vec<OutputModel>,
}

/// A type parameter.
#[derive(Debug, Clone)]
pub(crate) struct Generic {
    pub(crate) name: char,
    /// The template of a match type that it stands for.
    pub(crate) template: Option<String>,
    pub(crate) fits: Option<String>,
}

/// An output slot.
#[derive(Debug)]
pub(crate) struct OutputModel {
    pub(crate) ident: String,
    pub(crate) ty: Ty,
}

/// The inputs of a class, or those behind one value of a dynamic combo.
#[derive(Debug)]
pub(crate) struct Set<'c> {
    pub(crate) inputs: Vec<InputModel<'c>>,
    /// What a new one holds: every widget in order with the JSON text of its default, or an empty one.
    pub(crate) widgets: Vec<(String, String)>,
    /// Every socket in order.
    pub(crate) roots: Vec<String>,
    /// The struct that is built, where this is behind a dynamic combo.
    pub(crate) ident: String,
}

/// An input.
#[derive(Debug)]
pub(crate) struct InputModel<'c> {
    pub(crate) name: String,
    /// The field or the setter.
    pub(crate) ident: String,
    pub(crate) input: &'c Input,
    pub(crate) required: bool,
    /// Whether it is a field of the struct, and not a setter.
    pub(crate) field: bool,
    pub(crate) takes: Takes,
}

/// What an input takes.
#[derive(Debug)]
pub(crate) enum Takes {
    /// A link.
    Link(Ty),
    /// A literal, a link or a published input.
    Value(Ty),
    /// A choice that brings inputs.
    Dynamic(Dynamic),
    /// Repeated inputs.
    Grow { element: Ty, min: usize, max: usize, widgets: bool },
}

/// A dynamic combo.
#[derive(Debug)]
pub(crate) struct Dynamic {
    /// The enum.
    pub(crate) ident: String,
    /// For each branch the variant, and its inputs: a place in [`Model::sets`].
    pub(crate) branches: Vec<(String, usize)>,
}

impl ClassModel<'_> {
    /// The type parameters that outputs have.
    pub(crate) fn carried(&self) -> impl Iterator<Item = &Generic> {
        let carries =
            |generic: &&Generic| self.outputs.iter().any(|output| output.ty == Ty::Generic(generic.name));
        self.generics.iter().filter(carries)
    }
}

impl<'c> Model<'c> {
    /// What is generated for `catalog`, with these names in place of those that would be given.
    pub(crate) fn new(catalog: &'c Catalog, renamed: &BTreeMap<String, String>) -> Self {
        let mut types = Namer::reserving(RESERVED);
        let named = |name: &'c str| renamed.get(name).cloned().unwrap_or_else(|| type_name(name, "Node"));
        let idents: Vec<String> = catalog.names().map(|name| types.name(named(name))).collect();
        let nodes: Vec<String> = idents.iter().map(|ident| types.name(format!("{ident}Node"))).collect();

        let mut builder = Builder { types, pending: Vec::new(), occurrences: Vec::new() };
        for (class, ident) in catalog.classes().zip(&idents) {
            builder.push(&class.inputs, ident, &class.name);
        }
        builder.discover();
        let Builder { mut types, pending, occurrences } = builder;
        let choices = Choices::new(&occurrences, &mut types, renamed);
        let mut sockets = Sockets::default();
        let sets = sets(pending, &choices, &mut sockets);

        // A type parameter hides the type of its name.
        let letters: Vec<char> = ('A'..='Z').filter(|letter| !types.has(&letter.to_string())).collect();
        let classes = catalog.classes().zip(idents).zip(nodes).enumerate();
        let mut model = Self { classes: IndexMap::new(), sets, choices, sockets };
        for (set, ((class, ident), node)) in classes {
            let class_model = model.class(class, ident, node, set, &letters);
            model.classes.insert(&class.name, class_model);
        }
        model.sockets.finish();
        model
    }

    /// The inputs of a class that must be given, as fields of its struct.
    pub(crate) fn fields(&self, set: usize) -> impl Iterator<Item = &InputModel<'c>> {
        self.inputs(set).filter(|input| input.field)
    }

    /// The inputs that have setters.
    pub(crate) fn setters(&self, set: usize) -> impl Iterator<Item = &InputModel<'c>> {
        self.inputs(set).filter(|input| !input.field)
    }

    fn inputs(&self, set: usize) -> impl Iterator<Item = &InputModel<'c>> {
        self.sets.get(set).into_iter().flat_map(|set| &set.inputs)
    }

    /// The class, now that its inputs are known: what its types are parameters of, and its outputs.
    fn class(
        &mut self,
        class: &'c Class,
        ident: String,
        node: String,
        set: usize,
        letters: &[char],
    ) -> ClassModel<'c> {
        let mut generics: Vec<Generic> = Vec::new();
        let inputs = self.sets.get_mut(set).map(|set| &mut set.inputs).into_iter().flatten();
        for input in inputs.filter(|input| input.field) {
            let matched = template(input.input);
            let (Takes::Link(ty) | Takes::Grow { element: ty, .. }) = &mut input.takes else { continue };
            let fits = match ty {
                Ty::Any => None,
                Ty::Union(union) => Some(union.clone()),
                _ => continue,
            };
            // Repeated inputs of any type need not be of the same.
            if matches!(input.input.kind, Kind::Autogrow(_)) && matched.is_none() {
                continue;
            }
            let known = generics.iter().find(|generic| matched.is_some() && generic.template == matched);
            let Some(name) =
                known.map(|generic| generic.name).or_else(|| letters.get(generics.len()).copied())
            else {
                *ty = Ty::Any;
                continue;
            };
            if known.is_none() {
                generics.push(Generic { name, template: matched, fits });
            }
            *ty = Ty::Generic(name);
        }
        let of_template = |template: &str| {
            let generic = generics.iter().find(|generic| generic.template.as_deref() == Some(template));
            generic.map(|generic| Ty::Generic(generic.name))
        };
        let mut names = Namer::reserving(["node"]);
        let mut outputs: Vec<OutputModel> = Vec::new();
        for output in &class.outputs {
            let wanted = output.name.clone().unwrap_or_else(|| output.ty.to_string());
            let ty = match (&output.ty, output.template.as_deref().and_then(of_template)) {
                (_, Some(generic)) => generic,
                (OutputType::Named(ty), None) if output.template.is_none() => self.sockets.output(ty),
                (OutputType::Options(_), None) => Ty::Socket("socket::Combo".to_owned()),
                _ => Ty::Any,
            };
            outputs.push(OutputModel { ident: names.name(value_name(&wanted)), ty });
        }
        // Optional inputs of the type that an output has take that type.
        let inputs = self.sets.get_mut(set).map(|set| &mut set.inputs).into_iter().flatten();
        for input in inputs.filter(|input| !input.field) {
            if let (Takes::Link(ty) | Takes::Grow { element: ty, .. }, Some(template)) =
                (&mut input.takes, template(input.input))
                && let Some(generic) = of_template(&template)
                && outputs.iter().any(|output| output.ty == generic)
            {
                *ty = generic;
            }
        }
        ClassModel { class, ident, node, set, generics, outputs }
    }
}

/// The template of a match type.
fn template(input: &Input) -> Option<String> {
    match &input.kind {
        Kind::Match(matched) => Some(matched.template.clone()),
        Kind::Autogrow(autogrow) => match &repeated(autogrow)?.kind {
            Kind::Match(matched) => Some(matched.template.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// The input that an autogrow repeats.
pub(crate) fn repeated(autogrow: &Autogrow) -> Option<&Input> {
    autogrow.template.settable().next().map(|(_, input, _)| input)
}

/// Finds all sets and all lists of options, and gives them names.
struct Builder<'c> {
    types: Namer,
    pending: Vec<Pending<'c>>,
    occurrences: Vec<Occurrence<'c>>,
}

/// A set whose inputs are known by name only.
struct Pending<'c> {
    inputs: Vec<(String, &'c Input, bool)>,
    ident: String,
    class: &'c str,
    /// The dynamic combos among the inputs.
    dynamics: BTreeMap<String, Dynamic>,
}

impl<'c> Builder<'c> {
    fn push(&mut self, inputs: &'c Inputs, ident: &str, class: &'c str) -> usize {
        let mut listed: Vec<(String, &'c Input, bool)> =
            inputs.settable().map(|(name, input, required)| (name.to_owned(), input, required)).collect();
        // What is behind a slot is there when the slot is used, so all of it is optional.
        let mut at = 0;
        while let Some((name, input, _)) = listed.get(at) {
            if let Kind::DynamicSlot(slot) = &input.kind {
                let behind = slot.inputs.settable();
                let behind: Vec<_> =
                    behind.map(|(inner, input, _)| (format!("{name}.{inner}"), input, false)).collect();
                let rest = listed.split_off(at + 1);
                listed.extend(behind);
                listed.extend(rest);
            }
            at += 1;
        }
        let (ident, dynamics) = (ident.to_owned(), BTreeMap::new());
        self.pending.push(Pending { inputs: listed, ident, class, dynamics });
        self.pending.len() - 1
    }

    /// Goes through the sets, which become more on the way.
    fn discover(&mut self) {
        let mut at = 0;
        while let Some(set) = self.pending.get(at) {
            let (inputs, ident, class) = (set.inputs.clone(), set.ident.clone(), set.class);
            for (name, input, _) in inputs {
                let combo = match &input.kind {
                    Kind::Combo(combo) => Some(combo),
                    Kind::Autogrow(autogrow) => match repeated(autogrow).map(|input| &input.kind) {
                        Some(Kind::Combo(combo)) => Some(combo),
                        _ => None,
                    },
                    Kind::DynamicCombo(branches) => {
                        let wanted = format!("{ident}{}", type_name(&name, ""));
                        let enumeration = self.types.name(wanted);
                        let mut variants = Namer::reserving(["Other"]);
                        let mut dynamic = Dynamic { ident: enumeration.clone(), branches: Vec::new() };
                        for branch in branches {
                            let variant = variants.name(variant_name(&plain(&branch.key)));
                            let built = self.types.name(format!("{enumeration}{variant}"));
                            dynamic.branches.push((variant, self.push(&branch.inputs, &built, class)));
                        }
                        if let Some(set) = self.pending.get_mut(at) {
                            set.dynamics.insert(name, dynamic);
                        }
                        continue;
                    }
                    _ => None,
                };
                if let Some(combo) = combo.filter(|combo| is_closed(combo)) {
                    self.occurrences.push(Occurrence { class, owner: ident.clone(), input: name, combo });
                }
            }
            at += 1;
        }
    }
}

/// Whether the options of a combo are all there are.
fn is_closed(combo: &Combo) -> bool {
    !combo.open && !combo.options.is_empty()
}

/// The sets with all that is known of their inputs. What is behind a set comes after it, so the last is made first.
fn sets<'c>(pending: Vec<Pending<'c>>, choices: &Choices<'c>, sockets: &mut Sockets) -> Vec<Set<'c>> {
    let mut done: Vec<Option<Set<'c>>> = pending.iter().map(|_| None).collect();
    for (at, set) in pending.into_iter().enumerate().rev() {
        let Pending { inputs, ident, mut dynamics, .. } = set;
        let mut names = Namer::reserving(METHODS);
        let mut finished = Set { inputs: Vec::new(), widgets: Vec::new(), roots: Vec::new(), ident };
        for (name, input, required) in inputs {
            let dynamic = dynamics.remove(&name);
            let takes = takes(input, !required, dynamic, choices, sockets);
            let socket = match &takes {
                Takes::Link(_) => true,
                Takes::Value(_) => input.widget(!required).is_none(),
                Takes::Dynamic(_) => false,
                Takes::Grow { widgets, .. } => !widgets,
            };
            let default = default(input, socket, &takes, &done);
            let field = match &takes {
                Takes::Grow { min, .. } => required && *min > 0,
                _ => required && default.is_none(),
            };
            if socket {
                finished.roots.push(name.clone());
            } else {
                let text = default.as_ref().map(ToString::to_string).unwrap_or_default();
                finished.widgets.push((name.clone(), text));
            }
            if let (Takes::Dynamic(dynamic), true) = (&takes, default.is_some())
                && let Some(Some(first)) = dynamic.branches.first().and_then(|(_, set)| done.get(*set))
            {
                let behind = first.widgets.iter().filter(|(_, text)| !text.is_empty());
                let behind = behind.map(|(inner, text)| (format!("{name}.{inner}"), text.clone()));
                finished.widgets.extend(behind.collect::<Vec<_>>());
            }
            let ident = names.name(value_name(&name));
            finished.inputs.push(InputModel { name, ident, input, required, field, takes });
        }
        if let Some(place) = done.get_mut(at) {
            *place = Some(finished);
        }
    }
    done.into_iter().flatten().collect()
}

/// What an input takes.
fn takes(
    input: &Input,
    optional: bool,
    dynamic: Option<Dynamic>,
    choices: &Choices<'_>,
    sockets: &mut Sockets,
) -> Takes {
    match &input.kind {
        Kind::DynamicCombo(_) => dynamic.map_or(Takes::Value(Ty::Any), Takes::Dynamic),
        Kind::Combo(combo) if !is_closed(combo) => {
            Takes::Value(if combo.multiselect { Ty::Any } else { Ty::Socket("socket::Combo".to_owned()) })
        }
        Kind::Combo(combo) => {
            let choice = choices.of(combo);
            Takes::Value(if combo.multiselect { Ty::Choices(choice) } else { Ty::Choice(choice) })
        }
        Kind::Named(ty) => {
            let widget = input.widget(optional).is_some();
            let scalar = matches!(ty.as_str(), "INT" | "FLOAT" | "STRING" | "BOOLEAN" | Type::COMBO);
            match sockets.input(ty) {
                Ty::Any | Ty::Union(_) if widget => Takes::Value(Ty::Any),
                ty if widget || scalar => Takes::Value(ty),
                ty => Takes::Link(ty),
            }
        }
        Kind::Match(matched) => Takes::Link(match sockets.input(&matched.allowed) {
            Ty::Any => Ty::Any,
            one => Ty::Union(sockets.union(&matched.allowed, &one)),
        }),
        Kind::DynamicSlot(_) | Kind::Opaque(_) => Takes::Value(Ty::Any),
        Kind::Autogrow(autogrow) => {
            let repeated = repeated(autogrow);
            let widgets = repeated.is_some_and(|input| input.widget(false).is_some());
            // What repeats repeated inputs takes anything.
            let flat = repeated.filter(|input| !matches!(input.kind, Kind::Autogrow(_)));
            let element = match flat.map(|input| takes(input, false, None, choices, sockets)) {
                Some(Takes::Link(ty) | Takes::Value(ty)) => match ty {
                    Ty::Union(_) if template(input).is_none() => Ty::Any,
                    ty => ty,
                },
                _ => Ty::Any,
            };
            let max = autogrow.names.as_ref().map_or(autogrow.max, Vec::len);
            Takes::Grow { element, min: autogrow.needed().min(max), max, widgets }
        }
    }
}

/// What a new node holds, as the editor writes it; `None` where it must be given.
fn default(input: &Input, socket: bool, takes: &Takes, done: &[Option<Set<'_>>]) -> Option<Json> {
    if socket {
        return None;
    }
    let declared = input.options.default.as_ref().filter(|default| !default.is_null());
    match (&input.kind, takes) {
        (Kind::DynamicCombo(branches), Takes::Dynamic(dynamic)) => {
            let (_, set) = dynamic.branches.first()?;
            let complete = done.get(*set)?.as_ref()?.inputs.iter().all(|input| !input.field);
            branches.first().map(|first| first.key.clone()).filter(|_| complete)
        }
        (Kind::Combo(combo), _) if combo.multiselect => {
            Some(declared.cloned().unwrap_or(Json::Array(Vec::new())))
        }
        (Kind::Combo(combo), _) => {
            let given = declared.filter(|default| js::truthy(Some(default)));
            given.or_else(|| combo.options.first().filter(|_| is_closed(combo))).cloned()
        }
        (Kind::Autogrow(_), _) => None,
        (Kind::Named(ty), _) if ty.as_str() == "INT" => declared.cloned(),
        _ => declared.map(|default| js::normal(default, false)),
    }
}
