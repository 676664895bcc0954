//! What checks ask of the class of every node, worked out once for each class.

use super::class::{Class, Marks};
use super::input::{Input, Inputs, Kind};
use super::types::{OutputType, Type};

impl Class {
    /// What checks ask of it.
    pub(crate) fn marks(&self) -> &Marks {
        self.marks.get(|| Marks {
            output: self.output_node(),
            doubtful: self.deprecated() || self.experimental(),
            dynamic: self.is_dynamic(),
            shares_types: self.outputs.iter().any(|output| output.template.is_some())
                || has(&self.inputs, shares_type),
            emits_any: self
                .outputs
                .iter()
                .any(|output| matches!(&output.ty, OutputType::Named(ty) if ty.as_str() == Type::ANY)),
        })
    }

    /// Whether its inputs depend on the node.
    pub(super) fn is_dynamic(&self) -> bool {
        self.v3() && has(&self.inputs, |input| is_dynamic(&input.kind))
    }
}

/// Whether an input stands for others.
pub(super) fn is_dynamic(kind: &Kind) -> bool {
    matches!(kind, Kind::DynamicCombo(_) | Kind::Autogrow(_) | Kind::DynamicSlot(_))
}

fn shares_type(input: &Input) -> bool {
    match &input.kind {
        Kind::Match(_) => true,
        Kind::Autogrow(autogrow) => has(&autogrow.template, |input| matches!(input.kind, Kind::Match(_))),
        _ => false,
    }
}

fn has(inputs: &Inputs, is: impl Fn(&Input) -> bool) -> bool {
    inputs.settable().any(|(_, input, _)| is(input))
}
