//! On generated repositories, four tell the same of what is staged: the fast way, the general way, git and libgit2.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use palisade::git::{Mode, Oid};
use proptest::prelude::*;

use super::fixture::Fixture;

/// Names that sort in surprising ways around a `/`, and files that stand where others have folders.
const PATHS: [&str; 14] = [
    "a",
    "a-b",
    "a/b",
    "a/c/d",
    "a.c",
    "a0",
    "dir/one",
    "dir/sub/two",
    "dir/sub-x",
    "dir/sub/deep/three",
    "dir.c",
    "dir0/x",
    "z",
    "\u{e4}",
];
const MODES: [&str; 3] = ["100644", "100755", "120000"];

/// Which of the paths there are, and what they hold.
type Files = Vec<Option<(usize, usize)>>;

#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is one independent choice of the generator")]
struct Case {
    parents: Vec<Files>,
    index: Files,
    version: u8,
    split: bool,
    packed: bool,
    sha256: bool,
    reftable: bool,
    /// Whether the cache of trees is written before the last change.
    cached: bool,
}

fn files() -> impl Strategy<Value = Files> {
    proptest::collection::vec(proptest::option::weighted(0.6, (0..MODES.len(), 0..4_usize)), PATHS.len())
}

fn case() -> impl Strategy<Value = Case> {
    let odd = || proptest::bool::weighted(0.2);
    let kinds = (2_u8..=4, odd(), odd(), odd(), odd(), any::<bool>());
    // Most paths stay what they are, or a whole folder would hardly ever be the same.
    let keep = proptest::collection::vec(proptest::bool::weighted(0.7), PATHS.len());
    (proptest::collection::vec((files(), keep), 0..=3), files(), kinds).prop_map(
        |(sides, base, (version, split, packed, sha256, reftable, cached))| {
            let mix = |(other, keep): (Files, Vec<bool>)| {
                base.iter().zip(other).zip(keep).map(|((base, other), keep)| if keep { *base } else { other }).collect()
            };
            let mut parents: Vec<Files> = sides.into_iter().map(mix).collect();
            let index = if parents.len() > 1 { parents.pop().unwrap() } else { base.clone() };
            Case { parents, index, version, split, packed, sha256, reftable, cached }
        },
    )
}

/// Lines for `git update-index --index-info`. A file that stands where another has a folder is left out.
fn info(files: &Files, contents: &[Oid]) -> String {
    let mut lines = String::new();
    let there: BTreeSet<&str> = files.iter().zip(PATHS).filter_map(|(file, path)| file.map(|_| path)).collect();
    for (path, file) in PATHS.iter().zip(files) {
        let Some((mode, content)) = file else { continue };
        let folder = format!("{path}/");
        if !there.iter().any(|other| other.starts_with(&folder)) {
            writeln!(lines, "{} {}\t{path}", MODES[*mode], contents[*content]).unwrap();
        }
    }
    lines
}

/// Builds the repository; gives the parents.
fn build(fixture: &Fixture, case: &Case) -> Vec<Oid> {
    let contents: Vec<Oid> = ["", "one\n", "two\n", "three"]
        .iter()
        .map(|content| {
            let hex = fixture.feed(&["hash-object", "-w", "--stdin"], content.as_bytes());
            Oid::from_hex(hex.trim_ascii()).unwrap()
        })
        .collect();
    let mut parents = Vec::new();
    for files in &case.parents {
        fixture.git(&["read-tree", "--empty"]);
        fixture.feed(&["update-index", "--index-info"], info(files, &contents).as_bytes());
        let tree = fixture.oid(&["write-tree"]).to_string();
        parents.push(fixture.oid(&["commit-tree", "-m", "parent", &tree]));
    }
    if let Some(head) = parents.first() {
        fixture.git(&["update-ref", "HEAD", &head.to_string()]);
        let others: Vec<String> = parents[1..].iter().map(|oid| format!("{oid}\n")).collect();
        if !others.is_empty() {
            fixture.write(".git/MERGE_HEAD", others.concat());
        }
        fixture.git(&["read-tree", "HEAD"]);
    }
    fixture.git(&["update-index", "--index-version", &case.version.to_string()]);
    if case.cached {
        fixture.git(&["write-tree"]);
    }
    if case.split {
        fixture.git(&["update-index", "--split-index"]);
    }
    // What is not in the new state goes first, so that files can take the place of folders.
    let wanted = info(&case.index, &contents);
    let wanted_paths: BTreeSet<&str> =
        wanted.lines().filter_map(|line| line.split_once('\t')).map(|(_, path)| path).collect();
    let now = String::from_utf8(fixture.git(&["-c", "core.quotePath=false", "ls-files"])).unwrap();
    let mut removed = String::new();
    for path in now.lines().filter(|path| !wanted_paths.contains(path)) {
        writeln!(removed, "0 {}\t{path}", contents[0]).unwrap();
    }
    fixture.feed(&["update-index", "--index-info"], (removed + &wanted).as_bytes());
    if case.packed && !parents.is_empty() {
        fixture.git(&["repack", "-q", "-a", "-d"]);
    }
    parents
}

/// Path, object and kind of each change.
type Told = BTreeMap<Vec<u8>, (String, Mode)>;

/// What git tells of the index against one parent.
fn by_git(fixture: &Fixture, parent: Option<&Oid>) -> Told {
    let against = match parent {
        Some(parent) => parent.to_string(),
        None => String::from_utf8(fixture.git(&["hash-object", "-t", "tree", "/dev/null"])).unwrap().trim().to_owned(),
    };
    let raw = fixture.git(&["diff", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", &against]);
    let mut parts = raw.split(|byte| *byte == 0);
    let mut told = Told::new();
    while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
        let head = std::str::from_utf8(head).unwrap();
        let [old_mode, new_mode, old, new, _status] = head.split(' ').collect::<Vec<_>>()[..] else { panic!("{head}") };
        let kind = |mode: &str| mode.trim_start_matches(':')[..3].to_owned();
        if new_mode == "000000" || old == new && kind(old_mode) == kind(new_mode) {
            continue;
        }
        told.insert(path.to_vec(), (new.to_owned(), mode(new_mode)));
    }
    told
}

fn mode(mode: &str) -> Mode {
    match mode {
        "120000" => Mode::Symlink,
        "100755" => Mode::Executable,
        _ => Mode::File,
    }
}

/// What libgit2 tells of the index against one parent.
fn by_libgit2(fixture: &Fixture, parent: Option<&Oid>) -> Told {
    let repo = git2::Repository::open(&fixture.dir).unwrap();
    let tree =
        parent.map(|oid| repo.find_commit(git2::Oid::from_str(&oid.to_string()).unwrap()).unwrap().tree().unwrap());
    let mut options = git2::DiffOptions::new();
    options.include_typechange(true);
    let diff = repo.diff_tree_to_index(tree.as_ref(), None, Some(&mut options)).unwrap();
    let mut told = Told::new();
    for delta in diff.deltas() {
        let (old, new) = (delta.old_file(), delta.new_file());
        let link = |file: &git2::DiffFile<'_>| file.mode() == git2::FileMode::Link;
        if delta.status() == git2::Delta::Deleted || old.exists() && old.id() == new.id() && link(&old) == link(&new) {
            continue;
        }
        let kind = match new.mode() {
            git2::FileMode::Link => Mode::Symlink,
            git2::FileMode::BlobExecutable => Mode::Executable,
            _ => Mode::File,
        };
        told.insert(new.path_bytes().unwrap().to_vec(), (new.id().to_string(), kind));
    }
    told
}

/// What differs from every parent.
fn from_every_parent(parents: &[Oid], tell: impl Fn(Option<&Oid>) -> Told) -> Told {
    let mut told = tell(parents.first());
    for parent in parents.iter().skip(1) {
        let other = tell(Some(parent));
        told.retain(|path, _| other.contains_key(path));
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fast_way_the_general_way_git_and_libgit2_tell_the_same(case in case()) {
        let mut options = vec![];
        if case.sha256 {
            options.push("--object-format=sha256");
        }
        if case.reftable {
            options.push("--ref-format=reftable");
        }
        let fixture = Fixture::with(&options);
        let parents = build(&fixture, &case);
        let staged = fixture.staged();
        let told: Told = staged
            .iter()
            .map(|change| (change.path.as_bytes().to_vec(), (change.new.oid.to_string(), change.new.mode)))
            .collect();
        prop_assert_eq!(told.len(), staged.len());
        prop_assert_eq!(&told, &from_every_parent(&parents, |parent| by_git(&fixture, parent)));
        // libgit2 reads none of these.
        if !case.split && !case.sha256 && !case.reftable {
            prop_assert_eq!(&told, &from_every_parent(&parents, |parent| by_libgit2(&fixture, parent)));
        }
        // Once it is committed, the commit changes what was staged.
        let tree = fixture.oid(&["write-tree"]).to_string();
        let mut args = vec!["commit-tree".to_owned(), "-m".into(), "commit".into(), tree];
        args.extend(parents.iter().flat_map(|parent| ["-p".to_owned(), parent.to_string()]));
        let commit = Oid::from_hex(fixture.git(&args).trim_ascii()).unwrap();
        prop_assert_eq!(fixture.repo().changes(commit).unwrap(), staged);
    }
}
