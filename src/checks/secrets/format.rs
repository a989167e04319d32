//! The format of `patterns/*.toml`, as typed; `patterns/README.md` tells what the fields mean.
//!
//! The build script includes this file too, so it stands by itself: it knows TOML's fields and their limits, and nothing
//! of the detector.

use serde::Deserialize;
use toml::Spanned;

/// Dropped from every example before it is matched, so that no file of the project holds what looks like a secret.
pub const BREAK: char = '¦';

/// A file of patterns.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its patterns, in the order in which they stand, with their places.
    #[serde(default)]
    pub pattern: Vec<Spanned<Pattern>>,
    /// Values that everybody may know.
    #[serde(default)]
    pub published: Vec<Published>,
}

/// A value, or its beginning, that looks like a secret and is none, because its issuer has published it as an example.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// With the break in it, like an example.
    pub value: String,
    /// Where it is published.
    pub source: String,
}

/// One pattern as typed.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[allow(missing_docs, clippy::struct_excessive_bools, reason = "patterns/README.md has one table for all fields")]
pub struct Pattern {
    pub id: String,
    pub family: Option<String>,
    pub provider: String,
    pub summary: String,
    pub kind: Kind,
    pub confidence: Confidence,
    pub literals: Vec<String>,
    #[serde(default)]
    pub ignore_case: bool,
    pub regex: Option<String>,
    pub value: Option<String>,
    #[serde(default = "key_words")]
    pub words: Vec<String>,
    #[serde(default)]
    pub finder: Finder,
    pub longest: usize,
    #[serde(default)]
    pub require: Vec<Class>,
    pub entropy: Option<f32>,
    #[serde(default = "yes")]
    pub boundary: bool,
    #[serde(default = "yes")]
    pub placeholders: bool,
    #[serde(default)]
    pub random: bool,
    #[serde(default)]
    pub near: Vec<String>,
    #[serde(default)]
    pub paths: Vec<String>,
    pub pair: Option<String>,
    pub proof: Option<Proof>,
    pub revoke: String,
    pub rotate: String,
    pub source: String,
    pub examples: Vec<String>,
    pub counter_examples: Vec<String>,
}

/// What a name says beside its provider's literal when it names a secret.
fn key_words() -> Vec<String> {
    ["key", "token", "secret", "passw", "pwd", "auth", "cred", "bearer", "api", "access", "pat"]
        .map(String::from)
        .to_vec()
}

fn yes() -> bool {
    true
}

/// Declares an enum whose variants are written in kebab-case in TOML, and as their numbers in records, once.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// All of them, each at its number.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As patterns and reports write it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }
    };
}

words! {
    /// What kind of secret.
    Kind {
        /// Names a caller to an interface.
        ApiKey = "api-key",
        /// Lets its bearer in.
        AccessToken = "access-token",
        /// Gives new access tokens.
        RefreshToken = "refresh-token",
        /// The public half of a pair, or the pair.
        AccessKey = "access-key",
        /// Proves that an application is itself.
        ClientSecret = "client-secret",
        /// Known by heart, or meant to be.
        Password = "password",
        /// The private half of a key pair.
        PrivateKey = "private-key",
        /// An address that whoever knows it may post to.
        Webhook = "webhook",
        /// An address with the credentials in it.
        ConnectionString = "connection-string",
        /// Signs what others trust.
        SigningSecret = "signing-secret",
        /// Valid for a session.
        SessionToken = "session-token",
        /// A machine's own identity.
        ServiceAccount = "service-account",
    }
}

words! {
    /// How sure a match is by itself.
    Confidence {
        /// Worth a look.
        Possible = "possible",
        /// Nearly always a secret.
        Likely = "likely",
        /// No doubt.
        Certain = "certain",
    }
}

words! {
    /// How a literal's hit becomes a match.
    #[derive(Default)]
    Finder {
        /// By the pattern's regex.
        #[default]
        Regex = "regex",
        /// A name that speaks of a password, and its value, in any syntax.
        AssignedPassword = "assigned-password",
        /// A name that speaks of a secret, a token or a key, and its value, in any syntax.
        AssignedSecret = "assigned-secret",
        /// A block between BEGIN and END lines.
        PrivateKey = "private-key",
        /// What stands between a user's name and a host in an address.
        UrlPassword = "url-password",
    }
}

words! {
    /// A class of characters.
    Class {
        /// a to z.
        Lower = "lower",
        /// A to Z.
        Upper = "upper",
        /// 0 to 9.
        Digit = "digit",
        /// a to z and A to Z.
        Letter = "letter",
        /// Anything else.
        Symbol = "symbol",
    }
}

words! {
    /// A check that no regex can make.
    Proof {
        /// The last six characters are the CRC-32 of the thirty before, in base62.
        Crc32Base62 = "crc32-base62",
        /// Header and payload are JSON, and the header names an algorithm.
        Jwt = "jwt",
        /// The body decodes and begins as a private key of its kind does.
        PrivateKey = "private-key",
        /// The last seven characters are the CRC-32 of all before, in base36.
        Crc32Base36 = "crc32-base36",
        /// Behind the last `_` stands the CRC-32 of all before, in hex from the lowest byte.
        Crc32Hex = "crc32-hex",
        /// The checksum of bech32.
        Bech32 = "bech32",
        /// From the first `eyJ` on it decodes to a JSON object.
        Json = "json",
        /// A macaroon for pypi.org.
        MacaroonPypi = "macaroon-pypi",
        /// Decodes as base64.
        Base64 = "base64",
        /// Decodes as base64 to a name, a colon and a password.
        BasicAuth = "basic-auth",
    }
}

impl Published {
    /// Checks what the types do not say. The error is a sentence without the value.
    pub fn check(&self) -> Result<(), String> {
        let value = self.value.replace(BREAK, "");
        if !self.value.contains(BREAK) || value.len() < 16 || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("it is not 16 bytes of printable ASCII or more with a break in it".into());
        }
        if self.source.trim().is_empty() { Err("`source` is empty".into()) } else { Ok(()) }
    }
}

impl Pattern {
    /// Checks what the types do not say. The error is a sentence without the id.
    pub fn check(&self) -> Result<(), String> {
        let words =
            |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if self.id.is_empty() || !words(&self.id) {
            return Err("the id is not in lower-case-with-hyphens".into());
        }
        if self.family.as_ref().is_some_and(|family| family.is_empty() || !words(family)) {
            return Err("the family is not in lower-case-with-hyphens".into());
        }
        if self.summary.is_empty() || self.summary.ends_with('.') {
            return Err("the summary is empty or ends with a full stop".into());
        }
        if let Some(literal) = self
            .literals
            .iter()
            .find(|literal| literal.len() < 4 || !literal.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')))
        {
            return Err(format!("the literal {literal:?} is not printable ASCII of at least 4 bytes"));
        }
        if self.literals.is_empty() {
            return Err("it has no literals".into());
        }
        let forms = usize::from(self.regex.is_some())
            + usize::from(self.value.is_some())
            + usize::from(self.finder != Finder::Regex);
        if forms != 1 {
            return Err("it needs either a `regex`, or a `value`, or a finder of its own".into());
        }
        if self.examples.len() < 2 || self.counter_examples.is_empty() {
            return Err("it needs two examples and a counter-example".into());
        }
        if let Some(example) = self.examples.iter().find(|example| !example.contains(BREAK)) {
            return Err(format!(
                "the example that begins with {:?} has no break",
                example.chars().take(12).collect::<String>()
            ));
        }
        for (field, text) in [("revoke", &self.revoke), ("rotate", &self.rotate), ("source", &self.source)] {
            if text.trim().is_empty() {
                return Err(format!("`{field}` is empty"));
            }
        }
        Ok(())
    }
}
