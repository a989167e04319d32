//! What is staged, in every state that an index can be in.

use palisade::git::{Mode, Oid, Version};
use palisade::text::{Region, Regions};

use super::fixture::{Fixture, of, path};

fn blob(fixture: &Fixture, content: &str) -> Oid {
    Oid::from_hex(fixture.feed(&["hash-object", "--stdin"], content.as_bytes()).trim_ascii()).unwrap()
}

#[test]
fn before_the_first_commit_everything_is_new_and_has_no_parents() {
    let fixture = Fixture::new();
    assert_eq!(fixture.staged(), [], "without an index");
    fixture.add("a.txt", "one\n");
    fixture.add("dir/b.txt", "two\n");
    let staged = fixture.staged();
    assert_eq!(fixture.staged_paths(), ["a.txt", "dir/b.txt"]);
    assert!(staged.iter().all(|change| change.old.is_empty()));
    let fresh = fixture.repo().objects().fresh(&staged[0], b"one\n").unwrap();
    assert_eq!(fresh.smallest().len(), 4);
}

#[test]
fn a_changed_file_names_its_old_version() {
    let fixture = Fixture::new();
    fixture.add("a", "one\n");
    fixture.add("b", "one\n");
    fixture.commit("first");
    fixture.add("a", "one\ntwo\n");
    let staged = fixture.staged();
    assert_eq!(fixture.staged_paths(), ["a"]);
    assert_eq!(staged[0].new, Version { mode: Mode::File, oid: blob(&fixture, "one\ntwo\n") });
    assert_eq!(staged[0].old, [Some(Version { mode: Mode::File, oid: blob(&fixture, "one\n") })]);
    let objects = fixture.repo().objects();
    let content = objects.blob(staged[0].new.oid).unwrap();
    assert_eq!(content, b"one\ntwo\n");
    let fresh = objects.fresh(&staged[0], &content).unwrap();
    assert_eq!(fresh.smallest(), &Regions::new(vec![Region::new(4, 8)]));
}

#[test]
fn what_is_deleted_or_only_changes_its_executable_bit_is_no_change() {
    let fixture = Fixture::new();
    fixture.add("a", "one\n");
    fixture.add("b", "two\n");
    fixture.add("dir/c", "three\n");
    fixture.commit("first");
    fixture.git(&["rm", "--quiet", "--cached", "a", "dir/c"]);
    fixture.git(&["update-index", "--chmod=+x", "b"]);
    assert_eq!(fixture.staged(), []);
}

#[test]
fn a_file_that_becomes_a_link_is_a_change_and_all_of_it_is_fresh() {
    let fixture = Fixture::new();
    fixture.add("a", "target");
    fixture.commit("first");
    std::fs::remove_file(fixture.dir.join("a")).unwrap();
    std::os::unix::fs::symlink("target", fixture.dir.join("a")).unwrap();
    fixture.git(&["add", "a"]);
    let staged = fixture.staged();
    assert_eq!(staged[0].new.mode, Mode::Symlink);
    assert_eq!(staged[0].old[0].unwrap().oid, staged[0].new.oid, "the bytes are the same");
    let fresh = fixture.repo().objects().fresh(&staged[0], b"target").unwrap();
    assert_eq!(fresh.smallest().len(), 6);
}

#[test]
fn a_file_that_becomes_a_folder_and_back_is_seen() {
    let fixture = Fixture::new();
    fixture.add("a", "one\n");
    fixture.add("a-b", "dash sorts before slash\n");
    fixture.commit("first");
    std::fs::remove_file(fixture.dir.join("a")).unwrap();
    fixture.write("a/inner", "inside\n");
    fixture.git(&["add", "--all"]);
    assert_eq!(fixture.staged_paths(), ["a/inner"]);
    fixture.commit("second");
    fixture.git(&["rm", "--quiet", "-r", "a"]);
    fixture.add("a", "again a file\n");
    assert_eq!(fixture.staged_paths(), ["a"]);
}

#[test]
fn a_submodule_is_told_as_one() {
    let fixture = Fixture::new();
    let inner = fixture.beside("inner");
    fixture.git(&["init", "--quiet", inner.to_str().unwrap()]);
    fixture.git_in(&inner, &["commit", "--quiet", "--allow-empty", "--message", "inner"]);
    let url = inner.to_str().unwrap();
    fixture.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, "sub"]);
    let staged = fixture.staged();
    assert_eq!(fixture.staged_paths(), [".gitmodules", "sub"]);
    assert_eq!(of(&staged, "sub").new.mode, Mode::Submodule);
    // Inside of it the repository is the submodule's own.
    let repo = fixture.repo_in(&fixture.dir.join("sub"));
    assert_eq!(repo.work_dir().unwrap(), fixture.dir.join("sub"));
    assert!(repo.common_dir().ends_with(".git/modules/sub"));
    assert_eq!(repo.staged(&[]).unwrap(), []);
}

#[test]
fn paths_are_bytes() {
    let fixture = Fixture::new();
    fixture.commit("first");
    fixture.add(path(b"not-\xFF-utf8"), "one\n");
    fixture.add(path(b"new\nline"), "two\n");
    assert_eq!(fixture.staged_paths(), ["new\\nline", "not-\\xFF-utf8"]);
    assert_eq!(fixture.staged()[1].path.as_bytes(), b"not-\xFF-utf8");
}

#[test]
fn what_is_only_announced_has_no_content() {
    let fixture = Fixture::new();
    fixture.add("a", "one\n");
    fixture.commit("first");
    fixture.write("b", "two\n");
    fixture.git(&["add", "--intent-to-add", "b"]);
    fixture.add("c", "three\n");
    assert_eq!(fixture.staged_paths(), ["c"]);
}

#[test]
fn a_conflict_gives_both_sides() {
    let fixture = Fixture::new();
    fixture.add("a", "base\n");
    fixture.commit("base");
    fixture.git(&["checkout", "--quiet", "-b", "side"]);
    fixture.add("a", "theirs\n");
    fixture.commit("theirs");
    fixture.git(&["checkout", "--quiet", "main"]);
    fixture.add("a", "ours\n");
    fixture.commit("ours");
    assert!(!fixture.try_git_in(&fixture.dir, &["merge", "--quiet", "side"], b"").status.success());
    // Both sides are what a parent has already.
    assert_eq!(fixture.staged(), []);
    std::fs::remove_file(fixture.dir.join(".git/MERGE_HEAD")).unwrap();
    let staged = fixture.staged();
    assert_eq!(staged.len(), 1);
    assert_eq!(staged[0].new.oid, blob(&fixture, "theirs\n"));
}

#[test]
fn a_merge_brings_only_what_no_side_has() {
    let fixture = Fixture::new();
    fixture.add("a", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    fixture.commit("base");
    for (branch, file) in [("one", "x"), ("two", "y")] {
        fixture.git(&["checkout", "--quiet", "-b", branch, "main"]);
        fixture.add(file, branch);
        fixture.commit(branch);
    }
    fixture.git(&["checkout", "--quiet", "main"]);
    fixture.add("a", "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    fixture.commit("ours");
    fixture.git(&["merge", "--quiet", "--no-commit", "--no-ff", "one", "two"]);
    assert_eq!(fixture.staged(), [], "an octopus brings nothing by itself");
    fixture.add("x", "evil\n");
    let staged = fixture.staged();
    assert_eq!(fixture.staged_paths(), ["x"]);
    assert_eq!(staged[0].old.len(), 3);
    assert_eq!(staged[0].old.iter().flatten().count(), 1, "only one parent has it");
}

#[test]
fn parents_that_are_named_count_once() {
    let fixture = Fixture::new();
    fixture.add("a", "one\n");
    let first = fixture.commit("first");
    fixture.add("a", "two\n");
    fixture.commit("second");
    fixture.git(&["read-tree", "HEAD~1"]);
    let repo = fixture.repo();
    assert_eq!(repo.staged(&[]).unwrap().len(), 1);
    assert_eq!(repo.staged(&[first, first]).unwrap(), []);
    fixture.add("a", "three\n");
    assert_eq!(repo.staged(&[first, first]).unwrap()[0].old.len(), 2);
}

#[test]
fn every_version_of_the_index_tells_the_same() {
    for version in ["2", "3", "4"] {
        let fixture = Fixture::new();
        for name in ["a", "dir/a", "dir/ab", "dir/sub/abc", "dir2/x", "dir2/y", "z"] {
            fixture.add(name, name);
        }
        fixture.commit("first");
        fixture.git(&["update-index", "--index-version", version]);
        fixture.add("dir/sub/abc", "changed");
        fixture.add("dir2/new", "new");
        fixture.git(&["rm", "--quiet", "--cached", "dir/ab"]);
        fixture.write("later", "");
        fixture.git(&["add", "--intent-to-add", "later"]);
        assert_eq!(fixture.staged_paths(), ["dir/sub/abc", "dir2/new"], "version {version}");
        let written = std::fs::read(fixture.dir.join(".git/index")).unwrap()[7];
        assert_eq!(written.to_string(), if version == "2" { "3" } else { version }, "announced files need version 3");
        assert_eq!(fixture.repo().tracked().unwrap().len(), 8);
    }
}

#[test]
fn a_path_longer_than_the_flags_can_say_is_read() {
    for version in ["2", "4"] {
        let fixture = Fixture::new();
        fixture.commit("first");
        let oid = Oid::from_hex(fixture.feed(&["hash-object", "-w", "--stdin"], b"x").trim_ascii()).unwrap();
        let long = ["d".repeat(200).as_str(); 25].join("/");
        fixture.feed(&["update-index", "--index-info"], format!("100644 {oid}\t{long}\n100644 {oid}\tz\n").as_bytes());
        fixture.git(&["update-index", "--index-version", version]);
        // The general way does not read such paths; git itself writes none into a work tree.
        let staged = fixture.repo().staged(&[]).unwrap();
        assert_eq!(staged.iter().map(|change| change.path.to_string()).collect::<Vec<_>>(), [long.as_str(), "z"]);
    }
}
