//! Whether a value stands in for a secret: a placeholder, a reference to what is elsewhere, a word that is met where passwords are spoken of.

use std::sync::OnceLock;

use super::{has, is_word};
use crate::checks::secrets::pattern;
use crate::checks::secrets::prefilter::Prefilter;

/// Why a value is a placeholder, or `None` where it is none. It looks at the value alone.
#[must_use]
pub(in crate::checks::secrets) fn placeholder(value: &[u8]) -> Option<&'static str> {
    if is_reference(value) {
        return Some("it refers to a value that is elsewhere");
    }
    let lower = value.to_ascii_lowercase();
    let mut stands_in = false;
    stand_ins().find(&lower, 0, lower.len(), |hit| {
        // Four base64 characters may be any four characters, so short words count in a short value only.
        stands_in |= STAND_INS[hit.literal].len() > 4 || value.len() < 64;
    });
    if stands_in {
        return Some("a word in it says that it stands in for a secret");
    }
    if longest_run(&lower, |a, b| a == b) >= 6 {
        return Some("one character repeats");
    }
    let step = |difference: i16| move |a: u8, b: u8| i16::from(b) - i16::from(a) == difference;
    if longest_run(&lower, step(1)).max(longest_run(&lower, step(-1))) >= 7 || counts(&lower) {
        return Some("its characters count up or down");
    }
    if value.len() >= 12 && (1..=value.len() / 3).any(|period| value[period..].iter().zip(value).all(|(a, b)| a == b)) {
        return Some("it repeats a part of itself");
    }
    let distinct = lower.iter().collect::<std::collections::BTreeSet<_>>().len();
    (value.len() >= 12 && distinct <= 3).then_some("it has next to no different characters")
}

/// Whether most characters, or most bytes in hexadecimal, follow each other as in a count: `12345-67890-abcde`, `00112233445566778899`.
fn counts(value: &[u8]) -> bool {
    let steps = value.array_windows().filter(|[a, b]| a.is_ascii_alphanumeric() && a + 1 == *b).count();
    let hex = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes = || value.chunks_exact(2).map(hex).collect::<Option<Vec<u8>>>();
    let is_even = |bytes: &Vec<u8>| {
        let step = bytes[1].wrapping_sub(bytes[0]);
        let even = bytes.array_windows().filter(|[a, b]| b.wrapping_sub(*a) == step).count();
        even * 4 >= (bytes.len() - 1) * 3
    };
    value.len() >= 10 && steps * 5 >= (value.len() - 1) * 3
        || value.len() >= 16 && value.len().is_multiple_of(2) && bytes().is_some_and(|bytes| is_even(&bytes))
}

/// Words of which one in a value says that it stands in for a secret. Each is too long to turn up in random characters.
const STAND_INS: &[&str] = &[
    "example",
    "sample",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "change me",
    "replaceme",
    "replace_me",
    "replace-me",
    "replace_with",
    "insert_",
    "insert-",
    "your_",
    "your-",
    "yourkey",
    "yourtoken",
    "yoursecret",
    "yourpass",
    "yourapi",
    "your api",
    "your tok",
    "your sec",
    "_here",
    "-here",
    " here",
    "todo",
    "fixme",
    "generate",
    "dummy",
    "redacted",
    "notreal",
    "not_real",
    "not-real",
    "notasecret",
    "not-a-secret",
    "not_a_secret",
    "fake",
    "foobar",
    "deadbeef",
    "lorem",
    "xxxx",
    "****",
    "....",
    "____",
    "----",
    "????",
    "####",
    "00000000",
    "mykey",
    "mytoken",
    "mysecret",
    "my_secret",
    "my-secret",
    "my_token",
    "my-token",
    "my_api",
    "my-api",
    "my_key",
    "my-key",
    "somekey",
    "some_key",
    "some-key",
    "abcdefgh",
    "qwertyui",
    "1234567890",
    "0123456789",
    "abc123def",
    "a1b2c3d4",
    "1a2b3c4d",
    "undefined",
    "masked",
    "censored",
    "obfuscated",
    "removed",
    "goes_here",
];

/// Finds them; made when the first value is asked about.
fn stand_ins() -> &'static Prefilter {
    static STAND_IN: OnceLock<Prefilter> = OnceLock::new();
    STAND_IN.get_or_init(|| Prefilter::new(STAND_INS.iter().map(|word| (word.as_bytes(), false))))
}

/// The most bytes in a row of which each follows from the one before.
fn longest_run(bytes: &[u8], follows: impl Fn(u8, u8) -> bool) -> usize {
    bytes.chunk_by(|a, b| follows(*a, *b)).map(<[u8]>::len).max().unwrap_or(0)
}

/// Whether a value is a reference in a template or shell language: `${X}`, `$X`, `{{ x }}`, `<% x %>`, `%(x)s`, `#{x}`, `<your-key>`.
fn is_reference(value: &[u8]) -> bool {
    match value {
        [b'<', .., b'>'] | [b'[', .., b']'] | [b'{', .., b'}'] | [b'%', .., b'%'] | [b'@', .., b'@'] => true,
        [b'$', next, ..] if next.is_ascii_uppercase() || matches!(next, b'_' | b'{' | b'(') => true,
        [b'$', rest @ ..] if !rest.is_empty() && rest.iter().all(|byte| is_word(*byte)) => true,
        // What is cut off.
        [.., b'.', b'.', b'.'] => true,
        // A member of a variable, `$config->{password}`, or what an arrow leaves of it.
        [b'$', rest @ .., b'-'] if rest.iter().all(|byte| is_word(*byte)) => true,
        [b'$', rest @ ..] if has(rest, b"->") => true,
        _ => value.array_windows().any(|pair| matches!(pair, b"${" | b"{{" | b"#{" | b"<%" | b"%(" | b"$(")),
    }
}

/// More than a stock word, a digit and white space around it have.
const LONGEST_STOCK_WORD: usize = 18;

/// Words that stand where a password is spoken of rather than given; sorted, because they are searched.
const STOCK_WORDS: &[&str] = &[
    "abc",
    "all",
    "always",
    "and",
    "anonymous",
    "anonymoususer",
    "any",
    "api-key",
    "api_key",
    "apikey",
    "ascii",
    "ask",
    "auth",
    "auto",
    "bar",
    "basic",
    "baz",
    "bcrypt",
    "bearer",
    "blank",
    "body",
    "bool",
    "changeit",
    "confirm",
    "cookie",
    "credential",
    "credentials",
    "current",
    "default",
    "disabled",
    "email",
    "empty",
    "enabled",
    "encrypted",
    "env",
    "false",
    "field",
    "file",
    "foo",
    "for",
    "function",
    "get",
    "hash",
    "hashed",
    "header",
    "hidden",
    "id",
    "in",
    "incorrect",
    "input",
    "invalid",
    "is",
    "jwt",
    "key",
    "login",
    "manual",
    "md5",
    "my",
    "mypassword",
    "name",
    "never",
    "new",
    "nil",
    "no",
    "none",
    "not",
    "null",
    "number",
    "oauth",
    "oauth2",
    "object",
    "off",
    "old",
    "on",
    "optional",
    "or",
    "pass",
    "passphrase",
    "passw",
    "passwd",
    "password",
    "plain",
    "plaintext",
    "post",
    "private",
    "prompt",
    "public",
    "pwd",
    "query",
    "redacted",
    "required",
    "secret",
    "secure",
    "self",
    "sha1",
    "sha256",
    "str",
    "string",
    "test",
    "testing",
    "text",
    "the",
    "this",
    "to",
    "token",
    "true",
    "type",
    "undefined",
    "unknown",
    "unset",
    "user",
    "username",
    "userpassword",
    "utf-8",
    "utf8",
    "value",
    "vault",
    "word",
    "wrong",
    "xxx",
    "xyz",
    "yes",
];

/// Whether a value, whatever its case and a digit behind it, is empty or a stock word.
#[must_use]
pub(in crate::checks::secrets) fn is_stock_word(value: &[u8]) -> bool {
    if value.len() > LONGEST_STOCK_WORD {
        return false;
    }
    let lower = value.trim_ascii().to_ascii_lowercase();
    let core = lower.trim_ascii_start();
    let end = core.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |last| last + 1);
    let is_word =
        |value: &[u8]| value.is_empty() || STOCK_WORDS.binary_search_by_key(&value, |word| word.as_bytes()).is_ok();
    is_word(core) || (core.len() - end <= 1 && is_word(&core[..end]))
}

/// Whether it holds what its issuer has published as an example.
#[must_use]
pub(in crate::checks::secrets) fn is_published(value: &[u8]) -> bool {
    static PUBLISHED: OnceLock<Prefilter> = OnceLock::new();
    let published =
        PUBLISHED.get_or_init(|| Prefilter::new(pattern::published().map(|value| (value.as_bytes(), false))));
    let lower = value.to_ascii_lowercase();
    let mut found = false;
    published.find(&lower, 0, lower.len(), |_| found = true);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stock_words_are_sorted_and_found() {
        assert!(STOCK_WORDS.is_sorted());
        for word in ["password", "Password1", " api_key ", ""] {
            assert!(is_stock_word(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn placeholders_and_references_are_told_from_values() {
        for value in [
            "${TOKEN}",
            "$TOKEN",
            "<your-token>",
            "{{ secrets.token }}",
            "xxxxxxxxxxxx",
            "changeme",
            "123456789abc",
            "12345-67890-abcde",
            "000102030405060708090a0b0c0d0e0f",
            "00112233445566778899aabbccddeeff",
            "abcabcabcabc",
            "%(key)s",
            "$config->{password}",
            "ABAQDAwXxn7kIMNWzcDfo...",
        ] {
            assert!(placeholder(value.as_bytes()).is_some(), "{value}");
        }
        for value in ["hunter2", "Zk3v9QpL1xW8", "correct horse", "9f86d081884c7d65", "p$ssw0rd", "S3cr3t!$"] {
            assert_eq!(placeholder(value.as_bytes()), None, "{value}");
        }
    }
}
