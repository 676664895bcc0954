//! Classes that judge their own inputs with code: what that code says, for the classes of ComfyUI itself.
//!
//! The code runs after all inputs were looked at, unless the node has raised. It gets the values of the inputs it names,
//! unwrapped, a link as null. What it decides from the server's disk, and what the code of other classes decides, can only
//! be expected.

use num_bigint::BigInt;
use serde_json::Value as Json;

use super::python;
use crate::catalog::{Catalog, Class, Input, Kind, OutputType};

/// What a node holds, as far as a validator asks for it.
pub(super) trait Arguments<'c> {
    /// The value of an input as the validator gets it; `None` for one that the node does not have.
    fn value(&self, name: &str) -> Option<Argument<'_>>;
    /// The type that a linked input receives.
    fn received(&self, name: &str) -> Option<&'c OutputType>;
}

/// A value as a validator gets it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Argument<'v> {
    /// A link: the validator sees null.
    Link,
    /// A literal, unwrapped.
    Literal(&'v Json),
}

/// What a validator says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ruling {
    /// The node is accepted.
    Passes,
    /// `input` is refused, for this reason. All inputs that the validator gets share the blame when `all` is set.
    Refuses { input: String, reason: Reason, all: bool },
    /// The validator fails with an exception over `input`.
    Raises { input: String, reason: Reason },
    /// Only the server can tell.
    Unknown { input: Option<String>, expect: Expect, why: &'static str, all: bool },
}

/// What is to be expected where only the server can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// The node is accepted.
    Passes,
    /// The input is refused, as a file of this kind.
    Refuses { what: &'static str },
    /// The validator fails, for the input is absent.
    Raises,
}

/// Why a validator refuses or fails.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Reason {
    /// The input is absent, though the validator counts on it.
    Absent,
    /// A file cannot be named by a link or by anything but text.
    NotAName,
    /// The name leads out of the server's folder.
    Outside { what: &'static str },
    /// Not a ratio of two whole numbers between 1:4 and 4:1.
    NotARatio,
    /// The input must be linked.
    NotLinked,
    /// The link carries something else than a task's id.
    WrongTask { found: String },
}

/// The types of links that say which Tripo task is meant.
const TRIPO_TASKS: [&str; 3] = ["MODEL_TASK_ID", "RIG_TASK_ID", "RETARGET_TASK_ID"];

/// What the class's own validator says about a node; `None` for a class that has none.
pub(super) fn judge<'c>(class: &'c Class, catalog: &Catalog, node: &impl Arguments<'c>) -> Option<Ruling> {
    if !class.is_custom() {
        match class.name.as_str() {
            "LoadImage" | "LoadImageMask" | "LoadImageOutput" | "WebcamCapture" => {
                return Some(file(class, catalog, node, "image", "image"));
            }
            "LoadAudio" => return Some(file(class, catalog, node, "audio", "audio")),
            "LoadVideo" => return Some(file(class, catalog, node, "file", "video")),
            "LoadLatent" => return Some(file(class, catalog, node, "latent", "latent")),
            "Load3D" | "Load3DAdvanced" => return Some(model_file(class, catalog, node)),
            "FluxProUltraImageNode" => return Some(ratio(node, "aspect_ratio")),
            "TripoConversionNode" => return Some(task(node, "original_model_task_id")),
            "CustomCombo" => return Some(present(node, "choice")),
            "ModelAttentionBackend" => return Some(present(node, "attention")),
            "SelectModelDevice" | "SelectCLIPDevice" | "SelectVAEDevice" => return Some(Ruling::Passes),
            _ => {}
        }
    }
    let traits =
        class.traits.as_ref().filter(|traits| traits.validates_all || !traits.validates.is_empty())?;
    let absent =
        traits.validates.iter().find(|name| class.inputs.get(name).is_some() && node.value(name).is_none());
    Some(Ruling::Unknown {
        input: absent.cloned(),
        expect: if absent.is_some() { Expect::Raises } else { Expect::Passes },
        why: "the class judges its inputs with code of its own",
        all: false,
    })
}

fn raises(input: &str, reason: Reason) -> Ruling {
    Ruling::Raises { input: input.to_owned(), reason }
}

fn present<'c>(node: &impl Arguments<'c>, name: &str) -> Ruling {
    if node.value(name).is_none() { raises(name, Reason::Absent) } else { Ruling::Passes }
}

fn file<'c>(
    class: &'c Class,
    catalog: &Catalog,
    node: &impl Arguments<'c>,
    name: &str,
    what: &'static str,
) -> Ruling {
    match node.value(name) {
        None => raises(name, Reason::Absent),
        Some(Argument::Literal(Json::String(file))) => existing(class, catalog, name, file, what, false),
        Some(_) => raises(name, Reason::NotAName),
    }
}

fn model_file<'c>(class: &'c Class, catalog: &Catalog, node: &impl Arguments<'c>) -> Ruling {
    const NAME: &str = "model_file";
    match node.value(NAME) {
        None => raises(NAME, Reason::Absent),
        Some(Argument::Link) => Ruling::Passes,
        Some(Argument::Literal(literal)) if !python::truth(literal) || literal == "none" => Ruling::Passes,
        Some(Argument::Literal(Json::String(file))) => existing(class, catalog, NAME, file, "3D model", true),
        Some(Argument::Literal(_)) => raises(NAME, Reason::NotAName),
    }
}

/// Whether a named file exists on the server. `partial` says that the catalog lists only some of the files, and that the
/// validator gets every input of the node.
fn existing(
    class: &Class,
    catalog: &Catalog,
    name: &str,
    file: &str,
    what: &'static str,
    partial: bool,
) -> Ruling {
    let combo = match class.inputs.get(name).map(|input: &Input| &input.kind) {
        Some(Kind::Combo(combo)) => Some(combo),
        _ => None,
    };
    if combo.is_some_and(|combo| !combo.open && combo.options.iter().any(|option| option == file)) {
        return Ruling::Passes;
    }
    let (file, input_folder) = without_annotation(file);
    if file.contains('\0') {
        return Ruling::Refuses { input: name.to_owned(), reason: Reason::Outside { what }, all: partial };
    }
    let unknown = |refuses, why| {
        let expect = if refuses { Expect::Refuses { what } } else { Expect::Passes };
        Ruling::Unknown { input: Some(name.to_owned()), expect, why, all: partial }
    };
    if file.starts_with('/') {
        return unknown(true, "the file is named by an absolute path, and only the server knows its folders");
    }
    let Some(path) = normal_path(&file) else {
        return Ruling::Refuses { input: name.to_owned(), reason: Reason::Outside { what }, all: partial };
    };
    if path.is_empty() && !file.contains("..") {
        return Ruling::Passes;
    }
    if !input_folder {
        return unknown(!partial, "the file is in a folder that the catalog does not list");
    }
    if !file.contains("..") && catalog.has_input_file(&path) {
        return Ruling::Passes;
    }
    let open = combo.is_some_and(|combo| combo.open);
    unknown(
        !partial && !open,
        "the catalog does not list the file; whether the server has it, only the server can tell",
    )
}

/// A file name without the folder at its end, and whether it is in the input folder. The character before the folder, a
/// space as a rule, goes with it.
fn without_annotation(name: &str) -> (String, bool) {
    for (folder, input) in [("[output]", false), ("[input]", true), ("[temp]", false)] {
        if let Some(file) = name.strip_suffix(folder) {
            let mut file = file.to_owned();
            file.pop();
            return (file, input);
        }
    }
    (name.to_owned(), true)
}

/// A relative path without empty, `.` and `..` parts; `None` when it leads out of its folder.
fn normal_path(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

fn ratio<'c>(node: &impl Arguments<'c>, name: &str) -> Ruling {
    let text = match node.value(name) {
        None => return raises(name, Reason::Absent),
        Some(Argument::Literal(Json::String(text))) => text,
        Some(_) => return raises(name, Reason::NotARatio),
    };
    let sides =
        text.split_once(':').and_then(|(w, h)| Some((python::int_from_text(w)?, python::int_from_text(h)?)));
    match sides {
        Some((w, h)) if w > BigInt::ZERO && h > BigInt::ZERO && w <= &h * 4 && h <= &w * 4 => Ruling::Passes,
        _ => raises(name, Reason::NotARatio),
    }
}

fn task<'c>(node: &impl Arguments<'c>, name: &str) -> Ruling {
    match node.received(name) {
        None => raises(name, Reason::NotLinked),
        Some(OutputType::Named(ty)) if TRIPO_TASKS.contains(&ty.as_str()) => Ruling::Passes,
        Some(other) => Ruling::Refuses {
            input: "input_types".to_owned(),
            reason: Reason::WrongTask { found: other.to_string() },
            all: false,
        },
    }
}

impl Reason {
    /// What the input must be instead.
    pub(super) fn expected(&self) -> &'static str {
        match self {
            Self::Absent => "given",
            Self::NotAName => "the name of a file",
            Self::Outside { .. } => "a file in the server's own folders",
            Self::NotARatio => "a ratio such as `16:9`, of two whole numbers from 1:4 to 4:1",
            Self::NotLinked => "a link",
            Self::WrongTask { .. } => "the id of a model, rig or retarget task",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_at_the_end_takes_the_character_before_it_along() {
        for (name, expected) in [
            ("a.png", ("a.png", true)),
            ("a.png [input]", ("a.png", true)),
            ("a.png[input]", ("a.pn", true)),
            ("a.png [output]", ("a.png", false)),
            ("[temp]", ("", false)),
            ("é[temp]", ("", false)),
        ] {
            assert_eq!(without_annotation(name), (expected.0.to_owned(), expected.1), "{name}");
        }
    }

    #[test]
    fn paths_stay_in_their_folder_or_are_refused() {
        for (path, expected) in [
            ("a//b/./c", Some("a/b/c")),
            ("", Some("")),
            (".", Some("")),
            ("a/..", Some("")),
            ("..", None),
            ("a/../../b", None),
        ] {
            assert_eq!(normal_path(path).as_deref(), expected, "{path}");
        }
    }
}
