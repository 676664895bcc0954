//! Texts that are shared and never copied.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

/// A text. A clone shares it, a `String` is taken over as it is, and one that is part of the program stays there.
#[derive(Debug, Clone)]
pub struct SourceText(Arc<Cow<'static, str>>);

impl SourceText {
    /// A text that is part of the program.
    pub(crate) fn of_program(text: &'static str) -> Self {
        Self(Arc::new(Cow::Borrowed(text)))
    }
}

impl Deref for SourceText {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for SourceText {
    fn from(text: String) -> Self {
        Self(Arc::new(Cow::Owned(text)))
    }
}

impl From<&str> for SourceText {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}
