//! SSH keys and certificates that were taken back, by a binary list that `ssh-keygen` writes (KRL).

use std::fs;

use super::keys::{Commit, Signing, Table};

/// The binary list that a specification makes (`ssh-keygen(1)`, KEY REVOCATION LISTS).
fn list(signing: &Signing, specification: &str, authority: Option<&str>) -> Vec<u8> {
    let at = |name: &str| signing.sandbox.base().join("keys").join(name).display().to_string();
    let (out, file) = (at("list"), at("specification"));
    fs::write(&file, specification).expect("a file");
    let by = authority.map(|name| at(&format!("{name}.pub")));
    let by = by.iter().flat_map(|file| ["-s", file.as_str()]);
    let args: Vec<&str> = ["-q", "-k", "-f", &out].into_iter().chain(by).chain([file.as_str()]).collect();
    signing.run("ssh-keygen", &args, b"");
    fs::read(out).expect("a list")
}

#[test]
fn a_binary_list_takes_back_keys_however_it_names_them() {
    let signing = Signing::new();
    let revoked = signing.sandbox.path(".palisade/revoked_keys");
    signing.sandbox.user_config("gpg.ssh.revocationFile", revoked.to_str().expect("UTF-8"));
    let names = ["whole", "sha1", "sha256", "hash", "other"];
    let keys = names.map(|name| signing.ssh(name, &["-t", "ed25519"]));
    let allowed: String = keys.iter().map(|key| format!("a@example.org {key}\n")).collect();
    let print = signing.run(
        "ssh-keygen",
        &["-l", "-f", &signing.sandbox.base().join("keys/hash.pub").display().to_string()],
        b"",
    );
    let print = print.line().split(' ').nth(1).expect("a fingerprint").to_owned();
    let specification = format!("key: {}\nsha1: {}\nsha256: {}\nhash: {print}\n", keys[0], keys[1], keys[2]);
    let list = list(&signing, &specification, None);
    let base = signing.accept(&[(".palisade/allowed_signers", allowed.as_bytes()), (".palisade/revoked_keys", &list)]);
    let mut table = Table::new(&signing);
    for name in names {
        let (state, git) = if name == "other" { ("good", "G") } else { ("revoked", "B") };
        table.commit(&Commit::new(name, signing.with_ssh(name)), state, git);
    }
    table.hold(&["--all", "--trust", &base]);
}

#[test]
fn a_binary_list_takes_back_certificates_by_number_and_by_name() {
    let signing = Signing::new();
    let revoked = signing.sandbox.path(".palisade/revoked_keys");
    signing.sandbox.user_config("gpg.ssh.revocationFile", revoked.to_str().expect("UTF-8"));
    let authority = signing.ssh("authority", &["-t", "ed25519"]);
    let elsewhere = signing.ssh("elsewhere", &["-t", "ed25519"]);
    let lines = format!("*@example.org cert-authority {authority}\n*@example.org cert-authority {elsewhere}\n");
    // Single numbers, a row, and numbers that are close to one another, which the list stores as bits.
    let bits: String = (0..200).map(|number| format!("serial: {}\n", 5000 + number * 3)).collect();
    let specification = format!("serial: 7\nserial: 100-200\nid: gone\n{bits}");
    let list = list(&signing, &specification, Some("authority"));
    let base = signing.accept(&[(".palisade/allowed_signers", lines.as_bytes()), (".palisade/revoked_keys", &list)]);
    let mut table = Table::new(&signing);
    for (by, serial, id, is_revoked) in [
        ("authority", "0", "none", false),
        ("authority", "7", "seven", true),
        ("authority", "8", "eight", false),
        ("authority", "100", "first", true),
        ("authority", "150", "within", true),
        ("authority", "200", "last", true),
        ("authority", "201", "behind", false),
        ("authority", "5000", "first-bit", true),
        ("authority", "5001", "no-bit", false),
        ("authority", "5597", "last-bit", true),
        ("authority", "5600", "past-bits", false),
        ("authority", "0", "gone", true),
        ("elsewhere", "7", "of-another", false),
        ("elsewhere", "1", "gone", false),
    ] {
        let name = format!("{by}-{serial}-{id}");
        signing.ssh(&name, &["-t", "ed25519"]);
        signing.certify(by, &name, &["-n", "a@example.org", "-z", serial, "-I", id]);
        let (state, git) = if is_revoked { ("revoked", "B") } else { ("good", "G") };
        table.commit(&Commit::new(&name, signing.with_certificate(&name)), state, git);
    }
    table.hold(&["--all", "--trust", &base]);
}

#[test]
fn a_list_that_cannot_be_understood_stops_the_judge() {
    let signing = Signing::new();
    let key = signing.ssh("a", &["-t", "ed25519"]);
    let whole = list(&signing, &format!("key: {key}\n"), None);
    let lines = format!("a@example.org {key}\n");
    let cut = &whole[..whole.len() - 1];
    let base = signing.accept(&[(".palisade/allowed_signers", lines.as_bytes()), (".palisade/revoked_keys", cut)]);
    let oid = signing.commit(&Commit::new("signed", signing.with_ssh("a")));
    let run = signing.sandbox.palisade(["verify", &format!("{base}..{oid}")]);
    assert!(run.code == Some(3) && run.text().contains("a part of it was cut off"), "{run}");
}
