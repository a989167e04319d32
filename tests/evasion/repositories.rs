//! Every kind of repository is judged the same.

use super::{COMMIT, refused_with_key_accepted_without};
use crate::made_up::{AWS, GITHUB, aws_key, file_with, github_token};
use crate::sandbox::Sandbox;

#[test]
fn a_repository_with_sha_256() {
    let sandbox = Sandbox::guarded_with(&["--object-format=sha256"]);
    refused_with_key_accepted_without(&sandbox, "app.conf");
    refused_with_key_accepted_without(&sandbox, "folder/app.conf");
}

#[test]
fn a_repository_with_reftable() {
    refused_with_key_accepted_without(&Sandbox::guarded_with(&["--ref-format=reftable"]), "app.conf");
}

#[test]
fn a_repository_with_sha_256_and_reftable() {
    let sandbox = Sandbox::guarded_with(&["--object-format=sha256", "--ref-format=reftable"]);
    refused_with_key_accepted_without(&sandbox, "app.conf");
}

#[test]
fn the_first_commit_of_a_repository_with_reftable() {
    let sandbox = Sandbox::init(&["--ref-format=reftable"]);
    sandbox.install();
    refused_with_key_accepted_without(&sandbox, "app.conf");
}

#[test]
fn a_merge_in_a_repository_with_reftable() {
    let sandbox = Sandbox::guarded_with(&["--ref-format=reftable"]);
    sandbox.git(["checkout", "-q", "-b", "side"]);
    sandbox.stage("side.conf", file_with(4, &[(2, &aws_key(1))]));
    sandbox.commit_unwatched("side");
    sandbox.git(["checkout", "-q", "main"]);
    sandbox.git(["merge", "-q", "--no-ff", "--no-commit", "side"]);
    sandbox.stage("born.conf", file_with(4, &[(3, &github_token(1))]));
    sandbox.rejects(COMMIT, &[(GITHUB, "born.conf:3")]);
}

#[test]
fn a_linked_worktree_has_the_hooks_and_its_own_index() {
    let sandbox = Sandbox::guarded();
    sandbox.git(["worktree", "add", "-q", "../linked"]);
    let linked = sandbox.at("../linked");
    refused_with_key_accepted_without(&linked, "app.conf");
    sandbox.stage("main.conf", file_with(6, &[(4, &github_token(2))]));
    linked.accepts(["commit", "-q", "--allow-empty", "-m", "nothing"]);
    sandbox.rejects(COMMIT, &[(GITHUB, "main.conf:4")]);
}

#[test]
fn hooks_that_are_installed_from_a_linked_worktree() {
    let sandbox = Sandbox::init(&[]);
    sandbox.commit_unwatched("begin");
    sandbox.git(["worktree", "add", "-q", "../linked"]);
    let linked = sandbox.at("../linked");
    linked.install();
    refused_with_key_accepted_without(&linked, "app.conf");
    refused_with_key_accepted_without(&sandbox, "app.conf");
}

/// A repository with another one in it, at `sub`.
fn with_submodule() -> (Sandbox, Sandbox) {
    let sandbox = Sandbox::guarded();
    let other = sandbox.at("../other");
    std::fs::create_dir(other.root()).expect("a folder");
    other.git(["init", "-q"]);
    other.stage("inner.conf", file_with(6, &[(3, &aws_key(3))]));
    other.commit_unwatched("an old key of somebody else");
    sandbox.git(["submodule", "--quiet", "add", "../other", "sub"]);
    let inner = sandbox.at("sub");
    (sandbox, inner)
}

#[test]
fn a_submodule_is_a_commit_of_somebody_else() {
    let (sandbox, inner) = with_submodule();
    sandbox.accepts(COMMIT);
    inner.stage("inner.conf", file_with(6, &[(3, &aws_key(4))]));
    inner.commit_unwatched("without hooks");
    sandbox.git(["add", "sub"]);
    sandbox.accepts(COMMIT);
}

#[test]
fn a_commit_inside_of_a_submodule_is_judged_by_its_own_hook() {
    let (sandbox, inner) = with_submodule();
    sandbox.accepts(COMMIT);
    inner.install();
    refused_with_key_accepted_without(&inner, "app.conf");
}

#[test]
fn a_file_in_the_place_of_a_submodule_is_judged() {
    let (sandbox, _) = with_submodule();
    sandbox.accepts(COMMIT);
    sandbox.git(["rm", "-q", "-f", "sub"]);
    sandbox.stage("sub", file_with(6, &[(3, &aws_key(5))]));
    sandbox.rejects(COMMIT, &[(AWS, "sub:3")]);
}

#[test]
fn a_file_that_is_replaced_by_another_in_the_object_store_is_read_as_it_is() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(6))]));
    let staged = sandbox.git(["rev-parse", ":app.conf"]).line();
    sandbox.write("clean", file_with(6, &[]));
    let clean = sandbox.git(["hash-object", "-w", "clean"]).line();
    sandbox.git(["replace", &staged, &clean]);
    assert!(!sandbox.git(["cat-file", "blob", &staged]).text().contains(&aws_key(6)), "git shows the other one");
    sandbox.rejects(COMMIT, &[(AWS, "app.conf:3")]);
}

#[test]
fn a_commit_that_is_replaced_by_another_is_compared_as_it_is() {
    let sandbox = Sandbox::guarded();
    let real = sandbox.git(["rev-parse", "HEAD"]).line();
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(7))]));
    let tree = sandbox.git(["write-tree"]).line();
    let other = sandbox.git(["commit-tree", "-m", "as if it were old", &tree]).line();
    sandbox.git(["replace", &real, &other]);
    // For git nothing changed, so it would refuse to commit; what the commit brings is judged all the same.
    sandbox.refuses(["commit", "-q", "--allow-empty", "-m", "change"], &[(AWS, "app.conf:3")]);
}

#[test]
fn objects_that_are_packed() {
    let sandbox = Sandbox::guarded();
    for round in 0..20 {
        sandbox.stage("app.conf", file_with(200, &[(round + 1, &format!("round {round}"))]));
        sandbox.accepts(COMMIT);
    }
    sandbox.stage("app.conf", file_with(200, &[(100, &aws_key(8))]));
    sandbox.git(["repack", "-q", "-a", "-d"]);
    sandbox.git(["gc", "-q", "--prune=now"]);
    sandbox.git(["pack-refs", "--all"]);
    sandbox.rejects(COMMIT, &[(AWS, "app.conf:100")]);
    sandbox.stage("app.conf", file_with(200, &[]));
    sandbox.accepts(COMMIT);
}

#[test]
fn objects_that_lie_in_another_repository() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[]));
    sandbox.accepts(COMMIT);
    sandbox.git(["clone", "-q", "--shared", ".", "../shared"]);
    let shared = sandbox.at("../shared");
    shared.install();
    refused_with_key_accepted_without(&shared, "app.conf");
    refused_with_key_accepted_without(&shared, "other.conf");
}

#[test]
fn a_shallow_clone() {
    let sandbox = Sandbox::guarded();
    for round in 0..3 {
        sandbox.stage("app.conf", file_with(6, &[(1, &format!("round {round}"))]));
        sandbox.accepts(COMMIT);
    }
    let url = format!("file://{}", sandbox.root().display());
    sandbox.git(["clone", "-q", "--depth=1", &url, "../shallow"]);
    let shallow = sandbox.at("../shallow");
    shallow.install();
    refused_with_key_accepted_without(&shallow, "app.conf");
}

#[test]
fn a_partial_clone_with_what_it_needs() {
    let sandbox = Sandbox::guarded();
    sandbox.stage("app.conf", file_with(6, &[]));
    sandbox.accepts(COMMIT);
    sandbox.config("uploadpack.allowFilter", "true");
    let url = format!("file://{}", sandbox.root().display());
    sandbox.git(["clone", "-q", "--filter=blob:none", &url, "../partial"]);
    let partial = sandbox.at("../partial");
    partial.install();
    refused_with_key_accepted_without(&partial, "app.conf");
}

#[test]
fn a_repository_whose_folder_lies_elsewhere() {
    let sandbox = Sandbox::bare_ground();
    sandbox.git(["init", "-q", "--separate-git-dir=../elsewhere"]);
    sandbox.install();
    refused_with_key_accepted_without(&sandbox, "app.conf");
}

/// 50 files in folders are in history, and `settings` made git write its index in a way of its own.
#[track_caller]
fn with_index(flags: &[&str], prepare: impl Fn(&Sandbox)) {
    let sandbox = Sandbox::guarded_with(flags);
    for number in 0..50 {
        sandbox.write(format!("folder{}/sub/file{number}.txt", number % 5), file_with(6, &[]));
    }
    sandbox.git(["add", "."]);
    sandbox.accepts(COMMIT);
    prepare(&sandbox);
    refused_with_key_accepted_without(&sandbox, "folder2/sub/file7.txt");
    refused_with_key_accepted_without(&sandbox, "folder2/new.txt");
    refused_with_key_accepted_without(&sandbox, "app.conf");
    // Git hands the hook other indexes here, each written in the same way.
    sandbox.write("app.conf", file_with(6, &[(4, &github_token(10))]));
    sandbox.refuses(["commit", "-q", "-am", "change"], &[(GITHUB, "app.conf:4")]);
    sandbox.refuses(["commit", "-q", "-m", "change", "app.conf"], &[(GITHUB, "app.conf:4")]);
    sandbox.write("app.conf", file_with(6, &[(4, "nothing")]));
    sandbox.accepts(["commit", "-q", "-m", "change", "app.conf"]);
    sandbox.git(["rm", "-q", "--sparse", "folder1/sub/file1.txt", "folder2/new.txt"]);
    sandbox.accepts(COMMIT);
}

#[test]
fn an_index_of_version_4() {
    with_index(&[], |sandbox| drop(sandbox.git(["update-index", "--index-version=4"])));
}

#[test]
fn an_index_of_version_4_with_sha_256() {
    with_index(&["--object-format=sha256"], |sandbox| drop(sandbox.git(["update-index", "--index-version=4"])));
}

#[test]
fn an_index_of_version_3() {
    with_index(&[], |sandbox| {
        sandbox.write("later", "nothing\n");
        sandbox.git(["add", "-N", "later"]);
    });
}

#[test]
fn a_split_index() {
    with_index(&[], |sandbox| {
        sandbox.config("splitIndex.maxPercentChange", "100");
        sandbox.git(["update-index", "--split-index"]);
    });
}

#[test]
fn an_index_without_a_checksum() {
    with_index(&[], |sandbox| {
        sandbox.config("index.skipHash", "true");
        sandbox.git(["update-index", "--force-write-index"]);
    });
}

#[test]
fn an_index_with_untracked_cache_and_threads() {
    with_index(&[], |sandbox| {
        sandbox.config("index.threads", "4");
        sandbox.config("feature.manyFiles", "true");
        sandbox.git(["update-index", "--untracked-cache", "--force-write-index"]);
    });
}

#[test]
fn a_sparse_checkout() {
    with_index(&[], |sandbox| drop(sandbox.git(["sparse-checkout", "set", "folder2", "folder1"])));
}

#[test]
fn a_sparse_index() {
    with_index(&[], |sandbox| drop(sandbox.git(["sparse-checkout", "set", "--sparse-index", "folder2", "folder1"])));
}

#[test]
fn a_file_outside_of_a_sparse_index_is_judged() {
    let sandbox = Sandbox::guarded();
    for number in 0..20 {
        sandbox.write(format!("folder{number}/file.txt"), file_with(6, &[]));
    }
    sandbox.git(["add", "."]);
    sandbox.accepts(COMMIT);
    sandbox.git(["sparse-checkout", "set", "--sparse-index", "folder2"]);
    sandbox.write("key", file_with(6, &[(3, &aws_key(9))]));
    let blob = sandbox.git(["hash-object", "-w", "key"]).line();
    std::fs::remove_file(sandbox.path("key")).expect("the file");
    let entry = format!("100644,{blob},folder9/file.txt");
    sandbox.git(["update-index", "--add", "--cacheinfo", &entry]);
    sandbox.rejects(COMMIT, &[(AWS, "folder9/file.txt:3")]);
}

#[test]
fn a_folder_outside_of_a_sparse_index_that_differs_as_a_whole_is_judged() {
    let sandbox = Sandbox::guarded();
    for number in 0..20 {
        sandbox.write(format!("folder{number}/sub/file.txt"), file_with(6, &[]));
    }
    sandbox.git(["add", "."]);
    sandbox.accepts(COMMIT);
    sandbox.stage("folder9/sub/file.txt", file_with(6, &[(3, &aws_key(10))]));
    sandbox.commit_unwatched("a key");
    sandbox.git(["sparse-checkout", "set", "--sparse-index", "folder2"]);
    sandbox.git(["reset", "-q", "--soft", "HEAD~1"]);
    sandbox.rejects(COMMIT, &[(AWS, "folder9/sub/file.txt:3")]);
}

#[test]
fn a_bare_repository_with_a_work_tree_elsewhere() {
    // As people keep the configuration in their home under version control.
    let sandbox = Sandbox::bare_ground();
    sandbox.git(["init", "-q", "--bare", "../dotfiles.git"]);
    let home = sandbox.with_env("GIT_DIR", "../dotfiles.git").with_env("GIT_WORK_TREE", ".");
    home.install();
    let places = ["--git-dir=../dotfiles.git", "--work-tree=."];
    let commit = || sandbox.try_git(places.iter().chain(&COMMIT));
    home.stage("app.conf", file_with(6, &[(3, &aws_key(11))]));
    let run = commit();
    assert!(!run.success(), "{run}");
    run.names(&[(AWS, "app.conf:3")]);
    home.stage("app.conf", file_with(6, &[]));
    let run = commit();
    assert!(run.success() && run.text().is_empty(), "{run}");
}
