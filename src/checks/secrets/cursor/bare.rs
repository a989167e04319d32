//! Values without quotes: how far they go, and whether they are values at all.

use super::{Cursor, Found};
use crate::checks::secrets::surroundings::{FileKind, is_comment};
use crate::checks::secrets::value::Setting;
use crate::text::Region;

impl Cursor<'_> {
    /// A value without quotes. In a file that sets values it goes to the end of the line; elsewhere it ends at punctuation.
    pub(super) fn bare(&mut self, name: Region, kind: FileKind) -> Option<Found> {
        self.kind_counts = true;
        let shell = self.text.get(self.at.wrapping_sub(1)) == Some(&b'=');
        let is_set = matches!(kind, FileKind::Config | FileKind::Other) && is_set(self.head(name));
        let mut region = self.word()?;
        let noted = is_set && region.of(self.text).iter().any(u8::is_ascii_digit) && self.ends_line();
        let sets_values = is_set && (kind == FileKind::Config || shell || noted || !self.head(name).is_empty());
        if sets_values && matches!(region.of(self.text), b"|" | b"|-" | b"|+" | b">" | b">-" | b">+") {
            // In YAML the value stands on the lines below.
            self.space();
            region = self.word()?;
        }
        let bytes = region.of(self.text);
        if sets_values {
            let region = if self.is_scheme(bytes) { self.word()? } else { region };
            let bytes = region.of(self.text);
            let end =
                bytes.iter().rposition(|byte| !matches!(byte, b',' | b';' | b'"' | b'\'')).map_or(0, |last| last + 1);
            // The first word of a sentence.
            let begins = bytes[0].is_ascii_uppercase() && bytes[1..].iter().all(u8::is_ascii_lowercase);
            if begins && self.blanks() > 0 && self.rest().first().is_some_and(u8::is_ascii_lowercase) {
                return None;
            }
            return (end > 0).then_some((Region::new(region.start, region.start + end), Setting::Config));
        }
        let region = if self.is_scheme(bytes) { self.word()? } else { region };
        let bytes = region.of(self.text);
        let end = bytes.iter().position(|byte| b"\"'`,;)}]<>|&\\".contains(byte)).unwrap_or(bytes.len());
        let after = bytes.get(end).copied();
        // A call, an index or a member is code, and so is what goes on behind a quote.
        let code = bytes[..end].iter().any(|byte| b"([{".contains(byte))
            || kind == FileKind::Code
                && !self.is_noted(name, &bytes[..end])
                && !matches!(after, Some(b'"' | b'\'' | b'&' | b'`' | b'\\'))
                && !self.is_among_pairs(name)
                && (after != Some(b'}') || !self.is_in_hole(name));
        (end > 0 && !code).then_some((Region::new(region.start, region.start + end), Setting::Bare))
    }

    /// `password VALUE` on a line of its own, as routers and daemons are told: the last word, with no operator before it.
    pub(super) fn last_word(&mut self, name: Region, kind: FileKind) -> Option<Found> {
        self.kind_counts = true;
        let sets_values = matches!(kind, FileKind::Config | FileKind::Other);
        let head = self.head(name);
        let is_told = [&b"username "[..], b"ppp ", b"auth_param "].iter().any(|start| head.starts_with(start));
        if !sets_values || !(is_set(head) || is_told) {
            return None;
        }
        // How the value is encrypted: not at all.
        let _ = self.eat(b"0 ");
        let word = self.word()?;
        let ends = self.ends_line();
        let setting = if matches!(self.head(name), b"ENV") { Setting::Config } else { Setting::Bare };
        (ends && word.len() >= 6).then_some((word, setting))
    }

    /// Whether a word is a scheme of an HTTP header, with what it announces behind it.
    fn is_scheme(&mut self, word: &[u8]) -> bool {
        const SCHEMES: &[&[u8]] = &[b"bearer", b"token", b"basic", b"apikey", b"bot"];
        let is_one = SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(word));
        is_one && self.blanks() > 0
    }

    /// Whether a name stands among others of a connection string: `host=h user=u password=`.
    fn is_among_pairs(&self, name: Region) -> bool {
        const NEIGHBOURS: &[&[u8]] = &[b"user=", b"host=", b"uid=", b"dbname=", b"server=", b"userid=", b"user id="];
        let before = self.text[name.start.saturating_sub(80)..name.start].to_ascii_lowercase();
        let line = memchr::memrchr(b'\n', &before).map_or(0, |newline| newline + 1);
        NEIGHBOURS.iter().any(|neighbour| memchr::memmem::find(&before[line..], neighbour).is_some())
    }

    /// Whether a value is long and stands in a comment, where no code is.
    fn is_noted(&self, name: Region, value: &[u8]) -> bool {
        value.len() >= 20 && value.iter().any(u8::is_ascii_digit) && is_comment(self.text, name.start)
    }

    /// Whether a name stands in a hole of a template that has a default, `${app.name:VALUE}`.
    fn is_in_hole(&self, name: Region) -> bool {
        self.text[..name.start].ends_with(b"${")
    }
}

/// Whether what stands before a name on its line makes the rest of it a value.
fn is_set(head: &[u8]) -> bool {
    head.ends_with(b" -e")
        || head.ends_with(b" export")
        || matches!(
            head,
            b"" | b"export"
                | b"set"
                | b"ENV"
                | b"ARG"
                | b"-"
                | b"RUN export"
                | b"setenv"
                | b"declare -x"
                | b"env"
                | b"- -e"
                | b"-e"
                | b"enable"
                | b"local"
                | b"readonly"
                | b"SET"
                | b"set -x"
                | b"set -gx"
                | b"set -Ux"
                | b"set -xg"
        )
}
