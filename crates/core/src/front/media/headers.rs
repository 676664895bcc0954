//! Files that begin with a JSON header: safetensors, of which a latent is one, and GLB. `serde_json` reads the header, and there is
//! nothing else to parse; the libraries for the two formats would go on to tensors and meshes.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Broken, Embedded};

/// The longest header that is taken for one, as in the `safetensors` crate.
const MOST_HEADER: u64 = 100_000_000;

#[derive(Deserialize)]
struct Tensors {
    #[serde(default, rename = "__metadata__")]
    metadata: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
struct Scene {
    #[serde(default)]
    asset: Asset,
}

#[derive(Default, Deserialize)]
struct Asset {
    #[serde(default)]
    extras: Value,
}

/// A length of a plausible size, and then an object.
pub(super) fn is_safetensors(bytes: &[u8]) -> bool {
    bytes.split_first_chunk::<8>().is_some_and(|(length, rest)| {
        (2..=MOST_HEADER).contains(&u64::from_le_bytes(*length)) && rest.starts_with(b"{")
    })
}

pub(super) fn safetensors(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(cut)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| cut())?;
    let header: Tensors = header(rest.get(..length).ok_or_else(cut)?)?;
    header.metadata.iter().for_each(|(keyword, text)| offer(embedded, keyword, text));
    Ok(())
}

pub(super) fn glb(bytes: &[u8], embedded: &mut Embedded) -> Result<(), Broken> {
    let (head, rest) = bytes.split_first_chunk::<20>().ok_or_else(cut)?;
    let [.., a, b, c, d, b'J', b'S', b'O', b'N'] = *head else {
        return Err(Broken("its first chunk is not JSON".to_owned()));
    };
    let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).map_err(|_| cut())?;
    let header: Scene = header(rest.get(..length).ok_or_else(cut)?)?;
    if let Value::Object(extras) = &header.asset.extras {
        extras.iter().for_each(|(keyword, text)| offer(embedded, keyword, text));
    }
    Ok(())
}

fn offer(embedded: &mut Embedded, keyword: &str, text: &Value) {
    match text {
        Value::String(text) => embedded.offer(keyword, text),
        Value::Object(_) => embedded.offer(keyword, &text.to_string()),
        _ => {}
    }
}

fn header<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Broken> {
    serde_json::from_slice(bytes).map_err(|error| Broken(format!("its header cannot be read: {error}")))
}

fn cut() -> Broken {
    Broken("it is cut off".to_owned())
}
