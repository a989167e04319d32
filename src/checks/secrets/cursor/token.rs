//! What a cursor can step over or read: single signs, white space, words, quoted strings.

use super::Cursor;
use crate::text::{Region, line_around};

/// The most white space between a name and its value.
pub(super) const WIDEST_GAP: usize = 32;
/// How much may stand between a name and the default value that a block or an attribute gives it.
pub(super) const LONGEST_BLOCK: usize = 240;

impl Cursor<'_> {
    pub(super) fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn eat(&mut self, token: &[u8]) -> bool {
        let there = self.rest().starts_with(token);
        if there {
            self.at += token.len();
        }
        there
    }

    pub(super) fn eat_any(&mut self, tokens: &[&[u8]]) -> bool {
        tokens.iter().any(|token| self.eat(token))
    }

    pub(super) fn blanks(&mut self) -> usize {
        let count = self.rest().iter().take(WIDEST_GAP).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.at += count;
        count
    }

    /// White space of any kind.
    pub(super) fn space(&mut self) {
        self.at += self.rest().iter().take(2 * WIDEST_GAP).take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    /// Letters, digits and `_`.
    pub(super) fn identifier(&mut self) -> &[u8] {
        let start = self.at;
        self.at +=
            self.rest().iter().take(40).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        &self.text[start..self.at]
    }

    /// Goes behind the first `sign` that stands near, if nothing of `none` stands before it.
    pub(super) fn behind(&mut self, sign: u8, none: &[u8]) -> bool {
        let near = self.rest().iter().take(LONGEST_BLOCK).position(|byte| *byte == sign || none.contains(byte));
        let there = near.is_some_and(|near| self.rest()[near] == sign);
        if there {
            self.at += near.unwrap_or(0) + 1;
        }
        there
    }

    /// A newline and the white space that begins the next line, where a quote follows: the value stands on a line of its own.
    pub(super) fn next_line_quote(&mut self) {
        let gap = self.rest().iter().take(2 * WIDEST_GAP).take_while(|byte| byte.is_ascii_whitespace()).count();
        if matches!(self.rest().get(gap), Some(b'"' | b'\'' | b'`')) {
            self.at += gap;
        }
    }

    /// The quote that ends a quoted name, escaped or not.
    pub(super) fn closing_quote(&mut self) -> bool {
        // Prose has `names` like this.
        if self.rest().starts_with(b"` or ") {
            return false;
        }
        self.eat_any(&[b"\\\"", b"\\'", b"\"", b"'", b"`"])
    }

    /// A quoted string on one line, with a prefix such as `b` or `@`; the region is what stands between the quotes.
    pub(super) fn quoted(&mut self) -> Option<Region> {
        let prefix = self.rest().iter().take(2).take_while(|byte| b"bBrRuUfFLN@$".contains(byte)).count();
        let formats = self.rest()[..prefix].iter().any(|byte| b"fF$".contains(byte));
        let at = self.at + prefix;
        let rest = self.text.get(at..)?;
        let open: &[u8] = [&b"\\\""[..], b"\\'", b"\"\"\"", b"'''", b"\"", b"'", b"`"]
            .into_iter()
            .find(|quote| rest.starts_with(quote))?;
        let start = at + open.len();
        let mut end = start;
        loop {
            let rest = self.text.get(end..)?;
            match rest {
                _ if rest.starts_with(open) => break,
                [b'\n', ..] | [] => return None,
                // The hole of a format string is filled elsewhere.
                [b'{', ..] if formats => return None,
                [b'\\', _, ..] if open.len() == 1 => end += 2,
                _ => end += 1,
            }
        }
        self.at = end + open.len();
        Some(Region::new(start, end))
    }

    /// A bare word, up to white space.
    pub(super) fn word(&mut self) -> Option<Region> {
        let length = self.rest().iter().take_while(|byte| byte.is_ascii_graphic() || **byte >= 0x80).count();
        let region = Region::new(self.at, self.at + length);
        self.at += length;
        (length > 0).then_some(region)
    }

    /// Whether nothing but blanks is left on the line.
    pub(super) fn ends_line(&mut self) -> bool {
        self.blanks();
        matches!(self.rest(), [] | [b'\n' | b'\r', ..])
    }

    /// What stands before a name on its line.
    pub(super) fn head(&self, name: Region) -> &[u8] {
        let line = line_around(self.text, Region::new(name.start, name.start)).start;
        self.text[line..name.start].trim_ascii()
    }
}
