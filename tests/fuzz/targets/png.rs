//! Any bytes as the text chunks of a PNG, each of the length it says, so that what is behind them is reached.
#![no_main]

use comfyc::front::media::{self, Container};
use comfyc::source::{Origin, Source, Sources, Syntax};
use libfuzzer_sys::fuzz_target;

const KINDS: [&[u8; 4]; 4] = [b"tEXt", b"iTXt", b"zTXt", b"comf"];

fuzz_target!(|texts: Vec<(u8, bool, Vec<u8>)>| {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, is_prompt, text) in &texts {
        let keyword: &[u8] = if *is_prompt { b"prompt\0" } else { b"workflow\0" };
        bytes.extend(u32::try_from(keyword.len() + text.len()).unwrap_or_default().to_be_bytes());
        bytes.extend(KINDS[usize::from(*kind) % 4]);
        bytes.extend(keyword);
        bytes.extend(text);
        // The checksum is wrong, which is told and does not keep the text from being read.
        bytes.extend([0; 4]);
    }
    bytes.extend(b"\0\0\0\0IEND\xae\x42\x60\x82");
    assert_eq!(media::detect(&bytes), Some(Container::Png));
    let id = Sources::default().add(Source::new("file", Syntax::Json, ""));
    let (embedded, diagnostics) = media::read(&bytes, Container::Png, &Origin::offset(id, 0));
    assert_eq!(embedded.is_empty(), diagnostics.has_errors());
});
