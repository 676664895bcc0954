//! What a workflow publishes, as statements.

use std::collections::HashMap;

use super::Variables;
use super::plan::Wire;
use super::texts::Texts;
use crate::back::rust::ident::Namer;
use crate::back::rust::layout::{Code, Statement};
use crate::interface::Payload;
use crate::workflow::Workflow;

/// What a workflow publishes.
#[derive(Debug)]
pub(super) struct Publication<'w> {
    workflow: &'w Workflow,
    given: &'w Payload,
}

impl<'w> Publication<'w> {
    pub(super) fn of(workflow: &'w Workflow, given: &'w Payload) -> Self {
        Self { workflow, given }
    }

    /// The inputs that follow published ones: node, input, and which.
    pub(super) fn uses(&self) -> Vec<(&'w str, usize)> {
        Vec::new()
    }

    /// The statements that publish inputs.
    pub(super) fn statements(
        &self,
        _namer: &mut Namer,
        _texts: &mut Texts,
        _variables: &mut Variables,
    ) -> Vec<Statement> {
        Vec::new()
    }

    /// The nodes whose results are the workflow's, with titles.
    pub(super) fn outputs(&self) -> impl Iterator<Item = (&'w str, Option<&'w str>)> + use<'w> {
        self.workflow.interface.outputs().iter().map(|output| (output.node.as_str(), output.title.as_deref()))
    }

    /// What an input follows, and whether that has a default.
    pub(super) fn value(&self, _node: &str, _input: &str, _variables: &Variables) -> Option<(Code, bool)> {
        None
    }

    /// What the variable of a published input is to be called.
    pub(super) fn name(&self, _which: usize) -> String {
        "published".to_owned()
    }
}
