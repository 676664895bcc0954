//! Matroska and `WebM`: tags, read by `matroska-demuxer`. The writers are `FFmpeg`'s, which turns keywords into capitals.

use std::io::Cursor;

use matroska_demuxer::MatroskaFile;

use super::{Broken, Embedded};

pub(super) fn read(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    let file = MatroskaFile::open(Cursor::new(bytes)).map_err(|error| Broken(error.to_string()))?;
    let tags = file.tags().unwrap_or_default().iter().flat_map(|tag| tag.simple_tags());
    for tag in tags {
        if let Some(text) = tag.string() {
            embedded.offer(tag.name(), text);
        }
    }
    Ok(())
}
