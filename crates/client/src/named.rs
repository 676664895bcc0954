//! The names of addresses as people may see them: the one place that decides what of a URL is shown.

use reqwest::Url;

/// A URL or path that somebody typed, fit for a report: a URL without user, password, query and fragment, anything else as it
/// is. What only looks like a URL is cut as well, because a password may be why it is none.
///
/// ```
/// use comfyc_client::named;
///
/// assert_eq!(named("https://user:password@example.com/comfy?token=1"), "https://example.com/comfy");
/// assert_eq!(named("workflows/a.json"), "workflows/a.json");
/// ```
pub fn named(text: &str) -> String {
    let text = text.trim();
    let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return text.to_owned();
    };
    let is_url = rest.starts_with(['/', '\\']);
    let (before, after) = rest.rsplit_once('@').map_or((None, rest), |(before, after)| (Some(before), after));
    let after = if is_url { after.split(['?', '#']).next().unwrap_or_default() } else { after };
    let slashes = rest.len() - rest.trim_start_matches(['/', '\\']).len();
    let slashes = rest.get(..slashes).unwrap_or_default();
    match before.map(|before| before.trim_start_matches(['/', '\\'])) {
        None => format!("{scheme}:{after}"),
        // The part before is user and password, and nothing else can be in it.
        Some(user) if is_url && !user.contains(['/', '\\', '?', '#', '@']) && Url::parse(text).is_ok() => {
            format!("{scheme}:{slashes}{after}")
        }
        Some(_) => format!("{scheme}:{slashes}…@{after}"),
    }
}

/// A URL without what may be secret in it: user, password, query and fragment.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// Whether this can begin a URL. A single letter is a drive of Windows.
fn is_scheme(text: &str) -> bool {
    text.len() > 1
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_named_without_what_may_be_secret() {
        for (text, expected) in [
            ("http://127.0.0.1:8188", "http://127.0.0.1:8188"),
            ("https://h/comfy/", "https://h/comfy/"),
            ("http://user:pw@h:1/x", "http://h:1/x"),
            ("http://pw@h", "http://h"),
            ("HTTPS://u:pw@h/a?token=pw#pw", "HTTPS://h/a"),
            ("ftp://user:pw@h/x.json", "ftp://h/x.json"),
            ("http://h?token=pw", "http://h"),
            ("http://h#pw", "http://h"),
            // None of these is a URL, or not the one that was meant.
            ("http://user:pw@", "http://…@"),
            ("http://user:p/w@h/x", "http://…@h/x"),
            ("http://user:1/pw@h", "http://…@h"),
            ("http://user:p?w@h", "http://…@h"),
            ("http://user:p#w@h", "http://…@h"),
            ("http://a:pw@b:pw@h", "http://…@h"),
            ("http://h/x?u=pw@h2", "http://…@h2"),
            ("http:user:pw@h", "http:…@h"),
            ("http:\\\\user:pw@h", "http:\\\\h"),
            ("user:pw@h:8188", "user:…@h:8188"),
        ] {
            let shown = named(text);
            assert!(!shown.contains("pw") && !shown.contains("token"), "{text}: {shown}");
            assert_eq!(shown, expected);
        }
    }

    #[test]
    fn a_path_is_named_as_it_is() {
        for path in
            ["a.json", "C:\\a@b.json", "c:/x", "dir/a:b@c", "-", "./http://x@y", "a@b:c?d#e", "built-in"]
        {
            assert_eq!(named(path), path);
        }
    }
}
