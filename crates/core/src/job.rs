//! The only thing an executor takes: a checked workflow with a checked payload.

use serde_json::Value;

use crate::graph::Graph;
use crate::interface::{Interface, Media, Payload, Target};
use crate::workflow::Workflow;

/// A checked workflow with a checked payload, in all the forms that services take. Only [`check::job`](crate::check::job)
/// makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    model: Option<String>,
    payload: Payload,
    written: Vec<(Target, Value)>,
    prompt: Graph,
    files: Vec<FileInput>,
}

/// A value of a job that names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInput {
    /// The key.
    pub key: String,
    /// Which element it is, where the key holds a list of files.
    pub element: Option<usize>,
    /// The kind of file.
    pub media: Media,
    /// The inputs of the prompt that hold the value of the key as it was given, derived ones included: the name, or the
    /// list that it is an element of. Empty where none does, as for a key that is not bound to a graph.
    pub targets: Vec<Target>,
    /// The name, path or URL.
    pub value: String,
    /// Who named it, which decides where on this machine it may lie.
    pub named_by: NamedBy,
}

/// Who named a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NamedBy {
    /// Whoever gave the payload: the file may lie anywhere.
    Caller,
    /// The workflow, by a default. It may come from a stranger, so it may name no file but its own.
    Document,
}

impl Job {
    /// A job of `body`, what is sent, and `full`, the same with all defaults, which `prompt` holds. `given` is what the caller
    /// said of it.
    pub(crate) fn new(
        workflow: &Workflow,
        given: &Payload,
        body: Payload,
        full: &Payload,
        prompt: Graph,
    ) -> Self {
        let written = body
            .iter()
            .flat_map(|(key, value)| workflow.interface.writes(key, value))
            .map(|(target, value)| (target.clone(), value))
            .collect();
        let named_by = |key| if given.get(key).is_some() { NamedBy::Caller } else { NamedBy::Document };
        let files = full
            .iter()
            .flat_map(|(key, value)| files(&workflow.interface, &prompt, key, value, named_by(key)))
            .collect();
        Self { model: workflow.model.clone(), payload: body, written, prompt, files }
    }

    /// The model id.
    pub fn model(&self) -> Option<&str> {
        self.model.as_deref()
    }

    /// The flat object that RunComfy's Model API takes: required keys, and those that were given.
    pub fn payload(&self) -> &Payload {
        &self.payload
    }

    /// What the payload writes, target by target, derived ones included.
    pub fn written(&self) -> &[(Target, Value)] {
        &self.written
    }

    /// The graph with all values in place: what a ComfyUI server takes.
    pub fn prompt(&self) -> &Graph {
        &self.prompt
    }

    /// The same, when nothing else of the job is needed.
    pub fn into_prompt(self) -> Graph {
        self.prompt
    }

    /// The values that name files, defaults included, for services where a local file must be uploaded first. A list of
    /// files counts element by element.
    pub fn files(&self) -> &[FileInput] {
        &self.files
    }
}

/// The files that `value` names under `key`. Elements of a list that are no text name none.
fn files(
    interface: &Interface,
    prompt: &Graph,
    key: &str,
    value: &Value,
    named_by: NamedBy,
) -> Vec<FileInput> {
    let Some(media) = interface.input(key).and_then(|input| input.media) else { return Vec::new() };
    let names: Vec<(Option<usize>, &str)> = match value {
        Value::String(name) => vec![(None, name)],
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .filter_map(|(i, element)| Some((Some(i), element.as_str()?)))
            .collect(),
        _ => return Vec::new(),
    };
    // What a rule changes on the way is no name, and what another key has written over is gone.
    let holds = |target: &Target| {
        prompt.node(target.node.as_str()).and_then(|node| node.literal(&target.input)) == Some(value)
    };
    let targets: Vec<Target> = interface
        .writes(key, value)
        .into_iter()
        .map(|(target, _)| target)
        .filter(|target| holds(target))
        .cloned()
        .collect();
    let file = |(element, name): (Option<usize>, &str)| FileInput {
        key: key.to_owned(),
        element,
        media,
        targets: targets.clone(),
        value: name.to_owned(),
        named_by,
    };
    names.into_iter().map(file).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::Catalog;
    use crate::check::{self, Checked};
    use crate::graph::Node;
    use crate::interface::{Builder, Exposed, Rule};

    /// The files of a job, as `key element value -> targets`, where the caller named all but those with `(default)`.
    #[track_caller]
    fn check(inputs: &[Exposed], given: &[(&str, Value)], expected: &[&str]) {
        let catalog = Catalog::default();
        let mut graph = Graph::default();
        for id in ["1", "2", "3"] {
            graph.insert(id, Node::new("Any").with("image", json!("held")).with("images", json!([])));
        }
        let mut interface = inputs.iter().cloned().fold(Builder::new(), Builder::expose).build();
        let _ = interface.bind(&graph, &catalog);
        let workflow = Checked::assume_checked(Workflow::new(graph, interface));
        let mut payload = Payload::new();
        for (key, value) in given {
            payload.set(*key, value.clone(), None);
        }
        let job = check::job(&workflow, &payload, &catalog).expect("it is well given");
        let line = |file: &FileInput| {
            let targets: Vec<String> = file.targets.iter().map(ToString::to_string).collect();
            let default = if file.named_by == NamedBy::Document { " (default)" } else { "" };
            format!("{} {:?} {}{default} -> {}", file.key, file.element, file.value, targets.join(" "))
        };
        assert_eq!(job.files().iter().map(line).collect::<Vec<_>>(), expected);
    }

    fn image(key: &str) -> Exposed {
        Exposed::string(key).media(Media::Image)
    }

    #[test]
    fn a_file_is_placed_wherever_its_name_arrives_unchanged() {
        let double = Rule { scale: 2.0, ..Rule::default() };
        let input = image("1_image").drives("2_image", Rule::default()).drives("3_image", double);
        check(&[input], &[("1_image", json!("a.png"))], &["1_image None a.png -> 1_image 2_image"]);
    }

    #[test]
    fn a_default_names_a_file_and_what_is_not_given_names_none() {
        check(
            &[image("1_image").default("d.png"), image("2_image")],
            &[],
            &["1_image None d.png (default) -> 1_image"],
        );
    }

    #[test]
    fn who_names_a_file_is_known_key_by_key() {
        check(
            &[image("1_image").default("d.png").required(), image("2_image").default("e.png")],
            &[("2_image", json!("e.png"))],
            &["1_image None d.png (default) -> 1_image", "2_image None e.png -> 2_image"],
        );
    }

    #[test]
    fn a_file_that_no_input_holds_has_no_place() {
        let written_over = [image("1_image"), image("2_image").drives("1_image", Rule::default())];
        check(
            &written_over,
            &[("1_image", json!("a.png")), ("2_image", json!("b.png"))],
            &["1_image None a.png -> ", "2_image None b.png -> 2_image 1_image"],
        );
        check(&[image("9_image")], &[("9_image", json!("a.png"))], &["9_image None a.png -> "]);
    }

    #[test]
    fn a_list_names_a_file_with_each_text_in_it() {
        let list = image("1_images").keyword("type", "array");
        check(
            &[list],
            &[("1_images", json!(["a.png", 7, "b.png"]))],
            &["1_images Some(0) a.png -> 1_images", "1_images Some(2) b.png -> 1_images"],
        );
    }
}
