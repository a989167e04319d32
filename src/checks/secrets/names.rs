//! What a name speaks of that a value is assigned to: a password, a secret, or neither.
//!
//! The last word of a name says what it names (`token_url` is an address, `url_token` a token), once words that only qualify it are taken off
//! (`password_prod`, `apiKeyV2`). The words themselves are listed in [`speaking`] and [`silent`].

mod silent;
mod speaking;

use super::pattern::Named;
use super::score::Part;
use silent::{ELSEWHERE, OTHER_KEYS, QUALIFIERS};
use speaking::{
    OWNED, OWNERS, PASSWORD_WORDS, PASSWORDS, PLAIN_SECRETS, SECRET_KEYS, SECRET_WORDS, SECRETS, SOME_KEYS,
    WHOLE_PASSWORDS,
};

/// What a name speaks of, and how plainly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spoken {
    /// Of what.
    pub of: Named,
    /// How plainly.
    pub part: Part,
}

/// What `name` speaks of, or `None` where it is neither a password nor a secret.
pub(super) fn classify(name: &[u8]) -> Option<Spoken> {
    let name = String::from_utf8_lossy(name);
    let words = words(&name);
    // What makes a token that guards a form is a secret itself.
    let makes_tokens = words.last().is_some_and(|last| last == "secret");
    let is_elsewhere = |word: &str| ELSEWHERE.contains(&word) && !(makes_tokens && matches!(word, "csrf" | "xsrf"));
    if words.iter().any(|word| is_elsewhere(word)) {
        return None;
    }
    let words = unqualified(&words);
    let (last, before) = words.split_last()?;
    let last = last.trim_end_matches(|character: char| character.is_ascii_digit());
    let before = before.last().map(String::as_str);
    if let Some(part) = of_password(before, last) {
        return Some(Spoken { of: Named::Password, part });
    }
    // A language and a country, `en_PW`, end like `db_pw`.
    if last == "pw" {
        return None;
    }
    let ends = |list: &[&str]| list.iter().any(|end| last.ends_with(end));
    let secret = |points, why| Some(Spoken { of: Named::Secret, part: Part::new(points, why) });
    // "secret_key_base", "secretOrKey"
    let is_key = matches!(last, "key" | "keys") || (last == "base" && before == Some("key"));
    if is_key && words.iter().any(|word| word == "secret") {
        return secret(3, "its name speaks of a secret key");
    }
    match (before, last) {
        (Some(before), "key" | "keys") if SECRET_KEYS.contains(&before) => secret(3, "its name speaks of a secret key"),
        (Some(before), "key" | "keys") if SOME_KEYS.contains(&before) => {
            secret(2, "its name may speak of a secret key")
        }
        (Some(before), "key" | "keys") if !OTHER_KEYS.contains(&before) && before.len() > 2 => {
            secret(1, "its name speaks of a key")
        }
        // The address of a device among those that messages are pushed to; some services give their devices a secret of that name.
        (Some("device" | "push" | "registration" | "fcm" | "apns"), "token") => {
            secret(0, "its name speaks of the token of a device")
        }
        (
            Some("access" | "auth" | "api" | "bearer" | "refresh" | "private" | "personal" | "bot" | "deploy"),
            "token",
        )
        | (Some("client" | "app" | "consumer" | "api" | "shared" | "webhook" | "signing" | "jwt"), "secret") => {
            secret(3, "its name speaks of a secret")
        }
        _ if ends(PLAIN_SECRETS) => secret(3, "its name speaks of a secret key"),
        _ if ends(SECRETS) || SECRET_WORDS.contains(&last) => secret(2, "its name speaks of a secret"),
        (_, "salt") => secret(0, "its name speaks of a salt"),
        (_, "seed") => secret(0, "its name speaks of a seed"),
        _ => None,
    }
}

/// How plainly a name speaks of a password, by its last word and the one before.
fn of_password(before: Option<&str>, last: &str) -> Option<Part> {
    let is_owner = |owner: &str| OWNERS.contains(&owner);
    let in_parts = matches!((before, last), (Some("pass"), "word" | "phrase" | "code") | (Some("de"), "passe"));
    // The name of a program that keeps them.
    if matches!(last, "onepassword" | "1password") {
        return None;
    }
    let is_plain = PASSWORDS.iter().any(|end| last.ends_with(end))
        || WHOLE_PASSWORDS.contains(&last)
        || in_parts
        || OWNED.iter().any(|end| last.strip_suffix(end).is_some_and(is_owner))
        || (PASSWORD_WORDS.contains(&last) && before.is_some_and(is_owner));
    if is_plain {
        return Some(Part::new(3, "its name speaks of a password"));
    }
    let may_be = PASSWORD_WORDS.contains(&last) && (last != "pw" || before.is_none());
    may_be.then_some(Part::new(2, "its name may speak of a password"))
}

/// What a name says that is a key's and does not tell of what.
pub(super) const NO_MORE_THAN_KEY: Part = Part::new(0, "its name says no more than key");

/// What a name that says no more than `key` speaks of, by the name of what it stands in.
pub(super) fn of_key<'a>(name: &[u8], parent: impl FnOnce() -> Option<&'a [u8]>) -> Option<Spoken> {
    /// What is given a key is what it belongs to.
    const KEYED: &[&str] =
        &["secret", "secrets", "token", "password", "credentials", "keys", "wx", "alipay", "weixin", "pay"];
    // What it is a member of, `config.key`, tells no more.
    let member = name.rsplit(|byte| *byte == b'.').next().unwrap_or(name);
    if !member.eq_ignore_ascii_case(b"key") {
        return None;
    }
    let words = words(&String::from_utf8_lossy(parent().unwrap_or_default()));
    let is_other = |word: &str| OTHER_KEYS.contains(&word) && !matches!(word, "config" | "setting" | "settings");
    if words.iter().any(|word| ELSEWHERE.contains(&word.as_str()) || is_other(word)) {
        return None;
    }
    let is_keyed = words.iter().any(|word| SECRET_KEYS.contains(&word.as_str()) || KEYED.contains(&word.as_str()));
    let part = if is_keyed { Part::new(2, "it is the key of what speaks of secrets") } else { NO_MORE_THAN_KEY };
    Some(Spoken { of: Named::Secret, part })
}

/// The words of a name, in lower case: parts between separators, and humps.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = None;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        if !character.is_alphanumeric() {
            previous = None;
            continue;
        }
        let hump = character.is_uppercase()
            && previous.is_some_and(|before: char| {
                !before.is_uppercase() || characters.peek().is_some_and(|next| next.is_lowercase())
            });
        match (previous, words.last_mut()) {
            (Some(_), Some(word)) if !hump => word.extend(character.to_lowercase()),
            _ => words.push(character.to_lowercase().collect()),
        }
        previous = Some(character);
    }
    words
}

/// The words of a name without those at its end that say nothing of their own.
fn unqualified(mut words: &[String]) -> &[String] {
    while let [rest @ .., last] = words {
        let number = last.bytes().all(|byte| byte.is_ascii_digit());
        let version = last.len() <= 3 && last.starts_with('v') && last[1..].bytes().all(|byte| byte.is_ascii_digit());
        if rest.is_empty() || !(number || version || last.len() == 1 || QUALIFIERS.contains(&last.as_str())) {
            break;
        }
        words = rest;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_by_their_last_word() {
        for name in [
            "password",
            "DB_PASSWORD",
            "spring.datasource.password",
            "userPwd",
            "mysql_root_password_prod",
            "passWord",
            "adminPass1",
            "db-pass",
            "SMTP_PASSWD",
            "mot_de_passe",
            "remotepass",
            "bindpw",
            "password.equals",
            "clave",
        ] {
            assert_eq!(classify(name.as_bytes()).map(|spoken| spoken.of), Some(Named::Password), "{name}");
        }
        for name in [
            "api_key",
            "apiKey",
            "API-KEY",
            "stripeApiKeyV2",
            "client.secret",
            "authToken",
            "JWT_SECRET",
            "aws_secret_key",
            "encryptionKey",
            "mailgun_key",
            "X-Auth-Token",
            "_auth",
            "secret_key_base",
            "secretOrKey",
            "DES_KEY",
            "current_key",
            "devops_pat",
            "csrfSecret",
            "config.pepper",
        ] {
            assert_eq!(classify(name.as_bytes()).map(|spoken| spoken.of), Some(Named::Secret), "{name}");
        }
        for name in [
            "token_url",
            "password_field",
            "passwordLabel",
            "public_key",
            "primaryKey",
            "monkey",
            "keybinding",
            "forgotPassword",
            "secret_name",
            "next_page_token",
            "bypass",
            "compass",
            "author",
            "tokenizer",
            "key_id",
            "csrf_token",
            "sortKey",
            "password_hash",
            "en_PW",
            "onepassword",
            "SITE_KEY",
            "GPG_KEY",
        ] {
            assert_eq!(classify(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn the_word_pass_says_more_behind_the_name_of_its_owner() {
        let points = |name: &str| classify(name.as_bytes()).map(|spoken| spoken.part.points);
        assert_eq!(points("db_pass"), Some(3));
        assert_eq!(points("render_pass"), Some(2));
    }

    #[test]
    fn a_key_is_told_by_what_it_stands_in() {
        let points = |parent: &'static str| of_key(b"key", || Some(parent.as_bytes())).map(|spoken| spoken.part.points);
        for parent in ["encryption", "jwt", "alipay_config", "api"] {
            assert_eq!(points(parent), Some(2), "{parent}");
        }
        for parent in ["cache", "row", "api_cache"] {
            assert_eq!(points(parent), None, "{parent}");
        }
        assert_eq!(points("window"), Some(0));
        assert_eq!(of_key(b"config.key", || None).map(|spoken| spoken.part.points), Some(0));
        assert_eq!(of_key(b"KEY", || None).map(|spoken| spoken.of), Some(Named::Secret));
        assert_eq!(of_key(b"id", || Some(b"api")), None);
    }
}
