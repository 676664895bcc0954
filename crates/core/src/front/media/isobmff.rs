//! MP4 and MOV: the box `meta` of the movie, where `keys` names the items of `ilst` by number (handler `mdta`), which is what
//! `FFmpeg` writes with `-movflags use_metadata_tags`. An older `VideoHelperSuite` put both graphs into the comment, `©cmt`.
//!
//! The walk from box to box is our own. `lofty` and `mp4ameta` read Apple's music tags and no `keys`; `mp4-atom` reads both but
//! gives up a whole list for one item that is not of its making, and decodes far more than this.

use std::collections::BTreeMap;

use super::{Broken, Container, Embedded, Form, decoded};

/// A picture or a movie, by the brands of the first box.
pub(super) fn family(bytes: &[u8]) -> Container {
    const PICTURES: [&[u8; 4]; 6] = [b"avif", b"avis", b"mif1", b"msf1", b"heic", b"heix"];
    let is_picture =
        bytes.get(8..12).is_some_and(|brand| PICTURES.iter().any(|picture| brand == picture.as_slice()));
    if is_picture { Container::Avif } else { Container::Mp4 }
}

pub(super) fn read(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    let mut boxes = Boxes::of(bytes);
    for (kind, content) in boxes.by_ref() {
        match &kind {
            b"moov" => movie(content, embedded),
            b"udta" => user_data(content, embedded),
            b"meta" => meta(content, embedded),
            _ => {}
        }
    }
    if boxes.cut { Err(Broken("it is cut off, or a box in it has a wrong size".to_owned())) } else { Ok(()) }
}

fn movie(content: &[u8], embedded: &mut Embedded) {
    for (kind, content) in Boxes::of(content) {
        match &kind {
            b"udta" => user_data(content, embedded),
            b"meta" => meta(content, embedded),
            _ => {}
        }
    }
}

fn user_data(content: &[u8], embedded: &mut Embedded) {
    for (kind, content) in Boxes::of(content) {
        match &kind {
            b"meta" => meta(content, embedded),
            // QuickTime's form: a length and a language before the text.
            b"\xa9cmt" => embedded.offer("comment", &decoded(content.get(4..).unwrap_or_default())),
            _ => {}
        }
    }
}

fn meta(content: &[u8], embedded: &mut Embedded) {
    // A version stands before the boxes, but not in QuickTime's own files.
    let content = match content.get(4..8) {
        Some(b"hdlr" | b"keys" | b"ilst") => content,
        _ => content.get(4..).unwrap_or_default(),
    };
    let mut keys = BTreeMap::new();
    for (kind, content) in Boxes::of(content) {
        match &kind {
            b"keys" => {
                let entries = Boxes::of(content.get(8..).unwrap_or_default());
                for (number, (_, name)) in (1u32..).zip(entries) {
                    let name = decoded(name);
                    if Form::of(&name).is_some() || name.eq_ignore_ascii_case("comment") {
                        keys.insert(number, name);
                    }
                }
            }
            b"ilst" => items(content, &keys, embedded),
            _ => {}
        }
    }
}

fn items(content: &[u8], keys: &BTreeMap<u32, String>, embedded: &mut Embedded) {
    for (kind, content) in Boxes::of(content) {
        let keyword = match keys.get(&u32::from_be_bytes(kind)) {
            Some(keyword) => keyword.as_str(),
            None if kind == *b"\xa9cmt" => "comment",
            None => continue,
        };
        let data = Boxes::of(content).find(|(kind, _)| kind == b"data");
        // A type and a locale stand before the text.
        if let Some(text) = data.and_then(|(_, content)| content.get(8..)) {
            embedded.offer(keyword, &decoded(text));
        }
    }
}

/// The boxes that stand one after another, each with its kind and content.
struct Boxes<'a> {
    rest: &'a [u8],
    /// Whether the last of them is not whole.
    cut: bool,
}

impl<'a> Boxes<'a> {
    fn of(rest: &'a [u8]) -> Self {
        Self { rest, cut: false }
    }

    /// The first box, when all of it is there: its kind, its content, and what follows it.
    fn first(&self) -> Option<([u8; 4], &'a [u8], &'a [u8])> {
        let [a, b, c, d, kind @ ..] = *self.rest.first_chunk::<8>()?;
        let (size, header) = match u32::from_be_bytes([a, b, c, d]) {
            // To the end.
            0 => (self.rest.len(), 8),
            1 => {
                let long = self.rest.get(8..)?.first_chunk::<8>()?;
                (usize::try_from(u64::from_be_bytes(*long)).ok()?, 16)
            }
            size => (usize::try_from(size).ok()?, 8),
        };
        let (whole, rest) = self.rest.split_at_checked(size)?;
        Some((kind, whole.get(header..)?, rest))
    }
}

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let Some((kind, content, rest)) = self.first() else {
            // Zeros may stand behind the last box.
            self.cut = self.rest.iter().any(|byte| *byte != 0);
            self.rest = &[];
            return None;
        };
        self.rest = rest;
        Some((kind, content))
    }
}
