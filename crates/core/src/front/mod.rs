//! From text, and from the texts inside of media, to what the compiler works on: prompts, published schemas, manifests, payloads.
//!
//! There is always a result, perhaps partial; what cannot be read is reported. No graph is judged here: front ends import
//! neither `pass` nor `check` nor `back`.
//!
//! Numbers keep their spelling, with one exception that the JSON parser makes: an exponent without a sign gets one, `1e5`
//! becomes `1e+5`, which is how ComfyUI's editor writes it.

pub mod api;
pub mod document;
pub mod dsl;
pub mod manifest;
#[cfg(feature = "media")]
pub mod media;
pub mod published;
pub mod ui;
