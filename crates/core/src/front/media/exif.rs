//! EXIF, which WebP, JPEG, AVIF and TIFF hold: read by `kamadak-exif`, which finds it in each of them, bounds the chain of
//! directories and passes over one that was visited before. The chunk of a WebP is found here, because Pillow, and so ComfyUI,
//! writes `Exif` and two zeros before it as JPEG has it, which the library takes for damage.
//!
//! The values are cut out here and not by the library, which makes a list of every text: a file of zeros would take 24 times its
//! size for each tag.
//!
//! ComfyUI writes `prompt:` and the JSON into `Model`, and each text of the editor, such as `workflow:`, into `Make` and then
//! into the tags below it, one after another. Packs do the same in other tags, with capitals, or write one JSON object of both into
//! `UserComment`. Only those tags are looked at, each once, so what a file can make us copy is bounded by their number.

use std::collections::BTreeMap;
use std::io::Cursor;

use exif::{Error, Exif, Reader};

use super::{Broken, Embedded, Form, decoded};

/// The entry that points at the second directory.
const EXIF_DIRECTORY: u16 = 0x8769;
const USER_COMMENT: u16 = 0x9286;

/// Whether a tag may hold a text: from `Model` down to the first tag of the image directory, since ComfyUI goes down from `Make`
/// by one for each text; `Software`, `Artist`, `Copyright` and `UserComment`.
fn is_looked_at(tag: u16) -> bool {
    matches!(tag, 0x0100..=0x0110 | 0x0131 | 0x013b | 0x8298 | USER_COMMENT)
}

/// A WebP.
pub(super) fn webp(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((head, after)) = rest.split_first_chunk::<8>() {
        let [kind @ .., a, b, c, d] = *head;
        let chunk = usize::try_from(u32::from_le_bytes([a, b, c, d])).ok();
        let Some((data, after)) = chunk.and_then(|length| after.split_at_checked(length)) else {
            return Err(cut());
        };
        if &kind == b"EXIF" {
            let data = data.strip_prefix(b"Exif\0\0").unwrap_or(data);
            return directory(Reader::new().continue_on_error(true).read_raw(data.to_vec()), embedded);
        }
        // A chunk of odd length is filled up.
        rest = if data.len() % 2 == 1 { after.get(1..).unwrap_or_default() } else { after };
    }
    if rest.is_empty() { Ok(()) } else { Err(cut()) }
}

fn cut() -> Broken {
    Broken("it is cut off".to_owned())
}

/// A JPEG, an AVIF or a TIFF.
pub(super) fn read(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    directory(Reader::new().continue_on_error(true).read_from_container(&mut Cursor::new(bytes)), embedded)
}

fn directory(read: Result<Exif, Error>, embedded: &mut Embedded) -> Result<(), Broken> {
    let mut damage = Ok(());
    let exif = read.or_else(|error| {
        error.distill_partial_result(|errors| {
            if let Some(error) = errors.first() {
                damage = Err(Broken(error.to_string()));
            }
        })
    });
    let exif = match exif {
        Ok(exif) => exif,
        Err(Error::NotFound(_)) => return Ok(()),
        Err(error) => return Err(Broken(error.to_string())),
    };
    let tiff = Tiff { bytes: exif.buf(), is_little: exif.little_endian() };
    for (tag, value) in tiff.values() {
        let text = if tag == USER_COMMENT { comment(value) } else { decoded(line(value)) };
        offer(embedded, tag, &text);
    }
    damage
}

/// What stands before the first zero.
fn line(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// A text of the form `keyword:text`, or an object of both.
fn offer(embedded: &mut Embedded, tag: u16, text: &str) {
    let labelled = text.split_once(':').map(|(keyword, text)| (keyword.trim(), text));
    match labelled.filter(|(keyword, _)| Form::of(keyword).is_some()) {
        Some((keyword, text)) => embedded.offer(keyword, text),
        None => embedded.offer(&format!("EXIF tag {tag:04x}"), text),
    }
}

/// The directories of EXIF, as the library found them.
struct Tiff<'a> {
    bytes: &'a [u8],
    is_little: bool,
}

impl<'a> Tiff<'a> {
    /// The values of the first directory, and of the one it points at, that are texts or bytes under a tag that is looked at.
    fn values(&self) -> BTreeMap<u16, &'a [u8]> {
        let mut values = BTreeMap::new();
        let mut second = None;
        let first = self.long(4).map(|at| self.entries(at, &mut values, &mut second));
        if let (Some(()), Some(at)) = (first, second) {
            self.entries(at, &mut values, &mut None);
        }
        values
    }

    /// Takes in the entries of the directory at an offset.
    fn entries(&self, at: usize, values: &mut BTreeMap<u16, &'a [u8]>, second: &mut Option<usize>) {
        const ENTRY: usize = 12;
        const BYTES: u16 = 1;
        const ASCII: u16 = 2;
        const UNDEFINED: u16 = 7;
        let Some(count) = self.short(at) else { return };
        for entry in (0..usize::from(count)).map(|number| at.saturating_add(2 + number * ENTRY)) {
            if entry.saturating_add(ENTRY) > self.bytes.len() {
                return;
            }
            let (Some(tag), Some(ty), Some(length)) =
                (self.short(entry), self.short(entry + 2), self.long(entry + 4))
            else {
                return;
            };
            if tag == EXIF_DIRECTORY {
                *second = self.long(entry + 8);
            }
            if !is_looked_at(tag) || !matches!(ty, BYTES | ASCII | UNDEFINED) {
                continue;
            }
            // A short value stands in the place of its offset.
            let start = if length <= 4 { Some(entry + 8) } else { self.long(entry + 8) };
            let value = start.and_then(|start| self.bytes.get(start..)?.get(..length));
            if let Some(value) = value {
                values.insert(tag, value);
            }
        }
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        let long = if self.is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) };
        usize::try_from(long).ok()
    }
}

/// The text of a `UserComment`: behind eight bytes that name its character set, where the writer kept to the standard.
fn comment(bytes: &[u8]) -> String {
    let Some((set, text)) = bytes.split_first_chunk::<8>() else { return decoded(bytes) };
    match set {
        b"UNICODE\0" => utf16(text),
        b"ASCII\0\0\0" | b"JIS\0\0\0\0\0" | b"\0\0\0\0\0\0\0\0" => decoded(text),
        _ => decoded(bytes),
    }
}

/// UTF-16 in whichever order makes the first character one of ASCII; writers do not agree.
fn utf16(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xff\xfe").or_else(|| bytes.strip_prefix(b"\xfe\xff")).unwrap_or(bytes);
    let little = matches!(bytes, [first, 0, ..] if *first != 0);
    let unit = if little { u16::from_le_bytes } else { u16::from_be_bytes };
    let units = bytes.as_chunks::<2>().0.iter().map(|bytes| unit(*bytes));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}
