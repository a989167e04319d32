//! Checks that a token carries in itself. A failed proof drops the match, a passed one leaves no doubt.

use super::format::Proof;
use super::private_key;

/// What a proof says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is what it looks like, for this reason.
    Passed(&'static str),
    /// It is not.
    Failed,
    /// This form carries no proof.
    Open,
}

/// Asks `secret` for its proof.
#[must_use]
pub(super) fn prove(proof: Proof, secret: &[u8]) -> Outcome {
    match proof {
        Proof::Crc32Base62 => crc32_base62(secret),
        Proof::Jwt => jwt(secret),
        Proof::PrivateKey => private_key::prove(secret),
        Proof::MacaroonPypi => macaroon_pypi(secret),
        Proof::Base64 => passed_if(decode_base64(secret).is_some(), "it decodes as base64"),
        Proof::BasicAuth => basic_auth(secret),
    }
}

fn passed_if(holds: bool, what: &'static str) -> Outcome {
    if holds { Outcome::Passed(what) } else { Outcome::Failed }
}

/// GitHub and npm: "the last 6 characters are a 32-bit checksum in base62 of the 30 before"
/// (<https://github.blog/engineering/behind-githubs-new-authentication-token-formats/>). It covers what stands behind the prefix's `_`.
fn crc32_base62(secret: &[u8]) -> Outcome {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let random = secret.iter().position(|byte| *byte == b'_').map_or(secret, |prefix| &secret[prefix + 1..]);
    let Some((random, stated)) = random.split_last_chunk::<6>() else { return Outcome::Open };
    if random.len() != 30 {
        return Outcome::Open;
    }
    let mut checksum = crc32fast::hash(random);
    let mut expected = [b'0'; 6];
    for digit in expected.iter_mut().rev() {
        *digit = DIGITS[(checksum % 62) as usize];
        checksum /= 62;
    }
    passed_if(expected == *stated, "its checksum is right")
}

/// RFC 7519: header and payload are base64url of JSON objects, and the header has `alg` (RFC 7515, 4.1.1).
fn jwt(secret: &[u8]) -> Outcome {
    let mut parts = secret.split(|byte| *byte == b'.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else { return Outcome::Failed };
    let object = |part: &[u8]| {
        let value: serde_json::Value = serde_json::from_slice(&decode_base64(part)?).ok()?;
        value.as_object().cloned()
    };
    let Some(header) = object(header) else { return Outcome::Failed };
    // The payload of an encrypted token (RFC 7516) is a key, not JSON.
    let holds = header.contains_key("alg") && (header.contains_key("enc") || object(payload).is_some());
    passed_if(holds, "its header and payload decode")
}

/// `PyPI`'s tokens are macaroons in the binary format: the second version byte, then the location `pypi.org`
/// (<https://warehouse.pypa.io/development/token-scanning.html>).
fn macaroon_pypi(secret: &[u8]) -> Outcome {
    let Some(body) = secret.iter().position(|byte| *byte == b'-').map(|prefix| &secret[prefix + 1..]) else {
        return Outcome::Failed;
    };
    let Some(decoded) = decode_base64(body) else { return Outcome::Open };
    passed_if(
        memchr::memmem::find(&decoded, b"pypi.org").is_some_and(|at| at < 24),
        "it decodes to a macaroon of pypi.org",
    )
}

/// RFC 7617: base64 of a name, a colon and a password.
fn basic_auth(secret: &[u8]) -> Outcome {
    let Some(decoded) = decode_base64(secret) else { return Outcome::Failed };
    let Some(colon) = memchr::memchr(b':', &decoded) else { return Outcome::Failed };
    let password = &decoded[colon + 1..];
    let printable = decoded.iter().all(|byte| !byte.is_ascii_control());
    let dummy = super::filters::placeholder(password).is_some() || super::filters::is_stock_word(password);
    passed_if(printable && password.len() >= 4 && !dummy, "it decodes to a name and a password")
}

/// Decodes base64 of either alphabet (RFC 4648, 4 and 5), with or without padding. White space and escaped newlines may stand in it;
/// anything else makes it `None`.
#[must_use]
pub(super) fn decode_base64(text: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    let mut rest = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
    for byte in rest.by_ref() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 1;
        if count == 4 {
            decoded.extend_from_slice(&bits.to_be_bytes()[1..]);
            (bits, count) = (0, 0);
        }
    }
    if rest.any(|byte| byte != b'=') {
        return None;
    }
    match count {
        0 => {}
        2 => decoded.push((bits >> 4).to_be_bytes()[3]),
        3 => decoded.extend_from_slice(&(bits >> 2).to_be_bytes()[2..]),
        _ => return None,
    }
    Some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_decodes_in_both_alphabets_with_and_without_padding() {
        for (text, bytes) in [
            ("", &b""[..]),
            ("Zg==", b"f"),
            ("Zm8", b"fo"),
            ("Zm9v", b"foo"),
            ("Zm9v\nYmE=", b"fooba"),
            ("-_-_", &[0xFB, 0xFF, 0xBF]),
        ] {
            assert_eq!(decode_base64(text.as_bytes()).as_deref(), Some(bytes), "{text}");
        }
        for text in ["Z", "Zm9v!", "Zg==Zg"] {
            assert_eq!(decode_base64(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn the_checksum_of_a_token_passes_and_a_changed_character_fails() {
        let random = "h7K2mPq9sT4vWx8zB3cD6fG1jL5nR0";
        let checksum = "3fL2uJ";
        let mut all: Vec<String> = Vec::new();
        let mut token = format!("gh{}_{random}", 'p');
        let digits: Vec<char> = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
        let mut value = crc32fast::hash(random.as_bytes()) as usize;
        for _ in 0..6 {
            all.insert(0, digits[value % 62].to_string());
            value /= 62;
        }
        token.push_str(&all.concat());
        assert_eq!(prove(Proof::Crc32Base62, token.as_bytes()), Outcome::Passed("its checksum is right"));
        let wrong = format!("gh{}_{random}{checksum}", 'p');
        assert_eq!(prove(Proof::Crc32Base62, wrong.as_bytes()), Outcome::Failed);
        assert_eq!(prove(Proof::Crc32Base62, b"npm_short"), Outcome::Open);
    }

    #[test]
    fn a_jwt_has_a_header_with_an_algorithm() {
        // {"alg":"HS256"} . {"sub":"1"} . anything
        let token = ["eyJhbGci", "OiJIUzI1NiJ9.eyJzdWIi", "OiIxIn0.c2ln"].concat();
        assert!(matches!(prove(Proof::Jwt, token.as_bytes()), Outcome::Passed(_)));
        let none = ["eyJ0eXAi", "OiJKV1QifQ.eyJzdWIi", "OiIxIn0.c2ln"].concat();
        assert_eq!(prove(Proof::Jwt, none.as_bytes()), Outcome::Failed);
    }
}
