//! How reports write what comes from a repository: cleaned, and short enough to be read.

use std::fmt::Write as _;

use jiff::Timestamp;

use super::is_hidden;
use crate::finding::{Finding, Origin, Sighting};
use crate::git::RepoPath;
use crate::scope::Place;

/// Tabs as one blank, so that carets stand where they should; control characters written out, whoever let them through.
pub(super) fn clean(text: &str) -> String {
    let text = text.replace('\t', " ");
    if text.chars().any(is_hidden) { RepoPath::new(text).to_string() } else { text }
}

/// A ref as people call it: a branch by its name, a tag as one, the rest without `refs/`.
pub(super) fn ref_name(name: &str) -> String {
    let name = clean(name);
    if let Some(branch) = name.strip_prefix("refs/heads/") {
        branch.to_owned()
    } else if let Some(tag) = name.strip_prefix("refs/tags/") {
        format!("tag {tag}")
    } else {
        let rest = name.strip_prefix("refs/").unwrap_or(&name);
        rest.strip_prefix("remotes/").unwrap_or(rest).to_owned()
    }
}

/// `main, tag v1.0 and 12 more`; what no ref leads to is said as such.
pub(super) fn refs(Origin { refs: names, more_refs, .. }: &Origin, shown: usize) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let text = names.iter().take(shown).map(|name| ref_name(name)).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(shown) as u64 + more_refs {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// `path:line`, or what takes its place in a message.
pub(super) fn spot(sighting: &Sighting) -> String {
    match &sighting.path {
        Some(path) => format!("{path}:{}", sighting.line),
        None => format!("message:{}", sighting.line),
    }
}

/// `path:line:column`, as editors take it. What is about a whole needs no line.
pub(super) fn spot_of(finding: &Finding) -> String {
    let Finding { rule, location, .. } = finding;
    match (&location.place, rule.is_secret()) {
        (Place::Message, false) => format!("{}:{}", location.place, location.start.line),
        // Its name follows.
        (_, false) => location.place.to_string(),
        (_, true) => format!("{}:{}:{}", location.name(), location.start.line, location.start.column),
    }
}

/// `2024-05-17`, in UTC. What no calendar has is told as it stands.
pub(super) fn day(seconds: i64) -> String {
    match Timestamp::from_second(seconds) {
        Ok(time) => time.to_string().split('T').next().unwrap_or_default().to_owned(),
        Err(_) => format!("{seconds} s"),
    }
}

/// `2024-05-17T09:30:00Z`; none for what no calendar has.
pub(super) fn moment(seconds: i64) -> Option<String> {
    Timestamp::from_second(seconds).ok().map(|time| time.to_string())
}

/// Everything but what RFC 3986 leaves unreserved, and the slashes between folders.
pub(super) fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => text.push(char::from(*byte)),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refs_are_called_as_people_call_them() {
        let names =
            ["refs/heads/a/b", "refs/tags/v1", "refs/remotes/origin/main", "refs/stash", "refs/heads/\u{202E}x"];
        let of = |names: &[&str], more_refs| Origin {
            refs: names.iter().map(|name| (*name).to_owned()).collect(),
            more_refs,
            ..Origin::default()
        };
        assert_eq!(refs(&of(&names, 0), 5), "a/b, tag v1, origin/main, stash, \\u{202e}x");
        assert_eq!(refs(&of(&names, 0), 1), "a/b and 4 more");
        assert_eq!(refs(&of(&names, 7), 4), "a/b, tag v1, origin/main, stash and 8 more");
        assert_eq!(refs(&of(&[], 0), 1), "none");
    }

    #[test]
    fn times_are_days_in_utc_and_no_time_is_too_odd() {
        assert_eq!(day(1_714_521_599), "2024-04-30");
        assert_eq!(day(-1), "1969-12-31");
        assert_eq!(day(i64::MAX), "9223372036854775807 s");
        assert_eq!(moment(1_714_521_599).as_deref(), Some("2024-04-30T23:59:59Z"));
        assert_eq!(moment(i64::MIN), None);
    }

    #[test]
    fn odd_bytes_are_percent_encoded() {
        assert_eq!(percent_encoded(b"a:b/\xFF%\n~"), "a%3Ab/%FF%25%0A~");
    }
}
