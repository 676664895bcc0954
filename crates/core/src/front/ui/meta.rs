//! Which of a node's properties the editor takes over into `_meta`: those that can name a pack and its version.

use super::wire::Properties;
use crate::graph::Pack;

/// The longest id of a pack, and the longest name of a repository.
const LONGEST_ID: usize = 100;
/// The longest name of an owner of repositories.
const LONGEST_OWNER: usize = 39;

/// The pack that a node's class is from. What is no id, repository or version is left out.
pub(super) fn of(properties: &Properties<'_>) -> Option<Pack> {
    let [id, repository, version] = properties.pack();
    let id = id.filter(|id| is_id(id));
    let repository = repository.filter(|repository| is_repository(repository));
    Pack::new(id, repository, version.and_then(version_of))
}

/// Letters, digits, `.`, `_` and `-`, with a letter or a digit at either end.
fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    bytes.len() <= LONGEST_ID
        && ends.iter().all(|end| end.is_some_and(u8::is_ascii_alphanumeric))
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// `owner/name`. An owner is of letters, digits and single hyphens, with none at either end.
fn is_repository(text: &str) -> bool {
    let Some((owner, name)) = text.split_once('/') else { return false };
    owner.len() <= LONGEST_OWNER
        && owner.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()))
        && is_id(name)
}

/// A semantic version or a Git hash, without the `v` before it, or `unknown`.
fn version_of(text: &str) -> Option<&str> {
    if text == "unknown" {
        return Some(text);
    }
    let version = text.strip_prefix('v').unwrap_or(text);
    let is_hash = (4..=40).contains(&version.len()) && version.bytes().all(|b| b.is_ascii_hexdigit());
    (is_hash || is_semantic(version)).then_some(version)
}

/// `1.2.3`, `1.2.3-rc.1`, `1.2.3+build`. What is behind the numbers has no capital letters.
fn is_semantic(text: &str) -> bool {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    let (numbers, release) = text.split_once('-').map_or((text, None), |(text, part)| (text, Some(part)));
    let is_number = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let is_part = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase() || b == b'-')
    };
    numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && [release, build].into_iter().flatten().all(|list| list.split('.').all(is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_repositories_and_versions_are_told_from_other_texts() {
        let all = |is: fn(&str) -> bool, texts: &[&str]| texts.iter().all(|text| is(text));
        let none = |is: fn(&str) -> bool, texts: &[&str]| texts.iter().all(|text| !is(text));
        assert!(all(is_id, &["a", "comfy-core", "A.b_c-9", &"a".repeat(100)]));
        assert!(none(is_id, &["", "-a", "a.", "a b", "a/b", "é", &"a".repeat(101)]));
        assert!(all(is_repository, &["a/b", "A-b-c/x.y_z", &format!("{}/n", "o".repeat(39))]));
        assert!(none(
            is_repository,
            &[
                "a",
                "/b",
                "a/",
                "a/b/c",
                "a--b/c",
                "-a/b",
                "a-/b",
                "a_b/c",
                "a/.b",
                &format!("{}/n", "o".repeat(40))
            ]
        ));
        let is_version = |text: &str| version_of(text).is_some();
        assert!(all(
            is_version,
            &[
                "0.3.26",
                "v1.0.0",
                "vabcd",
                "1.0.0-rc.1",
                "1.2.3+a.b",
                "1.2.3-x-y+z",
                "unknown",
                "abcd",
                "ABCDEF0123"
            ]
        ));
        assert!(none(
            is_version,
            &[
                "",
                "1.2",
                "1.2.3.4",
                "01.2.3",
                "1.2.3-",
                "1.2.3-RC1",
                "1.2.3+",
                "abc",
                "nightly",
                "vunknown",
                &"a".repeat(41)
            ]
        ));
    }
}
