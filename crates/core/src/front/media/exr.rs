//! `OpenEXR`: the attributes of the header, which stand one after another: name, zero, type, zero, size, value.
//!
//! The walk is our own: the `exr` crate brings a whole codec with threads, for a list of names and sizes.

use super::{Broken, Embedded, decoded};

pub(super) fn read(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    let cut = || Broken("it is cut off".to_owned());
    // The magic number and the version.
    let mut rest = bytes.get(8..).ok_or_else(cut)?;
    loop {
        let (name, after) = word(rest).ok_or_else(cut)?;
        if name.is_empty() {
            return Ok(());
        }
        let (ty, after) = word(after).ok_or_else(cut)?;
        let (size, after) = after.split_first_chunk::<4>().ok_or_else(cut)?;
        let size = usize::try_from(u32::from_le_bytes(*size)).map_err(|_| cut())?;
        let (value, after) = after.split_at_checked(size).ok_or_else(cut)?;
        if ty == b"string" {
            embedded.offer(&decoded(name), &decoded(value));
        }
        rest = after;
    }
}

/// The bytes up to the next zero, and what follows it. Names have 255 bytes at most.
fn word(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().take(256).position(|byte| *byte == 0)?;
    Some((bytes.get(..end)?, bytes.get(end + 1..)?))
}
