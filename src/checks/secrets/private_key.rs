//! Private keys: a line that begins one, and the body that follows in whatever it is wrapped.
//!
//! A key is found by its BEGIN line (RFC 7468, RFC 9580 6.2, PuTTY's format). Its body may be indented, quoted, joined by `+`, escaped as
//! `\n` within a string, commented out, or cut off; what tells it from a mention of the BEGIN line is that enough base64 follows.

use super::detector::Candidate;
use super::proof::{self, Outcome};
use crate::rule::Confidence;
use crate::text::Region;

/// The fewest base64 characters that make a body. The shortest key, an Ed25519 one in PKCS #8, has 64.
const SHORTEST_BODY: usize = 40;
/// The shortest longest line of a body, however it is wrapped; prose about keys has no such words.
const SHORTEST_LINE: usize = 24;
/// The fewest different characters of a body; `XXXX` stands in for one.
const FEWEST_CHARACTERS: usize = 12;
/// What every END line begins with.
const DASHES: &[u8] = b"-----";

/// Finds the private key that begins near `hit`, where a literal of its BEGIN line stands. The secret is all of it, from the BEGIN line
/// to the END line or to where the body stops.
pub(super) fn find(text: &[u8], hit: usize, longest: usize) -> Option<Candidate> {
    let limit = hit.saturating_add(longest).min(text.len());
    let (start, body_start) = match text[hit..limit].first()? {
        b'P' => (hit, putty_body(text, hit, limit)?),
        _ => (hit, begin_line(&text[hit..limit])? + hit),
    };
    let body_end = body(&text[body_start..limit]) + body_start;
    if !is_key(&text[body_start..body_end]) {
        return None;
    }
    let (end, complete) =
        end_line(&text[body_end..limit]).map_or((body_end, false), |length| (body_end + length, true));
    let region = Region::new(start, end);
    let reason = if complete {
        "a BEGIN line, a base64 body and an END line make a private key".to_owned()
    } else {
        "a BEGIN line of a private key is followed by a base64 body, though no END line follows".to_owned()
    };
    Some(Candidate {
        secret: region,
        span: region,
        confidence: (!complete).then_some(Confidence::Likely),
        reason: Some(reason),
    })
}

/// Whether a body is that of a key, and not prose about one or a stand-in.
fn is_key(body: &[u8]) -> bool {
    let mut seen = [false; 256];
    let mut count = 0;
    for byte in body.iter().filter(|byte| is_base64(**byte)) {
        seen[usize::from(*byte)] = true;
        count += 1;
    }
    let longest = body.split(|byte| !is_base64(*byte)).map(<[u8]>::len).max().unwrap_or(0);
    count >= SHORTEST_BODY && longest >= SHORTEST_LINE && seen.iter().filter(|seen| **seen).count() >= FEWEST_CHARACTERS
}

/// The length of `-----BEGIN ... PRIVATE KEY-----` (or `... BLOCK-----`, `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----`).
fn begin_line(text: &[u8]) -> Option<usize> {
    let line = &text[..text.len().min(80)];
    let dashes = line.iter().take_while(|byte| **byte == b'-').count();
    let label_end = dashes + memchr::memchr(b'-', line.get(dashes..)?)?;
    let label = &line[dashes..label_end];
    let private = memchr::memmem::find(label, b"PRIVATE KEY").is_some();
    let plain = label.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ');
    if dashes < 4 || !private || !plain {
        return None;
    }
    Some(label_end + line[label_end..].iter().take_while(|byte| **byte == b'-').count())
}

/// Where the private part of a PuTTY key begins, behind `Private-Lines: N`.
fn putty_body(text: &[u8], hit: usize, limit: usize) -> Option<usize> {
    const PRIVATE: &[u8] = b"Private-Lines:";
    let found = hit + memchr::memmem::find(&text[hit..limit], PRIVATE)? + PRIVATE.len();
    Some(found + text[found..limit].iter().take_while(|byte| byte.is_ascii_digit() || **byte == b' ').count())
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

/// How far a body goes: base64, and all that wraps it in the languages that keys are pasted into.
fn body(text: &[u8]) -> usize {
    let mut at = 0;
    // Headers such as `Proc-Type: 4,ENCRYPTED` (RFC 1421, 4.6) or `Version: ..` stand before a blank line.
    let mut end = 0;
    while at < text.len() {
        let rest = &text[at..];
        let token = rest.iter().take_while(|byte| is_base64(**byte)).count();
        if token > 0 {
            // A header's name is followed by a colon; prose is followed by another word.
            let header = rest[token..].starts_with(b": ") || rest[token..].starts_with(b"-");
            if header && end == 0 {
                at += header_line(rest);
                continue;
            }
            at += token;
            end = at;
            continue;
        }
        match wrapping(rest) {
            0 => break,
            length => at += length,
        }
        // Something wrapped ends with the body: a blank stretch is no key.
        if end > 0 && at - end > 64 {
            break;
        }
    }
    end
}

/// The length of what begins a text and only wraps a body: white space, escapes, quotes, joints, signs of comments; 0 where nothing does.
fn wrapping(text: &[u8]) -> usize {
    match text {
        // An escaped line end, once or twice escaped.
        [b'\\', b'n' | b'r' | b't', ..] => 2,
        [b'\\', b'\\', b'n' | b'r', ..] => 3,
        [byte, ..] if byte.is_ascii_whitespace() || b"\\\"'`,#*>|.;&()[]".contains(byte) => 1,
        _ => 0,
    }
}

/// The length of a header's line, whether its end is a newline or an escaped one.
fn header_line(text: &[u8]) -> usize {
    let newline = memchr::memchr(b'\n', text).map(|at| at + 1);
    let escaped = memchr::memmem::find(text, b"\\n").map(|at| at + 2);
    newline.into_iter().chain(escaped).min().unwrap_or(text.len())
}

/// The length of what lies between a body and the end of its END line, if it is there.
fn end_line(text: &[u8]) -> Option<usize> {
    let near = &text[..text.len().min(160)];
    if let Some(mac) = memchr::memmem::find(near, b"Private-MAC:") {
        return Some(mac + near[mac..].iter().take_while(|byte| **byte != b'\n').count());
    }
    let at = memchr::memmem::find(near, b"---- END").or_else(|| memchr::memmem::find(near, b"-----END"))?;
    let label = at + DASHES.len() + 3;
    let dashes = label + memchr::memchr(b'-', near.get(label..)?)?;
    Some(dashes + near[dashes..].iter().take_while(|byte| **byte == b'-').count())
}

/// Whether the body of a key decodes and begins as its kind does: a DER sequence, `openssh-key-v1`, or an OpenPGP packet.
pub(super) fn prove(key: &[u8]) -> Outcome {
    let encrypted = memchr::memmem::find(&key[..key.len().min(400)], b"Proc-Type").is_some();
    match decoded(key).as_deref() {
        Some([0x30, ..]) if !encrypted => Outcome::Passed("its body is a DER sequence"),
        Some([b'o', b'p', b'e', b'n', b's', b's', b'h', ..]) => Outcome::Passed("its body is an OpenSSH key"),
        Some(_) | None => Outcome::Open,
    }
}

/// The body of a key without all that wraps it, decoded; it is the same however the key is indented, quoted or escaped.
pub(super) fn decoded(key: &[u8]) -> Option<Vec<u8>> {
    let line = begin_line(key)?;
    let wrapped = &key[line..line + body(&key[line..])];
    // An escape's letter is no part of the body, and neither is the `+` that joins two strings.
    let unescaped: Vec<u8> = wrapped
        .split(|byte| *byte == b'\\')
        .enumerate()
        .flat_map(|(part, bytes)| {
            if part > 0 && matches!(bytes, [b'n' | b'r' | b't', ..]) { &bytes[1..] } else { bytes }.iter().chain(b" ")
        })
        .copied()
        .collect();
    let mut base64: Vec<u8> = unescaped
        .split(|byte| !is_base64(*byte) || *byte == b'=')
        .filter(|token| *token != b"+")
        .flatten()
        .copied()
        .collect();
    base64.truncate(base64.len() / 4 * 4);
    proof::decode_base64(&base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(line_end: &str, wrap: impl Fn(&str) -> String) -> String {
        let body = ["MC4CAQAwBQYDK2VwBCIEIHk3Zp", "Q9wLxT2vRmNc8sYbKdJhGfUeAo"];
        let mut text = wrap(&format!("-----BEGIN {} KEY-----", "PRIVATE")) + line_end;
        for line in body {
            text += &(wrap(line) + line_end);
        }
        text + &wrap(&format!("-----END {} KEY-----", "PRIVATE"))
    }

    #[test]
    fn a_key_is_found_in_whatever_it_is_wrapped() {
        let plain = key("\n", str::to_owned);
        let quoted = key(" +\n", |line| format!("    \"{line}\\n\""));
        let one_line = key("\\n", str::to_owned);
        let commented = key("\r\n", |line| format!("# {line}"));
        for text in [plain, quoted, one_line, commented] {
            let hit = text.find("-----BEGIN").expect("it is there");
            let found = find(text.as_bytes(), hit, 16384).unwrap_or_else(|| panic!("found"));
            assert_eq!(found.confidence, None, "{text}");
            assert!(found.secret.of(text.as_bytes()).ends_with(b"KEY-----"), "{text}");
            assert_eq!(
                prove(found.secret.of(text.as_bytes())),
                Outcome::Passed("its body is a DER sequence"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_mention_of_the_begin_line_is_no_key() {
        for text in [
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN PRIVATE KEY----- and so on",
            "-----BEGIN PUBLIC KEY-----\nAAAA",
            "-----BEGIN RSA PRIVATE KEY-----, then it is taken for a key of PKCS 1. If it begins otherwise, it is one of PKCS 8",
            &format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----", "X".repeat(64)),
        ] {
            assert!(find(text.as_bytes(), 0, 16384).is_none(), "{text}");
        }
    }

    #[test]
    fn a_key_without_its_end_is_found_all_the_same() {
        let whole = key("\n", str::to_owned);
        let cut = whole.split("-----END").next().expect("a first part");
        assert_eq!(find(cut.as_bytes(), 0, 16384).map(|found| found.confidence), Some(Some(Confidence::Likely)));
    }
}
