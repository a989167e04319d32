//! What a regex cannot say of a candidate: whether it stands alone, what it is made of, and whether it is a placeholder.

use std::sync::OnceLock;

use super::format::Class;
use super::pattern;
use super::prefilter::Prefilter;
use crate::text::{Region, line_around};

/// How far before the secret's line a word may stand that speaks of it.
const NEAR: usize = 120;
/// How much of a long line counts as near.
const NEAR_IN_LINE: usize = 400;

/// Whether the secret is not a part of a longer word: neither a letter, a digit nor `_` stands beside it (nor a `-` behind it where it
/// has one itself). An escape such as `\n`, `%3D` or `\u0022` may stand before it: it ends like a word and is none.
#[must_use]
pub(super) fn stands_alone(text: &[u8], secret: Region) -> bool {
    let bytes = secret.of(text);
    let after = text.get(secret.end).copied();
    let hyphenated = bytes.contains(&b'-') && bytes.last() != Some(&b'-');
    let continues = after.is_some_and(|byte| is_word(byte) || (hyphenated && byte == b'-'));
    if continues && bytes.last().is_some_and(|last| is_word(*last) || *last == b'-') {
        return false;
    }
    begins_word(text, secret.start)
}

/// Whether what begins at `at` goes on with no word from before.
#[must_use]
pub(super) fn begins_word(text: &[u8], at: usize) -> bool {
    let before = &text[at.saturating_sub(6)..at];
    let joined = before.last().is_some_and(|byte| is_word(*byte)) && text.get(at).is_some_and(|first| is_word(*first));
    !joined || ends_with_escape(before)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Whether the bytes before a word end with an escape sequence.
fn ends_with_escape(before: &[u8]) -> bool {
    let hex = |bytes: &[u8]| bytes.iter().all(u8::is_ascii_hexdigit);
    match before {
        [.., b'\\', b'u', a, b, c, d] if hex(&[*a, *b, *c, *d]) => true,
        [.., b'\\', b'x', a, b] | [.., b'%', a, b] if hex(&[*a, *b]) => true,
        // The end of a terminal's colour sequence.
        [.., b'0'..=b'9' | b'[' | b';', b'm'] if before.contains(&0x1B) => true,
        [.., b'\\', b'n' | b't' | b'r' | b'0' | b'b' | b'f'] => true,
        _ => false,
    }
}

/// How far a blob goes on beyond what stands in it.
const BLOB: usize = 120;

/// Whether the secret is a part of a longer run of base64: a picture, a font, a key. Four characters of a prefix turn up in any of them.
#[must_use]
pub(super) fn stands_in_blob(text: &[u8], secret: Region) -> bool {
    let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let around = |part: &mut dyn Iterator<Item = &u8>| part.take(BLOB).take_while(is_base64).count();
    let before = around(&mut text[..secret.start].iter().rev());
    let after = around(&mut text[secret.end..].iter());
    let run = &text[secret.start - before..secret.end + after];
    // An address has slashes as well, and words between them.
    (before >= BLOB || after >= BLOB) && has(run, b"+") && !super::likeness::is_wordy(run)
}

/// Whether at least one character of each class is in it.
#[must_use]
pub(super) fn has_classes(secret: &[u8], classes: &[Class]) -> bool {
    classes.iter().all(|class| {
        secret.iter().any(|byte| match class {
            Class::Lower => byte.is_ascii_lowercase(),
            Class::Upper => byte.is_ascii_uppercase(),
            Class::Digit => byte.is_ascii_digit(),
            Class::Letter => byte.is_ascii_alphabetic(),
            Class::Symbol => !byte.is_ascii_alphanumeric(),
        })
    })
}

/// Shannon entropy, in bits a byte.
#[must_use]
pub(super) fn entropy(bytes: &[u8]) -> f32 {
    entropy::shannon_entropy(bytes)
}

/// Whether one of `words` stands near the secret, in any case; true where none is asked for.
#[must_use]
pub(super) fn stands_near(text: &[u8], secret: Region, words: &[&str]) -> bool {
    if words.is_empty() {
        return true;
    }
    let line = line_around(text, secret);
    let start = line.start.max(secret.start.saturating_sub(NEAR_IN_LINE)).saturating_sub(NEAR);
    let end = line.end.min(secret.end + NEAR_IN_LINE);
    // The secret itself is no evidence for itself.
    [&text[start..secret.start], &text[secret.end..end.max(secret.end)]].iter().any(|part| {
        let part = part.to_ascii_lowercase();
        words.iter().any(|word| memchr::memmem::find(&part, word.as_bytes()).is_some())
    })
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

/// Whether it holds what its issuer has published as an example.
#[must_use]
pub(super) fn is_published(value: &[u8]) -> bool {
    static PUBLISHED: OnceLock<Prefilter> = OnceLock::new();
    let published =
        PUBLISHED.get_or_init(|| Prefilter::new(pattern::published().map(|value| (value.as_bytes(), false))));
    let lower = value.to_ascii_lowercase();
    let mut found = false;
    published.find(&lower, 0, lower.len(), |_| found = true);
    found
}

/// Why a value is a placeholder, or `None` where it is none. It looks at the value alone.
#[must_use]
pub(super) fn placeholder(value: &[u8]) -> Option<&'static str> {
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
    if longest_run(&lower, step(1)).max(longest_run(&lower, step(-1))) >= 7 {
        return Some("its characters count up or down");
    }
    if value.len() >= 12 && (1..=value.len() / 3).any(|period| value[period..].iter().zip(value).all(|(a, b)| a == b)) {
        return Some("it repeats a part of itself");
    }
    let distinct = lower.iter().collect::<std::collections::BTreeSet<_>>().len();
    (value.len() >= 12 && distinct <= 3).then_some("it has next to no different characters")
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
pub(super) fn is_stock_word(value: &[u8]) -> bool {
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

/// Whether `part` is in a value. Values are short, so nothing is prepared for the search.
#[must_use]
pub(super) fn has(value: &[u8], part: &[u8]) -> bool {
    value.windows(part.len()).any(|window| window == part)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn alone(before: &str, secret: &str, after: &str) -> bool {
        let text = format!("{before}{secret}{after}");
        stands_alone(text.as_bytes(), Region::new(before.len(), before.len() + secret.len()))
    }

    #[test]
    fn a_word_stands_alone_between_anything_but_letters_and_digits() {
        assert!(alone("", "abc", ""));
        assert!(alone("\"", "abc", "\""));
        assert!(alone("=", "abc", "-"));
        assert!(!alone("x", "abc", ""));
        assert!(!alone("", "abc", "d"));
        assert!(!alone("", "a-bc", "-d"));
        assert!(!alone("_", "abc", ""));
    }

    #[test]
    fn an_escape_before_a_word_is_no_part_of_it() {
        for escape in ["\\n", "\\t", "%3D", "%20", "\\u0022", "\\x3d", "\u{1b}[31m"] {
            assert!(alone(escape, "abc", ""), "{escape}");
        }
        assert!(!alone("%3", "abc", ""));
        assert!(!alone("in", "abc", ""));
    }

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
            "abcabcabcabc",
            "%(key)s",
            "$config->{password}",
            "ABAQDAwXxn7kIMNWzcDfo...",
        ] {
            assert!(placeholder(value.as_bytes()).is_some(), "{value}");
        }
        for value in ["hunter2", "Zk3v9QpL1xW8", "correct horse", "p$ssw0rd", "S3cr3t!$"] {
            assert_eq!(placeholder(value.as_bytes()), None, "{value}");
        }
    }

    #[test]
    fn words_count_as_near_on_the_line_and_shortly_before() {
        let text = b"heroku\nkey = value\nheroku";
        let secret = Region::new(13, 18);
        assert!(stands_near(text, secret, &["heroku"]));
        assert!(!stands_near(text, secret, &["value"]));
        assert!(stands_near(text, secret, &[]));
        let far = [b"heroku".to_vec(), vec![b' '; 200], b"\nkey".to_vec()].concat();
        assert!(!stands_near(&far, Region::new(207, 210), &["heroku"]));
    }
}
