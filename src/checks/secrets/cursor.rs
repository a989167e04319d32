//! Reads what follows a name: the value that is assigned to it, in whatever syntax.

use super::surroundings::{FileKind, is_comment};
use super::value::Setting;
use crate::text::{Region, line_around};

/// The most white space between a name and its value.
const WIDEST_GAP: usize = 32;
/// How much may stand between a name and the default value that a block or an attribute gives it.
const LONGEST_BLOCK: usize = 240;

/// A place in a text.
pub(super) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    /// Whether it was asked of what kind the file is.
    kind_counts: bool,
}

enum Operator {
    Assign,
    /// The value is compared with the name, or stands in for it, so it is the right one. Without quotes it is code.
    Compare,
    /// Name and value are two arguments, or the name is the function's.
    Argument,
}

/// A value, and the syntax around it.
type Found = (Region, Setting);

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a [u8], at: usize) -> Self {
        Self { text, at, kind_counts: false }
    }

    /// Whether something else might have been read in a file of another kind.
    pub(super) fn kind_counts(&self) -> bool {
        self.kind_counts
    }

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

    fn eat_any(&mut self, tokens: &[&[u8]]) -> bool {
        tokens.iter().any(|token| self.eat(token))
    }

    fn blanks(&mut self) -> usize {
        let count = self.rest().iter().take(WIDEST_GAP).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.at += count;
        count
    }

    /// White space of any kind.
    fn space(&mut self) {
        self.at += self.rest().iter().take(2 * WIDEST_GAP).take_while(|byte| byte.is_ascii_whitespace()).count();
    }

    /// Letters, digits and `_`.
    fn identifier(&mut self) -> &[u8] {
        let start = self.at;
        self.at +=
            self.rest().iter().take(40).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        &self.text[start..self.at]
    }

    /// Goes behind the first `sign` that stands near, if nothing of `none` stands before it.
    fn behind(&mut self, sign: u8, none: &[u8]) -> bool {
        let near = self.rest().iter().take(LONGEST_BLOCK).position(|byte| *byte == sign || none.contains(byte));
        let there = near.is_some_and(|near| self.rest()[near] == sign);
        if there {
            self.at += near.unwrap_or(0) + 1;
        }
        there
    }

    /// A newline and the white space that begins the next line, where a quote follows: the value stands on a line of its own.
    fn next_line_quote(&mut self) {
        let gap = self.rest().iter().take(2 * WIDEST_GAP).take_while(|byte| byte.is_ascii_whitespace()).count();
        if matches!(self.rest().get(gap), Some(b'"' | b'\'' | b'`')) {
            self.at += gap;
        }
    }

    /// The value that is assigned to `name`, which ends here.
    pub(super) fn value(&mut self, name: Region, kind: FileKind) -> Option<Found> {
        let quoted_name = self.closing_quote();
        if let Some(found) = self.markup(name, quoted_name) {
            return Some(found);
        }
        // The end of an index, or the size of an array.
        let index = self.eat(b"]") || (self.is_hash_key(name) && self.eat(b"}"));
        if !index && self.eat(b"[") && (quoted_name || !self.behind(b']', b"\n\"'")) {
            return None;
        }
        let flag = name.of(self.text).starts_with(b"-");
        let gap = self.blanks();
        let apart = self.rest().starts_with(b"\n") || (quoted_name && (gap > 0 || self.rest().starts_with(b",")));
        if apart && let Some(found) = self.name_value_pair() {
            return Some(found);
        }
        if gap > 0 && self.rest().starts_with(b"{") {
            return self.block(quoted_name);
        }
        // A tuple of Erlang, `{password, "VALUE"}`, and a symbol of Ruby, `set :password, "VALUE"`.
        if !quoted_name && matches!(self.text[..name.start].last(), Some(b'{' | b':')) && self.eat(b",") {
            self.blanks();
            return self.quoted().map(|quoted| (quoted, Setting::Quoted));
        }
        match self.operator(quoted_name) {
            Some(Operator::Assign) => self.assigned(name, kind),
            Some(Operator::Compare) => {
                self.blanks();
                self.quoted().map(|quoted| (quoted, Setting::Quoted))
            }
            Some(Operator::Argument) => {
                let setting = self.call(name, quoted_name)?;
                self.blanks();
                self.wrapper();
                self.quoted().map(|quoted| (self.behind_scheme(quoted), setting))
            }
            None if flag && gap > 0 => self.quoted().or_else(|| self.word()).map(|word| (word, Setting::Config)),
            // A verb, in prose.
            None if name.of(self.text).eq_ignore_ascii_case(b"pass") && kind != FileKind::Config => None,
            None if gap > 0 && !quoted_name && !index => {
                self.quoted().map(|quoted| (quoted, Setting::Bare)).or_else(|| self.last_word(name, kind))
            }
            None => None,
        }
    }

    /// Whether a name is the key of a hash of Perl, `$ENV{NAME}`, `$settings->{'name'}`.
    fn is_hash_key(&self, name: Region) -> bool {
        let before = &self.text[..name.start];
        let before = before.strip_suffix(b"'").or_else(|| before.strip_suffix(b"\"")).unwrap_or(before);
        matches!(before, [.., hash, b'{'] if hash.is_ascii_alphanumeric() || matches!(hash, b'_' | b'>'))
    }

    /// What stands behind an operator that assigns.
    fn assigned(&mut self, name: Region, kind: FileKind) -> Option<Found> {
        self.blanks();
        self.next_line_quote();
        self.wrapper();
        let (region, setting) = match self.quoted() {
            Some(quoted) => (quoted, Setting::Quoted),
            None => self.bare(name, kind)?,
        };
        Some((self.behind_scheme(region), setting))
    }

    /// A value without the scheme of an HTTP header before it.
    fn behind_scheme(&self, region: Region) -> Region {
        const SCHEMES: &[&[u8]] = &[b"bearer ", b"token ", b"basic ", b"apikey ", b"key ", b"bot ", b"client-id "];
        let bytes = region.of(self.text);
        let begins =
            |scheme: &&&[u8]| bytes.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        let scheme = SCHEMES.iter().find(begins).map_or(0, |scheme| scheme.len());
        Region::new(region.start + scheme, region.end)
    }

    /// `<name>VALUE<`, `<name type="x">VALUE<`, `<property name="name">VALUE<`, `<key>name</key><string>VALUE<`.
    fn markup(&mut self, name: Region, quoted_name: bool) -> Option<Found> {
        let before = &self.text[name.start.saturating_sub(24)..name.start];
        let start = self.at;
        let is_tag = before.ends_with(b"<") || (before.ends_with(b":") && before.contains(&b'<'));
        if is_tag && (self.eat(b">") || (self.rest().starts_with(b" ") && self.behind(b'>', b"<\n/"))) {
            // Behind `<your-key>`, which stands in for one, no tag is closed.
            return self.element(Setting::Config).filter(|(region, _)| {
                let behind = self.text[region.end..].trim_ascii_start();
                behind.starts_with(b"</") || behind.starts_with(b"]]>")
            });
        }
        let named = |attribute: &[u8]| before.to_ascii_lowercase().ends_with(attribute);
        if quoted_name && (named(b"name=\"") || named(b"key=\"")) && self.eat(b">") {
            let behind = self.at;
            self.space();
            if self.eat(b"<value>") {
                return self.element(Setting::Config);
            }
            self.at = behind;
            // Translations are written like this as well.
            return self.element(Setting::Bare);
        }
        if quoted_name && (named(b"name=\"") || named(b"key=\"")) && self.behind(b'>', b"<\n/") {
            self.space();
            if self.eat(b"<value>") {
                return self.element(Setting::Config);
            }
            self.at = start;
        }
        if before.ends_with(b">") && self.eat(b"</") && self.behind(b'>', b"<\n") {
            self.space();
            if self.eat(b"<") && self.behind(b'>', b"<\n/ ") {
                return self.element(Setting::Config);
            }
        }
        self.at = start;
        None
    }

    /// `variable "name" { default = "VALUE"`, `public string Name { get; set; } = "VALUE"`, `password { "VALUE" }`.
    fn block(&mut self, quoted_name: bool) -> Option<Found> {
        if !quoted_name && (self.eat(b"{ '") || self.eat(b"{ \"")) {
            self.at -= 1;
            let quoted = self.quoted()?;
            self.blanks();
            return self.eat(b"}").then_some((quoted, Setting::Quoted));
        }
        if quoted_name {
            let near = &self.rest()[..self.rest().len().min(LONGEST_BLOCK)];
            let near = &near[..memchr::memchr(b'}', near).unwrap_or(near.len())];
            self.at += memchr::memmem::find(near, b"default")? + b"default".len();
        } else if !(self.rest().starts_with(b"{ get") && self.behind(b'}', b"\n\"")) {
            return None;
        }
        self.blanks();
        if !self.eat(b"=") {
            return None;
        }
        self.blanks();
        self.quoted().map(|quoted| (quoted, Setting::Quoted))
    }

    /// As what an argument stands that a name gives its meaning.
    fn call(&self, name: Region, quoted_name: bool) -> Option<Setting> {
        const SETTERS: &[&[u8]] = &[
            b"env",
            b"define",
            b"put",
            b"property",
            b"set",
            b"string",
            b"header",
            b"add",
            b"default",
            b"param",
            b"parameter",
            b"append",
            b"field",
        ];
        if !quoted_name {
            let name = name.of(self.text);
            let set = name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case(b"set"));
            return Some(if set || name.contains(&b'.') { Setting::Quoted } else { Setting::Bare });
        }
        // Of a list of arguments a flag's value is the next one.
        if name.of(self.text).starts_with(b"--") {
            return Some(Setting::Quoted);
        }
        // In a list of names the next one is no value, so the name has to be the first argument.
        let before = &self.text[name.start.saturating_sub(64)..name.start];
        let before = before.strip_suffix(b"#").unwrap_or(before);
        let before = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'"))?;
        let function = before.trim_ascii_end().strip_suffix(b"(")?.to_ascii_lowercase();
        let sets = SETTERS.iter().any(|setter| function.ends_with(setter)) || function.ends_with(b"env.get");
        Some(if sets { Setting::Quoted } else { Setting::Bare })
    }

    /// The quote that ends a quoted name, escaped or not.
    fn closing_quote(&mut self) -> bool {
        // Prose has `names` like this.
        if self.rest().starts_with(b"` or ") {
            return false;
        }
        self.eat_any(&[b"\\\"", b"\\'", b"\"", b"'", b"`"])
    }

    fn operator(&mut self, quoted_name: bool) -> Option<Operator> {
        const ASSIGNMENTS: &[&[u8]] = &[b":=", b":-", b"=>", b"||=", b"??=", b"?=", b"+=", b"::=", b"<-", b"->"];
        const TYPERS: &[&[u8]] = &[b".type(", b".fill(", b".sendKeys(", b".send_keys(", b".setValue(", b".val("];
        if self.eat(b"===") || self.eat(b"==") || self.eat(b"!=") {
            self.eat(b"=");
            return Some(Operator::Compare);
        }
        if self.eat_any(ASSIGNMENTS) || self.eat(b"=") {
            return Some(Operator::Assign);
        }
        if self.eat_any(&[b"||", b"??", b"?:", b"or "]) {
            return Some(Operator::Compare);
        }
        if self.eat(b":") {
            self.type_annotation();
            return Some(Operator::Assign);
        }
        if self.eat_any(&[b"As ", b"as "]) {
            self.identifier();
            self.blanks();
            return self.eat(b"=").then_some(Operator::Compare);
        }
        if !quoted_name && self.is_typed() {
            return Some(Operator::Compare);
        }
        if quoted_name && self.eat(b")") {
            if self.eat_any(TYPERS) {
                return Some(Operator::Compare);
            }
            self.blanks();
            if self.eat_any(&[b"||", b"??", b"?:", b"or "]) {
                return Some(Operator::Compare);
            }
            return (self.eat(b"=") || self.eat(b",")).then_some(Operator::Argument);
        }
        if (quoted_name && self.eat(b",")) || (!quoted_name && self.eat(b"(")) {
            return Some(Operator::Argument);
        }
        None
    }

    /// Skips the type between a name and what it is given, as Go and Bicep write it: `string =`.
    fn is_typed(&mut self) -> bool {
        let start = self.at;
        let is_type = matches!(self.identifier(), b"string" | b"String" | b"str");
        let assigns = is_type && self.blanks() > 0 && self.eat(b"=") && !self.rest().starts_with(b"=");
        if !assigns {
            self.at = start;
        }
        assigns
    }

    /// Skips `: &'static str =`, `: string =` and the like.
    fn type_annotation(&mut self) {
        let is_type = |byte: &u8| byte.is_ascii_alphanumeric() || b"_ &'<>[]?|.:".contains(byte);
        let length = self.rest().iter().take(48).take_while(|byte| is_type(byte)).count();
        let rest = &self.rest()[length..];
        // Base64 ends with the same sign, and nothing is assigned by it.
        let assigns = matches!(rest, [b'=', next, ..] if !matches!(next, b'=' | b'>' | b'\r' | b'\n'));
        if length > 1 && assigns {
            self.at += length + 1;
        }
    }

    /// Skips one bracket or call that only wraps its argument, such as `String::from(` or `Some(`.
    fn wrapper(&mut self) {
        let length = self
            .rest()
            .iter()
            .take(40)
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"_.:[]".contains(byte))
            .count();
        let call = &self.rest()[..length];
        let call = call.strip_suffix(b"[").unwrap_or(call);
        let Some((b'(' | b'[' | b'{', inside)) = self.rest()[call.len()..].split_first() else { return };
        // The argument may stand on a line of its own.
        let gap = inside.iter().take(2 * WIDEST_GAP).take_while(|byte| byte.is_ascii_whitespace()).count();
        if matches!(inside.get(gap), Some(b'"' | b'\'' | b'`')) && wraps(call) {
            self.at += call.len() + 1 + gap;
        }
    }

    /// A quoted string on one line, with a prefix such as `b` or `@`; the region is what stands between the quotes.
    fn quoted(&mut self) -> Option<Region> {
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
    fn word(&mut self) -> Option<Region> {
        let length = self.rest().iter().take_while(|byte| byte.is_ascii_graphic() || **byte >= 0x80).count();
        let region = Region::new(self.at, self.at + length);
        self.at += length;
        (length > 0).then_some(region)
    }

    /// `password VALUE` on a line of its own, as routers and daemons are told: the last word, with no operator before it.
    fn last_word(&mut self, name: Region, kind: FileKind) -> Option<Found> {
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

    /// Whether nothing but blanks is left on the line.
    fn ends_line(&mut self) -> bool {
        self.blanks();
        matches!(self.rest(), [] | [b'\n' | b'\r', ..])
    }

    /// What stands before a name on its line.
    fn head(&self, name: Region) -> &[u8] {
        let line = line_around(self.text, Region::new(name.start, name.start)).start;
        self.text[line..name.start].trim_ascii()
    }

    /// A value without quotes. In a file that sets values it goes to the end of the line; elsewhere it ends at punctuation.
    fn bare(&mut self, name: Region, kind: FileKind) -> Option<Found> {
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

    /// The text of an XML element.
    fn element(&mut self, setting: Setting) -> Option<Found> {
        self.space();
        let end: &[u8] = if self.eat(b"<![CDATA[") { b"]]>" } else { b"<" };
        let rest = self.rest();
        let inner = rest[..memchr::memmem::find(rest, end)?].trim_ascii_end();
        let start = self.at;
        (!inner.is_empty() && !inner.contains(&b'\n')).then_some((Region::new(start, start + inner.len()), setting))
    }

    /// `name="X" value="Y"`, `"name": "X", "value": "Y"`, `"X", with: "Y"`, and the same on two lines of YAML.
    fn name_value_pair(&mut self) -> Option<Found> {
        let start = self.at;
        let filler = self
            .rest()
            .iter()
            .take(80)
            .take_while(|byte| byte.is_ascii_whitespace() || b",;\"'-".contains(byte))
            .count();
        self.at += filler;
        if self.eat_any(&[b"value", b"Value", b"VALUE", b"defaultValue", b"default", b"content", b"with"]) {
            self.closing_quote();
            self.blanks();
            if self.eat(b":") || self.eat(b"=") {
                self.blanks();
                if let Some(quoted) = self.quoted() {
                    return Some((quoted, Setting::Config));
                }
                if let Some(word) = self.word() {
                    let end = word.of(self.text).iter().rposition(|byte| !b",;)>".contains(byte))?;
                    return Some((Region::new(word.start, word.start + end + 1), Setting::Config));
                }
            }
        }
        self.at = start;
        None
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
            | b"[]byte"
            | b"[]string"
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
