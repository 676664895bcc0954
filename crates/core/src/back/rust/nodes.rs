//! A catalog as typed nodes: the module that graphs in Rust are written with.
//!
//! For each class a struct of its required inputs and a node with outputs and setters; for each closed list of options and
//! each dynamic combo an enum; for each socket type that the DSL does not have, and for each union, a type. No input is
//! left out: one of a form that is not understood takes any value.
//!
//! A trait that is derived a thousand times costs a third of the time to check a module, so nodes derive none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::choices::Choice;
use super::facts;
use super::ident::value_name;
use super::literal::text as literal;
use super::model::{ClassModel, Dynamic, InputModel, Model, Set, Takes};
use super::sockets::MODULE;
use super::text::{Code, literals};
use super::ty::Ty;
use crate::catalog::{Catalog, Class, Kind};
use crate::diagnostic::plain;

/// What of a catalog is written, and how.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The classes that are written; `None` for all. Names are those of the whole catalog all the same.
    pub only: Option<BTreeSet<String>>,
    /// Types by the class, or else by the enum, that get this name in place of their own.
    pub renamed: BTreeMap<String, String>,
    /// Enums that are not written, with the path of a type that stands for each. It must be a `comfyc::dsl::Choice`.
    pub replaced: BTreeMap<String, String>,
    /// Traits that the enums of options derive besides `Debug` and `Clone`.
    pub derived: Vec<String>,
    /// How the types lie in modules.
    pub layout: Layout,
}

/// How generated types lie in modules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// All in one.
    #[default]
    Flat,
    /// Each class in a module called after the Python module that defines it, and all of them in the one above as well.
    Modules,
}

/// A part of what is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The module it belongs to, from the top: empty for the top itself.
    pub module: Vec<String>,
    /// What stands in it, submodules aside.
    pub text: String,
}

impl Part {
    /// What documentation says of the module `name` on its path.
    pub fn title(&self, name: &str) -> String {
        match name {
            OPTIONS => "Options that classes of several modules take.".to_owned(),
            MODULE => {
                "Socket types that `comfyc::dsl::socket` does not have, and unions of types.".to_owned()
            }
            _ => format!("Classes of `{name}`."),
        }
    }
}

/// The nodes of a catalog as one text.
pub fn write(catalog: &Catalog, options: &Options) -> String {
    let mut text = String::new();
    let mut open: Vec<String> = Vec::new();
    for part in parts(catalog, options) {
        let common = part.module.iter().zip(&open).take_while(|(a, b)| a == b).count();
        for _ in open.drain(common..) {
            text.push_str("}\n");
        }
        for name in part.module.iter().skip(common) {
            let _ = write!(text, "\n/// {}\n", part.title(name));
            if open.is_empty() {
                let _ = writeln!(text, "{UNSEEN}");
            }
            let _ = writeln!(text, "pub mod {name} {{");
            open.push(name.clone());
        }
        text.push_str(&part.text);
    }
    for _ in open {
        text.push_str("}\n");
    }
    text
}

/// The nodes of a catalog in parts, by module. A module comes before those in it, and has their types as well.
pub fn parts(catalog: &Catalog, options: &Options) -> Vec<Part> {
    let model = Model::new(catalog, &options.renamed);
    let writer = Writer { model: &model, options };
    let mut modules: BTreeMap<Vec<String>, Vec<&ClassModel<'_>>> = BTreeMap::from([(Vec::new(), Vec::new())]);
    for class in model.classes.values() {
        if options.only.as_ref().is_some_and(|only| !only.contains(&class.class.name)) {
            continue;
        }
        let module = match options.layout {
            Layout::Flat => Vec::new(),
            Layout::Modules => module_of(class.class),
        };
        for end in 1..module.len() {
            modules.entry(module.iter().take(end).cloned().collect()).or_default();
        }
        modules.entry(module).or_default().push(class);
    }
    let mut texts: Vec<(Vec<String>, Code, Used)> = Vec::with_capacity(modules.len());
    for (module, classes) in modules {
        let (mut code, mut used) = (Code::default(), Used::default());
        for class in classes {
            writer.class(&mut code, class, &mut used);
        }
        texts.push((module, code, used));
    }
    writer.shared(&mut texts);
    let top: Vec<String> = texts.iter().skip(1).map(|(module, ..)| module.join("::")).collect();
    let parts = texts.into_iter().map(|(module, code, used)| {
        let mut text = writer.imports(module.len(), &used, code.is_empty());
        if module.is_empty() {
            // What is shared stays in its own place for `sockets`, as a path needs it.
            let mut shown =
                top.iter().filter(|path| *path != MODULE && !is_only_a_parent(path, &top)).peekable();
            if shown.peek().is_some() {
                // Which of them anybody uses is not known here.
                text.push_str("#[allow(unreachable_pub, unused_imports)]\npub use self::{\n");
                for path in shown {
                    let _ = writeln!(text, "    {path}::*,");
                }
                text.push_str("};\n");
            }
        }
        text.push_str(&code.into_text());
        Part { module, text }
    });
    parts.collect()
}

/// Whether a module holds nothing but other modules: those of two names have one above.
fn is_only_a_parent(path: &str, all: &[String]) -> bool {
    all.iter().any(|other| other.strip_prefix(path).is_some_and(|rest| rest.starts_with("::")))
}

/// The module of a class, after the Python module that defines it: of two names at most, the first for where it comes from.
fn module_of(class: &Class) -> Vec<String> {
    let path = class.python_module().unwrap_or("unknown");
    let (first, rest) = path.split_once('.').unwrap_or(("core", path));
    let mut first = value_name(first);
    if [OPTIONS, MODULE].contains(&first.as_str()) {
        first.push('_');
    }
    vec![first, value_name(rest)]
}

/// What written classes use of what they may share.
#[derive(Debug, Default)]
struct Used {
    /// Enums of options that stand elsewhere.
    choices: BTreeSet<usize>,
    /// Paths of socket types that the DSL does not have.
    sockets: BTreeSet<String>,
}

struct Writer<'m, 'c> {
    model: &'m Model<'c>,
    options: &'m Options,
}

/// What the DSL has that generated code may use.
const DSL: [&str; 17] = [
    "Arg", "Branch", "Choice", "Class", "Fills", "Fits", "Grow", "Handle", "Json", "Many", "Node", "Out",
    "Repeat", "Settings", "Socket", "Spec", "socket",
];

/// From how many options on a function that lists them is a long one.
const LONG: usize = 90;

/// The module of enums that classes of several modules use.
const OPTIONS: &str = "options";

/// Lints for types that nobody can see beyond a private module: not all of them are used, and their names are the server's.
const UNSEEN: &str = "#[allow(clippy::enum_variant_names, clippy::struct_field_names, clippy::upper_case_acronyms, \
                      dead_code, unreachable_pub)]";

/// Lints that the form of setters would break: they change the graph, so nobody has to use what they give.
const LINTS: &str =
    "#[allow(clippy::must_use_candidate, clippy::return_self_not_must_use, clippy::wrong_self_convention)]";

impl Writer<'_, '_> {
    /// The names that a module uses from elsewhere.
    fn imports(&self, depth: usize, used: &Used, empty: bool) -> String {
        let mut imports = String::new();
        if !empty {
            // Which of them a module uses depends on its classes.
            let _ = writeln!(imports, "#[allow(unused_imports)]\nuse ::comfyc::dsl::{{{}}};", DSL.join(", "));
        }
        let up = "super::".repeat(depth);
        let choices = used.choices.iter().filter_map(|place| self.model.choices.get(*place));
        let choices = choices.filter(|choice| !self.options.replaced.contains_key(&choice.ident));
        let mut shared: Vec<&str> = choices.map(|choice| choice.ident.as_str()).collect();
        shared.sort_unstable();
        if !shared.is_empty() {
            let _ = writeln!(imports, "use {up}{OPTIONS}::{{{}}};", shared.join(", "));
        }
        if depth > 0 && !used.sockets.is_empty() {
            let _ = writeln!(imports, "use {up}{MODULE};");
        }
        imports
    }

    /// What keeps the compiler quiet about an item where no module around it does.
    fn unseen(&self, code: &mut Code) {
        if self.options.layout == Layout::Flat {
            code.line(UNSEEN);
        }
    }

    /// The path of a type, which is then used.
    fn path(&self, ty: &Ty, used: &mut Used) -> String {
        let mut own = |path: &String| {
            if path.starts_with(MODULE) {
                used.sockets.insert(path.clone());
            }
            path.clone()
        };
        match ty {
            Ty::Socket(path) | Ty::Union(path) => own(path),
            Ty::Any => "socket::Any".to_owned(),
            Ty::Generic(name) => name.to_string(),
            Ty::Choice(place) => self.choice(*place, used),
            Ty::Choices(place) => format!("Many<{}>", self.choice(*place, used)),
        }
    }

    fn choice(&self, place: usize, used: &mut Used) -> String {
        used.choices.insert(place);
        let ident = self.model.choices.get(place).map(|choice| choice.ident.as_str()).unwrap_or_default();
        self.options.replaced.get(ident).map_or(ident, String::as_str).to_owned()
    }

    /// The type of a field.
    fn field(&self, takes: &Takes, used: &mut Used) -> String {
        match takes {
            Takes::Link(Ty::Union(_)) => "Out<'g, socket::Any>".to_owned(),
            Takes::Link(ty) => format!("Out<'g, {}>", self.path(ty, used)),
            Takes::Value(ty) => format!("Arg<'g, {}>", self.path(ty, used)),
            Takes::Dynamic(dynamic) => format!("{}<'g>", dynamic.ident),
            Takes::Grow { element, min, max, .. } => {
                format!("Grow<'g, {}, {min}, {max}>", self.path(element, used))
            }
        }
    }

    fn class(&self, code: &mut Code, class: &ClassModel<'_>, used: &mut Used) {
        let (ident, node) = (&class.ident, &class.node);
        let fields: Vec<&InputModel<'_>> = self.model.fields(class.set).collect();
        let parameters = class.generics.iter().map(|generic| {
            let fits = generic.fits.as_ref().map(|union| self.path(&Ty::Union(union.clone()), used));
            fits.map_or_else(|| generic.name.to_string(), |union| format!("{}: Fits<{union}>", generic.name))
        });
        let parameters: Vec<String> = parameters.collect();
        let named: Vec<String> = class.generics.iter().map(|generic| generic.name.to_string()).collect();
        let carried: Vec<String> = class.carried().map(|generic| generic.name.to_string()).collect();

        code.line("");
        code.doc(&facts::class(class.class));
        self.unseen(code);
        let lifetime = (!fields.is_empty()).then_some("'g");
        self.fields(code, &format!("{ident}{}", brackets(lifetime, &parameters)), &fields, used);

        code.line("");
        code.doc(&format!(
            "A node of [`{ident}`]: its outputs, and a setter for each input that is no field there."
        ));
        self.unseen(code);
        code.open(&format!("pub struct {node}{} {{", brackets(Some("'g"), &carried)));
        for (slot, (output, model)) in class.class.outputs.iter().zip(&class.outputs).enumerate() {
            code.doc(&facts::output(slot, output));
            code.line(&format!("pub {}: Out<'g, {}>,", model.ident, self.path(&model.ty, used)));
        }
        code.line("node: Handle<'g>,");
        code.close("}");

        code.line("");
        let head = brackets(Some("'g"), &parameters);
        code.open(&format!("impl{head} Class<'g> for {ident}{} {{", brackets(lifetime, &named)));
        code.line(&format!("type Node = {node}{};", brackets(Some("'g"), &carried)));
        code.line("");
        code.open("const SPEC: &'static Spec = &Spec {");
        code.line(&format!("class: {},", literal(&class.class.name)));
        code.line(&format!("title: {},", literal(class.class.title())));
        if let Some(set) = self.model.sets.get(class.set) {
            tables(code, set, ["widgets: ", "sockets: "], ",");
        }
        code.close("};");
        code.line("");
        code.open("fn wire(self, node: Handle<'g>) -> Self::Node {");
        for input in &fields {
            call(code, "node", input, &format!("self.{}", input.ident), &Self::given(input));
        }
        let outputs = class.outputs.iter().enumerate();
        let outputs: Vec<String> =
            outputs.map(|(slot, output)| format!("{}: node.out({slot}), ", output.ident)).collect();
        code.line(&format!("{node} {{ {}node }}", outputs.concat()));
        code.close("}");
        code.close("}");

        let head = brackets(Some("'g"), &carried);
        code.line("");
        code.open(&format!("impl{head} Node<'g> for {node}{head} {{"));
        code.open("fn handle(&self) -> Handle<'g> {");
        code.line("self.node");
        code.close("}");
        code.close("}");

        let setters: Vec<&InputModel<'_>> = self.model.setters(class.set).collect();
        if !setters.is_empty() {
            code.line("");
            code.line(LINTS);
            self.unseen(code);
            code.open(&format!("impl{head} {node}{head} {{"));
            for (i, input) in setters.iter().enumerate() {
                if i > 0 {
                    code.line("");
                }
                self.setter(code, input, "self", "self.node", used);
            }
            code.close("}");
        }
        self.dynamics(code, class.set, used);
    }

    /// A struct of required inputs.
    fn fields(&self, code: &mut Code, head: &str, fields: &[&InputModel<'_>], used: &mut Used) {
        if fields.is_empty() {
            code.line(&format!("pub struct {head} {{}}"));
            return;
        }
        code.open(&format!("pub struct {head} {{"));
        for input in fields {
            code.doc(&facts::input(&input.name, input.input, input.required, &input.takes));
            code.line(&format!("pub {}: {},", input.ident, self.field(&input.takes, used)));
        }
        code.close("}");
    }

    fn setter(&self, code: &mut Code, input: &InputModel<'_>, own: &str, node: &str, used: &mut Used) {
        code.doc(&facts::input(&input.name, input.input, input.required, &input.takes));
        let (generic, ty) = match &input.takes {
            Takes::Link(Ty::Any) => ("<T>".to_owned(), "Out<'g, T>".to_owned()),
            Takes::Link(ty @ Ty::Union(_)) => {
                (format!("<T: Fits<{}>>", self.path(ty, used)), "Out<'g, T>".to_owned())
            }
            Takes::Value(ty) => (String::new(), format!("impl Fills<'g, {}>", self.path(ty, used))),
            Takes::Link(_) => (String::new(), self.field(&input.takes, used)),
            Takes::Dynamic(_) | Takes::Grow { .. } => {
                (String::new(), format!("impl Into<{}>", self.field(&input.takes, used)))
            }
        };
        code.open(&format!("pub fn {}{generic}({own}, value: {ty}) -> Self {{", input.ident));
        let value = match &input.takes {
            Takes::Value(_) => "value.fill()",
            Takes::Link(_) => "value",
            Takes::Dynamic(_) | Takes::Grow { .. } => "value.into()",
        };
        call(code, node, input, value, &Self::given(input));
        code.line("self");
        code.close("}");
    }

    /// What else a call gives: how repeated inputs are called.
    fn given(input: &InputModel<'_>) -> String {
        let (Kind::Autogrow(autogrow), Takes::Grow { min, max, widgets, .. }) =
            (&input.input.kind, &input.takes)
        else {
            return String::new();
        };
        let names = literals(autogrow.names.iter().flatten().map(String::as_str));
        let prefix = literal(autogrow.prefix.as_deref().unwrap_or_default());
        format!(
            ", &Repeat {{ names: {names}, prefix: {prefix}, min: {min}, max: {max}, widgets: {widgets} }}"
        )
    }

    /// The enums of the dynamic combos that are reached from a set.
    fn dynamics(&self, code: &mut Code, set: usize, used: &mut Used) {
        let mut open = vec![set];
        while let Some(set) = open.pop() {
            let inputs = self.model.sets.get(set).into_iter().flat_map(|set| &set.inputs);
            for input in inputs {
                let Takes::Dynamic(dynamic) = &input.takes else { continue };
                self.dynamic(code, input, dynamic, used);
                open.extend(dynamic.branches.iter().map(|(_, set)| *set));
            }
        }
    }

    fn dynamic(&self, code: &mut Code, input: &InputModel<'_>, dynamic: &Dynamic, used: &mut Used) {
        let ident = &dynamic.ident;
        let Kind::DynamicCombo(branches) = &input.input.kind else { return };
        let set = |place: &usize| self.model.sets.get(*place);
        let branches: Vec<(&str, &str, &Set<'_>)> = branches
            .iter()
            .zip(&dynamic.branches)
            .filter_map(|(branch, (variant, place))| {
                Some((variant.as_str(), branch.key.as_str().unwrap_or_default(), set(place)?))
            })
            .collect();
        code.line("");
        code.doc(&format!("The options of {}, each with the inputs it brings.", facts::code(&input.name)));
        self.unseen(code);
        code.open(&format!("pub enum {ident}<'g> {{"));
        for (variant, key, set) in &branches {
            code.doc(&format!("{}.", facts::code(key)));
            code.line(&format!("{variant}({}<'g>),", set.ident));
        }
        code.doc("An option that the catalog does not list.");
        code.line("Other(Json),");
        code.close("}");
        code.line("");
        code.open(&format!("impl<'g> Branch<'g> for {ident}<'g> {{"));
        code.open("fn choose(self) -> (Json, Settings<'g>) {");
        code.open("match self {");
        let keys = match &input.input.kind {
            Kind::DynamicCombo(branches) => branches.as_slice(),
            _ => &[],
        };
        for ((variant, ..), branch) in branches.iter().zip(keys) {
            code.line(&format!("Self::{variant}(chosen) => ({}, chosen.settings),", json(&branch.key)));
        }
        code.line("Self::Other(key) => key.choose(),");
        code.close("}");
        code.close("}");
        code.close("}");
        for ((variant, key, _), (_, place)) in branches.iter().zip(&dynamic.branches) {
            self.branch(
                code,
                &format!("{}, with the inputs it brings: [`{ident}::{variant}`].", facts::code(key)),
                (ident, variant),
                *place,
                used,
            );
        }
    }

    /// What is built for one option of a dynamic combo.
    fn branch(
        &self,
        code: &mut Code,
        doc: &str,
        (dynamic, variant): (&str, &str),
        place: usize,
        used: &mut Used,
    ) {
        let Some(set) = self.model.sets.get(place) else { return };
        let ident = &set.ident;
        let fields: Vec<&InputModel<'_>> = self.model.fields(place).collect();
        if !fields.is_empty() {
            code.line("");
            code.doc(&format!("What [`{ident}`] cannot do without."));
            self.unseen(code);
            self.fields(code, &format!("{ident}Inputs<'g>"), &fields, used);
        }
        code.line("");
        code.doc(doc);
        self.unseen(code);
        code.open(&format!("pub struct {ident}<'g> {{"));
        code.line("settings: Settings<'g>,");
        code.close("}");
        code.line("");
        code.line(LINTS);
        self.unseen(code);
        let setters: Vec<&InputModel<'_>> = self.model.setters(place).collect();
        if fields.is_empty() && setters.is_empty() {
            code.open(&format!("impl {ident}<'_> {{"));
        } else {
            code.open(&format!("impl<'g> {ident}<'g> {{"));
        }
        code.doc("It with every widget at its default.");
        let (given, start) = if fields.is_empty() {
            (String::new(), "let settings")
        } else {
            (format!("inputs: {ident}Inputs<'g>"), "let mut settings")
        };
        if !fields.is_empty() {
            // Links are copied, so a struct of nothing else counts as not consumed.
            code.line("#[allow(clippy::needless_pass_by_value)]");
        }
        code.open(&format!("pub fn new({given}) -> Self {{"));
        if !fields.is_empty() {
            let names: Vec<&str> = fields.iter().map(|input| input.ident.as_str()).collect();
            code.line(&format!("let {ident}Inputs {{ {} }} = inputs;", names.join(", ")));
        }
        code.open(&format!("{start} = Settings::new("));
        tables(code, set, ["", ""], ",");
        code.close(");");
        for input in &fields {
            call(code, "settings", input, &input.ident, &Self::given(input));
        }
        code.line("Self { settings }");
        code.close("}");
        for input in setters {
            code.line("");
            self.setter(code, input, "mut self", "self.settings", used);
        }
        code.close("}");
        if fields.is_empty() {
            code.line("");
            code.open(&format!("impl Default for {ident}<'_> {{"));
            code.open("fn default() -> Self {");
            code.line("Self::new()");
            code.close("}");
            code.close("}");
        }
        code.line("");
        code.open(&format!("impl<'g> From<{ident}<'g>> for {dynamic}<'g> {{"));
        code.open(&format!("fn from(chosen: {ident}<'g>) -> Self {{"));
        code.line(&format!("Self::{variant}(chosen)"));
        code.close("}");
        code.close("}");
    }

    /// Adds the enums, socket types and unions that are used: an enum where all that use it stand, or else in a module of
    /// its own kind.
    fn shared(&self, texts: &mut Vec<(Vec<String>, Code, Used)>) {
        let mut users: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (at, (.., used)) in texts.iter().enumerate() {
            for choice in &used.choices {
                users.entry(*choice).or_default().push(at);
            }
        }
        let mut common = Code::default();
        for (place, users) in users {
            let Some(choice) = self.model.choices.get(place) else { continue };
            let written = !self.options.replaced.contains_key(&choice.ident);
            let home = match users.as_slice() {
                [one] => texts.get_mut(*one),
                _ => None,
            };
            match home {
                Some((_, code, used)) => {
                    used.choices.remove(&place);
                    if written {
                        self.options_enum(code, choice);
                    }
                }
                None if written => self.options_enum(&mut common, choice),
                None => {}
            }
        }
        if !common.is_empty() {
            texts.push((vec![OPTIONS.to_owned()], common, Used::default()));
        }
        let used: BTreeSet<String> =
            texts.iter().flat_map(|(.., used)| used.sockets.iter().cloned()).collect();
        if !used.is_empty() {
            let mut code = Code::default();
            sockets(&mut code, self.model, &used);
            texts.push((vec![MODULE.to_owned()], code, Used::default()));
        }
    }

    fn options_enum(&self, code: &mut Code, choice: &Choice<'_>) {
        let inputs: Vec<String> = choice.inputs.iter().map(|input| facts::code(input)).collect();
        let derived: Vec<&str> =
            ["Debug", "Clone"].into_iter().chain(self.options.derived.iter().map(String::as_str)).collect();
        code.line("");
        code.doc(&format!("The options of {}.", inputs.join(", ")));
        code.line(&format!("#[derive({})]", derived.join(", ")));
        self.unseen(code);
        code.open(&format!("pub enum {} {{", choice.ident));
        for (option, variant) in &choice.options {
            code.doc(&format!("{}.", facts::code(&plain(option))));
            code.line(&format!("{variant},"));
        }
        code.doc("An option that the catalog does not list.");
        code.line("Other(Json),");
        code.close("}");
        code.line("");
        code.open(&format!("impl Choice for {} {{", choice.ident));
        if choice.options.len() > LONG {
            code.line("#[allow(clippy::too_many_lines)]");
        }
        code.open("fn into_json(self) -> Json {");
        code.open("match self {");
        for (option, variant) in &choice.options {
            code.line(&format!("Self::{variant} => {},", json(option)));
        }
        code.line("Self::Other(option) => option,");
        code.close("}");
        code.close("}");
        code.close("}");
        code.line("");
        code.open(&format!("impl Socket for {} {{", choice.ident));
        code.line("const NAME: &'static str = \"COMBO\";");
        code.line("const PUBLISHED: &'static str = \"string\";");
        code.close("}");
    }
}

/// Type parameters in their brackets.
fn brackets(lifetime: Option<&str>, parameters: &[String]) -> String {
    let all: Vec<&str> = lifetime.into_iter().chain(parameters.iter().map(String::as_str)).collect();
    if all.is_empty() { String::new() } else { format!("<{}>", all.join(", ")) }
}

/// The call that sets an input.
fn call(code: &mut Code, on: &str, input: &InputModel<'_>, value: &str, more: &str) {
    let method = match &input.takes {
        Takes::Link(_) => "link",
        // A value of what the editor shows as a socket is written among the sockets.
        Takes::Value(_) => "put",
        Takes::Dynamic(_) => "branch",
        Takes::Grow { .. } => "grow",
    };
    code.line(&format!("{on}.{method}({}, {value}{more});", literal(&input.name)));
}

/// The tables of widgets and sockets of a set.
fn tables(code: &mut Code, set: &Set<'_>, [widgets, sockets]: [&str; 2], end: &str) {
    if set.widgets.is_empty() {
        code.line(&format!("{widgets}&[]{end}"));
    } else {
        code.open(&format!("{widgets}&["));
        for (name, default) in &set.widgets {
            code.line(&format!("({}, {}),", literal(name), literal(default)));
        }
        code.close(&format!("]{end}"));
    }
    code.line(&format!("{sockets}{}{end}", literals(set.roots.iter().map(String::as_str))));
}

/// A JSON value as an expression.
fn json(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => format!("{}.into()", literal(text)),
        serde_json::Value::Bool(value) => format!("{value}.into()"),
        serde_json::Value::Number(number) if number.is_i64() || number.is_u64() => {
            format!("::comfyc::dsl::json!({number})")
        }
        other => format!("::comfyc::dsl::exact({}).into()", literal(&other.to_string())),
    }
}

/// The module of the types that the DSL does not have.
fn sockets(code: &mut Code, model: &Model<'_>, used: &BTreeSet<String>) {
    let path = |ident: &str| format!("{MODULE}::{ident}");
    let unions: Vec<_> =
        model.sockets.unions.iter().filter(|(_, union)| used.contains(&path(&union.ident))).collect();
    let member = |ident: &String| unions.iter().any(|(_, union)| union.members.contains(ident));
    let own = model.sockets.own.iter().filter(|(_, ident)| used.contains(&path(ident)) || member(ident));
    for (name, ident) in own {
        code.line("");
        code.doc(&format!("{}.", facts::code(name)));
        marker(code, ident, name);
    }
    for (name, union) in &unions {
        code.line("");
        code.doc(&format!("Any of {}.", facts::code(name)));
        marker(code, &union.ident, name);
        for member in &union.members {
            code.line("");
            code.line(&format!("impl Fits<{}> for {member} {{}}", union.ident));
            if union.output {
                code.line("");
                code.line(&format!("impl Fits<{member}> for {} {{}}", union.ident));
            }
        }
        for other in union.fits.iter().filter(|other| unions.iter().any(|(_, union)| union.ident == **other))
        {
            code.line("");
            code.line(&format!("impl Fits<{other}> for {} {{}}", union.ident));
        }
    }
}

fn marker(code: &mut Code, ident: &str, name: &str) {
    code.line("#[derive(Debug, Clone, Copy, PartialEq, Eq)]");
    code.line(&format!("pub enum {ident} {{}}"));
    code.line("");
    code.open(&format!("impl Socket for {ident} {{"));
    code.line(&format!("const NAME: &'static str = {};", literal(name)));
    code.close("}");
}
