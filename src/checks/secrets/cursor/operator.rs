//! What stands between a name and its value: an operator, a type, a call, and what only wraps the value.

use super::Cursor;
use super::token::WIDEST_GAP;
use crate::checks::secrets::value::Setting;
use crate::text::Region;

pub(super) enum Operator {
    Assign,
    /// The value is compared with the name, or stands in for it, so it is the right one. Without quotes it is code.
    Compare,
    /// Name and value are two arguments, or the name is the function's.
    Argument,
}

/// How calls end that give a value to a name.
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
    b".type",
    b".fill",
];

impl Cursor<'_> {
    pub(super) fn operator(&mut self, quoted_name: bool) -> Option<Operator> {
        const ASSIGNMENTS: &[&[u8]] = &[b":=", b":-", b"=>", b"||=", b"??=", b"?=", b"+=", b"::=", b"<-", b"->"];
        const TYPERS: &[&[u8]] = &[b".type(", b".fill(", b".sendKeys(", b".send_keys(", b".setValue(", b".val("];
        // What a test lets a function say: `when(settings.getPassword()).thenReturn("VALUE")`.
        const MOCKS: &[&[u8]] = &[b"()).thenReturn(", b"()).willReturn(", b"()).andReturn("];
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
        if !quoted_name && self.eat_any(MOCKS) {
            return Some(Operator::Compare);
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

    /// Whether a name is a constant under which the next argument is put: `env.put(Context.SECURITY_CREDENTIALS, "VALUE")`.
    pub(super) fn is_key_argument(&self, name: Region) -> bool {
        let constant = name.of(self.text).rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        let is_constant = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
        let Some(call) = self.text[..name.start].strip_suffix(b"(") else { return false };
        let call = call[call.len().saturating_sub(16)..].to_ascii_lowercase();
        constant.iter().all(is_constant) && SETTERS.iter().any(|setter| call.ends_with(setter))
    }

    /// As what an argument stands that a name gives its meaning.
    pub(super) fn call(&self, name: Region, quoted_name: bool) -> Option<Setting> {
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
        // Flags of Go are told first where their value goes: `flag.StringVar(&token, "token", "VALUE"`.
        let is_variable = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.".contains(byte);
        if let Some(before) = before.strip_suffix(b", ")
            && before[..=before.iter().rposition(|byte| !is_variable(byte))?].ends_with(b"StringVar(&")
        {
            return Some(Setting::Quoted);
        }
        let before = before.trim_ascii_end();
        if before.ends_with(b"{") {
            // A pair of a dictionary.
            return Some(Setting::Bare);
        }
        let function = before.strip_suffix(b"(")?.to_ascii_lowercase();
        let sets = SETTERS.iter().any(|setter| function.ends_with(setter)) || function.ends_with(b"env.get");
        Some(if sets { Setting::Quoted } else { Setting::Bare })
    }

    /// Skips one bracket or call that only wraps its argument, such as `String::from(` or `Some(`.
    pub(super) fn wrapper(&mut self) {
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
            | b"fromhex"
            | b"unhexlify"
            | b"getbytes"
            | b"decodestring"
            | b"hex2bin"
            | b"hex_to_bytes"
            | b"usestate"
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
