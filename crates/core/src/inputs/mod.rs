//! What typed inputs need at run time: the text that [`back::rust::inputs`](crate::back::rust::inputs) generates is written
//! in the words of this module.
//!
//! A generated struct holds its published schema as text, and that schema is the one judge: reading refuses what it refuses,
//! and [`Published::payload`] makes a `Checked<Payload>` only through [`check::payload`]. The
//! types of the fields ([`choice!`], [`integer!`], [`number!`]) refuse the same things earlier, when a value is made.
//!
//! `serde`, `schemars` and `serde_json` are here under their own names, so that a crate with generated inputs depends on
//! `comfyc` alone.

mod choice;
mod limits;
mod read;

use std::sync::OnceLock;

pub use schemars;
pub use serde;
pub use serde_json;
pub use serde_json::Value;

pub use crate::check::{Checked, Rejected};
pub use crate::interface::Payload;
pub use crate::{
    __inputs_choice as choice, __inputs_integer as integer, __inputs_number as number,
    __inputs_published as published,
};
pub use choice::Member;
#[doc(hidden)]
pub use choice::pick;
pub use limits::{Crossed, Held, OutOfRange, numbers};
pub use read::{Fields, Read};

use crate::back::schema::{self, Dialect};
use crate::check;
use crate::diagnostic::Problem;
use crate::front::published as front;
use crate::interface::Interface;
use crate::source::{Source, Sources, Syntax};

/// A published schema inside a program: its text, read when it is first needed.
#[derive(Debug)]
pub struct Published {
    text: &'static str,
    interface: OnceLock<Interface>,
}

impl Published {
    /// The schema of this text, which the generator has read before.
    pub const fn new(text: &'static str) -> Self {
        Self { text, interface: OnceLock::new() }
    }

    /// The text as it was published.
    pub fn text(&self) -> &'static str {
        self.text
    }

    /// What is published: every key with its type, limits and default.
    pub fn interface(&self) -> &Interface {
        self.interface.get_or_init(|| {
            let source = Source::new("schema.json", Syntax::Json, self.text);
            match front::parse(&source, Sources::default().add(source.clone())) {
                (Some(front::Published::Input(interface)), _) => interface,
                _ => Interface::new(),
            }
        })
    }

    /// The schema in standard JSON Schema, the same as `comfyc build --emit schema --dialect 2020-12` prints.
    pub fn json_schema(&self) -> schemars::Schema {
        match schema::to_json(self.interface(), Dialect::Draft2020) {
            Value::Object(keywords) => keywords.into(),
            _ => schemars::Schema::default(),
        }
    }

    /// The payload of these inputs, checked against the schema: required keys first, then every other key that has a value.
    pub fn payload(&self, inputs: &impl serde::Serialize) -> Result<Checked<Payload>, Rejected> {
        let members = match serde_json::to_value(inputs) {
            Ok(Value::Object(members)) => members,
            Ok(other) => return Err(wrong_shape(crate::diagnostic::kind_of(&other))),
            Err(error) => return Err(wrong_shape(&error.to_string())),
        };
        let interface = self.interface();
        let given: Payload = members.into_iter().collect();
        Ok(check::payload(interface, interface.complete(&given, false))?)
    }

    /// Reads an object of keys and values, and refuses what the schema refuses.
    pub fn read<'de, D: serde::Deserializer<'de>>(&self, from: D) -> Result<Fields, D::Error> {
        let payload: Payload = serde::Deserialize::deserialize(from)?;
        let checked = check::payload(self.interface(), payload);
        Ok(Fields::new(&*checked.map_err(|rejected| serde::de::Error::custom(rejected.summary()))?))
    }
}

fn wrong_shape(found: &str) -> Rejected {
    let (what, expected) = ("the inputs".to_owned(), "an object of keys and values".to_owned());
    Rejected::because(Problem::WrongShape { what, expected, found: found.to_owned() })
}

/// JSON of a text that the generator has written.
pub fn exact(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// What every generated struct can do. Generated code calls it; see the guide of `comfyc-build`.
#[doc(hidden)]
#[macro_export]
macro_rules! __inputs_published {
    ($Name:ident, $published:path) => {
        #[allow(dead_code, unreachable_pub)]
        impl $Name {
            /// The payload to send, checked against the published schema.
            ///
            /// # Errors
            ///
            /// What the types do not say: the length of a text, the form of an address.
            pub fn payload(
                &self,
            ) -> ::core::result::Result<
                $crate::inputs::Checked<$crate::inputs::Payload>,
                $crate::inputs::Rejected,
            > {
                $published.payload(self)
            }
        }

        impl ::core::convert::TryFrom<$Name> for $crate::inputs::Checked<$crate::inputs::Payload> {
            type Error = $crate::inputs::Rejected;

            fn try_from(inputs: $Name) -> ::core::result::Result<Self, Self::Error> {
                inputs.payload()
            }
        }

        /// The schema that `comfyc build --emit schema --dialect 2020-12` prints.
        impl $crate::inputs::schemars::JsonSchema for $Name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($Name).into()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($Name)).into()
            }

            fn json_schema(
                _: &mut $crate::inputs::schemars::SchemaGenerator,
            ) -> $crate::inputs::schemars::Schema {
                $published.json_schema()
            }
        }
    };
}

#[cfg(test)]
mod tests;
