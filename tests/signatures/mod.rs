//! Who signed: real keys, real signatures by real git, tampered with for real, and what git says of the same.

mod doctor;
mod gitsign;
mod history;
mod hostile;
mod keys;
mod openpgp;
mod owners;
mod policy;
mod push;
mod reports;
mod revoked;
mod ssh;
mod tags;
mod x509;

use crate::sandbox::Run;
use keys::Signing;

fn push(signing: &Signing, refspec: &str) -> Run {
    signing.sandbox.try_git(["push", "origin", refspec])
}

#[track_caller]
fn accepts(signing: &Signing, refspec: &str) {
    let run = push(signing, refspec);
    assert!(run.success() && !run.text().contains("remote: "), "{run}");
}

#[track_caller]
fn refuses(signing: &Signing, refspec: &str, words: &[&str]) {
    let run = push(signing, refspec);
    assert!(!run.success(), "what should have been kept out was let in: {run}");
    for word in words {
        assert!(run.text().contains(word), "{word:?} is not said: {run}");
    }
}
