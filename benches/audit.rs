//! How long an audit takes: `palisade audit` as a process, in turn with `git cat-file --batch-all-objects --batch` on the same repository, and with its own
//! slow way. What is printed are medians, their ratio to git's, and the limits.
//!
//! `REPO=/path/to/one:/path/to/another cargo bench --bench audit` measures those; without it a small history is made. Other tools that are on the PATH
//! are timed beside it, once each; nothing may ask the network. A busy machine makes all of it slower: trust ratios.
#![allow(missing_docs, reason = "a bench has no readers of its documentation")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench speaks on standard output, starts what it measures, and cannot go on when that fails"
)]

#[path = "../tests/made_up.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod made_up;
#[path = "../tests/sandbox.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod sandbox;
#[path = "timing/mod.rs"]
mod timing;

use std::path::{Path, PathBuf};
use std::process::Command;

use made_up::Dice;
use sandbox::{PALISADE, Sandbox};
use timing::{median, on_path, peak_memory, silent, time};

/// How often each of the two is run.
const ROUNDS: usize = 3;
/// How much of git's time an audit may take.
const LIMIT: f64 = 0.25;
/// How much of the fastest peer's.
const PEER_LIMIT: f64 = 0.1;
/// How much memory of its own it may have, in MB.
const MEMORY: u64 = 150;

fn main() {
    match std::env::var_os("REPO") {
        Some(repos) => std::env::split_paths(&repos).for_each(|repo| measure(&repo)),
        None => {
            let sandbox = Sandbox::init(&[]);
            generate(&sandbox);
            measure(sandbox.root());
        }
    }
}

fn measure(repo: &Path) {
    let git = on_path("git").expect("git is on the PATH");
    let run = |program: &Path, args: &[&str]| {
        let mut command = Command::new(program);
        command.args(args).current_dir(repo).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        silent(command)
    };
    let palisade = PathBuf::from(PALISADE);
    let ours = || run(&palisade, &["audit"]);
    let theirs = || run(&git, &["cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"]);
    let output = run(&git, &["count-objects", "-v"]).stdout(std::process::Stdio::piped()).output().expect("git runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let count = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)?.parse::<u64>().ok()).unwrap_or(0);
    println!("{}: {} objects in packs of {} MB", repo.display(), count("in-pack: "), count("size-pack: ") / 1000);
    // The first run fills the caches, and shows that the work is done.
    let code = time(ours()).1.code();
    assert!(matches!(code, Some(0 | 1 | 3)), "the audit ended with {code:?}");
    time(theirs());
    let (mut our_times, mut their_times, mut slow_times) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        our_times.push(time(ours()).0);
        their_times.push(time(theirs()).0);
    }
    slow_times.push(time(run(&palisade, &["audit", "--every-blob"])).0);
    let (our_time, their_time, slow) = (median(&mut our_times), median(&mut their_times), median(&mut slow_times));
    let line = |name: &str, seconds: f64, limit: Option<f64>| {
        let ratio = seconds / their_time;
        let verdict =
            limit.map_or(String::new(), |limit| format!("{limit:>6} {}", if ratio <= limit { "ok" } else { "over" }));
        println!("  {name:24} {seconds:>8.2} s {ratio:>7.2} {verdict}");
    };
    line("git cat-file", their_time, None);
    line("palisade audit", our_time, Some(LIMIT));
    line("palisade --every-blob", slow, None);
    let peak = peak_memory(ours(), "RssAnon");
    println!(
        "  {:24} {peak:>7} MB {:>10} MB {}",
        "anonymous memory",
        MEMORY,
        if peak <= MEMORY { "ok" } else { "over" }
    );
    let peers: [(&str, &[&str]); 4] = [
        ("kingfisher", &["scan", ".", "--git-history=full", "--no-validate", "--no-update-check", "--quiet"]),
        ("betterleaks", &["git", ".", "--no-banner", "--log-level=error"]),
        ("gitleaks", &["git", ".", "--no-banner", "--log-level=error"]),
        ("noseyparker", &["scan", ".", "--datastore", ":memory:"]),
    ];
    for (name, args) in peers {
        let Some(program) = on_path(name) else { continue };
        let (taken, status) = time(run(&program, args));
        // Findings are told by a code of their own.
        if status.code().is_none_or(|code| code > 1 && name != "kingfisher") {
            println!("  {name:24} does not run here");
            continue;
        }
        let ratio = our_time / taken.as_secs_f64();
        let verdict = if ratio <= PEER_LIMIT { "ok" } else { "over" };
        println!(
            "  {name:24} {:>8.2} s, palisade takes {ratio:.3} of it {PEER_LIMIT:>6} {verdict}",
            taken.as_secs_f64()
        );
    }
}

/// A history of some files that change often, packed as git packs it.
fn generate(sandbox: &Sandbox) {
    let mut dice = Dice::new(7);
    let mut stream = Vec::new();
    let mut files: Vec<Vec<String>> = (0..40)
        .map(|file| (0..400).map(|line| format!("setting_{file}_{line} = {}", dice.below(1_000_000))).collect())
        .collect();
    for commit in 0..2_000_usize {
        let who = format!("C O Mitter <committer@example.org> {} +0000", 1_700_000_000 + commit * 600);
        stream.extend(format!("commit refs/heads/main\ncommitter {who}\ndata 6\nchange\n").as_bytes());
        let changed: Vec<usize> =
            if commit == 0 { (0..files.len()).collect() } else { vec![dice.below(40), dice.below(40)] };
        for file in changed {
            let line = dice.below(400);
            files[file][line] = format!("setting_{file}_{line} = {}", dice.below(1_000_000));
            let content = files[file].join("\n");
            stream.extend(format!("M 100644 inline src/part{}/file{file}.conf\n", file % 8).as_bytes());
            stream.extend(format!("data {}\n{content}\n", content.len()).as_bytes());
        }
    }
    sandbox.run("git", ["fast-import", "--quiet"], &stream);
    sandbox.git(["repack", "-q", "-a", "-d", "-f"]);
}
