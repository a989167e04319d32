//! How long a signed history takes: `palisade verify` on all of it against `git log --format=%G?` on its first commits, per commit. What is
//! printed are microseconds per commit, the ratio, and the least that it should be.
//!
//! `cargo bench --bench verify` makes 10,000 commits of each kind, `cargo bench --bench verify -- 2000` so many. Real git signs them, which
//! takes most of the time. A busy machine makes all of it slower: trust ratios.
#![allow(missing_docs, reason = "a bench has no readers of its documentation")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench speaks on standard output, starts what it measures, and cannot go on when that fails"
)]

#[path = "../tests/signatures/keys.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod keys;
#[path = "../tests/sandbox.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod sandbox;
#[path = "../tests/signatures/x509.rs"]
#[allow(dead_code, unused_imports, reason = "the tests use more of it")]
mod x509;

use std::time::Instant;

use keys::{Commit, Signing};
use x509::{Authority, CA, P256, RSA, SIGNER};

/// So many commits are enough for git.
const FIRST: usize = 200;
const ROUNDS: usize = 5;

fn main() {
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(10_000);
    println!("{:20} {:>12} {:>12} {:>8} {:>6}", "kind", "palisade us", "git us", "ratio", "least");
    let signing = Signing::new();
    let ssh = [("ed25519", &["-t", "ed25519"][..]), ("rsa4096", &["-t", "rsa", "-b", "4096"])];
    let list: String = ssh.iter().map(|(name, kind)| format!("a@example.org {}\n", signing.ssh(name, kind))).collect();
    let begin = "--faked-system-time=20250101T000000!";
    let gpg =
        ["ed25519", "rsa4096"].map(|kind| signing.gpg(&format!("{kind} <a@example.org>"), kind, &[begin], "never"));
    let ring = gpg.iter().flat_map(|key| signing.export(key)).collect::<Vec<u8>>();
    let base = signing.accept(&[(".palisade/allowed_signers", list.as_bytes()), (".palisade/keys/all.asc", &ring)]);
    for (name, sign, least) in [
        ("ssh ed25519", signing.with_ssh("ed25519"), 100),
        ("ssh rsa4096", signing.with_ssh("rsa4096"), 15),
        ("openpgp ed25519", signing.with_gpg(&gpg[0]), 100),
        ("openpgp rsa4096", signing.with_gpg(&gpg[1]), 15),
    ] {
        compare(name, &signing, &base, &sign, (count, least));
    }
    // What RSA is held to is asked of these as well.
    let authority = Authority::new();
    authority.certify("root", None, P256, CA, "9000");
    authority.trust("root");
    let base = authority.signing.accept(&[(".palisade/roots/root.pem", &authority.read("root.pem"))]);
    for (name, kind) in [("x509-p256", P256), ("x509-rsa2048", RSA)] {
        authority.certify(name, Some("root"), kind, SIGNER, "9000");
        let sign = vec!["gpg.format=x509".to_owned(), format!("user.signingKey={}", authority.file(name))];
        compare(name, &authority.signing, &base, &sign, (count, 15));
    }
}

/// Prints the row of a kind: so many commits, and the least ratio.
fn compare(name: &str, signing: &Signing, base: &str, sign: &[String], (count, least): (usize, u32)) {
    let (first, tip) = history(signing, base, sign, count);
    let ours = fastest(|| {
        let run = signing.sandbox.palisade(["verify", "--quiet", &format!("{base}..{tip}")]);
        assert_eq!(run.code, Some(0), "{run}");
    });
    let git = fastest(|| {
        let run = signing.sandbox.git(["log", "--format=%G?", &format!("{base}..{first}")]);
        assert!(run.text().lines().all(|letter| letter == "G"), "{run}");
    });
    let per = |seconds: f64, commits: usize| seconds * 1e6 / f64::from(u32::try_from(commits).expect("few"));
    let (ours, git) = (per(ours, count), per(git, FIRST.min(count)));
    println!("{name:20} {ours:12.1} {git:12.1} {:8.1} {least:>6}", git / ours);
}

/// So many signed commits in a line, packed; the last of those that git is asked of, and the last of all.
fn history(signing: &Signing, base: &str, sign: &[String], count: usize) -> (String, String) {
    let mut tip = base.to_owned();
    let mut first = tip.clone();
    for number in 0..count {
        let subject = number.to_string();
        let commit = Commit { parents: vec![tip], ..Commit::new(&subject, sign.to_vec()) };
        tip = signing.try_commit(&commit).line();
        if number < FIRST {
            first.clone_from(&tip);
        }
    }
    signing.branch(&tip);
    signing.sandbox.git(["repack", "-qad"]);
    (first, tip)
}

fn fastest(mut run: impl FnMut()) -> f64 {
    let mut time = || {
        let begin = Instant::now();
        run();
        begin.elapsed().as_secs_f64()
    };
    (0..ROUNDS).map(|_| time()).fold(f64::INFINITY, f64::min)
}
