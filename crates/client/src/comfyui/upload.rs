//! Bringing local files to the server before a prompt that names them.

use std::path::{Path, PathBuf};

use comfyc::graph::Graph;
use comfyc::interface::Media;
use comfyc::job::{FileInput, Job, NamedBy};
use data_url::DataUrl;
use reqwest::Url;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use super::ComfyUi;
use crate::Error;
use crate::named::shown;

/// What a file input says.
enum Given {
    /// A local file, at its real path, and the name that it is uploaded under.
    Local { path: PathBuf, name: String },
    /// The bytes of a `data:` URI, and the name that they are uploaded under.
    Bytes { bytes: Vec<u8>, name: String },
    /// The name of a file that the server may have.
    Name,
}

impl ComfyUi {
    /// The job's prompt, with its local files uploaded and their names at the server written where they belong.
    ///
    /// A value is uploaded when it is the path of an existing local file, or a `data:` URI; every other value but an
    /// address is left as it is, since the server may have a file of that name. A default of the workflow is looked for in
    /// [`Options::folders`](super::Options::folders), and must be there. Equal values are uploaded once, and a file that no
    /// input of the prompt holds is not. Nothing is sent before every value is found to be good.
    ///
    /// In a list of files, names are left as they are as well, and whatever would have to be uploaded is refused: a
    /// ComfyUI takes a bare list for a link, so no class that the catalog knows gets one.
    pub(super) async fn place_files(&self, job: &Job) -> Result<Graph, Error> {
        let mut found = Vec::new();
        for file in job.files().iter().filter(|file| !file.targets.is_empty()) {
            match self.given(file).await? {
                Given::Name => {}
                _ if file.element.is_some() => return Err(Error::FileInList { key: file.key.clone() }),
                given => found.push((file, given)),
            }
        }
        let mut prompt = job.prompt().clone();
        let mut uploaded: Vec<(&FileInput, String)> = Vec::new();
        for (file, given) in found {
            let is_same = |other: &FileInput| other.value == file.value && other.named_by == file.named_by;
            let known = uploaded.iter().find(|(other, _)| is_same(other)).map(|(_, stored)| stored.clone());
            let stored = if let Some(stored) = known {
                stored
            } else {
                let stored = self.upload_given(file, given).await?;
                uploaded.push((file, stored.clone()));
                stored
            };
            for target in &file.targets {
                prompt.set_input(target.node.as_str(), &target.input, Value::from(stored.as_str()));
            }
        }
        Ok(prompt)
    }

    /// What the value of a file input is.
    async fn given(&self, file: &FileInput) -> Result<Given, Error> {
        let scheme = file.value.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        match scheme.as_deref() {
            Some("data") => decode(file),
            Some("http" | "https") => {
                let url = Url::parse(&file.value).map_or_else(|_| "…".to_owned(), |url| shown(&url));
                Err(Error::RemoteFile { key: file.key.clone(), url })
            }
            _ => {
                let (value, folders) = (PathBuf::from(&file.value), self.folders.clone());
                let look = match file.named_by {
                    NamedBy::Caller => tokio::task::spawn_blocking(move || Ok(anywhere(&value))),
                    NamedBy::Document => tokio::task::spawn_blocking(move || below(&value, &folders)),
                };
                // Only a panic or the end of the runtime stops it, and then nothing goes on.
                let place = look.await.unwrap_or(Ok(None));
                let outside = |path| Error::FileOutside { key: file.key.clone(), path };
                let name = Path::new(&file.value).file_name().map(|name| name.to_string_lossy().into_owned());
                Ok(match (place.map_err(outside)?, name) {
                    (Some(path), Some(name)) => Given::Local { path, name },
                    _ => Given::Name,
                })
            }
        }
    }

    /// Uploads what a file input says, and returns the name by which a prompt calls it.
    async fn upload_given(&self, file: &FileInput, given: Given) -> Result<String, Error> {
        let key = || file.key.clone();
        let (name, bytes, overwrite) = match given {
            Given::Name => return Ok(file.value.clone()),
            // A name that was made up here may be in use by a job that waits.
            Given::Bytes { name, bytes } => (name, bytes, false),
            Given::Local { name, path } => {
                let bytes = tokio::fs::read(&path).await.map_err(|source| Error::File {
                    key: key(),
                    path: PathBuf::from(&file.value),
                    source,
                })?;
                (name, bytes, self.overwrite)
            }
        };
        self.upload(&name, bytes, overwrite).await.map_err(|source| Error::Upload {
            key: key(),
            name,
            source: Box::new(source),
        })
    }

    /// Uploads one file of any kind (the route's name is history), and returns the name by which a prompt calls it.
    async fn upload(&self, name: &str, bytes: Vec<u8>, overwrite: bool) -> Result<String, Error> {
        let form = Form::new()
            // Names are sent as browsers send them, which is what the server is used to.
            .percent_encode_noop()
            .part("image", Part::bytes(bytes).file_name(name.to_owned()))
            .text("type", "input")
            .text("subfolder", self.upload_folder.clone())
            .text("overwrite", overwrite.to_string());
        let reply = self.http.post_form(self.http.url(["upload", "image"]), form).await?;
        if !reply.is_success() {
            return Err(reply.service_error());
        }
        let stored: Value = reply.json()?;
        let text = |field: &str| stored.get(field).and_then(Value::as_str).unwrap_or_default();
        match (text("name"), text("subfolder")) {
            ("", _) => Err(reply.lacks("`name`")),
            (name, "") => Ok(name.to_owned()),
            (name, folder) => Ok(format!("{}/{name}", folder.trim_end_matches('/'))),
        }
    }
}

/// The local file of this path. What cannot be looked at (no such file, a name no file can have) is none.
fn anywhere(path: &Path) -> Option<PathBuf> {
    path.metadata().is_ok_and(|found| found.is_file()).then(|| path.to_owned())
}

/// The local file of this path in one of the folders; an error with the path when it is elsewhere. A hidden file, which is
/// nobody's picture, counts as elsewhere.
fn below(path: &Path, folders: &[PathBuf]) -> Result<Option<PathBuf>, PathBuf> {
    let places: Vec<PathBuf> = if path.is_absolute() {
        vec![path.to_owned()]
    } else {
        folders.iter().map(|folder| folder.join(path)).collect()
    };
    let Some(place) = places.iter().find_map(|place| anywhere(place)) else { return Ok(None) };
    let within = |folder: &PathBuf| {
        let (folder, real) = (folder.canonicalize().ok()?, comfyc_files::within(folder, &place).ok()??);
        let mut names = real.strip_prefix(folder).ok()?.components();
        let hidden = names.any(|name| name.as_os_str().as_encoded_bytes().starts_with(b"."));
        (!hidden).then_some(real)
    };
    folders.iter().find_map(within).map(Some).ok_or_else(|| path.to_owned())
}

fn decode(file: &FileInput) -> Result<Given, Error> {
    let refused = || Error::DataUri { key: file.key.clone() };
    let uri = DataUrl::process(&file.value).map_err(|_| refused())?;
    let (bytes, _) = uri.decode_to_vec().map_err(|_| refused())?;
    let mime = uri.mime_type();
    let stem: String = file
        .key
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' || c == '-' { c } else { '_' })
        .collect();
    let stem = if stem.is_empty() { "file".to_owned() } else { stem };
    let name = format!("{stem}.{}", extension(&mime.type_, &mime.subtype, file.media));
    Ok(Given::Bytes { name, bytes })
}

/// The usual ending of a media type's files. ComfyUI's loaders go by the content, its lists by the ending.
fn extension(kind: &str, subtype: &str, media: Media) -> &'static str {
    match (kind, subtype) {
        ("image", "jpeg" | "jpg") => "jpg",
        ("image", "webp") => "webp",
        ("image", "gif") => "gif",
        ("image", "bmp") => "bmp",
        ("image", "tiff") => "tiff",
        ("image", "avif") => "avif",
        ("video" | "audio", "webm") => "webm",
        ("video", "quicktime") => "mov",
        ("video", "x-matroska") => "mkv",
        ("audio", "mpeg" | "mp3") => "mp3",
        ("audio", "ogg") => "ogg",
        ("audio", "flac" | "x-flac") => "flac",
        ("audio", "mp4" | "aac" | "x-m4a") => "m4a",
        _ => match media {
            Media::Image => "png",
            Media::Video => "mp4",
            Media::Audio => "wav",
        },
    }
}
