//! Byte spans of places in TOML text, from `toml_edit`'s own spans.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use super::{Part, Pointer};

/// The spans of `places`, in their order; all `None` when the text is not TOML.
pub(super) fn locate(text: &str, places: &[(&Pointer, Part)]) -> Vec<Option<Range<usize>>> {
    match Document::parse(text) {
        Ok(document) => {
            places.iter().map(|(pointer, part)| find(document.as_item(), text, pointer, *part)).collect()
        }
        Err(_) => vec![None; places.len()],
    }
}

/// A step of the way down: `toml_edit` keeps arrays of values and of tables as different things.
#[derive(Clone, Copy)]
enum Place<'d> {
    Item(&'d Item),
    Value(&'d Value),
    Table(&'d dyn TableLike, Option<(usize, usize)>),
}

fn find(root: &Item, text: &str, pointer: &Pointer, part: Part) -> Option<Range<usize>> {
    let mut place = Place::Item(root);
    let mut key_span = None;
    for token in pointer.steps() {
        let token = token.text();
        key_span = None;
        place = match place {
            Place::Item(Item::ArrayOfTables(tables)) => {
                let table = tables.get(token.parse().ok()?)?;
                Place::Table(table, table.span().map(|s| (s.start, s.end)))
            }
            Place::Item(Item::Value(Value::Array(array))) | Place::Value(Value::Array(array)) => {
                Place::Value(array.get(token.parse().ok()?)?)
            }
            Place::Item(item) => member(item.as_table_like()?, &token, &mut key_span)?,
            Place::Value(value) => member(value.as_inline_table()?, &token, &mut key_span)?,
            Place::Table(table, _) => member(table, &token, &mut key_span)?,
        };
    }
    if *pointer == Pointer::root() {
        return Some(0..text.len());
    }
    if part == Part::Key && key_span.is_some() {
        return key_span;
    }
    match place {
        Place::Item(item) => item.span(),
        Place::Value(value) => value.span(),
        Place::Table(_, span) => span.map(|(start, end)| start..end),
    }
    .or(key_span)
}

fn member<'d>(
    table: &'d dyn TableLike,
    token: &str,
    key_span: &mut Option<Range<usize>>,
) -> Option<Place<'d>> {
    let (key, item) = table.get_key_value(token)?;
    *key_span = key.span();
    Some(Place::Item(item))
}
