//! What the pusher reads: where it is, why, and how exactly this push is mended; a screenful at most, and never a secret.

use super::{Forge, on_main};
use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::Run;

/// What the server said, without `remote: ` and what git puts behind a line.
fn said(run: &Run) -> String {
    let text = run.text();
    let lines = text.lines().filter_map(|line| line.strip_prefix("remote:"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end().to_owned() + "\n").collect()
}

#[test]
fn a_report_says_where_and_why_and_how_this_push_is_mended() {
    let forge = Forge::ruled(
        "[commits]\nmax-subject = 16\n[[refs]]\nmatch = \"refs/heads/main\"\nforbid = [\"fixup-commit\"]\n",
    );
    forge.commit_key("app.conf");
    forge.commit("a", "a\n", "fixup! a subject");
    forge.commit("b", "b\n", "A subject of 20 chars");
    let short = |name: &str| forge.client.git(["rev-parse", "--short=12", name]).line();
    let (first, second, third) = (short("HEAD~2"), short("HEAD~1"), short("HEAD"));
    let expected = format!(
        "\
reject aws-access-key-id: AWS access key id (certain)
  --> app.conf:3:6 in {first} (Add settings) of refs/heads/main
 3 | id = ********
   |      ^^^^^^^^
   = why: it begins with `AKIA` and has the length and alphabet of such a secret
   = revoke: https://console.aws.amazon.com/iam/home#/security_credentials
   = rotate: Create a second access key for the same user, deploy it, then deactivate and delete this one.

reject fixup-commit: commit that waits to be squashed
  --> commit message:1 in {second} (fixup! a subject) of refs/heads/main
   = why: its subject begins with `fixup!`, and refs/heads/main takes none
   = mend: `git rebase -i --autosquash` onto the branch, and push again.

reject subject-length: long subject
  --> commit message:1 in {third} (A subject of 20 chars) of refs/heads/main
   = why: it has 21 characters, and 16 are the most
   = mend: `git commit --amend` for the last commit, `git rebase -i` and `reword` for earlier ones.

Revoke each secret that anybody else has seen; then take it out of what brings it.
In refs/heads/main:
    git rebase -i {first}^
  mark as `edit`: {first}, {third}
  at each: mend it, `git add`, `git commit --amend`, `git rebase --continue`; then push again
If it is no secret, say so on its line or on the line above:
    # palisade:allow aws-access-key-id REASON

palisade: rejected: 1 secret to take out, 2 rules broken (3 commits, 7 contents, 257 bytes)
"
    );
    // Each repository has a key of its own, from which fingerprints are made.
    let text = said(&forge.refuses(["main"], &[]));
    let (fingerprints, rest): (Vec<&str>, Vec<&str>) =
        text.split_inclusive('\n').partition(|line| line.starts_with("   = fingerprint: "));
    assert_eq!((fingerprints.len(), rest.concat()), (1, expected));
}

#[test]
fn the_way_that_a_report_tells_leads_to_a_push_that_is_let_in() {
    let forge = Forge::begun();
    forge.commit("a", "a\n", "One");
    forge.commit_key("app.conf");
    forge.commit("b", "b\n", "Two");
    let run = forge.refuses(["main"], &[AWS]);
    let text = said(&run);
    let command = text.lines().find_map(|line| line.strip_prefix("    git ")).expect("a command");
    let commit = forge.client.git(["rev-parse", "--short", "HEAD~1"]).line();
    let editor = format!("sed -i 's/^pick {commit}/edit {commit}/'");
    let client = forge.client.with_env("GIT_SEQUENCE_EDITOR", editor).with_env("GIT_EDITOR", "true");
    client.git(command.split(' '));
    client.write("app.conf", file_with(6, &[]));
    client.git(["add", "app.conf"]);
    client.git(["commit", "-q", "--amend"]);
    client.git(["rebase", "--continue"]);
    forge.accepts_silently(["main"]);
}

#[test]
fn a_push_with_merges_is_mended_with_its_merges() {
    let forge = Forge::begun();
    forge.client.git(["checkout", "-q", "-b", "side"]);
    forge.commit_key("app.conf");
    forge.client.git(["checkout", "-q", "main"]);
    forge.commit("own", "own\n", "Own");
    forge.client.git(["merge", "-q", "--no-edit", "side"]);
    forge.refuses(["main"], &[AWS, "git rebase -i --rebase-merges "]);
}

#[test]
fn the_readme_tells_every_rule_that_a_policy_can_ask_for() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("the README");
    let rules = palisade::checks::policy_rules();
    for rule in &rules {
        let is_told = readme.lines().any(|line| line.starts_with("| `") && line.contains(&format!("`{}`", rule.id)));
        assert!(is_told, "{} is not told", rule.id);
        let run = Forge::new().client.palisade(["rules", "explain", rule.id]);
        assert!(run.success() && run.text().contains(rule.rotate), "{run}");
    }
    let mut ids: Vec<_> = rules.iter().map(|rule| rule.id).collect();
    ids.extend(palisade::checks::secrets::patterns().map(|pattern| pattern.rule.id));
    let number = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), number, "two rules have one id");
}

#[test]
fn a_screenful_is_enough() {
    let forge = Forge::begun();
    for number in 0..40 {
        forge.commit(&format!("f{number}"), file_with(6, &[(3, &aws_key(number))]), "Add a file");
    }
    let text = said(&forge.refuses(["main"], &["and 30 more", "40 secrets to take out"]));
    assert!(text.lines().count() <= 45, "{text}");
    for number in 0..40 {
        assert!(!text.contains(&aws_key(number)), "{text}");
    }
}

#[test]
fn programs_are_told_the_ref_of_each_finding() {
    let forge = Forge::ruled(&on_main("forbid = [\"direct-commit\", \"create\"]"));
    forge.server.write_script("hooks/pre-receive", "palisade hook pre-receive --format json --output report.json");
    forge.commit("palisade.toml", "", "Add a policy");
    forge.commit_key("app.conf");
    forge.refuses(["main", "main:refs/tags/v1"], &[]);
    let report = std::fs::read(forge.server.path("report.json")).expect("a report");
    let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(report["scope"], "push");
    let findings = report["findings"].as_array().expect("findings");
    let told: Vec<_> = findings.iter().map(|finding| (finding["rule"].as_str(), finding["ref"].as_str())).collect();
    let main = Some("refs/heads/main");
    assert_eq!(told, [(Some(AWS), main), (Some("direct-commit"), main), (Some("direct-commit"), main)]);
    for format in ["jsonl", "sarif", "csv", "html", "human"] {
        forge.server.write_script("hooks/pre-receive", &format!("palisade hook pre-receive --format {format}"));
        forge.refuses(["main"], &["direct-commit"]);
    }
}

#[test]
fn what_could_not_be_looked_at_keeps_a_push_out_and_is_named() {
    let forge = Forge::ruled("");
    forge.commit("d/a", "a\n", "One");
    // A folder of the server's own that has gone: the change against it cannot be judged as one.
    forge.accepts(["main"]);
    forge.commit("d/a", "b\n", "Two");
    let tree = forge.server.git(["rev-parse", "main:d"]).line();
    let file = forge.server.path(format!("objects/{}/{}", &tree[..2], &tree[2..]));
    std::fs::remove_file(file).expect("a tree");
    let run = forge.push(["main"]);
    assert!(!run.success() && run.text().contains("not looked at: commit "), "{run}");
    assert!(run.text().contains("palisade: incomplete, so not accepted"), "{run}");
}
