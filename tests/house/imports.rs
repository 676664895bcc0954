//! Which module of a crate names which: its files read as tokens, its paths resolved to the modules that define what they name.
//!
//! Reads whole files by the tree of `mod` declarations. Comments and strings are no tokens, so what they say counts for
//! nothing. Follows `use` in all its forms (groups, renames, globs, re-exports), `crate::…`, `self::…`, `super::…` and
//! `$crate::…` wherever they stand, and paths that start at a module or an import of the module they stand in. Code under
//! `#[cfg(test)]` is told apart. What a macro expands to is seen where the macro is written, not where it is called.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The modules of a crate.
pub(crate) struct Crate {
    modules: Vec<Module>,
    /// Macros that stand at the root of the crate, by where they are written.
    exported: BTreeMap<String, usize>,
}

/// A module, be it a file or a part of one.
struct Module {
    path: Vec<String>,
    file: PathBuf,
    is_test: bool,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    items: BTreeSet<String>,
    imports: Vec<Import>,
    /// Paths in code, first segment included.
    paths: Vec<(Vec<String>, bool)>,
}

/// One name that a `use` brings into a module.
struct Import {
    /// What it is called there; `None` for a glob.
    name: Option<String>,
    path: Vec<String>,
    is_test: bool,
}

/// A module that names another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Use {
    /// The file that holds the path.
    pub(crate) file: PathBuf,
    /// The module that the path stands in.
    pub(crate) from: Vec<String>,
    /// The module that defines what is named.
    pub(crate) to: Vec<String>,
    /// The file of that module.
    pub(crate) to_file: PathBuf,
    /// The path as it is written.
    pub(crate) written: String,
    pub(crate) is_test: bool,
}

impl Crate {
    /// Reads the crate whose root is this file.
    pub(crate) fn read(root: &Path) -> Self {
        let folder = root.parent().expect("a folder").to_owned();
        let mut read = Self { modules: Vec::new(), exported: BTreeMap::new() };
        let module = read.add(Vec::new(), root.to_owned(), false, None);
        read.file(module, &folder);
        read
    }

    /// Every file of the crate.
    pub(crate) fn files(&self) -> BTreeSet<&Path> {
        self.modules.iter().map(|module| module.file.as_path()).collect()
    }

    /// The names of the modules at the root that are not for tests alone.
    pub(crate) fn layers(&self) -> Vec<&str> {
        let children = self.modules.first().into_iter().flat_map(|root| &root.children);
        children.filter(|(_, child)| !self.modules[**child].is_test).map(|(name, _)| name.as_str()).collect()
    }

    /// Every use of one module by another.
    pub(crate) fn uses(&self) -> Vec<Use> {
        let mut found = Vec::new();
        for (at, module) in self.modules.iter().enumerate() {
            let imports = module.imports.iter().map(|import| (&import.path, import.is_test));
            for (path, is_test) in imports.chain(module.paths.iter().map(|(path, is_test)| (path, *is_test)))
            {
                let Some(to) = self.resolve(at, path, 0) else { continue };
                found.push(Use {
                    file: module.file.clone(),
                    from: module.path.clone(),
                    to: self.modules[to].path.clone(),
                    to_file: self.modules[to].file.clone(),
                    written: path.join("::"),
                    is_test: is_test || module.is_test,
                });
            }
        }
        found
    }

    /// Every path that leads out of the crate, or to no module of it, with the file that holds it and whether that is for tests.
    pub(crate) fn outside(&self) -> Vec<(&Path, &[String], bool)> {
        let mut found = Vec::new();
        for (at, module) in self.modules.iter().enumerate() {
            let imports = module.imports.iter().map(|import| (&import.path, import.is_test));
            for (path, is_test) in imports.chain(module.paths.iter().map(|(path, is_test)| (path, *is_test)))
            {
                if self.resolve(at, path, 0).is_none() {
                    found.push((module.file.as_path(), path.as_slice(), is_test || module.is_test));
                }
            }
        }
        found
    }

    fn add(&mut self, path: Vec<String>, file: PathBuf, is_test: bool, parent: Option<usize>) -> usize {
        self.modules.push(Module {
            path,
            file,
            is_test,
            parent,
            children: BTreeMap::new(),
            items: BTreeSet::new(),
            imports: Vec::new(),
            paths: Vec::new(),
        });
        self.modules.len() - 1
    }

    /// Reads the file of a module; its children lie in `folder`.
    fn file(&mut self, module: usize, folder: &Path) {
        let file = self.modules[module].file.clone();
        let text =
            std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let tokens =
            TokenStream::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.items(module, folder, tokens, self.modules[module].is_test);
    }

    /// Reads the items of a module, or of a block in it.
    fn items(&mut self, module: usize, folder: &Path, tokens: TokenStream, is_test: bool) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            let (item, after) = split_item(rest);
            rest = after;
            self.item(module, folder, item, is_test);
        }
    }

    fn item(&mut self, module: usize, folder: &Path, item: &[TokenTree], is_test: bool) {
        let (attributes, item) = split_attributes(item);
        let texts: Vec<String> = attributes.iter().map(ToString::to_string).collect();
        let is_test = is_test || texts.iter().any(|text| is_for_tests(text));
        for attribute in attributes {
            self.code(module, folder, &attribute.into_iter().collect::<Vec<_>>(), is_test);
        }
        let item = after_visibility(item);
        let words: Vec<String> = item.iter().map_while(word).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["mod", name, ..] => {
                let named = texts.iter().find_map(|text| text.strip_prefix("path = "));
                let named = named.map(|path| path.trim_matches('"').to_owned());
                self.module(module, folder, name, item, named.as_deref(), is_test);
            }
            ["use", ..] => self.import(module, &item[1..], is_test),
            ["macro_rules"] => {
                if let Some(name) = item.get(2).and_then(word) {
                    if texts.iter().any(|text| text == "macro_export") {
                        self.exported.insert(name.clone(), module);
                    }
                    self.modules[module].items.insert(name);
                }
                self.code(module, folder, item, is_test);
            }
            words => {
                let kinds = ["struct", "enum", "union", "trait", "fn", "const", "static", "type"];
                let kind = words.iter().rposition(|word| kinds.contains(word));
                if let Some(name) = kind.and_then(|kind| words.get(kind + 1)) {
                    self.modules[module].items.insert((*name).to_owned());
                }
                self.code(module, folder, item, is_test);
            }
        }
    }

    /// A module in a file of its own or in this one.
    fn module(
        &mut self,
        parent: usize,
        folder: &Path,
        name: &str,
        item: &[TokenTree],
        named: Option<&str>,
        is_test: bool,
    ) {
        let mut path = self.modules[parent].path.clone();
        path.push(name.to_owned());
        let inside = folder.join(name);
        let block = item.iter().find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
            _ => None,
        });
        let own = self.modules[parent].file.clone();
        if let Some(block) = block {
            let module = self.add(path, own, is_test, Some(parent));
            self.modules[parent].children.insert(name.to_owned(), module);
            self.items(module, &inside, block, is_test);
            return;
        }
        let here = own.parent().expect("a folder");
        let candidates = match named {
            Some(named) => vec![here.join(named)],
            None => vec![folder.join(format!("{name}.rs")), inside.join("mod.rs")],
        };
        let file = candidates.into_iter().find(|file| file.is_file());
        let file = file.unwrap_or_else(|| panic!("{}: no file of `mod {name}`", own.display()));
        // Children of a file that a path names lie beside it.
        let inside = if named.is_some() { file.parent().expect("a folder").to_owned() } else { inside };
        let module = self.add(path, file, is_test, Some(parent));
        self.modules[parent].children.insert(name.to_owned(), module);
        self.file(module, &inside);
    }

    /// The names that the rest of a `use` brings, its semicolon included.
    fn import(&mut self, module: usize, tokens: &[TokenTree], is_test: bool) {
        // What is still to be read, each after the path that it stands behind.
        let mut open = vec![(Vec::<String>::new(), tokens.to_vec())];
        while let Some((mut path, tokens)) = open.pop() {
            let mut name = None;
            let mut is_glob = false;
            let mut tokens = tokens.into_iter().peekable();
            // A path that starts with `::` is another crate's.
            if path.is_empty()
                && matches!(tokens.peek(), Some(TokenTree::Punct(dots)) if dots.as_char() == ':')
            {
                continue;
            }
            let mut is_group = false;
            while let Some(token) = tokens.next() {
                match token {
                    TokenTree::Ident(ident) if ident == "as" => name = tokens.next().as_ref().and_then(word),
                    TokenTree::Ident(ident) => path.push(ident.to_string()),
                    TokenTree::Punct(star) if star.as_char() == '*' => is_glob = true,
                    TokenTree::Group(group) => {
                        is_group = true;
                        let members: Vec<TokenTree> = group.stream().into_iter().collect();
                        let members = members.split(|token| is_punct(token, ','));
                        open.extend(members.map(|member| (path.clone(), member.to_vec())));
                    }
                    _ => {}
                }
            }
            if is_group || path.is_empty() {
                continue;
            }
            if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            let name = name.or_else(|| path.last().cloned()).filter(|_| !is_glob);
            self.modules[module].imports.push(Import { name, path, is_test });
        }
    }

    /// The paths of code, and the items and statements in its blocks. What those define is not the module's.
    fn code(&mut self, module: usize, folder: &Path, tokens: &[TokenTree], is_test: bool) {
        self.modules[module].paths.extend(paths(tokens).into_iter().map(|path| (path, is_test)));
        let items = self.modules[module].items.clone();
        for token in tokens {
            if let TokenTree::Group(group) = token {
                self.items(module, folder, group.stream(), is_test);
            }
        }
        self.modules[module].items = items;
    }

    /// The module that defines what a path names in a module; `None` for what is of another crate or of no module.
    fn resolve(&self, module: usize, path: &[String], depth: usize) -> Option<usize> {
        // Imports that lead in a circle lead nowhere.
        if depth > 16 {
            return None;
        }
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.follow(0, rest, depth),
            "self" => self.follow(module, rest, depth),
            "super" => self.follow(self.modules[module].parent?, rest, depth),
            _ => self.named(module, first, depth).and_then(|found| match found {
                Found::Module(found) => self.follow(found, rest, depth),
                Found::Item(found) => Some(found),
            }),
        }
    }

    fn follow(&self, mut module: usize, path: &[String], depth: usize) -> Option<usize> {
        for segment in path {
            if segment == "super" {
                module = self.modules[module].parent?;
                continue;
            }
            match self.named(module, segment, depth) {
                Some(Found::Module(found)) => module = found,
                Some(Found::Item(found)) => return Some(found),
                // A variant, a name of another crate that is handed on, or what a macro makes.
                None => return Some(module),
            }
        }
        Some(module)
    }

    /// What a name means in a module.
    fn named(&self, module: usize, name: &str, depth: usize) -> Option<Found> {
        let here = &self.modules[module];
        if let Some(child) = here.children.get(name) {
            return Some(Found::Module(*child));
        }
        if here.items.contains(name) {
            return Some(Found::Item(module));
        }
        if let Some(exported) = self.exported.get(name).filter(|_| module == 0) {
            return Some(Found::Item(*exported));
        }
        if let Some(import) = here.imports.iter().find(|import| import.name.as_deref() == Some(name)) {
            // A name that is imported from itself, `use serde;`, is another crate's.
            if import.path.first().is_some_and(|first| first == name) {
                return None;
            }
            return self.target(module, &import.path, depth + 1);
        }
        here.imports.iter().filter(|import| import.name.is_none()).find_map(|glob| {
            if depth > 16 {
                return None;
            }
            match self.target(module, &glob.path, depth + 1)? {
                Found::Module(of) if of != module => self.named(of, name, depth + 1),
                _ => None,
            }
        })
    }

    /// What a path names: a module, or an item and the module that defines it.
    fn target(&self, module: usize, path: &[String], depth: usize) -> Option<Found> {
        if depth > 16 {
            return None;
        }
        let (last, before) = path.split_last()?;
        let around = match (last.as_str(), before) {
            ("crate", []) => return Some(Found::Module(0)),
            ("super", []) => return self.modules[module].parent.map(Found::Module),
            ("self", []) => return Some(Found::Module(module)),
            (_, []) => return self.named(module, last, depth),
            _ => self.target(module, before, depth + 1)?,
        };
        match around {
            Found::Item(of) => Some(Found::Item(of)),
            Found::Module(of) if last == "super" => self.modules[of].parent.map(Found::Module),
            Found::Module(of) => Some(self.named(of, last, depth + 1).unwrap_or(Found::Item(of))),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Found {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
}

/// The first item, statement or member of a list, and what follows it.
fn split_item(tokens: &[TokenTree]) -> (&[TokenTree], &[TokenTree]) {
    const ITEMS: [&str; 13] = [
        "async",
        "enum",
        "extern",
        "fn",
        "impl",
        "macro_rules",
        "mod",
        "struct",
        "trait",
        "type",
        "union",
        "unsafe",
        "use",
    ];
    let start = tokens.len() - split_attributes(tokens).1.len();
    let words: Vec<String> = after_visibility(&tokens[start..]).iter().map_while(word).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // A value may hold blocks, and ends with a semicolon; the parameters of an item have commas between them.
    let (has_value, has_commas) = match words.as_slice() {
        ["const", "fn" | "unsafe" | "extern" | "async", ..] => (false, true),
        ["const" | "static" | "type" | "use" | "let", _, ..] => (true, true),
        [first, ..] => (false, ITEMS.contains(first)),
        [] => (false, false),
    };
    let ends = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace && !has_value,
        token => is_punct(token, ';') || is_punct(token, ',') && !has_commas,
    };
    let end = tokens.iter().skip(start).position(ends).map_or(tokens.len(), |end| start + end + 1);
    tokens.split_at(end)
}

/// What the attributes at the start of an item hold, and the item without them.
fn split_attributes(mut tokens: &[TokenTree]) -> (Vec<TokenStream>, &[TokenTree]) {
    let mut attributes = Vec::new();
    while let [hash, rest @ ..] = tokens
        && is_punct(hash, '#')
    {
        let rest = rest.strip_prefix_of(|token| is_punct(token, '!'));
        let [TokenTree::Group(group), after @ ..] = rest else { break };
        attributes.push(group.stream());
        tokens = after;
    }
    (attributes, tokens)
}

trait StripPrefixOf {
    fn strip_prefix_of(&self, is: impl Fn(&TokenTree) -> bool) -> &Self;
}

impl StripPrefixOf for [TokenTree] {
    fn strip_prefix_of(&self, is: impl Fn(&TokenTree) -> bool) -> &Self {
        match self {
            [first, rest @ ..] if is(first) => rest,
            all => all,
        }
    }
}

/// An item without its `pub` or `pub(…)`.
fn after_visibility(item: &[TokenTree]) -> &[TokenTree] {
    match item {
        [TokenTree::Ident(word), TokenTree::Group(group), rest @ ..]
            if word == "pub" && group.delimiter() == Delimiter::Parenthesis =>
        {
            rest
        }
        [TokenTree::Ident(word), rest @ ..] if word == "pub" => rest,
        all => all,
    }
}

/// Whether an attribute keeps what it stands on for tests.
fn is_for_tests(attribute: &str) -> bool {
    let text = attribute.replace(' ', "");
    text == "cfg(test)" || text.starts_with("cfg(all(test,")
}

/// The paths of two and more segments outside of groups, without those that start with `::`.
fn paths(tokens: &[TokenTree]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let start = at;
        at += 1;
        let TokenTree::Ident(first) = token else { continue };
        let mut path = vec![first.to_string()];
        while let [a, b, TokenTree::Ident(next), ..] = &tokens[at..]
            && is_punct(a, ':')
            && is_punct(b, ':')
        {
            path.push(next.to_string());
            at += 3;
        }
        let global = start >= 2 && tokens[start - 2..start].iter().all(|token| is_punct(token, ':'));
        if path.len() > 1 && !global {
            found.push(path);
        }
    }
    found
}

fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn word(token: &TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    }
}

/// The uses of a crate of these files, as `from -> to`, those for tests with a `?`.
fn uses_of(files: &[(&str, &str)]) -> BTreeSet<String> {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    let shown = |found: Use| {
        let sign = if found.is_test { "?" } else { "" };
        format!("{} -> {}{sign}", found.from.join("::"), found.to.join("::"))
    };
    Crate::read(&folder.path().join("lib.rs")).uses().into_iter().map(shown).collect()
}

#[track_caller]
fn check(files: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(uses_of(files).iter().map(String::as_str).collect::<Vec<_>>(), expected);
}

#[test]
fn every_form_of_import_is_seen() {
    let low = ("low.rs", "pub struct Low; pub mod inner { pub const ONE: u8 = 1; }");
    for high in [
        "use crate::low::Low;",
        "use crate::{low::{Low, self as it}};",
        "use super::low::Low as It;",
        "use crate::low::*;",
        "fn f() -> crate::low::Low { todo!() }",
        "fn f() { use crate::low::Low; }",
        "struct High(#[doc = \"it\"] pub(crate) super::low::Low);",
        "macro_rules! m { () => { $crate::low::Low }; }",
        "mod deep { mod deeper { fn f(_: super::super::super::low::Low) {} } }",
        "use crate as all; fn f(_: all::low::Low) {}",
        "use crate::low; fn f(_: low::Low) {}",
        "/// Text.\n#[derive(Debug)]\nenum High { One(crate::low::Low) }",
    ] {
        let found = uses_of(&[("lib.rs", "mod low; mod high;"), low, ("high.rs", high)]);
        assert!(found.iter().any(|found| found.starts_with("high") && found.ends_with("-> low")), "{high}");
    }
}

#[test]
fn what_is_said_in_comments_and_strings_is_no_import() {
    let high = "//! `crate::low::Low`\n// crate::low::Low\n/* crate::low */ const A: &str = \"crate::low::Low\"; use ::low::Low;";
    check(&[("lib.rs", "mod low; mod high;"), ("low.rs", ""), ("high.rs", high)], &[]);
}

#[test]
fn what_is_handed_on_is_of_the_module_that_defines_it() {
    let files = [
        ("lib.rs", "mod low; mod high; mod between; pub use between::*; pub use low::deep::Deep as Other;"),
        ("low/mod.rs", "pub mod deep; pub use deep::Deep; pub enum Kind { One }"),
        ("low/deep.rs", "pub struct Deep;"),
        ("between.rs", "pub use crate::low::{Deep, Kind};"),
        ("high.rs", "use crate::{Deep, Other}; use crate::between::Kind::One; fn f(_: crate::Kind) {}"),
    ];
    check(
        &files,
        &[
            " -> between",
            " -> low::deep",
            "between -> low",
            "between -> low::deep",
            "high -> low",
            "high -> low::deep",
            "low -> low::deep",
        ],
    );
}

#[test]
fn code_for_tests_is_told_apart() {
    let high = "#[cfg(test)] use crate::low::A; struct High; #[cfg(test)] mod tests { use super::*; use crate::low::B; }
                impl High { #[cfg(test)] fn f(_: crate::low::A) {} fn g(&self) {} } #[cfg(test)] mod more;";
    let files = [
        ("lib.rs", "mod low; mod high; mod other;"),
        ("low.rs", "pub struct A; pub struct B;"),
        ("other.rs", "pub struct C;"),
        ("high.rs", high),
        ("high/more.rs", "use crate::other::C;"),
    ];
    check(&files, &["high -> low?", "high::more -> other?", "high::tests -> high?", "high::tests -> low?"]);
}
