//! From the JSON of a payload to the types of generated fields.

use serde_json::{Map, Value};

use super::Rejected;
use crate::diagnostic::{Problem, Subject, kind_of, show};
use crate::interface::Payload;
use crate::number::Num;

/// A value that a generated field can hold.
pub trait Read: Sized {
    /// Reads the JSON given for `key`.
    fn read(key: &str, value: &Value) -> Result<Self, Rejected>;
}

/// The values of a payload that its schema accepted, to be taken out key by key.
#[derive(Debug)]
pub struct Fields(Map<String, Value>);

impl Fields {
    pub(super) fn new(payload: &Payload) -> Self {
        match payload.to_json() {
            Value::Object(members) => Self(members),
            _ => Self(Map::new()),
        }
    }

    /// The value of a required key.
    pub fn take<T: Read, E: serde::de::Error>(&mut self, key: &str) -> Result<T, E> {
        match self.find(key)? {
            Some(value) => Ok(value),
            None => Err(E::custom(Problem::MissingKey { key: key.to_owned(), title: None })),
        }
    }

    /// The value of a key that may be absent.
    pub fn find<T: Read, E: serde::de::Error>(&mut self, key: &str) -> Result<Option<T>, E> {
        let Some(value) = self.0.shift_remove(key) else { return Ok(None) };
        T::read(key, &value).map(Some).map_err(E::custom)
    }

    /// The value of a required key, of a type that only serde knows.
    pub fn take_as<T: serde::de::DeserializeOwned, E: serde::de::Error>(
        &mut self,
        key: &str,
    ) -> Result<T, E> {
        match self.find_as(key)? {
            Some(value) => Ok(value),
            None => Err(E::custom(Problem::MissingKey { key: key.to_owned(), title: None })),
        }
    }

    /// The value of a key that may be absent, of a type that only serde knows.
    pub fn find_as<T: serde::de::DeserializeOwned, E: serde::de::Error>(
        &mut self,
        key: &str,
    ) -> Result<Option<T>, E> {
        let Some(value) = self.0.shift_remove(key) else { return Ok(None) };
        serde_json::from_value(value)
            .map(Some)
            .map_err(|error| E::custom(format_args!("the value of `{key}`: {error}")))
    }
}

/// A value of another type than is wanted.
pub(super) fn unfit(key: &str, expected: &str, value: &Value) -> Rejected {
    Rejected::because(Problem::InvalidValue {
        subject: Subject::Key(key.to_owned()),
        expected: expected.to_owned(),
        found: format!("{} {}", kind_of(value), show(value)),
    })
}

impl Read for Value {
    fn read(_: &str, value: &Value) -> Result<Self, Rejected> {
        Ok(value.clone())
    }
}

impl Read for String {
    fn read(key: &str, value: &Value) -> Result<Self, Rejected> {
        value.as_str().map(str::to_owned).ok_or_else(|| unfit(key, "a string", value))
    }
}

impl Read for bool {
    fn read(key: &str, value: &Value) -> Result<Self, Rejected> {
        value.as_bool().ok_or_else(|| unfit(key, "a boolean", value))
    }
}

/// A whole number, however it is spelled.
impl Read for i128 {
    fn read(key: &str, value: &Value) -> Result<Self, Rejected> {
        let whole = match value {
            Value::Number(number) => Num::read(number).to_integer(),
            _ => None,
        };
        whole
            .and_then(|whole| Self::try_from(whole).ok())
            .ok_or_else(|| unfit(key, "a whole number of 128 bits", value))
    }
}

impl Read for i64 {
    fn read(key: &str, value: &Value) -> Result<Self, Rejected> {
        Self::try_from(i128::read(key, value)?).map_err(|_| unfit(key, "a whole number of 64 bits", value))
    }
}

impl Read for f64 {
    fn read(key: &str, value: &Value) -> Result<Self, Rejected> {
        let float = match value {
            Value::Number(number) => Some(Num::read(number).to_f64()),
            _ => None,
        };
        float.filter(|float| float.is_finite()).ok_or_else(|| unfit(key, "a number of 64 bits", value))
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(key: &str, value: &Value) -> Result<Self, Rejected> {
        match value {
            Value::Array(elements) => elements.iter().map(|element| T::read(key, element)).collect(),
            _ => Err(unfit(key, "a list", value)),
        }
    }
}
