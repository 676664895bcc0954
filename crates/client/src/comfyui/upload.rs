//! Bringing local files to the server before a prompt that names them.

use std::path::Path;

use comfyc::back;
use comfyc::interface::{Media, Target};
use comfyc::job::{FileInput, Job};
use data_url::DataUrl;
use reqwest::Url;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use super::ComfyUi;
use crate::Error;
use crate::http::shown;

/// What a file input says.
enum Given {
    /// Bytes to be uploaded under a name.
    Bytes { name: String, bytes: Vec<u8>, is_named_by_user: bool },
    /// The name of a file that the server may have.
    Name,
}

impl ComfyUi {
    /// The job's prompt, with its local files uploaded and their names at the server written where they belong.
    ///
    /// A value is uploaded when it is the path of an existing local file, or a `data:` URI; every other value but an
    /// address is left as it is, since the server may have a file of that name. Equal values are uploaded once, and a
    /// file that no input of the prompt holds is not.
    ///
    /// In a list of files, names are left as they are as well, and whatever would have to be uploaded is refused: a
    /// ComfyUI takes a bare list for a link, so no class that the catalog knows gets one.
    pub(super) async fn place_files(&self, job: &Job) -> Result<Value, Error> {
        let mut prompt = back::prompt::to_json(job.prompt());
        let mut uploaded: Vec<(&str, String)> = Vec::new();
        for file in job.files().iter().filter(|file| !file.targets.is_empty()) {
            let is_same = |value: &str| file.element.is_none() && value == file.value;
            let known = uploaded.iter().find(|(value, _)| is_same(value)).map(|(_, name)| name.clone());
            let name = match known {
                Some(name) => name,
                None => match read(file).await? {
                    Given::Name => continue,
                    Given::Bytes { .. } if file.element.is_some() => {
                        return Err(Error::FileInList { key: file.key.clone() });
                    }
                    Given::Bytes { name, bytes, is_named_by_user } => {
                        // A name that was made up here may be in use by a job that waits.
                        let overwrite = self.overwrite && is_named_by_user;
                        let stored = self.upload(&name, bytes, overwrite).await.map_err(|source| {
                            Error::Upload { key: file.key.clone(), name, source: Box::new(source) }
                        })?;
                        uploaded.push((&file.value, stored.clone()));
                        stored
                    }
                },
            };
            for target in &file.targets {
                write(&mut prompt, target, &name);
            }
        }
        Ok(prompt)
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
            return Err(self.http.service_error(&reply));
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

async fn read(file: &FileInput) -> Result<Given, Error> {
    let scheme = file.value.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    match scheme.as_deref() {
        Some("data") => decode(file),
        Some("http" | "https") => {
            let url = Url::parse(&file.value).map_or_else(|_| "…".to_owned(), |url| shown(&url));
            Err(Error::RemoteFile { key: file.key.clone(), url })
        }
        _ => read_local(file).await,
    }
}

async fn read_local(file: &FileInput) -> Result<Given, Error> {
    let path = Path::new(&file.value);
    // What cannot be looked at (no such file, a name no file can have) is no local file.
    let is_file = tokio::fs::metadata(path).await.is_ok_and(|metadata| metadata.is_file());
    let Some(name) = path.file_name().filter(|_| is_file) else { return Ok(Given::Name) };
    let name = name.to_string_lossy().into_owned();
    let bytes = tokio::fs::read(path).await.map_err(|source| Error::File {
        key: file.key.clone(),
        path: path.to_owned(),
        source,
    })?;
    Ok(Given::Bytes { name, bytes, is_named_by_user: true })
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
    Ok(Given::Bytes { name, bytes, is_named_by_user: false })
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

/// Writes the name over the value that the target holds; a job's files have no other targets.
fn write(prompt: &mut Value, target: &Target, name: &str) {
    let node = prompt.get_mut(target.node.as_str());
    let held = node.and_then(|node| node.get_mut("inputs")?.get_mut(&target.input));
    if let Some(held) = held {
        *held = name.into();
    }
}
