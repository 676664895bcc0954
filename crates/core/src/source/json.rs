//! Byte spans of places in JSON text.
//!
//! One pass with an explicit stack over a text that a JSON parser has already accepted; on any other text the spans
//! found so far are returned. Nesting costs heap, never stack.

use std::collections::HashMap;
use std::ops::Range;

use super::{Part, Pointer, push_token};

/// The spans of `places`, in their order.
pub(super) fn locate(text: &str, places: &[(&Pointer, Part)]) -> Vec<Option<Range<usize>>> {
    let texts: Vec<String> = places.iter().map(|(pointer, _)| pointer.to_string()).collect();
    let mut wanted: HashMap<&str, Spans> =
        texts.iter().map(|pointer| (pointer.as_str(), Spans::default())).collect();
    Scanner { text, at: 0, path: String::new(), stack: Vec::new() }.run(&mut wanted);
    texts
        .iter()
        .zip(places)
        .map(|(pointer, (_, part))| {
            let spans = wanted.get(pointer.as_str())?;
            match part {
                Part::Key => spans.key.clone().or_else(|| spans.value.clone()),
                Part::Value | Part::Offset(_) => spans.value.clone(),
            }
        })
        .collect()
}

#[derive(Default)]
struct Spans {
    key: Option<Range<usize>>,
    value: Option<Range<usize>>,
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    path: String,
    stack: Vec<Open>,
}

/// An object or array whose end has not been seen.
struct Open {
    start: usize,
    /// Length of `path` at this container.
    path: usize,
    /// In an array, the index of the next element.
    index: Option<usize>,
    /// The span of this container's own key.
    key: Option<Range<usize>>,
}

impl Scanner<'_> {
    fn run(mut self, wanted: &mut HashMap<&str, Spans>) {
        let mut key = None;
        loop {
            self.skip_space();
            let start = self.at;
            match self.peek() {
                Some(b'{') => {
                    self.at += 1;
                    self.stack.push(Open { start, path: self.path.len(), index: None, key: key.take() });
                }
                Some(b'[') => {
                    self.at += 1;
                    self.stack.push(Open { start, path: self.path.len(), index: Some(0), key: key.take() });
                }
                Some(b'}' | b']') => {
                    self.at += 1;
                    let Some(open) = self.stack.pop() else { return };
                    self.path.truncate(open.path);
                    record(wanted, &self.path, open.key, open.start..self.at);
                }
                Some(b',') => self.at += 1,
                Some(b'"') if self.at_member_name() && key.is_none() => {
                    let Some(name) = self.string() else { return };
                    key = Some(start..self.at);
                    self.skip_space();
                    self.at += 1; // the colon
                    if let Some(open) = self.stack.last() {
                        self.path.truncate(open.path);
                    }
                    push_token(&mut self.path, &name);
                    continue;
                }
                Some(_) => {
                    self.enter_element();
                    self.scalar();
                    if self.at == start {
                        return;
                    }
                    record(wanted, &self.path, key.take(), start..self.at);
                    continue;
                }
                None => return,
            }
            // A container that has just opened inside an array is an element of it.
            if let Some(b'{' | b'[') = self.text.as_bytes().get(start) {
                self.enter_container();
            }
        }
    }

    /// In an array, the path of the element that starts here.
    fn enter_element(&mut self) {
        if let Some(Open { path, index: Some(index), .. }) = self.stack.last_mut() {
            self.path.truncate(*path);
            push_token(&mut self.path, *index);
            *index += 1;
        }
    }

    /// The container on top of the stack takes its place in the array below it.
    fn enter_container(&mut self) {
        if let Some(opened) = self.stack.pop() {
            self.enter_element();
            self.stack.push(Open { path: self.path.len(), ..opened });
        }
    }

    fn at_member_name(&self) -> bool {
        self.stack.last().is_some_and(|open| open.index.is_none())
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Steps over a string and returns it unescaped.
    fn string(&mut self) -> Option<String> {
        let start = self.at;
        self.scalar();
        serde_json::from_str(self.text.get(start..self.at)?).ok()
    }

    /// Steps over a string, number or word.
    fn scalar(&mut self) {
        if self.peek() == Some(b'"') {
            self.at += 1;
            while let Some(byte) = self.peek() {
                self.at += 1;
                match byte {
                    b'\\' => self.at += 1,
                    b'"' => break,
                    _ => {}
                }
            }
            self.at = self.at.min(self.text.len());
        } else {
            while !matches!(self.peek(), None | Some(b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r')) {
                self.at += 1;
            }
        }
    }
}

fn record(wanted: &mut HashMap<&str, Spans>, path: &str, key: Option<Range<usize>>, value: Range<usize>) {
    if let Some(spans) = wanted.get_mut(path) {
        *spans = Spans { key, value: Some(value) };
    }
}
