//! What a regex cannot say of a candidate: whether it stands alone, what it is made of, and whether it is a placeholder.

mod placeholder;

use super::format::Class;
use crate::text::{Region, line_around};
pub(super) use placeholder::{is_published, is_stock_word, placeholder};

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

/// Whether `part` is in a value. Values are short, so nothing is prepared for the search.
#[must_use]
pub(super) fn has(value: &[u8], part: &[u8]) -> bool {
    value.windows(part.len()).any(|window| window == part)
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
