//! Which executor `--on` means.

use comfyc_client::runcomfy::{self, RunComfy};
use comfyc_client::{AnyExecutor, Secret, comfyui};

use crate::args::Service;
use crate::{Failure, settings};

/// The executor that `--on` means.
pub(crate) fn choose(service: &Service) -> Result<AnyExecutor, Failure> {
    let url = match service.on.as_str() {
        "runcomfy" => {
            if !service.headers.is_empty() {
                return Err(Failure::Usage("--header is for a ComfyUI server".to_owned()));
            }
            let token = settings::runcomfy_token()
                .ok_or_else(|| Failure::Usage("RunComfy needs a token: set RUNCOMFY_TOKEN".to_owned()))?;
            let mut options = runcomfy::Options::default();
            if let Some(base) = settings::runcomfy_base() {
                options.base_url = base;
            }
            return Ok(AnyExecutor::new(RunComfy::new(&Secret::new(token), &options)?));
        }
        "comfyui" => settings::comfyui_url(),
        url if url.starts_with("http://") || url.starts_with("https://") => url.to_owned(),
        other => {
            let text = format!("--on wants `runcomfy`, `comfyui` or a URL, found `{other}`");
            return Err(Failure::Usage(text));
        }
    };
    let options = comfyui::Options { headers: headers(&service.headers)?, ..comfyui::Options::default() };
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
pub(crate) fn object_info(url: &str) -> Result<String, Failure> {
    block_on(async { Ok(comfyui::ComfyUi::new(url, &comfyui::Options::default())?.object_info().await?) })
}
