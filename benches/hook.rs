//! How long a commit waits: `palisade hook pre-commit` as a process, in turn with `git diff --cached -U0` on the same
//! repository; and `palisade scan` with `rg`. What is printed are medians, their ratio, and the limit that the ratio has.
//!
//! What is measured is what cargo builds, or the program that `PALISADE` names: what `install.sh` has installed starts sooner.
//! `cargo bench --bench hook` runs all cases, `cargo bench --bench hook -- NAME..` those whose names contain one of the words.
//! Other tools that are on the PATH are timed beside it; they run with the machine's own environment, and nothing may ask the
//! network. A busy machine makes all of it slower: trust ratios, and look at the ratio of the fastest runs as well.
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

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use made_up::{BASE62, Dice};
use sandbox::{PALISADE, Sandbox};
use timing::{is_meant, median, on_path, peak_memory, silent, time};

fn main() {
    println!("{:44} {:>9} {:>9} {:>13} {:>6}", "case", "palisade", "baseline", "ratio (best)", "limit");
    for case in cases() {
        if is_meant(case.name) {
            case.run();
        }
    }
    if is_meant("post-commit") {
        post_commit();
    }
    if is_meant(MIXED) {
        mixed();
    }
}

const MIXED: &str = "scan of mixed source text";

/// How much text one core scans: `palisade scan --jobs 1`, in megabytes a second of the time that the processor worked for it, its system calls included. The
/// text is what HEAD has in the repositories that `MIXED` names (with `:` between them); without it, generated lines of ten languages.
fn mixed() {
    const LIMIT: f64 = 100.0;
    const ROUNDS: u32 = 10;
    let sandbox = Sandbox::init(&[]);
    let repositories = std::env::var("MIXED").unwrap_or_default();
    for (number, repository) in repositories.split(':').filter(|name| !name.is_empty()).enumerate() {
        let archive = Command::new("git").args(["-C", repository, "archive", "HEAD"]).output().expect("git runs");
        assert!(archive.status.success(), "{repository}: {}", String::from_utf8_lossy(&archive.stderr));
        let folder = sandbox.path(format!("{number}"));
        std::fs::create_dir(&folder).expect("a new folder");
        let unpacked = sandbox.run("tar", ["-x", "-C", &folder.to_string_lossy()], &archive.stdout);
        assert!(unpacked.success(), "{unpacked}");
    }
    if repositories.is_empty() {
        let mut dice = Dice::new(7);
        for number in 0..4_000 {
            let size = 500 + dice.below(20_000);
            sandbox.write(path(number, 4_000), text(&mut dice, size, "\n"));
        }
    }
    let program = program(&sandbox);
    let scan = || sealed(&sandbox, program.clone(), &["scan", "--quiet", "--no-ignore", "--jobs", "1", "."]);
    let report = sandbox.palisade(["scan", "--no-ignore", "--format", "json", "."]).json();
    let bytes = report["coverage"]["bytes"].as_u64().expect("a number");
    time(scan());
    let before = children_seconds();
    (0..ROUNDS).for_each(|_| {
        time(scan());
    });
    let seconds = (children_seconds() - before) / f64::from(ROUNDS);
    #[allow(clippy::cast_precision_loss, reason = "three digits are shown")]
    let megabytes = bytes as f64 / 1e6;
    let rate = megabytes / seconds;
    let verdict = if rate >= LIMIT { "ok" } else { "under" };
    let what = format!("{MIXED}, {megabytes:.0} MB");
    println!("{what:44} {:>7.1}ms {rate:>15.0} MB/s {LIMIT:>6} {verdict}", seconds * 1e3);
}

/// How long processors have worked for the processes that were started here and have ended, in seconds: what proc(5) calls `cutime` and `cstime`, in ticks of
/// which Linux tells a hundred a second.
fn children_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("there is a /proc");
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).expect("a number of ticks");
    (ticks(13) + ticks(14)) / 100.0
}

/// What post-commit adds to a commit in which nothing is annotated: the shim alone, which is a shell that looks for a file. The limit is in milliseconds.
fn post_commit() {
    const LIMIT: f64 = 2.0;
    let sandbox = Sandbox::guarded();
    let hook = || sealed(&sandbox, sandbox.git_path("hooks/post-commit"), &[]);
    time(hook());
    let mut times: Vec<_> = (0..60).map(|_| time(hook()).0).collect();
    let ours = median(&mut times) * 1e3;
    let verdict = if ours <= LIMIT { "ok" } else { "over" };
    println!("{:44} {ours:>7.1}ms {:>9} {:>13} {LIMIT:>4}ms {verdict}", "post-commit of a clean commit", "", "");
}

/// A repository, and what is compared on it.
struct Case {
    name: &'static str,
    /// How often palisade may take the time of the baseline.
    limit: f64,
    rounds: usize,
    /// How often a peer runs, some of which take a minute.
    peer_rounds: usize,
    /// The most memory that palisade may have taken, in MB.
    memory: Option<u64>,
    /// Fills the repository, and gives the staged paths.
    build: fn(&Sandbox) -> Vec<String>,
    ours: &'static [&'static str],
    baseline: &'static [&'static str],
}

const HOOK: &[&str] = &["hook", "pre-commit"];
const DIFF: &[&str] = &["git", "diff", "--cached", "-U0"];
const MEGABYTE: usize = 1_000_000;

fn cases() -> [Case; 6] {
    let hook = Case {
        name: "",
        limit: 1.5,
        rounds: 60,
        peer_rounds: 5,
        memory: None,
        build: |_| Vec::new(),
        ours: HOOK,
        baseline: DIFF,
    };
    [
        Case {
            name: "1,000 files, one of 20 lines staged",
            build: |sandbox| {
                commit_files(sandbox, 1_000);
                stage(sandbox, 1, 20)
            },
            ..hook
        },
        Case {
            name: "100,000 files, one of 20 lines staged",
            limit: 0.5,
            build: |sandbox| {
                commit_files(sandbox, 100_000);
                stage(sandbox, 1, 20)
            },
            ..hook
        },
        Case {
            name: "200 files, 20,000 lines staged",
            rounds: 40,
            build: |sandbox| {
                commit_files(sandbox, 1_000);
                stage(sandbox, 200, 100)
            },
            ..hook
        },
        Case {
            name: "one text file of 50 MB staged",
            limit: 1.0,
            rounds: 7,
            peer_rounds: 1,
            memory: Some(200),
            build: |sandbox| {
                commit_files(sandbox, 1_000);
                stage_content(sandbox, "data/export.txt", &text(&mut Dice::new(50), 50 * MEGABYTE, "\n"))
            },
            ..hook
        },
        Case {
            name: "one line of 50 MB staged",
            limit: 1.0,
            rounds: 7,
            peer_rounds: 1,
            memory: Some(200),
            build: |sandbox| {
                commit_files(sandbox, 1_000);
                stage_content(sandbox, "dist/bundle.min.js", &text(&mut Dice::new(51), 50 * MEGABYTE, ""))
            },
            ..hook
        },
        Case {
            name: "scan of a work tree, 5,000 files of 13 MB",
            limit: 3.0,
            rounds: 20,
            peer_rounds: 3,
            build: |sandbox| {
                let mut dice = Dice::new(5);
                for number in 0..5_000 {
                    // Most files are small, and some are not.
                    let size = 200 + dice.below(1_600) + if number % 40 == 0 { dice.below(130_000) } else { 0 };
                    sandbox.write(path(number, 5_000), text(&mut dice, size, "\n"));
                }
                sandbox.git(["add", "."]);
                sandbox.git(["commit", "-q", "-m", "files"]);
                Vec::new()
            },
            ours: &["scan", "--quiet", "."],
            baseline: &["rg", "-c", "a_word_that_nobody_wrote"],
            ..hook
        },
    ]
}

impl Case {
    fn run(&self) {
        let sandbox = Sandbox::init(&[]);
        let staged = (self.build)(&sandbox);
        // As git leaves the index when it calls the hook: the trees of all folders are known.
        sandbox.git(["write-tree"]);
        let sandbox = sandbox.with_env("GIT_INDEX_FILE", ".git/index");
        let baseline = on_path(self.baseline[0]).unwrap_or_else(|| panic!("{} is not on the PATH", self.baseline[0]));
        let program = program(&sandbox);
        let ours = || sealed(&sandbox, program.clone(), self.ours);
        let theirs = || sealed(&sandbox, baseline.clone(), &self.baseline[1..]);
        // The first run warms the caches, and shows that the work is done: nothing of this is a secret.
        let report = sandbox.palisade(self.ours);
        assert!(report.success(), "what is generated holds no secret: {report}");
        time(theirs());
        let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
        for _ in 0..self.rounds {
            our_times.push(time(ours()).0);
            their_times.push(time(theirs()).0);
        }
        let (our_median, their_median) = (median(&mut our_times), median(&mut their_times));
        let ratio = our_median / their_median;
        let best = our_times[0].as_secs_f64() / their_times[0].as_secs_f64();
        let verdict = if ratio <= self.limit { "ok" } else { "over" };
        let what = format!("{} ({})", self.name, self.baseline[0]);
        let (ours_ms, theirs_ms) = (our_median * 1e3, their_median * 1e3);
        println!("{what:44} {ours_ms:>7.1}ms {theirs_ms:>7.1}ms {ratio:>6.2} ({best:.2}) {:>6} {verdict}", self.limit);
        if let Some(limit) = self.memory {
            let peak = peak_memory(ours(), "VmHWM");
            let verdict = if peak <= limit { "ok" } else { "over" };
            println!("  {:42} {peak:>6} MB {:>30} MB {verdict}", "peak memory", limit);
        }
        if !staged.is_empty() {
            let seconds = from_work_tree(&sandbox, &staged, self.rounds, &theirs);
            let ratio = our_median / seconds;
            println!("  {:42} {:>17.1}ms {ratio:>6.2}", "git with the files in the work tree", seconds * 1e3);
        }
        for (name, command) in peers(&sandbox, &staged) {
            // What ends badly when it is warmed up did not do the work, and its time says nothing.
            if !matches!(time(command()).1.code(), Some(0 | 1)) {
                println!("  {name:42} does not run here");
                continue;
            }
            let mut times: Vec<_> = (0..self.peer_rounds).map(|_| time(command()).0).collect();
            let median = median(&mut times);
            println!("  {name:42} {:>7.1}ms {:>16.2}", median * 1e3, median / their_median);
        }
    }
}

/// How many seconds git takes when the staged files are in the work tree as well, where they stay: one that was written in an earlier second than the index it
/// takes instead of what is staged, which a hook may not, and has nothing to inflate.
fn from_work_tree(sandbox: &Sandbox, staged: &[String], rounds: usize, git: &dyn Fn() -> Command) -> f64 {
    sandbox.git(["checkout-index", "-u", "--"].into_iter().chain(staged.iter().map(String::as_str)));
    std::thread::sleep(std::time::Duration::from_millis(1100));
    sandbox.git(["update-index", "--force-write-index"]);
    time(git());
    median(&mut (0..rounds).map(|_| time(git()).0).collect::<Vec<_>>())
}

/// The program that is measured, as a copy, which is how it is installed. What a linker has just written starts later by a third of a millisecond: its pages
/// came into the memory one by one.
fn program(sandbox: &Sandbox) -> PathBuf {
    let built = std::env::var_os("PALISADE").map_or_else(|| PALISADE.into(), PathBuf::from);
    let copy = sandbox.base().join("palisade");
    std::fs::copy(built, &copy).expect("it was built");
    copy
}

/// A command in the sandbox, whose output nobody reads.
fn sealed(sandbox: &Sandbox, program: PathBuf, args: &[&str]) -> Command {
    let mut command = sandbox.command(program);
    command.args(args);
    silent(command)
}

/// A tool that does the same work, and the command that makes it do so.
type Peer<'a> = (&'static str, Box<dyn Fn() -> Command + 'a>);

/// The peers that are on the PATH, on what is staged; or on the work tree where nothing is.
fn peers<'a>(sandbox: &'a Sandbox, staged: &'a [String]) -> Vec<Peer<'a>> {
    let on_staged: [(&str, &[&str]); 4] = [
        ("gitleaks", &["git", "--pre-commit", "--staged", "--no-banner", "--log-level=error"]),
        ("betterleaks", &["git", "--pre-commit", "--staged", "--no-banner", "--log-level=error"]),
        ("kingfisher", &["scan", ".", "--staged", "--no-validate", "--no-update-check", "--quiet"]),
        ("ripsecrets", &["--strict-ignore"]),
    ];
    let on_files: [(&str, &[&str]); 4] = [
        ("gitleaks", &["dir", ".", "--no-banner", "--log-level=error"]),
        ("betterleaks", &["dir", ".", "--no-banner", "--log-level=error"]),
        ("kingfisher", &["scan", ".", "--git-history=none", "--no-validate", "--no-update-check", "--quiet"]),
        ("ripsecrets", &["--strict-ignore", "."]),
    ];
    let found = if staged.is_empty() { on_files } else { on_staged }.into_iter();
    found
        .filter_map(|(name, args)| {
            let program = on_path(name)?;
            // Its own hook hands it the staged files by name.
            let named = if name == "ripsecrets" { staged } else { &[] };
            let command = move || {
                let mut command = Command::new(&program);
                command.args(args).args(named).current_dir(sandbox.root());
                command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
                silent(command)
            };
            Some((name, Box::new(command) as Box<dyn Fn() -> Command>))
        })
        .collect()
}

/// A path in a tree of folders like that of a large project.
fn path(number: usize, of: usize) -> String {
    let parts = ["src", "lib", "test", "docs", "tools", "vendor", "config", "server", "client", "common"];
    let kinds = ["rs", "py", "js", "go", "java", "c", "md", "yml", "json", "txt"];
    // Some ten files to a folder, and some ten folders to each above.
    let mut folders = String::new();
    let mut rest = number / 10;
    let mut many = of / 10;
    while many > 1 {
        write!(folders, "{}{}/", parts[rest % 10], rest % 7).expect("a String takes all");
        (rest, many) = (rest / 10, many / 10);
    }
    format!("{folders}{}{number}.{}", parts[number % 10], kinds[number % 10])
}

/// A commit with so many small files. The work tree is left empty: a hook does not look at it.
fn commit_files(sandbox: &Sandbox, count: usize) {
    let mut dice = Dice::new(count as u64);
    let mut stream = Vec::new();
    let message = "files";
    let head = "commit refs/heads/main\ncommitter C O Mitter <committer@example.org> 1767323045 +0000\n";
    stream.extend(format!("{head}data {}\n{message}\n", message.len()).as_bytes());
    for number in 0..count {
        let content = text(&mut dice, 300, "\n");
        stream.extend(format!("M 100644 inline {}\ndata {}\n", path(number, count), content.len()).as_bytes());
        stream.extend(content);
        stream.push(b'\n');
    }
    let import = sandbox.run("git", ["fast-import", "--quiet"], &stream);
    assert!(import.success(), "{import}");
    sandbox.git(["read-tree", "HEAD"]);
}

/// Stages so many new files of so many lines.
fn stage(sandbox: &Sandbox, files: usize, lines: usize) -> Vec<String> {
    let mut dice = Dice::new(lines as u64);
    let paths = (0..files).map(|number| format!("src{}/new/module{number}.py", number % 7));
    paths
        .flat_map(|path| {
            let content: String = (0..lines).map(|_| line(&mut dice) + "\n").collect();
            stage_content(sandbox, &path, content.as_bytes())
        })
        .collect()
}

/// Stages a file, and takes it out of the work tree again, so that git reads what is staged as a hook has to: [`from_work_tree`] tells what it reads elsewhere.
fn stage_content(sandbox: &Sandbox, path: &str, content: &[u8]) -> Vec<String> {
    sandbox.stage(path, content);
    std::fs::remove_file(sandbox.path(path)).expect("it was written");
    vec![path.to_owned()]
}

/// At least `size` bytes of source text, its lines joined by `end`.
fn text(dice: &mut Dice, size: usize, end: &str) -> Vec<u8> {
    let mut text = Vec::with_capacity(size + 200);
    while text.len() < size {
        text.extend(line(dice).replace('\n', end).as_bytes());
        text.extend(end.as_bytes());
    }
    text
}

/// A line of source text. One in ten speaks of keys and passwords, as real code does, without having any: a scanner that is
/// fast on easy bytes only is not fast.
fn line(dice: &mut Dice) -> String {
    let name = |dice: &mut Dice| format!("{}_{}", word(dice), word(dice));
    let indent = "    ".repeat(dice.below(4));
    let (a, b) = (name(dice), name(dice));
    let number = dice.below(10_000);
    let code = match dice.below(50) {
        0 => format!("password = os.environ[\"{}_PASSWORD\"]", a.to_uppercase()),
        1 => format!("def get_token(self, {a}, api_key=None):"),
        2 => format!("\"integrity\": \"sha512-{}==\",", dice.text(BASE62, 86)),
        3 => {
            format!("# the secret key of {a} is read from the keyring, see https://docs.example.com/{b}?page={number}")
        }
        4 => format!("revision = \"{}\"", dice.text("0123456789abcdef", 40)),
        5 => "  - name: DB_PASSWORD\n    valueFrom: { secretKeyRef: { name: db, key: password } }".to_owned(),
        6..14 => format!("if ({a} != null && {b}.length > {number}) {{ return {a}.{b}({number}); }}"),
        14..22 => format!("{a} = {b}.get(\"{a}\", {number})"),
        22..28 => format!("// {a} {b} of the {a} is {number} by the {b}"),
        28..34 => format!("{{\"{a}\": {number}, \"{b}\": \"{a} {b}\", \"enabled\": true}},"),
        34..40 => format!("for (let i = 0; i < {a}.length; i++) {{ {b}.push({a}[i] * {number}); }}"),
        40..44 => format!("import {{ {a}, {b} }} from \"../{a}/{b}.js\";"),
        44..47 => format!("self.assertEqual({a}({number}), {b}, \"{a} and {b} differ\")"),
        _ => format!(
            "{number},{a},{}.{number},2026-{:02}-{:02}T10:00:00Z,{b}",
            number % 97,
            1 + number % 12,
            1 + number % 28
        ),
    };
    indent + &code
}

/// A word as programs use it; now and then one that nobody else uses, so that the text packs as source text does: to a quarter.
fn word(dice: &mut Dice) -> String {
    if dice.below(12) == 0 {
        return dice.text("abcdefghijklmnopqrstuvwxyz", 6);
    }
    dice.pick(&WORDS).to_owned()
}

static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    "user request cache file index node value buffer client session name count list path state handler size type config id order
     item page query result error event message channel queue thread lock entry table column row field record schema widget layout
     render frame image color pixel shader vertex matrix vector angle offset length width height depth parent child sibling leaf
     branch root token key login account profile role ancestor"
        .split_whitespace()
        .collect()
});
