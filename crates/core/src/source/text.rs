//! Texts that are shared and never copied.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

/// A text. A clone shares it, a `String` is taken over as it is, and one that is part of the program stays there.
#[derive(Debug, Clone)]
pub struct Text(Arc<Cow<'static, str>>);

impl Text {
    /// A text that is part of the program.
    pub(crate) fn of_program(text: &'static str) -> Self {
        Self(Arc::new(Cow::Borrowed(text)))
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Arc::new(Cow::Owned(text)))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}
