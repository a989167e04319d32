//! What is signed, and by which bytes: a raw commit or tag taken apart as git does it (gitformat-signature(5)).
//!
//! The payload is the object minus its signature headers and nothing else: unknown headers, `mergetag` and `encoding` stay, byte
//! for byte. Where git is lenient and a lenient reading would cover less than people see, this one is strict: two headers of the
//! same name, and text behind a signature, are malformed.

use memchr::{memchr, memchr_iter};

use crate::git::RefUpdate;

/// A longer one is no signature: a chain of X.509 certificates has some 20 kB.
const LONGEST: usize = 1 << 17;

/// Git's header for a signature, by the bytes of the repository's object names. Both are taken out of the payload, so that an object
/// can be signed by both of its names.
const HEADERS: [(usize, &[u8]); 2] = [(20, b"gpgsig"), (32, b"gpgsig-sha256")];

/// What made a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `ssh-keygen -Y sign`.
    Ssh,
    /// `gpg` and its like.
    OpenPgp,
    /// `gpgsm`, `gitsign`.
    X509,
}

/// How armour begins and ends, as git knows it (gpg-interface.c).
const ARMOURS: [(Kind, &[u8], &[u8]); 4] = [
    (Kind::Ssh, b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"),
    (Kind::OpenPgp, b"-----BEGIN PGP SIGNATURE-----", b"-----END PGP SIGNATURE-----"),
    (Kind::OpenPgp, b"-----BEGIN PGP MESSAGE-----", b"-----END PGP MESSAGE-----"),
    (Kind::X509, b"-----BEGIN SIGNED MESSAGE-----", b"-----END SIGNED MESSAGE-----"),
];

impl Kind {
    /// As reports write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ssh => "ssh",
            Self::OpenPgp => "openpgp",
            Self::X509 => "x509",
        }
    }
}

/// A signature, and the bytes that it is to cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What made it.
    pub kind: Kind,
    /// What stands between the first and the last line of its armour, line by line.
    pub armour: Vec<u8>,
    /// The object without its signatures.
    pub payload: Vec<u8>,
}

/// What a raw object has to say of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// There is none.
    Unsigned,
    /// There is something that cannot be one.
    Malformed(&'static str),
    /// There is one.
    Signed(Signed),
}

/// Reads a raw commit; `name_len` is the length of the repository's object names in bytes.
#[must_use]
pub fn commit(raw: &[u8], name_len: usize) -> Reading {
    let Headers { payload, signatures } = match without_signatures(raw) {
        Ok(headers) => headers,
        Err(why) => return Reading::Malformed(why),
    };
    let own = HEADERS.iter().position(|(len, _)| *len == name_len).and_then(|at| signatures.into_iter().nth(at));
    match own.flatten() {
        Some(text) => armoured(&text, payload),
        None => Reading::Unsigned,
    }
}

/// Reads a raw tag: its signature stands at the end of its message, behind the last line that begins one.
#[must_use]
pub fn tag(raw: &[u8]) -> Reading {
    let Some(at) = last_armour(raw) else { return Reading::Unsigned };
    let (signed, signature) = raw.split_at(at);
    match without_signatures(signed) {
        Ok(Headers { payload, .. }) => armoured(signature, payload),
        Err(why) => Reading::Malformed(why),
    }
}

/// Reads the certificate of a push: all of it before its last armour is signed.
#[must_use]
pub fn certificate(raw: &[u8]) -> Reading {
    let Some(at) = last_armour(raw) else { return Reading::Unsigned };
    let (signed, signature) = raw.split_at(at);
    armoured(signature, signed.to_vec())
}

/// What the certificate of a push asks for: `OLD NEW REF` a line, behind its headers.
#[must_use]
pub fn pushed(raw: &[u8]) -> Vec<RefUpdate> {
    let body = memchr::memmem::find(raw, b"\n\n").and_then(|at| raw.get(at + 2..)).unwrap_or_default();
    let body = body.get(..last_armour(body).unwrap_or(body.len())).unwrap_or_default();
    RefUpdate::read_all(body).unwrap_or_default()
}

/// Where the last line stands that begins an armour.
fn last_armour(raw: &[u8]) -> Option<usize> {
    let mut starts = std::iter::once(0).chain(memchr_iter(b'\n', raw).map(|end| end + 1));
    let is_start =
        |at: &usize| raw.get(*at..).is_some_and(|rest| ARMOURS.iter().any(|(_, begin, _)| rest.starts_with(begin)));
    starts.rfind(is_start)
}

/// A raw object without its signature headers, and these.
struct Headers {
    payload: Vec<u8>,
    /// In the order of [`HEADERS`].
    signatures: [Option<Vec<u8>>; 2],
}

fn without_signatures(raw: &[u8]) -> Result<Headers, &'static str> {
    let mut payload = Vec::with_capacity(raw.len());
    let mut signatures = [None, None];
    let mut rest = raw;
    // The signature whose lines are being read.
    let mut current: Option<&mut Vec<u8>> = None;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        let (line, after) = rest.split_at(end);
        if line == b"\n" {
            payload.extend_from_slice(rest);
            break;
        }
        if let Some(text) = current.as_mut()
            && let Some(more) = line.strip_prefix(b" ")
        {
            text.extend_from_slice(more);
        } else if let Some((at, value)) = signature_header(line) {
            let slot = &mut signatures[at];
            if slot.is_some() {
                return Err("it has the same signature header twice");
            }
            current = Some(slot.insert(value.to_vec()));
        } else {
            current = None;
            payload.extend_from_slice(line);
        }
        rest = after;
    }
    Ok(Headers { payload, signatures })
}

/// Which signature header a line is, and its value.
fn signature_header(line: &[u8]) -> Option<(usize, &[u8])> {
    let value = |name: &[u8]| line.strip_prefix(name)?.strip_prefix(b" ");
    HEADERS.iter().enumerate().find_map(|(at, (_, name))| Some((at, value(name)?)))
}

/// One armour and nothing behind it.
fn armoured(text: &[u8], payload: Vec<u8>) -> Reading {
    if text.len() > LONGEST {
        return Reading::Malformed("it is too long for a signature");
    }
    let mut lines = text.split(|byte| *byte == b'\n');
    // Git strips the carriage returns of gpg on Windows, and `ssh-keygen` takes no blank here.
    let first = lines.next().unwrap_or_default();
    let Some((kind, _, end)) = ARMOURS.iter().find(|(_, begin, _)| first == *begin) else {
        return Reading::Malformed("it does not begin as a signature does");
    };
    let mut armour = Vec::with_capacity(text.len());
    let mut is_closed = false;
    for line in lines.map(<[u8]>::trim_ascii_end) {
        if is_closed && !line.is_empty() {
            return Reading::Malformed("something stands behind the signature, and nobody has signed that");
        }
        if line == *end {
            is_closed = true;
        } else if line.starts_with(b"-----") {
            return Reading::Malformed("there is another armour in the signature");
        } else if !is_closed {
            armour.extend_from_slice(line);
            armour.push(b'\n');
        }
    }
    if !is_closed {
        return Reading::Malformed("it has no last line: a part of it was cut off");
    }
    Reading::Signed(Signed { kind: *kind, armour, payload })
}

/// Who made an object: a header such as `committer A U Thor <author@example.org> 1700000000 +0100`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The whole line without its time, for people.
    pub name: Vec<u8>,
    /// The address, exactly as it stands there; none where the line can be read in more than one way.
    pub email: Option<Vec<u8>>,
    /// Seconds since 1970 UTC.
    pub time: Option<i64>,
}

/// The one header of that name, which has to be there exactly once.
#[must_use]
pub fn person(raw: &[u8], header: &str) -> Option<Person> {
    let mut lines = headers(raw).filter_map(|line| line.strip_prefix(header.as_bytes())?.strip_prefix(b" "));
    let line = lines.next()?;
    if lines.next().is_some() {
        return None;
    }
    let close = line.iter().rposition(|byte| *byte == b'>').map_or(line.len(), |at| at + 1);
    let (name, when) = line.split_at(close);
    let time = std::str::from_utf8(when).ok().and_then(|when| when.split_ascii_whitespace().next()?.parse().ok());
    Some(Person { name: name.to_vec(), email: email(name), time })
}

/// The address of `Name <address>`, where there is exactly one pair of brackets.
fn email(name: &[u8]) -> Option<Vec<u8>> {
    let inner = name.strip_suffix(b">")?;
    let open = memchr(b'<', inner)?;
    let email = inner.get(open + 1..)?;
    let is_plain = !email.is_empty() && !email.iter().any(|byte| matches!(byte, b'<' | b'>' | b'\0' | b'\n'));
    let is_alone = !inner.get(..open)?.contains(&b'>');
    (is_plain && is_alone).then(|| email.to_vec())
}

/// The lines before the message.
fn headers(raw: &[u8]) -> impl Iterator<Item = &[u8]> {
    raw.split(|byte| *byte == b'\n').take_while(|line| !line.is_empty())
}

/// The first line of the message.
#[must_use]
pub fn subject(raw: &[u8]) -> &[u8] {
    let message = memchr::memmem::find(raw, b"\n\n").and_then(|at| raw.get(at + 2..)).unwrap_or_default();
    message.trim_ascii_start().split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end()
}

/// The value of the first header of that name.
#[must_use]
pub fn header<'a>(raw: &'a [u8], name: &str) -> Option<&'a [u8]> {
    headers(raw).find_map(|line| line.strip_prefix(name.as_bytes())?.strip_prefix(b" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SSH: &str = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----";

    fn header_of(name: &str, text: &str) -> String {
        format!("{name} {}\n", text.replace('\n', "\n "))
    }

    fn signed(reading: Reading) -> Signed {
        match reading {
            Reading::Signed(signed) => signed,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_payload_is_the_object_without_its_signatures_and_nothing_else() {
        let before =
            "tree 1\nauthor a\ncommitter b\nmergetag object 2\n tag x\n \n -----BEGIN SSH SIGNATURE-----\n AAAA\n";
        let after = "encoding x\nchange-id z\ngpgsignature is no signature\n\nmessage\n\0\ngpgsig stays here\n";
        let raw = [before, &header_of("gpgsig", SSH), &header_of("gpgsig-sha256", SSH), after].concat();
        let own = signed(commit(raw.as_bytes(), 20));
        assert_eq!(String::from_utf8(own.payload).unwrap(), [before, after].concat());
        assert_eq!((own.kind, own.armour.as_slice()), (Kind::Ssh, &b"AAAA\n"[..]));
    }

    #[test]
    fn the_header_is_that_of_the_repositorys_names() {
        let raw = ["tree 1\n", &header_of("gpgsig-sha256", SSH), "\nm\n"].concat();
        assert_eq!(commit(raw.as_bytes(), 20), Reading::Unsigned);
        assert_eq!(signed(commit(raw.as_bytes(), 32)).payload, b"tree 1\n\nm\n");
    }

    #[test]
    fn a_header_twice_is_malformed() {
        let raw = ["tree 1\n", &header_of("gpgsig", SSH), &header_of("gpgsig", SSH), "\nm\n"].concat();
        assert!(matches!(commit(raw.as_bytes(), 20), Reading::Malformed(_)));
    }

    #[test]
    fn what_stands_behind_or_within_an_armour_is_told() {
        let tag_of = |signature: &str| tag(format!("object 1\n\nmessage\n{signature}").as_bytes());
        assert_eq!(signed(tag_of(&format!("{SSH}\n\n \n"))).payload, b"object 1\n\nmessage\n");
        assert!(matches!(tag_of(&format!("{SSH}\nmore\n")), Reading::Malformed(_)));
        assert!(matches!(tag_of(&SSH.replace("AAAA", "AAAA\n-----BEGIN X-----")), Reading::Malformed(_)));
        assert!(matches!(tag_of("-----BEGIN SSH SIGNATURE-----\nAAAA\n"), Reading::Malformed(_)));
        assert!(matches!(tag_of("-----BEGIN SSH SIGNATURE-----x\nAAAA\n"), Reading::Malformed(_)));
        assert_eq!(tag_of(""), Reading::Unsigned);
        let long = format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", "A".repeat(LONGEST));
        assert!(matches!(tag_of(&long), Reading::Malformed(_)));
    }

    #[test]
    fn a_tag_is_signed_by_what_begins_last() {
        let raw = format!("object 1\n\n{SSH}\nmessage\n{SSH}\n");
        assert_eq!(signed(tag(raw.as_bytes())).payload, format!("object 1\n\n{SSH}\nmessage\n").as_bytes());
    }

    #[test]
    fn a_person_has_one_address_or_none() {
        let of =
            |line: &str| person(format!("tree 1\ncommitter {line}\n\ncommitter c <d> 1 +0\n").as_bytes(), "committer");
        let plain = of("A U <a@b> 12 +0100").unwrap();
        assert_eq!(
            (plain.email.as_deref(), plain.time, plain.name.as_slice()),
            (Some(&b"a@b"[..]), Some(12), &b"A U <a@b>"[..])
        );
        assert_eq!(of("A <a@b> <c@d> 12 +0100").unwrap().email, None);
        assert_eq!(of("A > <a@b> 12 +0100").unwrap().email, None);
        assert_eq!(of("A <a@b").unwrap().email, None);
        assert_eq!(of("A <> 12 +0").unwrap().email, None);
        assert_eq!(of("A <a@b> x").unwrap().time, None);
        assert_eq!(person(b"committer a <b> 1 +0\ncommitter c <d> 1 +0\n\n", "committer"), None);
    }

    #[test]
    fn the_subject_is_the_first_line_of_the_message() {
        assert_eq!(subject(b"tree 1\n\n\n one \ntwo\n"), b"one");
        assert_eq!(subject(b"tree 1\n"), b"");
    }
}
