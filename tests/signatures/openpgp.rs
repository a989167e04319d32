//! OpenPGP signatures: kinds of keys, subkeys, time, and revocation both ways.

use p256::elliptic_curve::rand_core::OsRng;
use pgp::composed::{
    ArmorOptions, Deserializable, DetachedSignature, KeyType, SecretKeyParamsBuilder, SignedPublicKey,
};
use pgp::crypto::hash::HashAlgorithm;
use pgp::ser::Serialize;
use pgp::types::{KeyVersion, Password};

use super::keys::{Commit, Signing, Table};

/// gpg at this time, in the form that it takes: `20260102T030405`.
fn at(time: &str) -> String {
    format!("--faked-system-time={time}!")
}

/// Certificates as files of the keyring.
fn ring(signing: &Signing, keys: &[&str]) -> Vec<(String, Vec<u8>)> {
    keys.iter().map(|key| (format!(".palisade/keys/{key}.asc"), signing.export(key))).collect()
}

/// The commit that has this keyring.
fn accept(signing: &Signing, files: &[(String, Vec<u8>)]) -> String {
    let files: Vec<_> = files.iter().map(|(path, content)| (path.as_str(), content.as_slice())).collect();
    signing.accept(&files)
}

const BEGIN: &str = "20250101T000000";
const MADE: &str = "20260102T030405";

#[test]
fn all_certificates_of_one_file_count() {
    let signing = Signing::new();
    let begin = at(BEGIN);
    let keys = ["one", "two", "three"]
        .map(|name| signing.gpg(&format!("{name} <a@example.org>"), "ed25519", &[&begin], "never"));
    let all = keys.iter().flat_map(|key| signing.export(key)).collect();
    let base = accept(&signing, &[(".palisade/keys/all.asc".to_owned(), all)]);
    let mut table = Table::new(&signing);
    let gpg = at(MADE);
    for key in &keys {
        table.commit(&Commit { gpg: &gpg, ..Commit::new(key, signing.with_gpg(key)) }, "good", "G");
    }
    table.hold(&["--all", "--trust", &base]);
}

#[test]
fn a_key_of_version_6_signs_as_one_of_version_4() {
    let signing = Signing::new();
    let make = |user: &str| {
        let mut params = SecretKeyParamsBuilder::default();
        params.version(KeyVersion::V6).key_type(KeyType::Ed25519).can_sign(true).can_certify(true);
        params.primary_user_id(user.into()).build().expect("a key").generate(OsRng).expect("a key")
    };
    let (key, stranger) = (make("A <a@example.org>"), make("B <a@example.org>"));
    let public = key.to_public_key().to_armored_bytes(ArmorOptions::default()).expect("armour");
    let base = accept(&signing, &[(".palisade/keys/a.asc".to_owned(), public)]);
    let plain = signing.commit(&Commit::new("version 6", Vec::new()));
    let signed_by = |key: &pgp::composed::SignedSecretKey, change: &[u8]| {
        signing.rewrite(&plain, |raw| {
            let key = &key.primary_key;
            let signature = DetachedSignature::sign_binary_data(
                OsRng,
                key,
                &Password::empty(),
                HashAlgorithm::Sha512,
                raw.as_slice(),
            );
            let armour = signature.expect("a signature").to_armored_bytes(ArmorOptions::default()).expect("armour");
            let armour = String::from_utf8(armour).expect("UTF-8").trim_end().replace('\n', "\n ");
            let text = String::from_utf8(raw).expect("UTF-8");
            let (headers, message) = text.split_once("\n\n").expect("a message");
            [format!("{headers}\ngpgsig {armour}\n\n{message}").as_bytes(), change].concat()
        })
    };
    let mut table = Table::new(&signing);
    // The gpg of today does not read such a signature, so that git sees none; the states are those of RFC 9580.
    table.row("version 6", &signed_by(&key, b""), "good", "N");
    table.row("version 6, changed", &signed_by(&key, b"more\n"), "tampered", "N");
    table.row("version 6, of a stranger", &signed_by(&stranger, b""), "unknown-key", "N");
    table.hold(&["--all", "--trust", &base]);
}

#[test]
fn every_kind_of_key_signs_and_what_is_changed_is_told() {
    let signing = Signing::new();
    let begin = at(BEGIN);
    let made = |kind: &str| signing.gpg(&format!("{kind} <a@example.org>"), kind, &[&begin], "never");
    let kinds = ["ed25519", "rsa2048", "rsa4096", "nistp256", "nistp384", "nistp521", "brainpoolP256r1"];
    let keys = kinds.map(made);
    let weak = ["dsa2048", "rsa1024"].map(made);
    let stranger = signing.gpg("stranger <s@example.org>", "ed25519", &[&begin], "never");
    let known: Vec<_> = keys.iter().chain(&weak).map(String::as_str).collect();
    let base = accept(&signing, &ring(&signing, &known));
    let mut table = Table::new(&signing);
    let gpg = at(MADE);
    for (kind, key) in kinds.iter().zip(&keys) {
        let commit = Commit { gpg: &gpg, ..Commit::new(kind, signing.with_gpg(key)) };
        // The library does not know this curve.
        let is_known = *kind != "brainpoolP256r1";
        let oid = table.commit(&commit, if is_known { "good" } else { "unverified" }, "G");
        if is_known {
            let changed = signing.rewrite(&oid, |raw| [raw.as_slice(), b"more\n"].concat());
            table.row(&format!("{kind}, changed"), &changed, "tampered", "B");
        }
    }
    for (kind, key) in ["dsa2048", "rsa1024"].iter().zip(&weak) {
        table.commit(&Commit { gpg: &gpg, ..Commit::new(kind, signing.with_gpg(key)) }, "weak", "G");
    }
    let sha1 = format!("{gpg} --digest-algo SHA1");
    table.commit(&Commit { gpg: &sha1, ..Commit::new("SHA-1", signing.with_gpg(&keys[1])) }, "weak", "G");
    let text = format!("{gpg} --textmode");
    table.commit(&Commit { gpg: &text, ..Commit::new("text", signing.with_gpg(&keys[0])) }, "malformed", "G");
    // What is not as git writes it is not read, so that nothing is said of its key.
    table.unnamed();
    table.commit(&Commit { gpg: &gpg, ..Commit::new("stranger", signing.with_gpg(&stranger)) }, "unknown-key", "G");
    let other = Commit { gpg: &gpg, committer: "b@example.org", ..Commit::new("other", signing.with_gpg(&keys[0])) };
    table.commit(&other, "wrong-identity", "G");
    table.hold(&["--all", "--trust", &base]);
}

#[test]
fn time_is_asked_of_the_signature_and_of_now() {
    let signing = Signing::new();
    let (begin, made) = (at(BEGIN), at(MADE));
    let user = |name: &str| format!("{name} <a@example.org>");
    let short = signing.gpg(&user("short"), "ed25519", &[&begin], "2026-02-01");
    let extended = signing.gpg(&user("extended"), "ed25519", &[&begin], "2025-06-01");
    let over = signing.gpg(&user("over"), "ed25519", &[&begin], "2025-06-01");
    let later = signing.gpg(&user("later"), "ed25519", &[&at("20260601T000000")], "never");
    signing.run_gpg(&[&at("20260301T000000"), "--quick-set-expire", &extended, "10y"], b"");
    let mut table = Table::new(&signing);
    let base = accept(&signing, &ring(&signing, &[&short, &extended, &over, &later]));
    let by = |name: &'static str, key: &str, gpg| Commit { gpg, ..Commit::new(name, signing.with_gpg(key)) };
    // Git says X or Y of a key that has expired now, whether it had then or not.
    table.commit(&by("expired since", &short, &made), "good-expired-since", "Y");
    table.commit(&by("extended later", &extended, &made), "good", "G");
    // gpg would not sign with an expired key, so it is told an earlier time than the one that is written.
    let stale = signing.commit(&by("within", &over, "--faked-system-time=20250301T000000!"));
    table.row("within", &stale, "good-expired-since", "Y");
    let before = format!("{} --ignore-time-conflict --ignore-valid-from", at("20260101T000000"));
    table.commit(&by("before the key", &later, &before), "not-yet-valid", "E");
    let short_lived = format!("{made} --default-sig-expire 2026-01-10");
    table.commit(&by("the signature expired", &extended, &short_lived), "expired", "X");
    let future = at("20990101T000000");
    let ever = format!("{future} --ignore-time-conflict");
    // gpg takes a signature from the future as it is, if its key is old enough.
    table.commit(&by("from the future", &later, &ever), "not-yet-valid", "G");
    table.hold(&["--all", "--trust", &base]);
}

#[test]
fn a_revocation_takes_back_what_its_reason_takes_back() {
    let signing = Signing::new();
    let begin = at(BEGIN);
    let reasons: [(&str, u8); 4] = [("no reason", 0), ("compromised", 1), ("superseded", 2), ("no longer used", 3)];
    let keys = reasons.map(|(name, _)| signing.gpg(&format!("{name} <a@example.org>"), "ed25519", &[&begin], "never"));
    let plain = signing.gpg("plain <a@example.org>", "ed25519", &[&begin], "never");
    let old = ring(&signing, &[&keys[2]]);
    let mut commits = Vec::new();
    // What they sign now is signed before they are revoked.
    signing.accept(&[("a", b"a")]);
    for ((name, _), key) in reasons.iter().zip(&keys) {
        for (when, time) in [("before", "20260101T000000"), ("after", "20260301T000000")] {
            let subject = format!("{name}, {when}");
            let gpg = at(time);
            commits.push(signing.commit(&Commit { gpg: &gpg, ..Commit::new(&subject, signing.with_gpg(key)) }));
        }
    }
    let kept = signing.commit(&Commit { gpg: &at(MADE), ..Commit::new("plain", signing.with_gpg(&plain)) });
    for ((_, reason), key) in reasons.iter().zip(&keys) {
        signing.revoke(key, *reason, "20260201T000000");
    }
    let mut files = ring(&signing, &[&keys[0], &keys[1], &keys[2], &keys[3], &plain]);
    // An older copy of the certificate brings nothing back.
    files.extend(old.into_iter().map(|(_, content)| (".palisade/keys/zzz-old.asc".to_owned(), content)));
    let base = accept(&signing, &files);
    let mut table = Table::new(&signing);
    let states =
        ["revoked", "revoked", "revoked", "revoked", "good-retired-since", "retired", "good-retired-since", "retired"];
    for (oid, state) in commits.iter().zip(states) {
        table.row(state, oid, state, "R");
    }
    table.row("plain", &kept, "good", "G");
    table.hold(&["--all", "--trust", &base]);
}

#[test]
fn a_subkey_signs_for_its_owner_and_only_if_both_say_so() {
    let signing = Signing::new();
    let begin = at(BEGIN);
    let key = signing.gpg("Ünï Cödé <a@example.org>", "ed25519", &[&begin], "never");
    let subkey = signing.subkey(&key, &[&begin], "never");
    let short = signing.subkey(&key, &[&at("20250102T000000")], "2026-02-01");
    let claimless = signing.gpg("claimless <a@example.org>", "rsa2048", &[&begin], "never");
    let unclaimed = signing.subkey(&claimless, &[&begin], "never");
    let mut certificate =
        SignedPublicKey::from_armor_single(signing.export(&claimless).as_slice()).expect("a certificate").0;
    for signature in certificate.public_subkeys.iter_mut().flat_map(|subkey| &mut subkey.signatures) {
        // Its own word stands among what nobody has signed, and anybody can take it away.
        while signature.unhashed_subpacket_remove(0).is_ok() {}
    }
    let mut files = ring(&signing, &[&key]);
    files.push((".palisade/keys/binary.pgp".to_owned(), certificate.to_bytes().expect("bytes")));
    files.push((".palisade/keys/README.md".to_owned(), b"Not a key.\n".to_vec()));
    let base = accept(&signing, &files);
    let mut table = Table::new(&signing);
    let gpg = at(MADE);
    let by = |name: &'static str, key: &str| Commit { gpg: &gpg, ..Commit::new(name, signing.with_gpg(key)) };
    table.commit(&by("primary", &key), "good", "G");
    table.commit(&by("subkey", &subkey), "good", "G");
    table.commit(&by("subkey, expired since", &short), "good-expired-since", "Y");
    table.commit(&by("its primary", &claimless), "good", "G");
    // gpg has the whole certificate.
    table.commit(&by("not cross-certified", &unclaimed), "broken-chain", "G");
    table.hold(&["--all", "--trust", &base]);
    let told = signing.verify(&["--all", "--trust", &base]);
    let told = String::from_utf8_lossy(&told.run.stdout).into_owned();
    assert!(told.contains("Ünï Cödé <a@example.org>") && told.contains(&subkey), "{told}");
}

#[test]
fn an_address_that_its_owner_has_taken_back_is_not_the_keys() {
    let signing = Signing::new();
    let begin = at(BEGIN);
    let key = signing.gpg("first <a@example.org>", "ed25519", &[&begin], "never");
    signing.run_gpg(&[&at("20250102T000000"), "--quick-add-uid", &key, "second <b@example.org>"], b"");
    signing.run_gpg(&[&at("20250103T000000"), "--quick-add-uid", &key, "third <c@example.org>"], b"");
    signing.run_gpg(&[&at("20250601T000000"), "--quick-revoke-uid", &key, "second <b@example.org>"], b"");
    let base = accept(&signing, &ring(&signing, &[&key]));
    let mut table = Table::new(&signing);
    let gpg = at(MADE);
    for (committer, state) in [
        ("a@example.org", "good"),
        ("B@example.org", "wrong-identity"),
        ("C@Example.org", "good"),
        ("d@example.org", "wrong-identity"),
    ] {
        table.commit(&Commit { gpg: &gpg, committer, ..Commit::new(committer, signing.with_gpg(&key)) }, state, "G");
    }
    table.hold(&["--all", "--trust", &base]);
}
