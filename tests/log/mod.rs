//! The decision log: that it holds what was decided, that nothing in it can be changed unseen, and that nothing takes it apart.

mod chain;
mod exports;
mod many;
mod program;
mod stats;

use std::fs;
use std::path::PathBuf;

use palisade::evidence::{Log, Record};
use tempfile::TempDir;

/// A log in a folder of its own.
struct Ground {
    dir: TempDir,
    log: Log,
}

impl Ground {
    fn new() -> Self {
        let dir = TempDir::with_prefix("palisade-log-").expect("a folder");
        let log = Log::at(dir.path().join("log"));
        Self { dir, log }
    }

    /// With so many lines.
    fn with(lines: u64) -> Self {
        let ground = Self::new();
        ground.grow(lines);
        ground
    }

    fn grow(&self, lines: u64) {
        for _ in 0..lines {
            self.log.append(record("one.git")).expect("a line");
        }
    }

    fn segment(&self) -> PathBuf {
        self.log.segments().expect("segments").pop().expect("a segment").1
    }

    fn lines(&self) -> Vec<String> {
        fs::read_to_string(self.segment()).expect("a segment").lines().map(str::to_owned).collect()
    }

    fn write(&self, lines: &[String]) {
        fs::write(self.segment(), lines.join("\n") + "\n").expect("a segment");
    }

    /// What is wrong: `file:line: what`.
    fn faults(&self) -> Vec<String> {
        let proof = self.log.verify(&[], None).expect("a log that can be read");
        proof.faults.iter().map(ToString::to_string).collect()
    }
}

fn record(repository: &str) -> Record {
    Record {
        time: 1_790_000_000_000,
        repository: repository.to_owned(),
        verdict: "accept".to_owned(),
        entered: true,
        ..Record::default()
    }
}

/// A key pair made by ssh-keygen; the names of the private and the public file.
fn ssh_key(ground: &Ground, name: &str, passphrase: &str) -> (PathBuf, PathBuf) {
    let file = ground.dir.path().join(name);
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", passphrase, "-C", "log", "-f"])
        .arg(&file)
        .output()
        .expect("ssh-keygen");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    (file.clone(), file.with_extension("pub"))
}
