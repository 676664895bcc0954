//! Graphs embedded in the files that ComfyUI and its packs save: pictures, video, sound, and a few more.
//!
//! A save node writes two texts: the `prompt`, which is exactly what the server ran, and the `workflow`, which the editor
//! opens again. [`detect`] tells a file by its first bytes, never by its name, and [`read`] gives the two texts as they are
//! in it. Nothing is decoded but metadata: no pixel, no sample.
//!
//! What is read where (ComfyUI 0.33.0, its frontend 1.49.6, `VideoHelperSuite`, and the packs named):
//!
//! | file | place | written by |
//! |---|---|---|
//! | PNG | chunks `tEXt`, `iTXt`, `zTXt` | `SaveImage`, `PreviewImage`, `SaveImageAdvanced`, `VHS_VideoCombine` (first frame) |
//! | animated PNG | chunks `comf`, behind the pixels | `SaveAnimatedPNG` |
//! | WebP, JPEG, AVIF, TIFF | EXIF: `prompt:…` and `workflow:…` as texts, or both as JSON in `UserComment` | `SaveAnimatedWEBP`; save nodes of packs |
//! | `OpenEXR` | `string` attributes of the header | `SaveImageAdvanced` |
//! | SVG | JSON of both in `<metadata>` | `SaveSVGNode` |
//! | MP4, MOV | `keys` and `ilst` of the movie's `meta` box | `SaveVideo`, `VHS_VideoCombine` |
//! | Matroska, `WebM` | tags `PROMPT` and `WORKFLOW`; an older `VideoHelperSuite` wrote both into `COMMENT` | `SaveVideo`, `SaveWEBM`, `VHS_VideoCombine` |
//! | FLAC, Ogg | Vorbis comments | `SaveAudio`, `SaveAudioOpus`, `SaveAudioAdvanced` |
//! | MP3 | `ID3v2` frames `TXXX` | `SaveAudioMP3`, `SaveAudioAdvanced` |
//! | latent, safetensors | `__metadata__` of the header | `SaveLatent`, the model savers |
//! | GLB | `asset.extras` | `SaveGLB` |
//!
//! A GIF is known but holds nothing: no writer puts a graph into one.
//!
//! Keywords are compared without case, and of a repeated one the last counts, as in the editor. A text that is a JSON string
//! of JSON is taken out of its quotes. A text that is no JSON object is none of ours: other tools write a `prompt` too, in
//! plain words. Bytes are UTF-8 where they can be, else Latin-1, which is what the PNG standard says and few writers keep.
//!
//! Hostile files: no length is believed before the bytes are there, nothing recurses, compressed text is unpacked to
//! [`MOST_TEXT`] bytes and no further, and a damaged file is reported. Containers are read by libraries where one fits
//! (`kamadak-exif`, `lofty`, `miniz_oxide`); each file here that walks a format by itself says why.

mod audio;
mod exif;
mod exr;
mod headers;
mod isobmff;
mod matroska;
mod png;
mod svg;

use std::collections::BTreeMap;
use std::fmt::{self, Display};

use serde_json::value::RawValue;

use crate::diagnostic::{Diagnostics, Problem};
use crate::source::Origin;

/// The longest text that is unpacked, in bytes: 64 MiB.
pub const MOST_TEXT: usize = 64 << 20;

/// A kind of file that graphs are found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the name of a format")]
pub enum Container {
    Png,
    Jpeg,
    WebP,
    Avif,
    Tiff,
    Gif,
    OpenExr,
    Svg,
    Mp4,
    Matroska,
    Flac,
    Ogg,
    Mp3,
    Safetensors,
    Glb,
}

/// Which of the two texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// What the server ran.
    #[default]
    Prompt,
    /// What the editor opens.
    Workflow,
}

/// The texts that a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Embedded {
    prompt: Option<String>,
    workflow: Option<String>,
    /// The names of other texts, for whoever looks for a graph in vain.
    others: Vec<String>,
}

/// Why a file cannot be read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Broken(String);

/// The kind of file that begins with these bytes, when it is one that may hold a graph.
pub fn detect(bytes: &[u8]) -> Option<Container> {
    let from = |at: usize| bytes.get(at..).unwrap_or_default();
    Some(match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Container::Png,
        [0xff, 0xd8, 0xff, ..] => Container::Jpeg,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Container::Gif,
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Container::Tiff,
        [0x76, 0x2f, 0x31, 0x01, ..] => Container::OpenExr,
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Container::Matroska,
        [b'f', b'L', b'a', b'C', ..] => Container::Flac,
        [b'O', b'g', b'g', b'S', ..] => Container::Ogg,
        [b'I', b'D', b'3', ..] | [0xff, 0xfb | 0xf3 | 0xf2 | 0xfa, ..] => Container::Mp3,
        [b'g', b'l', b'T', b'F', ..] => Container::Glb,
        _ if bytes.starts_with(b"RIFF") && from(8).starts_with(b"WEBP") => Container::WebP,
        _ if from(4).starts_with(b"ftyp") => isobmff::family(bytes),
        _ if [b"moov", b"mdat", b"wide"].iter().any(|kind| from(4).starts_with(*kind)) => Container::Mp4,
        _ if headers::is_safetensors(bytes) => Container::Safetensors,
        _ if svg::is(bytes) => Container::Svg,
        _ => return None,
    })
}

/// Reads the texts that `bytes` hold. What is wrong with the file is reported at `origin`; a damaged file yields what can
/// be read of it.
///
/// ```
/// use comfyc::front::media::{self, Container, Form};
/// use comfyc::source::{Origin, Source, Sources, Syntax};
///
/// let svg = br#"<svg xmlns="http://www.w3.org/2000/svg"><metadata><![CDATA[
///     {"prompt": {"1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}}}}
/// ]]></metadata></svg>"#;
/// let container = media::detect(svg).unwrap();
/// assert_eq!(container, Container::Svg);
/// let id = Sources::default().add(Source::new("a.svg", Syntax::Json, ""));
/// let (embedded, diagnostics) = media::read(svg, container, &Origin::offset(id, 0));
/// assert!(diagnostics.is_empty());
/// let (form, text) = embedded.choose(Form::Workflow).unwrap();
/// assert_eq!(form, Form::Prompt);
/// assert!(text.starts_with(r#"{"1": {"class_type""#));
/// ```
pub fn read(bytes: &[u8], container: Container, origin: &Origin) -> (Embedded, Diagnostics) {
    let mut embedded = Embedded::default();
    let end = match container {
        Container::Png => png::read(bytes, &mut embedded),
        Container::WebP => exif::webp(bytes, &mut embedded),
        Container::Jpeg | Container::Avif | Container::Tiff => exif::read(bytes, &mut embedded),
        Container::OpenExr => exr::read(bytes, &mut embedded),
        Container::Svg => svg::read(bytes, &mut embedded),
        Container::Mp4 => isobmff::read(bytes, &mut embedded),
        Container::Matroska => matroska::read(bytes, &mut embedded),
        Container::Flac => audio::flac(bytes, &mut embedded),
        Container::Ogg => audio::ogg(bytes, &mut embedded),
        Container::Mp3 => audio::mp3(bytes, &mut embedded),
        Container::Safetensors => headers::safetensors(bytes, &mut embedded),
        Container::Glb => headers::glb(bytes, &mut embedded),
        Container::Gif => Ok(()),
    };
    let file = container.as_str();
    let problem = match end {
        Err(Broken(detail)) if embedded.is_empty() => Some(Problem::UnreadableMedia { file, detail }),
        Err(Broken(detail)) => Some(Problem::DamagedMedia { file, detail }),
        Ok(()) if embedded.is_empty() => {
            Some(Problem::NoEmbeddedGraph { file, others: std::mem::take(&mut embedded.others) })
        }
        Ok(()) => None,
    };
    let mut diagnostics = Diagnostics::default();
    if let Some(problem) = problem {
        diagnostics.report(problem, Some(origin.clone()));
    }
    (embedded, diagnostics)
}

impl Container {
    /// The name of the format, as people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Png => "PNG",
            Self::Jpeg => "JPEG",
            Self::WebP => "WebP",
            Self::Avif => "AVIF",
            Self::Tiff => "TIFF",
            Self::Gif => "GIF",
            Self::OpenExr => "OpenEXR",
            Self::Svg => "SVG",
            Self::Mp4 => "MP4 or MOV",
            Self::Matroska => "WebM or Matroska",
            Self::Flac => "FLAC",
            Self::Ogg => "Ogg",
            Self::Mp3 => "MP3",
            Self::Safetensors => "safetensors",
            Self::Glb => "GLB",
        }
    }
}

impl Form {
    /// The keyword: `prompt`, `workflow`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Workflow => "workflow",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Prompt => Self::Workflow,
            Self::Workflow => Self::Prompt,
        }
    }

    /// The form that a keyword names, in any case.
    fn of(keyword: &str) -> Option<Self> {
        [Self::Prompt, Self::Workflow].into_iter().find(|form| keyword.eq_ignore_ascii_case(form.as_str()))
    }
}

impl Embedded {
    /// The text of a form.
    pub fn text(&self, form: Form) -> Option<&str> {
        match form {
            Form::Prompt => self.prompt.as_deref(),
            Form::Workflow => self.workflow.as_deref(),
        }
    }

    /// The text of the form that is asked for, or of the other where there is but that, and which of them it is.
    pub fn choose(&self, form: Form) -> Option<(Form, &str)> {
        [form, form.other()].into_iter().find_map(|form| Some((form, self.text(form)?)))
    }

    /// Whether there is neither.
    pub fn is_empty(&self) -> bool {
        self.prompt.is_none() && self.workflow.is_none()
    }

    /// Takes in a text of the file under its keyword. A text under another keyword counts when it is an object that holds
    /// the two.
    fn offer(&mut self, keyword: &str, text: &str) {
        let taken = match Form::of(keyword) {
            Some(form) => self.keep(form, text),
            None => self.both(text),
        };
        if !taken {
            self.pass(keyword);
        }
    }

    /// Remembers that there is a text under a keyword that holds no graph.
    fn pass(&mut self, keyword: &str) {
        const MOST: usize = 5;
        let keyword: String = keyword.chars().filter(|c| !c.is_control()).take(30).collect();
        if self.others.len() < MOST && !keyword.is_empty() && !self.others.contains(&keyword) {
            self.others.push(keyword);
        }
    }

    fn keep(&mut self, form: Form, text: &str) -> bool {
        let Some(text) = object(text) else { return false };
        match form {
            Form::Prompt => self.prompt = Some(text),
            Form::Workflow => self.workflow = Some(text),
        }
        true
    }

    /// Takes in a JSON object that has the two as members, each an object or the text of one.
    fn both(&mut self, text: &str) -> bool {
        let Some(text) = object(text) else { return false };
        let Ok(members) = serde_json::from_str::<BTreeMap<String, Box<RawValue>>>(&text) else {
            return false;
        };
        let mut taken = false;
        for (keyword, value) in &members {
            if let Some(form) = Form::of(keyword) {
                taken |= self.keep(form, value.get());
            }
        }
        taken
    }
}

impl Display for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text of a JSON object, out of the quotes it may be wrapped in: some writers turn JSON into JSON once or twice more.
fn object(text: &str) -> Option<String> {
    const MOST_QUOTES: usize = 3;
    let bare = |text: &str| {
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\0' | '\u{feff}')).to_owned()
    };
    let mut text = bare(text);
    for _ in 0..MOST_QUOTES {
        if !text.starts_with('"') {
            break;
        }
        text = bare(&serde_json::from_str::<String>(&text).ok()?);
    }
    text.starts_with('{').then_some(text)
}

/// Bytes as text: UTF-8 where they are, else Latin-1.
fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests;
