//! All that a push brings is seen, whatever it hangs from.

use super::{Forge, with_key};
use crate::made_up::{AWS, GITHUB, aws_key, file_with, github_token};

#[test]
fn the_first_push_of_all_is_looked_at() {
    let forge = Forge::new();
    forge.commit("README", "A repository.\n", "Begin");
    forge.commit_key("app.conf");
    forge.refuses(["main"], &[AWS, "app.conf:3:", "git commit --amend"]);
}

#[test]
fn the_first_commit_of_all_is_mended_from_the_root() {
    let forge = Forge::new();
    forge.commit_key("app.conf");
    forge.commit("README", "A repository.\n", "Tell");
    forge.refuses(["main"], &[AWS, "git rebase -i --root"]);
}

#[test]
fn a_secret_that_was_added_and_taken_out_within_the_push_is_found() {
    let forge = Forge::begun();
    forge.commit_key("app.conf");
    forge.commit("app.conf", file_with(6, &[]), "Take it out");
    forge.refuses(["main"], &[AWS, "app.conf:3:", "git rebase -i "]);
}

#[test]
fn a_secret_in_a_message_is_found_and_its_subject_is_not_shown() {
    let forge = Forge::begun();
    forge.commit("a", "a\n", &format!("Use {}", github_token(1)));
    let run = forge.refuses(["main"], &[GITHUB, "commit message:1:5", "(Use ********) of refs/heads/main"]);
    assert!(!run.text().contains(&github_token(1)), "{run}");
}

#[test]
fn only_a_merge_has_it() {
    let forge = Forge::begun();
    let git = |args: &[&str]| forge.client.git(args);
    git(&["checkout", "-q", "-b", "side"]);
    forge.commit("side", "side\n", "Side");
    git(&["checkout", "-q", "main"]);
    forge.commit("own", "own\n", "Own");
    git(&["merge", "-q", "--no-commit", "side"]);
    forge.client.stage("app.conf", with_key());
    forge.client.commit_unwatched("Merge side");
    forge.refuses(["main"], &[AWS, "app.conf:3:", "git commit --amend"]);
    // The same merge without it brings nothing of its own.
    git(&["rm", "-q", "--cached", "-f", "app.conf"]);
    git(&["commit", "-q", "--amend", "--no-verify", "-m", "Merge side"]);
    forge.accepts_silently(["main"]);
}

#[test]
fn what_the_server_has_already_is_not_told_again() {
    let forge = Forge::begun();
    let hook = forge.server.path("hooks/pre-receive");
    forge.commit_key("app.conf");
    std::fs::rename(&hook, hook.with_extension("away")).expect("a hook");
    forge.accepts(["main"]);
    std::fs::rename(hook.with_extension("away"), &hook).expect("a hook");
    forge.commit("app.conf", file_with(7, &[(3, &format!("id = {}", aws_key(1)))]), "Add a line");
    forge.accepts_silently(["main", "main:again", "HEAD~1:refs/heads/old"]);
}

#[test]
fn a_branch_of_its_own_root_is_looked_at() {
    let forge = Forge::begun();
    forge.client.git(["checkout", "-q", "--orphan", "other"]);
    forge.commit_key("app.conf");
    forge.refuses(["other"], &[AWS, "app.conf:3:", "refs/heads/other"]);
}

#[test]
fn commits_that_replace_others_are_looked_at() {
    let forge = Forge::begun();
    forge.commit("a", "a\n", "One");
    forge.commit("b", "b\n", "Two");
    forge.accepts(["main"]);
    forge.client.git(["reset", "-q", "--hard", "HEAD~2"]);
    forge.commit_key("app.conf");
    forge.refuses(["--force", "main"], &[AWS, "app.conf:3:"]);
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    // Without rules for refs, dropping commits is nobody's business.
    forge.commit("c", "c\n", "Three");
    forge.accepts_silently(["--force", "main"]);
}

#[test]
fn tags_are_looked_at_with_all_that_they_name() {
    let forge = Forge::begun();
    let git = |args: &[&str]| forge.client.git(args);
    let key = aws_key(2);
    git(&["tag", "-a", "-m", &format!("Release\n\nid = {key}"), "v1"]);
    forge.refuses(["v1"], &[AWS, "tag v1:8:", "git tag --force --annotate 'v1'"]);
    // A tag of a tag, of which only the inner one has it.
    git(&["tag", "-a", "-m", "around", "v2", "v1"]);
    forge.refuses(["v2"], &[AWS, "tag v1:8:"]);
    // A commit that no branch leads to.
    forge.commit_key("app.conf");
    git(&["tag", "light"]);
    git(&["tag", "-a", "-m", "heavy", "heavy"]);
    git(&["reset", "-q", "--hard", "HEAD~1"]);
    forge.refuses(["light"], &[AWS, "app.conf:3:", "refs/tags/light"]);
    forge.refuses(["heavy"], &[AWS, "app.conf:3:", "refs/tags/heavy"]);
    git(&["tag", "-a", "-m", "clean", "v3"]);
    git(&["tag", "-a", "-m", "clean around", "v4", "v3"]);
    forge.accepts_silently(["v3", "v4"]);
}

#[test]
fn tags_of_blobs_and_trees_are_looked_at() {
    let forge = Forge::begun();
    let git = |args: &[&str]| forge.client.git(args);
    forge.client.write("loose", with_key());
    let blob = git(&["hash-object", "-w", "loose"]).line();
    git(&["tag", "blob", &blob]);
    forge.refuses(["blob"], &[AWS, "refs/tags/blob:3:"]);
    git(&["tag", "-a", "-m", "a blob", "heavy-blob", &blob]);
    forge.refuses(["heavy-blob"], &[AWS, "refs/tags/heavy-blob:3:"]);
    forge.client.stage("deep/app.conf", with_key());
    let tree = git(&["write-tree"]).line();
    git(&["update-ref", "refs/tags/tree", &tree]);
    forge.refuses(["refs/tags/tree"], &[AWS, "deep/app.conf:3:"]);
    git(&["tag", "-a", "-m", "a tree", "heavy-tree", &tree]);
    forge.refuses(["heavy-tree"], &[AWS, "deep/app.conf:3:"]);
    let clean = git(&["rev-parse", "HEAD^{tree}"]).line();
    git(&["update-ref", "refs/tags/clean-tree", &clean]);
    forge.accepts_silently(["refs/tags/clean-tree", "HEAD:refs/heads/x"]);
}

#[test]
fn notes_are_looked_at() {
    let forge = Forge::begun();
    forge.client.git(["notes", "add", "-m", &format!("id = {}", aws_key(3))]);
    forge.refuses(["refs/notes/*"], &[AWS, "refs/notes/commits"]);
    forge.client.git(["notes", "add", "-f", "-m", "nothing"]);
    forge.client.git(["update-ref", "refs/notes/clean", &forge.clean_notes()]);
    forge.accepts_silently(["refs/notes/clean"]);
}

#[test]
fn refs_outside_of_branches_and_tags_are_looked_at() {
    let forge = Forge::begun();
    forge.commit_key("app.conf");
    forge.refuses(["HEAD:refs/custom/x"], &[AWS, "refs/custom/x"]);
}

#[test]
fn a_secret_in_the_name_of_a_ref_or_file_is_found_and_not_shown() {
    let forge = Forge::begun();
    let token = github_token(4);
    let run = forge.refuses([&format!("main:refs/heads/{token}")], &[GITHUB, "refs/heads/********"]);
    let said: String = run.text().lines().filter(|line| line.starts_with("remote:")).collect();
    assert!(!said.contains(&token), "{run}");
    forge.commit(&format!("dir/{token}.txt"), "nothing\n", "Add a file");
    let run = forge.refuses(["main"], &[GITHUB, "dir/********.txt"]);
    assert!(!run.text().contains(&token), "{run}");
}

#[test]
fn the_same_blob_in_fifty_commits_is_looked_at_once() {
    let forge = Forge::begun();
    let git = |args: &[&str]| forge.client.git(args);
    let mut refs = vec!["push".to_owned(), "origin".to_owned()];
    for number in 0..50 {
        let branch = format!("b{number}");
        git(&["checkout", "-q", "-b", &branch, "origin/main"]);
        forge.commit("own", format!("{number}\n"), &format!("Own {number}"));
        forge.commit("vendor/lib.c", file_with(100, &[]), "Vendor");
        refs.push(branch);
    }
    forge.rule("[secrets]\nlevel = \"reject\"\n");
    forge.client.git(&refs);
    // By hand, with the hook's own report: 100 messages, 50 names of refs, 50 own files, and one that all have.
    let updates: String = (0..50)
        .map(|number| {
            let tip = git(&["rev-parse", &format!("b{number}")]).line();
            format!("{} {tip} refs/heads/again{number}\n", "0".repeat(40))
        })
        .collect();
    let bare = forge.client.at("../empty.git");
    git(&["init", "-q", "--bare", "../empty.git"]);
    git(&["push", "-q", "../empty.git", "origin/main:refs/heads/main"]);
    let alternates = bare.path("objects/info/alternates");
    std::fs::write(alternates, format!("{}/objects\n", forge.server.root().display())).expect("alternates");
    let run = bare.run("palisade", ["hook", "pre-receive", "--format", "json"], updates.as_bytes());
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(run.json()["coverage"]["contents"], 100 + 50 + 50 + 1, "{run}");
    assert_eq!(run.json()["coverage"]["commits"], 100, "{run}");
}

impl Forge {
    /// A commit of notes without a secret in its history.
    fn clean_notes(&self) -> String {
        self.client.git(["notes", "--ref=fresh", "add", "-m", "nothing"]);
        self.client.git(["rev-parse", "refs/notes/fresh"]).line()
    }
}
