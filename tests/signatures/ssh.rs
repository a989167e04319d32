//! SSH signatures: kinds of keys, states, certificates, and every line of allowed signers that means something.

use super::keys::{Commit, Signing, Table};

/// `allowed_signers` with these lines.
fn lines(lines: &[String]) -> Vec<u8> {
    (lines.join("\n") + "\n").into_bytes()
}

#[test]
fn every_kind_of_key_signs_and_what_is_changed_is_told() {
    let signing = Signing::new();
    let kinds: [(&str, &[&str]); 6] = [
        ("ed25519", &["-t", "ed25519"]),
        ("p256", &["-t", "ecdsa", "-b", "256"]),
        ("p384", &["-t", "ecdsa", "-b", "384"]),
        ("p521", &["-t", "ecdsa", "-b", "521"]),
        ("rsa2048", &["-t", "rsa", "-b", "2048"]),
        ("rsa4096", &["-t", "rsa", "-b", "4096"]),
    ];
    let list: Vec<_> = kinds.iter().map(|(name, kind)| format!("a@example.org {}", signing.ssh(name, kind))).collect();
    signing.ssh("stranger", &["-t", "ed25519"]);
    let base = signing.accept(&[(".palisade/allowed_signers", &lines(&list))]);
    let mut table = Table::new(&signing);
    for (name, _) in kinds {
        let oid = table.commit(&Commit::new(name, signing.with_ssh(name)), "good", "G");
        let changed = signing.rewrite(&oid, |raw| [raw.as_slice(), b"one more line\n"].concat());
        table.row(&format!("{name}, message changed"), &changed, "tampered", "B");
        let flipped = signing.rewrite(&oid, |raw| {
            let text = String::from_utf8(raw).expect("UTF-8");
            text.replacen("\ncommitter C O Mitter", "\ncommitter C O  Mitter", 1).into_bytes()
        });
        table.row(&format!("{name}, committer changed"), &flipped, "tampered", "B");
    }
    // Git says U: the signature holds, and nobody knows whose it is.
    table.commit(&Commit::new("stranger", signing.with_ssh("stranger")), "unknown-key", "U");
    table.commit(&Commit::new("unsigned", Vec::new()), "unsigned", "N");
    let other = Commit { committer: "b@example.org", ..Commit::new("other committer", signing.with_ssh("ed25519")) };
    // Git asks only whether the key is somebody's.
    table.commit(&other, "wrong-identity", "G");
    table.hold(&["--all", "--trust", &base]);
}

#[test]
fn the_bytes_of_the_object_are_covered_whatever_they_are() {
    let signing = Signing::new();
    let key = signing.ssh("a", &["-t", "ed25519"]);
    let base = signing.accept(&[(".palisade/allowed_signers", format!("a@example.org {key}\n").as_bytes())]);
    let mut table = Table::new(&signing);
    let header = |name: &str, value: &str| format!("{name} {value}\n");
    let sign = |extra: &str, message: &[u8]| {
        let tree = signing.sandbox.git(["rev-parse", "HEAD^{tree}"]).line();
        let person = "A <a@example.org> 1767323045 +0000";
        let headers = format!("tree {tree}\nparent {base}\nauthor {person}\ncommitter {person}\n");
        let payload = [headers.as_bytes(), extra.as_bytes(), b"\n", message].concat();
        let key = signing.sandbox.base().join("keys/a");
        let args = ["-Y", "sign", "-n", "git", "-q", "-f", key.to_str().expect("UTF-8")];
        let armour = String::from_utf8(signing.run("ssh-keygen", &args, &payload).stdout).expect("UTF-8");
        let signature = header("gpgsig", armour.trim_end().replace('\n', "\n ").as_str());
        (headers, signature, [extra.as_bytes(), b"\n", message].concat())
    };
    let store = |(headers, signature, rest): (String, String, Vec<u8>)| {
        let oid = signing.store("commit", &[headers.as_bytes(), signature.as_bytes(), &rest].concat());
        signing.branch(&oid);
        oid
    };
    table.row("unknown header", &store(sign("change-id xyz\n", b"m\n")), "good", "G");
    table.row("encoding", &store(sign("encoding ISO-8859-1\n", b"m\xFC\n")), "good", "G");
    table.row("CRLF", &store(sign("", b"m\r\nn\r\n")), "good", "G");
    table.row("no UTF-8", &store(sign("", b"\xFF\xFE\n")), "good", "G");
    table.row("NUL in the message", &store(sign("", b"m\0n\n")), "good", "G");
    table.row("gpgsig in the message", &store(sign("", b"m\n\ngpgsig -----BEGIN SSH SIGNATURE-----\n")), "good", "G");
    let mergetag = "mergetag object 1\n type commit\n tag x\n \n -----BEGIN SSH SIGNATURE-----\n AAAA\n -----END SSH SIGNATURE-----\n";
    table.row("mergetag", &store(sign(mergetag, b"m\n")), "good", "G");
    let (headers, signature, rest) = sign("", b"m\n");
    let twice = format!("{signature}{signature}");
    // Git puts the two behind each other, and `ssh-keygen` reads the first.
    table.row("two signatures", &store((headers.clone(), twice, rest.clone())), "malformed", "G");
    // Neither is said to be the one that counts.
    table.unnamed();
    // Git takes every header away that begins with `gpgsig`; nobody has signed this one.
    let smuggled = format!("{signature}gpgsigned-by the boss\n");
    table.row(
        "a header that looks like a signature's",
        &store((headers.clone(), smuggled, rest.clone())),
        "tampered",
        "G",
    );
    let injected =
        headers.replace("committer A <a@example.org>", "committer B <b@example.org>\ncommitter A <a@example.org>");
    table.row("two committers", &store((injected, signature, rest)), "malformed", "B");
    table.hold(&["--all", "--trust", &base]);
}

#[test]
fn every_option_of_a_line_is_kept_to() {
    let signing = Signing::new();
    let made = |name: &str| signing.ssh(name, &["-t", "ed25519"]);
    let list = [
        format!("a@example.org namespaces=\"git\" {}", made("for-git")),
        format!("a@example.org namespaces=\"file,email\" {}", made("for-files")),
        format!("*@example.org,!b@example.org {}", made("glob")),
        format!("\"a@example.org\" valid-after=\"20260101\",valid-before=\"20260201Z\" {}", made("january")),
        format!("a@example.org valid-before=\"202601020304\" {}", made("until-then")),
        format!("a@example.org valid-before=\"20260102030405Z\" {}", made("until-the-second")),
        format!("a@example.org valid-after=\"20270101\" {}", made("later")),
        format!("b@example.org valid-before=\"20200101\" {}", made("two-lines")),
        format!("a@example.org {}", signing.public("two-lines")),
        "a@example.org valid-after=\"tomorrow\" ssh-ed25519 AAAA".to_owned(),
        format!("a@example.org {}", made("revoked")),
    ];
    let revoked = format!("# leaked\n{}\n", signing.public("revoked"));
    let base =
        signing.accept(&[(".palisade/allowed_signers", &lines(&list)), (".palisade/revoked_keys", revoked.as_bytes())]);
    let revoked = signing.sandbox.path(".palisade/revoked_keys");
    signing.sandbox.user_config("gpg.ssh.revocationFile", revoked.to_str().expect("UTF-8"));
    let mut table = Table::new(&signing);
    let by = |name: &'static str| Commit::new(name, signing.with_ssh(name));
    table.commit(&by("for-git"), "good", "G");
    // Git finds the line without asking for the namespace, and then does not say G.
    table.commit(&by("for-files"), "not-allowed", "B");
    table.commit(&by("glob"), "good", "G");
    table.commit(&Commit { committer: "b@example.org", ..by("glob") }, "wrong-identity", "G");
    table.commit(&Commit { committer: "c@example.org", ..by("glob") }, "good", "G");
    // It was valid then, which is what both ask; that it is not now is said by one.
    table.commit(&by("january"), "good-expired-since", "G");
    table.commit(&Commit { date: "2026-02-02T00:00:00+0000", ..by("january") }, "expired", "U");
    table.commit(&Commit { date: "2025-12-31T23:59:59+0000", ..by("january") }, "not-yet-valid", "U");
    table.commit(&by("until-then"), "expired", "U");
    table.commit(&by("until-the-second"), "good-expired-since", "G");
    table.commit(&by("later"), "not-yet-valid", "U");
    table.commit(&by("two-lines"), "good", "G");
    table.commit(&Commit { committer: "b@example.org", ..by("two-lines") }, "expired", "G");
    table.commit(&by("revoked"), "revoked", "B");
    table.hold(&["--all", "--trust", &base]);
    let notes = signing.verify(&["--all", "--trust", &base]).run.json()["notes"].to_string();
    assert!(notes.contains("line 10: a time is written as"), "{notes}");
}

#[test]
fn an_authority_vouches_for_keys_within_what_its_line_allows() {
    let signing = Signing::new();
    let authority = signing.ssh("authority", &["-t", "ed25519"]);
    let other = signing.ssh("other", &["-t", "rsa", "-b", "2048"]);
    signing.ssh("rogue", &["-t", "ed25519"]);
    let made = |name: &'static str, by: &str, args: &[&str]| {
        signing.ssh(name, &["-t", "ed25519"]);
        signing.certify(by, name, args);
        Commit::new(name, signing.with_certificate(name))
    };
    let list = [
        format!("*@example.org cert-authority,namespaces=\"git\" {authority}"),
        format!("a@example.org cert-authority,valid-before=\"20260101\" {other}"),
        format!("a@example.org {}", signing.ssh("plain", &["-t", "ed25519"])),
    ];
    let cases = [
        (made("certified", "authority", &["-n", "a@example.org"]), "good", "G"),
        (made("two principals", "authority", &["-n", "x@example.org,a@example.org"]), "good", "G"),
        (made("other principal", "authority", &["-n", "b@example.org"]), "wrong-identity", "G"),
        (made("principal out of line", "authority", &["-n", "a@example.com"]), "wrong-identity", "U"),
        (made("no principal", "authority", &[]), "broken-chain", "U"),
        (made("rogue authority", "rogue", &["-n", "a@example.org"]), "broken-chain", "U"),
        (made("line expired", "other", &["-n", "a@example.org"]), "expired", "U"),
        (made("then", "authority", &["-n", "a@example.org", "-V", "20260101:20260201"]), "good-expired-since", "G"),
        (made("before", "authority", &["-n", "a@example.org", "-V", "20250101:20250201"]), "expired", "U"),
        (made("after", "authority", &["-n", "a@example.org", "-V", "20270101:20270201"]), "not-yet-valid", "U"),
        (made("host", "authority", &["-h", "-n", "a@example.org"]), "broken-chain", "U"),
        (
            made("odd option", "authority", &["-n", "a@example.org", "-O", "critical:odd@example.org=x"]),
            "broken-chain",
            "G",
        ),
    ];
    // A key that is listed itself is no certificate, and its certificate is by nobody.
    signing.certify("rogue", "plain", &["-n", "a@example.org"]);
    let base = signing.accept(&[(".palisade/allowed_signers", &lines(&list))]);
    let mut table = Table::new(&signing);
    for (commit, state, git) in &cases {
        let oid = table.commit(commit, state, git);
        if *state == "good" {
            let changed = signing.rewrite(&oid, |raw| [raw.as_slice(), b"more\n"].concat());
            table.row("changed", &changed, "tampered", "B");
        }
    }
    table.commit(&Commit::new("rogue certificate", signing.with_certificate("plain")), "broken-chain", "U");
    table.commit(&Commit::new("listed", signing.with_ssh("plain")), "good", "G");
    table.hold(&["--all", "--trust", &base]);
}

#[test]
fn a_key_in_hardware_signs_as_it_does_for_ssh() {
    let signing = Signing::new();
    let (public, sign) = security_key(&signing);
    let base = signing.accept(&[(".palisade/allowed_signers", format!("a@example.org {public}\n").as_bytes())]);
    let tree = signing.sandbox.git(["rev-parse", "HEAD^{tree}"]).line();
    let person = "A <a@example.org> 1767323045 +0000";
    let headers = format!("tree {tree}\nparent {base}\nauthor {person}\ncommitter {person}\n");
    let armour = sign(format!("{headers}\nm\n").as_bytes());
    let raw = |message: &str| format!("{headers}gpgsig {}\n\n{message}\n", armour.replace('\n', "\n "));
    let mut table = Table::new(&signing);
    for (message, state, git) in [("m", "good", "G"), ("n", "tampered", "B")] {
        let oid = signing.store("commit", raw(message).as_bytes());
        signing.branch(&oid);
        table.row(message, &oid, state, git);
    }
    table.hold(&["--all", "--trust", &base]);
}

/// A `sk-ssh-ed25519` key as PROTOCOL.u2f has it, made of a plain one: its line, and what signs with it for git.
fn security_key(signing: &Signing) -> (String, impl Fn(&[u8]) -> String) {
    use crate::made_up::base64;
    use sha2::{Digest, Sha256};
    use signature::Signer;
    const KIND: &[u8] = b"sk-ssh-ed25519@openssh.com";
    const APPLICATION: &[u8] = b"ssh:";
    let string = |bytes: &[u8]| [&u32::try_from(bytes.len()).expect("short").to_be_bytes()[..], bytes].concat();
    signing.ssh("inner", &["-t", "ed25519"]);
    let file = std::fs::read_to_string(signing.sandbox.base().join("keys/inner")).expect("a key");
    let key = ssh_key::PrivateKey::from_openssh(file).expect("a key");
    let inner = key.public_key().key_data().ed25519().expect("ed25519").0;
    let public = [string(KIND), string(&inner), string(APPLICATION)].concat();
    let line = format!("{} {}", String::from_utf8_lossy(KIND), base64(&public));
    let sign = move |payload: &[u8]| {
        let envelope = ssh_key::SshSig::signed_data("git", ssh_key::HashAlg::Sha512, payload).expect("bytes");
        // A finger was on it, and it counts.
        let flags = [1, 0, 0, 0, 7];
        let message = [&Sha256::digest(APPLICATION)[..], &flags, &Sha256::digest(&envelope)[..]].concat();
        let numbers: ssh_key::Signature = Signer::try_sign(&key, &message).expect("a signature");
        let signature = [string(KIND), string(numbers.as_bytes()), flags.to_vec()].concat();
        let parts = [
            b"SSHSIG\0\0\0\x01".to_vec(),
            string(&public),
            string(b"git"),
            string(b""),
            string(b"sha512"),
            string(&signature),
        ];
        let text = base64(&parts.concat());
        let lines: Vec<&str> = (0..text.len()).step_by(70).map(|at| &text[at..text.len().min(at + 70)]).collect();
        format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----", lines.join("\n"))
    };
    (line, sign)
}

#[test]
fn a_weak_key_or_another_purpose_is_told() {
    let signing = Signing::new();
    let key = signing.ssh("a", &["-t", "ed25519"]);
    let weak = signing.ssh("rsa1024", &["-t", "rsa", "-b", "1024"]);
    let large = signing.ssh("rsa5120", &["-t", "rsa", "-b", "5120"]);
    let list = [key, weak, large].map(|key| format!("a@example.org {key}"));
    let base = signing.accept(&[(".palisade/allowed_signers", &lines(&list))]);
    let mut table = Table::new(&signing);
    table.commit(&Commit::new("rsa1024", signing.with_ssh("rsa1024")), "weak", "G");
    table.commit(&Commit::new("rsa5120", signing.with_ssh("rsa5120")), "good", "G");
    let oid = signing.commit(&Commit::new("other purpose", signing.with_ssh("a")));
    let file = signing.sandbox.base().join("keys/a");
    let moved = signing.rewrite(&oid, |raw| {
        let text = String::from_utf8(raw).expect("UTF-8");
        let (before, rest) = text.split_once("gpgsig ").expect("a signature");
        let (_, after) = rest.split_once("-----END SSH SIGNATURE-----\n").expect("its end");
        let payload = format!("{before}{after}");
        let args = ["-Y", "sign", "-n", "file", "-q", "-f", file.to_str().expect("UTF-8")];
        let armour = String::from_utf8(signing.run("ssh-keygen", &args, payload.as_bytes()).stdout).expect("UTF-8");
        format!("{before}gpgsig {}\n{after}", armour.trim_end().replace('\n', "\n ")).into_bytes()
    });
    table.row("other purpose", &moved, "tampered", "B");
    table.hold(&["--all", "--trust", &base]);
}
