//! Socket types: what links carry.

use std::fmt::{self, Display};

use serde_json::Value;

/// A socket type: `IMAGE`, a union such as `INT,FLOAT`, or `*`. The set is open: every pack adds its own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Type(String);

/// What an output carries.
#[derive(Debug, Clone, PartialEq)]
pub enum OutputType {
    /// A socket type.
    Named(Type),
    /// One of these options: such an output fits every combo.
    Options(Vec<Value>),
    /// A form this crate does not know, kept as it came.
    Opaque(Value),
}

impl Type {
    /// The type of links that carry anything.
    pub const ANY: &'static str = "*";
    /// The type of inputs and outputs whose type follows from another link.
    pub const MATCH: &'static str = "COMFY_MATCHTYPE_V3";
    /// The type of choices.
    pub const COMBO: &'static str = "COMBO";
    /// The type of choices that bring inputs of their own.
    pub const DYNAMIC_COMBO: &'static str = "COMFY_DYNAMICCOMBO_V3";
    /// The type of repeated inputs.
    pub const AUTOGROW: &'static str = "COMFY_AUTOGROW_V3";
    /// The type of inputs behind a slot.
    pub const DYNAMIC_SLOT: &'static str = "COMFY_DYNAMICSLOT_V3";

    /// The type of this spelling.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The members of the union, trimmed; a plain type has one.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.0.split(',').map(str::trim)
    }

    /// Whether a link from an output of type `output` fits an input of this type, by the server's rule: equal, or a
    /// wildcard or match type on either side, or unions that share a member.
    ///
    /// ```
    /// # use comfyc::catalog::Type;
    /// assert!(Type::new("INT,FLOAT").accepts(&Type::new("FLOAT")));
    /// assert!(Type::new("IMAGE").accepts(&Type::new("*")));
    /// assert!(!Type::new("IMAGE").accepts(&Type::new("LATENT")));
    /// ```
    pub fn accepts(&self, output: &Self) -> bool {
        Self::fits(&self.0, &output.0)
    }

    /// [`Self::accepts`] on the spellings.
    pub(super) fn fits(input: &str, output: &str) -> bool {
        let open = |ty: &str| ty == Self::ANY || ty == Self::MATCH;
        if input == output || open(input) || open(output) {
            return true;
        }
        let mut inputs = input.split(',').map(str::trim);
        let outputs = output.split(',').map(str::trim);
        outputs.clone().any(|member| member == Self::ANY)
            || inputs.any(|member| member == Self::ANY || outputs.clone().any(|other| other == member))
    }
}

impl Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Display for OutputType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(ty) => ty.fmt(f),
            Self::Options(_) => f.write_str(Type::COMBO),
            Self::Opaque(value) => value.fmt(f),
        }
    }
}
