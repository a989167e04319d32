//! Faults: whatever happens to the hook, or to git around it, nothing gets in that should not, and the repository stays whole.
//!
//! `PALISADE_FAULTS=500 cargo test push::faults` runs more cases than a developer waits for.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

use super::Forge;
use super::traps::import;
use crate::made_up::{Dice, aws_key, file_with};
use crate::sandbox::Sandbox;

/// As many pushes, unless the environment says how many.
const CASES: usize = 32;
/// Every so many pushes one is large enough for its pack to be walked.
const LARGE: usize = 16;

/// A branch of one commit with some files, a key in one of them if it `is_bad`.
fn branch(dice: &mut Dice, number: usize, is_bad: bool) -> String {
    let files = if number % LARGE == LARGE - 1 { 2_200 } else { 1 + dice.below(40) };
    let bad = if is_bad { dice.below(files) } else { files };
    let mut stream = format!(
        "commit refs/heads/b{number}\ncommitter C <c@example.org> {} +0000\ndata 4\nmsg\n",
        1_700_000_000 + number
    );
    for file in 0..files {
        let key = aws_key((number * 10_000 + file) as u64);
        let line = if file == bad { format!("id = {key}") } else { format!("{number} {file}") };
        let text = file_with(12, &[(7, &line)]);
        writeln!(stream, "M 100644 inline d{}/f{file}\ndata {}\n{text}", file % 9, text.len()).expect("a string");
    }
    stream
}

/// What goes wrong: a hook, and how the server's git is started.
fn fault(dice: &mut Dice, number: usize) -> (String, String) {
    const HOOK: &str = "palisade hook pre-receive";
    const GIT: &str = "git receive-pack";
    let after = format!("sleep 0.{:03}", dice.below(250));
    let killed = |what: &str| {
        let killer = format!("({after}; kill -KILL $pid) 3<&- <&- >/dev/null 2>&1 &");
        format!("exec 3<&0\n{what} \"$@\" <&3 & pid=$!\n{killer}\nwait $pid")
    };
    let (hook, git) = match number % 7 {
        0 => (killed(HOOK), GIT.to_owned()),
        1 => (HOOK.to_owned(), killed(GIT)),
        // What the hook may take is told by the policy.
        2 => (HOOK.to_owned(), GIT.to_owned()),
        3 => (format!("ulimit -v {}; exec {HOOK}", 4_000 + dice.below(150_000)), GIT.to_owned()),
        4 => (format!("ulimit -f {}; exec {HOOK} --output report", dice.below(4)), GIT.to_owned()),
        5 => (HOOK.to_owned(), format!("ulimit -f {}; exec {GIT} \"$@\"", dice.below(60))),
        _ => (format!("ulimit -n {}; exec {HOOK} >/dev/full", 3 + dice.below(12)), GIT.to_owned()),
    };
    (hook, git)
}

fn cases() -> usize {
    std::env::var("PALISADE_FAULTS").map_or(CASES, |cases| cases.parse().expect("a number"))
}

#[test]
fn whatever_happens_to_the_hook_nothing_bad_gets_in() {
    let cases = cases();
    let forge = Forge::begun();
    let (mut let_in, mut kept_out) = (0, 0);
    for number in 0..cases {
        let mut dice = Dice::new(number as u64);
        let is_bad = dice.below(2) == 0;
        import(&forge.client, branch(&mut dice, number, is_bad).as_bytes());
        let deadline = if number % 7 == 2 { dice.below(40) } else { 60_000 };
        forge.rule(&format!("[server]\ndeadline = \"{deadline}ms\"\n"));
        let (hook, git) = fault(&mut dice, number);
        forge.server.write_script("hooks/pre-receive", &hook);
        let git = forge.client.write_script("../receive-pack", &git);
        let name = format!("b{number}");
        let git = format!("--receive-pack={}", git.display());
        let run = forge.push([&git, &name]);
        let is_there = forge.refs().contains(&format!("refs/heads/{name}\n"));
        assert!(!is_there || !is_bad, "case {number}: what should have been kept out was let in ({hook}): {run}");
        assert!(!run.success() || is_there, "case {number}: a push that came to nothing passed for accepted: {run}");
        assert!(!run.text().contains("a fault in Palisade"), "case {number}: {run}");
        if is_there {
            let_in += 1;
        } else {
            kept_out += 1;
        }
        if number % 16 == 15 || number + 1 == cases {
            let fsck = forge.server.git(["fsck", "--full", "--strict", "--no-progress"]);
            assert!(fsck.success() && !fsck.text().contains("missing"), "case {number}: {fsck}");
        }
    }
    assert!(
        let_in > 0 && kept_out > 0,
        "{let_in} were let in and {kept_out} kept out: the faults are too mild or too hard"
    );
    // Nothing of it lasts.
    forge.rule("");
    forge.server.write_script("hooks/pre-receive", "exec palisade hook pre-receive");
    import(&forge.client, branch(&mut Dice::new(0), cases + LARGE, true).as_bytes());
    forge.refuses([&format!("b{}", cases + LARGE)], &["aws-access-key-id"]);
    import(&forge.client, branch(&mut Dice::new(0), cases + LARGE + 1, false).as_bytes());
    forge.accepts_silently([&format!("b{}", cases + LARGE + 1)]);
}

/// A small disk of its own, which is taken away in the end, whatever happens.
struct Disk(Sandbox);

impl Disk {
    /// In `../disk`; none where nobody but root may mount one.
    fn beside(client: &Sandbox) -> Option<Self> {
        fs::create_dir(client.path("../disk")).expect("a folder");
        let run = client.run("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", "../disk"], b"");
        run.success().then(|| Self(client.at(".")))
    }

    /// Fills it up, but for so many bytes.
    fn fill(&self, left: usize) {
        let mut file = fs::File::create(self.0.path("../disk/ballast")).expect("a file");
        let mut len = 0;
        while let Ok(written @ 1..) = file.write(&[0; 4096]) {
            len += written;
        }
        file.set_len(len.saturating_sub(left) as u64).expect("a shorter file");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.0.run("umount", ["../disk"], b"");
    }
}

#[test]
fn on_a_disk_that_is_full_nothing_bad_gets_in() {
    let mut forge = Forge::begun();
    let Some(disk) = Disk::beside(&forge.client) else {
        eprintln!("SKIPPED: a full disk was not tried, as this user may mount none");
        return;
    };
    forge.client.git(["clone", "-q", "--bare", "../server.git", "../disk/server.git"]);
    forge.server = forge.client.at("../disk/server.git");
    let run = forge.client.palisade(["install", "--server", "../disk/server.git"]);
    assert!(run.success(), "{run}");
    forge.client.git(["remote", "set-url", "origin", &format!("file://{}", forge.server.root().display())]);
    let (mut let_in, mut kept_out) = (0, 0);
    for number in 0..cases() / 2 {
        let mut dice = Dice::new(number as u64);
        let is_bad = dice.below(2) == 0;
        let name = format!("f{number}");
        import(&forge.client, branch(&mut dice, number * LARGE, is_bad).as_bytes());
        // With a deadline that has passed the push is let in only if it can be noted that it waits.
        let is_late = dice.below(4) == 0;
        let late = if is_late { "deadline = 0\n" } else { "" };
        forge.rule(&format!("[server]\non-incomplete = \"accept\"\n{late}"));
        let waiting = fs::read(forge.server.path("palisade/pending")).unwrap_or_default();
        disk.fill(dice.below(100) * 4096);
        let run = forge.push([&format!("b{}:{name}", number * LARGE)]);
        let is_there = forge.refs().contains(&format!("refs/heads/{name}\n"));
        assert!(!is_there || !is_bad || is_late, "case {number}: what should have been kept out was let in: {run}");
        assert!(!run.success() || is_there, "case {number}: a push that came to nothing passed for accepted: {run}");
        assert!(!run.text().contains("a fault in Palisade"), "case {number}: {run}");
        let noted = fs::read(forge.server.path("palisade/pending")).unwrap_or_default();
        let is_noted =
            noted.len() > waiting.len() && String::from_utf8_lossy(&noted).contains(&format!("refs/heads/{name}\n"));
        assert!(
            !(is_there && is_late) || is_noted,
            "case {number}: let in without a look, and nobody will look: {run}"
        );
        fs::remove_file(forge.client.path("../disk/ballast")).expect("the ballast");
        let fsck = forge.server.git(["fsck", "--full", "--strict", "--no-progress"]);
        assert!(fsck.success() && !fsck.text().contains("missing"), "case {number}: {fsck}");
        if is_there {
            let_in += 1;
        } else {
            kept_out += 1;
        }
        // What has come in makes room for what follows.
        if is_there {
            forge.server.git(["update-ref", "-d", &format!("refs/heads/{name}")]);
        }
        forge.server.git(["prune", "--expire=now"]);
    }
    assert!(
        let_in > 0 && kept_out > 0,
        "{let_in} were let in and {kept_out} kept out: the disk is too large or too small"
    );
    let verified = forge.server.palisade(["log", "verify"]);
    assert!(verified.success(), "{verified}");
    forge.rule("");
    import(&forge.client, branch(&mut Dice::new(0), cases() * LARGE, false).as_bytes());
    forge.accepts([&format!("b{}", cases() * LARGE)]);
}
