//! What a value is like: words, or random characters.
//!
//! People write words, and programs write identifiers, which are made of words. In both some letters follow each other far more often than by
//! chance, and letters, digits and cases stay together. Each pair of neighbours speaks for the one or for the other, by the logarithm of how much
//! likelier it is there; what counts is the sum.

/// For each letter how much likelier each letter is behind it in words than by chance: half bits, as a hexadecimal digit from which [`EVEN`] is taken.
/// Counted in 64,000 words of the sources and documentation of ten public projects, a word that is met four times as often counting twice.
const FOLLOWERS: [&[u8; 26]; 26] = [
    b"69aa2584937cad281cac865374",
    b"e664d225c72d41c30a94c13070",
    b"c171c30d90ba43e3096c900052",
    b"c559f446d30746b309a3a32162",
    b"95ac7772615a9d485eca575843",
    b"c157cb41e00a44d52b89a00070",
    b"d332e589c04949b40ba6b34060",
    b"e144e101c11665d4096aa04050",
    b"97a99792257a9eb719bb270447",
    b"f335e020c26034c501a0c07000",
    b"e334e456d26847b309a8b46060",
    b"d448e543d44b43c40199940090",
    b"ea34e414c23695cc0384a14050",
    b"c2acb7d3b46538a302bd762062",
    b"67994672747aae8a0daaa88332",
    b"d155d337a03b22ca0d8ba02060",
    b"a0552001600b35723578f42010",
    b"d677e571c07687c508aa953081",
    b"a291d32ac0a755a924bea45062",
    b"c073e51bd01743b60ba9913280",
    b"9988a784937bad4a0dbc434334",
    b"e042f110e00614b20763630030",
    b"f355d10ad0461ac30aa4605051",
    b"b3b7c705c007817e057e500680",
    b"d586c453a468aabc09b9945046",
    b"e645f044d24658a00455955097",
];
/// The digit of a pair that says nothing.
const EVEN: i32 = 9;
/// What a change between letters and digits, or into another case, says: in random base62 three of five neighbours are one.
const BREAK: i32 = -3;
/// The fewest letters of a word that stands among other characters.
const SHORTEST_WORD: usize = 4;

/// How much a value is like words, in half bits: above zero it is, below it is random.
#[must_use]
pub(super) fn wordiness(value: &[u8]) -> i32 {
    value.array_windows().map(|[a, b]| pair(*a, *b)).sum()
}

fn pair(a: u8, b: u8) -> i32 {
    match (a, b) {
        // A hump of camel case is as common as its words are short.
        _ if a.is_ascii_lowercase() && b.is_ascii_uppercase() => BREAK,
        _ if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
            let digit =
                FOLLOWERS[usize::from(a.to_ascii_lowercase() - b'a')][usize::from(b.to_ascii_lowercase() - b'a')];
            char::from(digit).to_digit(16).and_then(|digit| i32::try_from(digit).ok()).unwrap_or(0) - EVEN
        }
        _ if a.is_ascii_digit() && b.is_ascii_digit() => 0,
        _ if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() => BREAK,
        _ => 0,
    }
}

/// Whether a value is made of words: as a whole, or most of its letters stand in words.
#[must_use]
pub(super) fn is_wordy(value: &[u8]) -> bool {
    let letters = value.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let separators = value.iter().filter(|byte| b"_-./: ".contains(byte)).count();
    if value.is_empty() || (letters + separators) * 10 < value.len() * 7 {
        return false;
    }
    wordiness(value) > 0 || letters_in_words(value) * 100 > letters * 55
}

/// Whether a digit stands in a word for one of its letters, as people write passwords: `w1nter`, `4dm1n`.
#[must_use]
pub(super) fn is_leet(value: &[u8]) -> bool {
    // Others stand for no letter that they look like.
    let stands_in = |byte: u8| b"013457".contains(&byte);
    let begins = matches!(value, [first, second, ..] if stands_in(*first) && second.is_ascii_lowercase());
    begins
        || value.array_windows().any(|[a, b, c]| a.is_ascii_alphabetic() && stands_in(*b) && c.is_ascii_lowercase())
        || value
            .array_windows()
            .any(|[a, b, c, d]| a.is_ascii_alphabetic() && stands_in(*b) && stands_in(*c) && d.is_ascii_lowercase())
}

/// How many letters stand in words.
fn letters_in_words(value: &[u8]) -> usize {
    // A word begins with a capital, or goes on in the same case.
    let goes_on = |a: &u8, b: &u8| {
        b.is_ascii_lowercase() && a.is_ascii_alphabetic() || a.is_ascii_uppercase() && b.is_ascii_uppercase()
    };
    value.chunk_by(goes_on).filter(|run| run.len() >= SHORTEST_WORD && wordiness(run) > 4).map(<[u8]>::len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_random_characters() {
        for value in [
            "mySecretTokenName",
            "application_secret_key",
            "hunter",
            "sunshine",
            "michelle",
            "correct-horse-battery",
            "provideInjectKey",
            "x-amz-security-token",
            "aws4_request",
        ] {
            assert!(is_wordy(value.as_bytes()), "{value}");
        }
        for value in [
            "Zk3v9QpL1xW8",
            "c2VjcmV0LWtleS0x",
            "xQzJkVwPfGhBnMtR",
            "9f86d081884c7d65",
            "qzvfkdpw",
            "kqwzhbtnvxcmjrlp",
            "WXQZJHKPLVBNTRCF",
        ] {
            assert!(!is_wordy(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn digits_that_stand_for_letters_are_told_from_those_of_a_number() {
        for value in ["w1nter", "4dm1n", "B0bsPass1", "sess10n"] {
            assert!(is_leet(value.as_bytes()), "{value}");
        }
        for value in ["winter1", "oauth2Token", "s3_secret", "key-2", "base64encode", "i18n"] {
            assert!(!is_leet(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn random_letters_are_seldom_taken_for_words_and_words_seldom_for_random_letters() {
        // Letters by a linear congruence: any that are not chosen by hand will do.
        let mut state = 1_u32;
        let mut letter = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            b'a' + u8::try_from((state >> 16) % 26).expect("below 26")
        };
        let taken = (0..1000).filter(|_| is_wordy(&(0..12).map(|_| letter()).collect::<Vec<_>>())).count();
        assert!(taken < 40, "{taken} of 1,000");
        let text = include_str!("../../lib.rs");
        let words: Vec<&str> =
            text.split(|character: char| !character.is_ascii_alphabetic()).filter(|word| word.len() > 5).collect();
        let lost = words.iter().filter(|word| !is_wordy(word.as_bytes())).count();
        assert!(lost * 10 < words.len(), "{lost} of {}", words.len());
    }
}
