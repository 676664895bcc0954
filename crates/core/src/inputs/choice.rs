//! Published enumerations as enums.

use serde_json::Value;

use super::{Rejected, read::unfit};
use crate::diagnostic::{Guesses, Names, Problem, Subject, plain, show};
use crate::number;

/// A value that an enumeration lists.
pub trait Member {
    /// The value as JSON.
    fn json(self) -> Value;
}

impl Member for &str {
    fn json(self) -> Value {
        self.into()
    }
}

impl Member for i64 {
    fn json(self) -> Value {
        self.into()
    }
}

impl Member for bool {
    fn json(self) -> Value {
        self.into()
    }
}

impl Member for f64 {
    fn json(self) -> Value {
        super::limits::number_of(self)
    }
}

/// The first of `members` that is `value`, by the rules of JSON Schema: numbers compare by value.
#[doc(hidden)]
pub fn pick<T: Copy>(key: &str, members: &[T], json: fn(T) -> Value, value: &Value) -> Result<T, Rejected> {
    let same = |member: &Value| match (member, value) {
        (Value::Number(a), Value::Number(b)) => number::equal(a, b),
        (a, b) => a == b,
    };
    if let Some(found) = members.iter().find(|member| same(&json(**member))) {
        return Ok(*found);
    }
    if value.is_array() || value.is_object() {
        return Err(unfit(key, "one of the options", value));
    }
    let options: Vec<Value> = members.iter().map(|member| json(*member)).collect();
    let near = Guesses::new().nearest(&plain(value), options.iter().map(plain));
    let subject = Subject::Key(key.to_owned());
    Err(Rejected::because(Problem::NotAnOption {
        subject,
        value: show(value),
        near,
        options: Names::of_options(&options),
    }))
}

/// An enum of the values that a key may have. Generated code calls it; see the guide of `comfyc-build`.
#[doc(hidden)]
#[macro_export]
macro_rules! __inputs_choice {
    (
        $(#[$about:meta])*
        pub enum $Name:ident as $kind:ident for $key:literal {
            $($(#[$said:meta])* $Variant:ident = $member:literal,)+
        }
        $(default $Default:ident;)?
    ) => {
        $(#[$about])*
        #[allow(clippy::doc_markdown, clippy::enum_variant_names, clippy::upper_case_acronyms, dead_code, unreachable_pub)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $Name {
            $($(#[$said])* $Variant,)+
        }

        #[allow(dead_code, unreachable_pub)]
        impl $Name {
            /// The key that takes it.
            pub const KEY: &'static str = $key;
            /// Every option, in published order.
            pub const ALL: &'static [Self] = &[$(Self::$Variant,)+];

            /// The value as it is sent.
            #[must_use]
            pub fn value(self) -> $crate::inputs::Value {
                match self { $(Self::$Variant => $crate::inputs::Member::json($member),)+ }
            }
        }

        $crate::inputs::choice!(@$kind $Name $($Variant = $member,)+);
        $(
            impl ::core::default::Default for $Name {
                fn default() -> Self {
                    Self::$Default
                }
            }
        )?

        impl $crate::inputs::Read for $Name {
            fn read(
                key: &str,
                value: &$crate::inputs::Value,
            ) -> ::core::result::Result<Self, $crate::inputs::Rejected> {
                $crate::inputs::pick(key, Self::ALL, Self::value, value)
            }
        }

        $crate::inputs::choice!(@serde $Name);
    };
    (@text $Name:ident $($Variant:ident = $member:literal,)+) => {
        #[allow(dead_code, unreachable_pub)]
        impl $Name {
            /// The option as it is published.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$Variant => $member,)+ }
            }
        }

        impl ::core::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl ::core::str::FromStr for $Name {
            type Err = $crate::inputs::Rejected;

            fn from_str(text: &str) -> ::core::result::Result<Self, Self::Err> {
                $crate::inputs::Read::read(Self::KEY, &$crate::inputs::Value::from(text))
            }
        }
    };
    (@integer $Name:ident $($Variant:ident = $member:literal,)+) => {
        #[allow(dead_code, unreachable_pub)]
        impl $Name {
            /// The number.
            #[must_use]
            pub const fn get(self) -> i64 {
                match self { $(Self::$Variant => $member,)+ }
            }
        }

        impl ::core::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.get(), f)
            }
        }

        impl ::core::convert::TryFrom<i64> for $Name {
            type Error = $crate::inputs::Rejected;

            fn try_from(number: i64) -> ::core::result::Result<Self, Self::Error> {
                $crate::inputs::Read::read(Self::KEY, &$crate::inputs::Value::from(number))
            }
        }
    };
    (@json $Name:ident $($Variant:ident = $member:literal,)+) => {};
    (@serde $Name:ident) => {
        impl $crate::inputs::serde::Serialize for $Name {
            fn serialize<S: $crate::inputs::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::inputs::serde::Serialize::serialize(&self.value(), serializer)
            }
        }

        impl<'de> $crate::inputs::serde::Deserialize<'de> for $Name {
            fn deserialize<D: $crate::inputs::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let value = <$crate::inputs::Value as $crate::inputs::serde::Deserialize>::deserialize(deserializer)?;
                $crate::inputs::Read::read(Self::KEY, &value).map_err($crate::inputs::serde::de::Error::custom)
            }
        }
    };
}
