//! What the targets about signatures share: objects around the fuzzer's bytes, and a judge for whom nobody may sign.

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
    let check = Signatures { settings: settings(), now: 1_800_000_000, jobs: None, until: None };
    let Ok(oid) = Oid::from_hex("1".repeat(40)) else { return };
    let said = check.look(&Arrival { oid, refs: Vec::new() }, kind, raw, &Trust::default());
    assert!(!said.stands, "accepted, though nobody may sign");
}

/// Judges a commit with a signature of these bytes, in armour that is sound.
#[allow(dead_code, reason = "some targets make whole objects")]
pub fn look_at_signature(label: &str, header: &str, bytes: &[u8]) {
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    let person = "A <a@example.org> 1767323045 +0000";
    let raw = format!(
        "tree 1\nauthor {person}\ncommitter {person}\ngpgsig -----BEGIN {label}-----\n{header} {text}\n -----END {label}-----\n\nm\n"
    );
    look(Kind::Commit, raw.as_bytes());
}
