//! What secrets are like: random characters of every alphabet and length, and what people think up. All of it is made at run time.

use crate::made_up::{BASE62, Dice, base64};

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const DIGITS: &str = "0123456789";
pub(crate) const HEX: &str = "0123456789abcdef";
const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const SYMBOLS: &str = "!@#$%^&*-_+=?.~";

/// Whom a secret lets in: a person or an account by its password, or a program by its token.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Password,
    Token,
}

/// Secrets that are alike.
pub(crate) struct Family {
    pub name: &'static str,
    pub kind: Kind,
    pub make: fn(&mut Dice) -> String,
}

const fn password(name: &'static str, make: fn(&mut Dice) -> String) -> Family {
    Family { name, kind: Kind::Password, make }
}

const fn token(name: &'static str, make: fn(&mut Dice) -> String) -> Family {
    Family { name, kind: Kind::Token, make }
}

/// All of them, those that are harder to tell behind those that are easier.
pub(crate) const FAMILIES: &[Family] = &[
    password("password, random with symbols", |dice| {
        let length = 10 + dice.below(14);
        let symbol = dice.text(SYMBOLS, 1);
        let text = dice.text(&format!("{BASE62}!@#^*-_+=?.~"), length);
        format!("{}{symbol}{}", dice.text(BASE62, 2), text)
    }),
    password("password, random letters and digits", |dice| {
        let length = 8 + dice.below(12);
        let digit = dice.text(DIGITS, 1);
        dice.text(BASE62, length - 1) + &digit
    }),
    password("password, lower case and digits", |dice| {
        let length = 7 + dice.below(6);
        dice.text(&format!("{LOWER}{DIGITS}"), length) + &dice.text(DIGITS, 1)
    }),
    password("password, random letters", |dice| {
        let length = 7 + dice.below(6);
        dice.text(LOWER, length)
    }),
    password("password, word with digits and symbol", |dice| {
        let word = capital(dice.pick(WORDS));
        let number = dice.below(9000) + 11;
        let symbol = dice.text("!@#$?*", 1);
        format!("{word}{number}{symbol}")
    }),
    password("password, word with digits", |dice| {
        let word = dice.pick(WORDS);
        format!("{word}{}", dice.below(9000) + 11)
    }),
    password("password, leet", |dice| {
        let word: String = dice
            .pick(WORDS)
            .chars()
            .map(|character| match character {
                'a' => '4',
                'e' => '3',
                'i' => '1',
                'o' => '0',
                's' => '5',
                other => other,
            })
            .collect();
        format!("{}{}", capital(&word), dice.below(99))
    }),
    password("password, words joined", |dice| {
        let joint = dice.pick(&["-", "_", ".", ""]);
        let words: Vec<String> = (0..3).map(|_| capital(dice.pick(WORDS))).collect();
        format!("{}{}", words.join(joint), dice.below(100))
    }),
    password("password, a word", |dice| dice.pick(WORDS).to_owned()),
    token("token, 32 hex", |dice| dice.text(HEX, 32)),
    token("token, 40 hex", |dice| dice.text(HEX, 40)),
    token("token, 64 hex", |dice| dice.text(HEX, 64)),
    token("token, 20 to 64 letters and digits", |dice| {
        let length = 20 + dice.below(44);
        dice.text(BASE62, length)
    }),
    token("token, 16 to 24 lower case and digits", |dice| {
        let length = 16 + dice.below(8);
        dice.text(&format!("{LOWER}{DIGITS}"), length)
    }),
    token("token, 24 to 40 letters", |dice| {
        let length = 24 + dice.below(16);
        dice.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", length)
    }),
    token("token, 20 to 32 lower case", |dice| {
        let length = 20 + dice.below(12);
        dice.text(LOWER, length)
    }),
    token("token, base32", |dice| dice.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32)),
    token("token, base64", |dice| {
        let length = 18 + dice.below(48);
        base64(&dice.bytes(length))
    }),
    token("token, base64 of 88", |dice| dice.text(BASE64, 86) + "=="),
    token("token, base64url", |dice| {
        let length = 22 + dice.below(40);
        format!("{}{}", dice.text(BASE62, 1), dice.text(BASE64_URL, length) + "k")
    }),
    token("token, UUID", uuid),
    token("token, with a prefix", |dice| {
        let prefix = dice.pick(&["app", "tok", "prod", "acme", "v1", "zk"]);
        format!("{prefix}_{}", dice.text(BASE62, 28))
    }),
    token("token, two parts", |dice| format!("{}.{}", dice.text(BASE62, 12), dice.text(BASE64_URL, 30) + "x")),
    token("token, 12 to 15", |dice| {
        let length = 11 + dice.below(3);
        dice.text(BASE62, length) + &dice.text(DIGITS, 1)
    }),
];

pub(crate) const PASSWORD_NAMES: &[&str] = &[
    "password",
    "db_password",
    "admin_password",
    "smtp_pass",
    "root_pwd",
    "user_passwd",
    "ldap_bind_password",
    "mysql_password",
    "keystore_passphrase",
    "ftp_pass",
];
pub(crate) const TOKEN_NAMES: &[&str] = &[
    "api_key",
    "access_token",
    "client_secret",
    "secret_key",
    "auth_token",
    "secret",
    "token",
    "signing_key",
    "encryption_key",
    "jwt_secret",
    "webhook_secret",
    "app_secret",
    "private_token",
    "acme_api_key",
];

pub(crate) fn uuid(dice: &mut Dice) -> String {
    [8, 4, 4, 4, 12].map(|length| dice.text(HEX, length)).join("-")
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_ascii_uppercase() + rest
}

/// Words that passwords are made of.
const WORDS: &[&str] = &[
    "dragon", "sunshine", "winter", "summer", "banana", "monkey", "tiger", "eagle", "coffee", "purple", "orange",
    "silver", "shadow", "master", "flower", "hunter", "ranger", "buster", "soccer", "hockey", "killer", "george",
    "charlie", "andrew", "michelle", "jessica", "pepper", "zxcvbn", "qazwsx", "freedom", "whatever", "nicole",
    "jordan", "cheese", "amanda", "yankees", "joshua", "maggie", "starwars", "cookie", "chicken", "mustang", "access",
    "thunder", "matrix", "maverick", "phoenix", "london", "berlin", "paris", "madrid", "kaffee", "schatz", "sommer",
    "fussball", "soleil", "azerty", "bonjour",
];
