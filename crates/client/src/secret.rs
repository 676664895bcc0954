//! A text that must not be printed.

use std::fmt;

/// A token, key or header value; `Debug` prints `…`, and there is no `Display`.
///
/// ```
/// let token = comfyc_client::Secret::new("abc123");
/// assert_eq!(format!("{token:?}"), "…");
/// assert_eq!(token.reveal(), "abc123");
/// ```
#[derive(Clone, Default)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, to be sent and not shown.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
