//! Deciding whether a document would be accepted, with evidence of it.
//!
//! Every check reports all it finds, in document order, and never stops at the first error. What passes becomes a
//! [`Checked`] value, the only thing back ends take; what does not, a [`Rejected`] one that keeps the partial result.
//!
//! One file for each thing that is checked: a graph, one node of it, sampler stages, an interface, one value against its
//! schema, a payload, a workflow, a job. Rules of the server are those of ComfyUI 0.33.0.

mod checked;
mod graph;
mod hints;
mod input;
mod interface;
mod match_types;
mod node;
mod payload;
mod python;
mod sampler;
pub mod server;
mod silent;
mod validator;
mod value;
mod walk;
mod workflow;

pub use checked::{Checked, Rejected};
pub use graph::graph;
pub use interface::published;
pub use payload::payload;
pub(crate) use payload::taken_members;
pub use workflow::{job, job_at, workflow};

// For the driver, which goes on with what is rejected.
pub(crate) use interface::published_problems;
pub(crate) use payload::problems as payload_problems;
pub(crate) use workflow::{bound, known, values};

/// The longest chain of links that a server follows. It looks at a node's origins from within looking at the node, and Python
/// ends that after 1,000 levels, of which the server itself takes some.
const DEEPEST_CHAIN: usize = 980;
