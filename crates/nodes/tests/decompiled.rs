//! Programs as `comfyc build --emit rust` writes them: they compile, and print the prompts they were made of.
//! `tests/rust.rs` of the repository holds the files to what the command writes now.

#![allow(
    dead_code,
    missing_docs,
    unused_imports,
    clippy::pedantic,
    clippy::print_stdout,
    reason = "the programs are of no crate of this repository"
)]
#![allow(clippy::expect_used, reason = "a test that fails has done its work")]

mod first_last_frame {
    include!("decompiled/first_last_frame.rs");

    pub(super) fn prompt() -> Result<String, compile::Rejected> {
        compile::prompt(workflow(graph), &Catalog::embedded())
    }

    pub(super) fn schema() -> Result<String, compile::Rejected> {
        compile::schema(workflow(graph), &Catalog::embedded(), comfyc::back::schema::Dialect::RunComfy)
    }
}

mod odd {
    include!("decompiled/odd.rs");

    pub(super) fn prompt() -> String {
        compile::prompt_unchecked(workflow(graph))
    }
}

#[test]
fn the_seed_workflow_prints_its_graph() {
    let prompt = first_last_frame::prompt().expect("a prompt");
    assert_eq!(prompt, include_str!("../../../workflows/wan-2-2/first-last-frame/graph.json").trim_end());
}

#[test]
fn the_seed_workflow_publishes_the_published_schema() {
    let schema = first_last_frame::schema().expect("a schema");
    let published = include_str!("../../../schemas/runcomfy/community__wan-2-2__first-last-frame.json");
    assert_eq!(schema, published.trim_end());
}

#[test]
fn a_prompt_that_is_wrong_in_every_way_prints_itself() {
    assert_eq!(odd::prompt(), include_str!("decompiled/odd.json").trim_end());
}
