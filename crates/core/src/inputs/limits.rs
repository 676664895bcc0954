//! Published limits as types whose every value lies within them.

use std::error::Error;
use std::fmt::{self, Display};

use serde::Serialize;
use serde_json::{Number, Value};

use super::Rejected;
use crate::diagnostic::{Limit, Problem, Subject};

/// A number outside the limits of its key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutOfRange {
    /// The key.
    pub key: &'static str,
    /// The number.
    pub value: Held,
    /// The limit that it crosses.
    pub limit: Crossed,
}

/// A number of either kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Held {
    /// A whole one.
    Integer(i128),
    /// A float.
    Float(f64),
}

/// The limit that a number crosses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Crossed {
    /// It is below the least.
    Minimum(Held),
    /// It is above the most.
    Maximum(Held),
    /// It must be larger than this.
    Above(Held),
    /// It must be smaller than this.
    Below(Held),
    /// It is no multiple of this.
    MultipleOf(Held),
}

/// A float as JSON: a whole one without a point, as published schemas write them. Null where JSON has no such number.
pub(super) fn number_of(float: f64) -> Value {
    /// The largest float below which every whole number is exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if float.fract() == 0.0 && float.abs() < EXACT && !(float == 0.0 && float.is_sign_negative()) {
        #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
        return Value::from(float as i64);
    }
    Number::from_f64(float).map_or(Value::Null, Value::Number)
}

impl Held {
    fn number(self) -> String {
        match self {
            Self::Integer(whole) => whole.to_string(),
            Self::Float(float) if float.is_finite() => number_of(float).to_string(),
            Self::Float(float) => float.to_string(),
        }
    }

    fn limit(self) -> Number {
        self.number().parse().unwrap_or_else(|_| Number::from(0))
    }
}

impl From<OutOfRange> for Problem {
    fn from(found: OutOfRange) -> Self {
        let limit = match found.limit {
            Crossed::Minimum(limit) => Limit::Minimum(limit.limit()),
            Crossed::Maximum(limit) => Limit::Maximum(limit.limit()),
            Crossed::Above(limit) => Limit::Above(limit.limit()),
            Crossed::Below(limit) => Limit::Below(limit.limit()),
            Crossed::MultipleOf(limit) => Limit::MultipleOf(limit.limit()),
        };
        let subject = Subject::Key(found.key.to_owned());
        Self::OutOfRange { subject, value: found.value.number(), limit }
    }
}

impl From<OutOfRange> for Rejected {
    fn from(found: OutOfRange) -> Self {
        Self::because(found.into())
    }
}

impl Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Problem::from(*self).fmt(f)
    }
}

impl Error for OutOfRange {}

/// Writes floats, alone or in a list, the way published schemas do: `4`, not `4.0`.
pub fn numbers<T: Serialize, S: serde::Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let rewritten = |value: Value| match value.as_f64() {
        Some(float) if value.is_number() => number_of(float),
        _ => value,
    };
    match serde_json::to_value(value).map_err(serde::ser::Error::custom)? {
        Value::Array(elements) => serializer.collect_seq(elements.into_iter().map(rewritten)),
        one => rewritten(one).serialize(serializer),
    }
}

/// A whole number within limits. Generated code calls it; see the guide of `comfyc-build`.
#[doc(hidden)]
#[macro_export]
macro_rules! __inputs_integer {
    (
        $(#[$about:meta])*
        pub struct $Name:ident($int:ident) for $key:literal {
            $(minimum: $min:literal,)?
            $(maximum: $max:literal,)?
            $(multiple_of: $step:literal,)?
            $(default: $default:literal,)?
        }
    ) => {
        $(#[$about])*
        #[allow(clippy::doc_markdown, dead_code, unreachable_pub)]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $Name($int);

        #[allow(dead_code, unreachable_pub)]
        impl $Name {
            $(
                /// The least.
                pub const MINIMUM: $int = $min;
            )?
            $(
                /// The most.
                pub const MAXIMUM: $int = $max;
            )?
            $(
                /// What it is a multiple of.
                pub const MULTIPLE_OF: $int = $step;
            )?

            /// The number, when it lies within the limits.
            ///
            /// # Errors
            ///
            /// It does not.
            pub const fn new(value: $int) -> ::core::result::Result<Self, $crate::inputs::OutOfRange> {
                $(
                    if value < $min {
                        return Err(Self::crossed(value, $crate::inputs::Crossed::Minimum($crate::inputs::Held::Integer($min))));
                    }
                )?
                $(
                    if value > $max {
                        return Err(Self::crossed(value, $crate::inputs::Crossed::Maximum($crate::inputs::Held::Integer($max))));
                    }
                )?
                $(
                    if value % $step != 0 {
                        return Err(Self::crossed(value, $crate::inputs::Crossed::MultipleOf($crate::inputs::Held::Integer($step))));
                    }
                )?
                Ok(Self(value))
            }

            /// The number `N`: one outside the limits does not compile.
            #[must_use]
            pub const fn of<const N: $int>() -> Self {
                const { assert!(Self::new(N).is_ok(), "{}", concat!("the number is outside the limits of `", $key, "`")) }
                Self(N)
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> $int {
                self.0
            }

            const fn crossed(value: $int, limit: $crate::inputs::Crossed) -> $crate::inputs::OutOfRange {
                $crate::inputs::OutOfRange { key: $key, value: $crate::inputs::Held::Integer(value as i128), limit }
            }
        }

        $(
            impl ::core::default::Default for $Name {
                fn default() -> Self {
                    Self::of::<$default>()
                }
            }
        )?

        $crate::inputs::integer!(@common $Name $int $key);

        impl $crate::inputs::serde::Serialize for $Name {
            fn serialize<S: $crate::inputs::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::inputs::serde::Serialize::serialize(&self.0, serializer)
            }
        }
    };
    (@common $Name:ident $number:ident $key:literal) => {
        impl ::core::convert::TryFrom<$number> for $Name {
            type Error = $crate::inputs::OutOfRange;

            fn try_from(value: $number) -> ::core::result::Result<Self, Self::Error> {
                Self::new(value)
            }
        }

        impl ::core::convert::From<$Name> for $number {
            fn from(limited: $Name) -> Self {
                limited.0
            }
        }

        impl ::core::fmt::Display for $Name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::fmt::Display::fmt(&self.0, f)
            }
        }

        impl $crate::inputs::Read for $Name {
            fn read(
                key: &str,
                value: &$crate::inputs::Value,
            ) -> ::core::result::Result<Self, $crate::inputs::Rejected> {
                let number = <$number as $crate::inputs::Read>::read(key, value)?;
                Self::new(number).map_err(::core::convert::Into::into)
            }
        }

        impl<'de> $crate::inputs::serde::Deserialize<'de> for $Name {
            fn deserialize<D: $crate::inputs::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                let value = <$crate::inputs::Value as $crate::inputs::serde::Deserialize>::deserialize(deserializer)?;
                $crate::inputs::Read::read($key, &value).map_err($crate::inputs::serde::de::Error::custom)
            }
        }
    };
}

/// A number within limits. Generated code calls it; see the guide of `comfyc-build`.
#[doc(hidden)]
#[macro_export]
macro_rules! __inputs_number {
    (
        $(#[$about:meta])*
        pub struct $Name:ident(f64) for $key:literal {
            $(minimum: $min:literal,)?
            $(above: $above:literal,)?
            $(maximum: $max:literal,)?
            $(below: $below:literal,)?
            $(default: $default:literal,)?
        }
    ) => {
        $(#[$about])*
        #[allow(clippy::doc_markdown, dead_code, unreachable_pub)]
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
        pub struct $Name(f64);

        #[allow(dead_code, unreachable_pub)]
        impl $Name {
            $(
                /// The least.
                pub const MINIMUM: f64 = $min;
            )?
            $(
                /// Every value is larger than this.
                pub const ABOVE: f64 = $above;
            )?
            $(
                /// The most.
                pub const MAXIMUM: f64 = $max;
            )?
            $(
                /// Every value is smaller than this.
                pub const BELOW: f64 = $below;
            )?

            /// The number, when it lies within the limits.
            ///
            /// # Errors
            ///
            /// It does not, or is no number at all.
            pub const fn new(value: f64) -> ::core::result::Result<Self, $crate::inputs::OutOfRange> {
                $(
                    if value.is_nan() || value < $min {
                        return Err(Self::crossed(value, $crate::inputs::Crossed::Minimum($crate::inputs::Held::Float($min))));
                    }
                )?
                $(
                    if value.is_nan() || value <= $above {
                        return Err(Self::crossed(value, $crate::inputs::Crossed::Above($crate::inputs::Held::Float($above))));
                    }
                )?
                $(
                    if value.is_nan() || value > $max {
                        return Err(Self::crossed(value, $crate::inputs::Crossed::Maximum($crate::inputs::Held::Float($max))));
                    }
                )?
                $(
                    if value.is_nan() || value >= $below {
                        return Err(Self::crossed(value, $crate::inputs::Crossed::Below($crate::inputs::Held::Float($below))));
                    }
                )?
                if value < f64::MIN {
                    return Err(Self::crossed(value, $crate::inputs::Crossed::Minimum($crate::inputs::Held::Float(f64::MIN))));
                }
                if value > f64::MAX {
                    return Err(Self::crossed(value, $crate::inputs::Crossed::Maximum($crate::inputs::Held::Float(f64::MAX))));
                }
                Ok(Self(value))
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> f64 {
                self.0
            }

            const fn crossed(value: f64, limit: $crate::inputs::Crossed) -> $crate::inputs::OutOfRange {
                $crate::inputs::OutOfRange { key: $key, value: $crate::inputs::Held::Float(value), limit }
            }
        }

        $(
            impl ::core::default::Default for $Name {
                fn default() -> Self {
                    const { assert!($Name::new($default).is_ok(), "the default is outside its own limits") }
                    Self($default)
                }
            }
        )?

        $crate::inputs::integer!(@common $Name f64 $key);

        impl $crate::inputs::serde::Serialize for $Name {
            fn serialize<S: $crate::inputs::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::inputs::numbers(&self.0, serializer)
            }
        }
    };
}
