//! The name a service gives to one submitted job.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most characters an id may have.
const LONGEST: usize = 128;

/// An id that is safe as a segment of a URL path: 1 to 128 ASCII letters, digits, `_` and `-`.
///
/// That is RunComfy's own rule for `request_id`; a ComfyUI prompt id, a UUID, satisfies it too. There is no other way to
/// make one, so an id from a command line or a server's answer cannot lead out of its place in a path.
///
/// ```
/// use comfyc_client::RequestId;
///
/// assert!("ac368059-6a84-494d-8c6c-f5dbfed2a19a".parse::<RequestId>().is_ok());
/// assert!("../models".parse::<RequestId>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId(String);

/// A text that no service can have given as an id, cleaned and cut for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no request id, which is 1 to 128 letters, digits, `_` and `-`")]
pub struct InvalidRequestId(String);

impl RequestId {
    /// Checks and wraps an id.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidRequestId> {
        let id = id.into();
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if id.is_empty() || id.len() > LONGEST || !id.bytes().all(allowed) {
            return Err(InvalidRequestId(crate::answer::clean(&id, LONGEST)));
        }
        Ok(Self(id))
    }

    /// A fresh random id in the form ComfyUI demands of a client's own: a lowercase, hyphenated UUID (version 4).
    pub(crate) fn random() -> Self {
        Self(uuid::Uuid::new_v4().hyphenated().to_string())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for RequestId {
    type Err = InvalidRequestId;

    fn from_str(id: &str) -> Result<Self, InvalidRequestId> {
        Self::new(id)
    }
}

impl TryFrom<String> for RequestId {
    type Error = InvalidRequestId;

    fn try_from(id: String) -> Result<Self, InvalidRequestId> {
        Self::new(id)
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_letters_digits_underscore_and_hyphen_make_an_id() {
        for good in ["a", "A-b_9", &"x".repeat(128)] {
            assert!(RequestId::new(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a%2Fb", "a b", "a?b", "ä", "a\n", "\0", &"x".repeat(129)] {
            assert!(RequestId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn random_ids_are_canonical_lowercase_uuids() {
        let id = RequestId::random();
        assert_eq!(uuid::Uuid::parse_str(id.as_str()).unwrap().hyphenated().to_string(), id.as_str());
        assert_ne!(id, RequestId::random());
    }

    #[test]
    fn a_stored_id_is_checked_when_it_is_read_again() {
        assert!(serde_json::from_str::<RequestId>(r#""../x""#).is_err());
        let id: RequestId = serde_json::from_str(r#""ab-1""#).unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""ab-1""#);
    }
}
