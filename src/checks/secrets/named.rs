//! Secrets that only a name tells from other random characters: a provider's name, an assignment in any syntax, and a value of
//! the provider's alphabet and length.

use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

pub(super) use super::bounds::LONGEST_JOIN;
use super::detector::{Candidate, regex_config};
use super::{filters, value};
use crate::rule::Confidence;
use crate::text::Region;

/// What may stand between a literal and its value, from the one's end to the other's beginning: the rest of the name, then an
/// assignment, a name-value pair, a flag's white space, an address's parameter, or one that a call has beside the address.
const JOIN: &str = r#"(?x)
    [\w\ \t.:(){\[\]"'=<>|\r\n/-]{0,56}?
    (?:
        ["'`)}\]\\]{0,4}
        (?: \s{0,4} (?: :\s?[&\w'\ ]{2,16}\s?= | :- | => | := | \?= | ={1,3} | \|\| | \?\? | : | , | > | \( ) \s{0,4}
          | [,;]?\s{1,24}["']?value["']?\s{0,2}[:=]\s{0,2}
          | [,;]\s{0,4}["']value["']\s{0,2}:\s{0,2}
      | [,;]\s?["']?[\w.-]{1,24}["']?[,;]\s? )
        ["'`\\(\[{@]{0,4} (?: (?: bearer | token | basic | apikey | key )\ )?
      | [\ \t]{1,2}@?["']?
      | [\w.-]{0,24} / [^\s"'<>]{0,60}? [?&;] \w{1,20} =
      | [\w.-]{0,24} / [^\s"'<>]{0,60}? ["'`] , \s{0,24} (?: \{ \s{0,24} )? (?: \w{1,16} \s?[=:]\s? )? \{ \s{0,24} ["']? [\w-]{1,24} ["']? \s?[:=]\s? ["'`] (?: (?: bearer | token | basic | apikey ) \  )?
    ) \z"#;

fn join() -> Option<&'static Regex> {
    static REGEX: OnceLock<Option<Regex>> = OnceLock::new();
    REGEX
        .get_or_init(|| {
            Regex::builder()
                .syntax(syntax::Config::new().unicode(false).utf8(false).case_insensitive(true))
                .configure(regex_config())
                .build(JOIN)
                .ok()
        })
        .as_ref()
}

/// Finds the first value behind the literal in `literal` that a name with one of `words` in it is given. `next` tells of places the first where a value could
/// begin, and `value` where the value ends that begins at a place, before another one.
pub(super) fn find(
    text: &[u8],
    literal: Region,
    next: impl Fn(Range<usize>) -> Option<usize>,
    value: impl Fn(Range<usize>) -> Option<usize>,
    words: &[&str],
    longest: usize,
) -> Option<Candidate> {
    let limit = literal.start.saturating_add(longest).min(text.len());
    let last = limit.min(literal.end + LONGEST_JOIN + 1);
    let mut from = literal.end;
    while let Some(place) = next(from..last) {
        // Nothing stands alone that begins inside a word.
        let start = (place..last).find(|at| filters::begins_word(text, *at)).unwrap_or(last);
        if start > place {
            from = start;
            continue;
        }
        from = start + 1;
        let Some(end) = value(start..limit) else { continue };
        let (found, between) = (Region::new(start, end), Region::new(literal.end, start));
        let (name, joint, is) = (Region::new(literal.start, start).of(text), between.of(text), found.of(text));
        let named = || speaks(name, words) || makes_client(literal.of(text), joint);
        if filters::stands_alone(text, found)
            && (named() || (is_whole_name(text, literal, between) && is_like_a_key(is)))
            && !is_digest(is)
            && joins(joint)
        {
            // What follows a name without a sign may be a commit.
            let commit = || matches!(is.len(), 40 | 64) && is.iter().all(u8::is_ascii_hexdigit);
            let doubt = joint.iter().all(u8::is_ascii_whitespace) && commit() && !named();
            return Some(Candidate {
                secret: found,
                span: Region::new(literal.start, found.end),
                confidence: doubt.then_some(Confidence::Possible),
                reason: Some(format!(
                    "the name that it is given to says `{}`, and it has the form of such a secret",
                    literal.of(text).escape_ascii()
                )),
            });
        }
    }
    None
}

/// Whether one of `words` is in a name, in whatever case, or none is asked for.
fn speaks(name: &[u8], words: &[&str]) -> bool {
    // The lower bits of a letter are the same in both cases, and tell nearly always that no word begins with it.
    let bits = |byte: u8| 1_u32 << (byte & 0x1F);
    let first = |word: &str| word.bytes().next().map_or(0, bits);
    let firsts = words.iter().fold(0, |firsts, word| firsts | first(word));
    let begins = |at: usize, word: &&str| {
        first(word) == bits(name[at])
            && name.get(at..at + word.len()).is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
    };
    words.is_empty()
        || (0..name.len()).any(|at| firsts & bits(name[at]) != 0 && words.iter().any(|word| begins(at, word)))
}

/// Whether a value is the first argument of what makes a client, which is its key: `new Acme("`, `AcmeClient("`, `acme.init("`, `acme.Acme("`.
fn makes_client(literal: &[u8], between: &[u8]) -> bool {
    const MAKERS: &[&[u8]] = &[
        b"client",
        b"newclient",
        b"api",
        b"sdk",
        b"init",
        b"initialize",
        b"new",
        b"auth",
        b"login",
        b"connect",
        b"configure",
        b"setup",
    ];
    let [call @ .., b'"' | b'\'' | b'`'] = between else { return false };
    // What is given to it before the key has a name: `Acme.init(this, "`.
    let Some(open) = memchr::memrchr(b'(', call) else { return false };
    let (call, given) = (&call[..open], call[open + 1..].trim_ascii());
    if !given.is_empty() && !matches!(given, [name @ .., b','] if name.iter().all(u8::is_ascii_alphanumeric)) {
        return false;
    }
    // `require("acme")("`
    let call = if let [b'"' | b'\'', b')', call @ ..] = call { call } else { call };
    let name = call.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    name.is_empty() || name.eq_ignore_ascii_case(literal) || MAKERS.iter().any(|maker| name.eq_ignore_ascii_case(maker))
}

/// Whether the literal is all of a name, and what follows gives it a value: `acme = `, `# acme: "`, `"acme": "`, and without a sign `acme `.
fn is_whole_name(text: &[u8], literal: Region, between: Region) -> bool {
    let before = literal.start.checked_sub(1).map(|at| text[at]);
    let begins = before.is_none_or(|byte| !byte.is_ascii_alphanumeric() && !b"_-./@\\:".contains(&byte));
    begins && between.len() <= 8 && between.of(text).iter().all(|byte| b" \t\"'`])([=:>".contains(byte))
}

/// Whether nothing but a key looks like a value: it is as random as one, or a UUID.
fn is_like_a_key(value: &[u8]) -> bool {
    value::is_uuid(value)
        || (value.len() >= 20 && !value.contains(&b'/') && value::secret(value).is_some_and(|part| part.points >= 4))
}

/// Whether a value is a digest that says so, such as the one that guards what a page loads.
fn is_digest(value: &[u8]) -> bool {
    matches!(value, [b's', b'h', b'a', b'1', b'-', ..] | [b's', b'h', b'a', _, _, _, b'-', ..])
}

fn joins(between: &[u8]) -> bool {
    join().is_some_and(|regex| regex.is_match(Input::new(between).anchored(Anchored::Yes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found behind `acme`, where values are of the form `value`.
    fn found(text: &str, value: &str, words: &[&str]) -> Option<Candidate> {
        let regex = Regex::new(value).expect("compiles");
        let start = text.find("acme").expect("it is there");
        let value = |at| Some(regex.search(&Input::new(text).span(at).anchored(Anchored::Yes))?.end());
        find(text.as_bytes(), Region::new(start, start + 4), |mut places| places.next(), value, words, 400)
    }

    fn joined(text: &str) -> bool {
        found(text, "[0-9a-f]{12}", &["key", "token"]).is_some()
    }

    #[test]
    fn a_name_and_its_value_are_joined_by_any_syntax() {
        for text in [
            "ACME_KEY=0123456789ab",
            "acme_api_key: '0123456789ab'",
            "acme.token = \"0123456789ab\"",
            "{\"acmeKey\": \"0123456789ab\"}",
            "let acme_key: &str = \"0123456789ab\"",
            "acme --token 0123456789ab",
            "<add key=\"acme-token\" value=\"0123456789ab\"/>",
            "https://api.acme.io/v1/x?key=0123456789ab",
            "acme:\n  token: 0123456789ab",
            "acme.setToken(\"0123456789ab\")",
            "acme_key => '0123456789ab'",
            "acme('0123456789ab')",
            "acmeClient(\"0123456789ab\")",
            "acme.Acme('0123456789ab')",
            "require('acme')('0123456789ab')",
            "get('https://api.acme.io/v1', params={'key': '0123456789ab'})",
            "fetch(`https://api.acme.io/v1`, { headers: { 'X-Token': '0123456789ab' } })",
            "<acme>\n  <key>0123456789ab</key>",
            "acme.configure do |config|\n  config.key = '0123456789ab'",
            "acme_key ?= 0123456789ab",
            "acme,key,0123456789ab",
            "$ENV{acme_key} = '0123456789ab'",
            "acme.init(this, '0123456789ab')",
        ] {
            assert!(joined(&text.replace("ACME", "acme")), "{text}");
        }
    }

    #[test]
    fn a_name_that_says_nothing_but_whose_it_is_has_values_that_are_like_keys() {
        let joined = |text: &str| found(text, "[0-9a-z-]{12,40}", &["key"]).is_some();
        let key = "9f86d081884c7d65\u{a6}9a2feaa0c55ad015".replace('\u{a6}', "");
        for text in ["acme = KEY", "# acme: KEY", "{\"acme\": \"KEY\"}", "acme KEY"] {
            assert!(joined(&text.replace("KEY", &key)), "{text}");
        }
        for text in [
            "acme = ready-for-production",
            "github.com/acme KEY",
            "acme_version: KEY",
            "acme:\n  KEY",
            "acme_key = sha512-KEY",
        ] {
            assert!(!joined(&text.replace("KEY", &key)), "{text}");
        }
    }

    #[test]
    fn what_follows_a_name_without_a_sign_may_be_a_commit() {
        let sure = |text: &str| {
            let (key, commit) = ("9f86d081884c7d65", "9a2feaa0c55ad0150a1b2c3d");
            let text = text.replace("COMMIT", &format!("{key}{commit}"));
            found(&text, "[0-9a-f]{32,40}", &["key"]).map(|found| found.confidence)
        };
        assert_eq!(sure("acme COMMIT"), Some(Some(Confidence::Possible)));
        assert_eq!(sure("acme: COMMIT"), Some(None));
        assert_eq!(sure("acme key COMMIT"), Some(None));
    }

    #[test]
    fn a_value_that_is_not_assigned_to_the_name_is_not_joined() {
        for text in [
            "acme is fine; key of 0123456789ab",
            "acme_key = other; x = 0123456789ab",
            "acme_id=0123456789ab",
            "acme.checkout('0123456789ab')",
        ] {
            assert!(!joined(text), "{text}");
        }
    }
}
