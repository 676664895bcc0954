//! How large a workflow may become.
//!
//! A few kilobytes can describe a prompt of any size: subgraphs hold each other, instances repeat what is inside of them, `%…%`
//! repeats a text, a class of a catalog has as many inputs as it likes. So what is made of a workflow is counted, about as many
//! bytes as it takes, and has a limit: far more than any real one comes to, and in proportion to its text where that is long.

use serde_json::Value as Json;

use super::Options;
use crate::diagnostic::Problem;
use crate::graph;

/// What any workflow may come to, however short, in bytes.
const LEAST: usize = 64 << 20;
/// What it may come to besides for each byte of its text, and for each node in it.
const PER_BYTE: usize = 16;
const PER_NODE: usize = 4 << 10;
/// What the `%…%` of one text may come to.
const IN_TEXT: usize = 1 << 20;
/// The bytes of a node, an input and a value besides their texts.
const NODE: usize = 256;
const INPUT: usize = 96;
const VALUE: usize = 80;
/// The bytes of a place of a link from which a long chain is known.
const STEP: usize = 128;

const MEGABYTE: usize = 1 << 20;

/// The bytes that are left.
#[derive(Debug, Default)]
pub(super) struct Room {
    left: usize,
    limit: usize,
    /// For what is replaced in one text.
    in_text: usize,
    /// Whether there was not enough.
    lacked: bool,
}

impl Room {
    /// For a workflow with a text of this length and this many nodes.
    pub(super) fn new(options: &Options, text: usize, nodes: usize) -> Self {
        let own = text.saturating_mul(PER_BYTE).saturating_add(nodes.saturating_mul(PER_NODE));
        let limit = options.expansion.unwrap_or_else(|| LEAST.saturating_add(own));
        Self { left: limit, limit, in_text: options.expansion.unwrap_or(IN_TEXT), lacked: false }
    }

    /// Takes bytes; `false` when there are not enough.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None => self.lacked = true,
        }
        !self.lacked
    }

    /// Takes bytes of which there may be too few: then there are none.
    pub(super) fn spare(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
    }

    /// Takes bytes. The first time that there are not enough it is a problem.
    pub(super) fn take_or_tell(&mut self, bytes: usize) -> Result<(), Option<Problem>> {
        let before = self.lacked;
        if self.take(bytes) {
            return Ok(());
        }
        let what = "MB once subgraphs, group nodes and `%…%` are written out";
        Err((!before).then_some(Problem::TooLarge { what, limit: self.limit / MEGABYTE }))
    }

    /// Takes what a place takes whose source is known; `false` when it is not worth what is left.
    pub(super) fn take_step(&mut self) -> bool {
        let enough = self.left > STEP;
        if enough {
            self.left -= STEP;
        }
        enough
    }

    /// Whether there was not enough once.
    pub(super) fn lacked(&self) -> bool {
        self.lacked
    }

    /// The most bytes that the parts of a text that are replaced may come to, and the problem of one that comes to more.
    pub(super) fn most_in_text(&self) -> (usize, Problem) {
        let what = "MB in a text with its `%…%` replaced";
        (self.in_text, Problem::TooLarge { what, limit: self.in_text / MEGABYTE })
    }
}

/// The bytes of a node of a prompt without its inputs.
pub(super) fn of_node(id: &str, class: &str, title: Option<&str>) -> usize {
    NODE + id.len() + class.len() + title.map_or(0, str::len)
}

/// The bytes of an input of a prompt. Of a value that stands in the text as it is, `once` says that it counts no more than there.
pub(super) fn of_input(name: &str, value: &graph::Value, once: bool) -> usize {
    let value = match value {
        graph::Value::Link(link) => link.node.as_str().len(),
        graph::Value::Literal(Json::String(text)) => text.len(),
        graph::Value::Literal(json) if once => of_text(json),
        graph::Value::Literal(json) => of_json(json),
    };
    INPUT + name.len() + value
}

/// About as many bytes as a value takes in memory.
pub(super) fn of_json(json: &Json) -> usize {
    sum(json, VALUE)
}

/// About as many bytes as a value has as text.
pub(super) fn of_text(json: &Json) -> usize {
    sum(json, 2)
}

fn sum(json: &Json, each: usize) -> usize {
    let mut bytes = 0;
    let mut open = vec![json];
    while let Some(json) = open.pop() {
        bytes += each;
        match json {
            Json::Null | Json::Bool(_) => {}
            Json::Number(number) => bytes += number.as_str().len(),
            Json::String(text) => bytes += text.len(),
            Json::Array(elements) => open.extend(elements),
            Json::Object(members) => {
                bytes += members.keys().map(|name| each + name.len()).sum::<usize>();
                open.extend(members.values());
            }
        }
    }
    bytes
}
