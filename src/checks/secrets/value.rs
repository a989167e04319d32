//! What a value says of itself: whether it can be a secret, and how much it is like one.

use super::filters::{self, has};
use super::likeness::{is_wordy, wordiness};
use super::names;
use super::pattern::{Named, Pattern};
use super::proof::decode_base64;
use super::score::{Part, Score};
use super::surroundings::{FileKind, Surroundings};

/// The syntax around a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    /// Between quotes: it is a value, but of what program?
    Quoted,
    /// In a place where only values stand: an `.env` file, an XML element, a flag of a command.
    Config,
    /// It may be code, or prose.
    Bare,
}

impl Setting {
    fn part(self) -> Part {
        match self {
            Self::Quoted => Part::new(1, "it stands between quotes"),
            Self::Config => Part::new(1, "it stands where a value stands"),
            Self::Bare => Part::NONE,
        }
    }
}

/// Where a name or a command leaves no doubt that what stands there is a password.
pub(super) const IN_ITS_PLACE: Part = Part::new(4, "it stands where a password stands");

/// Whether what a pattern finds is weighed as a password: it is one that somebody chose, whoever asks for it.
pub(super) fn is_weighed(pattern: &Pattern) -> bool {
    matches!(pattern.rule.provider, "generic" | "PostgreSQL")
}

/// Weighs `value`, which is given to `name`; where it cannot be a secret, why.
pub(super) fn weigh(
    value: &[u8],
    name: &[u8],
    spoken: names::Spoken,
    setting: Setting,
    place: Part,
    around: Surroundings,
) -> Result<Score, &'static str> {
    if around.kind == FileKind::Generated {
        return Err("a program has written the file");
    }
    if repeats_name(value, name) {
        return Err("its value is its name once more");
    }
    if is_no_value(value) {
        return Err("its value is an address, a path, a digest, a date or a reference");
    }
    if spoken.of == Named::Secret && setting == Setting::Quoted && is_binary(value) {
        let value = Part::new(3, "its value is bytes in escapes");
        return Ok(Score { name: spoken.part, syntax: setting.part(), value, place });
    }
    if is_code(value, setting) {
        return Err("its value is code, markup or a sentence");
    }
    // What is base64 of a text is what that text is.
    let inner = inner(value);
    let looks = match (spoken.of, &inner) {
        (Named::Password, None) => password(value),
        (Named::Password, Some(inner)) => password(inner),
        // Any name may be given a UUID; only one that speaks of a secret makes a key of it.
        (Named::Secret, None) if is_uuid(value) && spoken.part.points < 2 => None,
        (Named::Secret, None) => secret(value).or_else(|| chosen(value, name)),
        (Named::Secret, Some(inner)) => secret(inner).or_else(|| password(inner)),
    };
    let looks = looks.ok_or(match spoken.of {
        Named::Password => "its value stands in for a password, or is no possible one",
        Named::Secret => "its value stands in for a secret, or is not random enough for one",
    })?;
    // Where a name speaks of a key and of nothing else, a UUID is one.
    let looks = if is_uuid(value) && spoken.part.points >= 3 {
        Part::new(2, "its value is a UUID, which some providers give out as keys")
    } else {
        looks
    };
    Ok(Score { name: spoken.part, syntax: setting.part(), value: looks, place })
}

/// Whether a value is bytes, some of them written as escapes: `_5#y\xecL]/`.
fn is_binary(value: &[u8]) -> bool {
    let is_escape = |window: &&[u8; 4]| window.starts_with(b"\\x") && window[2..].iter().all(u8::is_ascii_hexdigit);
    (12..=256).contains(&value.len())
        && value.array_windows::<4>().filter(is_escape).count() > 0
        && !is_wordy(value)
        && filters::placeholder(value).is_none()
}

/// What a value is where it is base64 of a printable text; the password where that is a user's name and a password.
pub(super) fn inner(value: &[u8]) -> Option<Vec<u8>> {
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
        Some(colon) if colon + 1 < decoded.len() => Some(decoded.split_off(colon + 1)),
        _ => Some(decoded),
    }
}

/// How many of lower case, upper case, digits and symbols are in it.
fn classes(value: &[u8]) -> usize {
    let has = |is: fn(&u8) -> bool| usize::from(value.iter().any(is));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(|byte| !byte.is_ascii_alphanumeric())
}

/// How much a value is like a password, where one stands; `None` where it is none.
pub(super) fn password(value: &[u8]) -> Option<Part> {
    let characters = String::from_utf8_lossy(value).chars().count();
    if !(4..=128).contains(&characters)
        || filters::is_stock_word(value)
        || filters::placeholder(value).is_some()
        || is_escaped_text(value)
        || is_reserved(value)
    {
        return None;
    }
    let wordy = is_wordy(value);
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    // What names another thing is none.
    if digits < 2 && (names::classify(value).is_some() && wordy || is_name(value)) {
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
    if speaks_of_itself || filters::is_stock_word(&folded) {
        return Some(Part::new(0, "its value is a common word, changed a little"));
    }
    let mixed = classes(value) >= 3 || (classes(value) == 2 && digits > 0);
    let is_word = is_wordy(stem(value)) || is_wordy(&folded);
    let humps = value.array_windows().filter(|[a, b]| a.is_ascii_lowercase() && b.is_ascii_uppercase()).count();
    let is_identifier = value[0].is_ascii_lowercase() && humps >= 2 && symbols == 0;
    let looks = match () {
        () if is_word && is_identifier => Part::new(0, "its value is like a name in a program"),
        () if value.iter().any(u8::is_ascii_whitespace) && wordiness(value) > 0 => Part::new(0, "its value is words"),
        () if is_word && digits >= 2 && characters >= 6 => Part::new(2, "its value is words with digits"),
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
pub(super) fn secret(value: &[u8]) -> Option<Part> {
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
fn chosen(value: &[u8], name: &[u8]) -> Option<Part> {
    let says_secret = has(&name.to_ascii_lowercase(), b"secret");
    let is_changed = value.iter().any(u8::is_ascii_digit) || value.iter().any(|byte| b"!@#$%^&*?".contains(byte));
    let looks = password(value).filter(|looks| looks.points >= 2)?;
    (says_secret
        && is_changed
        && value.len() >= 8
        && !is_algorithm(value)
        && !value.contains(&b'/')
        && !is_versioned(value))
    .then(|| Part::new(looks.points - 1, "its value is one that somebody chose"))
}

/// Whether all digits of a value are those of a version or a number behind a name: `db-secret-v2`, `secret-1`.
fn is_versioned(value: &[u8]) -> bool {
    let mut words = value.rsplit(|byte| b"-_.".contains(byte));
    let last = words.next().unwrap_or_default();
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    (digits(last) || matches!(last, [b'v', rest @ ..] if digits(rest)))
        && !words.any(|word| word.iter().any(u8::is_ascii_digit))
}

/// Whether it is the hash of a password, with the sign of how it was made before it (crypt(5)).
pub(super) fn is_hash(value: &[u8]) -> bool {
    value.len() >= 20 && value.starts_with(b"$") && memchr::memchr_iter(b'$', value).count() >= 3
}

/// Whether it is 32 hex digits, in the groups of a UUID.
pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value
            .iter()
            .enumerate()
            .all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
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

/// Whether a value is the name of a secret and not one: `my_password`, `DB_PASSWORD`, `store-pass`, `accessToken`.
pub(super) fn is_name(value: &[u8]) -> bool {
    let joined = value.iter().any(|byte| b"_-.".contains(byte))
        || value.array_windows().any(|[a, b]| a.is_ascii_lowercase() && b.is_ascii_uppercase());
    let word = value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(byte));
    let wordy = is_wordy(value) || value.iter().all(|byte| byte.is_ascii_lowercase() || b"_-.".contains(byte));
    joined && word && wordy && names::classify(value).is_some()
}

/// Whether the value is the name again, but for case and separators, or a part of it, or begins with it as a command does (`PWD="pwd -W"`).
fn repeats_name(value: &[u8], name: &[u8]) -> bool {
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
    b"{noop}",
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
fn is_no_value(value: &[u8]) -> bool {
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
    matches!(value, [b'/', rest @ ..] if value.len() >= 40 && !is_wordy(rest))
        || matches!(value, [b'&' | b'*', rest @ ..] if value.len() >= 8 && classes(rest) >= 3 && !is_wordy(rest))
}

/// Whether a value begins like a call that goes on behind white space: `dict(required=`.
fn begins_call(value: &[u8]) -> bool {
    let name = value.iter().take_while(|byte| byte.is_ascii_lowercase() || b"_.".contains(byte)).count();
    name >= 3 && value.get(name) == Some(&b'(') && is_wordy(&value[..name])
}

/// Prose, markup, expressions: what programs have between quotes and behind equals signs.
fn is_code(value: &[u8], setting: Setting) -> bool {
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
        || words > 2
        || (words == 2 && is_wordy(value))
        || markup
        || brace
        || joined
        || member
        || call
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(value: &str) -> Option<i32> {
        password(value.as_bytes()).map(|part| part.points)
    }

    #[test]
    fn a_value_that_is_looked_up_elsewhere_is_none_in_a_file_of_settings_too() {
        let around = Surroundings { kind: FileKind::Config, rehearsal: false };
        let spoken = names::classify(b"password").expect("it speaks of one");
        for value in ["os.environ[\"DB_PASSWORD\"]", "ENV['DB_PASSWORD']", "process.env.DB_PASSWORD"] {
            let score = weigh(value.as_bytes(), b"password", spoken, Setting::Config, Part::NONE, around);
            assert!(score.is_err(), "{value}");
        }
    }

    #[test]
    fn what_joins_two_strings_is_none() {
        for value in ["+fmt.Sprintf(", "+strconv.Quote(", "+name+"] {
            assert!(is_code(value.as_bytes(), Setting::Quoted), "{value}");
        }
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
        assert_eq!(points("P@ssw0rd123"), Some(0));
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
    fn a_secret_that_somebody_chose_counts_where_the_name_says_secret() {
        let points = |value: &str, name: &str| chosen(value.as_bytes(), name.as_bytes()).map(|part| part.points);
        assert_eq!(points("kQ8-purple-otter", "SESSION_SECRET"), Some(1));
        for (value, name) in [
            ("kQ8-purple-otter", "session_token"),
            ("purple-otter-v2", "SESSION_SECRET"),
            ("projects/otter7/secrets/db", "client_secret"),
            ("purple otter", "secret"),
        ] {
            assert_eq!(points(value, name), None, "{value}");
        }
    }

    #[test]
    fn what_a_framework_checks_and_the_name_of_a_class_are_none() {
        for value in ["required|min:6|confirmed", "django.contrib.auth.hashers.PBKDF2PasswordHasher"] {
            assert!(is_code(value.as_bytes(), Setting::Quoted), "{value}");
        }
        assert!(!is_code(b"Dragon.Michelle.Banana69", Setting::Quoted));
    }

    #[test]
    fn base64_of_a_text_is_judged_as_the_text() {
        assert_eq!(inner(b"dXNlcjpzM2NyM3Q=").as_deref(), Some(&b"s3cr3t"[..]));
        assert_eq!(inner(b"c2VjcmV0").as_deref(), Some(&b"secret"[..]));
        assert_eq!(inner(b"Zk3v9QpL1xW8"), None);
        let spoken = names::classify(b"APP_SECRET").expect("it speaks of one");
        let around = Surroundings { kind: FileKind::Config, rehearsal: false };
        let hex = ["OTkzYmQwMDg3MTBhZDY0", "NTI4NTRkNTYxNDJkNTlmYWI="].concat();
        let score = weigh(hex.as_bytes(), b"APP_SECRET", spoken, Setting::Config, Part::NONE, around);
        assert_eq!(score.ok().and_then(|score| score.confidence()), Some(crate::rule::Confidence::Likely));
    }
}
