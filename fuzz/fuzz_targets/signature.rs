//! Arbitrary bytes as a signature, and as the files that say who may sign: nothing panics, and what nobody may sign never stands.

#![no_main]

use std::sync::OnceLock;

use arbitrary::Arbitrary;
use base64::Engine as _;
use libfuzzer_sys::fuzz_target;
use palisade::checks::signatures::{Settings, Signatures, Trust};
use palisade::git::{Kind, Oid};
use palisade::scope::Arrival;

/// Where the bytes stand.
#[derive(Arbitrary, Debug)]
enum Place {
    /// They are the whole object.
    Object { is_tag: bool },
    /// They are a signature, in armour that is sound.
    Ssh,
    OpenPgp,
    /// They say who may sign.
    AllowedSigners,
    RevokedKeys,
    Keyring,
}

fn settings() -> &'static Settings {
    static SETTINGS: OnceLock<Settings> = OnceLock::new();
    SETTINGS.get_or_init(Settings::default)
}

/// A commit with this signature.
fn commit(label: &str, header: &str, bytes: &[u8]) -> Vec<u8> {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    let person = "A <a@example.org> 1767323045 +0000";
    format!(
        "tree 1\nauthor {person}\ncommitter {person}\ngpgsig -----BEGIN {label}-----\n{header} {text}\n -----END {label}-----\n\nm\n"
    )
    .into_bytes()
}

fuzz_target!(|input: (Place, &[u8])| {
    let (place, bytes) = input;
    let (kind, raw) = match place {
        Place::Object { is_tag: true } => (Kind::Tag, bytes.to_vec()),
        Place::Object { is_tag: false } => (Kind::Commit, bytes.to_vec()),
        Place::Ssh => (Kind::Commit, commit("SSH SIGNATURE", "", bytes)),
        Place::OpenPgp => (Kind::Commit, commit("PGP SIGNATURE", " \n", bytes)),
        Place::AllowedSigners => return drop(Trust::read(bytes, b"", &[])),
        Place::RevokedKeys => return drop(Trust::read(b"", bytes, &[])),
        Place::Keyring => return drop(Trust::read(b"", b"", &[("key".to_owned(), bytes.to_vec())])),
    };
    let check = Signatures { settings: settings(), now: 1_800_000_000, jobs: None };
    let Ok(oid) = Oid::from_hex("1".repeat(40)) else { return };
    let said = check.look(&Arrival { oid, refs: Vec::new() }, kind, &raw, &Trust::default());
    assert!(!said.stands, "accepted, though nobody may sign");
});
