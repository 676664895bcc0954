//! What the environment says: tokens and addresses. Read here and nowhere else.

use std::env;

/// The token of RunComfy, under the name that its own client uses.
pub(crate) fn runcomfy_token() -> Option<String> {
    set("RUNCOMFY_TOKEN")
}

/// Another base URL of RunComfy's Model API.
pub(crate) fn runcomfy_base() -> Option<String> {
    set("RUNCOMFY_MODEL_API_BASE")
}

/// The ComfyUI server that `comfyui` means; on this machine's usual port when not said.
pub(crate) fn comfyui_url() -> String {
    set("COMFYUI_URL").unwrap_or_else(|| "http://127.0.0.1:8188".to_owned())
}

/// A variable that is set to something.
fn set(name: &str) -> Option<String> {
    env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}
