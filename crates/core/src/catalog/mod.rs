//! Every node class a server knows: the typed form of ComfyUI's `/object_info`.
//!
//! Nothing is lost on the way in: the socket types are an open set, unknown keywords are kept with their class or input,
//! and a value of a form nobody expected is kept as it is ([`Kind::Opaque`]). Writing a catalog gives back the JSON it was
//! read from. Order is kept throughout: classes, inputs, options.
//!
//! Three things can be in a catalog that `/object_info` does not say (our own snapshots add them, [`Catalog::parse`] reads
//! both forms): [`Traits`] of a class, [`Replacement`]s of classes that are gone, and option lists marked *open*, because
//! they name the files or devices of one machine and mean nothing elsewhere.
//!
//! Reading a catalog splits it into classes and checks the JSON; a class itself is read when it is first asked for, since
//! most runs touch a few of a thousand.
//!
//! This module does not judge graphs: what a declared input allows is asked of it, and decided in `check`.

mod change;
mod class;
mod diff;
mod dynamic;
mod embedded;
mod input;
mod layout;
mod lazy;
mod marks;
mod types;
mod widget;
mod wire;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use serde_json::{Map, Value};

pub use change::{Change, What};
pub use class::{Class, Output, Traits};
pub use diff::diff;
pub use dynamic::{Declared, Holder, declared};
pub(crate) use dynamic::{declared_always, declared_and_unchosen, declared_in_use};
pub use input::{Autogrow, Branch, Combo, DynamicSlot, Input, Inputs, Kind, MatchType, Options};
pub(crate) use layout::Place;
pub use types::{OutputType, Type};
pub(crate) use widget::WidgetType;
pub(crate) use wire::SNAPSHOT;

use crate::diagnostic::{Diagnostics, Problem};
use crate::source::{Origin, Pointer, Source, SourceId, SourceText};

/// All node classes of a server, in the server's order.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    of: Option<String>,
    classes: IndexMap<String, Entry, RandomState>,
    replacements: IndexMap<String, Vec<Replacement>>,
    /// Traits by class, told apart from the classes.
    traits: Option<Arc<HashMap<String, Traits>>>,
    /// Where traits are looked up that this catalog does not tell.
    teacher: Option<Arc<Catalog>>,
    /// The input files that the catalog names, once somebody asked.
    files: OnceLock<Arc<HashSet<String>>>,
}

/// A class that may not have been read yet.
#[derive(Debug, Clone, Default)]
struct Entry {
    /// The JSON of the class within the text it stands in; `None` for a class that was never text.
    json: Option<(SourceText, Range<usize>)>,
    class: OnceLock<Arc<Class>>,
}

impl Entry {
    /// Whether the class may have an input that takes uploads, as far as can be told without reading it.
    fn may_take_uploads(&self) -> bool {
        let json = self.json.as_ref().and_then(|(text, range)| text.get(range.clone()));
        json.is_none_or(|json| json.contains("_upload\""))
    }
}

/// How a server rewrites a node whose class is gone (`/node_replacements`).
#[derive(Debug, Clone, PartialEq)]
pub struct Replacement {
    /// The class that takes its place.
    pub new_class: String,
    /// The whole rule as the server tells it.
    pub rule: Map<String, Value>,
}

impl Catalog {
    /// Reads an `/object_info` answer, or a snapshot that this crate wrote.
    ///
    /// A member that is no class is reported (`malformed-class`) and left out; the others are kept. Text that is not a
    /// JSON object gives an empty catalog and an error. What is wrong inside a class is told by [`Self::problems`].
    ///
    /// ```
    /// use comfyc::{catalog::Catalog, source::{Source, Sources, Syntax}};
    ///
    /// let text = r#"{"Empty": {"input": {"required": {"width": ["INT", {"min": 16}]}}, "output": ["LATENT"]}}"#;
    /// let source = Source::new("object_info.json", Syntax::Json, text);
    /// let (catalog, diagnostics) = Catalog::parse(&source, Sources::default().add(source.clone()));
    /// assert!(diagnostics.is_empty());
    /// assert_eq!(catalog.class("Empty").unwrap().outputs.len(), 1);
    /// ```
    pub fn parse(source: &Source, id: SourceId) -> (Self, Diagnostics) {
        wire::parse(source, id)
    }

    /// What is wrong inside the classes of a catalog read from source `id`. Reads every class.
    pub fn problems(&self, id: SourceId) -> Diagnostics {
        let mut diagnostics = Diagnostics::default();
        let root = Origin::value(id, Pointer::root());
        let root = if self.of.is_some() { root.member("classes") } else { root };
        for class in self.classes() {
            if let Some(detail) = &class.malformed {
                let problem = Problem::MalformedClass { class: class.name.clone(), detail: detail.clone() };
                diagnostics.report(problem, Some(root.member(&class.name)));
            }
        }
        diagnostics
    }

    /// The catalog that ships with this crate: the 887 classes of a plain ComfyUI 0.33.0, and those of the packs KJNodes
    /// and VideoHelperSuite. Facts only: names, types, limits, options and their order.
    ///
    /// Option lists that hold the files or devices of one machine are marked open, and membership in them is not judged.
    pub fn embedded() -> Self {
        embedded::catalog()
    }

    /// What server this is the catalog of, where that is known: `ComfyUI 0.33.0`.
    pub fn of(&self) -> Option<&str> {
        self.of.as_deref()
    }

    /// The class of this name.
    pub fn class(&self, name: &str) -> Option<&Class> {
        let (name, entry) = self.classes.get_key_value(name)?;
        Some(self.read(name, entry))
    }

    /// All classes in the server's order. Reads those that have not been asked for yet.
    pub fn classes(&self) -> impl ExactSizeIterator<Item = &Class> {
        self.classes.iter().map(|(name, entry)| self.read(name, entry))
    }

    /// The names of all classes in the server's order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.classes.keys().map(String::as_str)
    }

    fn read<'c>(&'c self, name: &str, entry: &'c Entry) -> &'c Class {
        entry.class.get_or_init(|| {
            let json = entry.json.as_ref().and_then(|(text, range)| text.get(range.clone()));
            let mut class = wire::class_from_text(name, json.unwrap_or_default());
            if class.traits.is_none() {
                class.traits = self.traits.as_ref().and_then(|traits| traits.get(name)).cloned();
            }
            if class.traits.is_none()
                && let Some(known) = self.teacher.as_ref().and_then(|teacher| teacher.class(name))
                && known.python_module() == class.python_module()
            {
                class.traits.clone_from(&known.traits);
            }
            Arc::new(class)
        })
    }

    /// How many classes there are.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// What the server puts in place of a class that is gone, best first.
    pub fn replacements(&self, class: &str) -> &[Replacement] {
        self.replacements.get(class).map_or(&[], Vec::as_slice)
    }

    /// Takes over what `/object_info` does not say from another catalog: traits of the classes of the same name and
    /// module that have none, and replacements when this catalog has none.
    #[must_use]
    pub fn taught_by(mut self, teacher: Self) -> Self {
        if self.replacements.is_empty() {
            self.replacements.clone_from(&teacher.replacements);
        }
        self.forget();
        self.teacher = Some(Arc::new(teacher));
        self
    }

    /// Takes traits, and replacements where there are any, from the answer to "what does `/object_info` not say":
    /// `{"classes": {name: {"v3": …, "validates": […], "kwargs": …}}, "replacements": …}`. Classes that have traits keep
    /// them.
    #[must_use]
    pub fn with_traits(mut self, told: &Value) -> Self {
        let classes = told.get("classes").and_then(Value::as_object).into_iter().flatten();
        let traits =
            classes.filter_map(|(name, traits)| Some((name.clone(), wire::traits_from_json(traits)?)));
        self.traits = Some(Arc::new(traits.collect()));
        if told.get("replacements").is_some_and(Value::is_object) {
            self.set_replacements(told);
        }
        self.forget();
        self
    }

    /// Has classes read again, for what they are read with has changed.
    fn forget(&mut self) {
        for entry in self.classes.values_mut() {
            if entry.json.is_some() {
                entry.class = OnceLock::new();
            }
        }
        self.files = OnceLock::new();
    }

    /// Whether the catalog names this file of the server's input folder: in the list of any input that takes uploads.
    /// Lists that are marked open are of another machine and name nothing.
    pub(crate) fn has_input_file(&self, name: &str) -> bool {
        let files = self.files.get_or_init(|| {
            let inputs = self
                .classes
                .iter()
                .filter(|(_, entry)| entry.may_take_uploads())
                .map(|(name, entry)| self.read(name, entry));
            let inputs = inputs
                .flat_map(|class| class.inputs.settable())
                .filter(|(_, input, _)| input.takes_uploads());
            let options = inputs.filter_map(|(_, input, _)| match &input.kind {
                Kind::Combo(combo) if !combo.open => Some(&combo.options),
                _ => None,
            });
            let mut files = HashSet::new();
            for name in options.flatten().filter_map(Value::as_str) {
                // The folders that a file is in exist as well.
                files.extend(
                    name.match_indices('/').filter_map(|(end, _)| name.get(..end)).map(str::to_owned),
                );
                files.insert(name.to_owned());
            }
            Arc::new(files)
        });
        files.contains(name)
    }

    /// The `/object_info` JSON of this catalog, with everything that was read and nothing else.
    pub fn to_object_info(&self) -> Value {
        Value::Object(self.classes().map(|class| (class.name.clone(), class.to_json())).collect())
    }
}

/// Building a catalog by hand, for snapshots.
impl Catalog {
    /// A catalog of the given classes.
    pub fn new(of: Option<String>, classes: impl IntoIterator<Item = Class>) -> Self {
        let entry = |class: Class| (class.name.clone(), Entry { json: None, class: Arc::new(class).into() });
        Self { of, classes: classes.into_iter().map(entry).collect(), ..Self::default() }
    }

    /// Says what server this is the catalog of.
    #[must_use]
    pub fn named(mut self, of: Option<String>) -> Self {
        self.of = of;
        self
    }

    /// Sets the replacements from a `/node_replacements` answer, or from the `replacements` of one that holds more.
    pub fn set_replacements(&mut self, answer: &Value) {
        self.replacements = wire::replacements(answer.get("replacements").unwrap_or(answer));
    }

    /// The text of a snapshot: this catalog with its traits, replacements and open lists, one class a line.
    pub fn to_snapshot(&self) -> String {
        wire::snapshot(self)
    }

    /// All classes of `other` that are not in this catalog yet.
    pub fn extend_from(&mut self, other: &Self) {
        for (name, entry) in &other.classes {
            self.classes.entry(name.clone()).or_insert_with(|| entry.clone());
        }
        for (old, rules) in &other.replacements {
            self.replacements.entry(old.clone()).or_insert_with(|| rules.clone());
        }
    }
}
