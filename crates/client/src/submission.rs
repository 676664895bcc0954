//! What an executor is given to run.
//!
//! A plain record that whoever compiled the workflow fills in; nothing else in this crate knows where it comes from.

use serde_json::Value;

/// One job in the forms that the executors need: RunComfy takes the payload, a ComfyUI the prompt.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Submission {
    /// RunComfy's name of the workflow, such as `community/wan-2-2/first-last-frame`.
    pub model: Option<String>,
    /// The flat object of keys and values.
    pub payload: Value,
    /// The ComfyUI prompt, with the payload already applied.
    pub prompt: Value,
    /// The inputs that name files.
    pub files: Vec<FileInput>,
}

/// One input whose value names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileInput {
    /// The published key, such as `62_image`.
    pub key: String,
    /// What kind of file it names.
    pub media: Media,
    /// Every (node id, input name) of the prompt that takes this file.
    pub places: Vec<(String, String)>,
    /// A local path, the name of a file that the server has, a `data:` URI or an address.
    pub value: String,
}

/// The kind of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Media {
    /// A picture.
    Image,
    /// A video.
    Video,
    /// A sound.
    Audio,
}
