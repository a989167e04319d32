//! `.palisade/allowed_signers`: who may sign with which SSH key, in OpenSSH's own format (ssh-keygen(1), ALLOWED SIGNERS).
//!
//! A line that cannot be read allows nobody, as with `ssh-keygen`; it is told in the notes. One thing is read otherwise: a time without
//! `Z` is UTC here and not the local time of whoever judges, so that a verdict does not depend on where it is made.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil;
use jiff::tz::TimeZone;

use super::globs::Patterns;
use super::outcome::Window;
use super::wire::Wire;

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// For whom.
    pub principals: Patterns,
    /// The public key, as SSH writes it on the wire.
    pub key: Vec<u8>,
    /// Whether it signs the keys of others, and not commits.
    pub is_authority: bool,
    /// What it may sign; everything where it is not said.
    pub namespaces: Option<Patterns>,
    /// When it may sign.
    pub window: Window,
}

/// Reads the whole file; what cannot be read is told with its line.
pub(super) fn read(text: &[u8]) -> (Vec<Entry>, Vec<String>) {
    let (mut entries, mut faults) = (Vec::new(), Vec::new());
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let entry = std::str::from_utf8(line).map_err(|_| "it is no UTF-8").and_then(entry);
        match entry {
            Ok(entry) => entries.push(entry),
            Err(why) => faults.push(format!("line {}: {why}", number + 1)),
        }
    }
    (entries, faults)
}

/// Keys, one a line: `TYPE BASE64 [COMMENT]`. Every line has to be one: a key that is revoked must not be missed.
pub(super) fn keys(text: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut found = Vec::new();
    for (number, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() || line.starts_with(b"#") {
            continue;
        }
        let key = std::str::from_utf8(line).map_err(|_| "it is no UTF-8").and_then(key);
        found.push(key.map_err(|why| format!("line {}: {why}", number + 1))?);
    }
    Ok(found)
}

fn entry(line: &str) -> Result<Entry, &'static str> {
    let (principals, rest) = word(line)?;
    let (second, after) = word(rest)?;
    let mut entry = Entry {
        principals: Patterns::new(&unquoted(principals)),
        key: Vec::new(),
        is_authority: false,
        namespaces: None,
        window: Window::default(),
    };
    // A key, or options before it.
    if let Ok(key) = key(rest) {
        entry.key = key;
        return Ok(entry);
    }
    options(second, &mut entry)?;
    entry.key = key(after)?;
    Ok(entry)
}

/// A word, which may have quoted parts with blanks in them, and what stands behind it.
fn word(text: &str) -> Result<(&str, &str), &'static str> {
    let text = text.trim_start();
    if text.is_empty() {
        return Err("it needs principals and a key");
    }
    let end = ends(text, |character| character == ' ' || character == '\t')?;
    Ok(text.split_at(end))
}

/// Where the part ends that one of `separators` outside of quotes ends.
fn ends(text: &str, is_separator: impl Fn(char) -> bool) -> Result<usize, &'static str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if !is_quoted && is_separator(character) => return Ok(at),
            _ => {}
        }
    }
    if is_quoted { Err("a quote is not closed") } else { Ok(text.len()) }
}

/// Without the quotes around it; `\"` is a quote.
fn unquoted(text: &str) -> String {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inner) => inner.replace("\\\"", "\""),
        None => text.to_owned(),
    }
}

fn options(text: &str, entry: &mut Entry) -> Result<(), &'static str> {
    const TWICE: &str = "an option stands there twice";
    let mut rest = text;
    while !rest.is_empty() {
        let (option, behind) = rest.split_at(ends(rest, |character| character == ',')?);
        rest = behind.strip_prefix(',').unwrap_or(behind);
        let (name, value) =
            option.split_once('=').map_or((option, None), |(name, value)| (name, Some(unquoted(value))));
        match (name.to_ascii_lowercase().as_str(), value) {
            ("cert-authority", None) => entry.is_authority = true,
            ("namespaces", Some(value)) => {
                if entry.namespaces.replace(Patterns::new(&value)).is_some() {
                    return Err(TWICE);
                }
            }
            ("valid-after", Some(value)) => {
                if entry.window.after.replace(time(&value)?).is_some() {
                    return Err(TWICE);
                }
            }
            ("valid-before", Some(value)) => {
                if entry.window.until.replace(time(&value)?).is_some() {
                    return Err(TWICE);
                }
            }
            _ => return Err("there is neither a key nor an option that is known"),
        }
    }
    match (entry.window.after, entry.window.until) {
        (Some(after), Some(until)) if until <= after => Err("it would be valid at no time"),
        _ => Ok(()),
    }
}

/// `YYYYMMDD`, `YYYYMMDDHHMM` or `YYYYMMDDHHMMSS`, each with or without `Z`.
fn time(text: &str) -> Result<i64, &'static str> {
    const WRONG: &str = "a time is written as YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with or without Z";
    let digits = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if !matches!(digits.len(), 8 | 12 | 14) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WRONG);
    }
    let number = |from: usize, to: usize| digits.get(from..to).map_or(Some(0), |text| text.parse::<i16>().ok());
    let small = |from: usize| number(from, from + 2).and_then(|number| i8::try_from(number).ok()).ok_or(WRONG);
    let year = number(0, 4).ok_or(WRONG)?;
    let moment = civil::DateTime::new(year, small(4)?, small(6)?, small(8)?, small(10)?, small(12)?, 0)
        .and_then(|time| time.to_zoned(TimeZone::UTC))
        .map_err(|_| WRONG)?;
    Ok(moment.timestamp().as_second())
}

/// `TYPE BASE64 [COMMENT]`, as bytes that begin with the same type.
fn key(text: &str) -> Result<Vec<u8>, &'static str> {
    let mut words = text.split_ascii_whitespace();
    let (Some(kind), Some(base64)) = (words.next(), words.next()) else { return Err("it has no key") };
    let key = STANDARD.decode(base64).map_err(|_| "the key is no base64")?;
    match Wire(&key).string() {
        Some(inner) if inner == kind.as_bytes() => Ok(key),
        _ => Err("the key is not of the kind that stands before it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key of a kind, with nothing in it.
    fn made(kind: &str) -> String {
        let mut wire = Vec::new();
        super::super::wire::put(kind.as_bytes(), &mut wire).unwrap();
        format!("{kind} {}", STANDARD.encode(wire))
    }

    fn one(options: &str) -> Entry {
        let (mut entries, faults) = read(format!("a@b {options} {} comment here\n", made("ssh-ed25519")).as_bytes());
        assert!(faults.is_empty(), "{faults:?}");
        entries.remove(0)
    }

    fn fault(line: &str) -> String {
        let (entries, mut faults) = read(format!("# a comment\n\n{line}\n").as_bytes());
        assert!(entries.is_empty(), "{entries:?}");
        faults.remove(0)
    }

    #[test]
    fn principals_and_options_are_read_as_openssh_writes_them() {
        let entry =
            one("cert-authority,Namespaces=\"git,file\",valid-after=\"20260102\",valid-before=\"20260102030405Z\"");
        assert!(entry.is_authority && entry.principals.matches(b"a@b"));
        assert!(entry.namespaces.unwrap().matches(b"git"));
        assert_eq!(entry.window, Window { after: Some(1_767_312_000), until: Some(1_767_323_045) });
        assert_eq!(one("valid-after=202601020304").window.after, Some(1_767_323_040));
        let (entries, _) = read(format!("\"a b@c,*@d,!e@d\"\t{}", made("ssh-rsa")).as_bytes());
        let principals = &entries[0].principals;
        assert!(principals.matches(b"a b@c") && principals.matches(b"x@d") && !principals.matches(b"e@d"));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_told() {
        let key = made("ssh-ed25519");
        assert_eq!(
            fault(&format!("a@b valid-after=\"2026\" {key}")),
            "line 3: a time is written as YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with or without Z"
        );
        assert_eq!(
            fault(&format!("a@b valid-after=\"20261301\" {key}")),
            "line 3: a time is written as YYYYMMDD, YYYYMMDDHHMM or YYYYMMDDHHMMSS, with or without Z"
        );
        assert_eq!(
            fault(&format!("a@b no-such-option {key}")),
            "line 3: there is neither a key nor an option that is known"
        );
        assert_eq!(fault(&format!("a@b namespaces=\"git {key}")), "line 3: a quote is not closed");
        assert_eq!(fault("a@b"), "line 3: it needs principals and a key");
        assert_eq!(fault("a@b ssh-ed25519"), "line 3: there is neither a key nor an option that is known");
        assert_eq!(
            fault("a@b cert-authority ssh-ed25519 AAAA"),
            "line 3: the key is not of the kind that stands before it"
        );
        assert_eq!(
            fault(&format!("a@b valid-after=20260102,valid-before=20260101 {key}")),
            "line 3: it would be valid at no time"
        );
        assert_eq!(fault(&format!("a@b namespaces=git,namespaces=file {key}")), "line 3: an option stands there twice");
    }

    #[test]
    fn a_list_of_revoked_keys_is_read_in_full_or_not_at_all() {
        let key = made("ssh-ed25519");
        assert_eq!(keys(format!("# gone\n{key} who\n\n{key}\n").as_bytes()).unwrap().len(), 2);
        assert_eq!(keys(format!("{key}\nssh-rsa\n").as_bytes()).unwrap_err(), "line 2: it has no key");
    }
}
