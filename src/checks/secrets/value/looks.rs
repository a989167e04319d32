//! How much a value is like a password or like a secret: by its length, its alphabet, and whether its letters follow each other as in words.

use super::shape::{classes, is_grouped, is_name, is_uuid};
use crate::checks::secrets::filters::{self, has};
use crate::checks::secrets::likeness::{is_leet, is_wordy, wordiness};
use crate::checks::secrets::names;
use crate::checks::secrets::score::Part;

/// How much a value is like a password, where one stands; `None` where it is none.
pub(in crate::checks::secrets) fn password(value: &[u8]) -> Option<Part> {
    let characters = String::from_utf8_lossy(value).chars().count();
    if !(4..=128).contains(&characters)
        || filters::is_stock_word(value)
        || filters::placeholder(value).is_some()
        || is_escaped_text(value)
        || is_reserved(value)
    {
        return None;
    }
    if is_grouped(value) {
        return Some(Part::new(4, "its value is letters in groups, as passwords for programs are"));
    }
    let (wordy, leet) = (is_wordy(value), is_leet(value));
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    // What names another thing is none.
    if digits < 2 && !leet && (names::classify(value).is_some() && wordy || is_name(value)) {
        return None;
    }
    let symbols = value.iter().filter(|byte| !byte.is_ascii_alphanumeric()).count();
    let letters = value.len() - digits - symbols;
    let folded = unleet(value);
    let speaks_of_itself = ["password", "passwd"].iter().any(|word| has(&folded, word.as_bytes()));
    if speaks_of_itself && digits == 0 && value.iter().all(|byte| byte.is_ascii_alphabetic() || b"_-. ".contains(byte))
    {
        return None;
    }
    if speaks_of_itself || filters::is_stock_word(&folded) || digits < 2 && is_name(&folded) {
        return Some(Part::new(0, "its value is a common word, changed a little"));
    }
    let mixed = classes(value) >= 3 || (classes(value) == 2 && digits > 0);
    let is_word = is_wordy(stem(value)) || is_wordy(&folded);
    let humps = value.array_windows().filter(|[a, b]| a.is_ascii_lowercase() && b.is_ascii_uppercase()).count();
    let is_identifier = value[0].is_ascii_lowercase() && humps >= 2 && symbols == 0;
    let looks = match () {
        () if is_word && is_identifier && !leet => Part::new(0, "its value is like a name in a program"),
        () if value.iter().any(u8::is_ascii_whitespace) && wordiness(value) > 0 => Part::new(0, "its value is words"),
        () if is_word && (digits >= 2 || leet) && characters >= 6 => Part::new(2, "its value is words with digits"),
        () if is_word && digits > 0 && (mixed && characters >= 8 || symbols > 0 && characters >= 6) => {
            Part::new(2, "its value is words with digits or symbols")
        }
        () if is_word && symbols > 0 && mixed && characters >= 8 => {
            Part::new(2, "its value is words with digits or symbols")
        }
        () if is_word || wordy => Part::new(0, "its value is a word"),
        () if letters == 0 && symbols == 0 => Part::new(i32::from(characters >= 6), "its value is a number"),
        () if value.len() >= 16 && value.iter().all(u8::is_ascii_hexdigit) => {
            Part::new(2, "its value is random hexadecimal, as the digest of one is")
        }
        () if mixed && characters >= 8 => Part::new(4, "its value is mixed like one"),
        () if mixed && characters >= 6 => Part::new(3, "its value is mixed like one"),
        () if mixed => Part::new(1, "its value is short, and mixed like one"),
        () if characters >= 8 => Part::new(3, "its letters follow each other as in no word"),
        () if wordiness(value) < -10 => Part::new(3, "its letters follow each other as in no word"),
        () => Part::new(1, "its letters follow each other as in few words"),
    };
    Some(looks)
}

/// How much a value is like a secret, a token or a key; `None` where it is none.
pub(in crate::checks::secrets) fn secret(value: &[u8]) -> Option<Part> {
    if value.len() < 8
        || value.len() > 512
        || !value.iter().all(u8::is_ascii_graphic)
        || filters::placeholder(value).is_some()
        || is_algorithm(value)
        || is_escaped_text(value)
        || is_name(value)
    {
        return None;
    }
    if is_uuid(value) {
        return Some(Part::new(2, "its value is a UUID, which some providers give out as keys"));
    }
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let symbols = value.len() - digits - letters;
    if letters == 0 || symbols * 3 > value.len() {
        return None;
    }
    if value.iter().all(u8::is_ascii_hexdigit) {
        let enough = digits > 0 && value.len() >= 16 && filters::entropy(value) > 2.6;
        return enough.then(|| Part::new(3 + i32::from(value.len() >= 24), "its value is random hexadecimal"));
    }
    if is_wordy(value) || filters::entropy(value) < if value.len() < 16 { 2.7 } else { 3.0 } {
        return None;
    }
    let random = wordiness(value) < -4;
    let mixed = digits > 0 || classes(value) >= 3;
    let points = match value.len() {
        // Letters alone are told by their neighbours, and few letters have few of them.
        20.. if random || mixed => 4,
        16.. if random && mixed => 3,
        16.. if random => 2,
        12.. if random && digits > 0 => 2,
        8.. if random && digits > 0 && classes(value) >= 2 => 1,
        _ => return None,
    };
    let points = if value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-+/=.~:!@#$^&*?%".contains(byte)) {
        points
    } else {
        points - 2
    };
    Some(Part::new(points, "its value is random"))
}

/// How much a value is like a secret that somebody chose, as secrets are that sign sessions and tokens; `None` where it is none. A name that does not
/// say `secret` says too little for that.
pub(super) fn chosen(value: &[u8], name: &[u8]) -> Option<Part> {
    let says_secret = has(&name.to_ascii_lowercase(), b"secret");
    let is_changed = value.iter().any(u8::is_ascii_digit) || value.iter().any(|byte| b"!@#$%^&*?".contains(byte));
    let looks = password(value).filter(|looks| looks.points >= 2)?;
    (says_secret
        && is_changed
        && value.len() >= 8
        && !is_algorithm(value)
        && !value.contains(&b'/')
        && !is_versioned(value))
    .then(|| {
        // A secret's name and a number stand in for one as often as they are one.
        let is_numbered = names::classify(stem(value)).is_some();
        Part::new(looks.points - if is_numbered { 2 } else { 1 }, "its value is one that somebody chose")
    })
}

/// Whether all digits of a value are those of a version or a number behind a name: `db-secret-v2`, `secret-1`. A year is neither.
fn is_versioned(value: &[u8]) -> bool {
    let mut words = value.rsplit(|byte| b"-_.".contains(byte));
    let last = words.next().unwrap_or_default();
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let is_year = matches!(last, [b'1', b'9', _, _] | [b'2', b'0', _, _]);
    (digits(last) && !is_year || matches!(last, [b'v', rest @ ..] if digits(rest)))
        && !words.any(|word| word.iter().any(u8::is_ascii_digit))
}

/// A value without the digits and symbols at its end.
fn stem(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |last| last + 1);
    &value[..end]
}

/// A value with letters for the digits and signs that people write in their place, without those at its end.
fn unleet(value: &[u8]) -> Vec<u8> {
    let end = value.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |last| last + 1);
    value[..end]
        .iter()
        .map(|byte| match byte {
            b'0' => b'o',
            b'1' | b'!' => b'i',
            b'3' => b'e',
            b'4' | b'@' => b'a',
            b'5' | b'$' => b's',
            b'7' => b't',
            other => other.to_ascii_lowercase(),
        })
        .collect()
}

/// Names of algorithms: they stand beside keys, and are letters and digits in no order that words have.
fn is_algorithm(value: &[u8]) -> bool {
    const PARTS: &[&[u8]] = &[
        b"hmac",
        b"pbkdf2",
        b"sha1",
        b"sha256",
        b"sha384",
        b"sha512",
        b"sha-",
        b"aes-",
        b"aes/",
        b"aes_",
        b"aes128",
        b"aes256",
        b"rsa-",
        b"rsa_",
        b"rsa/",
        b"ecdsa",
        b"ed25519",
        b"oauth",
        b"scrypt",
        b"bcrypt",
        b"_request",
        b"pkcs",
        b"x25519",
        b"secp256",
        b"oaep",
        b"utf-8",
        b"utf8",
        b"sigv4",
    ];
    let lower = value.to_ascii_lowercase();
    value.len() < 44 && PARTS.iter().any(|part| has(&lower, part))
}

/// Words that programs give a meaning where a password stands.
fn is_reserved(value: &[u8]) -> bool {
    value.starts_with(b"--") || value.starts_with(b"<") || value.ends_with(b">") || value.ends_with(b"()")
}

/// Whether a value is a text of another language, written in escapes.
fn is_escaped_text(value: &[u8]) -> bool {
    let escape = |window: &[u8; 6]| window.starts_with(b"\\u") && window[2..].iter().all(u8::is_ascii_hexdigit);
    value.array_windows().any(escape)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(value: &str) -> Option<i32> {
        password(value.as_bytes()).map(|part| part.points)
    }

    #[test]
    fn passwords_are_weighed_by_how_hard_they_are_to_think_up() {
        assert_eq!(points("Zk3v9QpL1xW8"), Some(4));
        assert_eq!(points("kq3vx9"), Some(3));
        assert_eq!(points("qzvfkdpwx"), Some(3));
        assert_eq!(points("Summer2024!"), Some(2));
        assert_eq!(points("5unsh1ne99"), Some(2));
        assert_eq!(points("sunshine"), Some(0));
        assert_eq!(points("minLength8AndDigit1"), Some(0));
        assert_eq!(points("P@ssw0rd"), Some(0));
        assert_eq!(points("P@ssw0rd123"), Some(0));
        assert_eq!(points("my_s3cret"), Some(0));
        assert_eq!(points("w1ntersun"), Some(2));
        assert_eq!(points("qkzj wvtp xhmd bfnr"), Some(4));
        for none in ["abc", "password", "changeme", "${X}", "db_password", "\\u0160patn\\u00E9"] {
            assert_eq!(points(none), None, "{none}");
        }
    }

    #[test]
    fn secrets_are_weighed_by_length_and_alphabet() {
        let points = |value: &str| secret(value.as_bytes()).map(|part| part.points);
        assert_eq!(points("9f86d081884c7d659a2feaa0c55ad015"), Some(4));
        assert_eq!(points("kqwzhbtnvxcmjrlpqzvf"), Some(4));
        assert_eq!(points("Zk3v9QpL1xW8"), Some(2));
        for none in
            ["PBKDF2WithHmacSHA256", "mySecretTokenName", "customer_identifier", "accessToken", "12345678901234567890"]
        {
            assert_eq!(points(none), None, "{none}");
        }
    }

    #[test]
    fn a_secret_that_somebody_chose_counts_where_the_name_says_secret() {
        let points = |value: &str, name: &str| chosen(value.as_bytes(), name.as_bytes()).map(|part| part.points);
        assert_eq!(points("kQ8-purple-otter", "SESSION_SECRET"), Some(1));
        assert_eq!(points("purple-otter-2019", "SESSION_SECRET"), Some(1));
        assert_eq!(points("jwtsecret4711", "JWT_SECRET"), Some(0));
        for (value, name) in [
            ("kQ8-purple-otter", "session_token"),
            ("purple-otter-v2", "SESSION_SECRET"),
            ("purple-otter-123", "SESSION_SECRET"),
            ("projects/otter7/secrets/db", "client_secret"),
            ("purple otter", "secret"),
        ] {
            assert_eq!(points(value, name), None, "{value}");
        }
    }
}
