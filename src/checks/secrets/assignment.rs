//! Secrets without a form of their own: a name that speaks of a secret, an assignment in any common syntax, and a value that is neither
//! a placeholder, nor a reference, nor a word of a program.

use super::detector::Candidate;
use super::names;
use super::pattern::Named;
use super::value::{self, FileKind, Setting};
use crate::text::{Region, line_around};

/// The most bytes of a name.
const LONGEST_NAME: usize = 64;
/// The most white space between a name and its value.
const WIDEST_GAP: usize = 32;

/// What stands around a name.
pub(super) struct Assigned {
    /// Up to where the text need not be looked at again for a name.
    pub seen: usize,
    /// The secret, if it is one.
    pub candidate: Option<Candidate>,
}

/// Looks at the name around `hit`. `None` where it does not speak of what `named` says, or nothing is assigned to it.
pub(super) fn find(text: &[u8], hit: usize, longest: usize, named: Named, kind: FileKind) -> Option<Assigned> {
    let name = name_around(text, hit);
    let limit = text.len().min(name.end + longest.saturating_sub(2 * LONGEST_NAME));
    // Most names are given nothing, which is told sooner than what they speak of.
    let (region, setting) = Cursor { text: &text[..limit], at: name.end }.value(name, kind)?;
    if names::classify(name.of(text))? != named {
        return None;
    }
    let judged = value::judge(region.of(text), name.of(text), named, setting, kind);
    let candidate = judged.map(|(confidence, why)| Candidate {
        secret: region,
        span: Region::new(name.start, region.end),
        confidence: Some(confidence),
        reason: Some(format!(
            "its name speaks of a {}, and {why}",
            match named {
                Named::Password => "password",
                Named::Secret => "secret",
            }
        )),
    });
    // A value that is none may hold a name itself.
    let seen = if candidate.is_some() { region.end } else { name.end };
    Some(Assigned { seen, candidate })
}

/// The bytes of names, asked for every byte around every hit.
const NAME: [bool; 256] = {
    let mut name = [false; 256];
    let mut byte = 0_u8;
    loop {
        name[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$') || byte >= 0x80;
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    name
};

fn is_name(byte: u8) -> bool {
    NAME[usize::from(byte)]
}

/// The whole name that the literal at `hit` is a part of.
fn name_around(text: &[u8], hit: usize) -> Region {
    const API: &[u8] = b"api";
    const KEY: &[u8] = b" key";
    let before = text[hit.saturating_sub(LONGEST_NAME)..hit].iter().rev().take_while(|byte| is_name(**byte)).count();
    let name_from = |at: usize| text[at..].iter().take(LONGEST_NAME).take_while(|byte| is_name(**byte)).count();
    let start = hit - before;
    let mut end = hit + name_from(hit);
    // "API key" has a space.
    let next_word = text.get(end..end + KEY.len());
    if next_word.is_some_and(|word| word.eq_ignore_ascii_case(KEY)) && text[hit..end].eq_ignore_ascii_case(API) {
        end += 1;
        end += name_from(end);
    }
    // A dash or a dot at its end is no part of a name; an arrow may follow.
    while end > hit && matches!(text[end - 1], b'-' | b'.') {
        end -= 1;
    }
    Region::new(start, end)
}

/// Reads what follows a name.
struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &[u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn eat(&mut self, token: &[u8]) -> bool {
        let there = self.rest().starts_with(token);
        if there {
            self.at += token.len();
        }
        there
    }

    fn blanks(&mut self) -> usize {
        let count = self.rest().iter().take(WIDEST_GAP).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.at += count;
        count
    }

    /// A newline and the white space that begins the next line, where a quote follows: the value stands on a line of its own.
    fn next_line_quote(&mut self) {
        let gap = self.rest().iter().take(2 * WIDEST_GAP).take_while(|byte| byte.is_ascii_whitespace()).count();
        if matches!(self.rest().get(gap), Some(b'"' | b'\'' | b'`')) {
            self.at += gap;
        }
    }

    /// The value that is assigned to the name which ends here, and the syntax around it.
    fn value(&mut self, name: Region, kind: FileKind) -> Option<(Region, Setting)> {
        let before = name.start.checked_sub(1).and_then(|at| self.text.get(at)).copied();
        let quoted_name = self.closing_quote();
        self.eat(b"]");
        let attribute = before == Some(b'<')
            || (before == Some(b':') && self.text[..name.start].iter().rev().take(24).any(|byte| *byte == b'<'));
        if attribute && self.eat(b">") {
            return self.element();
        }
        let flag = name.of(self.text).starts_with(b"-");
        let gap = self.blanks();
        let apart = self.rest().starts_with(b"\n") || (quoted_name && (gap > 0 || self.rest().starts_with(b",")));
        if apart && let Some(found) = self.name_value_pair() {
            return Some(found);
        }
        match self.operator(quoted_name) {
            Some(Operator::Assign) => {
                self.blanks();
                self.next_line_quote();
                self.wrapper();
                if let Some(quoted) = self.quoted() {
                    return Some((quoted, Setting::Quoted));
                }
                self.bare(name, kind)
            }
            Some(Operator::Compare) => {
                self.blanks();
                self.quoted().map(|quoted| (quoted, Setting::Quoted))
            }
            // In a list of names the next one is no value, so the name has to be the first argument.
            Some(Operator::Argument) if !quoted_name || self.is_first_argument(name) => {
                self.blanks();
                self.quoted().map(|quoted| (quoted, Setting::Bare))
            }
            Some(Operator::Argument) => None,
            None if flag && gap > 0 => self
                .quoted()
                .map(|quoted| (quoted, Setting::Config))
                .or_else(|| self.word().map(|word| (word, Setting::Config))),
            None if gap > 0 && !quoted_name => self.quoted().map(|quoted| (quoted, Setting::Bare)),
            None => None,
        }
    }

    /// Whether a quoted name stands behind an opening parenthesis.
    fn is_first_argument(&self, name: Region) -> bool {
        let before = self.text[..name.start].strip_suffix(b"\"").or_else(|| self.text[..name.start].strip_suffix(b"'"));
        before.is_some_and(|before| before[before.len().saturating_sub(WIDEST_GAP)..].trim_ascii_end().ends_with(b"("))
    }

    /// The quote that ends a quoted name, escaped or not.
    fn closing_quote(&mut self) -> bool {
        for quote in [&b"\\\""[..], b"\\'", b"\"", b"'", b"`"] {
            if self.eat(quote) {
                return true;
            }
        }
        false
    }

    fn operator(&mut self, quoted_name: bool) -> Option<Operator> {
        const ASSIGNMENTS: &[&[u8]] = &[b":=", b"=>", b"||=", b"??=", b"?=", b"+=", b"::=", b"<-", b"->"];
        if self.eat(b"===") || self.eat(b"==") || self.eat(b"!=") {
            self.eat(b"=");
            return Some(Operator::Compare);
        }
        if ASSIGNMENTS.iter().any(|token| self.eat(token)) || self.eat(b"=") {
            return Some(Operator::Assign);
        }
        if self.eat(b":") {
            self.type_annotation();
            return Some(Operator::Assign);
        }
        if quoted_name && self.eat(b")") {
            self.blanks();
            return (self.eat(b"=") || self.eat(b",")).then_some(Operator::Argument);
        }
        if (quoted_name && self.eat(b",")) || (!quoted_name && self.eat(b"(")) {
            return Some(Operator::Argument);
        }
        None
    }

    /// Skips `: &'static str =`, `: string =` and the like.
    fn type_annotation(&mut self) {
        let is_type = |byte: &u8| byte.is_ascii_alphanumeric() || b"_ &'<>[]?|.:".contains(byte);
        let length = self.rest().iter().take(48).take_while(|byte| is_type(byte)).count();
        let rest = &self.rest()[length..];
        if length > 1 && rest.starts_with(b"=") && !rest.starts_with(b"==") && !rest.starts_with(b"=>") {
            self.at += length + 1;
        }
    }

    /// Skips one bracket or call that only wraps its argument, such as `String::from(` or `Some(`.
    fn wrapper(&mut self) {
        let length = self
            .rest()
            .iter()
            .take(40)
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"_.:".contains(byte))
            .count();
        let opens = matches!(self.rest().get(length), Some(b'(' | b'[' | b'{'))
            && matches!(self.rest().get(length + 1), Some(b'"' | b'\'' | b'`'));
        if opens && wraps(&self.rest()[..length]) {
            self.at += length + 1;
        }
    }

    /// A quoted string on one line, with a prefix such as `b` or `@`; the region is what stands between the quotes.
    fn quoted(&mut self) -> Option<Region> {
        let prefix = self.rest().iter().take(2).take_while(|byte| b"bBrRuUfFL@$".contains(byte)).count();
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
                [b'\\', _, ..] if open.len() == 1 => end += 2,
                _ => end += 1,
            }
        }
        self.at = end + open.len();
        // What is joined to it is put together elsewhere; a format string's holes are told by its braces.
        Some(Region::new(start, end))
    }

    /// A bare word, up to white space.
    fn word(&mut self) -> Option<Region> {
        let length = self.rest().iter().take_while(|byte| byte.is_ascii_graphic() || **byte >= 0x80).count();
        let region = Region::new(self.at, self.at + length);
        self.at += length;
        (length > 0).then_some(region)
    }

    /// A value without quotes. In a file that sets values it goes to the end of the line; elsewhere it ends at punctuation.
    fn bare(&mut self, name: Region, kind: FileKind) -> Option<(Region, Setting)> {
        let sets_values = matches!(kind, FileKind::Config | FileKind::Other) && {
            let head = line_around(self.text, Region::new(name.start, name.start)).start;
            let head = self.text[head..name.start].trim_ascii();
            let shell = self.text.get(self.at.wrapping_sub(1)) == Some(&b'=');
            match head {
                b"" => kind == FileKind::Config || shell,
                b"export" | b"set" | b"ENV" | b"ARG" | b"-" | b"RUN export" | b"setenv" | b"declare -x" | b"env"
                | b"- -e" | b"-e" => true,
                _ => false,
            }
        };
        let region = self.word()?;
        let bytes = region.of(self.text);
        if sets_values {
            let end =
                bytes.iter().rposition(|byte| !matches!(byte, b',' | b';' | b'"' | b'\'')).map_or(0, |last| last + 1);
            return (end > 0).then_some((Region::new(region.start, region.start + end), Setting::Config));
        }
        let end = bytes.iter().position(|byte| b"\"'`,;)}]<>|&\\".contains(byte)).unwrap_or(bytes.len());
        let after = bytes.get(end).copied();
        // A call, an index or a member is code, and so is what goes on behind a quote.
        let code = bytes[..end].iter().any(|byte| b"([{".contains(byte))
            || kind == FileKind::Code && !matches!(after, Some(b'"' | b'\'' | b'&' | b'`' | b'\\'));
        (end > 0 && !code).then_some((Region::new(region.start, region.start + end), Setting::Bare))
    }

    /// The text of an XML element.
    fn element(&mut self) -> Option<(Region, Setting)> {
        let rest = self.rest();
        let length = memchr::memchr(b'<', rest)?;
        let inner = rest[..length].trim_ascii();
        let inner = inner.strip_prefix(b"![CDATA[").unwrap_or(inner);
        let skipped = rest[..length].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let start = self.at + skipped;
        (!inner.is_empty() && !inner.contains(&b'\n'))
            .then_some((Region::new(start, start + inner.len()), Setting::Config))
    }

    /// `name="X" value="Y"`, `"name": "X", "value": "Y"`, and the same on two lines of YAML.
    fn name_value_pair(&mut self) -> Option<(Region, Setting)> {
        let start = self.at;
        let filler = self
            .rest()
            .iter()
            .take(80)
            .take_while(|byte| byte.is_ascii_whitespace() || b",;\"'-".contains(byte))
            .count();
        self.at += filler;
        let found = [&b"value"[..], b"Value", b"VALUE", b"default"].into_iter().any(|word| self.eat(word));
        if found {
            self.closing_quote();
            self.blanks();
            if self.eat(b":") || self.eat(b"=") {
                self.blanks();
                if let Some(quoted) = self.quoted() {
                    return Some((quoted, Setting::Config));
                }
                if let Some(word) = self.word() {
                    return Some((word, Setting::Config));
                }
            }
        }
        self.at = start;
        None
    }
}

/// Whether a call only wraps its argument.
fn wraps(call: &[u8]) -> bool {
    let function = call.rsplit(|byte| b".:".contains(byte)).next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        &function[..],
        b"" | b"from"
            | b"new"
            | b"some"
            | b"just"
            | b"ok"
            | b"of"
            | b"valueof"
            | b"str"
            | b"string"
            | b"cstring"
            | b"secretstring"
            | b"secretstr"
            | b"secret"
            | b"password"
            | b"passwordtext"
            | b"bytes"
            | b"b"
            | b"bytearray"
            | b"to_string"
            | b"b64decode"
            | b"base64_decode"
            | b"base64decode"
            | b"decode"
            | b"encode"
            | b"quote"
            | b"literal"
            | b"value"
            | b"text"
            | b"s"
    )
}

enum Operator {
    Assign,
    /// The value is compared with the name, so it is the right one.
    Compare,
    /// Name and value are two arguments, or the name is the function's.
    Argument,
}
