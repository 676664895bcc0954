//! What changed between two catalogs, and which of it can break a prompt.
//!
//! A change is *breaking* when a prompt that runs with the old catalog can be refused, or lose what it says, with the new one: a
//! class, an output, an option is gone; an input is now required; a type or a limit is narrower. What makes more prompts
//! acceptable is not, nor is a default, which prompts write out.
//!
//! Lists of one machine's files and devices differ from server to server and say nothing about a version: a change in one is
//! told as [`What::OptionsVary`], which never breaks. A list is of that kind when it is marked open in either catalog or in the
//! one that taught them, when it is empty or takes uploads, or when all that differs looks like names of files.
//!
//! Prose, categories and display names are not compared.

use std::collections::HashSet;

use serde_json::{Number, Value, json};

use super::change::{Change, What};
use super::lazy::Lazy;
use super::{Autogrow, Catalog, Class, Combo, Input, Inputs, Kind, Output, OutputType, Type};
use crate::diagnostic::plain;
use crate::number;

/// The changes from `old` to `new`: by class in the order of `old`, then the classes that are new.
///
/// ```
/// use comfyc::catalog::{Catalog, What, diff};
/// # use comfyc::source::{Source, Sources, Syntax};
/// # let catalog = |text| {
/// #     let source = Source::new("", Syntax::Json, text);
/// #     Catalog::parse(&source, Sources::default().add(source.clone())).0
/// # };
/// let old = catalog(r#"{"A": {"input": {"required": {"steps": ["INT", {"max": 100}]}}, "output": []}}"#);
/// let new = catalog(r#"{"A": {"input": {"required": {"steps": ["INT", {"max": 50}]}}, "output": []}}"#);
/// let changes = diff(&old, &new);
/// assert_eq!((changes[0].change, changes[0].breaking), (What::LimitNarrowed, true));
/// assert!(!diff(&new, &old)[0].breaking);
/// ```
pub fn diff(old: &Catalog, new: &Catalog) -> Vec<Change> {
    let mut changes = Vec::new();
    for class in old.classes() {
        let mut differ = Differ { name: &class.name, class, changes: &mut changes };
        if let Some(now) = new.class(&class.name) {
            let taught = [old, new].map(|catalog| catalog.taught(now));
            differ.class = now;
            differ.classes(class, now, taught.into_iter().flatten().next());
        } else {
            let rules = old.replacements(&class.name).iter().chain(new.replacements(&class.name));
            let replacement = rules.map(|rule| &rule.new_class).find(|name| new.class(name).is_some());
            differ.say(What::ClassRemoved, Value::Null, json!(replacement), true);
        }
    }
    for class in new.classes().filter(|class| old.class(&class.name).is_none()) {
        let mut differ = Differ { name: &class.name, class, changes: &mut changes };
        differ.say(What::ClassAdded, Value::Null, Value::Null, false);
    }
    changes
}

impl Catalog {
    /// The class as the catalog knows it that taught this one.
    fn taught(&self, class: &Class) -> Option<&Class> {
        let taught = self.teacher.as_ref()?.class(&class.name)?;
        (taught.python_module() == class.python_module()).then_some(taught)
    }
}

/// Compares one class.
struct Differ<'a> {
    name: &'a str,
    /// The class as it is now.
    class: &'a Class,
    changes: &'a mut Vec<Change>,
}

/// Two sets of inputs to be compared, and where they stand.
struct Pair<'a> {
    prefix: String,
    old: &'a Inputs,
    new: &'a Inputs,
    taught: Option<&'a Inputs>,
}

impl<'a> Differ<'a> {
    fn say(&mut self, change: What, old: Value, new: Value, breaking: bool) {
        let class = self.name.to_owned();
        self.changes.push(Change { class, change, input: None, output: None, old, new, breaking });
    }

    fn say_input(&mut self, input: &str, change: What, old: Value, new: Value, breaking: bool) {
        self.say(change, old, new, breaking);
        if let Some(change) = self.changes.last_mut() {
            change.input = Some(input.to_owned());
        }
    }

    fn say_output(&mut self, slot: usize, change: What, old: Value, new: Value, breaking: bool) {
        self.say(change, old, new, breaking);
        if let Some(change) = self.changes.last_mut() {
            change.output = Some(slot);
        }
    }

    fn classes(&mut self, old: &'a Class, new: &'a Class, taught: Option<&'a Class>) {
        if old.output_node() != new.output_node() {
            let (was, is) = (old.output_node(), new.output_node());
            self.say(What::OutputNodeChanged, was.into(), is.into(), was);
        }
        if new.deprecated() && !old.deprecated() {
            self.say(What::ClassDeprecated, Value::Null, Value::Null, false);
        }
        let taught = taught.map(|class| &class.inputs);
        // Explicit work list: dynamic inputs nest.
        let mut open = vec![Pair { prefix: String::new(), old: &old.inputs, new: &new.inputs, taught }];
        while let Some(pair) = open.pop() {
            let before = open.len();
            self.inputs(&pair, &mut open);
            if let Some(added) = open.get_mut(before..) {
                added.reverse();
            }
        }
        self.outputs(&old.outputs, &new.outputs);
    }

    fn inputs(&mut self, pair: &Pair<'a>, open: &mut Vec<Pair<'a>>) {
        for (name, was, was_required) in pair.old.settable() {
            let path = format!("{}{name}", pair.prefix);
            let Some((_, is, is_required)) = pair.new.settable().find(|(other, ..)| *other == name) else {
                self.say_input(&path, What::InputRemoved, ty(was).into(), Value::Null, false);
                continue;
            };
            match (was_required, is_required) {
                (false, true) => {
                    self.say_input(&path, What::InputRequired, Value::Null, Value::Null, must_be_there(is));
                }
                (true, false) => {
                    self.say_input(&path, What::InputOptional, Value::Null, Value::Null, false);
                }
                _ => {}
            }
            let taught = pair.taught.and_then(|taught| taught.get(name));
            self.input(&path, was, is, taught, open);
        }
        for (name, is, required) in pair.new.settable() {
            if pair.old.get(name).is_none() {
                let path = format!("{}{name}", pair.prefix);
                let declared = json!({"type": ty(is), "required": required});
                self.say_input(&path, What::InputAdded, Value::Null, declared, required && must_be_there(is));
            }
        }
    }

    fn input(
        &mut self,
        path: &str,
        old: &'a Input,
        new: &'a Input,
        taught: Option<&'a Input>,
        open: &mut Vec<Pair<'a>>,
    ) {
        let taught_kind = taught.map(|input| &input.kind);
        match (&old.kind, &new.kind) {
            (Kind::Combo(was), Kind::Combo(is)) => {
                if !old.is_list_typed() && new.is_list_typed() {
                    self.say_input(path, What::TypeChanged, ty(old).into(), "a list of options".into(), true);
                }
                let marked = matches!(taught_kind, Some(Kind::Combo(taught)) if taught.open);
                let uploads = [old, new].into_iter().any(is_of_files);
                self.options(path, was, is, marked || uploads);
            }
            (Kind::DynamicCombo(was), Kind::DynamicCombo(is)) => {
                let same = |key: &Value| is.iter().find(|branch| branch.key == *key);
                for branch in was {
                    let Some(now) = same(&branch.key) else { continue };
                    let prefix = format!("{path}[{}].", plain(&branch.key));
                    let taught = match taught_kind {
                        Some(Kind::DynamicCombo(taught)) => taught.iter().find(|b| b.key == branch.key),
                        _ => None,
                    };
                    let taught = taught.map(|branch| &branch.inputs);
                    open.push(Pair { prefix, old: &branch.inputs, new: &now.inputs, taught });
                }
                let keys = |branches: &[super::Branch]| branches.iter().map(|b| b.key.clone()).collect();
                let list =
                    |options| Combo { options, open: false, multiselect: false, sorted: Lazy::default() };
                self.options(path, &list(keys(was)), &list(keys(is)), false);
            }
            (Kind::Autogrow(was), Kind::Autogrow(is)) => {
                self.repeated(path, was, is);
                let taught = match taught_kind {
                    Some(Kind::Autogrow(taught)) => Some(&taught.template),
                    _ => None,
                };
                let prefix = format!("{path}[].");
                open.push(Pair { prefix, old: &was.template, new: &is.template, taught });
            }
            (Kind::DynamicSlot(was), Kind::DynamicSlot(is)) => {
                let prefix = format!("{path}.");
                open.push(Pair { prefix, old: &was.inputs, new: &is.inputs, taught: None });
            }
            (Kind::Match(was), Kind::Match(is)) if was.allowed != is.allowed => {
                let (was, is) = (was.allowed.as_str().into(), is.allowed.as_str().into());
                // The server takes anything here; only the editor does not.
                self.say_input(path, What::TypeChanged, was, is, false);
            }
            (Kind::Opaque(was), Kind::Opaque(is)) if was == is => {}
            _ if ty(old) == ty(new) => {}
            _ => {
                let breaking = match (old.kind.socket_type(), new.kind.socket_type()) {
                    (_, None) => false,
                    (None, Some(_)) => true,
                    (Some(was), Some(is)) => !covers(was, is),
                };
                self.say_input(path, What::TypeChanged, ty(old).into(), ty(new).into(), breaking);
            }
        }
        if matches!((&old.kind, &new.kind), (Kind::Named(_), Kind::Named(_))) {
            let less = |a: &Number, b: &Number| number::less(a, b);
            self.limit(path, "min", old.options.min.as_ref(), new.options.min.as_ref(), less);
            self.limit(path, "max", old.options.max.as_ref(), new.options.max.as_ref(), |a, b| less(b, a));
        }
        self.default(path, old, new);
    }

    /// One limit; `narrows` tells whether the second is stricter than the first.
    fn limit(
        &mut self,
        path: &str,
        name: &str,
        old: Option<&Number>,
        new: Option<&Number>,
        narrows: impl Fn(&Number, &Number) -> bool,
    ) {
        let narrower = match (old, new) {
            (None, Some(_)) => true,
            (Some(_), None) => false,
            (Some(old), Some(new)) if narrows(old, new) => true,
            (Some(old), Some(new)) if narrows(new, old) => false,
            _ => return,
        };
        let side = |limit: Option<&Number>| json!({ name: limit });
        let change = if narrower { What::LimitNarrowed } else { What::LimitWidened };
        let breaking = narrower && !self.class.validates(path);
        self.say_input(path, change, side(old), side(new), breaking);
    }

    fn default(&mut self, path: &str, old: &Input, new: &Input) {
        let (Some(was), Some(is)) = (&old.options.default, &new.options.default) else { return };
        let varies = |input: &Input| matches!(&input.kind, Kind::Combo(combo) if combo.open);
        let is_file = |value: &Value| value.as_str().is_some_and(looks_like_a_file);
        if number::equal_values(was, is)
            || was == is
            || varies(old)
            || varies(new)
            || (is_file(was) && is_file(is))
        {
            return;
        }
        self.say_input(path, What::DefaultChanged, was.clone(), is.clone(), false);
    }

    fn options(&mut self, path: &str, old: &Combo, new: &Combo, of_one_machine: bool) {
        let set = |combo: &Combo| combo.options.iter().map(Value::to_string).collect::<HashSet<_>>();
        let (was, is) = (set(old), set(new));
        let without = |options: &[Value], others: &HashSet<String>| {
            options.iter().filter(|option| !others.contains(&option.to_string())).cloned().collect::<Vec<_>>()
        };
        let (gone, come) = (without(&old.options, &is), without(&new.options, &was));
        if gone.is_empty() && come.is_empty() {
            return;
        }
        let of_files =
            || gone.iter().chain(&come).all(|option| option.as_str().is_some_and(looks_like_a_file));
        let open = old.open || new.open || old.options.is_empty() || new.options.is_empty();
        if open || of_one_machine || of_files() {
            self.say_input(path, What::OptionsVary, gone.into(), come.into(), false);
            return;
        }
        let breaking = !self.class.validates(path);
        if !gone.is_empty() {
            self.say_input(path, What::OptionsRemoved, gone.into(), Value::Null, breaking);
        }
        if !come.is_empty() {
            self.say_input(path, What::OptionsAdded, Value::Null, come.into(), false);
        }
    }

    /// How many repeated inputs there are, and how they are called.
    fn repeated(&mut self, path: &str, old: &Autogrow, new: &Autogrow) {
        let first = |grow: &Autogrow| grow.names().next().map(|(name, _)| name).unwrap_or_default();
        if old.names != new.names || first(old) != first(new) {
            let names = |grow: &Autogrow| grow.names.clone().map_or_else(|| first(grow).into(), Value::from);
            let kept = old.names().all(|(name, _)| new.position(&name).is_some());
            self.say_input(path, What::TypeChanged, names(old), names(new), !kept);
        } else if old.names.is_none() && old.max != new.max {
            let narrower = new.max < old.max;
            let change = if narrower { What::LimitNarrowed } else { What::LimitWidened };
            self.say_input(path, change, json!({"max": old.max}), json!({"max": new.max}), narrower);
        }
        if old.needed() != new.needed() {
            let narrower = new.needed() > old.needed();
            let change = if narrower { What::LimitNarrowed } else { What::LimitWidened };
            self.say_input(
                path,
                change,
                json!({"min": old.needed()}),
                json!({"min": new.needed()}),
                narrower,
            );
        }
    }

    fn outputs(&mut self, old: &[Output], new: &[Output]) {
        for slot in 0..old.len().max(new.len()) {
            match (old.get(slot), new.get(slot)) {
                (Some(was), Some(is)) => self.output(slot, was, is),
                (Some(was), None) => {
                    self.say_output(slot, What::OutputRemoved, was.ty.to_string().into(), Value::Null, true);
                }
                (None, Some(is)) => {
                    self.say_output(slot, What::OutputAdded, Value::Null, is.ty.to_string().into(), false);
                }
                (None, None) => {}
            }
        }
    }

    fn output(&mut self, slot: usize, old: &Output, new: &Output) {
        let breaking = match (&old.ty, &new.ty) {
            (OutputType::Named(was), OutputType::Named(is)) if was == is => None,
            (OutputType::Options(_), OutputType::Options(_)) => None,
            (was, is) if was == is => None,
            (OutputType::Named(was), OutputType::Named(is)) => Some(!covers(was.as_str(), is.as_str())),
            (OutputType::Named(was), OutputType::Options(_)) => Some(was.as_str() != Type::COMBO),
            (_, OutputType::Opaque(_)) => Some(false),
            _ => Some(true),
        };
        if let Some(breaking) = breaking {
            let shown = |output: &Output| match &output.ty {
                OutputType::Options(_) => "a list of options".into(),
                other => Value::from(other.to_string()),
            };
            self.say_output(slot, What::OutputTypeChanged, shown(old), shown(new), breaking);
        }
        if let (Some(was), Some(is)) = (&old.name, &new.name)
            && was != is
        {
            self.say_output(slot, What::OutputRenamed, was.as_str().into(), is.as_str().into(), false);
        }
    }
}

/// Whether the server misses a required input that is absent.
fn must_be_there(input: &Input) -> bool {
    match &input.kind {
        Kind::Autogrow(autogrow) => autogrow.needed() > 0,
        Kind::DynamicSlot(_) => false,
        _ => true,
    }
}

/// Whether every link that fits a socket of type `old` fits one of type `new`.
fn covers(old: &str, new: &str) -> bool {
    let is_open = |ty: &str| ty == Type::MATCH || ty.split(',').any(|member| member.trim() == Type::ANY);
    if old == new || is_open(new) {
        return true;
    }
    let members = |ty: &'_ str| ty.split(',').map(|member| member.trim().to_owned()).collect::<HashSet<_>>();
    !is_open(old) && members(old).is_subset(&members(new))
}

fn ty(input: &Input) -> String {
    input.kind.socket_type().map_or_else(|| "?".to_owned(), str::to_owned)
}

/// Whether the options of an input are files, by its keywords.
fn is_of_files(input: &Input) -> bool {
    let keywords = ["image_upload", "audio_upload", "video_upload", "file_upload", "image_folder", "remote"];
    keywords.iter().any(|keyword| input.options.other.contains_key(*keyword))
}

/// Whether an option is the name of a file, by its ending.
fn looks_like_a_file(option: &str) -> bool {
    const ENDINGS: [&str; 30] = [
        "safetensors",
        "sft",
        "ckpt",
        "pt",
        "pt2",
        "pth",
        "bin",
        "pkl",
        "gguf",
        "onnx",
        "engine",
        "json",
        "yaml",
        "txt",
        "png",
        "jpg",
        "jpeg",
        "webp",
        "gif",
        "mp4",
        "webm",
        "mov",
        "mkv",
        "wav",
        "mp3",
        "flac",
        "ogg",
        "latent",
        "glb",
        "ttf",
    ];
    let (stem, ending) = option.rsplit_once('.').unwrap_or_default();
    !stem.is_empty() && ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, Sources, Syntax};

    fn catalog(text: &str) -> Catalog {
        let source = Source::new("object_info.json", Syntax::Json, text);
        Catalog::parse(&source, Sources::default().add(source.clone())).0
    }

    /// The changes between two sets of required inputs of one class, each with `!` when it breaks.
    #[track_caller]
    fn check(old: &str, new: &str, expected: &[&str]) {
        let class = |inputs: &str| {
            catalog(&format!(r#"{{"A": {{"input": {{{inputs}}}, "output": [], "price_badge": null}}}}"#))
        };
        let found: Vec<String> = diff(&class(old), &class(new))
            .iter()
            .map(|change| format!("{}{}", if change.breaking { "!" } else { "" }, change))
            .map(|change| change.replace(" `A`", ""))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn inputs_come_and_go() {
        let none = r#""required": {}"#;
        let required = r#""required": {"a": ["INT", {}]}"#;
        let optional = r#""optional": {"a": ["INT", {}]}"#;
        check(none, required, &[r#"!input-added input `a`: type "INT", required true"#]);
        check(none, optional, &[r#"input-added input `a`: type "INT", required false"#]);
        check(required, none, &["input-removed input `a`: `INT`"]);
        check(optional, required, &["!input-required input `a`"]);
        check(required, optional, &["input-optional input `a`"]);
        check(required, required, &[]);
    }

    #[test]
    fn types_may_widen() {
        let input = |ty: &str| format!(r#""required": {{"a": ["{ty}", {{}}]}}"#);
        for (old, new, breaks) in [
            ("IMAGE", "LATENT", true),
            ("IMAGE", "IMAGE,LATENT", false),
            ("IMAGE, LATENT", "IMAGE", true),
            ("IMAGE", "*", false),
            ("*", "IMAGE", true),
            ("INT", "FLOAT", true),
            ("INT", "COMBO", true),
            ("INT", "COMFY_MATCHTYPE_V3", false),
        ] {
            let sign = if breaks { "!" } else { "" };
            check(&input(old), &input(new), &[&format!("{sign}type-changed input `a`: `{old}` -> `{new}`")]);
        }
    }

    #[test]
    fn limits_narrow_and_widen_by_value() {
        let limits = |text: &str| format!(r#""required": {{"a": ["FLOAT", {{{text}}}]}}"#);
        check(&limits(r#""min": 0, "max": 1.0"#), &limits(r#""min": 0.0, "max": 1"#), &[]);
        check(&limits(r#""min": 0"#), &limits(r#""min": 1"#), &["!limit-narrowed input `a`: min 0 -> min 1"]);
        check(&limits(r#""max": 2"#), &limits(""), &["limit-widened input `a`: max 2 -> max none"]);
        check(&limits(""), &limits(r#""max": 2"#), &["!limit-narrowed input `a`: max none -> max 2"]);
        check(&limits(r#""default": 1"#), &limits(r#""default": 2"#), &["default-changed input `a`: 1 -> 2"]);
        check(&limits(r#""default": 1"#), &limits(r#""default": 1.0"#), &[]);
    }

    #[test]
    fn options_of_a_machine_only_vary() {
        let list = |text: &str| format!(r#""required": {{"a": [[{text}], {{}}]}}"#);
        check(&list(r#""x", "y""#), &list(r#""y", "x""#), &[]);
        check(
            &list(r#""x", "y""#),
            &list(r#""y", "z""#),
            &["!options-removed input `a`: `x`", "options-added input `a`: `z`"],
        );
        check(
            &list(r#""None", "a.safetensors""#),
            &list(r#""None", "b.ckpt""#),
            &["options-vary input `a`: 1 gone, 1 new, of this machine"],
        );
        check(&list(r#""x""#), &list(""), &["options-vary input `a`: 1 gone, 0 new, of this machine"]);
        let combo = r#""required": {"a": ["COMBO", {"options": ["x"]}]}"#;
        check(&list(r#""x""#), combo, &[]);
        check(combo, &list(r#""x""#), &["!type-changed input `a`: `COMBO` -> `a list of options`"]);
    }

    #[test]
    fn dynamic_inputs_are_compared_inside() {
        let branch = |key: &str, inputs: &str| format!(r#"{{"key": "{key}", "inputs": {{{inputs}}}}}"#);
        let combo = |branches: &str| {
            format!(r#""required": {{"format": ["COMFY_DYNAMICCOMBO_V3", {{"options": [{branches}]}}]}}"#)
        };
        let mp4 = branch("mp4", r#""required": {"codec": ["COMBO", {"options": ["h264", "av1"]}]}"#);
        let less = branch("mp4", r#""required": {"codec": ["COMBO", {"options": ["av1"]}]}"#);
        check(
            &combo(&format!("{mp4}, {}", branch("gif", ""))),
            &combo(&less),
            &["!options-removed input `format`: `gif`", "!options-removed input `format[mp4].codec`: `h264`"],
        );
        let grow = |prefix: &str, min: u32, max: u32| {
            format!(
                r#""required": {{"images": ["COMFY_AUTOGROW_V3", {{"template": {{"input": {{"required": {{"image": ["IMAGE", {{}}]}}}},
                "prefix": "{prefix}", "min": {min}, "max": {max}}}}}]}}"#
            )
        };
        check(
            &grow("image", 1, 10),
            &grow("image", 2, 20),
            &[
                "limit-widened input `images`: max 10 -> max 20",
                "!limit-narrowed input `images`: min 1 -> min 2",
            ],
        );
        check(&grow("image", 1, 9), &grow("i", 1, 9), &["!type-changed input `images`: `image0` -> `i0`"]);
    }

    #[test]
    fn outputs_are_compared_by_slot() {
        let class = |outputs: &str, names: &str| {
            catalog(&format!(
                r#"{{"A": {{"input": {{}}, "output": [{outputs}], "output_name": [{names}]}}}}"#
            ))
        };
        let told = |old: &Catalog, new: &Catalog| -> Vec<(What, bool)> {
            diff(old, new).iter().map(|change| (change.change, change.breaking)).collect()
        };
        let one = class(r#""IMAGE""#, r#""a""#);
        let two = class(r#""IMAGE", "MASK""#, r#""b", "mask""#);
        assert_eq!(told(&one, &two), [(What::OutputRenamed, false), (What::OutputAdded, false)]);
        assert_eq!(told(&two, &one), [(What::OutputRenamed, false), (What::OutputRemoved, true)]);
        let mask = class(r#""MASK""#, r#""a""#);
        assert_eq!(told(&one, &mask), [(What::OutputTypeChanged, true)]);
    }

    #[test]
    fn the_embedded_catalog_does_not_differ_from_itself() {
        let embedded = Catalog::embedded();
        assert_eq!(diff(&embedded, &embedded), []);
        let empty = Catalog::default();
        assert!(diff(&embedded, &empty).iter().all(|change| change.breaking));
        assert!(diff(&empty, &embedded).iter().all(|change| !change.breaking));
    }
}
