//! Names a finding for ever: a keyed hash of the rule's family and the secret as it is meant, however it is written.
//!
//! Neither path nor line nor commit is in it, so it outlives a rebase, a squash, a rename and a new format of the file. It is keyed, so that
//! nobody can guess a weak password from a report.

use std::borrow::Cow;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::pattern::{Finder, Pattern};
use super::{private_key, proof};
use crate::finding::Fingerprint;
use crate::secret::Secret;
use crate::text::hex;

/// The fewest characters of a secret that is told apart from what only looks like base64.
const SHORTEST: usize = 8;

/// HMAC-SHA-256 (RFC 2104) of family and secret, cut to 128 bits.
pub(super) fn of(key: &[u8], pattern: &Pattern, secret: &Secret) -> Option<Fingerprint> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(pattern.rule.family.as_bytes());
    mac.update(&[0]);
    mac.update(&meant(pattern.finder, secret.expose()));
    let digest = mac.finalize().into_bytes();
    Some(Fingerprint(hex(&digest[..16])))
}

/// What is the same wherever the secret is written: a private key without its wrapping, any other without the escapes of the language
/// around it, and out of base64.
fn meant(finder: Finder, secret: &[u8]) -> Cow<'_, [u8]> {
    if finder == Finder::PrivateKey
        && let Some(body) = private_key::decoded(secret).filter(|body| !body.is_empty())
    {
        return body.into();
    }
    let plain = unescaped(secret);
    match plain_text(&plain) {
        Some(text) => text.into(),
        None => plain,
    }
}

/// Without what wraps it in a string, and without backslashes before what is neither letter nor digit: `\/` in JSON is `/`.
fn unescaped(secret: &[u8]) -> Cow<'_, [u8]> {
    let is_wrapping = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`');
    let start = secret.iter().take_while(|byte| is_wrapping(byte)).count();
    let end = secret.len() - secret[start..].iter().rev().take_while(|byte| is_wrapping(byte)).count();
    let inner = &secret[start..end];
    if memchr::memchr(b'\\', inner).is_none() {
        return inner.into();
    }
    let is_escape = |at: usize| {
        inner[at] == b'\\' && inner.get(at + 1).is_none_or(|next| next.is_ascii_punctuation() && *next != b'\\')
    };
    (0..inner.len()).filter(|at| !is_escape(*at)).map(|at| inner[at]).collect()
}

/// The printable text that it is the base64 of; random bytes are none.
fn plain_text(secret: &[u8]) -> Option<Vec<u8>> {
    let decoded = proof::decode_base64(secret)?;
    let is_text = decoded.len() >= SHORTEST && decoded.iter().all(|byte| matches!(byte, b' '..=b'~'));
    is_text.then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::super::patterns;
    use super::*;
    use crate::rule::Rule;

    fn named(rule: &str, secret: &str) -> String {
        let pattern = patterns().find(|pattern| pattern.rule.id == rule).expect("a pattern");
        of(&[7; 32], pattern, &Secret::new(secret.as_bytes())).expect("a fingerprint").0
    }

    #[test]
    fn a_secret_has_one_name_however_it_is_written() {
        let plain = named("generic-password", "Tr0ub/4dor=and3");
        for written in ["\"Tr0ub/4dor=and3\"", "Tr0ub\\/4dor\\=and3", "VHIwdWIvNGRvcj1hbmQz", "VHIwdWIvNGRvcj1hbmQz\n"]
        {
            assert_eq!(named("generic-password", written), plain, "{written}");
        }
        assert_ne!(named("generic-password", "Tr0ub/4dor=and4"), plain);
        assert_ne!(named("generic-secret", "Tr0ub/4dor=and3"), plain, "each family has names of its own");
    }

    #[test]
    fn a_private_key_has_the_name_of_its_body() {
        let key = |end: &str, before: &str| {
            let body = ["MC4CAQAwBQYDK2VwBCIEIHk3Zp", "Q9wLxT2vRmNc8sYbKdJhGfUeAo"];
            let label = concat!("PRIVATE", " KEY");
            format!(
                "-----BEGIN {label}-----{end}{before}{}{end}{before}{}{end}{before}-----END {label}-----",
                body[0], body[1]
            )
        };
        let rule = patterns().find(|pattern| pattern.finder == Finder::PrivateKey).expect("a pattern").rule.id;
        let plain = named(rule, &key("\n", ""));
        for (end, before) in [("\r\n", ""), ("\\n", ""), ("\n", "    "), ("\\n\" +\n", "  \"")] {
            assert_eq!(named(rule, &key(end, before)), plain, "{end:?} {before:?}");
        }
    }

    #[test]
    fn a_rule_that_is_renamed_or_split_gives_the_same_names() {
        let old = patterns().find(|pattern| pattern.rule.id == "generic-password").expect("a pattern");
        let named = |pattern: &Pattern| of(&[7; 32], pattern, &Secret::new(b"Tr0ub/4dor=and3")).expect("a fingerprint");
        for id in ["generic-passphrase", "generic-database-password"] {
            let new = Pattern { rule: Rule { id, ..old.rule }, ..old.clone() };
            assert_eq!(named(&new), named(old));
            let other = Pattern { rule: Rule { family: id, ..new.rule }, ..new };
            assert_ne!(named(&other), named(old), "without the family it would be another finding");
        }
    }

    #[test]
    fn a_rule_without_a_family_is_its_own() {
        assert!(patterns().all(|pattern| !pattern.rule.family.is_empty()));
    }
}
