//! Where the tokens of a JSON text are, found without a branch for any of its bytes, 64 of them at a time, by the widest
//! instructions that the processor has.
//!
//! A position is noted for each bracket, colon and comma, for the first byte of each number or word, for both quotes of a
//! string, and for each escape in it. What stands outside of strings and is none of these is white space. Whether the tokens
//! make sense is not looked at here.
#![expect(clippy::inline_always, reason = "each is one step of the loop over blocks")]

use fearless_simd::{Level, Simd, SimdBase, SimdMask, dispatch, u8x64};

/// Bytes that are looked at together.
const BLOCK: usize = 64;

/// What is known at the end of a block about the byte before the next.
#[derive(Debug, Default)]
struct Before {
    /// All bits when a string is open, else none.
    in_string: u64,
    /// The lowest bit when the next byte is that of an escape.
    escape: u64,
    /// The lowest bit when a number or word may go on.
    scalar: u64,
}

/// The positions of all tokens; `None` when a string is not closed or holds a control character, when there is another than
/// white space outside of strings, and for a text whose positions are too large.
pub(super) fn find(text: &str) -> Option<Vec<u32>> {
    find_by(Level::new(), text)
}

/// The same, with these instructions.
fn find_by(level: Level, text: &str) -> Option<Vec<u32>> {
    u32::try_from(text.len()).ok()?;
    dispatch!(level, simd => positions(simd, text.as_bytes()))
}

#[inline(always)]
fn positions<S: Simd>(simd: S, text: &[u8]) -> Option<Vec<u32>> {
    let mut tokens = Vec::with_capacity(text.len() / 5 + 2 * BLOCK);
    let mut before = Before::default();
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    let mut start = 0;
    for block in blocks {
        push(&mut tokens, start, before.block(simd, block)?);
        start += 64;
    }
    let mut last = [b' '; BLOCK];
    for (byte, own) in last.iter_mut().zip(rest) {
        *byte = *own;
    }
    push(&mut tokens, start, before.block(simd, &last)?);
    debug_assert!(tokens.last().is_none_or(|last| index(*last) < text.len()));
    (before.in_string == 0).then_some(tokens)
}

/// A position in the text.
#[inline(always)]
pub(super) fn index(position: u32) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// Adds the positions that are set in a block that starts at `start`.
#[inline(always)]
fn push(tokens: &mut Vec<u32>, start: u32, mut bits: u64) {
    tokens.extend((0..bits.count_ones()).map(|_| {
        let position = start.wrapping_add(bits.trailing_zeros());
        bits &= bits.wrapping_sub(1);
        position
    }));
}

/// What the bytes of a block are, one bit each.
struct Classes {
    quote: u64,
    backslash: u64,
    /// Brackets, colons and commas.
    structure: u64,
    /// White space and control characters.
    blank: u64,
    control: u64,
}

impl Classes {
    /// `None` for a block with a control character that is no white space.
    #[inline(always)]
    fn of<S: Simd>(simd: S, block: &[u8; BLOCK]) -> Option<Self> {
        let bytes = u8x64::from_slice(simd, block);
        // `[` and `{`, and `]` and `}`, differ in this bit only.
        let bracket = bytes | b' ';
        // Zero where it is any of these.
        let other = (bracket ^ b'{').min(bracket ^ b'}').min(bytes ^ b':').min(bytes ^ b',');
        let structure = other.simd_eq(0).to_bitmask();
        let control = bytes.simd_lt(b' ').to_bitmask();
        if control & !bytes.simd_eq(b'\n').to_bitmask() != 0 && has_odd(block) {
            return None;
        }
        Some(Self {
            quote: bytes.simd_eq(b'"').to_bitmask(),
            backslash: bytes.simd_eq(b'\\').to_bitmask(),
            structure,
            blank: bytes.simd_le(b' ').to_bitmask(),
            control,
        })
    }
}

/// Whether there is a control character that is no white space.
#[cold]
fn has_odd(block: &[u8; BLOCK]) -> bool {
    block.iter().any(|byte| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r'))
}

impl Before {
    /// The tokens of the next block.
    #[inline(always)]
    fn block<S: Simd>(&mut self, simd: S, block: &[u8; BLOCK]) -> Option<u64> {
        let Classes { quote, backslash, structure, blank, control } = Classes::of(simd, block)?;
        let (quote, escapes) = match backslash | self.escape {
            0 => (quote, 0),
            _ => self.unescaped(quote, backslash),
        };
        // From each opening quote up to the closing one.
        let mut inside = quote;
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        inside ^= self.in_string;
        self.in_string = 0_u64.wrapping_sub(inside >> 63);
        if control & inside != 0 {
            return None;
        }
        let scalar = !(blank | structure | inside | quote);
        let starts = scalar & !(scalar << 1 | self.scalar);
        self.scalar = scalar >> 63;
        Some((structure & !inside) | quote | (escapes & inside) | starts)
    }

    /// The quotes that are not escaped, and the backslashes that escape.
    fn unescaped(&mut self, quote: u64, backslash: u64) -> (u64, u64) {
        let (mut kept, mut escapes) = (self.escape, 0);
        let mut open = backslash & !kept;
        while open != 0 {
            let first = open & open.wrapping_neg();
            escapes |= first;
            kept |= first << 1;
            open &= !(first | first << 1);
        }
        self.escape = escapes >> 63;
        (quote & !kept, escapes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tokens are at the places marked with `^`, wherever the text stands.
    #[track_caller]
    fn check(text: &str, marks: &str) {
        for before in [0, 1, 5, 60, 61, 62, 63, 64, 100] {
            let text = format!("{}{text}", " ".repeat(before));
            let expected: Vec<u32> =
                marks.bytes().zip(0..).filter(|(mark, _)| *mark == b'^').map(|(_, at)| at).collect();
            let shifted =
                |tokens: Vec<u32>| tokens.iter().map(|at| at - u32::try_from(before).unwrap()).collect();
            for level in [Level::new(), Level::baseline()] {
                let found: Option<Vec<u32>> = find_by(level, &text).map(shifted);
                assert_eq!(found.as_ref(), Some(&expected), "{level:?} {text}");
            }
        }
    }

    #[test]
    fn tokens_are_found_where_they_are() {
        check(r#"{"a": [1, -20.5],"b":null }"#, "^^ ^^ ^^^ ^    ^^^ ^^^    ^");
        check(r#"["\"", "\\\"]", "é{}:,"]"#, "^^^ ^^ ^^ ^  ^^ ^      ^^");
        check(r#""a"x 1 2"#, "^ ^^ ^ ^");
        check("\t\r\n1\n", "   ^ ");
    }

    #[test]
    fn strings_that_are_none_are_refused() {
        for text in ["\"a", "\"a\\\"", "\"a\nb\"", "\"\u{1}\"", "\u{1}", "\u{c}", "[\u{0}]"] {
            for before in [0, 30, 62, 63, 64] {
                for level in [Level::new(), Level::baseline()] {
                    let found = find_by(level, &format!("{}{text}", " ".repeat(before)));
                    assert_eq!(found, None, "{level:?} {text:?}");
                }
            }
        }
        assert!(find("\"\u{7f}\"").is_some());
    }
}
