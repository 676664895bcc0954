//! The FNV-1a hash: the same number for the same text on every machine, and in every release.

/// The 64-bit hash of a text.
pub(super) fn fnv(text: &str) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x100_0000_01b3;
    text.bytes().fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}
