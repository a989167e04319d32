//! Wherever git keeps the objects and refs of a push, they are seen.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::traps::{history, import};
use super::{Forge, on_main};
use crate::made_up::{AWS, BASE62, Dice, aws_key, file_with, github_token, private_key};

/// A secret is refused, and the same without it is let in, on a server with this setting.
#[track_caller]
fn with(setting: &[(&str, &str)], flags: &[&str]) {
    let forge = Forge::with(flags);
    for (key, value) in setting {
        forge.server.config(key, value);
    }
    forge.rule(&on_main("forbid = [\"force-push\", \"nonlinear-history\"]"));
    forge.commit("README", "A repository.\n", "Begin");
    forge.accepts_silently(["main"]);
    for number in 0..20 {
        forge.commit(&format!("file{number}"), file_with(50, &[]), "One");
    }
    forge.commit_key("app.conf");
    forge.refuses(["main"], &[AWS, "app.conf:3:"]);
    forge.client.git(["tag", "-a", "-m", "x", "v1", "HEAD"]);
    forge.refuses(["v1"], &[AWS, "app.conf:3:"]);
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.commit("app.conf", file_with(6, &[]), "Add settings");
    forge.accepts_silently(["main"]);
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.refuses(["--force", "main"], &["force-push"]);
}

#[test]
fn loose_objects() {
    with(&[("receive.unpackLimit", "100000")], &[]);
}

#[test]
fn packs() {
    with(&[("receive.unpackLimit", "1")], &[]);
}

#[test]
fn sha256() {
    with(&[], &["--object-format=sha256"]);
}

#[test]
fn reftables() {
    with(&[], &["--ref-format=reftable"]);
}

#[test]
fn reftables_of_sha256() {
    with(&[], &["--ref-format=reftable", "--object-format=sha256"]);
}

#[test]
fn packed_refs_and_commit_graphs() {
    let forge = Forge::ruled(&on_main("forbid = [\"force-push\"]"));
    for number in 0..5 {
        forge.commit("a", format!("{number}\n"), "One");
    }
    forge.accepts(["main"]);
    forge.server.git(["pack-refs", "--all"]);
    forge.server.git(["repack", "-a", "-d", "-q", "--write-bitmap-index"]);
    forge.server.git(["commit-graph", "write", "--reachable"]);
    forge.commit_key("app.conf");
    forge.refuses(["main"], &[AWS]);
    forge.client.git(["reset", "-q", "--hard", "HEAD~2"]);
    forge.refuses(["--force", "main"], &["force-push"]);
}

#[test]
fn a_fork_that_shares_its_objects() {
    let forge = Forge::begun();
    forge.commit("app.conf", file_with(6, &[]), "Add settings");
    forge.accepts(["main"]);
    let git = |args: &[&str]| forge.client.git(args);
    git(&["clone", "-q", "--bare", "--shared", forge.server.root().to_str().expect("UTF-8"), "../fork.git"]);
    let run = forge.client.palisade(["install", "--server", "../fork.git"]);
    assert!(run.success(), "{run}");
    let fork = Forge { client: forge.client.clone(), server: forge.client.at("../fork.git") };
    git(&["remote", "set-url", "origin", "../fork.git"]);
    fork.commit("app.conf", file_with(7, &[]), "Add a line");
    fork.accepts_silently(["main"]);
    fork.commit_key("app.conf");
    fork.refuses(["main"], &[AWS, "app.conf:3:"]);
}

#[test]
fn a_shallow_clone_that_pushes() {
    let forge = Forge::begun();
    for number in 0..3 {
        forge.commit("a", format!("{number}\n"), "One");
    }
    forge.accepts(["main"]);
    let address = format!("file://{}", forge.server.root().display());
    forge.client.git(["clone", "-q", "--depth=1", &address, "../shallow"]);
    let shallow = Forge { client: forge.client.at("../shallow"), server: forge.server.clone() };
    shallow.commit_key("app.conf");
    shallow.refuses(["main"], &[AWS, "app.conf:3:"]);
    shallow.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    shallow.commit("b", "b\n", "Two");
    shallow.accepts_silently(["main"]);
}

#[test]
fn a_shallow_clone_that_pushes_to_where_nothing_is() {
    let forge = Forge::new();
    forge.commit("a", "a\n", "One");
    forge.commit("b", "b\n", "Two");
    forge.client.git(["clone", "-q", "--depth=1", &format!("file://{}", forge.client.root().display()), "../shallow"]);
    let shallow = Forge { client: forge.client.at("../shallow"), server: forge.server.clone() };
    shallow.client.git(["remote", "set-url", "origin", "../server.git"]);
    // Git itself takes none unless it is told to; then the cut is told to the hook.
    assert!(!shallow.push(["main"]).success());
    forge.server.config("receive.shallowUpdate", "true");
    shallow.commit_key("app.conf");
    shallow.refuses(["main"], &[AWS, "app.conf:3:"]);
    shallow.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    shallow.accepts_silently(["main"]);
}

#[test]
fn a_server_that_is_shallow_itself() {
    let forge = Forge::new();
    for number in 0..3 {
        forge.commit("a", format!("{number}\n"), "One");
    }
    let address = format!("file://{}", forge.client.root().display());
    forge.client.git(["clone", "-q", "--bare", "--depth=1", &address, "../cut.git"]);
    let run = forge.client.palisade(["install", "--server", "../cut.git"]);
    assert!(run.success(), "{run}");
    forge.client.git(["remote", "set-url", "origin", "../cut.git"]);
    let cut = Forge { client: forge.client.clone(), server: forge.client.at("../cut.git") };
    cut.commit("b", "b\n", "Two");
    cut.accepts_silently(["main"]);
    cut.commit_key("app.conf");
    cut.refuses(["main"], &[AWS]);
}

#[test]
fn a_clone_with_work_trees() {
    let forge = Forge::begun();
    forge.client.git(["clone", "-q", "--no-checkout", forge.server.root().to_str().expect("UTF-8"), "../tree"]);
    let tree = Forge { client: forge.client.clone(), server: forge.client.at("../tree") };
    tree.server.config("receive.denyCurrentBranch", "ignore");
    let run = forge.client.palisade(["install", "--server", "../tree"]);
    assert!(run.success(), "{run}");
    forge.client.git(["remote", "set-url", "origin", "../tree"]);
    forge.commit_key("app.conf");
    // HEAD of a work tree can stand on what was never pushed; only refs count.
    let run = tree.refuses(["main"], &[AWS]);
    assert!(run.text().contains("app.conf:3:"), "{run}");
}

#[test]
fn of_a_large_pack_the_same_is_found_as_of_its_commits_one_by_one() {
    let forge = Forge::new();
    // Files that grow and change, so that git stores them as deltas; a secret now and then, which stays, moves, goes, or comes again.
    let content = |number: usize| {
        let mut lines: Vec<String> = (0..60).map(|line| format!("line {line} of {}", number % 40)).collect();
        lines[number % 60] = format!("changed by {number}");
        match number % 97 {
            13 => lines[7] = format!("id = {}", aws_key(number as u64 / 97)),
            14 => lines[50] = github_token(number as u64 % 5),
            15 => lines.extend(private_key(number as u64).lines().map(str::to_owned)),
            53 => lines[30] = format!("id = {}", aws_key(3)),
            _ => {}
        }
        lines.join("\n") + "\n"
    };
    assert!(same_as_one_by_one(&forge, content) > 60);
}

#[test]
fn of_a_large_pack_what_comes_beside_a_secret_that_stays_is_told() {
    let forge = Forge::new();
    // Each of forty files has some sixty versions, which differ far from the secret in it; now and then something changes next to it.
    let content = |number: usize| {
        let (file, version) = (number % 40, number / 40);
        let mut lines: Vec<String> = (0..160).map(|line| format!("line {line} of no interest at all")).collect();
        lines[version * 7 % 40] = format!("changed by {number}");
        if file < 12 && (5..50).contains(&version) || version > 55 {
            let secret = Dice::new(file as u64).text(BASE62, 37);
            lines[100] = format!("client_secret: aZ7{secret}");
        }
        if file < 6 && version >= 20 {
            lines[99] = format!("client_id: portal-web-77{file}");
        }
        if version >= 40 {
            lines[102] = format!("changed near it by {number}");
        }
        lines.join("\n") + "\n"
    };
    assert!(same_as_one_by_one(&forge, content) > 30);
}

/// Pushes a history of which it is known what each commit writes, as one pack, and holds what is told of it against what is told of its commits one by one.
/// Gives how many findings that are.
fn same_as_one_by_one(forge: &Forge, content: impl Fn(usize) -> String) -> usize {
    forge.server.config("receive.unpackLimit", "1");
    import(&forge.client, &history(2500, content));
    forge.client.git(["repack", "-a", "-d", "-q", "-f", "--depth=50"]);
    forge.server.write_script("hooks/pre-receive", "palisade hook pre-receive --format json --output report.json");
    forge.refuses(["main"], &[]);
    let pushed = std::fs::read(forge.server.path("report.json")).expect("a report");
    let pushed: serde_json::Value = serde_json::from_slice(&pushed).expect("JSON");
    let ranged = forge.client.palisade(["scan", "--range", "main", "--format", "json"]).json();
    let told = |report: &serde_json::Value| {
        let findings = report["findings"].as_array().expect("findings").iter();
        let tell = |finding: &serde_json::Value| {
            format!("{} {} {} {}", finding["rule"], finding["path"], finding["line"], finding["commit"])
        };
        let mut told: Vec<_> = findings.map(tell).collect();
        told.sort();
        told
    };
    assert_eq!(told(&pushed), told(&ranged));
    // The push has the name of its ref besides.
    let contents = |report: &serde_json::Value| report["coverage"]["contents"].as_u64().expect("a number");
    assert_eq!(contents(&pushed), contents(&ranged) + 1);
    told(&pushed).len()
}

/// A stream for `git fast-import`: branches that merge, folders that are changed, moved, copied and dropped, submodules, and secrets in contents,
/// names and messages.
fn tangle(seed: u64, commits: usize) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut stream = String::new();
    // The files of each commit, and the tip of each branch.
    let mut trees: Vec<BTreeSet<String>> = vec![BTreeSet::new()];
    let mut tips = [0_usize; 4];
    for number in 1..=commits {
        let branch = dice.below(tips.len());
        let message = match dice.below(60) {
            0 => format!("the key is {}", aws_key(number as u64)),
            _ => format!("commit {number}"),
        };
        let (time, len) = (1_700_000_000 + number, message.len());
        write!(stream, "commit refs/heads/b{branch}\nmark :{number}\ncommitter C <c@example.org> {time} +0000\n")
            .expect("a string");
        write!(stream, "data {len}\n{message}\n").expect("a string");
        // A branch begins somewhere else, or takes another one in, now and then.
        let parent = if number > 1 && dice.below(8) == 0 { 1 + dice.below(number - 1) } else { tips[branch] };
        if parent > 0 {
            writeln!(stream, "from :{parent}").expect("a string");
        }
        let other = dice.below(number);
        if other > 0 && other != parent && dice.below(6) == 0 {
            writeln!(stream, "merge :{other}").expect("a string");
        }
        let mut files = trees[parent].clone();
        for _ in 0..=dice.below(3) {
            stream += &change(&mut dice, number, &mut files);
        }
        stream.push('\n');
        trees.push(files);
        tips[branch] = number;
    }
    stream.into_bytes()
}

/// Something that a commit does to the files that are there.
fn change(dice: &mut Dice, number: usize, files: &mut BTreeSet<String>) -> String {
    let place = |dice: &mut Dice| format!("d{}/e{}/", dice.below(5), dice.below(3));
    let (from, to) = (place(dice), place(dice));
    let there: Vec<String> = files.iter().filter_map(|file| Some(file.strip_prefix(&from)?.to_owned())).collect();
    let kind = if there.is_empty() || from == to { 9 } else { dice.below(16) };
    let (source, target) = (from.trim_end_matches('/'), to.trim_end_matches('/'));
    if kind == 0 || kind == 1 {
        files.retain(|file| !file.starts_with(&from));
    }
    if kind == 1 || kind == 2 {
        files.retain(|file| !file.starts_with(&to));
        files.extend(there.iter().map(|name| format!("{to}{name}")));
    }
    match kind {
        0 => return format!("D {source}\n"),
        1 => return format!("R {source} {target}\n"),
        2 => return format!("C {source} {target}\n"),
        _ => {}
    }
    if dice.below(25) == 0 {
        files.insert(format!("{to}sub"));
        return format!("M 160000 {number:040x} {to}sub\n");
    }
    let name = match dice.below(80) {
        0 => github_token(number as u64 % 7),
        _ => format!("f{}", dice.below(6)),
    };
    let mut lines: Vec<String> = (0..40).map(|line| format!("line {line} of {to}")).collect();
    lines[dice.below(40)] = format!("changed by {number}");
    match dice.below(25) {
        0 => lines[7] = format!("id = {}", aws_key(dice.below(20) as u64)),
        1 => lines[20] = github_token(dice.below(20) as u64),
        _ => {}
    }
    let text = lines.join("\n");
    files.insert(format!("{to}{name}"));
    format!("M 100644 inline {to}{name}\ndata {}\n{text}\n", text.len())
}

#[test]
fn of_a_pack_the_same_is_found_as_of_its_objects_one_by_one() {
    for seed in [1, 2] {
        let forge = Forge::new();
        import(&forge.client, &tangle(seed, 900));
        forge.client.git(["repack", "-a", "-d", "-q", "-f", "--depth=50"]);
        forge.server.write_script("hooks/pre-receive", "palisade hook pre-receive --format json --output report.json");
        let report = |limit: &str| {
            forge.server.config("receive.unpackLimit", limit);
            forge.refuses(["--all"], &[]);
            let report = std::fs::read(forge.server.path("report.json")).expect("a report");
            let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
            let findings = report["findings"].as_array().expect("findings").iter();
            let tell = |finding: &serde_json::Value| {
                format!("{} {} {} {}", finding["rule"], finding["path"], finding["line"], finding["blob"])
            };
            let mut told: Vec<_> = findings.map(tell).collect();
            told.sort();
            (told, report["coverage"]["submodules"].clone(), report["coverage"]["commits"].clone())
        };
        let (one_by_one, packed) = (report("100000"), report("1"));
        assert!(one_by_one.0.len() > 30, "{one_by_one:?}");
        assert_eq!(one_by_one, packed, "seed {seed}");
    }
}
