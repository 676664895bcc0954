//! The body of a request to `POST /prompt`: a prompt with what is asked for beside it.

use serde_json::Value as Json;

use super::{Refusal, Verdict, VerdictOptions, verdict};
use crate::catalog::Catalog;

/// The answer of a server with this catalog to a request body, or to a prompt that is posted as one.
///
/// A body's `partial_execution_targets` count, unless `options` name targets; its `prompt_id` must be a UUID. An object is a
/// body when it has a `prompt` that is not itself a node.
///
/// ```
/// use comfyc::{catalog::Catalog, check::server::{VerdictOptions, answer, json}};
///
/// let node = r#"{"class_type": "SaveImage", "inputs": {"filename_prefix": "a"}}"#;
/// let body = json(&format!(r#"{{"prompt": {{"1": {node}}}, "partial_execution_targets": ["2"]}}"#)).unwrap();
/// let catalog = Catalog::embedded();
/// let answer = answer(&body, &catalog, &VerdictOptions::default());
/// assert_eq!(answer.error.unwrap().kind, "prompt_no_outputs");
/// ```
pub fn answer<'c>(body: &Json, catalog: &'c Catalog, options: &VerdictOptions) -> Verdict<'c> {
    let Some(prompt) = body.get("prompt").filter(|prompt| !is_node(prompt)) else {
        return verdict(body, catalog, options);
    };
    match body.get("prompt_id") {
        None | Some(Json::Null) => {}
        Some(Json::String(id)) if is_uuid(id) => {}
        Some(_) => {
            let details = "prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the \
                           server generate one";
            let message = "prompt_id must be a valid UUID";
            return Verdict::refused(Refusal::new("invalid_prompt_id", message, details));
        }
    }
    let mut options = options.clone();
    if options.targets.is_none() {
        match targets(body.get("partial_execution_targets"), prompt) {
            Ok(targets) => options.targets = targets,
            Err(exception) => return Verdict::failed(exception),
        }
    }
    verdict(prompt, catalog, &options)
}

impl Verdict<'_> {
    /// The answer to a body that is no JSON: the server fails.
    pub fn of_unreadable(why: &str) -> Self {
        Self::failed(format!("JSONDecodeError({why:?})"))
    }
}

fn is_node(value: &Json) -> bool {
    value.get("class_type").is_some_and(Json::is_string)
}

/// The ids that `partial_execution_targets` lets through. Python asks whether an id is *in* it, which has a meaning for texts
/// and objects as well.
fn targets(asked: Option<&Json>, prompt: &Json) -> Result<Option<Vec<String>>, String> {
    Ok(match asked {
        None | Some(Json::Null) => None,
        Some(Json::Array(ids)) => Some(ids.iter().filter_map(Json::as_str).map(str::to_owned).collect()),
        Some(Json::Object(ids)) => Some(ids.keys().cloned().collect()),
        Some(Json::String(text)) => {
            let ids = prompt.as_object().into_iter().flat_map(serde_json::Map::keys);
            Some(ids.filter(|id| text.contains(id.as_str())).cloned().collect())
        }
        Some(_) => return Err("TypeError('partial_execution_targets is not iterable')".to_owned()),
    })
}

/// Whether a text is a UUID as the server writes one.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let is_hex = |group: &str| group.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12]) && groups.into_iter().all(is_hex)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A prompt with two outputs, of which one is bad.
    fn prompt() -> Json {
        json!({
            "1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}},
            "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
            "13": {"class_type": "PreviewImage", "inputs": {}},
        })
    }

    #[track_caller]
    fn check(body: &Json, outputs: &[&str], refused: Option<&str>) {
        let catalog = Catalog::embedded();
        let answer = answer(body, &catalog, &VerdictOptions::default());
        assert_eq!(answer.outputs, outputs);
        assert_eq!(answer.error.map(|error| error.kind), refused);
    }

    #[test]
    fn a_body_is_its_prompt_with_the_outputs_that_it_asks_for() {
        check(&prompt(), &["2"], None);
        check(&json!({"prompt": prompt()}), &["2"], None);
        let ask = |targets: Json| json!({"prompt": prompt(), "partial_execution_targets": targets});
        check(&ask(Json::Null), &["2"], None);
        check(&ask(json!(["2"])), &["2"], None);
        check(&ask(json!("1,2")), &["2"], None);
        check(&ask(json!({"2": 0})), &["2"], None);
        check(&ask(json!(["13"])), &[], Some("prompt_outputs_failed_validation"));
        check(&ask(json!([])), &[], Some("prompt_no_outputs"));
        check(&ask(json!([2])), &[], Some("prompt_no_outputs"));
    }

    #[test]
    fn a_node_called_prompt_makes_no_body() {
        let mut prompt = prompt();
        prompt["prompt"] = json!({"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}});
        check(&prompt, &["2", "prompt"], None);
    }

    #[test]
    fn ids_are_lowercase_uuids() {
        let with = |id: Json| json!({"prompt": prompt(), "prompt_id": id});
        check(&with(Json::Null), &["2"], None);
        check(&with(json!("0d1f7a1e-98a0-4d3c-8f4b-5f7e3ac0b0c1")), &["2"], None);
        for id in [
            json!(""),
            json!(5),
            json!("0D1F7A1E-98a0-4d3c-8f4b-5f7e3ac0b0c1"),
            json!("0d1f7a1e98a04d3c8f4b5f7e3ac0b0c1"),
        ] {
            check(&with(id), &[], Some("invalid_prompt_id"));
        }
    }
}
