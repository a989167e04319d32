//! Reads what follows a name: the value that is assigned to it, in whatever syntax.

mod bare;
mod operator;
mod structure;
mod token;

use super::surroundings::FileKind;
use super::value::Setting;
use crate::text::Region;
use operator::Operator;

/// A place in a text.
pub(super) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
    /// Whether it was asked of what kind the file is.
    kind_counts: bool,
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
        // What one of several is given, `default['password']['db'] = "VALUE"`.
        if index && self.eat(b"['") && !self.behind(b']', b"\n[") {
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
        if !quoted_name && let Some(found) = self.behind_symbol(name) {
            return Some(found);
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
            None if name.of(self.text).eq_ignore_ascii_case(b"pass") && kind != FileKind::Config => {
                let quoted = (gap > 0 && kind == FileKind::Other).then(|| self.quoted())??;
                (!quoted.of(self.text).starts_with(b"-")).then_some((quoted, Setting::Bare))
            }
            None if gap > 0 && !quoted_name && !index => {
                self.quoted().map(|quoted| (quoted, Setting::Bare)).or_else(|| self.last_word(name, kind))
            }
            None => None,
        }
    }

    /// What a name is given that is one of several arguments: a constant, `env.put(Context.SECURITY_CREDENTIALS, "VALUE")`, a symbol of Ruby,
    /// `set :password, "VALUE"` and `let(:password) { "VALUE" }`, the first of a tuple of Erlang, `{password, "VALUE"}`.
    fn behind_symbol(&mut self, name: Region) -> Option<Found> {
        let start = self.at;
        let before = &self.text[..name.start];
        let is_behind = match self.rest() {
            [b',', ..] => (matches!(before.last(), Some(b'{' | b':')) || self.is_key_argument(name)) && self.eat(b","),
            [b')', ..] => before.ends_with(b"(:") && self.eat_any(&[b") { ", b") {"]),
            _ => false,
        };
        if is_behind {
            self.blanks();
            self.wrapper();
            if let Some(quoted) = self.quoted() {
                return Some((quoted, Setting::Quoted));
            }
        }
        self.at = start;
        None
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
        self.pass_by_others(name);
        self.next_line_quote();
        self.enter_object();
        self.wrapper();
        let (region, setting) = match self.quoted() {
            Some(quoted) => (quoted, Setting::Quoted),
            None => self.bare(name, kind)?,
        };
        Some((self.behind_scheme(region), setting))
    }

    /// Goes behind what names before this one are given: `id, secret = "ID", "VALUE"`.
    fn pass_by_others(&mut self, name: Region) {
        let is_list = |byte: &u8| byte.is_ascii_alphanumeric() || b"_., ".contains(byte);
        let is_next = self.text[..name.start].ends_with(b", ");
        let Some(others) = is_next.then(|| self.head(name)).and_then(|head| head.strip_suffix(b",")) else { return };
        if !others.iter().all(is_list) {
            return;
        }
        let (start, count) = (self.at, memchr::memchr_iter(b',', others).count() + 1);
        for _ in 0..count {
            let is_given = self.quoted().is_some() && self.eat(b",");
            self.blanks();
            if !is_given {
                self.at = start;
                return;
            }
        }
    }

    /// A value without the scheme of an HTTP header before it, or the sign that a password is not encoded.
    fn behind_scheme(&self, region: Region) -> Region {
        const SCHEMES: &[&[u8]] =
            &[b"bearer ", b"token ", b"basic ", b"apikey ", b"key ", b"bot ", b"client-id ", b"{noop}"];
        let bytes = region.of(self.text);
        let begins =
            |scheme: &&&[u8]| bytes.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        let scheme = SCHEMES.iter().find(begins).map_or(0, |scheme| scheme.len());
        Region::new(region.start + scheme, region.end)
    }
}
