//! Commits of a range, what they change, and what was renamed.

use palisade::git::{Change, GitError, Oid};

use super::fixture::{Fixture, of};

fn paths(changes: &[Change]) -> Vec<String> {
    changes.iter().map(|change| change.path.to_string()).collect()
}

fn lines(from: usize, to: usize) -> String {
    (from..to).map(|line| format!("line number {line} of a file\n")).collect()
}

#[test]
fn a_range_names_its_commits_newest_first() {
    let fixture = Fixture::new();
    let [one, two, three] = ["one", "two", "three"].map(|message| fixture.commit(message));
    let repo = fixture.repo();
    assert_eq!(repo.commits("HEAD").unwrap(), [three, two, one]);
    assert_eq!(repo.commits(&format!("{one}..main")).unwrap(), [three, two]);
    assert_eq!(repo.commits(&format!("main ^{two}")).unwrap(), [three]);
    assert_eq!(repo.commits("main..main").unwrap(), []);
}

#[test]
fn what_is_no_revision_is_refused() {
    let fixture = Fixture::new();
    fixture.commit("one");
    fixture.write("file", "a file is no revision");
    let repo = fixture.repo();
    let zero = "0".repeat(40);
    for range in ["nothing", "nothing..HEAD", "file", "", " ", "--all", "HEAD --all", "-n1", &zero] {
        let error = repo.commits(range).unwrap_err();
        assert!(matches!(error, GitError::UnknownRevision { .. }), "{range}: {error:?}");
    }
}

#[test]
fn a_commit_tells_its_parts() {
    let fixture = Fixture::new();
    let first = fixture.commit("first");
    let second = fixture.commit("subject\n\nbody\n\nTrailer: yes");
    fixture.git(&["tag", "--annotate", "--message", "a tag", "v1"]);
    let tag = fixture.oid(&["rev-parse", "v1"]);
    let objects = fixture.repo().objects();
    let commit = objects.commit(second).unwrap();
    assert_eq!(commit.parents, [first]);
    assert_eq!(commit.message, b"subject\n\nbody\n\nTrailer: yes\n");
    assert_eq!(commit.author, b"A U Thor <author@example.org> 1112911993 +0200");
    assert_eq!(commit.committer, b"C O Mitter <committer@example.org> 1112911993 +0200");
    assert_eq!(objects.commit(tag).unwrap(), commit, "a tag is followed");
    assert!(matches!(objects.commit(commit.tree), Err(GitError::WrongKind { .. })));
    let odd = format!("tree {}\nauthor A\ncommitter B\ngpgsig X\n parent {first}\n", commit.tree);
    let odd = fixture.feed(&["hash-object", "-t", "commit", "-w", "--stdin", "--literally"], odd.as_bytes());
    let odd = objects.commit(Oid::from_hex(odd.trim_ascii()).unwrap()).unwrap();
    assert_eq!((odd.parents, odd.message), (vec![], vec![]), "no message, and what looks like a parent is a signature");
}

#[test]
fn a_commit_changes_what_its_parent_has_not() {
    let fixture = Fixture::new();
    fixture.add("a", "one\n");
    fixture.add("dir/b", "two\n");
    let first = fixture.commit("first");
    fixture.add("dir/b", "three\n");
    fixture.git(&["rm", "--quiet", "a"]);
    let second = fixture.commit("second");
    let repo = fixture.repo();
    assert_eq!(paths(&repo.changes(first).unwrap()), ["a", "dir/b"]);
    assert_eq!(paths(&repo.changes(second).unwrap()), ["dir/b"]);
}

#[test]
fn a_merge_changes_what_differs_from_all_its_parents() {
    let fixture = Fixture::new();
    fixture.add("a", "base\n");
    fixture.commit("base");
    fixture.git(&["checkout", "--quiet", "-b", "side"]);
    fixture.add("b", "side\n");
    fixture.commit("side");
    fixture.git(&["checkout", "--quiet", "main"]);
    fixture.add("c", "main\n");
    fixture.commit("main");
    fixture.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    fixture.add("c", "evil\n");
    let merge = fixture.commit("merge");
    let changes = fixture.repo().changes(merge).unwrap();
    assert_eq!(paths(&changes), ["c"]);
    assert_eq!(changes[0].old.iter().map(Option::is_some).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn a_shallow_clone_takes_its_last_commit_for_a_first_one() {
    let fixture = Fixture::new();
    fixture.add("a", "one\n");
    fixture.commit("first");
    fixture.add("b", "two\n");
    let second = fixture.commit("second");
    let clone = fixture.beside("clone");
    let url = format!("file://{}", fixture.dir.display());
    fixture.git(&["clone", "--quiet", "--depth=1", &url, clone.to_str().unwrap()]);
    let repo = fixture.repo_in(&clone);
    assert_eq!(repo.commits("HEAD").unwrap(), [second]);
    assert_eq!(paths(&repo.changes(second).unwrap()), ["a", "b"]);
}

#[test]
fn a_renamed_file_is_compared_with_what_it_was() {
    let fixture = Fixture::new();
    fixture.add("old/name.txt", lines(0, 40));
    fixture.add("same", lines(100, 140));
    fixture.commit("first");
    fixture.git(&["mv", "same", "moved"]);
    std::fs::create_dir(fixture.dir.join("new")).unwrap();
    fixture.git(&["mv", "old/name.txt", "new/name.txt"]);
    let edited = lines(0, 20) + "new line\n" + &lines(20, 40);
    fixture.add("new/name.txt", &edited);
    let staged = fixture.staged();
    assert_eq!(fixture.staged_paths(), ["moved", "new/name.txt"]);
    let objects = fixture.repo().objects();
    let fresh = objects.fresh(of(&staged, "new/name.txt"), edited.as_bytes()).unwrap();
    assert_eq!(fresh.smallest().len(), "new line\n".len());
    let moved = of(&staged, "moved");
    assert_eq!(moved.old, [Some(moved.new)]);
    assert!(objects.fresh(moved, lines(100, 140).as_bytes()).unwrap().is_empty());
}

#[test]
fn renames_need_no_common_name_but_half_of_the_content() {
    let fixture = Fixture::new();
    fixture.add("a", lines(0, 40));
    fixture.add("b", lines(100, 140));
    fixture.commit("first");
    fixture.git(&["rm", "--quiet", "a", "b"]);
    fixture.add("x", lines(0, 30));
    fixture.add("y", lines(100, 110) + &lines(200, 230));
    let staged = fixture.staged();
    let tree = |path: &str| fixture.oid(&["rev-parse", &format!("HEAD:{path}")]);
    assert_eq!(of(&staged, "x").old[0].map(|old| old.oid), Some(tree("a")));
    assert_eq!(of(&staged, "y").old, [None]);
}

#[test]
fn a_file_that_is_still_there_is_no_source_of_a_rename() {
    let fixture = Fixture::new();
    fixture.add("a", lines(0, 40));
    fixture.commit("first");
    fixture.add("copy", lines(0, 40));
    assert_eq!(of(&fixture.staged(), "copy").old, [None]);
}

#[test]
fn in_a_merge_each_parent_has_its_own_rename() {
    let fixture = Fixture::new();
    fixture.add("dir/a", lines(0, 40));
    fixture.add("dir/b", "stays\n");
    fixture.commit("base");
    fixture.git(&["checkout", "--quiet", "-b", "side"]);
    fixture.git(&["mv", "dir/a", "a"]);
    fixture.commit("moved");
    fixture.git(&["checkout", "--quiet", "main"]);
    fixture.commit("ours");
    fixture.git(&["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    let edited = lines(0, 40) + "new line\n";
    fixture.add("a", &edited);
    let staged = fixture.staged();
    assert_eq!(fixture.staged_paths(), ["a"]);
    assert_eq!(staged[0].old.iter().flatten().count(), 2, "one side has it here, the other under its old name");
    let fresh = fixture.repo().objects().fresh(&staged[0], edited.as_bytes()).unwrap();
    assert_eq!(fresh.smallest().len(), "new line\n".len());
}
