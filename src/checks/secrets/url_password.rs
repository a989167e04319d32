//! Passwords in addresses: `scheme://user:password@host` (RFC 3986, 3.2.1).

use super::detector::Candidate;
use super::score::{AT_HOME, Part, Score};
use super::value;
use crate::text::Region;

/// The most bytes between a literal's start and the `://` behind it.
const LONGEST_SCHEME: usize = 40;
/// The fewest characters of a password.
const SHORTEST: usize = 3;

/// Finds the password of the address whose scheme stands at `hit`.
pub(super) fn find(text: &[u8], hit: usize, longest: usize) -> Option<Candidate> {
    let rest = &text[hit..text.len().min(hit.saturating_add(longest))];
    let scheme = memchr::memmem::find(&rest[..rest.len().min(LONGEST_SCHEME)], b"://")? + 3;
    let end = authority_end(&rest[scheme..]);
    let authority = &rest[scheme..scheme + end];
    // A password may have an `@`, a host has none.
    let at = memchr::memrchr(b'@', authority)?;
    let colon = memchr::memchr(b':', &authority[..at])?;
    let (password, host) = (&authority[colon + 1..at], &authority[at + 1..]);
    let is_host = host.first().is_some_and(|first| first.is_ascii_alphanumeric() || b"[_$%*{".contains(first));
    if characters(password) < SHORTEST || !is_host {
        return None;
    }
    let start = hit + scheme + colon + 1;
    Some(Candidate {
        secret: Region::new(start, start + password.len()),
        span: Region::new(hit, hit + scheme + end),
        confidence: None,
        reason: Some("it stands between a user's name and a host in an address".to_owned()),
    })
}

/// Where the authority of an address ends that begins with it. People write what has to be escaped as it is: a domain and a backslash before the user's name,
/// and `#` in a password.
fn authority_end(rest: &[u8]) -> usize {
    let end = |from: usize, ends: &[u8]| {
        let ends = |byte: &u8| byte.is_ascii_whitespace() || ends.contains(byte);
        rest[from..].iter().position(ends).map_or(rest.len(), |at| from + at)
    };
    let first = end(0, b"/?#\"'`<>|\\,");
    match rest.get(first) {
        Some(b'\\') if first > 0 && !rest[..first].contains(&b':') => {
            let user = end(first, b":/?#\"'`<>|,@");
            if rest.get(user) == Some(&b':') { end(user, b"/?#\"'`<>|\\,") } else { first }
        }
        Some(b'#') if rest[..first].contains(&b':') && !rest[..first].contains(&b'@') => {
            let behind = end(first + 1, b"/?#\"'`<>|\\,@");
            let is_port = rest[..first]
                .rsplit(|byte| *byte == b':')
                .next()
                .is_some_and(|port| port.iter().all(u8::is_ascii_digit));
            if rest.get(behind) == Some(&b'@') && !is_port { end(behind, b"/?#\"'`<>|\\,") } else { first }
        }
        _ => first,
    }
}

/// Weighs the password that stands at `secret` in an address.
pub(super) fn weigh(text: &[u8], secret: Region, place: Part) -> Option<Score> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/?#\"'`<>|\\,".contains(byte);
    let host = &text[secret.end + 1..];
    let host = &host[..host.iter().take(256).position(is_end).unwrap_or(host.len().min(256))];
    let user = &text[secret.start.saturating_sub(64)..secret.start - 1];
    let user = user.rsplit(|byte| b"/ \"'".contains(byte)).next().unwrap_or_default();
    let password = unescaped(secret.of(text));
    // Options of mail addresses stand behind the password (RFC 5092, 3.2).
    let password = password.split(|byte| *byte == b';').next().unwrap_or_default();
    if user.eq_ignore_ascii_case(password) {
        return None;
    }
    let (syntax, place) = match place {
        Part::NONE if is_example(host) => (Part::NONE, AT_HOME),
        _ if is_example(host) => (Part::new(-3, AT_HOME.why), place),
        _ => (Part::NONE, place),
    };
    Some(Score { name: value::IN_ITS_PLACE, syntax, value: value::password(password)?, place })
}

/// Bytes with `%41` read as the one that it stands for (RFC 3986, 2.1).
fn unescaped(text: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, behind @ ..] = rest {
        match (first, behind) {
            (b'%', [a, b, after @ ..]) if let (Some(a), Some(b)) = (digit(a), digit(b)) => {
                out.push(a << 4 | b);
                rest = after;
            }
            _ => {
                out.push(*first);
                rest = behind;
            }
        }
    }
    out
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
    use crate::rule::Confidence;

    fn password(text: &str) -> Option<(&str, Option<Confidence>)> {
        let found = find(text.as_bytes(), text.find("://").unwrap_or(1) - 1, 540)?;
        let score = weigh(text.as_bytes(), found.secret, Part::NONE);
        Some((&text[found.secret.range()], score.and_then(|score| score.confidence())))
    }

    #[test]
    fn the_password_stands_between_the_colon_and_the_last_at() {
        let likely = Some(Confidence::Likely);
        assert_eq!(password("https://user:s3cr@t!x9Q@host.net:80/p"), Some(("s3cr@t!x9Q", likely)));
        assert_eq!(password("redis://:kq3vx9wz@cache"), Some(("kq3vx9wz", likely)));
        assert_eq!(password("redis://:kq3%76x9wz@cache"), Some(("kq3%76x9wz", likely)));
        assert_eq!(password("http://Me:%4D^%70@the.host"), Some(("%4D^%70", None)), "three characters");
    }

    #[test]
    fn a_word_or_a_host_of_examples_makes_it_less_likely() {
        let possible = Some(Confidence::Possible);
        assert_eq!(password("http://u:sunshine@mq.corp.net"), Some(("sunshine", possible)));
        assert_eq!(password("http://u:Zk3v9QpL1xW8@localhost:80"), Some(("Zk3v9QpL1xW8", possible)));
        assert_eq!(password("http://u:sunshine@localhost:80"), Some(("sunshine", None)));
        assert_eq!(password("http://guest:guest@mq.corp.net"), Some(("guest", None)));
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
