//! How long an audit takes: `palisade audit` as a process, in turn with `git cat-file --batch-all-objects --batch` on the same repository, with its own
//! slow way, and with the other tools that are on the PATH. What is printed are medians, what palisade takes of each, and the limits; and at the end how the
//! time grows with the packs.
//!
//! `REPO=/path/to/one:/path/to/another cargo bench --bench audit` measures those; without it three small histories are made, each ten times as long as the one
//! before. Nothing may ask the network. A busy machine makes all of it slower: trust ratios.
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
#[allow(dead_code, reason = "other benches use more of it")]
mod timing;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use made_up::Dice;
use sandbox::{PALISADE, Sandbox};
use timing::{median, on_path, peak_memory, silent, time};

/// How often each of them is run.
const ROUNDS: usize = 3;
/// How much of git's time an audit may take.
const LIMIT: f64 = 0.25;
/// How much of the fastest peer's.
const PEER_LIMIT: f64 = 0.1;
/// How much memory of its own it may have, in MB.
const MEMORY: u64 = 150;
/// The programs that are not peers.
const PALISADE_NAME: &str = "palisade audit";
const EVERY_BLOB: &str = "palisade --every-blob";
const GIT: &str = "git cat-file";

/// What is timed.
struct Contestant {
    name: &'static str,
    program: PathBuf,
    args: Vec<String>,
    /// With which codes it ends when it has done its work.
    done: &'static [i32],
    times: Vec<Duration>,
}

/// What one repository told, for the growth.
struct Measured {
    name: String,
    /// In packs.
    megabytes: f64,
    objects: u64,
    seconds: f64,
}

fn main() {
    let measured: Vec<Measured> = match std::env::var_os("REPO") {
        Some(repos) => std::env::split_paths(&repos).map(|repo| measure(&repo)).collect(),
        None => {
            let histories = [100, 1_000, 10_000].map(|commits| {
                let sandbox = Sandbox::init(&[]);
                generate(&sandbox, commits);
                sandbox
            });
            histories.iter().map(|sandbox| measure(sandbox.root())).collect()
        }
    };
    if measured.len() > 1 {
        println!("growth:");
    }
    for one in measured.iter().filter(|_| measured.len() > 1) {
        let Measured { name, megabytes, objects, seconds } = one;
        #[allow(clippy::cast_precision_loss, reason = "a rate")]
        let each = seconds * 1e6 / *objects as f64;
        let rate = megabytes / seconds;
        println!(
            "  {megabytes:>9.1} MB {objects:>9} objects {seconds:>8.2} s {rate:>7.1} MB/s {each:>6.1} us an object  {name}"
        );
    }
}

/// A contestant that there may be: its name, where it is, what it is called with, and the exit codes of work that is done.
type Known<'a> = (&'static str, Option<PathBuf>, &'a [&'a str], &'static [i32]);

/// The contestants that can be had, git and palisade first.
fn contestants(scratch: &Path) -> Vec<Contestant> {
    let datastore = scratch.join("datastore").display().to_string();
    let all: [Known<'_>; 7] = [
        (GIT, on_path("git"), &["cat-file", "--batch-all-objects", "--batch", "--unordered", "--buffer"], &[0]),
        (PALISADE_NAME, Some(PathBuf::from(PALISADE)), &["audit"], &[0, 1, 3]),
        (EVERY_BLOB, Some(PathBuf::from(PALISADE)), &["audit", "--every-blob"], &[0, 1, 3]),
        (
            "kingfisher",
            on_path("kingfisher"),
            &["scan", ".", "--git-history=full", "--no-validate", "--no-update-check", "--quiet"],
            // It tells findings by 200, and by 205 what it has validated.
            &[0, 200, 205],
        ),
        ("betterleaks", on_path("betterleaks"), &["git", ".", "--no-banner", "--log-level=error"], &[0, 1]),
        ("gitleaks", on_path("gitleaks"), &["git", ".", "--no-banner", "--log-level=error"], &[0, 1]),
        ("noseyparker", on_path("noseyparker"), &["scan", ".", "--progress=never", "--datastore", &datastore], &[0, 2]),
    ];
    let there = all.into_iter().filter_map(|(name, program, args, done)| {
        let args = args.iter().map(|arg| (*arg).to_owned()).collect();
        Some(Contestant { name, program: program?, args, done, times: Vec::new() })
    });
    there.collect()
}

impl Contestant {
    fn command(&self, repo: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .current_dir(repo)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1");
        silent(command)
    }

    /// Runs it once, and says whether it has done its work.
    fn run(&mut self, repo: &Path, scratch: &Path) -> bool {
        // What one run has kept would make the next one faster.
        drop(std::fs::remove_dir_all(scratch.join("datastore")));
        let (taken, status) = time(self.command(repo));
        self.times.push(taken);
        status.code().is_some_and(|code| self.done.contains(&code))
    }
}

fn measure(repo: &Path) -> Measured {
    let scratch = Sandbox::bare_ground();
    let mut all = contestants(scratch.root());
    let mut count = Command::new(on_path("git").expect("git is on the PATH"));
    count.args(["count-objects", "-v"]).current_dir(repo);
    let said = String::from_utf8_lossy(&count.output().expect("git runs").stdout).into_owned();
    let count = |name: &str| said.lines().find_map(|line| line.strip_prefix(name)?.parse::<u32>().ok()).unwrap_or(0);
    let (objects, megabytes) = (count("in-pack: "), f64::from(count("size-pack: ")) * 1024.0 / 1e6);
    println!("{}: {objects} objects in packs of {megabytes:.1} MB", repo.display());
    // The first run fills the caches, and shows that the work is done.
    all.retain_mut(|one| {
        let is_done = one.run(repo, scratch.root());
        one.times.clear();
        assert!(is_done || ![GIT, PALISADE_NAME, EVERY_BLOB].contains(&one.name), "{} does not do its work", one.name);
        if !is_done {
            println!("  {:24} does not run here", one.name);
        }
        is_done
    });
    for _ in 0..ROUNDS {
        for one in &mut all {
            one.run(repo, scratch.root());
        }
    }
    let medians: Vec<(&str, f64)> = all.iter_mut().map(|one| (one.name, median(&mut one.times))).collect();
    let of = |name: &str| medians.iter().find(|(other, _)| *other == name).map_or(f64::NAN, |(_, seconds)| *seconds);
    let ours = of(PALISADE_NAME);
    let fastest = medians.iter().filter(|(name, _)| ![GIT, PALISADE_NAME, EVERY_BLOB].contains(name));
    let fastest = fastest.map(|(_, seconds)| *seconds).fold(f64::INFINITY, f64::min);
    println!("  {:24} {:>10} {:>14} {:>12}", "", "median", "palisade is", "at most");
    for (name, seconds) in &medians {
        let ratio = ours / seconds;
        let limit = match *name {
            GIT => Some(LIMIT),
            PALISADE_NAME | EVERY_BLOB => None,
            // The other peers are slower.
            _ if *seconds > fastest => None,
            _ => Some(PEER_LIMIT),
        };
        let verdict = |limit: f64| format!("{limit:>12} {}", if ratio <= limit { "ok" } else { "over" });
        println!("  {name:24} {seconds:>8.2} s {ratio:>14.3} {}", limit.map_or_else(String::new, verdict));
    }
    if fastest.is_infinite() {
        println!("  no other tool is on the PATH");
    }
    let audit = all.iter().find(|one| one.name == PALISADE_NAME).expect("palisade is there");
    let peak = peak_memory(audit.command(repo), "RssAnon");
    let verdict = if peak <= MEMORY { "ok" } else { "over" };
    println!("  {:24} {peak:>7} MB {:>14} {MEMORY:>9} MB {verdict}", "anonymous memory", "");
    Measured { name: repo.display().to_string(), megabytes, objects: objects.into(), seconds: ours }
}

/// A history of some files that change often, packed as git packs it.
fn generate(sandbox: &Sandbox, commits: usize) {
    let mut dice = Dice::new(7);
    let mut stream = Vec::new();
    let mut files: Vec<Vec<String>> = (0..40)
        .map(|file| (0..400).map(|line| format!("setting_{file}_{line} = {}", dice.below(1_000_000))).collect())
        .collect();
    for commit in 0..commits {
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
