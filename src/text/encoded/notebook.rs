//! Notebooks (nbformat): JSON in which each line of a cell is a string of its own. Read as one text, in which nothing is escaped and every line
//! stands below the one before.

use super::{Escape, escapes};
use crate::text::Region;

/// As reports say it.
pub(super) const WAY: &str = "a notebook";
/// What every cell has, and no other file.
const SIGN: &[u8] = b"\"cell_type\"";

/// Whether it is a part of one.
pub(super) fn is_part(text: &[u8]) -> bool {
    memchr::memmem::find(text, SIGN).is_some()
}

/// What the strings of a notebook say, and where what stands for something else, or between them, stands; none where it is none.
pub(super) fn decode(text: &[u8]) -> Option<(Vec<u8>, Vec<Escape>)> {
    if !text.trim_ascii_start().starts_with(b"{") || !is_part(text) {
        return None;
    }
    let (mut decoded, mut joints) = (Vec::with_capacity(text.len()), Vec::new());
    let (mut at, mut behind) = (0, 0);
    while let Some(quote) = memchr::memchr(b'"', &text[at..]) {
        at += quote + 1;
        let start = decoded.len();
        if start > 0 && decoded[start - 1] != b'\n' {
            decoded.push(b'\n');
        }
        joints.push(Escape { source: Region::new(behind, at), text: Region::new(start, decoded.len()) });
        while let Some(plain) = memchr::memchr2(b'"', b'\\', &text[at..]) {
            decoded.extend_from_slice(&text[at..at + plain]);
            at += plain;
            if text[at] == b'"' {
                break;
            }
            let start = decoded.len();
            let (len, character) = escapes::escape(text, at, false).unwrap_or((2, '\\'));
            decoded.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            let end = (at + len).min(text.len());
            joints.push(Escape { source: Region::new(at, end), text: Region::new(start, decoded.len()) });
            at = end;
        }
        behind = at;
        at = (at + 1).min(text.len());
    }
    Some((decoded, joints))
}
