//! Values that stand where secrets stand and are something else: addresses, paths, references, code, sentences, or the name once more.

use super::Setting;
use super::shape::{classes, is_grouped};
use crate::checks::secrets::filters::has;
use crate::checks::secrets::likeness::is_wordy;

/// Whether the value is the name again, but for case and separators, or a part of it, or begins with it as a command does (`PWD="pwd -W"`).
pub(super) fn repeats_name(value: &[u8], name: &[u8]) -> bool {
    let command = value.split(|byte| *byte == b' ').next().unwrap_or_default();
    if command.len() < value.len() && command.eq_ignore_ascii_case(name) {
        return true;
    }
    let plain = |text: &[u8]| {
        text.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect::<Vec<_>>()
    };
    let (value, name) = (plain(value), plain(name));
    value.is_empty()
        || name.ends_with(&value)
        || (value.len() <= 2 * name.len() && value.ends_with(&name) && value.iter().all(u8::is_ascii_alphabetic))
}

/// How what refers to something begins, and digests of passwords.
const BEGINNINGS: &[&[u8]] = &[
    b"http://",
    b"https://",
    b"/",
    b"./",
    b"../",
    b"~/",
    b"file:",
    b"vault:",
    b"secret:",
    b"arn:",
    b"ref:",
    b"env:",
    b"op://",
    b"ssm:",
    b"$2a$",
    b"$2b$",
    b"$2y$",
    b"$1$",
    b"$5$",
    b"$6$",
    b"$y$",
    b"$7$",
    b"$apr1$",
    b"{SSHA}",
    b"{SHA}",
    b"{crypt}",
    b"{bcrypt}",
    b"pbkdf2",
    b"$argon2",
    b"$pbkdf2",
    b"sha256:",
    b"sha512-",
    b"sha256-",
    b"sha384-",
    b"sha1-",
    b"md5:",
    b"enc:",
    b"ENC[",
    b"ENC(",
    b"!vault",
    b"!secret",
    b"!Ref",
    b"!Sub",
    b"!GetAtt",
    b"!ImportValue",
    b"data:",
    b"urn:",
    b"ssh-rsa",
    b"ssh-ed25519",
    b"-----BEGIN",
    b"&",
    b"*",
    b"projects/",
    b"kms:",
    b"AQICAH",
    b"pk.eyJ",
    b"pk_live_",
    b"pk_test_",
    b"pub-c-",
    b"sub-c-",
    b"whpk_",
    b"secrets.",
    b"var.",
    b"local.",
    b"data.",
    b"module.",
    b"credentials(",
    b"#{",
    b"keystore:",
    b"gpg:",
    // A public key in a decentralised identifier (https://w3c-ccg.github.io/did-key-spec/).
    b"z6Mk",
];
/// How names of files end, and of hosts.
const ENDINGS: &[&[u8]] = &[
    b".pem",
    b".key",
    b".json",
    b".txt",
    b".yml",
    b".yaml",
    b".crt",
    b".p12",
    b".jks",
    b".html",
    b".php",
    b".js",
    b".py",
    b".env",
    b".secret",
    b".token",
    b".xml",
    b".properties",
    b"()",
    b".svg",
    b".png",
    b".com",
    b".org",
];

/// Addresses, paths, hashes of passwords, dates and format strings: they stand where secrets stand and are none.
pub(super) fn is_no_value(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let windows_path = matches!(value, [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    BEGINNINGS.iter().any(|start| value.starts_with(start)) && !is_random_behind_its_sign(value)
        || ENDINGS.iter().any(|end| lower.ends_with(end))
        || windows_path
        || has(value, b"://")
        || value.iter().all(|byte| byte.is_ascii_digit() || b".:-/ T".contains(byte))
            && value.len() != 8
            && value.iter().any(|byte| !byte.is_ascii_digit())
        || has(value, b"%s")
        || has(value, b"{}")
        || has(value, b"{0}")
}

/// A random value may begin with any sign; what refers to something goes on in words.
fn is_random_behind_its_sign(value: &[u8]) -> bool {
    matches!(value, [b'/', rest @ ..] if value.len() >= 20 && classes(rest) >= 3 && !is_wordy(rest))
        || matches!(value, [b'&' | b'*', rest @ ..] if value.len() >= 8 && classes(rest) >= 3 && !is_wordy(rest))
}

/// Prose, markup, expressions: what programs have between quotes and behind equals signs.
pub(super) fn is_code(value: &[u8], setting: Setting) -> bool {
    let words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).count();
    let has = |part: &[u8]| has(value, part);
    let markup = value.array_windows().any(|pair| {
        matches!(pair, b"</" | b"/>" | b"->" | b"::" | b"=>" | b"&&" | b"||" | b"\\n" | b"\\s" | b"\\w" | b"\\d")
    }) && (words > 1 || is_wordy(value) || has(b"\\") || has(b"</") || setting == Setting::Bare)
        || has(b"();")
        || has(b" + ");
    let brace = matches!(value, [b'{' | b'(' | b'[', ..] | [b'^', .., b'$']);
    // What is joined to a string that ends before it.
    let joined = matches!(value, [b'.', b'$', ..] | [b'+', b' ', ..] | [b' ', b'+' | b'.', ..] | [b',' | b')', ..])
        || matches!(value, [b'+', .., b'(' | b'+']);
    let member = setting == Setting::Bare
        && (value.contains(&b'.') && is_wordy(value) || value.iter().any(|byte| b"()[]{}".contains(byte)));
    let call = setting != Setting::Quoted && (has(b"(") && has(b")") || begins_call(value));
    let looked_up =
        setting != Setting::Quoted && (has(b"[\"") || has(b"['") || has(b"os.environ") || has(b"process.env"));
    // What a framework has to check (`required|min:6`), and the full name of a class.
    let checks = has(b"|") && is_wordy(value);
    let qualified = memchr::memchr_iter(b'.', value).count() >= 2
        && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(byte))
        && !value.last().is_some_and(u8::is_ascii_digit)
        && is_wordy(value);
    checks
        || qualified
        || looked_up
        || words > 2 && !is_grouped(value)
        || (words == 2 && is_wordy(value))
        || markup
        || brace
        || joined
        || member
        || call
}

/// Whether a value begins like a call that goes on behind white space: `dict(required=`.
fn begins_call(value: &[u8]) -> bool {
    let name = value.iter().take_while(|byte| byte.is_ascii_lowercase() || b"_.".contains(byte)).count();
    name >= 3 && value.get(name) == Some(&b'(') && is_wordy(&value[..name])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_joins_two_strings_is_none() {
        for value in ["+fmt.Sprintf(", "+strconv.Quote(", "+name+"] {
            assert!(is_code(value.as_bytes(), Setting::Quoted), "{value}");
        }
    }

    #[test]
    fn what_a_framework_checks_and_the_name_of_a_class_are_none() {
        for value in ["required|min:6|confirmed", "django.contrib.auth.hashers.PBKDF2PasswordHasher"] {
            assert!(is_code(value.as_bytes(), Setting::Quoted), "{value}");
        }
        assert!(!is_code(b"Dragon.Michelle.Banana69", Setting::Quoted));
    }
}
