//! Passwords in addresses: `scheme://user:password@host` (RFC 3986, 3.2.1).

use super::detector::Candidate;
use crate::rule::Confidence;
use crate::text::Region;

/// The most bytes between a literal's start and the `://` behind it.
const LONGEST_SCHEME: usize = 40;
/// The fewest characters of a password, and of one that somebody uses.
const SHORTEST: usize = 3;
const SHORT: usize = 5;

/// Finds the password of the address whose scheme stands at `hit`.
pub(super) fn find(text: &[u8], hit: usize, longest: usize) -> Option<Candidate> {
    let rest = &text[hit..text.len().min(hit.saturating_add(longest))];
    let scheme = memchr::memmem::find(&rest[..rest.len().min(LONGEST_SCHEME)], b"://")? + 3;
    let authority = &rest[scheme..];
    let end = authority
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || b"/?#\"'`<>|\\,".contains(byte))
        .unwrap_or(authority.len());
    let authority = &authority[..end];
    // A password may have an `@`, a host has none.
    let at = memchr::memrchr(b'@', authority)?;
    let colon = memchr::memchr(b':', &authority[..at])?;
    let (user, password, host) = (&authority[..colon], &authority[colon + 1..at], &authority[at + 1..]);
    let is_host = host.first().is_some_and(|first| first.is_ascii_alphanumeric() || b"[_$%*{".contains(first));
    let characters = characters(password);
    if characters < SHORTEST || !is_host {
        return None;
    }
    let start = hit + scheme + colon + 1;
    let made_up = user == password || characters < SHORT || is_example(host);
    Some(Candidate {
        secret: Region::new(start, start + password.len()),
        span: Region::new(hit, hit + scheme + end),
        confidence: made_up.then_some(Confidence::Possible),
        reason: Some("it stands between a user's name and a host in an address".to_owned()),
    })
}

/// How many characters there are when `%41` is read as the one that it stands for (RFC 3986, 2.1).
fn characters(text: &[u8]) -> usize {
    let is_escape = |bytes: &&[u8; 3]| bytes[0] == b'%' && bytes[1..].iter().all(u8::is_ascii_hexdigit);
    text.len() - 2 * text.array_windows::<3>().filter(is_escape).count()
}

/// Whether a host is one that nobody but its own user reaches, or that stands in for another (RFC 2606, RFC 6761).
fn is_example(host: &[u8]) -> bool {
    const NAMES: &[&str] = &[
        "localhost",
        "example.com",
        "example.org",
        "example.net",
        "127.0.0.1",
        "0.0.0.0",
        "[::1]",
        "host",
        "hostname",
        "server",
        "domain.com",
        "host.com",
        "test",
        "foo",
        "bar",
        "foo.com",
        "proxy",
        "myhost",
    ];
    let host = String::from_utf8_lossy(host).to_ascii_lowercase();
    // A template's hole names no host yet.
    if host.starts_with(['$', '%', '*', '{']) {
        return true;
    }
    let name = if host.starts_with('[') { host.as_str() } else { host.split(':').next().unwrap_or_default() };
    NAMES.contains(&name)
        || [".example", ".test", ".invalid", ".localhost", ".example.com", ".example.org", ".example.net"]
            .iter()
            .any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Option<(&str, Option<Confidence>)> {
        let found = find(text.as_bytes(), text.find("://").unwrap_or(1) - 1, 540)?;
        Some((&text[found.secret.range()], found.confidence))
    }

    #[test]
    fn the_password_stands_between_the_colon_and_the_last_at() {
        assert_eq!(password("https://user:s3cr@t!x@host.net:80/p"), Some(("s3cr@t!x", None)));
        assert_eq!(password("redis://:abcdef@cache"), Some(("abcdef", None)));
        assert_eq!(password("redis://:ab%63%64ef@cache"), Some(("ab%63%64ef", None)));
        assert_eq!(
            password("http://Me:%4D^%70@the.host"),
            Some(("%4D^%70", Some(Confidence::Possible))),
            "three characters"
        );
        assert_eq!(password("x=http://u:abcdef@localhost:80"), Some(("abcdef", Some(Confidence::Possible))));
        assert_eq!(password("x=http://guest:guest@mq.corp.net"), Some(("guest", Some(Confidence::Possible))));
    }

    #[test]
    fn addresses_without_a_password_have_none() {
        for text in [
            "https://host:8080/a@b",
            "ssh://git@host:22/x",
            "http://user@host",
            "http://user:@host",
            "see http:// and : or @",
            "http://a:b c@host",
            "http://a:%42@host.net",
            "http://a:%42%43@host.net",
        ] {
            assert_eq!(password(text), None, "{text}");
        }
    }
}
