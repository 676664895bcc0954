//! A node of a class that has generated code: its required inputs as a struct, every other input by its setter, and by name
//! what the types do not hold.
//!
//! Whatever is written is tried first ([`Trial`]): what the node would then hold is compared with what it is to hold, and the
//! difference is said by name. So nothing is lost, however little of it the types can say.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value as Json;

use super::plan::Planned;
use super::types::{element_name, elements};
use super::values::{Site, into};
use super::{Variables, Writer};
use crate::back::rust::layout::Code;
use crate::back::rust::model::{ClassModel, Dynamic, InputModel, Set, Takes};
use crate::back::rust::ty::Ty;
use crate::catalog::Kind;
use crate::dsl::trial::{Found, Trial};
use crate::graph::{Link, Value};

/// How deep the inputs behind dynamic combos are written with types.
const DEPTH: usize = 4;

/// A node being written.
struct Writing<'p> {
    site: Site<'p>,
    planned: &'p Planned<'p>,
    given: Vec<Given<'p>>,
    places: HashMap<&'p str, usize>,
    /// Inputs of several parts that were tried already.
    tried: BTreeSet<String>,
}

/// An input that the node is to hold.
struct Given<'p> {
    name: &'p str,
    value: &'p Value,
    /// The published input that it follows, and whether that has a default.
    published: Option<(Code, bool)>,
    /// Whether it is written.
    taken: bool,
    /// Whether its literal is, and what it follows is not yet.
    said: bool,
}

/// The set of inputs that is being written: those of the class, or those behind a dynamic combo.
struct Place<'p> {
    set: &'p Set<'p>,
    prefix: String,
    depth: usize,
}

impl<'w> Writer<'w> {
    /// The node with its inputs.
    pub(super) fn typed(
        &mut self,
        planned: &'w Planned<'w>,
        node: usize,
        class: &'w ClassModel<'w>,
        variables: &Variables,
    ) -> Code {
        let Some(set) = self.model.sets.get(class.set) else { return Code::word("g") };
        let given = planned.node.inputs().map(|(name, input)| {
            let published = self.publication.value(planned.id.as_str(), name, variables);
            Given { name, value: &input.value, published, taken: false, said: false }
        });
        let given: Vec<Given<'_>> = given.collect();
        let places = given.iter().enumerate().map(|(at, given)| (given.name, at)).collect();
        let site = Site { node, variables };
        let mut writing = Writing { site, planned, given, places, tried: BTreeSet::new() };
        let mut trial = Trial::new(&set.widgets, &set.roots);
        let place = Place { set, prefix: String::new(), depth: 0 };
        let fields = self.fields(&place, &mut writing, &mut trial);
        let mut code = Code::word("g").method("add", [Code::Struct(class.ident.clone(), fields)]);
        code = code.method("at", [self.texts.text(planned.short, "id")]);
        code = self.setters(code, &place, &mut writing, &mut trial);
        self.rest(code, &mut writing, &mut trial)
    }

    /// The fields of a struct of required inputs.
    fn fields(
        &mut self,
        place: &Place<'w>,
        writing: &mut Writing<'_>,
        trial: &mut Trial,
    ) -> Vec<(String, Option<Code>)> {
        let mut fields = Vec::new();
        for input in place.set.inputs.iter().filter(|input| input.field) {
            let code = self.field(input, place, writing, trial);
            let short = code == Code::word(input.ident.as_str());
            fields.push((input.ident.clone(), (!short).then_some(code)));
        }
        fields
    }

    fn field(
        &mut self,
        input: &'w InputModel<'w>,
        place: &Place<'w>,
        writing: &mut Writing<'_>,
        trial: &mut Trial,
    ) -> Code {
        let name = format!("{}{}", place.prefix, input.name);
        let at = writing.find(&name);
        let code = match &input.takes {
            Takes::Link(ty) => at.and_then(|at| {
                let link = writing.link_at(at)?;
                let code = self.link_field(ty, link, writing.site);
                trial.hold(&input.name, at, true);
                writing.take(at);
                Some(code)
            }),
            Takes::Value(ty) => at.map(|at| {
                trial.hold(&input.name, at, false);
                into(self.value(ty, at, writing))
            }),
            Takes::Dynamic(dynamic) => self
                .dynamic(input, dynamic, place, writing, trial)
                .map(|(code, is_branch)| if is_branch { into(code) } else { code }),
            Takes::Grow { element, widgets, .. } => {
                self.grow(input, element, *widgets, place, writing, trial).map(into)
            }
        };
        code.unwrap_or_else(|| {
            match &input.takes {
                Takes::Grow { widgets, .. } => trial.grow(&input.name, &[], *widgets),
                Takes::Dynamic(_) => trial.branch_of_null(&input.name),
                Takes::Link(_) | Takes::Value(_) => trial.without(&input.name),
            }
            self.open(input, place, writing)
        })
    }

    /// A required input that is left out, with its type where nothing else tells it.
    fn open(&self, input: &InputModel<'_>, place: &Place<'_>, writing: &Writing<'_>) -> Code {
        let unknown = |ty: &Ty| match ty {
            Ty::Generic(name) => place.depth == 0 && self.types.parameter(writing.site.node, *name).is_none(),
            _ => false,
        };
        match &input.takes {
            Takes::Link(ty) if unknown(ty) => Code::call("open::<Out<socket::Any>>", []),
            Takes::Grow { element, min, max, .. } if unknown(element) => {
                Code::call(format!("open::<Grow<socket::Any, {min}, {max}>>"), [])
            }
            Takes::Dynamic(dynamic) => {
                Code::call(format!("{}::Other", dynamic.ident), [Code::word("Json::Null")])
            }
            _ => Code::call("open", []),
        }
    }

    /// The inputs that are no fields, as calls.
    fn setters(
        &mut self,
        mut code: Code,
        place: &Place<'w>,
        writing: &mut Writing<'_>,
        trial: &mut Trial,
    ) -> Code {
        for at in 0..writing.given.len() {
            let Some(given) = writing.given.get(at).filter(|given| !given.taken) else { continue };
            let Some(short) = given.name.strip_prefix(place.prefix.as_str()) else { continue };
            let Some(input) = owner(place.set, short) else { continue };
            let exact = short == input.name;
            let whole = matches!(input.takes, Takes::Dynamic(_) | Takes::Grow { .. });
            if whole && !writing.tried.insert(format!("{}{}", place.prefix, input.name)) {
                continue;
            }
            if is_default(input, place, writing) {
                continue;
            }
            let argument = match &input.takes {
                Takes::Link(ty) if exact => writing.link_at(at).map(|link| {
                    let code = self.link_setter(ty, link, writing.site);
                    trial.hold(&input.name, at, true);
                    writing.take(at);
                    code
                }),
                Takes::Value(ty) if exact => {
                    trial.hold(&input.name, at, false);
                    Some(self.value(ty, at, writing))
                }
                Takes::Link(_) | Takes::Value(_) => None,
                Takes::Dynamic(dynamic) => {
                    self.dynamic(input, dynamic, place, writing, trial).map(|(code, _)| code)
                }
                Takes::Grow { element, widgets, .. } => {
                    self.grow(input, element, *widgets, place, writing, trial)
                }
            };
            let Some(argument) = argument else { continue };
            code = code.method(input.ident.as_str(), [argument]);
            if let Some(follows) = writing.follows(at).filter(|_| exact && !whole) {
                code = code.method(input.ident.as_str(), [follows]);
                writing.take(at);
            }
        }
        code
    }

    /// What is not said yet, by name: inputs that the class does not declare, values of other types, what must be left out,
    /// and an order that is not the usual one.
    fn rest(&mut self, mut code: Code, writing: &mut Writing<'_>, trial: &mut Trial) -> Code {
        let mut missing = Vec::new();
        for (name, found) in trial.finish() {
            let Found::Default(default) = found else { continue };
            match writing.find(&name) {
                Some(at) => {
                    let same = writing.given.get(at).is_some_and(|given| {
                        given.published.is_none()
                            && matches!(given.value, Value::Literal(literal) if spelled(literal) == spelled(&default))
                    });
                    if same {
                        writing.take(at);
                    }
                }
                None => missing.push(name),
            }
        }
        for at in 0..writing.given.len() {
            let Some(given) = writing.given.get(at).filter(|given| !given.taken) else { continue };
            let (name, published, said) = (given.name, given.published.clone(), given.said);
            let value = match given.value {
                Value::Link(link) => self.untyped_link(link, writing.site.node, writing.site.variables),
                Value::Literal(literal) => self.texts.value(literal, &self.hint(writing.site.node, name)),
            };
            trial.hold(name, at, matches!(given.value, Value::Link(_)));
            writing.take(at);
            if !said && published.as_ref().is_none_or(|(_, has_default)| !has_default) {
                code = code.method("set", [self.texts.text(name, "input"), value]);
            }
            if let Some((published, _)) = published {
                code = code.method("set", [self.texts.text(name, "input"), published]);
            }
        }
        for name in missing {
            trial.without(&name);
            code = code.method("without", [self.texts.text(&name, "input")]);
        }
        let usual = trial.finish();
        let wanted = writing.planned.node.inputs().map(|(name, _)| name);
        if !wanted.eq(usual.iter().map(|(name, _)| name.as_str())) {
            let names = writing.planned.node.inputs().map(|(name, _)| self.texts.text(name, "input"));
            let names = Code::Reference(Box::new(Code::Array(names.collect())));
            code = code.method("in_order", [names]);
        }
        code
    }

    /// The value of an input that takes literals, links and published inputs. One that is published without a default is
    /// given the literal first.
    fn value(&mut self, ty: &Ty, at: usize, writing: &mut Writing<'_>) -> Code {
        let Some(given) = writing.given.get_mut(at) else { return Code::call("open", []) };
        match (given.value, &given.published) {
            (_, Some((published, true))) => {
                given.taken = true;
                published.clone()
            }
            (Value::Literal(literal), published) => {
                given.said = published.is_some();
                given.taken = published.is_none();
                let hint = self.hint(writing.site.node, given.name);
                self.literal(ty, literal, &hint)
            }
            (Value::Link(link), _) => {
                given.taken = true;
                self.link_value(ty, link, writing.site)
            }
        }
    }

    /// A dynamic combo with the inputs behind its value; and whether that is a builder, and no enum yet.
    fn dynamic(
        &mut self,
        input: &'w InputModel<'w>,
        dynamic: &'w Dynamic,
        place: &Place<'w>,
        writing: &mut Writing<'_>,
        trial: &mut Trial,
    ) -> Option<(Code, bool)> {
        let name = format!("{}{}", place.prefix, input.name);
        let at = writing.find(&name)?;
        let given = writing.given.get(at).filter(|given| given.published.is_none() && !given.taken)?;
        let Value::Literal(key) = given.value else { return None };
        let Kind::DynamicCombo(branches) = &input.input.kind else { return None };
        let chosen =
            branches.iter().zip(&dynamic.branches).find(|(branch, _)| branch.key == *key && key.is_string());
        let set = chosen.and_then(|(_, (_, set))| self.model.sets.get(*set)).filter(|_| place.depth < DEPTH);
        writing.take(at);
        let Some(set) = set else {
            let Json::String(key) = key else {
                // A key that is no text has no short form.
                if let Some(given) = writing.given.get_mut(at) {
                    given.taken = false;
                }
                return None;
            };
            trial.branch(&input.name, at, Trial::new(&[], &[]));
            let key = into(self.texts.text(key, &input.name));
            return Some((Code::call(format!("{}::Other", dynamic.ident), [key]), false));
        };
        let prefix = format!("{name}.");
        let mut behind = Trial::new(&set.widgets, &set.roots);
        let place = Place { set, prefix, depth: place.depth + 1 };
        let fields = self.fields(&place, writing, &mut behind);
        let mut arguments = Vec::new();
        if !fields.is_empty() {
            arguments.push(Code::Struct(format!("{}Inputs", set.ident), fields));
        }
        let code = Code::call(format!("{}::new", set.ident), arguments);
        let code = self.setters(code, &place, writing, &mut behind);
        trial.branch(&input.name, at, behind);
        Some((code, true))
    }

    /// Repeated inputs as a list; nothing where they have other names, or are not of one type.
    fn grow(
        &mut self,
        input: &InputModel<'_>,
        element: &Ty,
        widgets: bool,
        place: &Place<'_>,
        writing: &mut Writing<'_>,
        trial: &mut Trial,
    ) -> Option<Code> {
        let values = elements(input, &place.prefix, writing.planned.node)?;
        if values.iter().any(|(at, _)| {
            writing.given.get(*at).is_none_or(|given| given.taken || given.published.is_some())
        }) {
            return None;
        }
        let links = values.iter().all(|(_, value)| matches!(value, Value::Link(_)));
        let texts = values.iter().all(|(_, value)| matches!(value, Value::Literal(Json::String(_))));
        let is_text =
            matches!(element, Ty::Socket(path) if path == "socket::Text" || path == "socket::Combo");
        if !(links || texts && is_text) {
            return None;
        }
        let Kind::Autogrow(autogrow) = &input.input.kind else { return None };
        let mut codes = Vec::new();
        let mut items = Vec::new();
        for (i, (at, value)) in values.into_iter().enumerate() {
            codes.push(match value {
                Value::Link(link) => self.link_value(element, link, writing.site),
                Value::Literal(literal) => self.literal(element, literal, &input.name),
            });
            items.push((element_name(autogrow, i), at));
            writing.take(at);
        }
        trial.grow(&input.name, &items, widgets);
        Some(Code::Array(codes))
    }
}

impl Writing<'_> {
    fn find(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    fn take(&mut self, at: usize) {
        if let Some(given) = self.given.get_mut(at) {
            given.taken = true;
        }
    }
}

impl<'p> Writing<'p> {
    /// The published input that an input follows whose literal is written.
    fn follows(&self, at: usize) -> Option<Code> {
        let given = self.given.get(at).filter(|given| given.said && !given.taken)?;
        given.published.as_ref().map(|(code, _)| code.clone())
    }

    /// The link of an input that holds one and follows nothing.
    fn link_at(&self, at: usize) -> Option<&'p Link> {
        match self.given.get(at)? {
            Given { value: Value::Link(link), published: None, taken: false, .. } => Some(link),
            _ => None,
        }
    }
}

/// Whether all that the node holds of an input is what it holds by itself.
fn is_default(input: &InputModel<'_>, place: &Place<'_>, writing: &Writing<'_>) -> bool {
    let whole = matches!(input.takes, Takes::Dynamic(_) | Takes::Grow { .. });
    let of_input = |name: &str| name == input.name || whole && is_behind(name, &input.name);
    let default =
        |name: &str| place.set.widgets.iter().find(|(widget, text)| widget == name && !text.is_empty());
    let given = writing
        .given
        .iter()
        .filter_map(|given| Some((given.name.strip_prefix(place.prefix.as_str())?, given)));
    let mut given = given.filter(|(name, _)| of_input(name)).peekable();
    given.peek().is_some()
        && given.all(|(name, given)| {
            let Value::Literal(literal) = given.value else { return false };
            given.published.is_none() && default(name).is_some_and(|(_, text)| *text == spelled(literal))
        })
        && place
            .set
            .widgets
            .iter()
            .filter(|(name, text)| of_input(name) && !text.is_empty())
            .all(|(name, _)| writing.find(&format!("{}{name}", place.prefix)).is_some())
}

/// The input with a setter that a name belongs to: its own, or one of those behind it.
fn owner<'p>(set: &'p Set<'p>, name: &str) -> Option<&'p InputModel<'p>> {
    let mut setters = set.inputs.iter().filter(|input| !input.field);
    let exact = setters.clone().find(|input| input.name == name);
    exact.or_else(|| {
        setters.find(|input| {
            matches!(input.takes, Takes::Dynamic(_) | Takes::Grow { .. }) && is_behind(name, &input.name)
        })
    })
}

fn is_behind(name: &str, root: &str) -> bool {
    name.strip_prefix(root).is_some_and(|rest| rest.starts_with('.'))
}

/// A value as its JSON text: equal values may be spelled otherwise, and have their members in another order.
fn spelled(value: &Json) -> String {
    value.to_string()
}
