//! How long a push waits: `git push` to a repository with the hook, in turn with the same push to one without it. What is printed are
//! medians, the ratio or difference, and its limit.
//!
//! `cargo bench --bench receive` runs all cases, `cargo bench --bench receive -- NAME..` those whose names contain one of the words. The import
//! is of all branches of the repository that `PALISADE_BENCH_REPO` names (git's own, say), and is left out where it names none.
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

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use made_up::{Dice, aws_key, file_with};
use sandbox::{PALISADE, Sandbox};
use timing::{is_meant, median};

/// How often a push may take the time of one without the hook.
const SMALL: f64 = 1.25;
const IMPORT: f64 = 1.15;
/// What part of the throughput without the hook is left with it.
const LOAD: f64 = 0.8;
/// How often the large history is imported each way.
const IMPORTS: usize = 3;
/// As many pushes, and as many at a time.
const PUSHES: usize = 200;
const AT_A_TIME: usize = 16;
/// How much longer a push of one commit may take.
const ONE: Duration = Duration::from_millis(10);

fn main() {
    if is_meant("one commit") {
        one_commit();
    }
    if is_meant("1,000 commits, 20,000 blobs") {
        many();
    }
    if is_meant("import") {
        import();
    }
    if is_meant("200 pushes, 16 at a time") {
        load();
    }
}

/// A clone, and two servers: without and with the hook.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::init(&[]);
    for server in ["../without.git", "../with.git"] {
        sandbox.git(["init", "-q", "--bare", server]);
    }
    let run = sandbox.run(PALISADE, ["install", "--server", "../with.git"], b"");
    assert!(run.success(), "{run}");
    sandbox
}

/// How long a push takes; the server is given back as it was.
fn push(sandbox: &Sandbox, server: &str, what: &str, before: Option<&str>) -> Duration {
    let start = Instant::now();
    sandbox.git(["push", "-q", server, what]);
    let took = start.elapsed();
    let server = sandbox.at(server);
    match before {
        Some(before) => drop(server.git(["update-ref", "refs/heads/main", before])),
        None => drop(server.git(["update-ref", "-d", "refs/heads/main"])),
    }
    // What was pushed is new to the next push only if it has gone.
    server.git(["prune", "--expire=now"]);
    server.git(["repack", "-a", "-d", "-q"]);
    took
}

/// Medians of both servers in turn.
fn compare(sandbox: &Sandbox, what: &str, before: Option<&str>, rounds: usize) -> [Duration; 2] {
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        without.push(push(sandbox, "../without.git", what, before));
        with.push(push(sandbox, "../with.git", what, before));
    }
    [without, with].map(|mut times| Duration::from_secs_f64(median(&mut times)))
}

fn told(name: &str, [without, with]: [Duration; 2], limit: f64) {
    let ratio = with.as_secs_f64() / without.as_secs_f64();
    println!("{name:32} without {without:9.1?}  with {with:9.1?}  ratio {ratio:.2}  limit {limit}");
}

fn one_commit() {
    let sandbox = sandbox();
    for number in 0..1_000 {
        sandbox.write(format!("d{}/f{number}", number % 30), file_with(40, &[]));
    }
    sandbox.git(["add", "."]);
    sandbox.commit_unwatched("Begin");
    let before = sandbox.git(["rev-parse", "HEAD"]).line();
    for server in ["../without.git", "../with.git"] {
        sandbox.git(["push", "-q", server, "main"]);
    }
    sandbox.stage("d1/f1", file_with(41, &[]));
    sandbox.commit_unwatched("Change a file");
    let [without, with] = compare(&sandbox, "main", Some(&before), 60);
    let more = with.saturating_sub(without);
    println!("{:32} without {without:9.1?}  with {with:9.1?}  more {more:.1?}  limit {ONE:?}", "one commit");
}

fn many() {
    let sandbox = sandbox();
    let mut dice = Dice::new(1);
    let mut stream = String::new();
    for commit in 0..1_000 {
        stream += "commit refs/heads/main\ncommitter C <c@example.org> 1700000000 +0000\ndata 4\nmsg\n";
        for _ in 0..20 {
            let number = dice.below(4_000);
            let text = file_with(60, &[(1 + dice.below(60), &format!("changed by {commit}"))]);
            let folder = number % 50;
            writeln!(stream, "M 100644 inline d{folder}/f{number}\ndata {}\n{text}", text.len()).expect("a string");
        }
    }
    let run = sandbox.run("git", ["fast-import", "--quiet", "--force"], stream.as_bytes());
    assert!(run.success(), "{run}");
    told("1,000 commits, 20,000 blobs", compare(&sandbox, "main", None, 5), SMALL);
}

fn import() {
    let Some(repo) = std::env::var_os("PALISADE_BENCH_REPO") else {
        println!("import: left out, as PALISADE_BENCH_REPO names no repository");
        return;
    };
    let repo = repo.to_str().expect("UTF-8");
    // A server that has had it once is not given it again.
    let push = |is_guarded: bool| {
        let sandbox = sandbox();
        // What such a history holds is not asked here.
        sandbox.write("../with.git/policy.toml", "[secrets]\nlevel = \"annotate\"\n");
        sandbox.at("../with.git").config("palisade.policy", "policy.toml");
        let server = sandbox.path(if is_guarded { "../with.git" } else { "../without.git" });
        let start = Instant::now();
        sandbox.git(["-C", repo, "push", "-q", server.to_str().expect("UTF-8"), "refs/heads/*:refs/heads/*"]);
        start.elapsed()
    };
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..IMPORTS {
        without.push(push(false));
        with.push(push(true));
    }
    told("import", [without, with].map(|mut times| Duration::from_secs_f64(median(&mut times))), IMPORT);
}

/// Pushes of a branch each, every tenth with a key: how many a second, none lost and none wrongly judged.
fn load() {
    let sandbox = sandbox();
    for number in 0..300 {
        sandbox.write(format!("d{}/f{number}", number % 30), file_with(40, &[]));
    }
    sandbox.git(["add", "."]);
    sandbox.commit_unwatched("Begin");
    for server in ["../without.git", "../with.git"] {
        sandbox.git(["push", "-q", server, "main"]);
    }
    let is_bad = |number: usize| number.is_multiple_of(10);
    let mut stream = String::new();
    for number in 0..PUSHES {
        let line = if is_bad(number) { format!("id = {}", aws_key(number as u64)) } else { format!("push {number}") };
        let text = file_with(40, &[(20, &line)]);
        write!(
            stream,
            "commit refs/heads/b{number}\ncommitter C <c@example.org> 1700000000 +0000\ndata 4\nmsg\nfrom refs/heads/main\n\
             M 100644 inline d1/new\ndata {}\n{text}\n",
            text.len()
        )
        .expect("a string");
    }
    let run = sandbox.run("git", ["fast-import", "--quiet"], stream.as_bytes());
    assert!(run.success(), "{run}");
    let throughput = |server: &str, is_guarded: bool| {
        let next = AtomicUsize::new(0);
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..AT_A_TIME {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= PUSHES {
                            break;
                        }
                        let run = sandbox.try_git(["push", "-q", server, &format!("b{number}")]);
                        assert_eq!(run.success(), !is_guarded || !is_bad(number), "wrongly judged: {run}");
                    }
                });
            }
        });
        let took = start.elapsed().as_secs_f64();
        let refs = sandbox.at(server).git(["for-each-ref", "refs/heads/b*"]).text();
        let there = (0..PUSHES).filter(|number| refs.contains(&format!("refs/heads/b{number}\n"))).count();
        let expected = (0..PUSHES).filter(|number| !is_guarded || !is_bad(*number)).count();
        assert_eq!(there, expected, "some were lost");
        #[allow(clippy::cast_precision_loss, reason = "a few hundred")]
        let throughput = PUSHES as f64 / took;
        throughput
    };
    let (without, with) = (throughput("../without.git", false), throughput("../with.git", true));
    println!(
        "{:32} without {without:7.1}/s  with {with:7.1}/s  ratio {:.2}  limit {LOAD} (at least)",
        "200 pushes, 16 at a time",
        with / without
    );
}
