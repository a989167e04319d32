//! SSH keys and certificates that were taken back: keys one a line, or OpenSSH's binary list of them (PROTOCOL.krl).
//!
//! It is read in full or not at all: a key that is revoked must not be missed.

use std::collections::HashSet;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::allowed_signers;
use super::certificate::Certificate;
use super::wire::Wire;

/// How a binary list begins.
const MAGIC: &[u8] = b"SSHKRL\n\0";
const VERSION: u32 = 1;

/// Sections of a binary list.
const CERTIFICATES: u8 = 1;
const KEYS: u8 = 2;
const SHA1: u8 = 3;
const SHA256: u8 = 5;
const EXTENSION: u8 = 255;

/// Sections about the certificates of one authority.
const SERIALS: u8 = 0x20;
const SERIAL_RANGE: u8 = 0x21;
const SERIAL_BITMAP: u8 = 0x22;
const KEY_IDS: u8 = 0x23;
const CERTIFICATE_EXTENSION: u8 = 0x39;

/// What was taken back.
#[derive(Clone, Debug, Default)]
pub(super) struct Revoked {
    keys: HashSet<Vec<u8>>,
    sha1: HashSet<Vec<u8>>,
    sha256: HashSet<Vec<u8>>,
    certificates: Vec<OfAuthority>,
}

/// Certificates that were taken back.
#[derive(Clone, Debug, Default)]
struct OfAuthority {
    /// Whose; of all authorities where none is named.
    authority: Option<Vec<u8>>,
    /// The first and the last number of each row.
    serials: Vec<(u64, u64)>,
    /// The number of the first bit, and bits from the last byte on.
    bitmaps: Vec<(u64, Vec<u8>)>,
    ids: HashSet<Vec<u8>>,
}

impl Revoked {
    /// Reads either form.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        if bytes.starts_with(MAGIC) {
            return binary(bytes);
        }
        Ok(Self { keys: allowed_signers::keys(bytes)?.into_iter().collect(), ..Self::default() })
    }

    /// Whether a key was taken back, whatever certificate it comes with.
    pub(super) fn has(&self, key: &[u8]) -> bool {
        self.keys.contains(key)
            || !self.sha256.is_empty() && self.sha256.contains(Sha256::digest(key).as_slice())
            || !self.sha1.is_empty() && self.sha1.contains(sha1(key).as_slice())
    }

    /// Why a certificate does not count any more; none where it does.
    pub(super) fn why(&self, certificate: &Certificate<'_>) -> Option<&'static str> {
        if self.has(&certificate.key) {
            return Some("the key is on the list of revoked keys");
        }
        if self.has(certificate.authority) {
            return Some("the key of the authority is on the list of revoked keys");
        }
        let of_authority =
            |list: &&OfAuthority| list.authority.as_deref().is_none_or(|authority| authority == certificate.authority);
        let is_in = |list: &OfAuthority| list.has(certificate.serial, certificate.id);
        self.certificates
            .iter()
            .filter(of_authority)
            .any(is_in)
            .then_some("its certificate is on the list of revoked ones")
    }
}

impl OfAuthority {
    fn has(&self, serial: u64, id: &[u8]) -> bool {
        if self.ids.contains(id) {
            return true;
        }
        // Where an authority does not count, all its certificates have this number.
        serial != 0
            && (self.serials.iter().any(|(first, last)| (*first..=*last).contains(&serial))
                || self.bitmaps.iter().any(|(offset, bits)| has_bit(bits, serial.checked_sub(*offset))))
    }
}

/// Whether a bit of a number is set that is written from its highest byte on.
fn has_bit(bits: &[u8], number: Option<u64>) -> bool {
    let byte = number.and_then(|number| Some((usize::try_from(number / 8).ok()?, number % 8)));
    byte.and_then(|(at, bit)| Some(bits.iter().rev().nth(at)? >> bit & 1 == 1)).unwrap_or(false)
}

fn sha1(key: &[u8]) -> Vec<u8> {
    use sha1::Digest as _;
    Sha1::digest(key).to_vec()
}

fn binary(bytes: &[u8]) -> Result<Revoked, String> {
    let mut wire = Wire(bytes.strip_prefix(MAGIC).unwrap_or_default());
    let cut = || "a part of it was cut off".to_owned();
    let version = wire.u32().ok_or_else(cut)?;
    if version != VERSION {
        return Err(format!("it is a binary list of version {version}, and only {VERSION} is known"));
    }
    // Its own number, when it was made, flags, what is reserved, and a comment.
    wire.bytes(3 * 8).and_then(|_| wire.string()).and_then(|_| wire.string()).ok_or_else(cut)?;
    let mut revoked = Revoked::default();
    while !wire.is_done() {
        let (kind, section) = section(&mut wire).ok_or_else(cut)?;
        match kind {
            CERTIFICATES => revoked.certificates.push(certificates(section)?),
            KEYS => revoked.keys.extend(strings(section).ok_or_else(cut)?),
            SHA1 => revoked.sha1.extend(digests(section, 20)?),
            SHA256 => revoked.sha256.extend(digests(section, 32)?),
            EXTENSION => pass_over(section)?,
            _ => return Err(format!("it has a section of kind {kind}, which nobody here understands")),
        }
    }
    Ok(revoked)
}

fn section<'a>(wire: &mut Wire<'a>) -> Option<(u8, Wire<'a>)> {
    let kind = wire.u8()?;
    Some((kind, Wire(wire.string()?)))
}

fn strings(mut wire: Wire<'_>) -> Option<Vec<Vec<u8>>> {
    let mut found = Vec::new();
    while !wire.is_done() {
        found.push(wire.string()?.to_vec());
    }
    Some(found)
}

fn digests(section: Wire<'_>, len: usize) -> Result<Vec<Vec<u8>>, String> {
    let found = strings(section).filter(|list| list.iter().all(|digest| digest.len() == len));
    found.ok_or_else(|| "it has a fingerprint of another length".to_owned())
}

/// An extension that need not be understood.
fn pass_over(mut section: Wire<'_>) -> Result<(), String> {
    let name = section.text();
    match (name, section.u8(), section.string()) {
        (Some(_), Some(0), Some(_)) => Ok(()),
        (Some(name), Some(_), Some(_)) => Err(format!("it demands `{name}`, which nobody here understands")),
        _ => Err("an extension in it is cut off".to_owned()),
    }
}

fn certificates(mut wire: Wire<'_>) -> Result<OfAuthority, String> {
    let cut = || "a list of certificates in it is cut off".to_owned();
    let authority = wire.string().ok_or_else(cut)?;
    wire.string().ok_or_else(cut)?;
    let mut found =
        OfAuthority { authority: (!authority.is_empty()).then(|| authority.to_vec()), ..OfAuthority::default() };
    while !wire.is_done() {
        let (kind, mut section) = section(&mut wire).ok_or_else(cut)?;
        match kind {
            SERIALS => {
                while !section.is_done() {
                    let serial = section.u64().ok_or_else(cut)?;
                    found.serials.push((serial, serial));
                }
            }
            SERIAL_RANGE => match (section.u64(), section.u64()) {
                (Some(first), Some(last)) if first <= last && section.is_done() => found.serials.push((first, last)),
                _ => return Err("a row of numbers in it is none".to_owned()),
            },
            SERIAL_BITMAP => match (section.u64(), section.string()) {
                (Some(offset), Some(bits)) if section.is_done() => found.bitmaps.push((offset, bits.to_vec())),
                _ => return Err(cut()),
            },
            KEY_IDS => found.ids.extend(strings(section).ok_or_else(cut)?),
            CERTIFICATE_EXTENSION => pass_over(section)?,
            _ => return Err(format!("it has certificates by something of kind {kind}, which nobody here understands")),
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::wire::put;
    use super::*;

    fn list(sections: &[(u8, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = [MAGIC, &1_u32.to_be_bytes(), &[0; 24], &[0; 8]].concat();
        for (kind, section) in sections {
            bytes.push(*kind);
            put(section, &mut bytes).unwrap();
        }
        bytes
    }

    fn string(bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        put(bytes, &mut out).unwrap();
        out
    }

    #[test]
    fn a_bitmap_is_read_from_its_last_byte_on() {
        let part = [&100_u64.to_be_bytes()[..], &string(&[0x01, 0x05])].concat();
        let section = [string(b"ca"), string(b""), vec![SERIAL_BITMAP], string(&part)].concat();
        let revoked = Revoked::read(&list(&[(CERTIFICATES, section)])).unwrap();
        let has = |serial| revoked.certificates[0].has(serial, b"");
        assert!(has(100) && has(102) && has(108));
        assert!(!has(99) && !has(101) && !has(109) && !has(116) && !has(0) && !has(u64::MAX));
    }

    #[test]
    fn what_is_not_understood_is_an_error_and_not_passed_over() {
        let told = |bytes: &[u8]| Revoked::read(bytes).unwrap_err();
        assert_eq!(told(&list(&[(9, Vec::new())])), "it has a section of kind 9, which nobody here understands");
        assert_eq!(told(&list(&[(SHA256, string(&[0; 31]))])), "it has a fingerprint of another length");
        let demand = |is_critical| [string(b"odd"), vec![is_critical], string(b"x")].concat();
        assert_eq!(told(&list(&[(EXTENSION, demand(1))])), "it demands `odd`, which nobody here understands");
        assert!(Revoked::read(&list(&[(EXTENSION, demand(0))])).is_ok());
        let whole = list(&[(KEYS, string(b"key"))]);
        assert!(Revoked::read(&whole).unwrap().has(b"key"));
        // Where the last section ends, the list may end as well.
        let ends = [list(&[]).len(), whole.len()];
        for end in (MAGIC.len()..whole.len()).filter(|end| !ends.contains(end)) {
            assert!(Revoked::read(&whole[..end]).is_err(), "{end}");
        }
        let mut later = whole;
        later[MAGIC.len() + 3] = 2;
        assert_eq!(told(&later), "it is a binary list of version 2, and only 1 is known");
    }
}
