//! Checks that a token carries in itself. A failed proof drops the match, a passed one leaves no doubt.

use super::format::Proof;
use super::private_key;
use crate::text::hex;

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
        Proof::Crc32Base36 => crc32_base36(secret),
        Proof::Crc32Hex => crc32_hex(secret),
        Proof::Bech32 => bech32(secret),
        Proof::Json => json(secret),
        Proof::Jwt => jwt(secret),
        Proof::PrivateKey => private_key::prove(secret),
        Proof::MacaroonPypi => macaroon_pypi(secret),
        Proof::Base64 => passed_if(decode_base64(secret).is_some(), "it decodes as base64"),
        Proof::BasicAuth => basic_auth(secret),
    }
}

const CHECKSUM: &str = "its checksum is right";

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
    passed_if(in_base(crc32fast::hash(random), DIGITS) == *stated, CHECKSUM)
}

/// GitLab's routable tokens: the payload, a version, its length in two characters, and the CRC-32 of all that in seven
/// (<https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/>).
fn crc32_base36(secret: &[u8]) -> Outcome {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    const LENGTH: usize = 2;
    let Some((stated_for, stated)) = secret.split_last_chunk::<7>() else { return Outcome::Open };
    let routable = stated_for.iter().rposition(|byte| *byte == b'.') == stated_for.len().checked_sub(LENGTH + 1);
    if !routable {
        return Outcome::Open;
    }
    passed_if(in_base(crc32fast::hash(stated_for), DIGITS) == *stated, CHECKSUM)
}

/// Grafana: eight hex digits of the CRC-32 of prefix and secret, the lowest byte first
/// (<https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/tokengen.go>).
fn crc32_hex(secret: &[u8]) -> Outcome {
    let Some(end) = secret.iter().rposition(|byte| *byte == b'_') else { return Outcome::Open };
    let expected = hex(&crc32fast::hash(&secret[..end]).to_le_bytes());
    passed_if(secret[end + 1..].eq_ignore_ascii_case(expected.as_bytes()), CHECKSUM)
}

/// `number` in as many digits as fill the result.
fn in_base<const LENGTH: usize, const BASE: usize>(mut number: u32, digits: &[u8; BASE]) -> [u8; LENGTH] {
    let mut written = [digits[0]; LENGTH];
    for digit in written.iter_mut().rev() {
        *digit = digits[number as usize % BASE];
        number = u32::try_from(number as usize / BASE).unwrap_or_default();
    }
    written
}

/// BIP 173: the checksum over the prefix and the characters behind the last `1`, each of five bits. age's keys
/// (<https://age-encryption.org/v1>) are longer than the 90 characters of an address, and so the checksum is weaker there but still right.
fn bech32(secret: &[u8]) -> Outcome {
    const CHARACTERS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let lower = secret.to_ascii_lowercase();
    let Some(end) = lower.iter().rposition(|byte| *byte == b'1') else { return Outcome::Failed };
    let value =
        |byte: &u8| (0_u8..).zip(CHARACTERS).find_map(|(value, character)| (character == byte).then_some(value));
    let Some(data) = lower[end + 1..].iter().map(value).collect::<Option<Vec<u8>>>() else { return Outcome::Failed };
    let prefix = &lower[..end];
    let high = prefix.iter().map(|byte| byte >> 5);
    let low = prefix.iter().map(|byte| byte & 31);
    let checksum = high.chain([0]).chain(low).chain(data).fold(1_u32, |checksum, value| {
        let top = checksum >> 25;
        let shifted = (checksum & 0x01ff_ffff) << 5 ^ u32::from(value);
        (0..5).filter(|bit| top >> bit & 1 == 1).fold(shifted, |checksum, bit| checksum ^ GENERATOR[bit])
    });
    passed_if(checksum == 1, CHECKSUM)
}

/// What begins with `{"`, in base64, is the beginning of an object; more may stand behind it.
fn json(secret: &[u8]) -> Outcome {
    let Some(start) = memchr::memmem::find(secret, b"eyJ") else { return Outcome::Open };
    let encoded = &secret[start..];
    let run = encoded.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte)).count();
    // One character over says nothing.
    let Some(decoded) = decode_base64(&encoded[..run - usize::from(run % 4 == 1)]) else { return Outcome::Failed };
    let first = serde_json::Deserializer::from_slice(&decoded).into_iter::<serde_json::Value>().next();
    passed_if(first.is_some_and(|value| value.is_ok_and(|value| value.is_object())), "its payload decodes")
}

/// RFC 7519: header and payload are base64url of JSON objects, and the header has `alg` (RFC 7515, 4.1.1).
fn jwt(secret: &[u8]) -> Outcome {
    let mut parts = secret.split(|byte| *byte == b'.');
    let (Some(header), Some(payload)) = (parts.next(), parts.next()) else { return Outcome::Failed };
    let Some(header) = object(header) else { return Outcome::Failed };
    // The payload of an encrypted token (RFC 7516) is a key, not JSON.
    let holds = header.contains_key("alg") && (header.contains_key("enc") || object(payload).is_some());
    passed_if(holds, "its header and payload decode")
}

/// The JSON object that a part of a token is.
fn object(part: &[u8]) -> Option<serde_json::Map<String, serde_json::Value>> {
    let value: serde_json::Value = serde_json::from_slice(&decode_base64(part)?).ok()?;
    value.as_object().cloned()
}

/// Whether a token is one that a test has made up: its claims say nothing but when it holds (RFC 7519, 4.1), or whose it is says that nobody has it.
#[must_use]
pub(super) fn is_made_up(token: &[u8]) -> bool {
    const TIMES: &[&str] = &["exp", "nbf", "iat"];
    const NOBODY: &[&str] = &["test", "mock", "fake", "example", "dummy", "wrong"];
    let Some(claims) = token.split(|byte| *byte == b'.').nth(1).and_then(object) else { return false };
    let says_nothing = claims.keys().all(|claim| TIMES.contains(&claim.as_str()));
    let is_nobody = |value: &serde_json::Value| {
        value.as_str().is_some_and(|value| NOBODY.iter().any(|word| value.to_ascii_lowercase().contains(word)))
    };
    says_nothing || claims.values().any(is_nobody)
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
    let Some(password) = basic_password(secret) else { return Outcome::Failed };
    let dummy = super::filters::placeholder(&password).is_some() || super::filters::is_stock_word(&password);
    passed_if(password.len() >= 4 && !dummy, "it decodes to a name and a password")
}

/// The password in a name and a password of basic authentication.
#[must_use]
pub(super) fn basic_password(secret: &[u8]) -> Option<Vec<u8>> {
    let mut decoded = decode_base64(secret)?;
    let colon = memchr::memchr(b':', &decoded)?;
    let printable = decoded.iter().all(|byte| !byte.is_ascii_control());
    printable.then(|| decoded.split_off(colon + 1))
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
    fn a_routable_token_of_gitlab_ends_with_the_checksum_of_all_before() {
        let before = ["glp", "at-bzoxCnU6MjM0YWJjZGVmZ2hpams.01.0r"].concat();
        let mut checksum = crc32fast::hash(before.as_bytes());
        let mut digits = Vec::new();
        for _ in 0..7 {
            digits.insert(0, char::from_digit(checksum % 36, 36).expect("a digit"));
            checksum /= 36;
        }
        let token = before + &digits.iter().collect::<String>();
        assert_eq!(prove(Proof::Crc32Base36, token.as_bytes()), Outcome::Passed(CHECKSUM));
        assert_eq!(prove(Proof::Crc32Base36, token.replace("Mj", "Mk").as_bytes()), Outcome::Failed);
        assert_eq!(prove(Proof::Crc32Base36, b"glpat-h7K2mPq9sT4vWx8zB3cD"), Outcome::Open);
    }

    #[test]
    fn grafana_writes_the_checksum_from_its_lowest_byte() {
        // The token that Grafana's own tests read (pkg/components/satokengen/tokengen_test.go).
        let token = ["gls", "a_yscW25imSKJIuav8zF37RZmnbiDvB05G_fcaaf58a"].concat();
        assert_eq!(prove(Proof::Crc32Hex, token.as_bytes()), Outcome::Passed(CHECKSUM));
        assert_eq!(prove(Proof::Crc32Hex, token.replace('W', "w").as_bytes()), Outcome::Failed);
    }

    #[test]
    fn an_age_key_has_the_checksum_of_bech32() {
        // The identity of age's own test vectors (c2sp.org/CCTV/age).
        let key = ["AGE-SECRET-", "KEY-1XMWWC06LY3EE5RYTXM9MFLAZ2U56JJJ36S0MYPDRWSVLUL66MV4QX3S7F6"].concat();
        assert_eq!(prove(Proof::Bech32, key.as_bytes()), Outcome::Passed(CHECKSUM));
        assert_eq!(prove(Proof::Bech32, key.replace("XMWW", "XMWC").as_bytes()), Outcome::Failed);
    }

    #[test]
    fn a_payload_is_an_object_whatever_stands_behind_it() {
        // {"iat":1,"org":"x"} _ and a signature
        let token = ["sntr", "ys_eyJpYXQiOjEsIm9yZyI6IngifQ==_c2lnbmF0dXJl"].concat();
        assert!(matches!(prove(Proof::Json, token.as_bytes()), Outcome::Passed(_)));
        assert!(matches!(prove(Proof::Json, token.replace("==", "").as_bytes()), Outcome::Passed(_)));
        assert_eq!(prove(Proof::Json, token.replace("pYX", "pYY").as_bytes()), Outcome::Failed);
    }

    #[test]
    fn a_token_whose_claims_name_nobody_is_made_up() {
        let token = |claims: [&str; 2]| ["eyJhbGci", "OiJIUzI1NiJ9.", &claims.concat(), ".c2ln"].concat();
        for claims in [
            // {"exp":1535037897}
            ["eyJleH", "AiOjE1MzUwMzc4OTd9"],
            // {"sub":"test-subject","exp":1}
            ["eyJzdW", "IiOiJ0ZXN0LXN1YmplY3QiLCJleHAiOjF9"],
            // {"iss":"https://idp.example.com"}
            ["eyJpc3", "MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSJ9"],
        ] {
            assert!(is_made_up(token(claims).as_bytes()), "{claims:?}");
        }
        for claims in [
            // {"sub":"anna","exp":1}
            ["eyJzdW", "IiOiJhbm5hIiwiZXhwIjoxfQ"],
            // {"scope":"admin"}
            ["eyJzY2", "9wZSI6ImFkbWluIn0"],
        ] {
            assert!(!is_made_up(token(claims).as_bytes()), "{claims:?}");
        }
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
