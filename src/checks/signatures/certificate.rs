//! SSH certificates (PROTOCOL.certkeys): the fields, as they stand on the wire. What they are worth is said in `ssh`.

use super::outcome::Window;
use super::wire::{Wire, put};

/// What certificates of keys are called, behind the name of the key.
const SUFFIX: &str = "-cert-v01@openssh.com";

/// Kinds of keys: their name, how that of their certificates begins, and how many fields the key has.
const KINDS: &[(&str, &str, usize)] = &[
    ("ssh-ed25519", "ssh-ed25519", 1),
    ("ssh-rsa", "ssh-rsa", 2),
    ("ssh-dss", "ssh-dss", 4),
    ("ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256", 2),
    ("ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384", 2),
    ("ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521", 2),
    ("sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519", 2),
    ("sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256", 3),
];

/// A certificate of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Certificate<'a> {
    /// The key that is certified, as it is written without a certificate.
    pub key: Vec<u8>,
    /// Its number, which its authority gave it.
    pub serial: u64,
    /// Its name, which its authority gave it.
    pub id: &'a [u8],
    /// Whether it is one of a user, and not of a host.
    pub is_user: bool,
    /// Whom it names.
    pub principals: Vec<String>,
    /// When it is valid.
    pub window: Window,
    /// Options that must be understood.
    pub critical: Vec<String>,
    /// The key of the authority.
    pub authority: &'a [u8],
    /// What the authority has signed.
    pub signed: &'a [u8],
    /// The signature of the authority.
    pub signature: &'a [u8],
}

/// Whether a key is a certificate.
pub(super) fn is_certificate(key: &[u8]) -> bool {
    Wire(key).text().is_some_and(|kind| kind.ends_with(SUFFIX))
}

/// Reads a certificate; none where it is malformed or of a kind that nobody knows.
pub(super) fn read(bytes: &[u8]) -> Option<Certificate<'_>> {
    let mut wire = Wire(bytes);
    let base = wire.text()?.strip_suffix(SUFFIX)?;
    let (kind, _, fields) = KINDS.iter().find(|(_, name, _)| *name == base)?;
    wire.string()?;
    let before = wire;
    for _ in 0..*fields {
        wire.string()?;
    }
    let mut key = Vec::new();
    put(kind.as_bytes(), &mut key)?;
    key.extend_from_slice(before.0.get(..before.0.len() - wire.0.len())?);
    let serial = wire.u64()?;
    let is_user = wire.u32()? == 1;
    let id = wire.string()?;
    let principals = list(wire.string()?, Wire::text)?;
    let (after, before) = (wire.u64()?, wire.u64()?);
    let critical = list(wire.string()?, |wire| {
        let name = wire.text()?;
        wire.string()?;
        Some(name)
    })?;
    wire.string()?;
    wire.string()?;
    let authority = wire.string()?;
    let signed = bytes.get(..bytes.len() - wire.0.len())?;
    let signature = wire.string()?;
    // "valid after <= current time < valid before"; the largest number is for ever.
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let until = i64::try_from(before).ok().map(|before| before - 1);
    let window = Window { after: Some(after), until };
    let certificate =
        Certificate { key, serial, id, is_user, principals, window, critical, authority, signed, signature };
    wire.is_done().then_some(certificate)
}

/// All items of a field that holds several.
fn list<'a>(bytes: &'a [u8], item: impl Fn(&mut Wire<'a>) -> Option<&'a str>) -> Option<Vec<String>> {
    let mut wire = Wire(bytes);
    let mut items = Vec::new();
    while !wire.is_done() {
        items.push(item(&mut wire)?.to_owned());
    }
    Some(items)
}
