//! `[server] deadline`: what comes first where time may run out, what is said of the rest, and who looks at it later.

use super::{Forge, on_main};
use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::Sandbox;
use palisade::changeset::{Needs, Reader};
use palisade::git::{Oid, Receiver, RefUpdate, Repo};
use palisade::scope::{Certificate, Coverage, Push, Scope, Source};

#[test]
fn tips_come_first_then_what_is_newest_and_messages_last() {
    let sandbox = Sandbox::init(&[]);
    for (branch, files) in [("one", 3), ("two", 2)] {
        sandbox.git(["checkout", "-q", "--orphan", branch]);
        for number in 0..files {
            sandbox.stage(format!("{branch}-{number}"), file_with(3, &[]));
            sandbox.commit_unwatched(branch);
        }
    }
    let repo = Repo::discover(sandbox.root()).expect("a repository");
    let tip = |branch: &str| Oid::from_hex(sandbox.git(["rev-parse", branch]).line()).expect("a name");
    let update = |branch: &str| {
        RefUpdate::of(format!("refs/heads/{branch}").as_bytes(), &b"0".repeat(40), tip(branch).to_string().as_bytes())
    };
    let updates = ["one", "two"].iter().map(|branch| update(branch).expect("an update")).collect();
    let receiver = Receiver::Remote(b"none".to_vec());
    let push = Push { updates, receiver, pusher: None, bypass: None, certificate: Certificate::Untold };
    let reader = Reader { repo: Some(&repo), jobs: None, edited: false, deletions: false };
    let mut commits = reader.read(&Scope::Push(push)).expect("a changeset").commits;
    commits.hurry(&[tip("one"), tip("two")]);
    let mut coverage = Coverage::default();
    let mut batches = Vec::new();
    loop {
        let needs = |_| Needs { changes: true, message: true };
        let batch = commits.next_batch(Some(&repo), None, &needs, &mut coverage);
        if batch.is_empty() {
            break;
        }
        let name = |source: &Source| source.path().map_or_else(|| "message".to_owned(), ToString::to_string);
        let mut names: Vec<_> = batch.iter().map(name).collect();
        names.sort();
        batches.push(names.join(" "));
    }
    let expected = ["one-2 two-1", "one-0 one-1 two-0", "message message message message message"];
    assert_eq!((batches.as_slice(), coverage.gaps.len()), (expected.map(str::to_owned).as_slice(), 0));
    assert!(commits.is_empty());
}

#[test]
fn a_push_that_takes_too_long_is_kept_out_and_what_was_not_looked_at_is_named() {
    let forge = Forge::ruled("[server]\ndeadline = 0\n");
    forge.commit("a", "a\n", "One");
    let tip = forge.client.git(["rev-parse", "HEAD"]).line();
    let gap = format!("not looked at: 1 of 1 commits, the newest of them {tip}: the deadline of 0 s in [server]");
    forge.refuses(
        ["main"],
        &[&gap, "not looked at: 1 of 1 contents (refs/heads/main)", "palisade: incomplete, so not accepted"],
    );
    forge.rule("[server]\ndeadline = \"10m\"\n");
    forge.accepts_silently(["main"]);
}

#[test]
fn a_policy_can_let_in_what_took_too_long_and_says_so() {
    let forge = Forge::ruled("[server]\ndeadline = 0\non-incomplete = \"accept\"\n");
    forge.commit("a", "a\n", "One");
    let run = forge.accepts(["main"]);
    assert!(
        run.text().contains("not looked at: 1 of 1 commits")
            && run.text().contains("incomplete, and let in all the same"),
        "{run}"
    );
    // What is found all the same keeps it out.
    forge.rule(&format!("{}\n[server]\ndeadline = 0\non-incomplete = \"accept\"\n", on_main("forbid = [\"update\"]")));
    forge.commit("b", "b\n", "Two");
    forge.refuses(["main"], &["reject update-ref", "not looked at"]);
}

#[test]
fn what_was_let_in_without_a_look_waits_until_somebody_looks() {
    let forge = Forge::ruled("[server]\ndeadline = 0\non-incomplete = \"accept\"\n");
    let pending = || forge.server.palisade(["audit", "--pending"]);
    let nothing = pending();
    assert!(nothing.success() && nothing.text().is_empty(), "{nothing}");
    forge.commit_key("app.conf");
    let run = forge.accepts(["main", "main:refs/tags/v1"]);
    assert!(run.text().contains("`palisade audit --pending` there looks at the rest"), "{run}");
    // Much may happen before somebody looks: the file goes, and others begin where it was.
    forge.client.git(["rm", "-q", "app.conf"]);
    forge.commit("b", "b\n", "Two");
    forge.accepts(["main", "main:refs/heads/other"]);
    let run = pending();
    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.text().contains(AWS) && run.text().contains("app.conf:3:"), "{run}");
    // It was told, and waits no longer.
    let nothing = pending();
    assert!(nothing.success() && nothing.text().is_empty(), "{nothing}");
    // A line that a full disk has cut off belongs to nobody, and does not swallow the next one.
    forge.server.write("palisade/pending", format!("{} 11", "0".repeat(40)));
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.commit("app.conf", file_with(6, &[(3, &aws_key(7))]), "Add settings again");
    forge.accepts(["main:refs/heads/again"]);
    let run = pending();
    assert!(run.code == Some(1) && run.text().contains("app.conf:3:"), "{run}");
    // A list that names what never came in, as git refused it in the end, is worked off all the same.
    let (zeros, ones) = ("0".repeat(40), "1".repeat(40));
    forge.server.write("palisade/pending", format!("{zeros} {ones} refs/heads/main\n"));
    let nothing = pending();
    assert!(nothing.success() && nothing.text().is_empty(), "{nothing}");
}

#[test]
fn what_waits_is_told_after_a_push_and_stands_in_the_list_once() {
    let forge = Forge::ruled("[server]\ndeadline = 0\non-incomplete = \"accept\"\n");
    forge.client.palisade(["install", "--server", "../server.git", "--hook", "post-receive"]);
    forge.commit_key("app.conf");
    // Both hooks have not looked at it.
    let run = forge.accepts(["main"]);
    assert!(run.text().contains("an update of a ref waits here for `palisade audit --pending`"), "{run}");
    let list = std::fs::read_to_string(forge.server.path("palisade/pending")).expect("a list");
    assert_eq!(list.lines().count(), 1, "{list}");
    // And after one that was looked at.
    forge.rule("[server]\ndeadline = \"10m\"\n");
    forge.commit("b", "b\n", "Two");
    let run = forge.accepts(["main"]);
    assert!(run.text().contains("an update of a ref waits here"), "{run}");
    assert_eq!(forge.server.palisade(["audit", "--pending"]).code, Some(1));
    forge.commit("b", "c\n", "Three");
    forge.accepts_silently(["main"]);
}

#[test]
fn signatures_and_owners_that_were_not_asked_in_time_are_no_broken_rules() {
    let forge = Forge::begun();
    let policy = "[signatures]\n[owners]\nrefs = [\"refs/heads/main\"]\n[server]\n";
    forge.commit("CODEOWNERS", "* a@example.org\n", "Own");
    forge.accepts(["main"]);
    forge.rule(&format!("{policy}deadline = 0\n"));
    forge.commit("a", "a\n", "One");
    let run = forge.refuses(
        ["main"],
        &["1 of 1 signatures: the deadline", "the owners of what comes to refs/heads/main: the deadline"],
    );
    assert!(!run.text().contains("reject unsigned") && !run.text().contains("reject owner"), "{run}");
    forge.rule(&format!("{policy}deadline = \"10m\"\n"));
    forge.refuses(["main"], &["reject unsigned", "reject owner-approval"]);
}
