//! Text in which characters are escaped: `\u0041` and `\x41` as JSON and C write them, `%41` as addresses do, `&quot;` and `&#65;` as HTML
//! does, `=41` as mails do (quoted-printable, RFC 2045).

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::Escape;
use crate::text::{Region, Regions};

/// As reports say it.
pub(super) const WAY: &str = "escapes";
/// How far from an escape something can stand that is decoded with it, and how far two can stand from each other to make one run. Whatever
/// an edit of a history stands this near is searched for escapes, so it costs.
const AROUND: usize = 160;
/// The longest escape that makes a run: `&#x000041;`.
const LONGEST: usize = 10;
/// The equals sign of quoted-printable text, in which no other one can stand.
const EQUALS: &[u8] = b"=3D";
/// Finds it; there are many small places to look at.
static FIND_EQUALS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(EQUALS));
/// The characters that HTML has to escape.
const NAMED: [(&[u8], u8); 5] =
    [(b"&quot;", b'"'), (b"&apos;", b'\''), (b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>')];
/// What a backslash and a letter stand for.
const LETTERS: [(u8, u8); 8] = [
    (b'n', b'\n'),
    (b't', b'\t'),
    (b'r', b'\r'),
    (b'"', b'"'),
    (b'\'', b'\''),
    (b'\\', b'\\'),
    (b'/', b'/'),
    (b'`', b'`'),
];

/// Whether an escape that makes a run has a byte in one of `within`, or where one of those is empty, bytes on both sides of it.
pub(super) fn any(text: &[u8], within: &Regions) -> bool {
    within.iter().any(|zone| {
        let start = (zone.start + 1).saturating_sub(LONGEST);
        // Between two copies there are a few bytes, which are looked at sooner than a search of them is set up.
        if zone.len() > 4 * LONGEST {
            let end = zone.end.min(text.len());
            let part = text.get(start..end).unwrap_or_default();
            let mail = &text[start..(end + EQUALS.len() - 1).min(text.len())];
            return memchr::memchr3_iter(b'\\', b'%', b'&', part).any(|at| is_sign(text, start + at))
                || FIND_EQUALS.find(mail).is_some();
        }
        (start..zone.end.min(text.len())).any(|at| match text[at] {
            b'\\' | b'%' | b'&' => is_sign(text, at),
            b'=' => text[at..].starts_with(EQUALS),
            _ => false,
        })
    })
}

/// The runs that touch one of `within`, in ascending order: escapes that stand near each other, with what stands around them.
pub(super) fn runs(text: &[u8], within: &Regions) -> Vec<Region> {
    let mut places: Vec<usize> = Vec::new();
    for zone in within.iter() {
        let behind = places.last().map_or(0, |last| last + 1);
        let start = zone.start.saturating_sub(AROUND + LONGEST).max(behind);
        let mut near = signs(text, start, zone.end.saturating_add(AROUND + LONGEST));
        let (Some(mut first), Some(mut last)) = (near.first().copied(), near.last().copied()) else { continue };
        // The first and the last run may go on where nobody has looked.
        let mut before = Vec::new();
        while let Some(next) = signs(text, first.saturating_sub(AROUND).max(behind), first).last().copied() {
            first = next;
            before.push(next);
        }
        while let Some(next) = signs(text, last + 1, last + 1 + AROUND).first() {
            last = *next;
            near.push(last);
        }
        places.extend(before.into_iter().rev().chain(near));
    }
    let mut runs = Vec::new();
    for chain in places.chunk_by(|one, next| next - one <= AROUND) {
        let (Some(first), Some(last)) = (chain.first(), chain.last()) else { continue };
        let end = (last + LONGEST + AROUND).min(text.len());
        runs.push(Region::new(first.saturating_sub(AROUND), end));
    }
    runs.retain(|run| within.touches(*run));
    runs
}

/// Where the escapes that make a run stand in `start..end`: those of printable characters, which nobody would have to escape, and of what
/// addresses, HTML and mails do have to.
fn signs(text: &[u8], start: usize, end: usize) -> Vec<usize> {
    let end = end.min(text.len());
    let Some(part) = text.get(start..end) else { return Vec::new() };
    let mut places: Vec<usize> =
        memchr::memchr3_iter(b'\\', b'%', b'&', part).map(|at| start + at).filter(|at| is_sign(text, *at)).collect();
    // The sign may go on behind the part.
    let part = &text[start..(end + EQUALS.len() - 1).min(text.len())];
    let before = places.len();
    places.extend(FIND_EQUALS.find_iter(part).map(|at| start + at));
    if places.len() > before {
        places.sort_unstable();
    }
    places
}

/// Whether an escape of a printable character stands at a backslash, a percent or an ampersand.
fn is_sign(text: &[u8], at: usize) -> bool {
    // In source text each of them stands on nearly every line, and the next byte tells that it is none.
    let begins = match (text[at], text.get(at + 1)) {
        (b'\\', Some(b'u' | b'x')) | (b'&', Some(b'#' | b'q' | b'a' | b'l' | b'g')) => true,
        (b'%', Some(next)) => next.is_ascii_hexdigit(),
        _ => false,
    };
    begins && escape(text, at, false).is_some()
}

/// How long the escape at `at` is, and what it stands for; none where there is none. In a `mail`, which is quoted-printable, `=41` is one.
pub(super) fn escape(text: &[u8], at: usize, mail: bool) -> Option<(usize, char)> {
    let rest = &text[at..];
    let printable = |len: usize, value: u32| {
        let fits = matches!(value, 0x20..=0x7E | 9 | 10 | 13);
        fits.then(|| char::from_u32(value)).flatten().map(|character| (len, character))
    };
    match rest {
        [b'\\', b'u', b'{', digits @ ..] => {
            let len = digits.iter().take(6).take_while(|byte| byte.is_ascii_hexdigit()).count();
            (digits.get(len) == Some(&b'}')).then(|| printable(len + 4, number(&digits[..len], 16)?)).flatten()
        }
        [b'\\', b'u', digits @ ..] => printable(6, number(digits.get(..4)?, 16)?),
        [b'\\', b'x', digits @ ..] => printable(4, number(digits.get(..2)?, 16)?),
        [b'\\', letter, ..] => {
            let (_, character) = LETTERS.iter().find(|(known, _)| known == letter)?;
            Some((2, char::from(*character)))
        }
        [b'%', digits @ ..] => printable(3, number(digits.get(..2)?, 16)?),
        [b'&', b'#', b'x' | b'X', digits @ ..] => entity(digits, 3, 16).and_then(|(len, value)| printable(len, value)),
        [b'&', b'#', digits @ ..] => entity(digits, 2, 10).and_then(|(len, value)| printable(len, value)),
        [b'&', ..] => {
            let (name, character) = NAMED.iter().find(|(name, _)| rest.starts_with(name))?;
            Some((name.len(), char::from(*character)))
        }
        [b'=', digits @ ..] if mail => printable(3, number(digits.get(..2)?, 16)?),
        _ => None,
    }
}

/// The length and value of an entity whose digits begin behind `before` bytes.
fn entity(digits: &[u8], before: usize, base: u32) -> Option<(usize, u32)> {
    let len = digits.iter().take(6).position(|byte| *byte == b';')?;
    Some((before + len + 1, number(&digits[..len], base)?))
}

fn number(digits: &[u8], base: u32) -> Option<u32> {
    let digit = |value: u32, byte: &u8| Some(value * base + char::from(*byte).to_digit(base)?);
    (!digits.is_empty()).then(|| digits.iter().try_fold(0, digit)).flatten()
}

/// How long the line break of a mail at `at` is, which stands for nothing.
fn soft_break(text: &[u8], at: usize) -> Option<usize> {
    match &text[at..] {
        [b'=', b'\n', ..] => Some(2),
        [b'=', b'\r', b'\n', ..] => Some(3),
        _ => None,
    }
}

/// What a run says, and where its escapes stand.
pub(super) fn decode(text: &[u8], run: Region) -> (Vec<u8>, Vec<Escape>) {
    let part = run.of(text);
    let mail = FIND_EQUALS.find(part).is_some();
    let mut decoded = Vec::with_capacity(part.len());
    let mut escapes = Vec::new();
    let mut at = 0;
    while at < part.len() {
        let rest = &part[at..];
        let plain = memchr::memchr3(b'\\', b'%', b'&', rest).unwrap_or(rest.len());
        let plain = if mail { memchr::memchr(b'=', &rest[..plain]).unwrap_or(plain) } else { plain };
        decoded.extend_from_slice(&rest[..plain]);
        at += plain;
        if at == part.len() {
            break;
        }
        let start = decoded.len();
        let len = if let Some((len, character)) = escape(part, at, mail) {
            decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            len
        } else if let Some(len) = soft_break(part, at).filter(|_| mail) {
            len
        } else {
            decoded.push(part[at]);
            at += 1;
            continue;
        };
        let source = Region::new(run.start + at, run.start + at + len);
        escapes.push(Escape { source, text: Region::new(start, decoded.len()) });
        at += len;
    }
    (decoded, escapes)
}
