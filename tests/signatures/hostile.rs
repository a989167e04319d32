//! What strangers make of signatures: thousands of mutants, and objects that are not what they seem.

use palisade::checks::signatures::{Settings, Signatures, Trust};
use palisade::git::{Kind, Oid};
use palisade::scope::Arrival;

use super::keys::{Commit, Signing};
use super::x509::{Authority, CA, P256, RSA, SIGNER};
use crate::made_up::Dice;

/// So many mutants of each signature; `PALISADE_MUTANTS` asks for more, and then git is asked of every one that is accepted.
const MUTANTS: usize = 1500;

/// Signed commits, and who may sign.
fn signed(authority: &Authority) -> (Vec<Vec<u8>>, Trust) {
    let signing = &authority.signing;
    let made: [(&str, &[&str]); 3] = [
        ("ed25519", &["-t", "ed25519"]),
        ("rsa", &["-t", "rsa", "-b", "2048"]),
        ("p256", &["-t", "ecdsa", "-b", "256"]),
    ];
    let mut list: String =
        made.iter().map(|(name, kind)| format!("a@example.org {}\n", signing.ssh(name, kind))).collect();
    list.push_str("a@example.org cert-authority ");
    list.push_str(&signing.ssh("authority", &["-t", "ed25519"]));
    signing.ssh("certified", &["-t", "ed25519"]);
    signing.certify("authority", "certified", &["-n", "a@example.org"]);
    let at = "--faked-system-time=20250101T000000!";
    let keys = ["ed25519", "rsa2048"].map(|kind| signing.gpg(&format!("{kind} <a@example.org>"), kind, &[at], "never"));
    signing.accept(&[(".palisade/allowed_signers", list.as_bytes())]);
    let mut raws = Vec::new();
    let mut add = |sign: Vec<String>| {
        let gpg = "--faked-system-time=20260102T030405!";
        let subject = format!("subject {}", raws.len());
        raws.push(signing.raw("commit", &signing.commit(&Commit { gpg, ..Commit::new(&subject, sign) })));
    };
    for (name, _) in &made {
        add(signing.with_ssh(name));
    }
    add(signing.with_certificate("certified"));
    for key in &keys {
        add(signing.with_gpg(key));
    }
    // By OpenSSL, whose DER has more in it that can be changed than gpgsm's.
    authority.certify("root", None, P256, CA, "9000");
    authority.trust("root");
    for (name, kind) in [("x509-rsa", RSA), ("x509-p256", P256)] {
        authority.certify(name, Some("root"), kind, SIGNER, "9000");
        raws.push(signing.raw("commit", &authority.commit(name, name, "", |_| {})));
    }
    let files: Vec<_> = keys.iter().map(|key| (key.clone(), signing.export(key))).collect();
    (raws, Trust::read(list.as_bytes(), b"", &files, &[("root".to_owned(), authority.read("root.pem"))]).expect("keys"))
}

/// One change such as somebody would make who hopes that nobody looks.
fn mutate(raw: &[u8], others: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    let mut raw = raw.to_vec();
    let at = dice.below(raw.len());
    match dice.below(9) {
        0 | 1 => raw[at] ^= 1 << dice.below(8),
        2 => raw.truncate(at),
        3 => {
            raw.remove(at);
        }
        4 => raw.insert(at, dice.bytes(1)[0]),
        5 => {
            // A line twice: a header, or one of the signature.
            let lines: Vec<&[u8]> = raw.split_inclusive(|byte| *byte == b'\n').collect();
            let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
            let mut lines = lines;
            lines.insert(to, lines[from]);
            raw = lines.concat();
        }
        6 => {
            let lines: Vec<&[u8]> = raw.split_inclusive(|byte| *byte == b'\n').collect();
            let (from, to) = (dice.below(lines.len()), dice.below(lines.len()));
            let mut lines = lines;
            lines.swap(from, to);
            raw = lines.concat();
        }
        7 => {
            // The signature of another commit on these bytes.
            let other = &others[dice.below(others.len())];
            let (Some(here), Some(there)) = (cut(&raw), cut(other)) else { return raw };
            raw = [&raw[..here.0], &other[there.0..there.1], &raw[here.1..]].concat();
        }
        _ => {
            let injected = dice
                .pick(&["a <a@example.org> 1 +0\ncommitter ", "x\ngpgsig ", "\0", " <b@example.org>", "\r"])
                .as_bytes();
            raw.splice(at..at, injected.iter().copied());
        }
    }
    raw
}

/// Where the signature's header stands.
fn cut(raw: &[u8]) -> Option<(usize, usize)> {
    let text = String::from_utf8_lossy(raw);
    let start = text.find("\ngpgsig ")? + 1;
    let end = start + text[start..].find("\n\n")? + 1;
    Some((start, end))
}

#[test]
fn no_mutant_is_accepted_that_git_does_not_accept() {
    let authority = Authority::new();
    let signing = &authority.signing;
    let (raws, trust) = signed(&authority);
    let settings = Settings::default();
    let check = Signatures { settings: &settings, now: 1_800_000_000, jobs: None, until: None };
    let arrival = Arrival { oid: Oid::from_hex("1".repeat(40)).expect("a name"), refs: Vec::new() };
    let asked = std::env::var("PALISADE_MUTANTS").ok().and_then(|count| count.parse().ok());
    let count = asked.unwrap_or(MUTANTS);
    let mut dice = Dice::new(4);
    let mut accepted = Vec::new();
    for raw in &raws {
        assert!(check.look(&arrival, Kind::Commit, raw, &trust).stands, "{}", String::from_utf8_lossy(raw));
        for _ in 0..count {
            let mutant = mutate(raw, &raws, &mut dice);
            if mutant != *raw && check.look(&arrival, Kind::Commit, &mutant, &trust).stands {
                accepted.push(mutant);
            }
        }
    }
    // Such as lines of the armour that are joined, which means nothing. Whatever it is, git takes it too.
    assert!(accepted.len() < raws.len() * count / 50, "{} of them were accepted", accepted.len());
    accepted.sort();
    accepted.dedup();
    // A process for each takes longer than all the rest.
    let step = if asked.is_some() { 1 } else { accepted.len() / 60 + 1 };
    for mutant in accepted.iter().step_by(step) {
        let oid = signing.store("commit", mutant);
        let run = signing.sandbox.try_git(["verify-commit", "--raw", &oid]);
        assert!(run.success(), "accepted, and git says {run}: {}", String::from_utf8_lossy(mutant));
    }
}

#[test]
fn objects_that_are_not_what_they_seem_are_told_without_a_panic() {
    let signing = Signing::new();
    let key = signing.ssh("a", &["-t", "ed25519"]);
    let base = signing.accept(&[(".palisade/allowed_signers", format!("a@example.org {key}\n").as_bytes())]);
    let tree = signing.sandbox.git(["rev-parse", "HEAD^{tree}"]).line();
    let person = "A <a@example.org> 1767323045 +0000";
    let signature = |armour: &str| {
        let raw = format!(
            "tree {tree}\nparent {base}\nauthor {person}\ncommitter {person}\ngpgsig {}\n\nm\n",
            armour.replace('\n', "\n ")
        );
        let oid = signing.store("commit", raw.as_bytes());
        signing.branch(&oid);
        oid
    };
    let block = |label: &str, body: &str| format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----");
    let cases = [
        (signature(""), "malformed"),
        (signature("nonsense"), "malformed"),
        (signature(&block("SSH SIGNATURE", "")), "malformed"),
        (signature(&block("SSH SIGNATURE", "U1NIU0lH")), "malformed"),
        (signature(&block("SSH SIGNATURE", "U1NIU0lHAAAAAf////8=")), "malformed"),
        (signature(&block("SSH SIGNATURE", &"A".repeat(200_000))), "malformed"),
        (signature(&block("SSH SIGNATURE", &block("SSH SIGNATURE", "AAAA"))), "malformed"),
        (signature(&block("PGP SIGNATURE", "")), "malformed"),
        (signature(&block("PGP SIGNATURE", "\niQ==")), "malformed"),
        (signature(&block("PGP SIGNATURE", &format!("\n{}", "/////w".repeat(4000)))), "malformed"),
        (signature(&block("PGP MESSAGE", "\nyxRiAAAAAABIZWxsbyBXb3JsZCE=")), "malformed"),
        (signature(&block("SIGNED MESSAGE", "MIIB")), "malformed"),
    ];
    let verified = signing.verify(&["--all", "--trust", &base]);
    for (oid, state) in &cases {
        assert_eq!(verified.state(oid), *state, "{}", verified.why(oid));
    }
}

#[test]
fn a_list_of_keys_that_is_no_plain_file_is_not_followed() {
    let signing = Signing::new();
    let key = signing.ssh("a", &["-t", "ed25519"]);
    signing.sandbox.write("elsewhere", format!("a@example.org {key}\n"));
    std::fs::create_dir(signing.sandbox.path(".palisade")).expect("a folder");
    std::os::unix::fs::symlink("../elsewhere", signing.sandbox.path(".palisade/allowed_signers")).expect("a link");
    signing.sandbox.git(["add", "--all"]);
    signing.sandbox.commit_unwatched("a link");
    let base = signing.head();
    let oid = signing.commit(&Commit::new("m", signing.with_ssh("a")));
    let verified = signing.verify(&[&format!("{base}..{oid}")]);
    assert_eq!(verified.run.code, Some(3), "{}", verified.run);
    assert!(verified.run.text().contains("nothing is followed"), "{}", verified.run);
}
