//! A graph as a Rust program that builds it again.
//!
//! The program prints the prompt of the workflow, byte for byte as the compiler does. It leaves nothing out that a prompt can
//! hold: what has no typed form is said by name ([`Node::set`](crate::dsl::Node::set) and its like). What is published
//! becomes `expose`; a subgraph, whose nodes have ids that begin alike, becomes a function.

mod names;
mod node;
mod plan;
mod published;
mod texts;
mod typed;
mod types;
mod values;

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use self::names::{RESERVED, Roles, of_title};
use self::plan::{Item, Plan, Wire};
use self::published::Publication;
use self::texts::Texts;
use self::types::{Types, class_of};
use super::ident::{Namer, type_name, value_name};
use super::layout::{Code, Function, Statement};
use super::model::Model;
use crate::catalog::Catalog;
use crate::graph::Node;
use crate::interface::Payload;
use crate::workflow::Workflow;

/// What kind of program to write.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The name of the function to write alone; a whole program when absent.
    pub function: Option<String>,
    /// The module of generated nodes, where it is not `comfyc_nodes`.
    pub nodes: Option<String>,
    /// Whether the program prints the prompt without checking it first, for one that is refused.
    pub unchecked: bool,
}

/// The program of a workflow, whose nodes are those that are generated for `catalog`, added in the editor's order. Published
/// inputs that are given a value have it as their default.
pub fn write(workflow: &Workflow, given: &Payload, catalog: &Catalog, options: &Options) -> String {
    let embedded = options.nodes.is_none().then(Catalog::embedded);
    let model = Model::new(embedded.as_ref().unwrap_or(catalog), &BTreeMap::new());
    let mut sorted = workflow.clone();
    sorted.graph.sort_as_editor();
    let workflow = &sorted;
    let mut publication = Publication::of(workflow, given);
    let slots = |node: &Node| class_of(node, &model).map(|class| class.outputs.len());
    let plan = Plan::of(&workflow.graph, &publication.followers(), slots);
    publication.settle(&plan);
    let writer = Writer::new(&plan, &publication, &model, options);
    writer.program(workflow.model.as_deref())
}

/// Whether a text can be the name of the function.
pub fn is_function_name(text: &str) -> bool {
    text == "graph" || value_name(text) == text && !RESERVED.contains(&text)
}

/// Whether a text can be the path of the module of nodes.
pub fn is_module_path(text: &str) -> bool {
    let text = text.strip_prefix("::").unwrap_or(text);
    let is_name = |name: &str| {
        let starts = |c: char| c == '_' || c.is_ascii_alphabetic();
        let goes_on = |c: char| c == '_' || c.is_ascii_alphanumeric();
        name.starts_with(starts) && name.chars().all(goes_on)
    };
    text.split("::").all(is_name)
}

/// What is known while functions are written.
struct Writer<'w> {
    plan: &'w Plan<'w>,
    publication: &'w Publication<'w>,
    model: &'w Model<'w>,
    types: Types,
    options: &'w Options,
    roles: Roles<'w>,
    /// The outputs of each node that become variables.
    used: HashMap<usize, Vec<i64>>,
    /// Whether nodes have no titles but those that are said.
    untitled: bool,
    texts: Texts,
    functions: Namer,
}

/// A function of a subgraph or of a part.
struct Inner {
    function: Function,
    /// The fields of its result with their types, where it has several.
    fields: Vec<(String, String)>,
}

/// What a call must know of a function.
struct Called {
    name: String,
    fields: Vec<String>,
}

/// The variables of a function, as they are written.
type Variables = HashMap<Wire, Code>;

impl<'w> Writer<'w> {
    fn new(
        plan: &'w Plan<'w>,
        publication: &'w Publication<'w>,
        model: &'w Model<'w>,
        options: &'w Options,
    ) -> Self {
        let roles = Roles::of(plan);
        let used = roles.used();
        let bare = plan.nodes.iter().filter(|planned| planned.node.meta().is_none()).count();
        let untitled = bare > plan.nodes.len() / 2;
        let entry = options.function.as_deref().unwrap_or("graph");
        let functions = Namer::reserving(RESERVED.into_iter().chain([entry]));
        let texts = Texts::default();
        let types = Types::of(plan, model);
        Self { plan, publication, model, types, options, roles, used, untitled, texts, functions }
    }

    /// The text of everything.
    fn program(mut self, model: Option<&str>) -> String {
        let mut called: HashMap<usize, Called> = HashMap::new();
        let mut known: HashMap<String, String> = HashMap::new();
        let mut written: BTreeMap<usize, String> = BTreeMap::new();
        for scope in self.postorder() {
            if scope == 0 {
                continue;
            }
            let mut inner = self.inner(scope, &called);
            // Subgraphs that are the same share a function.
            let name = known.get(&inner.text()).cloned().unwrap_or_else(|| {
                let name = self.function_name(scope);
                known.insert(inner.text(), name.clone());
                inner.rename(name.clone(), self.doc(scope));
                written.insert(scope, inner.text());
                name
            });
            let fields = inner.fields.into_iter().map(|(field, _)| field).collect();
            called.insert(scope, Called { name, fields });
        }
        let entry = self.options.function.clone().unwrap_or_else(|| "graph".to_owned());
        let main = self.entry(&entry, model, &called).text();
        let mut text = if self.options.function.is_none() { self.head() } else { String::new() };
        if !self.texts.written().is_empty() {
            let _ = writeln!(text, "{}", self.texts.written());
        }
        text.push_str(&main);
        for function in written.values() {
            let _ = write!(text, "\n{function}");
        }
        text
    }

    /// What stands above the functions of a whole program.
    fn head(&self) -> String {
        // A module of anybody's is in a group of its own, where its name counts for no order.
        let nodes = self
            .options
            .nodes
            .as_ref()
            .map_or("use comfyc_nodes::*;\n".to_owned(), |nodes| format!("\nuse {nodes}::*;\n"));
        let uses = format!("use comfyc::dsl::*;\n{nodes}");
        if self.options.unchecked {
            let print = "println!(\"{}\", compile::prompt_unchecked(workflow(graph)));";
            return format!("use comfyc::compile;\n{uses}\nfn main() {{\n    {print}\n}}\n\n");
        }
        let print = "let prompt = compile::prompt(workflow(graph), &Catalog::embedded())?;\n    \
                     println!(\"{prompt}\");\n    Ok(())";
        let main = format!("fn main() -> Result<(), compile::Rejected> {{\n    {print}\n}}\n\n");
        format!("use comfyc::catalog::Catalog;\nuse comfyc::compile;\n{uses}\n{main}")
    }

    /// The scopes, each after those in it.
    fn postorder(&self) -> Vec<usize> {
        let mut order = Vec::new();
        let mut open = vec![0];
        while let Some(scope) = open.pop() {
            order.push(scope);
            open.extend(self.items(scope).iter().filter_map(|item| match item {
                Item::Scope(scope) => Some(*scope),
                Item::Node(_) => None,
            }));
        }
        order.reverse();
        order
    }

    fn items(&self, scope: usize) -> &'w [Item] {
        self.plan.scopes.get(scope).map(|scope| scope.items.as_slice()).unwrap_or_default()
    }

    /// The function of the whole graph.
    fn entry(&mut self, name: &str, model: Option<&str>, called: &HashMap<usize, Called>) -> Function {
        let mut namer = self.variables();
        let mut variables = Variables::new();
        let mut body = Vec::new();
        let g = || Code::word("g");
        if let Some(model) = model {
            body.push(Statement::Do(g().method("model", [self.texts.text(model, "model")])));
        }
        if self.untitled {
            body.push(Statement::Do(g().method("untitled", [])));
        }
        let publication = self.publication;
        body.extend(publication.statements(self.model, &mut namer, &mut self.texts, &mut variables));
        let steps = self.steps(0, called, &mut namer, &mut variables);
        body.extend(steps);
        for (node, _) in publication.outputs() {
            let node = self.plan.find(node);
            body.extend(node.and_then(|node| self.result(node, &variables)));
        }
        if self.plan.reorders {
            let ids = self.plan.nodes.iter().map(|planned| Code::string(planned.id.as_str()));
            let ids = Code::Reference(Box::new(Code::Array(ids.collect())));
            body.push(Statement::Do(g().method("in_order", [ids])));
        }
        let parameters = vec![("g".to_owned(), "Scope<'_>".to_owned())];
        Function { doc: String::new(), name: name.to_owned(), parameters, returns: None, body }
    }

    /// The function of a subgraph or of a part, without a name of its own.
    fn inner(&mut self, scope: usize, called: &HashMap<usize, Called>) -> Inner {
        let mut namer = self.variables();
        let mut variables = Variables::new();
        let planned = self.plan.scopes.get(scope);
        let takes = planned.map(|scope| scope.parameters.as_slice()).unwrap_or_default();
        let results = planned.map(|scope| scope.results.as_slice()).unwrap_or_default();
        let lifetime = if takes.is_empty() && results.is_empty() { "'_" } else { "'g" };
        let mut parameters = vec![("g".to_owned(), format!("Scope<{lifetime}>"))];
        for &wire in takes {
            let parameter = namer.name(self.wire_name(wire, |node| self.plan.holds(scope, node), false));
            variables.insert(wire, Code::word(parameter.as_str()));
            parameters.push((parameter, self.wire_type(wire)));
        }
        let mut body = self.steps(scope, called, &mut namer, &mut variables);
        let value = |wire: &Wire| variables.get(wire).cloned().unwrap_or_else(|| Code::word("open()"));
        let mut fields = Vec::new();
        let returns = match results {
            [] => None,
            [one] => {
                let value = value(one);
                // A variable that is only given back needs no name.
                match body.pop() {
                    Some(Statement::Let(name, code)) if value == Code::word(name.as_str()) => {
                        body.push(Statement::Value(code));
                    }
                    last => {
                        body.extend(last);
                        body.push(Statement::Value(value));
                    }
                }
                Some(self.wire_type(*one))
            }
            several => {
                let mut given = Namer::default();
                let mut values = Vec::new();
                for wire in several {
                    let field = given.name(self.wire_name(*wire, |_| false, true));
                    let value = value(wire);
                    let short = value == Code::word(field.as_str());
                    values.push((field.clone(), (!short).then_some(value)));
                    fields.push((field, self.wire_type(*wire)));
                }
                body.push(Statement::Value(Code::Struct(String::new(), values)));
                Some(String::new())
            }
        };
        let function = Function { doc: String::new(), name: String::new(), parameters, returns, body };
        Inner { function, fields }
    }

    /// Says that the results of a node are the workflow's, where they are.
    fn result(&mut self, node: usize, variables: &Variables) -> Option<Statement> {
        let id = self.plan.nodes.get(node)?.id.as_str();
        let (_, title) = self.publication.outputs().find(|(output, _)| *output == id)?;
        let handle = variables.get(&Wire::Output(node, node::HANDLE))?.clone();
        let title = self.texts.text(title.unwrap_or_default(), "output title");
        Some(Statement::Do(Code::word("g").method("output", [Code::Reference(Box::new(handle)), title])))
    }

    /// The statements that add what a scope holds.
    fn steps(
        &mut self,
        scope: usize,
        called: &HashMap<usize, Called>,
        namer: &mut Namer,
        variables: &mut Variables,
    ) -> Vec<Statement> {
        let mut statements = Vec::new();
        for item in self.items(scope) {
            match *item {
                Item::Node(node) => {
                    statements.push(self.node(node, scope, namer, variables));
                    if scope != 0 {
                        statements.extend(self.result(node, variables));
                    }
                }
                Item::Scope(inner) => {
                    if let Some(function) = called.get(&inner) {
                        statements.push(self.call(inner, scope, function, namer, variables));
                    }
                }
            }
        }
        statements
    }

    /// The call of a function, whose results become variables.
    fn call(
        &self,
        scope: usize,
        around: usize,
        function: &Called,
        namer: &mut Namer,
        variables: &mut Variables,
    ) -> Statement {
        let Some(planned) = self.plan.scopes.get(scope) else { return Statement::Value(Code::word("()")) };
        let g = match &planned.prefix {
            Some(prefix) => Code::word("g").method("within", [Code::string(prefix)]),
            None => Code::word("g"),
        };
        let arguments = planned.parameters.iter().filter_map(|wire| variables.get(wire).cloned());
        let call = Code::Call(function.name.clone(), std::iter::once(g).chain(arguments).collect());
        match planned.results.as_slice() {
            [] => Statement::Do(call),
            [one] => {
                let wanted = self.wire_name(
                    *one,
                    |node| self.plan.holds(around, node) && !self.plan.holds(scope, node),
                    true,
                );
                let name = namer.name(wanted);
                variables.insert(*one, Code::word(name.as_str()));
                Statement::Let(name, call)
            }
            several => {
                let prefix = planned.prefix.as_deref().unwrap_or_default();
                let name = namer.name(value_name(&format!("outputs {prefix}")));
                for (wire, field) in several.iter().zip(&function.fields) {
                    variables.insert(*wire, Code::word(name.as_str()).field(field.as_str()));
                }
                Statement::Let(name, call)
            }
        }
    }

    /// A namer for the variables of a function.
    fn variables(&self) -> Namer {
        self.functions.clone()
    }

    fn function_name(&mut self, scope: usize) -> String {
        let path: Vec<String> = self
            .plan
            .above(scope)
            .into_iter()
            .rev()
            .filter_map(|scope| self.plan.scopes.get(scope)?.prefix.clone())
            .filter(|prefix| !prefix.is_empty())
            .collect();
        let kind = if self.plan.scopes.get(scope).is_some_and(|scope| scope.prefix.is_none()) {
            "part of"
        } else {
            "subgraph"
        };
        let mut wanted = value_name(&format!(
            "{kind} {}",
            if path.is_empty() { "graph".to_owned() } else { path.join(" ") }
        ));
        wanted.truncate(48);
        self.functions.name(wanted)
    }

    fn doc(&self, scope: usize) -> String {
        match self.plan.scopes.get(scope).and_then(|scope| scope.prefix.as_deref()) {
            Some(prefix) => format!("The nodes of subgraph `{prefix}`."),
            None => "Some of the nodes, which are too many for one function.".to_owned(),
        }
    }

    /// What a variable for an output or a published input is to be called; inside of a function that is given it or gives it,
    /// after what that function does with it.
    fn wire_name(&self, wire: Wire, within: impl Fn(usize) -> bool, titled: bool) -> String {
        let (node, slot) = match wire {
            Wire::Output(node, slot) => (node, slot),
            Wire::Published(which) => return self.publication.name(which),
        };
        let usual = self.output_name(node, slot);
        let role = self.roles.role(wire, within);
        let title = self.title_name(node).filter(|_| titled);
        match (role, title, usual) {
            (Some(role), _, Some(usual)) if role != usual => role,
            (_, Some(title), _) => title,
            (_, _, Some(usual)) => usual,
            (Some(role), _, None) => role,
            (None, None, None) => self.class_name(node),
        }
    }

    fn title_name(&self, node: usize) -> Option<String> {
        let node = self.plan.nodes.get(node)?.node;
        let class = node.class().unwrap_or_default();
        let usual = self.model.classes.get(class).map_or(class, |class| class.class.title());
        of_title(node.title()?, class, usual)
    }

    fn class_name(&self, node: usize) -> String {
        let class = self.plan.nodes.get(node).and_then(|planned| planned.node.class()).unwrap_or("node");
        value_name(class)
    }
}

impl Inner {
    fn rename(&mut self, name: String, doc: String) {
        if !self.fields.is_empty() {
            let ident = format!("{}Outputs", type_name(&name, ""));
            self.function.returns = Some(format!("{ident}<'g>"));
            if let Some(Statement::Value(Code::Struct(path, _))) = self.function.body.last_mut() {
                *path = ident;
            }
        }
        self.function.name = name;
        self.function.doc = doc;
    }

    fn text(&self) -> String {
        let mut text = String::new();
        if let Some(ident) = self.function.returns.as_ref().filter(|_| !self.fields.is_empty()) {
            let _ = writeln!(text, "/// What [`{}`] gives.\nstruct {ident} {{", self.function.name);
            for (field, ty) in &self.fields {
                let _ = writeln!(text, "    {field}: {ty},");
            }
            text.push_str("}\n\n");
        }
        text.push_str(&self.function.text());
        text
    }
}

#[cfg(test)]
mod tests;
