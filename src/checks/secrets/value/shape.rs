//! What a value is by its shape alone: a UUID, a hash, bytes in escapes, base64 of a text, the name of a secret.

use crate::checks::secrets::filters;
use crate::checks::secrets::likeness::{is_leet, is_wordy, wordiness};
use crate::checks::secrets::names;
use crate::checks::secrets::proof::decode_base64;

/// Whether it is 32 hex digits, in the groups of a UUID.
pub(in crate::checks::secrets) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value
            .iter()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

/// Whether it is the hash of a password, with the sign of how it was made before it (crypt(5)).
pub(in crate::checks::secrets) fn is_hash(value: &[u8]) -> bool {
    value.len() >= 20 && value.starts_with(b"$") && memchr::memchr_iter(b'$', value).count() >= 3
}

/// Whether a value is bytes, some of them written as escapes: `_5#y\xecL]/`.
pub(super) fn is_binary(value: &[u8]) -> bool {
    let is_escape = |window: &&[u8; 4]| window.starts_with(b"\\x") && window[2..].iter().all(u8::is_ascii_hexdigit);
    // What a text of C ends with makes no bytes of it.
    let value = value.strip_suffix(br"\x00").unwrap_or(value);
    (12..=256).contains(&value.len())
        && value.array_windows::<4>().filter(is_escape).count() > 0
        && !is_wordy(value)
        && filters::placeholder(value).is_none()
}

/// Whether a value is the name of a secret and not one: `my_password`, `DB_PASSWORD`, `store-pass`, `accessToken`.
pub(in crate::checks::secrets) fn is_name(value: &[u8]) -> bool {
    let joined = value.iter().any(|byte| b"_-.".contains(byte))
        || value.array_windows().any(|[a, b]| a.is_ascii_lowercase() && b.is_ascii_uppercase());
    let word = value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte));
    let wordy = is_wordy(value) || value.iter().all(|byte| byte.is_ascii_lowercase() || b"_-.".contains(byte));
    // One digit numbers things of the same name; more are a part of a password.
    let tail = value.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    joined && word && wordy && tail < 2 && !is_leet(value) && names::classify(value).is_some()
}

/// Whether a value is four groups of four letters, as Google gives out passwords for a single program.
pub(super) fn is_grouped(value: &[u8]) -> bool {
    value.len() == 19
        && value
            .chunks(5)
            .all(|group| group[..4].iter().all(u8::is_ascii_lowercase) && group.get(4).is_none_or(|gap| *gap == b' '))
        && !value.chunks(5).any(|group| is_wordy(&group[..4]) && wordiness(&group[..4]) > 4)
}

/// What a value is where it is base64 of a printable text; the password where that is a user's name and a password.
pub(in crate::checks::secrets) fn inner(value: &[u8]) -> Option<Vec<u8>> {
    if value.len() < 8
        || value.len() % 4 == 1
        || !value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_".contains(byte))
    {
        return None;
    }
    let mut decoded = decode_base64(value)?;
    while decoded.last() == Some(&b'\n') {
        decoded.pop();
    }
    if decoded.len() < 4 || !decoded.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
        return None;
    }
    match memchr::memchr(b':', &decoded) {
        Some(colon) if colon + 1 < decoded.len() && !decoded.starts_with(b"{") => Some(decoded.split_off(colon + 1)),
        _ => Some(decoded),
    }
}

/// How many of lower case, upper case, digits and symbols are in it.
pub(super) fn classes(value: &[u8]) -> usize {
    let has = |is: fn(&u8) -> bool| usize::from(value.iter().any(is));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(|byte| !byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_of_a_password_is_told_from_a_password() {
        assert!(is_hash(&[&b"$2b$10$"[..], &[b'q'; 53]].concat()));
        assert!(!is_hash(b"$ecret$and$more"));
    }

    #[test]
    fn bytes_in_escapes_are_told_from_text_with_some() {
        assert!(is_binary(br#"Kq\x0b_7#y8L"G4R9z\n\xec]/"#));
        assert!(!is_binary(br"Invalid token\x21 try again"));
        assert!(!is_binary(br"\x00\x00\x00\x00\x00\x00"));
    }

    #[test]
    fn base64_of_a_text_is_read_as_the_text() {
        assert_eq!(inner(b"dXNlcjpzM2NyM3Q=").as_deref(), Some(&b"s3cr3t"[..]));
        assert_eq!(inner(b"c2VjcmV0").as_deref(), Some(&b"secret"[..]));
        assert_eq!(inner(b"Zk3v9QpL1xW8"), None);
    }
}
