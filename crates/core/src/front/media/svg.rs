//! SVG: a JSON object of both texts in a `CDATA` section of the first `<metadata>`.
//!
//! Found by search, as the editor does it, and not by an XML parser: the writer does not escape what it writes, so a `]]>` in
//! somebody's words ends the section for XML but not for the editor, which goes on to the one before `</metadata>`.

use super::{Broken, Embedded, decoded};

/// Markup with an `<svg` near its start. No other document that is read here begins with `<`.
pub(super) fn is(bytes: &[u8]) -> bool {
    const NEAR: usize = 64 << 10;
    let start = bytes.get(..NEAR.min(bytes.len())).unwrap_or_default();
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    start.starts_with(b"<") && start.windows(4).any(|tag| tag.eq_ignore_ascii_case(b"<svg"))
}

pub(super) fn read(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    let text = decoded(bytes);
    let Some((_, rest)) = text.split_once("<metadata>") else { return Ok(()) };
    let Some(rest) = rest.trim_start().strip_prefix("<![CDATA[") else { return Ok(()) };
    let inside = rest
        .match_indices("</metadata>")
        .find_map(|(at, _)| rest.get(..at)?.trim_end().strip_suffix("]]>"))
        .ok_or_else(|| Broken("its `<metadata>` has no end".to_owned()))?;
    embedded.offer("metadata", inside);
    Ok(())
}
