//! Values that a structure gives to their names: an element of XML, a block, two fields of which one is the name.

use super::token::LONGEST_BLOCK;
use super::{Cursor, Found};
use crate::checks::secrets::value::Setting;
use crate::text::Region;

impl Cursor<'_> {
    /// `<name>VALUE<`, `<name type="x">VALUE<`, `<property name="name">VALUE<`, `<key>name</key><string>VALUE<`.
    pub(super) fn markup(&mut self, name: Region, quoted_name: bool) -> Option<Found> {
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

    /// The text of an XML element.
    fn element(&mut self, setting: Setting) -> Option<Found> {
        self.space();
        let end: &[u8] = if self.eat(b"<![CDATA[") { b"]]>" } else { b"<" };
        let rest = self.rest();
        let inner = rest[..memchr::memmem::find(rest, end)?].trim_ascii_end();
        let start = self.at;
        (!inner.is_empty() && !inner.contains(&b'\n')).then_some((Region::new(start, start + inner.len()), setting))
    }

    /// `variable "name" { default = "VALUE"`, `public string Name { get; set; } = "VALUE"`, `password { "VALUE" }`.
    pub(super) fn block(&mut self, quoted_name: bool) -> Option<Found> {
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

    /// Goes to the value in `"name": { "value": "VALUE" }`.
    pub(super) fn enter_object(&mut self) {
        const KEYS: &[&[u8]] = &[b"\"value\"", b"'value'", b"\"default\"", b" value:"];
        if !self.rest().starts_with(b"{") {
            return;
        }
        let near = &self.rest()[..self.rest().len().min(LONGEST_BLOCK)];
        let near = &near[..memchr::memchr(b'}', near).unwrap_or(near.len())];
        let Some(key) = KEYS.iter().find_map(|key| Some(memchr::memmem::find(near, key)? + key.len())) else { return };
        let start = self.at;
        self.at += key;
        self.blanks();
        if !self.eat(b":") && !self.text[..self.at].ends_with(b":") {
            self.at = start;
        }
        self.blanks();
    }

    /// `name="X" value="Y"`, `"name": "X", "value": "Y"`, `"X", with: "Y"`, and the same on two lines of YAML.
    pub(super) fn name_value_pair(&mut self) -> Option<Found> {
        let start = self.at;
        let filler = self
            .rest()
            .iter()
            .take(80)
            .take_while(|byte| byte.is_ascii_whitespace() || b",;\"'-".contains(byte))
            .count();
        self.at += filler;
        let _ = self.eat(b"android:");
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
