//! FLAC, Ogg and MP3, whose comments `lofty` reads: Vorbis comments and `ID3v2`. Neither audio nor cover art is looked at.
//! `lofty` takes no text of more than 16 MiB.

use std::io::Cursor;

use lofty::config::{ParseOptions, ParsingMode};
use lofty::error::LoftyError;
use lofty::file::AudioFile;
use lofty::flac::FlacFile;
use lofty::id3::v2::Frame;
use lofty::mpeg::MpegFile;
use lofty::ogg::{OpusFile, SpeexFile, VorbisComments, VorbisFile};

use super::{Broken, Embedded};

pub(super) fn flac(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    let file = FlacFile::read_from(&mut Cursor::new(bytes), options()).map_err(broken)?;
    file.vorbis_comments().into_iter().for_each(|comments| offer(embedded, comments));
    Ok(())
}

/// Opus, Vorbis or Speex, which the first packet tells.
pub(super) fn ogg(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    const FIRST_PACKET: usize = 28;
    let mut reader = Cursor::new(bytes);
    let packet = bytes.get(FIRST_PACKET..).unwrap_or_default();
    if packet.starts_with(b"OpusHead") {
        offer(embedded, OpusFile::read_from(&mut reader, options()).map_err(broken)?.vorbis_comments());
    } else if packet.starts_with(b"\x01vorbis") {
        offer(embedded, VorbisFile::read_from(&mut reader, options()).map_err(broken)?.vorbis_comments());
    } else if packet.starts_with(b"Speex   ") {
        offer(embedded, SpeexFile::read_from(&mut reader, options()).map_err(broken)?.vorbis_comments());
    }
    Ok(())
}

pub(super) fn mp3(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    let file = MpegFile::read_from(&mut Cursor::new(bytes), options()).map_err(broken)?;
    for frame in file.id3v2().into_iter().flatten() {
        if let Frame::UserText(text) = frame {
            embedded.offer(&text.description, &text.content);
        }
    }
    Ok(())
}

fn offer(embedded: &mut Embedded, comments: &VorbisComments) {
    for (keyword, text) in comments.items() {
        embedded.offer(keyword, text);
    }
}

fn options() -> ParseOptions {
    ParseOptions::new().read_properties(false).read_cover_art(false).parsing_mode(ParsingMode::Relaxed)
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn broken(error: LoftyError) -> Broken {
    Broken(error.to_string())
}
