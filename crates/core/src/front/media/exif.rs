//! EXIF, which WebP, JPEG, AVIF and TIFF hold: read by `kamadak-exif`, which finds it in each of them, bounds the chain of
//! directories and passes over one that was visited before. The chunk of a WebP is found here, because Pillow, and so ComfyUI,
//! writes `Exif` and two zeros before it as JPEG has it, which the library takes for damage.
//!
//! ComfyUI writes `prompt:` and the JSON into `Model`, and each text of the editor, such as `workflow:`, into `Make` and then
//! into the tags below it, one after another. Packs do the same in other tags, with capitals, or write one JSON object of both into
//! `UserComment`. Only those tags are looked at, so what a file can make us copy is bounded by their number.

use std::io::Cursor;

use exif::{Context, Error, Exif, In, Reader, Tag, Value};

use super::{Broken, Embedded, Form, decoded};

/// From `Model` down to the first tag of the image directory: ComfyUI goes down from `Make` by one for each text.
const DOWNWARDS: std::ops::RangeInclusive<u16> = 0x0100..=0x0110;

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
    let tags = DOWNWARDS.map(|number| Tag(Context::Tiff, number));
    for tag in tags.chain([Tag::Software, Tag::Artist, Tag::Copyright, Tag::UserComment]) {
        if let Some(text) = text(&exif, tag) {
            offer(embedded, tag, &text);
        }
    }
    damage
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        Value::Ascii(lines) => lines.iter().find(|line| !line.is_empty()).map(|line| decoded(line)),
        // Pillow, when it is not told, writes bytes as numbers.
        Value::Undefined(bytes, _) | Value::Byte(bytes) => Some(comment(bytes)),
        _ => None,
    }
}

/// A text of the form `keyword:text`, or an object of both.
fn offer(embedded: &mut Embedded, tag: Tag, text: &str) {
    let labelled = text.split_once(':').map(|(keyword, text)| (keyword.trim(), text));
    match labelled.filter(|(keyword, _)| Form::of(keyword).is_some()) {
        Some((keyword, text)) => embedded.offer(keyword, text),
        None => embedded.offer(&tag.to_string(), text),
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
