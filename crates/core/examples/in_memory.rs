//! A page or a service that holds its files in memory: the driver reads them through a function, and nothing else is needed.

#![expect(clippy::print_stdout, reason = "an example shows what it made")]

use std::collections::BTreeMap;
use std::error::Error;
use std::io;

use comfyc::compiler::File;
use comfyc::{Catalog, Compiler};

fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", prompt()?);
    Ok(())
}

fn prompt() -> Result<String, Box<dyn Error>> {
    let files = BTreeMap::from([
        ("scale/graph.json", include_str!("../../../workflows/image/scale/graph.json")),
        ("scale/interface.toml", include_str!("../../../workflows/image/scale/interface.toml")),
    ]);
    let read = |file: File<'_>| {
        let text = files.get(file.path()).ok_or(io::ErrorKind::NotFound)?;
        Ok(text.as_bytes().to_vec())
    };
    let compiler = Compiler::new(Catalog::embedded());
    let workflow = compiler.workflow("scale", read)?;
    let job = compiler.job(&workflow, [("1_image", "https://example.com/picture.png")])?;
    Ok(job.prompt_json())
}

#[test]
fn the_files_are_found_and_the_value_is_in_its_place() {
    let prompt = prompt().expect("a workflow of the repository");
    assert!(prompt.contains("https://example.com/picture.png"), "{prompt}");
}
