//! Byte spans of places in JSON text.
//!
//! One pass with an explicit stack over a text that a JSON parser has already accepted; on any other text the spans
//! found so far are returned. Nesting costs heap, never stack.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::pointer::{Address, Key};
use super::{Part, Pointer};

/// The spans of `places`, in their order.
pub(super) fn locate(text: &str, places: &[(&Pointer, Part)]) -> Vec<Option<Range<usize>>> {
    let mut wanted = Wanted::default();
    let numbers: Vec<usize> = places.iter().map(|(pointer, _)| wanted.add(pointer)).collect();
    let mut spans: Vec<Spans> = (0..=wanted.last).map(|_| Spans::default()).collect();
    Scanner { text, at: 0, stack: Vec::new() }.run(&wanted, &mut spans);
    numbers
        .into_iter()
        .zip(places)
        .map(|(number, (_, part))| {
            let spans = spans.get(number)?;
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

/// Places as a tree: each has a number, and its members and elements are found by it.
#[derive(Default)]
struct Wanted<'p> {
    members: HashMap<(usize, Key<'p>), usize>,
    /// The numbers of steps that pointers share, so that each is looked at once.
    shared: HashMap<Address, usize>,
    /// The number that was given last.
    last: usize,
}

/// The number of the whole document.
const ROOT: usize = 0;

impl<'p> Wanted<'p> {
    /// The number of a place.
    fn add(&mut self, pointer: &'p Pointer) -> usize {
        let mut place = ROOT;
        let mut down = Vec::new();
        for (address, token) in pointer.upwards() {
            if let Some(known) = address.and_then(|address| self.shared.get(&address)) {
                place = *known;
                break;
            }
            down.push((address, token));
        }
        for (address, token) in down.into_iter().rev() {
            let next = self.last + 1;
            place = *self.members.entry((place, token.key())).or_insert(next);
            self.last = self.last.max(place);
            self.shared.extend(address.map(|address| (address, place)));
        }
        place
    }

    fn member(&self, place: usize, key: Key<'p>) -> Option<usize> {
        self.members.get(&(place, key)).copied()
    }
}

/// The bytes at which something begins or ends.
#[expect(clippy::indexing_slicing, reason = "an index beyond it would not compile")]
const MARKS: [bool; 256] = {
    let mut marks = [false; 256];
    (marks[b'"' as usize], marks[b'{' as usize], marks[b'}' as usize]) = (true, true, true);
    (marks[b'[' as usize], marks[b']' as usize]) = (true, true);
    marks
};

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    stack: Vec<Open>,
}

/// An object or array whose end has not been seen. A place in it is wanted, or it is wanted itself.
struct Open {
    start: usize,
    /// Its number.
    place: usize,
    /// In an array, the index of the next element.
    index: Option<usize>,
    /// The span of its own key.
    key: Option<Range<usize>>,
}

/// The name of a member whose value comes next.
struct Named {
    place: Option<usize>,
    span: Range<usize>,
}

impl Scanner<'_> {
    fn run(mut self, wanted: &Wanted<'_>, spans: &mut [Spans]) {
        let mut named: Option<Named> = None;
        loop {
            self.skip_space();
            let start = self.at;
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    let (place, key) = self.enter(named.take(), wanted);
                    let Some(place) = place else {
                        self.container();
                        continue;
                    };
                    self.at += 1;
                    self.stack.push(Open { start, place, index: (open == b'[').then_some(0), key });
                }
                Some(b'}' | b']') => {
                    self.at += 1;
                    let Some(open) = self.stack.pop() else { return };
                    record(spans, Some(open.place), open.key, open.start..self.at);
                }
                Some(b',') => self.at += 1,
                Some(b'"') if self.at_member_name() && named.is_none() => {
                    self.scalar();
                    named = self.name(start..self.at, wanted);
                    if named.is_none() {
                        return;
                    }
                    self.skip_space();
                    self.at += 1; // the colon
                }
                Some(_) => {
                    let (place, key) = self.enter(named.take(), wanted);
                    self.scalar();
                    if self.at == start {
                        return;
                    }
                    record(spans, place, key, start..self.at);
                }
                None => return,
            }
        }
    }

    /// The number and the key of the value that starts here.
    fn enter(&mut self, named: Option<Named>, wanted: &Wanted<'_>) -> (Option<usize>, Option<Range<usize>>) {
        if let Some(Named { place, span }) = named {
            return (place, Some(span));
        }
        let place = match self.stack.last_mut() {
            None => Some(ROOT),
            Some(Open { place, index: Some(index), .. }) => {
                let element = wanted.member(*place, Key::Index(*index));
                *index += 1;
                element
            }
            Some(_) => None,
        };
        (place, None)
    }

    /// The name of a member of the object on top of the stack; `None` when it is malformed.
    fn name(&self, span: Range<usize>, wanted: &Wanted<'_>) -> Option<Named> {
        let object = self.stack.last()?.place;
        let quoted = self.text.get(span.clone())?;
        let name: Cow<'_, str> = if quoted.contains('\\') {
            serde_json::from_str::<String>(quoted).ok()?.into()
        } else {
            quoted.strip_prefix('"')?.strip_suffix('"')?.into()
        };
        Some(Named { place: wanted.member(object, Key::of(&name)), span })
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

    /// Steps over an object or array in which nothing is wanted.
    fn container(&mut self) {
        let mut depth = 0_usize;
        loop {
            let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
            let mark = rest.iter().position(|byte| MARKS.get(usize::from(*byte)) == Some(&true));
            let Some(mark) = mark else { break self.at = self.text.len() };
            self.at += mark;
            let Some(byte) = self.peek() else { break };
            match byte {
                b'"' => {
                    self.scalar();
                    continue;
                }
                b'{' | b'[' => depth += 1,
                _ => depth -= 1,
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Steps over a string, number or word.
    fn scalar(&mut self) {
        if self.peek() == Some(b'"') {
            self.at += 1;
            loop {
                let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
                match rest.iter().position(|byte| matches!(byte, b'\\' | b'"')) {
                    None => break self.at = self.text.len(),
                    Some(end) if rest.get(end) == Some(&b'"') => break self.at += end + 1,
                    Some(escape) => self.at += escape + 2,
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

fn record(spans: &mut [Spans], place: Option<usize>, key: Option<Range<usize>>, value: Range<usize>) {
    if let Some(spans) = place.and_then(|place| spans.get_mut(place)) {
        *spans = Spans { key, value: Some(value) };
    }
}
