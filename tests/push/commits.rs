//! `[commits]`: each rule is broken by one push, and kept by another that is nearly the same.

use super::Forge;

/// A policy of `[commits]` refuses `bad`, a message, for `rule`, and lets `good` in.
#[track_caller]
fn messages(policy: &str, rule: &str, bad: &str, good: &str) {
    let forge = Forge::ruled(&format!("[commits]\n{policy}\n"));
    forge.commit("a", "a\n", bad);
    forge.refuses(["main"], &[&format!("reject {rule}"), "commit message:", "of refs/heads/main"]);
    forge.client.git(["commit", "-q", "--amend", "--no-verify", "-m", good]);
    forge.accepts_silently(["main"]);
}

#[test]
fn commit_message() {
    messages("message = '^(T-[0-9]+): '", "commit-message", "T-x: do it", "T-7: do it");
}

#[test]
fn forbidden_message() {
    messages("forbid-message = '(?i)\\bwip\\b'", "forbidden-message", "WIP: not yet", "Wipe the floor");
}

#[test]
fn conventional_commit() {
    messages("conventional = true", "conventional-commit", "feature: add it", "feat(api)!: add it");
    messages("conventional = true", "conventional-commit", "feat: add it\nat once", "feat: add it\n\nat once");
    messages("conventional = [\"add\"]", "conventional-commit", "feat: it", "add: it");
}

#[test]
fn conventional_subjects_are_not_asked_of_merges_reverts_and_fixups() {
    let forge = Forge::ruled("[commits]\nconventional = true\n");
    let git = |args: &[&str]| forge.client.git(args);
    git(&["checkout", "-q", "-b", "side"]);
    forge.commit("side", "side\n", "fix: side");
    forge.commit("side", "more\n", "fixup! fix: side");
    git(&["checkout", "-q", "main"]);
    forge.commit("own", "own\n", "fix: own");
    git(&["merge", "-q", "--no-edit", "side"]);
    git(&["revert", "--no-edit", "HEAD~1"]);
    forge.accepts_silently(["main"]);
}

#[test]
fn subject_length() {
    // Characters, not bytes.
    messages("max-subject = 10", "subject-length", "äöüäöüäöüäö", "äöüäöüäöüä");
}

#[test]
fn line_length() {
    messages(
        "max-line = 10",
        "line-length",
        "A long subject\n\n12345 78901",
        "A long subject\n\n12345 7890\nhttps://example.org/long/address",
    );
    let mut forge = Forge::ruled("[commits]\nmax-line = 10\n");
    forge.client = forge.client.with_env("GIT_AUTHOR_NAME", "renovate[bot]");
    forge.commit("a", "a\n", "Update\n\na line that no person wrote");
    forge.accepts_silently(["main"]);
}

/// A policy of `[commits]` refuses who has `bad` in a variable, for `rule`, and lets who has `good` in.
#[track_caller]
fn people(policy: &str, rule: &str, variable: &str, bad: &str, good: &str) {
    let mut forge = Forge::ruled(&format!("[commits]\n{policy}\n"));
    let plain = forge.client.clone();
    forge.client = plain.with_env(variable, bad);
    forge.commit("a", "a\n", "One");
    forge.refuses(["main"], &[&format!("reject {rule}"), "(One) of refs/heads/main"]);
    forge.client = plain.with_env(variable, good);
    forge.client.git(["commit", "-q", "--amend", "--no-verify", "--reset-author", "-m", "One"]);
    forge.accepts_silently(["main"]);
}

#[test]
fn author_name() {
    people("author-name = '^[A-Z]'", "author-name", "GIT_AUTHOR_NAME", "root", "Root");
}

#[test]
fn author_email() {
    let pattern = "author-email = '@example\\.org$'";
    people(pattern, "author-email", "GIT_AUTHOR_EMAIL", "a@example.org.evil", "a@example.org");
}

#[test]
fn committer_name() {
    people("committer-name = '^[A-Z]'", "committer-name", "GIT_COMMITTER_NAME", "root", "Root");
}

#[test]
fn committer_email() {
    let pattern = "committer-email = '@example\\.org$'";
    people(pattern, "committer-email", "GIT_COMMITTER_EMAIL", "a@exampleXorg", "a@example.org");
}

#[test]
fn committer_is_pusher() {
    let mut forge = Forge::ruled("[commits]\ncommitter-is-pusher = true\n");
    let plain = forge.client.clone();
    forge.commit("a", "a\n", "One");
    forge.refuses(["main"], &["reject committer-is-pusher", "the server does not say who pushes"]);
    for name in ["committer", "committer@example.org", "COMMITTER@example.org", "C O Mitter"] {
        forge.client = plain.with_env("PALISADE_PUSHER", "other");
        forge.commit("a", name, "One");
        forge.refuses(["main"], &["reject committer-is-pusher", "and other pushes it"]);
        forge.client = plain.with_env("PALISADE_PUSHER", name);
        forge.accepts_silently(["main"]);
    }
}

#[test]
fn future_date() {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
    for variable in ["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"] {
        let (ahead, here) = (format!("@{} +0000", now + 3600), format!("@{now} +0000"));
        people("forbid-future = true", "future-date", variable, &ahead, &here);
    }
}

#[test]
fn signed_off_by() {
    let forge = Forge::ruled("[commits]\nsigned-off-by = true\n");
    let amend = |message: &str| {
        forge.client.git(["commit", "-q", "--amend", "--no-verify", "-m", message]);
    };
    let co = "Co-authored-by: C O Author <co@example.org>";
    forge.commit("a", "a\n", "One");
    forge.refuses(["main"], &["reject signed-off-by", "Signed-off-by: A U Thor <author@example.org>"]);
    amend("One\n\nSigned-off-by: C O Mitter <committer@example.org>");
    forge.refuses(["main"], &["reject signed-off-by", "signed off by others"]);
    amend(&format!("One\n\n{co}\nSigned-off-by: C O Author <co@example.org>"));
    forge.refuses(["main"], &["reject signed-off-by"]);
    amend("One\n\nSigned-off-by: A U Thor <author@example.org>\n\nand more");
    forge.refuses(["main"], &["reject signed-off-by"]);
    amend(&format!("One\n\n{co}\nSigned-off-by: A U Thor <Author@Example.org>\nReviewed-by: X <x@example.org>"));
    forge.accepts_silently(["main"]);
    // Merges bring nothing of their author's.
    forge.client.git(["checkout", "-q", "-b", "side", "HEAD~1"]);
    forge.commit("b", "b\n", "Two\n\nSigned-off-by: A U Thor <author@example.org>");
    forge.client.git(["merge", "-q", "--no-edit", "main"]);
    forge.accepts_silently(["side"]);
}

#[test]
fn max_commits() {
    let forge = Forge::ruled("[commits]\nmax-commits = 2\n");
    for number in 0..3 {
        forge.commit("a", format!("{number}\n"), "One");
    }
    forge.refuses(["main"], &["reject max-commits", "3 commits", "refs/heads/main"]);
    forge.accepts_silently(["HEAD~1:main"]);
    forge.accepts_silently(["main"]);
}

#[test]
fn notes_are_no_ones_message() {
    let forge = Forge::ruled("[commits]\nconventional = true\n[files]\nmax-name = 5\n");
    forge.client.git(["notes", "add", "-m", "a note"]);
    forge.accepts_silently(["refs/notes/commits"]);
    // What a tag alone leads to is held to the rules.
    forge.commit("a", "a\n", "One");
    forge.refuses(["HEAD:refs/tags/v1"], &["reject conventional-commit", "refs/tags/v1"]);
    // So is what a branch leads to as well as notes, now or later.
    forge.refuses(["HEAD:refs/notes/x", "HEAD:refs/heads/x"], &["reject conventional-commit"]);
    forge.accepts_silently(["HEAD:refs/notes/x"]);
    forge.refuses(["HEAD:refs/heads/x"], &["reject conventional-commit"]);
    forge.commit("b", "b\n", "feat: two");
    forge.refuses(["HEAD:refs/notes/x", "HEAD:refs/heads/x"], &["reject conventional-commit"]);
    forge.client.git(["notes", "append", "-m", "more"]);
    forge.accepts_silently(["refs/notes/commits"]);
}

#[test]
fn each_rule_has_a_level_of_its_own() {
    let forge = Forge::ruled(
        "[commits]\nlevel = \"annotate\"\nmax-subject = 3\nconventional = true\nauthor-name = 'X'\n\
         rules.conventional-commit = \"ignore\"\n",
    );
    forge.commit("a", "a\n", "Three");
    let run = forge.accepts(["main"]);
    let text = run.text();
    assert!(text.contains("annotate subject-length") && text.contains("annotate author-name"), "{run}");
    assert!(!text.contains("conventional-commit"), "{run}");
    assert!(text.contains("palisade: accepted: 2 findings to look at"), "{run}");
    forge.rule("[commits]\nlevel = \"annotate\"\nmax-subject = 3\nrules.subject-length = \"reject\"\n");
    forge.commit("a", "b\n", "Three");
    forge.refuses(["main"], &["reject subject-length"]);
}

#[test]
fn a_range_is_held_to_the_same_rules() {
    let forge = Forge::new();
    forge.commit("a", "a\n", "Begin");
    forge.commit("x.pem", "x\n", "Three");
    forge.client.write("palisade.toml", "[commits]\nmax-subject = 4\n[files]\nforbid = [\"*.pem\"]\n");
    let run =
        forge.client.palisade(["scan", "--policy", "palisade.toml", "--range", "HEAD~1..HEAD", "--format", "json"]);
    assert_eq!(run.code, Some(1), "{run}");
    let rules: Vec<_> = run.findings().into_iter().map(|(rule, _)| rule).collect();
    assert_eq!(rules, ["forbidden-path", "subject-length"], "{run}");
    forge.client.write("palisade.toml", "[commits]\nmax-subject = 5\n[files]\nforbid = [\"*.pfx\"]\n");
    assert_eq!(forge.client.palisade(["scan", "--policy", "palisade.toml", "--range", "HEAD~1..HEAD"]).code, Some(0));
}

#[test]
fn a_message_is_held_to_the_rules_while_it_is_written() {
    let forge = Forge::new();
    forge.client.install();
    forge.client.write("palisade.toml", "[commits]\nconventional = true\nmax-subject = 20\n");
    forge.client.stage("a", "a\n");
    let run = forge.client.try_git(["commit", "-q", "-m", "Add a thing"]);
    assert!(!run.success() && run.text().contains("reject conventional-commit"), "{run}");
    forge.client.accepts(["commit", "-q", "-m", "feat: add a thing"]);
}
