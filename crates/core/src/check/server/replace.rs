//! Node replacements: how the server rewrites nodes of classes that are gone, before it validates.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::VerdictOptions;
use crate::catalog::{Catalog, Replacement};

/// The prompt with all replacements made, or the exception that the server fails with.
pub(super) fn apply<'p>(
    prompt: &'p Json,
    catalog: &Catalog,
    options: &VerdictOptions,
) -> Result<Cow<'p, Json>, String> {
    let Json::Object(nodes) = prompt else { return Ok(Cow::Borrowed(prompt)) };
    if !options.replace {
        return Ok(Cow::Borrowed(prompt));
    }
    let replaced: Vec<(&str, &Replacement)> =
        nodes.iter().filter_map(|(id, node)| Some((id.as_str(), replacement(node, catalog)?))).collect();
    if replaced.is_empty() {
        return Ok(Cow::Borrowed(prompt));
    }
    let mut nodes = nodes.clone();
    for (id, replacement) in &replaced {
        if let Some(Json::Object(node)) = nodes.get_mut(*id) {
            rewrite(node, replacement)?;
        }
    }
    let moves: Map<String, Json> = replaced
        .iter()
        .filter_map(|(id, replacement)| {
            Some(((*id).to_owned(), replacement.rule.get("output_mapping")?.clone()))
        })
        .filter(|(_, mapping)| mapping.is_array())
        .collect();
    if !moves.is_empty() {
        let inputs = nodes.values_mut().filter_map(|node| node.get_mut("inputs")?.as_object_mut());
        inputs.flat_map(Map::values_mut).for_each(|value| renumber(value, &moves));
    }
    Ok(Cow::Owned(Json::Object(nodes)))
}

/// The rule by which a node is rewritten: it has inputs and an unknown class, and the new class is known.
fn replacement<'c>(node: &Json, catalog: &'c Catalog) -> Option<&'c Replacement> {
    let class = node.get("class_type")?.as_str()?;
    if node.get("inputs").is_none() || catalog.class(class).is_some() {
        return None;
    }
    catalog.replacements(class).first().filter(|replacement| catalog.class(&replacement.new_class).is_some())
}

fn rewrite(node: &mut Map<String, Json>, replacement: &Replacement) -> Result<(), String> {
    if !node.contains_key("_meta") {
        return Err("KeyError('_meta')".to_owned());
    }
    let empty = Map::new();
    let old = node.get("inputs").and_then(Json::as_object).unwrap_or(&empty);
    let mut new = Map::new();
    for entry in replacement.rule.get("input_mapping").and_then(Json::as_array).into_iter().flatten() {
        let Some(name) = entry.get("new_id").and_then(Json::as_str) else { continue };
        let value = match (entry.get("set_value"), entry.get("old_id").and_then(Json::as_str)) {
            (Some(value), _) => value.clone(),
            (None, Some(from)) => match old.get(from) {
                Some(value) => value.clone(),
                None => return Err(format!("KeyError('{from}')")),
            },
            (None, None) => continue,
        };
        new.insert(name.to_owned(), value);
    }
    node.insert("class_type".to_owned(), replacement.new_class.as_str().into());
    node.insert("inputs".to_owned(), Json::Object(new));
    Ok(())
}

/// Gives a link to a replaced node the slot that its output has now.
fn renumber(value: &mut Json, moves: &Map<String, Json>) {
    let Json::Array(elements) = value else { return };
    let [Json::String(from), slot] = elements.as_mut_slice() else { return };
    let Some(mapping) = moves.get(from).and_then(Json::as_array) else { return };
    let entry = mapping
        .iter()
        .find(|entry| entry.get("old_idx").is_some_and(|old| crate::number::equal_values(old, slot)));
    if let Some(new) = entry.and_then(|entry| entry.get("new_idx")) {
        *slot = new.clone();
    }
}
