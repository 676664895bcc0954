//! Where the tokens of a JSON text are, found without a branch for any of its bytes, 64 of them at a time.
//!
//! A position is noted for each bracket, colon and comma, for the first byte of each number or word, for both quotes of a
//! string, and for each escape in it. What stands outside of strings and is none of these is white space. Whether the tokens
//! make sense is not looked at here.
#![expect(clippy::inline_always, reason = "each is one step of the loop over blocks")]

use wide::u8x16;

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
    let length = u32::try_from(text.len()).ok()?;
    let mut tokens = Vec::with_capacity(text.len() / 5 + 2 * BLOCK);
    let mut before = Before::default();
    let (blocks, rest) = text.as_bytes().as_chunks::<BLOCK>();
    let mut start = 0;
    for block in blocks {
        push(&mut tokens, start, before.block(block)?);
        start += 64;
    }
    let mut last = [b' '; BLOCK];
    for (byte, own) in last.iter_mut().zip(rest) {
        *byte = *own;
    }
    push(&mut tokens, start, before.block(&last)?);
    debug_assert!(tokens.last().is_none_or(|last| *last < length));
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
    fn of(block: &[u8; BLOCK]) -> Option<Self> {
        let mut classes = Self { quote: 0, backslash: 0, structure: 0, blank: 0, control: 0 };
        let (mut backslashes, mut odd) = (u8x16::splat(0), u8x16::splat(0));
        let all = |byte| u8x16::splat(byte);
        let (lanes, _) = block.as_chunks::<16>();
        for (lane, shift) in lanes.iter().zip([0, 16, 32, 48]) {
            let lane = u8x16::new(*lane);
            let bits = |lane: u8x16| u64::from(lane.to_bitmask()) << shift;
            // `[` and `{`, and `]` and `}`, differ in this bit only.
            let bracket = lane | all(b' ');
            classes.structure |= bits(
                bracket.simd_eq(all(b'{'))
                    | bracket.simd_eq(all(b'}'))
                    | lane.simd_eq(all(b':'))
                    | lane.simd_eq(all(b',')),
            );
            classes.quote |= bits(lane.simd_eq(all(b'"')));
            classes.blank |= bits(lane.max(all(b' ')).simd_eq(all(b' ')));
            let control = lane.max(all(b' ' - 1)).simd_eq(all(b' ' - 1));
            classes.control |= bits(control);
            odd |= control & !lane.simd_eq(all(b'\n'));
            backslashes |= lane.simd_eq(all(b'\\'));
        }
        let is_odd = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
        if odd.to_bitmask() != 0 && block.iter().any(is_odd) {
            return None;
        }
        if backslashes.to_bitmask() != 0 {
            for (lane, shift) in lanes.iter().zip([0, 16, 32, 48]) {
                let backslash = u8x16::new(*lane).simd_eq(all(b'\\'));
                classes.backslash |= u64::from(backslash.to_bitmask()) << shift;
            }
        }
        Some(classes)
    }
}

impl Before {
    /// The tokens of the next block.
    #[inline(always)]
    fn block(&mut self, block: &[u8; BLOCK]) -> Option<u64> {
        let Classes { quote, backslash, structure, blank, control } = Classes::of(block)?;
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
            let found: Option<Vec<u32>> = find(&text)
                .map(|tokens| tokens.iter().map(|at| at - u32::try_from(before).unwrap()).collect());
            assert_eq!(found, Some(expected), "{text}");
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
                assert_eq!(find(&format!("{}{text}", " ".repeat(before))), None, "{text:?}");
            }
        }
        assert!(find("\"\u{7f}\"").is_some());
    }
}
