//! What decisions cost: a line of the decision log, beside the same bytes appended to a plain file under a lock, and what a hook takes longer that writes
//! one; and how long a browser needs for the page of an audit with 3,000 secrets, until it is laid out, and until a search is.
//!
//! `cargo bench --bench decisions` runs all, `cargo bench --bench decisions -- log` or `-- page` one. Medians; a busy machine makes all of it slower, so trust
//! ratios. Without chromium the page is not opened, and that is said.
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

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use made_up::github_token;
use palisade::evidence::{Found, Log, Moved, Record};
use sandbox::{PALISADE, Sandbox};
use timing::{is_meant, median, on_path, silent, time};

fn main() {
    if is_meant("log") {
        line();
        hook();
    }
    if is_meant("page") {
        page();
    }
}

/// A push of one commit with a finding.
fn record() -> Record {
    Record {
        time: 1_790_000_000_000,
        version: "0.1.0".to_owned(),
        by: "server".to_owned(),
        scope: "push".to_owned(),
        repository: "/srv/git/project.git".to_owned(),
        pusher: Some("alice".to_owned()),
        verdict: "reject".to_owned(),
        refs: vec![Moved { name: "refs/heads/main".to_owned(), old: Some("a".repeat(40)), new: Some("b".repeat(40)) }],
        commits: vec!["b".repeat(40)],
        commit_count: 1,
        findings: vec![Found {
            rule: "aws-access-key-id".to_owned(),
            level: "reject".to_owned(),
            severity: "critical".to_owned(),
            fingerprint: Some("c".repeat(32)),
            place: "src/settings.py".to_owned(),
            line: 3,
            ..Found::default()
        }],
        finding_count: 1,
        ..Record::default()
    }
}

/// A line of a log that has ten thousand, and the same bytes in a plain file: both are opened, locked, written and closed.
fn line() {
    const LINES: usize = 10_000;
    let sandbox = Sandbox::bare_ground();
    let log = Log::at(sandbox.path("log"));
    for _ in 0..LINES {
        log.append(record()).expect("a line");
    }
    let bytes = [serde_json::to_vec(&record()).expect("JSON"), b"\n".to_vec()].concat();
    let plain = sandbox.path("plain");
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..2_000 {
        let begin = Instant::now();
        log.append(record()).expect("a line");
        ours.push(begin.elapsed());
        let begin = Instant::now();
        append(&plain, &bytes).expect("a line");
        theirs.push(begin.elapsed());
    }
    let (ours, theirs) = (median(&mut ours) * 1e6, median(&mut theirs) * 1e6);
    println!(
        "a line of the log: {ours:.0} us; {} bytes appended under a lock: {theirs:.0} us; ratio {:.1}",
        bytes.len(),
        ours / theirs
    );
}

fn append(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let lock = File::create(file.with_extension("lock"))?;
    lock.lock()?;
    OpenOptions::new().append(true).create(true).open(file)?.write_all(bytes)
}

/// What a hook takes longer that writes a line.
fn hook() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("a", "nothing\n");
    let policy = |enabled: bool| {
        sandbox.write("../on.toml", "[log]\nenabled = true\n");
        sandbox.write("../off.toml", "[log]\nenabled = false\n");
        let file = if enabled { "../on.toml" } else { "../off.toml" };
        let mut command = sandbox.command(std::env::var_os("PALISADE").unwrap_or_else(|| PALISADE.into()));
        command.args(["hook", "pre-commit", "--policy", file]);
        silent(command)
    };
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for _ in 0..100 {
        with.push(time(policy(true)).0);
        without.push(time(policy(false)).0);
    }
    let (with, without) = (median(&mut with) * 1e3, median(&mut without) * 1e3);
    println!("pre-commit with the log: {with:.2} ms, without: {without:.2} ms; ratio {:.2}", with / without);
}

/// How long a browser needs for the page of an audit. The limit is two seconds for each.
fn page() {
    const LIMIT: f64 = 2_000.0;
    const SECRETS: u64 = 3_000;
    let Some(browser) = std::env::var_os("CHROMIUM").map(PathBuf::from).or_else(|| on_path("chromium")) else {
        println!("page: not opened, there is no chromium");
        return;
    };
    let sandbox = Sandbox::guarded();
    for number in 0..SECRETS {
        sandbox
            .write(format!("src/part{}/file{number}.conf", number % 40), format!("token = {}\n", github_token(number)));
    }
    sandbox.git(["add", "src"]);
    sandbox.commit_unwatched("Many");
    let made = sandbox.palisade(["audit", "--format", "html=../page.html"]);
    assert_eq!(made.code, Some(1), "{made}");
    let file = sandbox.path("../page.html");
    let page = fs::read_to_string(&file).expect("a page");
    // Asked of a copy without the page's own policy, which would forbid it. Reading a height has the browser lay all of it out.
    let (before, after) = page.split_once("<meta http-equiv").expect("a policy");
    let (_, after) = after.split_once('>').expect("its end");
    let ask = "<script>{
        const laid = () => document.body.offsetHeight;
        laid();
        const opened = performance.now();
        const field = document.getElementById('q');
        field.value = 'part7/ github';
        const begin = performance.now();
        field.dispatchEvent(new Event('input'));
        laid();
        const found = performance.now();
        field.value = '';
        field.dispatchEvent(new Event('input'));
        laid();
        const cleared = performance.now();
        document.querySelector('#findings th[data-key=place] button').click();
        laid();
        const sorted = performance.now();
        document.getElementById('more').click();
        laid();
        const all = performance.now();
        document.title = 'took:' + [opened, found - begin, cleared - found, sorted - cleared, all - sorted].join(' ');
    }</script></body>";
    fs::write(&file, format!("{before}{after}").replace("</body>", ask)).expect("a page");
    println!("the page of {SECRETS} secrets, {} kB:", page.len() / 1000);
    let mut rounds = Vec::new();
    for round in 0..5 {
        let mut command = Command::new(&browser);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]);
        command.arg(format!("--user-data-dir={}", sandbox.path(format!("../profile{round}")).display()));
        let output = command.args(["--dump-dom", &format!("file://{}", file.display())]).output().expect("a browser");
        let dom = String::from_utf8_lossy(&output.stdout);
        let (_, took) = dom.split_once("<title>took:").expect("an answer");
        let took = took.split('<').next().expect("its end").split(' ');
        rounds.push(took.map(|number| number.parse::<f64>().expect("a number")).collect::<Vec<_>>());
    }
    for (at, what) in ["opened", "searched", "cleared", "sorted", "all shown"].iter().enumerate() {
        let mut times: Vec<f64> = rounds.iter().map(|round| round[at]).collect();
        times.sort_by(f64::total_cmp);
        // Whoever asks for all rows waits until all are laid out.
        let verdict = match *what {
            "all shown" => String::new(),
            _ => format!(" (limit {LIMIT} ms) {}", if times[2] <= LIMIT { "ok" } else { "over" }),
        };
        println!("  {what:10} {:>6.0} ms{verdict}", times[2]);
    }
}
