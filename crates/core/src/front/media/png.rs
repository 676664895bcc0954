//! PNG: the chunks `tEXt`, `iTXt`, `zTXt`, and the `comf` of ComfyUI's animated pictures, which is a `tEXt` that stands
//! behind the pixels.
//!
//! The walk from chunk to chunk is our own, because the `png` crate passes over `comf`, must decode pixels to reach what
//! stands behind them, and gives nothing of a file that is cut off. Unpacking is `miniz_oxide`'s.

use std::collections::BTreeMap;

use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};

use super::{Broken, Embedded, Form, MOST_TEXT, decoded};

/// A chunk whose keyword names a graph.
struct Text<'a> {
    kind: [u8; 4],
    /// What follows the keyword and its zero.
    rest: &'a [u8],
    intact: bool,
}

/// Reads the texts of a PNG. Only the last of each keyword is unpacked, so a file cannot ask for more than that twice.
pub(super) fn read(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    let mut texts = BTreeMap::new();
    let mut end = walk(bytes.get(8..).unwrap_or_default(), embedded, &mut texts);
    for (keyword, text) in texts {
        match unpacked(&keyword, &text) {
            Ok(words) => embedded.offer(&keyword, &words),
            Err(broken) => end = end.and(Err(broken)),
        }
        if !text.intact {
            end = end.and(Err(Broken(format!("the checksum of its `{keyword}` is wrong"))));
        }
    }
    end
}

fn walk<'a>(
    mut rest: &'a [u8],
    embedded: &mut Embedded,
    texts: &mut BTreeMap<String, Text<'a>>,
) -> Result<(), Broken> {
    let cut = || Broken("it is cut off".to_owned());
    loop {
        let (head, after) = rest.split_first_chunk::<8>().ok_or_else(cut)?;
        let [a, b, c, d, kind @ ..] = *head;
        let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).map_err(|_| cut())?;
        let (data, after) = after.split_at_checked(length).ok_or_else(cut)?;
        let (checksum, after) = after.split_first_chunk::<4>().ok_or_else(cut)?;
        rest = after;
        match &kind {
            b"IEND" => return Ok(()),
            b"tEXt" | b"iTXt" | b"zTXt" | b"comf" => {}
            _ => continue,
        }
        let mut parts = data.splitn(2, |byte| *byte == 0);
        let (Some(keyword), Some(text)) = (parts.next(), parts.next()) else { continue };
        let keyword = decoded(keyword);
        if Form::of(&keyword).is_none() {
            embedded.pass(&keyword);
            continue;
        }
        let mut crc = crc32fast::Hasher::new();
        crc.update(&kind);
        crc.update(data);
        let intact = crc.finalize() == u32::from_be_bytes(*checksum);
        texts.insert(keyword.to_ascii_lowercase(), Text { kind, rest: text, intact });
    }
}

/// The text of a chunk.
fn unpacked(keyword: &str, text: &Text<'_>) -> Result<String, Broken> {
    let broken = || Broken(format!("its `{keyword}` cannot be unpacked"));
    let (compressed, bytes) = match &text.kind {
        // The method, of which there is but one.
        b"zTXt" => (true, text.rest.get(1..).ok_or_else(broken)?),
        // A flag, the method, a language and a translated keyword, both ended by a zero.
        b"iTXt" => {
            let ([flag, _method], rest) = text.rest.split_first_chunk::<2>().ok_or_else(broken)?;
            let bytes = rest.splitn(3, |byte| *byte == 0).nth(2).ok_or_else(broken)?;
            (*flag != 0, bytes)
        }
        _ => (false, text.rest),
    };
    if !compressed {
        return Ok(decoded(bytes));
    }
    match decompress_to_vec_zlib_with_limit(bytes, MOST_TEXT) {
        Ok(bytes) => Ok(decoded(&bytes)),
        Err(error) if error.status == TINFLStatus::HasMoreOutput => {
            Err(Broken(format!("its `{keyword}` unpacks to more than {} MiB", MOST_TEXT >> 20)))
        }
        Err(_) => Err(broken()),
    }
}
