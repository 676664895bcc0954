//! The flat `<node>_<field>` object that RunComfy's Model API takes.

use super::json::{Layout, to_text};
use crate::interface::Payload;

/// The body of a submission, without a final line break: keys in the order of the payload.
pub fn write(payload: &Payload, layout: Layout) -> String {
    to_text(&payload.to_json(), layout)
}
