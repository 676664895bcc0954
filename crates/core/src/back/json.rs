//! How JSON artifacts are laid out as text.

use serde_json::ser::{PrettyFormatter, Serializer};

/// How a JSON artifact is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Layout {
    /// Two spaces of indentation.
    #[default]
    Pretty,
    /// One line.
    Compact,
}

/// The room that is made for a text.
const USUAL_SIZE: usize = 8 * 1024;

/// Any JSON artifact as text, without a final line break.
pub(super) fn to_text(value: &impl serde::Serialize, layout: Layout) -> String {
    let mut bytes = Vec::with_capacity(USUAL_SIZE);
    let written = match layout {
        Layout::Compact => value.serialize(&mut Serializer::new(&mut bytes)),
        Layout::Pretty => {
            value.serialize(&mut Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(b"  ")))
        }
    };
    // Writing to memory cannot fail, every key is a string, and JSON text is UTF-8.
    debug_assert!(written.is_ok());
    String::from_utf8(bytes).unwrap_or_default()
}
