//! `palisade:allow RULE-ID reason`, on the secret's line or on the line above.

use crate::finding::Marker;
use crate::rule::Rule;
use crate::text::{Region, line_around};

const SIGN: &[u8] = b"palisade:allow";
/// What a marker beside `secret` says of a finding of `rule`.
pub(super) fn beside(text: &[u8], secret: Region, rule: &Rule) -> Marker {
    let line = line_around(text, secret);
    let above = match line.start.checked_sub(1) {
        Some(newline) if text[newline] == b'\n' => line_around(text, Region::new(newline, newline)),
        Some(_) | None => Region::new(0, 0),
    };
    let mut said = Marker::None;
    for line in [line, above] {
        for at in memchr::memmem::find_iter(line.of(text), SIGN) {
            let words = &line.of(text)[at + SIGN.len()..];
            let words = &words[..memchr::memchr(b'\n', words).unwrap_or(words.len())];
            match read(words, rule) {
                Marker::Allows => return Marker::Allows,
                void => said = void,
            }
        }
    }
    said
}

/// Reads what follows the sign.
fn read(words: &[u8], rule: &Rule) -> Marker {
    let words = String::from_utf8_lossy(words);
    let mut words = words.split_whitespace();
    let Some(named) = words.next().filter(|word| {
        word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && word.contains(|c: char| c.is_ascii_lowercase())
    }) else {
        return Marker::Void("it names no rule");
    };
    // A marker outlives the name that its rule had.
    if named != rule.id && named != rule.family {
        return Marker::Void("it names another rule");
    }
    // What closes a comment is no reason.
    let reason = words.any(|word| word.chars().filter(|character| character.is_alphanumeric()).count() >= 2);
    if reason { Marker::Allows } else { Marker::Void("it gives no reason") }
}

#[cfg(test)]
mod tests {
    use super::*;

    static RULE: Rule = Rule::of_policy("some-rule", "some rule", "mend it");

    fn said(text: &str) -> Marker {
        let start = text.find("SECRET").expect("it is there");
        beside(text.as_bytes(), Region::new(start, start + 6), &RULE)
    }

    #[test]
    fn a_marker_with_rule_and_reason_on_the_line_or_above_counts() {
        assert_eq!(said("x = SECRET # palisade:allow some-rule made up for a test"), Marker::Allows);
        assert_eq!(said("<!-- palisade:allow some-rule revoked in May -->\nSECRET"), Marker::Allows);
        assert_eq!(
            said("# palisade:allow other-rule why not\nSECRET # palisade:allow some-rule revoked"),
            Marker::Allows
        );
    }

    #[test]
    fn a_marker_without_rule_or_reason_does_not_count() {
        assert_eq!(said("SECRET # palisade:allow"), Marker::Void("it names no rule"));
        assert_eq!(said("SECRET <!-- palisade:allow -->"), Marker::Void("it names no rule"));
        assert_eq!(said("SECRET # palisade:allow some-rule"), Marker::Void("it gives no reason"));
        assert_eq!(said("SECRET <!-- palisade:allow some-rule -->"), Marker::Void("it gives no reason"));
        assert_eq!(said("SECRET # palisade:allow other-rule because"), Marker::Void("it names another rule"));
    }

    #[test]
    fn a_marker_elsewhere_is_none() {
        assert_eq!(said("# palisade:allow some-rule too far\n\nSECRET"), Marker::None);
        assert_eq!(said("SECRET\n# palisade:allow some-rule below"), Marker::None);
    }
}
