//! How long a signed history takes: `palisade verify` on all of it against `git log --format=%G?` on its first commits, per commit. What is
//! printed are microseconds per commit, the ratio, the least that it should be, and whether it is that (`ok`) or not (`under`).
//!
//! `cargo bench --bench verify` makes 10,000 commits of each kind, `cargo bench --bench verify -- 2000` so many. Real git signs them with real
//! keys, which takes most of the time: some ten minutes for all. A busy machine makes all of it slower: trust ratios. With few commits, starting
//! the program takes most of its time, so that the ratio is lower than it is for a history.
#![allow(missing_docs, reason = "a bench has no readers of its documentation")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
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

/// A kind of signature.
struct Kind<'a> {
    name: &'static str,
    signing: &'a Signing,
    /// The commit that says who may sign.
    base: &'a str,
    /// What signs: the arguments for `git -c`.
    sign: Vec<String>,
    /// How many times faster than git it should be verified.
    least: u32,
}

/// Signed commits in a line: the last of those that git is asked of, and the last of all.
struct History {
    first: String,
    tip: String,
}

fn main() {
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(10_000);
    let signing = Signing::new();
    let ssh = [("ed25519", &["-t", "ed25519"][..]), ("rsa4096", &["-t", "rsa", "-b", "4096"])];
    let list: String = ssh.iter().map(|(name, kind)| format!("a@example.org {}\n", signing.ssh(name, kind))).collect();
    let begin = "--faked-system-time=20250101T000000!";
    let gpg =
        ["ed25519", "rsa4096"].map(|kind| signing.gpg(&format!("{kind} <a@example.org>"), kind, &[begin], "never"));
    let ring = gpg.iter().flat_map(|key| signing.export(key)).collect::<Vec<u8>>();
    let base = signing.accept(&[(".palisade/allowed_signers", list.as_bytes()), (".palisade/keys/all.asc", &ring)]);
    let authority = Authority::new();
    authority.certify("root", None, P256, CA, "9000");
    authority.trust("root");
    for (name, kind) in [("x509-p256", P256), ("x509-rsa2048", RSA)] {
        authority.certify(name, Some("root"), kind, SIGNER, "9000");
    }
    let roots = authority.signing.accept(&[(".palisade/roots/root.pem", &authority.read("root.pem"))]);
    let plain = |name, sign, least| Kind { name, signing: &signing, base: &base, sign, least };
    let certified = |name| {
        let sign = vec!["gpg.format=x509".to_owned(), format!("user.signingKey={}", authority.file(name))];
        // What RSA is held to is asked of these as well.
        Kind { name, signing: &authority.signing, base: &roots, sign, least: 15 }
    };
    let kinds = [
        plain("ssh-ed25519", signing.with_ssh("ed25519"), 100),
        plain("ssh-rsa4096", signing.with_ssh("rsa4096"), 15),
        plain("openpgp-ed25519", signing.with_gpg(&gpg[0]), 100),
        plain("openpgp-rsa4096", signing.with_gpg(&gpg[1]), 15),
        certified("x509-p256"),
        certified("x509-rsa2048"),
    ];
    let histories = make(&kinds, count);
    for of in [&signing, &authority.signing] {
        of.sandbox.git(["repack", "-qad"]);
    }
    println!("{:16} {:>12} {:>12} {:>8} {:>6}", "kind", "palisade us", "git us", "ratio", "limit");
    let held = kinds.iter().zip(&histories).filter(|(kind, history)| compare(kind, history, count)).count();
    println!("{held} of {} kinds are as fast as they should be", kinds.len());
}

/// So many signed commits of each kind. Signing takes far longer than what is measured, and most of that is starting programs: all kinds
/// are signed at the same time.
fn make(kinds: &[Kind<'_>], count: usize) -> Vec<History> {
    eprintln!("signing {count} commits of each of {} kinds", kinds.len());
    std::thread::scope(|scope| {
        let begun: Vec<_> = kinds.iter().map(|kind| scope.spawn(move || kind.history(count))).collect();
        begun.into_iter().map(|made| made.join().expect("a history")).collect()
    })
}

impl Kind<'_> {
    fn history(&self, count: usize) -> History {
        let mut tip = self.base.to_owned();
        let mut first = tip.clone();
        for number in 0..count {
            let subject = number.to_string();
            let commit = Commit { parents: vec![tip], ..Commit::new(&subject, self.sign.clone()) };
            let run = self.signing.try_commit(&commit);
            assert!(run.success(), "{}, commit {number}: {run}", self.name);
            tip = run.line();
            if number < FIRST {
                first.clone_from(&tip);
            }
        }
        self.signing.branch(&tip);
        History { first, tip }
    }
}

/// Prints the row of a kind; whether the ratio is the least that it should be.
fn compare(kind: &Kind<'_>, history: &History, count: usize) -> bool {
    let Kind { name, signing, base, least, .. } = kind;
    let ours = fastest(|| {
        let run = signing.sandbox.palisade(["verify", "--quiet", &format!("{base}..{}", history.tip)]);
        assert_eq!(run.code, Some(0), "{name}: {run}");
    });
    let asked = FIRST.min(count);
    let git = fastest(|| {
        let run = signing.sandbox.git(["log", "--format=%G?", &format!("{base}..{}", history.first)]);
        let letters = run.text();
        assert!(letters.lines().count() == asked && letters.lines().all(|letter| letter == "G"), "{name}: {run}");
    });
    let per = |seconds: f64, commits: usize| seconds * 1e6 / f64::from(u32::try_from(commits).expect("few"));
    let (ours, git) = (per(ours, count), per(git, asked));
    let ratio = git / ours;
    let holds = ratio >= f64::from(*least);
    let word = if holds { "ok" } else { "under" };
    println!("{name:16} {ours:12.1} {git:12.1} {ratio:8.1} {least:>6} {word}");
    holds
}

fn fastest(mut run: impl FnMut()) -> f64 {
    let mut time = || {
        let begin = Instant::now();
        run();
        begin.elapsed().as_secs_f64()
    };
    (0..ROUNDS).map(|_| time()).fold(f64::INFINITY, f64::min)
}
