use miniz_oxide::deflate::compress_to_vec_zlib;

use super::*;
use crate::diagnostic::Code;
use crate::source::{Source, Sources, Syntax};

/// What is found in a file: `prompt | workflow`, and the codes of the reports.
#[track_caller]
fn check(bytes: &[u8], expected: &str) {
    let container = detect(bytes).expect("a media file");
    let id = Sources::default().add(Source::new("file", Syntax::Json, ""));
    let (embedded, diagnostics) = read(bytes, container, &Origin::offset(id, 0));
    let text = |form| embedded.text(form).unwrap_or("-").to_owned();
    let mut found = format!("{} | {}", text(Form::Prompt), text(Form::Workflow));
    for code in diagnostics.codes() {
        found.push_str(" ! ");
        found.push_str(code.slug());
    }
    assert_eq!(found, expected);
    let whole = !diagnostics.codes().contains(&Code::DamagedMedia);
    assert!(!embedded.is_empty() || diagnostics.has_errors());
    assert!(embedded.is_empty() || !diagnostics.has_errors());
    assert!(whole || !embedded.is_empty());
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("short").to_be_bytes();
    let mut crc = crc32fast::Hasher::new();
    crc.update(&kind);
    crc.update(data);
    [&length, kind.as_slice(), data, &crc.finalize().to_be_bytes()].concat()
}

fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    for &(kind, data) in chunks {
        bytes.extend(chunk(*kind, data));
    }
    bytes.extend(chunk(*b"IEND", b""));
    bytes
}

/// Deflated zeros: a fixed block of one literal and then copies of 258 bytes, thirteen bits each.
fn bomb(length: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = vec![true, true, false];
    let mut put = |code: u32, width: u32| bits.extend((0..width).rev().map(|bit| code >> bit & 1 == 1));
    put(0b0011_0000, 8);
    for _ in 0..length / 258 {
        put(0b1100_0101, 8);
        put(0, 5);
    }
    put(0, 7);
    let bytes = bits.chunks(8).map(|byte| byte.iter().rev().fold(0u8, |all, bit| all << 1 | u8::from(*bit)));
    [0x78, 0x01].into_iter().chain(bytes).collect()
}

fn sized(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let size = u32::try_from(content.len() + 8).expect("short").to_be_bytes();
    [&size, kind.as_slice(), content].concat()
}

/// The boxes of a movie's metadata, with the two texts.
fn metadata(prompt: &str, workflow: &str) -> Vec<u8> {
    let keys =
        [sized(*b"mdta", b"WORKFLOW"), sized(*b"mdta", b"prompt"), sized(*b"mdta", b"encoder")].concat();
    let item = |index: u8, text: &str| {
        sized([0, 0, 0, index], &sized(*b"data", &[&[0, 0, 0, 1, 0, 0, 0, 0], text.as_bytes()].concat()))
    };
    let items = [item(1, workflow), item(2, prompt), item(3, "Lavf")].concat();
    [sized(*b"keys", &[&[0, 0, 0, 0, 0, 0, 0, 3], keys.as_slice()].concat()), sized(*b"ilst", &items)]
        .concat()
}

fn movie(boxes: &[u8]) -> Vec<u8> {
    [sized(*b"ftyp", b"isom\0\0\0\0"), sized(*b"moov", boxes)].concat()
}

#[test]
fn png_texts_of_every_kind() {
    let packed = compress_to_vec_zlib(b"{\"z\":1}", 6);
    check(&png(&[(b"tEXt", b"prompt\0{}"), (b"tEXt", b"workflow\0{\"a\":1}")]), "{} | {\"a\":1}");
    check(&png(&[(b"IDAT", b"x"), (b"comf", b"Prompt\0{}")]), "{} | -");
    check(&png(&[(b"zTXt", &[b"prompt\0\0".as_slice(), &packed].concat())]), "{\"z\":1} | -");
    check(&png(&[(b"iTXt", &[b"prompt\0\x01\0en\0\0".as_slice(), &packed].concat())]), "{\"z\":1} | -");
    check(&png(&[(b"iTXt", "workflow\0\0\0\0\0{\"é\":1}".as_bytes())]), "- | {\"é\":1}");
}

#[test]
fn png_bytes_that_are_not_utf_8_are_latin_1() {
    check(&png(&[(b"tEXt", b"prompt\0{\"\xe9\":1}")]), "{\"é\":1} | -");
    check(&png(&[(b"tEXt", "prompt\0{\"é\":1}".as_bytes())]), "{\"é\":1} | -");
}

#[test]
fn the_last_of_a_repeated_keyword_counts() {
    check(&png(&[(b"tEXt", b"prompt\0{\"a\":1}"), (b"tEXt", b"prompt\0{\"b\":1}")]), "{\"b\":1} | -");
}

#[test]
fn words_are_no_graph() {
    check(&png(&[(b"tEXt", b"prompt\0a dog")]), "- | - ! no-embedded-graph");
    check(&png(&[(b"tEXt", b"prompt\0null"), (b"tEXt", b"workflow\0{}")]), "- | {}");
    check(&png(&[]), "- | - ! no-embedded-graph");
    check(b"GIF89a", "- | - ! no-embedded-graph");
}

#[test]
fn quoted_json_is_taken_out_of_its_quotes() {
    let twice = serde_json::to_string(&serde_json::to_string("{\"a\": \"b\"}").expect("text")).expect("text");
    check(&png(&[(b"tEXt", format!("prompt\0{twice}").as_bytes())]), "{\"a\": \"b\"} | -");
}

#[test]
fn a_bomb_is_not_unpacked() {
    let text = [b"prompt\0\0".as_slice(), &bomb(MOST_TEXT + 1000)].concat();
    check(&png(&[(b"zTXt", &text)]), "- | - ! unreadable-media");
    check(&png(&[(b"zTXt", &text), (b"tEXt", b"workflow\0{}")]), "- | {} ! damaged-media");
    let text = [b"prompt\0\x01\0\0\0".as_slice(), &bomb(MOST_TEXT + 1000)].concat();
    check(&png(&[(b"iTXt", &text)]), "- | - ! unreadable-media");
}

#[test]
fn damage_is_told() {
    check(&png(&[(b"zTXt", b"prompt\0\0rubbish")]), "- | - ! unreadable-media");
    check(&png(&[(b"zTXt", b"prompt\0"), (b"tEXt", b"prompt")]), "- | - ! unreadable-media");
    let whole = png(&[(b"tEXt", b"prompt\0{}")]);
    let (start, _) = whole.split_at(whole.len() - 3);
    check(start, "{} | - ! damaged-media");
    // The last byte of the checksum, before the twelve of the last chunk.
    let mut wrong = whole.clone();
    wrong.iter_mut().rev().skip(12).take(1).for_each(|byte| *byte ^= 1);
    check(&wrong, "{} | - ! damaged-media");
}

#[test]
fn movies_of_either_form() {
    let boxes = metadata("{}", "{\"a\":1}");
    let full = sized(*b"meta", &[&[0; 4], sized(*b"hdlr", b"").as_slice(), &boxes].concat());
    check(&movie(&sized(*b"udta", &full)), "{} | {\"a\":1}");
    // QuickTime's own form, without a version and without `udta`.
    check(&movie(&sized(*b"meta", &[sized(*b"hdlr", b"").as_slice(), &boxes].concat())), "{} | {\"a\":1}");
    let comment = [&[0, 9, 0, 0], b"{\"prompt\":\"{}\"}".as_slice()].concat();
    check(&movie(&sized(*b"udta", &sized(*b"\xa9cmt", &comment))), "{} | -");
}

#[test]
fn sizes_of_boxes_are_not_believed() {
    let boxes = sized(*b"udta", &sized(*b"meta", &[&[0; 4], metadata("{}", "-").as_slice()].concat()));
    let whole = movie(&boxes);
    // A size of 64 bits, one that goes to the end, one that is too large, one that is smaller than its header.
    let long = [b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x10".as_slice(), &whole].concat();
    check(&long, "{} | -");
    check(&[&whole, b"\0\0\0\0mdatxyz".as_slice()].concat(), "{} | -");
    check(&[&whole, b"\xff\xff\xff\xffmdat".as_slice()].concat(), "{} | - ! damaged-media");
    check(
        &[&whole, b"\0\0\0\x01mdat\xff\xff\xff\xff\xff\xff\xff\xff".as_slice()].concat(),
        "{} | - ! damaged-media",
    );
    check(&[&whole, b"\0\0\0\x04mdat".as_slice()].concat(), "{} | - ! damaged-media");
    check(&[&whole, [0; 5].as_slice()].concat(), "{} | -");
    check(b"\0\0\0\x10ftypisom\0\0\0\0\xff\xff\xff\xffmoov", "- | - ! unreadable-media");
}

#[test]
fn tags_of_matroska() {
    let element = |id: &[u8], content: &[u8]| {
        let size = u16::try_from(content.len()).expect("short") | 0x4000;
        [id, &size.to_be_bytes(), content].concat()
    };
    let simple = |name: &str, text: &str| {
        let tag = [element(b"\x45\xa3", name.as_bytes()), element(b"\x44\x87", text.as_bytes())].concat();
        element(b"\x67\xc8", &tag)
    };
    let both = [simple("PROMPT", "{}\0"), simple("ENCODER", "Lavf")].concat();
    let tags = element(b"\x12\x54\xc3\x67", &element(b"\x73\x73", &both));
    let file = |body: &[u8]| {
        [b"\x1a\x45\xdf\xa3\x80\x18\x53\x80\x67\x01\xff\xff\xff\xff\xff\xff\xff", body].concat()
    };
    check(&file(&tags), "{} | -");
    // A cluster that does not say its size, with a block of one byte, before the tags.
    check(&file(&[b"\x1f\x43\xb6\x75\xff\xa3\x81\0".as_slice(), &tags].concat()), "{} | -");
    check(&file(&[&tags, b"\x1f\x43\xb6\x75\x40\xff".as_slice()].concat()), "{} | - ! damaged-media");
    check(&file(b"\x12\x54\xc3\x67\x01\x0f\xff\xff\xff\xff\xff\xff"), "- | - ! unreadable-media");
    check(&file(b"\0"), "- | - ! unreadable-media");
    check(&file(b""), "- | - ! no-embedded-graph");
}

#[test]
fn headers_of_json() {
    let tensors = |header: &str| [&(header.len() as u64).to_le_bytes(), header.as_bytes(), b"data"].concat();
    check(&tensors(r#"{"__metadata__":{"prompt":"{}","format":"pt"},"a":{}}"#), "{} | -");
    check(&tensors(r#"{"a":{"dtype":"F32"}}"#), "- | - ! no-embedded-graph");
    check(&tensors(r#"{"a"}"#), "- | - ! unreadable-media");
    check(b"\xff\xff\0\0\0\0\0\0{", "- | - ! unreadable-media");
    let scene = r#"{"asset":{"version":"2.0","extras":{"workflow":{"nodes":[]},"prompt":"{}"}}}"#;
    let length = u32::try_from(scene.len()).expect("short").to_le_bytes();
    let glb = [b"glTF\x02\0\0\0\0\0\0\0", length.as_slice(), b"JSON", scene.as_bytes()].concat();
    check(&glb, "{} | {\"nodes\":[]}");
    check(b"glTF\x02\0\0\0\0\0\0\0\xff\xff\xff\xffJSON{}", "- | - ! unreadable-media");
    check(b"glTF", "- | - ! unreadable-media");
}

#[test]
fn attributes_of_an_exr() {
    let exr = |attributes: &[u8]| [b"\x76\x2f\x31\x01\x02\0\0\0", attributes].concat();
    check(&exr(b"lines\0box2i\0\x01\0\0\0xprompt\0string\0\x02\0\0\0{}\0"), "{} | -");
    check(&exr(b"prompt\0string\0\xff\xff\xff\xff{}\0"), "- | - ! unreadable-media");
    check(&exr(b"prompt"), "- | - ! unreadable-media");
    check(&exr(b"\0"), "- | - ! no-embedded-graph");
}

#[test]
fn an_svg_ends_where_the_editor_says() {
    let svg = |text: &str| {
        format!("<?xml version=\"1.0\"?>\n<svg>\n<metadata>\n<![CDATA[{text}]]>\n</metadata></svg>")
    };
    check(svg(r#"{"prompt": {"a": "]]>"}}"#).as_bytes(), r#"{"a": "]]>"} | -"#);
    check(svg(r#"{"prompt": {"a": "</metadata>"}}"#).as_bytes(), r#"{"a": "</metadata>"} | -"#);
    check(b"<svg><metadata><![CDATA[{}", "- | - ! unreadable-media");
    check(b"<svg><metadata>text</metadata></svg>", "- | - ! no-embedded-graph");
}

#[test]
fn chunks_of_a_webp() {
    let webp = |chunks: &[u8]| [b"RIFF\0\0\0\0WEBP", chunks].concat();
    // One directory with one text, in `Model`.
    let exif = b"II*\0\x08\0\0\0\x01\0\x10\x01\x02\0\x0a\0\0\0\x1a\0\0\0\0\0\0\0prompt:{}\0";
    let exif_chunk = |prefix: &[u8]| {
        let size = u32::try_from(prefix.len() + exif.len()).expect("short").to_le_bytes();
        [b"EXIF", size.as_slice(), prefix, exif].concat()
    };
    check(&webp(&exif_chunk(b"")), "{} | -");
    check(&webp(&exif_chunk(b"Exif\0\0")), "{} | -");
    check(&webp(&[b"ODD \x01\0\0\0x\0".as_slice(), &exif_chunk(b"")].concat()), "{} | -");
    check(&webp(b"EXIF\xff\xff\xff\xff"), "- | - ! unreadable-media");
    check(&webp(b""), "- | - ! no-embedded-graph");
}

#[test]
fn short_values_and_the_second_directory() {
    // `Make` of two bytes stands in its entry; the second directory has a `UserComment`.
    let first =
        b"MM\0*\0\0\0\x08\0\x02\x01\x0f\0\x02\0\0\0\x02{}\0\0\x87\x69\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0";
    let text = b"ASCII\0\0\0{\"workflow\": {}}";
    let second = b"\0\x01\x92\x86\0\x07\0\0\0\x18\0\0\0\x38\0\0\0\0";
    check(&[first.as_slice(), second, text].concat(), "- | {}");
}

#[test]
fn directories_in_a_circle_end() {
    // The next directory is the first again, and its entry has more text than there are bytes.
    let circle = b"II*\0\x08\0\0\0\x01\0\x10\x01\x02\0\xff\xff\xff\x7f\x1a\0\0\0\x08\0\0\0";
    check(circle, "- | - ! unreadable-media");
}

#[test]
fn files_are_known_by_their_first_bytes() {
    for (bytes, expected) in [
        (b"\x89PNG\r\n\x1a\n".as_slice(), Some(Container::Png)),
        (b"\xff\xd8\xff\xe0", Some(Container::Jpeg)),
        (b"\0\0\0\x18ftypqt  ", Some(Container::Mp4)),
        (b"\0\0\0\x18ftypavif", Some(Container::Avif)),
        (b"\0\0\0\x08wide\0\0\0\0mdat", Some(Container::Mp4)),
        (b"\xef\xbb\xbf\n<svg/>", Some(Container::Svg)),
        (b"<html></html>", None),
        (b"{\"1\": {}}", None),
        (b"{\"12345{", None),
        (b"", None),
    ] {
        assert_eq!(detect(bytes), expected, "{bytes:?}");
    }
}

#[test]
fn the_other_form_stands_in() {
    let embedded = Embedded { workflow: Some("{}".to_owned()), ..Embedded::default() };
    assert_eq!(embedded.choose(Form::Prompt), Some((Form::Workflow, "{}")));
    assert_eq!(Embedded::default().choose(Form::Prompt), None);
}
