//! What the targets about signatures share: objects around the fuzzer's bytes, and a judge.
#![allow(dead_code, reason = "each target uses a part of it")]

use std::sync::OnceLock;

use base64::Engine as _;
use palisade::checks::signatures::{Settings, Signatures, Trust};
use palisade::git::{Kind, Oid};
use palisade::scope::Arrival;

fn settings() -> &'static Settings {
    static SETTINGS: OnceLock<Settings> = OnceLock::new();
    SETTINGS.get_or_init(Settings::default)
}

/// Judges an object where nobody may sign: it must not stand.
pub fn look(kind: Kind, raw: &[u8]) {
    assert!(!stands(kind, raw, &Trust::default()), "accepted, though nobody may sign");
}

/// Whether an object stands where these may sign.
pub fn stands(kind: Kind, raw: &[u8], trust: &Trust) -> bool {
    let check = Signatures { settings: settings(), now: 1_800_000_000, jobs: None, until: None };
    let Ok(oid) = Oid::from_hex("1".repeat(40)) else { return false };
    check.look(&Arrival { oid, refs: Vec::new() }, kind, raw, trust).stands
}

/// Judges a commit with a signature of these bytes, in armour that is sound.
pub fn look_at_signature(label: &str, header: &str, bytes: &[u8]) {
    look(Kind::Commit, commit(label, header, bytes).as_bytes());
}

/// What stands in a commit before its signature, and behind it.
const BEFORE: &str =
    "tree 1\nauthor A <a@example.org> 1767323045 +0000\ncommitter A <a@example.org> 1767323045 +0000\n";
const BEHIND: &str = "\nm\n";

/// What is signed of a commit.
pub fn payload() -> String {
    format!("{BEFORE}{BEHIND}")
}

/// A commit with a signature of these bytes.
pub fn commit(label: &str, header: &str, bytes: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    format!("{BEFORE}gpgsig -----BEGIN {label}-----\n{header} {text}\n -----END {label}-----\n{BEHIND}")
}
