//! `[[refs]]`: each rule is broken by one push, and kept by another that is nearly the same.

use super::{Forge, on_main};

#[test]
fn create() {
    let forge = Forge::ruled("[[refs]]\nmatch = \"refs/heads/release/**\"\nforbid = [\"create\"]\n");
    forge.refuses(["main:refs/heads/release/1.0"], &["reject create-ref", "refs/heads/release/1.0"]);
    forge.accepts_silently(["main:refs/heads/released"]);
    forge.server.git(["branch", "release/2.0", "main"]);
    forge.commit("a", "a\n", "One");
    forge.accepts_silently(["main:refs/heads/release/2.0"]);
}

#[test]
fn update_makes_tags_immutable() {
    let forge = Forge::ruled("[[refs]]\nmatch = \"refs/tags/**\"\nforbid = [\"update\", \"delete\"]\n");
    forge.accepts_silently(["main:refs/tags/v1"]);
    forge.commit("a", "a\n", "One");
    forge.refuses(["--force", "main:refs/tags/v1"], &["reject update-ref", "refs/tags/v1"]);
    forge.refuses([":refs/tags/v1"], &["reject delete-ref", "refs/tags/v1"]);
    forge.accepts_silently(["main:refs/tags/v2"]);
}

#[test]
fn delete() {
    let forge = Forge::ruled(&on_main("forbid = [\"delete\"]"));
    forge.server.config("receive.denyDeleteCurrent", "ignore");
    forge.accepts_silently(["main:refs/heads/topic"]);
    forge.refuses([":main"], &["reject delete-ref", "refs/heads/main"]);
    forge.accepts_silently([":topic"]);
}

#[test]
fn force_push() {
    let forge = Forge::ruled(&on_main("forbid = [\"force-push\"]"));
    forge.commit("a", "a\n", "One");
    forge.commit("b", "b\n", "Two");
    forge.accepts_silently(["main", "main:topic"]);
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.refuses(["--force", "main"], &["reject force-push", "refs/heads/main"]);
    forge.commit("c", "c\n", "Three");
    forge.refuses(["--force", "main"], &["reject force-push", "refs/heads/main"]);
    forge.accepts_silently(["--force", "main:topic"]);
    // What is there already can come by fast-forward, with --force or without, over whichever refs.
    forge.client.git(["reset", "-q", "--hard", "origin/main"]);
    forge.commit("d", "d\n", "Four");
    forge.accepts_silently(["main:refs/heads/way"]);
    forge.commit("e", "e\n", "Five");
    forge.accepts_silently(["--force", "main"]);
    forge.accepts_silently([":way"]);
}

#[test]
fn a_force_push_to_another_root_is_one() {
    let forge = Forge::ruled(&on_main("forbid = [\"force-push\"]"));
    forge.client.git(["checkout", "-q", "--orphan", "other"]);
    forge.commit("a", "a\n", "One");
    forge.refuses(["--force", "other:main"], &["reject force-push"]);
    forge.accepts_silently(["other"]);
}

/// A merge of `side` on `main`, with both sides' work.
fn merge(forge: &Forge) {
    forge.client.git(["checkout", "-q", "-b", "side"]);
    forge.commit("side", "side\n", "Side");
    forge.client.git(["checkout", "-q", "main"]);
    forge.commit("own", "own\n", "Own");
    forge.client.git(["merge", "-q", "--no-edit", "side"]);
}

#[test]
fn merge_commit() {
    let forge = Forge::ruled(&on_main("forbid = [\"merge-commit\"]"));
    merge(&forge);
    forge.refuses(["main"], &["reject merge-commit", "(Merge branch 'side') of refs/heads/main"]);
    // One that passed elsewhere is no merge that this push makes.
    forge.accepts_silently(["main:refs/heads/merged"]);
    forge.accepts_silently(["main"]);
}

#[test]
fn nonlinear_history() {
    let forge = Forge::ruled(&on_main("forbid = [\"nonlinear-history\"]"));
    merge(&forge);
    forge.refuses(["main"], &["reject nonlinear-history", "(Merge branch 'side')"]);
    forge.accepts_silently(["main:refs/heads/merged"]);
    forge.refuses(["main"], &["reject nonlinear-history"]);
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.client.git(["cherry-pick", "side"]);
    forge.accepts_silently(["main"]);
}

#[test]
fn direct_commit() {
    let forge = Forge::ruled(&on_main("forbid = [\"direct-commit\"]"));
    forge.commit("a", "a\n", "One");
    forge.refuses(["main"], &["reject direct-commit", "(One) of refs/heads/main"]);
    forge.refuses(["main", "main:topic"], &["reject direct-commit"]);
    forge.accepts_silently(["main:refs/heads/topic"]);
    forge.accepts_silently(["main"]);
    // A merge of what passed is let in; one that brings work of its own side is not.
    forge.client.git(["checkout", "-q", "-b", "side"]);
    forge.commit("side", "side\n", "Side");
    forge.accepts_silently(["side"]);
    forge.client.git(["checkout", "-q", "main"]);
    forge.client.git(["merge", "-q", "--no-ff", "--no-edit", "side"]);
    forge.accepts_silently(["main"]);
    forge.client.git(["checkout", "-q", "side"]);
    forge.commit("more", "more\n", "More");
    forge.client.git(["checkout", "-q", "main"]);
    forge.client.git(["merge", "-q", "--no-ff", "--no-edit", "side"]);
    forge.refuses(["main"], &["reject direct-commit", "(More)"]);
}

#[test]
fn the_first_push_of_all_has_no_other_branch_to_go_over() {
    let forge = Forge::new();
    forge.rule(&on_main("forbid = [\"direct-commit\", \"force-push\", \"nonlinear-history\"]"));
    forge.commit("a", "a\n", "One");
    forge.accepts_silently(["main"]);
}

#[test]
fn fixup_commit() {
    let forge = Forge::ruled(&on_main("forbid = [\"fixup-commit\"]"));
    forge.commit("a", "a\n", "Add a");
    forge.commit("a", "b\n", "fixup! Add a");
    forge.accepts_silently(["main:refs/heads/topic"]);
    // No commit is new by now, and still it must not come here.
    forge.refuses(["main"], &["reject fixup-commit", "`fixup!`"]);
    forge.client.git(["commit", "-q", "--amend", "-m", "Fix up a"]);
    forge.accepts_silently(["main"]);
    forge.commit("a", "c\n", "squash! Add a");
    forge.refuses(["main"], &["reject fixup-commit", "`squash!`"]);
}

#[test]
fn lightweight_tag() {
    let forge = Forge::ruled("[[refs]]\nmatch = \"refs/tags/v*\"\nforbid = [\"lightweight-tag\"]\n");
    forge.client.git(["tag", "v1"]);
    forge.client.git(["tag", "w1"]);
    forge.client.git(["tag", "-a", "-m", "Two", "v2"]);
    forge.refuses(["v1"], &["reject lightweight-tag", "refs/tags/v1"]);
    forge.accepts_silently(["v2", "w1"]);
}

#[test]
fn ref_name() {
    let forge =
        Forge::ruled("[[refs]]\nmatch = \"refs/heads/**\"\nname = '^refs/heads/(main|(feature|fix)/[a-z0-9-]+)$'\n");
    forge.refuses(["main:refs/heads/Feature/x"], &["reject ref-name", "refs/heads/Feature/x"]);
    forge.refuses(["main:refs/heads/feature/x/y"], &["reject ref-name"]);
    forge.accepts_silently(["main:refs/heads/feature/x-1", "main:refs/tags/Any"]);
    // What is there already can be moved and taken away.
    forge.server.git(["branch", "Odd", "main"]);
    forge.commit("a", "a\n", "One");
    forge.accepts_silently(["main:refs/heads/Odd"]);
    forge.accepts_silently([":refs/heads/Odd"]);
}

#[test]
fn a_rule_that_only_annotates_lets_the_push_in_and_says_what_it_saw() {
    for deed in ["create", "update", "delete", "force-push", "direct-commit", "fixup-commit"] {
        let forge =
            Forge::ruled(&format!("[[refs]]\nmatch = \"refs/heads/x\"\nforbid = [\"{deed}\"]\nlevel = \"annotate\"\n"));
        forge.commit("a", "a\n", "One");
        if deed != "create" {
            forge.server.git(["branch", "x", "main"]);
        }
        let run = match deed {
            "delete" => forge.accepts([":x"]),
            "force-push" => {
                forge.client.git(["commit", "-q", "--amend", "--no-verify", "-m", "Begin anew"]);
                forge.client.git(["checkout", "-q", "--orphan", "y"]);
                forge.commit("b", "b\n", "Other");
                forge.accepts(["--force", "y:refs/heads/x"])
            }
            "fixup-commit" => {
                forge.commit("b", "b\n", "fixup! One");
                forge.accepts(["main:refs/heads/x"])
            }
            _ => forge.accepts(["main:refs/heads/x"]),
        };
        let text = run.text();
        assert!(text.contains(&format!("annotate {deed}")), "{deed}: {run}");
        assert!(text.contains("palisade: accepted: 1 finding to look at"), "{deed}: {run}");
    }
}

#[test]
fn of_several_blocks_the_first_counts_that_has_the_rule() {
    let forge = Forge::ruled(
        "[[refs]]\nmatch = \"refs/heads/release/test\"\nforbid = [\"create\"]\nlevel = \"ignore\"\n\
         [[refs]]\nmatch = [\"HEAD\", \"refs/heads/release/*\"]\nforbid = [\"create\", \"force-push\"]\n",
    );
    forge.refuses(["main:refs/heads/release/1"], &["create-ref"]);
    forge.accepts_silently(["main:refs/heads/release/test"]);
    // The first block does not speak of it, so the second one does.
    forge.commit("a", "a\n", "One");
    forge.accepts_silently(["main", "main:refs/heads/release/test"]);
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.refuses(["--force", "main:refs/heads/release/test"], &["force-push", "refs/heads/release/test"]);
    // `HEAD` is the default branch, whatever it is called.
    forge.refuses(["--force", "main"], &["force-push", "refs/heads/main"]);
}
