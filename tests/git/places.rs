//! Where repositories are found, and how they are stored.

use std::path::Path;

use palisade::git::{ConfigScope, GitError, Oid, Repo};

use super::fixture::Fixture;

#[test]
fn a_repository_is_found_from_any_folder_in_it() {
    let fixture = Fixture::new();
    fixture.add("dir/sub/a", "one");
    let repo = fixture.repo_in(&fixture.dir.join("dir/sub"));
    assert_eq!(repo.work_dir().unwrap(), fixture.dir);
    assert_eq!(repo.common_dir(), fixture.dir.join(".git"));
    assert_eq!(repo.staged(&[]).unwrap().len(), 1);
}

#[test]
fn without_a_repository_the_error_says_so() {
    let fixture = Fixture::new();
    let outside = fixture.beside("outside");
    std::fs::create_dir(&outside).unwrap();
    let error = Repo::discover_in(&outside, fixture.environment()).err().unwrap();
    assert!(matches!(error, GitError::NotARepository(_)), "{error}");
}

#[test]
fn a_linked_worktree_has_its_own_head_and_index() {
    let fixture = Fixture::new();
    fixture.add("a", "one\n");
    fixture.commit("first");
    let linked = fixture.beside("linked");
    fixture.git(&["worktree", "add", "--quiet", "-b", "side", linked.to_str().unwrap()]);
    std::fs::write(linked.join("a"), "two\n").unwrap();
    fixture.git_in(&linked, &["commit", "--quiet", "--all", "--message", "second"]);
    std::fs::write(linked.join("b"), "three\n").unwrap();
    fixture.git_in(&linked, &["add", "b"]);
    let repo = fixture.repo_in(&linked);
    assert_eq!(repo.work_dir().unwrap(), linked);
    assert_eq!(repo.common_dir(), fixture.dir.join(".git"));
    let staged = repo.staged(&[]).unwrap();
    assert_eq!(staged.iter().map(|change| change.path.to_string()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(fixture.staged(), []);
}

#[test]
fn a_merge_waits_in_the_worktree_that_it_was_begun_in() {
    for options in [&[][..], &["--ref-format=reftable"]] {
        let fixture = Fixture::with(options);
        fixture.commit("first");
        let linked = fixture.beside("linked");
        fixture.git(&["worktree", "add", "--quiet", "-b", "side", linked.to_str().unwrap()]);
        fixture.add("theirs", "theirs\n");
        fixture.commit("theirs");
        fixture.git_in(&linked, &["commit", "--quiet", "--allow-empty", "--message", "ours"]);
        fixture.git_in(&linked, &["merge", "--quiet", "--no-commit", "main"]);
        assert_eq!(fixture.repo_in(&linked).staged(&[]).unwrap(), []);
        std::fs::write(linked.join("mine"), "mine\n").unwrap();
        fixture.git_in(&linked, &["add", "mine"]);
        let staged = fixture.repo_in(&linked).staged(&[]).unwrap();
        assert_eq!(staged.len(), 1);
        assert_eq!(staged[0].old.len(), 2);
    }
}

#[test]
fn a_bare_repository_has_no_work_tree() {
    let fixture = Fixture::with(&["--bare"]);
    let repo = fixture.repo();
    assert_eq!(repo.work_dir(), None);
    assert_eq!(repo.common_dir(), fixture.dir);
    assert_eq!(repo.staged(&[]).unwrap(), []);
    assert_eq!(repo.hooks_dir().unwrap(), fixture.dir.join("hooks"));
}

#[test]
fn the_environment_of_a_hook_names_repository_and_index() {
    let mut fixture = Fixture::new();
    fixture.add("a", "one");
    fixture.commit("first");
    fixture.add("b", "two");
    // As `git commit PATH` does it: another index, whose path is relative to the top of the work tree.
    std::fs::copy(fixture.dir.join(".git/index"), fixture.dir.join(".git/next-index-1.lock")).unwrap();
    fixture.add("c", "three");
    fixture.set("GIT_DIR", ".git");
    fixture.set("GIT_INDEX_FILE", ".git/next-index-1.lock");
    let repo = fixture.repo();
    assert_eq!(repo.work_dir().unwrap(), fixture.dir);
    assert_eq!(repo.staged(&[]).unwrap().len(), 1);
    assert_eq!(repo.hooks_dir().unwrap(), fixture.dir.join(".git/hooks"));
    assert_eq!(repo.commits("HEAD").unwrap().len(), 1);

    let mut wrong = Fixture::new();
    wrong.set("GIT_DIR", "/nowhere");
    let error = Repo::discover_in(&wrong.dir, wrong.environment()).err().unwrap();
    assert!(matches!(error, GitError::Environment { variable: "GIT_DIR", .. }), "{error}");
}

#[test]
fn a_hook_of_git_commit_sees_the_index_that_will_be_committed() {
    let fixture = Fixture::new();
    fixture.add("a", "one");
    fixture.add("b", "one");
    fixture.commit("first");
    fixture.write("a", "two");
    fixture.add("b", "two");
    let log = fixture.beside("log");
    let hook = fixture.dir.join(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    let script =
        format!("#!/bin/sh\nenv | grep ^GIT_ > {0}\nprintf 'PWD=%s\\n' \"$PWD\" >> {0}\nexit 1\n", log.display());
    std::fs::write(&hook, script).unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    for (args, expected) in [
        (&["commit", "--quiet", "--message", "x", "--", "a"][..], &["a"][..]),
        (&["commit", "--quiet", "--message", "x", "--all"], &["a", "b"]),
        (&["commit", "--quiet", "--message", "x"], &["b"]),
    ] {
        // The index that git names lives only as long as the hook: the hook keeps it.
        let keep = "cp \"$GIT_INDEX_FILE\" \"$GIT_INDEX_FILE.kept\"\n";
        let script =
            std::fs::read_to_string(&hook).unwrap().replace(keep, "").replace("exit 1", &format!("{keep}exit 1"));
        std::fs::write(&hook, script).unwrap();
        assert!(!fixture.try_git_in(&fixture.dir, args, b"").status.success());
        let told = std::fs::read_to_string(&log).unwrap();
        let mut variables: Vec<(String, String)> = told
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        for (name, value) in &mut variables {
            if name == "GIT_INDEX_FILE" {
                value.push_str(".kept");
            }
        }
        let cwd = variables.iter().find(|(name, _)| name == "PWD").unwrap().1.clone();
        let repo = Repo::discover_in(Path::new(&cwd), variables.into_iter().collect()).unwrap();
        let staged = repo.staged(&[]).unwrap();
        assert_eq!(staged.iter().map(|change| change.path.to_string()).collect::<Vec<_>>(), expected, "{args:?}");
    }
}

#[test]
fn a_sha256_repository_is_read() {
    let fixture = Fixture::with(&["--object-format=sha256"]);
    fixture.add("dir/a", "one\n");
    let first = fixture.commit("first");
    assert_eq!(first.as_bytes().len(), 32);
    fixture.add("dir/a", "one\ntwo\n");
    let staged = fixture.staged();
    assert_eq!(fixture.repo().objects().blob(staged[0].new.oid).unwrap(), b"one\ntwo\n");
    assert_eq!(fixture.repo().commits("HEAD").unwrap(), [first]);
}

#[test]
fn a_reftable_repository_is_read() {
    let fixture = Fixture::with(&["--ref-format=reftable"]);
    fixture.add("a", "one\n");
    assert_eq!(fixture.staged_paths(), ["a"]);
    assert_eq!(fixture.repo().head().unwrap(), None);
    let first = fixture.commit("first");
    assert_eq!(fixture.repo().head().unwrap(), Some(first));
    fixture.add("b", "two\n");
    assert_eq!(fixture.staged_paths(), ["b"]);
}

#[test]
fn packed_refs_and_a_detached_head_are_read() {
    let fixture = Fixture::new();
    assert_eq!(fixture.repo().head().unwrap(), None);
    let first = fixture.commit("first");
    fixture.git(&["pack-refs", "--all"]);
    assert_eq!(fixture.repo().head().unwrap(), Some(first));
    fixture.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(fixture.repo().head().unwrap(), Some(first));
    std::fs::write(fixture.dir.join(".git/HEAD"), "nonsense\n").unwrap();
    let error = fixture.repo().head().unwrap_err();
    assert!(error.to_string().contains("HEAD"), "{error}");
}

#[test]
fn replacements_are_not_heeded() {
    let fixture = Fixture::new();
    fixture.add("a", "secret\n");
    let first = fixture.commit("first");
    let real = fixture.oid(&["rev-parse", "HEAD:a"]);
    let harmless = Oid::from_hex(fixture.feed(&["hash-object", "-w", "--stdin"], b"harmless\n").trim_ascii()).unwrap();
    fixture.git(&["replace", &real.to_string(), &harmless.to_string()]);
    fixture.git(&["checkout", "--quiet", "--orphan", "other"]);
    let other = fixture.commit("other");
    fixture.git(&["checkout", "--quiet", "main"]);
    fixture.git(&["replace", &first.to_string(), &other.to_string()]);
    let repo = fixture.repo();
    assert_eq!(repo.objects().blob(real).unwrap(), b"secret\n");
    assert_eq!(repo.objects().message(first).unwrap(), b"first\n");
    fixture.git(&["config", "core.commitGraph", "false"]);
    assert_eq!(repo.commits("HEAD").unwrap(), [first]);
}

#[test]
fn the_quarantine_of_a_push_comes_before_what_was_accepted() {
    let mut fixture = Fixture::new();
    fixture.add("a", "accepted\n");
    let first = fixture.commit("first");
    let accepted = fixture.oid(&["rev-parse", "HEAD:a"]);
    let quarantine = fixture.dir.join(".git/objects/tmp_objdir-incoming-1");
    std::fs::create_dir(&quarantine).unwrap();
    let objects = fixture.dir.join(".git/objects");
    fixture.set("GIT_OBJECT_DIRECTORY", &quarantine);
    fixture.set("GIT_ALTERNATE_OBJECT_DIRECTORIES", &objects);
    let pushed = Oid::from_hex(fixture.feed(&["hash-object", "-w", "--stdin"], b"pushed\n").trim_ascii()).unwrap();
    let repo = fixture.repo();
    assert_eq!(repo.objects().blob(pushed).unwrap(), b"pushed\n");
    assert_eq!(repo.objects().blob(accepted).unwrap(), b"accepted\n");
    assert_eq!(repo.objects().message(first).unwrap(), b"first\n");
}

#[test]
fn a_missing_object_is_told_from_a_corrupt_one_and_from_one_of_another_kind() {
    let fixture = Fixture::new();
    fixture.add("a", "one\n");
    fixture.commit("first");
    fixture.add("a", "one\ntwo\n");
    let old = fixture.oid(&["rev-parse", "HEAD:a"]);
    let tree = fixture.oid(&["rev-parse", "HEAD^{tree}"]);
    let file = |oid: Oid| fixture.dir.join(".git/objects").join(&oid.to_string()[..2]).join(&oid.to_string()[2..]);
    let staged = fixture.staged();
    let objects = fixture.repo().objects();
    assert_eq!(objects.size(old).unwrap(), 4);
    assert!(matches!(objects.blob(tree), Err(GitError::WrongKind { wanted: "blob", found: "tree", .. })));
    std::fs::remove_file(file(old)).unwrap();
    assert!(matches!(objects.blob(old), Err(GitError::Missing { oid }) if oid == old));
    let fresh = objects.fresh(&staged[0], b"one\ntwo\n").unwrap();
    assert_eq!(fresh.smallest().len(), 8, "with nothing to compare, everything is fresh");
    std::fs::write(file(old), b"no object").unwrap();
    let error = objects.blob(old).unwrap_err();
    assert!(matches!(error, GitError::Corrupt { .. }), "{error:?}");
    assert!(objects.fresh(&staged[0], b"one\ntwo\n").is_err());
}

#[test]
fn the_empty_tree_and_the_empty_blob_need_not_be_there() {
    let fixture = Fixture::new();
    let objects = fixture.repo().objects();
    assert_eq!(objects.blob(Oid::from_hex("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391").unwrap()).unwrap(), b"");
    fixture.commit("first");
    fixture.add("a", "");
    assert_eq!(fixture.staged_paths(), ["a"]);
}

#[test]
fn a_link_that_leads_nowhere_is_named() {
    let fixture = Fixture::new();
    std::fs::rename(fixture.dir.join(".git"), fixture.dir.join("moved")).unwrap();
    fixture.write(".git", "gitdir: elsewhere\n");
    let error = Repo::discover_in(&fixture.dir, fixture.environment()).err().unwrap();
    assert!(matches!(error, GitError::DeadLink { .. }), "{error}");
    fixture.write(".git", "gitdir: moved\n");
    assert_eq!(fixture.repo().common_dir(), fixture.dir.join("moved"));
    fixture.write(".git", "nonsense");
    let error = Repo::discover_in(&fixture.dir, fixture.environment()).err().unwrap();
    assert!(matches!(error, GitError::Malformed { .. }), "{error}");
}

#[test]
fn an_unknown_format_is_refused() {
    let fixture = Fixture::new();
    fixture.git(&["config", "core.repositoryFormatVersion", "7"]);
    let error = Repo::discover_in(&fixture.dir, fixture.environment()).err().unwrap();
    assert!(matches!(error, GitError::Unsupported { .. }), "{error}");
    fixture.write(".git/config", "[core\n");
    let error = Repo::discover_in(&fixture.dir, fixture.environment()).err().unwrap();
    assert!(matches!(error, GitError::Malformed { .. }), "{error}");
}

#[test]
fn hooks_and_their_scope_are_asked_of_git() {
    let fixture = Fixture::new();
    assert_eq!(fixture.repo().hooks_dir().unwrap(), fixture.dir.join(".git/hooks"));
    assert_eq!(fixture.repo().hooks_path_scope().unwrap(), None);
    fixture.git(&["config", "core.hooksPath", "my hooks"]);
    assert_eq!(fixture.repo().hooks_dir().unwrap(), fixture.dir.join("my hooks"));
    assert_eq!(fixture.repo().hooks_path_scope().unwrap(), Some(ConfigScope::Local));
    fixture.git(&["config", "--unset", "core.hooksPath"]);
    fixture.git(&["config", "--global", "core.hooksPath", "/elsewhere"]);
    assert_eq!(fixture.repo().hooks_dir().unwrap(), Path::new("/elsewhere"));
    assert_eq!(fixture.repo().hooks_path_scope().unwrap(), Some(ConfigScope::Global));
}

#[test]
fn configuration_is_read_as_git_reads_it() {
    let fixture = Fixture::new();
    fixture.git(&["config", "core.commentChar", ";"]);
    assert_eq!(fixture.repo().config("core.commentChar").unwrap(), b";");
    assert_eq!(fixture.repo().config("commit.cleanup"), None);
    assert_eq!(fixture.repo().config("--list"), None);
}

#[test]
fn a_worktree_of_a_bare_repository_has_a_work_tree() {
    let mut fixture = Fixture::new();
    fixture.add("a", "one\n");
    fixture.commit("first");
    let (bare, linked) = (fixture.beside("bare.git"), fixture.beside("linked"));
    fixture.git(&["clone", "--quiet", "--bare", ".", bare.to_str().unwrap()]);
    fixture.git_in(&bare, &["worktree", "add", "--quiet", linked.to_str().unwrap(), "main"]);
    std::fs::write(linked.join("b"), "two\n").unwrap();
    fixture.git_in(&linked, &["add", "b"]);
    let check = |repo: Repo| {
        assert_eq!(repo.work_dir().unwrap(), linked);
        assert_eq!(repo.common_dir(), bare);
        assert_eq!(repo.staged(&[]).unwrap().len(), 1);
    };
    check(fixture.repo_in(&linked));
    // As a hook sees it.
    fixture.set("GIT_DIR", bare.join("worktrees/linked"));
    check(fixture.repo_in(&linked));
}

#[test]
fn a_repository_of_somebody_else_is_read_but_git_says_what_to_do_first() {
    let mut fixture = Fixture::new();
    fixture.add("a", "one\n");
    fixture.commit("first");
    fixture.add("b", "two\n");
    // Git's own tests pretend so.
    fixture.set("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    let repo = fixture.repo();
    assert_eq!(repo.staged(&[]).unwrap().len(), 1);
    let error = repo.commits("HEAD").unwrap_err();
    assert!(matches!(&error, GitError::Git { said, .. } if said.contains("safe.directory")), "{error:?}");
}

#[test]
fn the_configuration_of_a_repository_runs_nothing() {
    let fixture = Fixture::new();
    fixture.add("a", "one\n");
    fixture.commit("first");
    let proof = fixture.beside("ran");
    let run = format!("touch {}; cat", proof.display());
    for key in ["core.fsmonitor", "core.pager", "core.sshCommand", "core.editor", "diff.external", "diff.x.textconv"] {
        fixture.git(&["config", key, &run]);
    }
    fixture.git(&["config", "filter.x.clean", &run]);
    fixture.git(&["config", "alias.rev-list", &format!("!{run}")]);
    fixture.write(".gitattributes", "* diff=x\n");
    fixture.write("b", "two\n");
    fixture.git(&["-c", "core.fsmonitor=false", "add", "--all"]);
    drop(std::fs::remove_file(&proof));
    let repo = fixture.repo();
    let staged = repo.staged(&[]).unwrap();
    assert_eq!(staged.len(), 2);
    assert_eq!(repo.objects().blob(staged[1].new.oid).unwrap(), b"two\n");
    assert_eq!(repo.commits("HEAD").unwrap().len(), 1);
    repo.hooks_dir().unwrap();
    repo.config("core.pager").unwrap();
    assert!(!proof.exists());
}
