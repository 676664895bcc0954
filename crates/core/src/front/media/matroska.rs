//! Matroska and `WebM`: the tags of the segment. The writers are `FFmpeg`'s, which turns keywords into capitals.
//!
//! The walk from element to element is our own: `matroska-demuxer` (0.8) goes on without end in 85 bytes that a fuzz target found,
//! and `matroska` builds tracks, chapters and attachments on the way to the tags. Clusters, where pictures and sound are, are
//! stepped over, or through where they do not say their size.

use super::{Broken, Embedded, decoded};

const SEGMENT: u32 = 0x1853_8067;
const TAGS: u32 = 0x1254_c367;
const TAG: u32 = 0x7373;
const SIMPLE_TAG: u32 = 0x67c8;
const TAG_NAME: u32 = 0x45a3;
const TAG_STRING: u32 = 0x4487;

pub(super) fn read(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    let mut elements = Elements::of(bytes);
    for (id, content) in elements.by_ref() {
        if id == TAGS {
            let tags = Elements::of(content).filter(|(id, _)| *id == TAG);
            let tags = tags.flat_map(|(_, content)| Elements::of(content));
            tags.filter(|(id, _)| *id == SIMPLE_TAG).for_each(|(_, content)| tag(content, embedded));
        }
    }
    if elements.cut {
        Err(Broken("it is cut off, or an element in it has a wrong size".to_owned()))
    } else {
        Ok(())
    }
}

fn tag(content: &[u8], embedded: &mut Embedded) {
    let (mut name, mut text) = (None, None);
    for (id, content) in Elements::of(content) {
        match id {
            TAG_NAME => name = Some(decoded(content)),
            TAG_STRING => text = Some(decoded(content)),
            _ => {}
        }
    }
    if let (Some(name), Some(text)) = (name, text) {
        embedded.offer(name.trim_end_matches('\0'), &text);
    }
}

/// The elements that stand one after another, each with its id and content. Those inside of a segment, and of an element that
/// does not say its size, stand in the same row: such an element has no content of its own.
struct Elements<'a> {
    rest: &'a [u8],
    /// Whether the last of them is not whole.
    cut: bool,
}

impl<'a> Elements<'a> {
    fn of(rest: &'a [u8]) -> Self {
        Self { rest, cut: false }
    }

    /// The first element, when all of it is there: its id, its content, and what follows it.
    fn first(&self) -> Option<(u32, &'a [u8], &'a [u8])> {
        let (id, _, rest) = number(self.rest)?;
        let id = u32::try_from(id).ok()?;
        let (size, width, rest) = number(rest)?;
        // Without the bit that tells the width.
        let largest = (1u64 << (7 * width)) - 1;
        let size = size & largest;
        if size == largest || id == SEGMENT {
            return Some((id, &[], rest));
        }
        let (content, rest) = rest.split_at_checked(usize::try_from(size).ok()?)?;
        Some((id, content, rest))
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let Some((id, content, rest)) = self.first() else {
            self.cut = !self.rest.is_empty();
            self.rest = &[];
            return None;
        };
        self.rest = rest;
        Some((id, content))
    }
}

/// A number of one to eight bytes, as many as there are zero bits before the first one and one more; its width, and what
/// follows it.
fn number(bytes: &[u8]) -> Option<(u64, u32, &[u8])> {
    let width = bytes.first()?.leading_zeros() + 1;
    let (digits, rest) = bytes.split_at_checked(usize::try_from(width).ok().filter(|width| *width <= 8)?)?;
    Some((digits.iter().fold(0, |number, digit| number << 8 | u64::from(*digit)), width, rest))
}
