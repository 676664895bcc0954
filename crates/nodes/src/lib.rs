//! Every node class of the catalog that `comfyc` has built in, as types: the 887 of a plain ComfyUI 0.33.0 and those of
//! the packs KJNodes and VideoHelperSuite. For the nodes of another server, make a module of your own with
//! `comfyc-build`.
//!
//! ```
//! use comfyc::catalog::Catalog;
//! use comfyc::dsl::*;
//! use comfyc_nodes::*;
//!
//! let built = workflow(|g| {
//!     let image = g.add(LoadImage { image: "photo.png".into() }).image;
//!     let image = g.add(ImageScaleBy { image }).scale_by(0.5).image;
//!     g.add(SaveImage { images: image }).filename_prefix("small");
//! });
//! let prompt = comfyc::compile::prompt(built, &Catalog::embedded())?;
//! assert!(prompt.contains("\"scale_by\": 0.5"));
//! # Ok::<(), comfyc::compile::Rejected>(())
//! ```
//!
//! A class is a struct of what a node cannot do without; what adding one gives back has the outputs as fields, and a setter
//! for each other input. How graphs are written is told in [`comfyc::dsl`].
//!
//! Modules are called after the Python modules that define the classes, and every class is here at the top as well. What
//! documentation says are facts of the catalog: types, limits, defaults, and where a class comes from.

#[rustfmt::skip]
mod generated;

pub use generated::*;
