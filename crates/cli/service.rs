//! Which executor `--on` means.

use std::path::PathBuf;

use comfyc_client::runcomfy::{self, RunComfy};
use comfyc_client::{AnyExecutor, Secret, comfyui, named};

use crate::args::{Network, Service};
use crate::{Failure, settings};

/// The executor that `--on` means. `folders` are where the files are that a workflow itself names.
pub(crate) fn choose(
    service: &Service,
    network: Network,
    folders: Vec<PathBuf>,
) -> Result<AnyExecutor, Failure> {
    let insecure = network.insecure;
    let url = match service.on.as_str() {
        "runcomfy" => {
            if !service.headers.is_empty() {
                return Err(Failure::Usage("--header is for a ComfyUI server".to_owned()));
            }
            let token = settings::runcomfy_token()
                .ok_or_else(|| Failure::Usage("RunComfy needs a token: set RUNCOMFY_TOKEN".to_owned()))?;
            let mut options = runcomfy::Options { insecure, ..runcomfy::Options::default() };
            if let Some(base) = settings::runcomfy_base() {
                options.base_url = base;
            }
            return Ok(AnyExecutor::new(RunComfy::new(&Secret::new(token), &options)?));
        }
        "comfyui" => settings::comfyui_url(),
        url if url.starts_with("http://") || url.starts_with("https://") => url.to_owned(),
        other => {
            let text = format!("--on wants `runcomfy`, `comfyui` or a URL, found `{}`", named(other));
            return Err(Failure::Usage(text));
        }
    };
    let headers = headers(&service.headers)?;
    let options = comfyui::Options { headers, folders, insecure, ..comfyui::Options::default() };
    Ok(AnyExecutor::new(comfyui::ComfyUi::new(&url, &options)?))
}

/// The headers that `--header` gives.
pub(crate) fn headers(given: &[String]) -> Result<Vec<(String, Secret)>, Failure> {
    let headers = given.iter().map(|header| match header.split_once(':') {
        Some((name, value)) => Ok((name.trim().to_owned(), Secret::new(value.trim()))),
        None => Err(Failure::Usage("--header wants `NAME: VALUE`".to_owned())),
    });
    headers.collect()
}

/// Runs asynchronous work to its end.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    runtime.block_on(work)
}

/// The classes of a running ComfyUI.
pub(crate) fn object_info(url: &str, network: Network) -> Result<String, Failure> {
    let options = comfyui::Options { insecure: network.insecure, ..comfyui::Options::default() };
    block_on(async { Ok(comfyui::ComfyUi::new(url, &options)?.object_info().await?) })
}
