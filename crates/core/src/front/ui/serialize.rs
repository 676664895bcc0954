//! What becomes of texts on their way into a prompt: dynamic prompts, `%…%` in file names, dates.

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt, HashSet};
use serde_json::Value as Json;

use super::Clock;
use super::arena::{LayerIx, NodeIx};
use super::fnv::fnv;
use super::live::Live;
use crate::number::javascript as js;

/// Choices made at random, but the same for the same seed and place.
#[derive(Debug)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64, place: &str) -> Self {
        Self(seed ^ fnv(place))
    }

    /// A number below `sides`.
    fn roll(&mut self, sides: usize) -> usize {
        let sides = u64::try_from(sides.max(1)).unwrap_or(1);
        usize::try_from(self.number() % sides).unwrap_or(0)
    }

    /// A number within a range, its end not included.
    pub(super) fn within(&mut self, range: std::ops::Range<i64>) -> i64 {
        let width = range.end.abs_diff(range.start).max(1);
        range.start.saturating_add_unsigned(self.number() % width)
    }

    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// A dynamic prompt with its choices made, and whether there was more than one way to make them.
///
/// Comments go, `{a|b}` becomes one of its options, `\` keeps the character after it. What is chosen is read again in the
/// same way, so choices nest.
pub(super) fn dynamic_prompt(text: &str, dice: &mut Dice) -> (String, bool) {
    if !text.contains(['{', '\\', '/']) {
        return (text.to_owned(), false);
    }
    let mut random = false;
    let mut done = String::with_capacity(text.len());
    let mut open = vec![Piece::new(without_comments(text))];
    let (mut readings, mut read) = (0, 0);
    while let Some(mut piece) = open.pop() {
        let Some((at, end)) = piece.ranges.pop() else { continue };
        let Piece { text, .. } = &piece;
        let part = text.get(at..end).unwrap_or_default();
        let Some(special) = part.find(['\\', '{']) else {
            done.push_str(part);
            open.push(piece);
            continue;
        };
        done.push_str(part.get(..special).unwrap_or_default());
        let here = at + special;
        if part.get(special..).is_some_and(|rest| rest.starts_with('\\')) {
            let next = text.get(here + 1..end).and_then(|rest| rest.chars().next());
            done.push('\\');
            match next {
                Some(c) => done.push(c),
                None => done.push_str("undefined"),
            }
            piece.ranges.push((here + 1 + next.map_or(0, char::len_utf8), end));
            open.push(piece);
            continue;
        }
        let Some((options, after)) = piece.choice(here) else { continue };
        random |= options.len() > 1;
        let chosen = options.get(dice.roll(options.len())).copied().unwrap_or_default();
        // Where a comment was, another may have come together; it goes when the option is read again.
        let length = chosen.1.saturating_sub(chosen.0);
        let again = piece.has_comment(chosen) && readings < MOST_READINGS && read + length <= MOST_READ;
        let again = again.then(|| {
            readings += 1;
            read += length;
            Piece::new(without_comments(text.get(chosen.0..chosen.1).unwrap_or_default()))
        });
        piece.ranges.push((after.min(end), end));
        if again.is_none() {
            piece.ranges.push(chosen);
        }
        open.push(piece);
        open.extend(again);
    }
    (done.replace("\\{", "{").replace("\\}", "}").replace("\\|", "|"), random)
}

/// A text, its choices in the order of their braces, and what of it is still to be read, the next part last.
struct Piece {
    text: String,
    choices: Vec<Choice>,
    /// The options of all choices.
    options: Vec<Range>,
    ranges: Vec<Range>,
    /// Where comments would start.
    comments: Vec<usize>,
}

/// How often parts of one text are read again for comments, and how many bytes of it in all.
const MOST_READINGS: usize = 1_000;
const MOST_READ: usize = 1_000_000;

/// A part of a text, by its first byte and the one behind its last.
type Range = (usize, usize);

/// A choice: where its brace is, where the text goes on behind it, and which of the options are its own.
struct Choice {
    brace: usize,
    after: usize,
    options: Range,
}

impl Piece {
    fn new(text: String) -> Self {
        let mut choices = Vec::new();
        let mut options: Vec<Range> = Vec::new();
        // Choices that are open: each with where its last option starts, and options that are whole, the innermost last.
        let mut open: Vec<(usize, usize, usize)> = Vec::new();
        let mut whole: Vec<Range> = Vec::new();
        let mut close = |brace, start, first: usize, (at, after), whole: &mut Vec<Range>| {
            whole.push((start, at));
            let own = options.len();
            options.extend(whole.drain(first..));
            choices.push(Choice { brace, after, options: (own, options.len()) });
        };
        let mut chars = text.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => {
                    chars.next();
                }
                '{' => open.push((at, at + 1, whole.len())),
                '|' => {
                    if let Some((_, start, _)) = open.last_mut() {
                        whole.push((*start, at));
                        *start = at + 1;
                    }
                }
                '}' => {
                    if let Some((brace, start, first)) = open.pop() {
                        close(brace, start, first, (at, at + 1), &mut whole);
                    }
                }
                _ => {}
            }
        }
        let end = text.len();
        while let Some((brace, start, first)) = open.pop() {
            close(brace, start, first, (end, end), &mut whole);
        }
        choices.sort_unstable_by_key(|choice| choice.brace);
        let mut comments: Vec<usize> =
            ["//", "/*"].iter().flat_map(|c| text.match_indices(c)).map(|(at, _)| at).collect();
        comments.sort_unstable();
        Self { text, choices, options, ranges: vec![(0, end)], comments }
    }

    /// The options of the choice at a brace, and where the text goes on behind it.
    fn choice(&self, brace: usize) -> Option<(&[Range], usize)> {
        let at = self.choices.binary_search_by_key(&brace, |choice| choice.brace).ok()?;
        let choice = self.choices.get(at)?;
        Some((self.options.get(choice.options.0..choice.options.1)?, choice.after))
    }

    fn has_comment(&self, (start, end): Range) -> bool {
        let next = self.comments.partition_point(|at| *at < start);
        self.comments.get(next).is_some_and(|at| at + 1 < end)
    }
}

/// The text without `/* … */` and `// …`.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    // A block that is opened and not closed is none; once one is not closed, no later one is.
    let mut closed = true;
    while let Some(slash) = rest.find('/') {
        let (before, from) = rest.split_at_checked(slash).unwrap_or((rest, ""));
        kept.push_str(before);
        let block = from.strip_prefix("/*").filter(|_| closed);
        if let Some(inside) = block {
            if let Some(end) = inside.find("*/") {
                rest = inside.get(end + 2..).unwrap_or_default();
                continue;
            }
            closed = false;
        }
        if let Some(inside) = from.strip_prefix("//") {
            let end = inside.find(['\n', '\r', '\u{2028}', '\u{2029}']).unwrap_or(inside.len());
            rest = inside.get(end..).unwrap_or_default();
            continue;
        }
        kept.push('/');
        rest = from.get(1..).unwrap_or_default();
    }
    kept.push_str(rest);
    kept
}

/// The nodes that `%node.widget%` can name.
#[derive(Debug)]
pub(super) struct Places<'l> {
    by_search_name: HashMap<Cow<'l, str>, NodeIx>,
    by_title: HashMap<Cow<'l, str>, NodeIx>,
}

impl<'l> Places<'l> {
    /// The nodes of a layer and of all subgraphs in it; of two with one name the first counts.
    pub(super) fn new(live: &'l Live<'_>, layer: LayerIx) -> Self {
        let mut places = Self { by_search_name: HashMap::new(), by_title: HashMap::new() };
        let mut seen = HashSet::from_iter([layer]);
        let mut open: Vec<(LayerIx, usize)> = vec![(layer, 0)];
        while let Some((layer, at)) = open.pop() {
            let Some(ix) = live.layers[layer].nodes.get(at).copied() else {
                // The layer is done; its instance comes after what is in it.
                if let Some((outer, next)) = open.last()
                    && let Some(host) = next.checked_sub(1).and_then(|at| live.layers[*outer].nodes.get(at))
                {
                    places.add(live, *host);
                }
                continue;
            };
            open.push((layer, at + 1));
            match live.inside(ix) {
                Some(inner) if seen.insert(inner) => open.push((inner, 0)),
                _ => places.add(live, ix),
            }
        }
        places
    }

    fn add(&mut self, live: &'l Live<'_>, ix: NodeIx) {
        if let Some(name) = live.search_name(ix) {
            self.by_search_name.entry(Cow::Borrowed(name)).or_insert(ix);
        }
        if let Some(title) = live.title(ix) {
            self.by_title.entry(Cow::Borrowed(title)).or_insert(ix);
        }
    }

    /// The same with names of its own.
    pub(super) fn into_owned(self) -> Places<'static> {
        let owned = |names: HashMap<Cow<'l, str>, NodeIx>| -> HashMap<Cow<'static, str>, NodeIx> {
            names.into_iter().map(|(name, ix)| (Cow::Owned(name.into_owned()), ix)).collect()
        };
        Places { by_search_name: owned(self.by_search_name), by_title: owned(self.by_title) }
    }

    /// The text with every `%…%` replaced that names a widget or a date; `None` when it becomes longer than it is by more than
    /// `most` bytes.
    pub(super) fn replace(&self, text: &str, live: &Live<'_>, most: usize) -> Option<String> {
        let most = most.saturating_add(text.len());
        let mut done = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = rest.find('%') {
            if done.len() > most {
                return None;
            }
            let (before, from) = rest.split_at_checked(start).unwrap_or((rest, ""));
            done.push_str(before);
            let inside = from.get(1..).unwrap_or_default();
            match inside.find('%') {
                Some(0) => {
                    done.push('%');
                    rest = inside;
                }
                Some(end) => {
                    let (name, after) = inside.split_at_checked(end).unwrap_or((inside, ""));
                    if let Some(value) = self.value_of(name, live) {
                        done.push_str(&value);
                    } else {
                        done.extend(["%", name, "%"]);
                    }
                    rest = after.get(1..).unwrap_or_default();
                }
                None => {
                    done.push_str(from);
                    rest = "";
                }
            }
        }
        done.push_str(rest);
        (done.len() <= most).then_some(done)
    }

    fn value_of(&self, name: &str, live: &Live<'_>) -> Option<String> {
        let mut parts = name.split('.');
        let (first, second, third) = (parts.next()?, parts.next(), parts.next());
        let (Some(widget), None) = (second, third) else {
            let format = first.strip_prefix("date:")?;
            return live.options.clock.as_ref().map(|clock| date(format, clock));
        };
        let node = *self.by_search_name.get(first).or_else(|| self.by_title.get(first))?;
        let node = &live.nodes[node];
        let value = match node.widget(widget) {
            Some(found) => found.value,
            None => node.slots.iter().find(|slot| slot.name == widget)?.promoted.as_ref()?.value,
        };
        Some(match value {
            None | Some(Json::Null) => String::new(),
            Some(value) => js::text(value).replace(is_unsafe_in_name, "_"),
        })
    }
}

/// Whether a text waits for a clock.
pub(super) fn has_date(text: &str) -> bool {
    text.split_once("%date:").is_some_and(|(_, rest)| rest.contains('%'))
}

fn is_unsafe_in_name(c: char) -> bool {
    matches!(c, '/' | '?' | '<' | '>' | '\\' | ':' | '*' | '|' | '"') || c < '\u{20}' || c == '\u{7f}'
}

/// A time in a format of `d`, `M`, `h`, `m`, `s` once or twice, `yy` and `yyyy`.
fn date(format: &str, clock: &Clock) -> String {
    let mut done = String::new();
    let mut rest = format;
    while let Some(c) = rest.chars().next() {
        let run = rest.chars().take_while(|other| *other == c).count();
        let (part, width) = match c {
            'd' => (clock.day, run.min(2)),
            'M' => (clock.month, run.min(2)),
            'h' => (clock.hour, run.min(2)),
            'm' => (clock.minute, run.min(2)),
            's' => (clock.second, run.min(2)),
            'y' if run >= 4 => {
                done.push_str(&clock.year.to_string());
                rest = rest.get(4..).unwrap_or_default();
                continue;
            }
            'y' if run == 2 => {
                let year = format!("{:02}", clock.year.rem_euclid(100));
                done.push_str(&year);
                rest = rest.get(2..).unwrap_or_default();
                continue;
            }
            other => {
                let length = other.len_utf8() * run;
                done.push_str(rest.get(..length).unwrap_or_default());
                rest = rest.get(length..).unwrap_or_default();
                continue;
            }
        };
        let part = format!("{part:0width$}");
        done.push_str(&part);
        rest = rest.get(width..).unwrap_or_default();
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(dynamic_prompt(text, &mut Dice::new(0, "")).0, expected);
    }

    #[test]
    fn dynamic_prompts_lose_comments_and_choose() {
        check("a {b|b} c", "a b c");
        check("{g}{}x", "gx");
        check("a // b\nc /* d\n */e", "a \nc e");
        check("http://x", "http:");
        check("a /* b", "a /* b");
        check(r"\{a\|b\}", "{a|b}");
        check("end\\", "end\\undefined");
        check("{a{b|b}c|a{b}c}", "abc");
        check("{open", "open");
        check("x // y\u{2028}z", "x \u{2028}z");
    }

    #[test]
    fn dates_are_padded_to_their_letters() {
        let clock = Clock { year: 2026, month: 3, day: 7, hour: 14, minute: 5, second: 9 };
        assert_eq!(
            date("yyyy-MM-dd hh:mm:ss yy yyy d M h m s", &clock),
            "2026-03-07 14:05:09 26 yyy 7 3 14 5 9"
        );
    }

    #[test]
    fn deep_choices_need_no_stack() {
        let deep = format!("{}x{}", "{".repeat(20_000), "}".repeat(20_000));
        assert!(dynamic_prompt(&deep, &mut Dice::new(0, "")).0.ends_with('x'));
    }
}
