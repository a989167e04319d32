//! Exceptions: what counts, until when, and that two branches which both add some merge.

use super::{allow, fingerprint, in_days, with_key, with_staged_key};
use crate::made_up::{AWS, aws_key, file_with, github_token};
use crate::sandbox::Sandbox;

const FOLDER: &str = ".palisade/exceptions";

#[test]
fn an_exception_lets_its_finding_in_and_the_report_says_why() {
    let (sandbox, print) = with_staged_key();
    allow(&sandbox, &[&print, "--reason", "an example of the manual", "--approver", "boss@example.org"]);
    // What was decided must be committed with what it lets in.
    let run = sandbox.try_git(["commit", "-q", "-m", "Add settings"]);
    assert!(!run.success() && run.text().contains("is not staged: `git add .palisade`"), "{run}");
    sandbox.git(["add", ".palisade"]);
    let report = sandbox.scan_staged().json();
    assert_eq!((&report["verdict"], &report["suppressed"]["exceptions"]), (&"accept".into(), &1.into()), "{report}");
    let let_in = &report["suppressed"]["let_in"][0];
    assert_eq!(let_in["fingerprint"], print.as_str());
    assert_eq!(let_in["reason"], "an example of the manual");
    assert_eq!(let_in["approver"], "boss@example.org");
    let said = sandbox.palisade(["scan", "--staged"]);
    assert!(said.text().contains("1 let in by exceptions"), "{said}");
    sandbox.accepts(["commit", "-q", "-m", "Add settings"]);
    // Another key is another finding.
    sandbox.stage("app.conf", file_with(6, &[(3, &aws_key(2))]));
    sandbox.rejects(["commit", "-q", "-m", "Change it"], &[(AWS, "app.conf:3")]);
}

#[test]
fn an_exception_for_a_rule_holds_in_its_path_and_nowhere_else() {
    let sandbox = Sandbox::guarded();
    allow(&sandbox, &["--rule", AWS, "--path", "docs/", "--reason", "examples"]);
    sandbox.git(["add", ".palisade"]);
    sandbox.stage("docs/a.md", with_key());
    sandbox.stage("docs/b/c.md", file_with(3, &[(1, &aws_key(2))]));
    sandbox.accepts(["commit", "-q", "-m", "Add docs"]);
    sandbox.stage("docs/d.md", file_with(3, &[(1, &github_token(1))]));
    sandbox.stage("src/a.md", with_key());
    let run = sandbox.try_git(["commit", "-q", "-m", "More"]);
    run.names(&[("github-personal-access-token", "docs/d.md:1"), (AWS, "src/a.md:3")]);
}

#[test]
fn an_exception_with_a_path_holds_nowhere_else() {
    let (sandbox, print) = with_staged_key();
    allow(&sandbox, &[&print, "--reason", "an example", "--path", "docs/**"]);
    sandbox.git(["add", ".palisade"]);
    sandbox.rejects(["commit", "-q", "-m", "Add settings"], &[(AWS, "app.conf:3")]);
    sandbox.git(["mv", "-f", "app.conf", "other.conf"]);
    allow(&sandbox, &[&print, "--reason", "an example", "--path", "other.conf"]);
    sandbox.git(["add", ".palisade"]);
    sandbox.accepts(["commit", "-q", "-m", "Add settings"]);
}

#[test]
fn an_exception_counts_to_the_end_of_its_last_day() {
    for (until, counts) in [
        (in_days(0), true),
        (in_days(400), true),
        (in_days(-1), false),
        ("2026-02-30".into(), false),
        ("soon".into(), false),
    ] {
        let (sandbox, print) = with_staged_key();
        allow(&sandbox, &[&print, "--reason", "an example"]);
        let file = format!("{FOLDER}/{print}.toml");
        let text = std::fs::read_to_string(sandbox.path(&file)).expect("a record");
        sandbox.stage(&file, format!("{text}until = \"{until}\"\n"));
        sandbox.git(["add", ".palisade"]);
        let run = sandbox.try_git(["commit", "-q", "-m", "Add settings"]);
        assert_eq!(run.success(), counts, "{until}: {run}");
        assert_eq!(run.text().contains("expired"), !counts, "{until}: {run}");
    }
}

#[test]
fn the_hook_says_two_weeks_before_that_an_exception_expires() {
    for (days, is_told) in [(0, true), (14, true), (15, false)] {
        let (sandbox, print) = with_staged_key();
        allow(&sandbox, &[&print, "--reason", "an example", "--until", &in_days(days)]);
        sandbox.git(["add", ".palisade"]);
        let run = sandbox.try_git(["commit", "-q", "-m", "Add settings"]);
        assert!(run.success(), "{run}");
        let words = format!("an exception expires within two weeks, on {}", in_days(days));
        assert_eq!(run.text().contains(&words), is_told, "{days}: {run}");
    }
}

#[test]
fn the_list_tells_what_counts_expires_has_expired_and_is_stale() {
    let (sandbox, print) = with_staged_key();
    sandbox.write("palisade.toml", "[exceptions]\nrequire = []\n");
    allow(&sandbox, &[&print, "--reason", "an example"]);
    allow(&sandbox, &[&"a".repeat(32), "--reason", "of old"]);
    allow(&sandbox, &["--rule", AWS, "--path", "app.conf", "--reason", "soon", "--until", &in_days(3)]);
    sandbox.write(
        format!("{FOLDER}/x.toml"),
        format!("fingerprint = \"{print}\"\nreason = \"late\"\nuntil = \"2020-01-01\"\n"),
    );
    sandbox.write(
        format!("{FOLDER}/y.toml"),
        format!("fingerprint = \"{print}\"\nreason = \"odd\"\nuntil = \"2020-13-01\"\n"),
    );
    sandbox.write(format!("{FOLDER}/z.toml"), "reasn = \"x\"\n");
    let run = sandbox.palisade(["allow", "--list"]);
    let text = run.text();
    for words in [
        format!("counts, unsigned: {print}: an example"),
        format!("counts, stale (nothing in the files matches), unsigned: {}: of old", "a".repeat(32)),
        format!("expiring, unsigned: {AWS} in app.conf until {}: soon", in_days(3)),
        format!("expired, unsigned: {print} until 2020-01-01: late"),
        format!("expired (no such day), unsigned: {print} until 2020-13-01: odd"),
        format!("broken: {FOLDER}/z.toml lets nothing in: unknown field `reasn`"),
    ] {
        assert!(text.contains(&words), "{words:?} is not said: {run}");
    }
}

#[test]
fn the_policy_says_what_an_exception_must_have() {
    let (sandbox, print) = with_staged_key();
    let policy = "[exceptions]\nrequire = [\"reason\", \"until\", \"approver\"]\nmax-days = 30\napprovers = [\"boss@example.org\"]\n";
    sandbox.write("palisade.toml", policy);
    let allow = |more: &[&str]| sandbox.palisade([&["allow", &print, "--reason", "an example"][..], more].concat());
    for (more, why) in [
        (&[][..], "has no last day (`until`), which the policy requires"),
        (&["--until", &in_days(3)], "has no approver, which the policy requires"),
        (&["--until", &in_days(31), "--approver", "boss@example.org"], "more than the 30 days"),
        (&["--until", &in_days(-1), "--approver", "boss@example.org"], "expired on"),
        (&["--until", "2026-02-30", "--approver", "boss@example.org"], "takes a day that there is"),
    ] {
        let run = allow(more);
        assert!(run.code == Some(2) && run.text().contains(why), "{why:?}: {run}");
    }
    // Whoever writes the file by hand meets the same.
    let commit = |who: &str| {
        assert!(allow(&["--until", &in_days(3), "--approver", who]).success());
        sandbox.git(["add", ".palisade"]);
        sandbox.try_git(["commit", "-q", "-m", "Add settings"])
    };
    let run = commit("me@example.org");
    assert!(!run.success() && run.text().contains("names me@example.org as its approver, who may not decide"), "{run}");
    let run = commit("boss@example.org");
    assert!(run.success(), "{run}");
}

#[test]
fn approvers_are_named_by_rule() {
    let (sandbox, print) = with_staged_key();
    sandbox.write("palisade.toml", "[exceptions.approvers]\n\"*\" = [\"a\"]\naws-access-key-id = [\"b\"]\n");
    for (who, may) in [("a", false), ("b", true)] {
        allow(&sandbox, &[&print, "--reason", "an example", "--approver", who]);
        sandbox.git(["add", ".palisade"]);
        assert_eq!(sandbox.scan_staged().success(), may, "{who}");
    }
    sandbox.write("palisade.toml", "[exceptions.approvers]\naws-acess-key-id = [\"b\"]\n");
    let run = sandbox.scan_staged();
    assert!(run.code == Some(2) && run.text().contains("did you mean `aws-access-key-id`?"), "{run}");
}

#[test]
fn two_branches_that_each_add_three_merge_without_a_conflict() {
    let (sandbox, print) = with_staged_key();
    allow(&sandbox, &[&print, "--reason", "the first"]);
    sandbox.git(["add", ".palisade"]);
    sandbox.accepts(["commit", "-q", "-m", "Add settings"]);
    for branch in ["one", "two"] {
        sandbox.git(["checkout", "-q", "-b", branch, "main"]);
        for number in 0..3 {
            let digit = if branch == "one" { number } else { number + 3 };
            allow(&sandbox, &[&digit.to_string().repeat(32), "--reason", &format!("{branch} {number}")]);
        }
        sandbox.git(["add", ".palisade"]);
        sandbox.accepts(["commit", "-q", "-m", branch]);
    }
    sandbox.accepts(["merge", "-q", "--no-edit", "one"]);
    let files = sandbox.git(["ls-files", FOLDER]);
    assert_eq!(files.text().lines().count(), 7, "{files}");
    let run = sandbox.palisade(["allow", "--list"]);
    assert_eq!(run.text().matches("counts").count(), 7, "{run}");
    // Deciding the same again changes nothing.
    allow(&sandbox, &[&print, "--reason", "the first"]);
    assert_eq!(sandbox.git(["status", "--porcelain"]).text(), "");
}

#[test]
fn a_record_with_a_secret_in_it_is_not_written() {
    let (sandbox, print) = with_staged_key();
    let token = github_token(1);
    for args in [["--reason", token.as_str()], ["--approver", token.as_str()], ["--path", token.as_str()]] {
        let run = sandbox.palisade(
            [&["allow", &print, "--reason", "x"][..if args[0] == "--reason" { 2 } else { 4 }], &args].concat(),
        );
        assert!(run.code == Some(2) && run.text().contains("there is a secret in"), "{run}");
        assert!(!run.text().contains(&token[4..]), "{run}");
    }
    assert!(!sandbox.path(FOLDER).exists());
}

#[test]
fn what_is_mistyped_says_what_was_meant() {
    let sandbox = Sandbox::guarded();
    for (args, words) in [
        (&["abc", "--reason", "x"][..], "32 hexadecimal digits"),
        (&["--rule", "aws-acess-key-id", "--path", "x", "--reason", "x"], "did you mean `aws-access-key-id`?"),
        (&["--rule", AWS, "--reason", "x"], "--path"),
        (&[], "required"),
    ] {
        let run = sandbox.palisade([&["allow"][..], args].concat());
        assert!(run.code == Some(2) && run.text().contains(words), "{words:?}: {run}");
    }
}

#[test]
fn fingerprints_are_the_same_in_a_clone() {
    let (sandbox, print) = with_staged_key();
    allow(&sandbox, &[&print, "--reason", "an example"]);
    sandbox.git(["add", ".palisade"]);
    sandbox.accepts(["commit", "-q", "-m", "Add settings"]);
    sandbox.git(["clone", "-q", ".", "../clone"]);
    let clone = sandbox.at("../clone");
    clone.install();
    clone.stage("again.conf", with_key());
    clone.accepts(["commit", "-q", "-m", "Again"]);
    clone.git(["rm", "-q", "-r", ".palisade/exceptions"]);
    clone.stage("again.conf", file_with(7, &[(4, &aws_key(1))]));
    assert_eq!(fingerprint(&clone.scan_staged()), print);
}

#[test]
fn a_range_is_judged_by_what_it_begins_behind_and_not_by_what_it_brings() {
    let (sandbox, print) = with_staged_key();
    sandbox.git(["checkout", "-q", "-b", "topic"]);
    sandbox.stage("palisade.toml", "[secrets]\nlevel = \"ignore\"\n[exceptions]\nrequire = []\n");
    allow(&sandbox, &[&print, "--reason", "I say so"]);
    sandbox.git(["add", ".palisade"]);
    sandbox.commit_unwatched("Let myself in");
    assert!(sandbox.palisade(["scan", "app.conf"]).success(), "in the work tree it counts");
    let baseline = sandbox.palisade(["baseline"]);
    assert!(baseline.success(), "{baseline}");
    let run = sandbox.palisade(["scan", "--range", "main..topic"]);
    assert_eq!(run.code, Some(1), "{run}");
    run.names(&[(AWS, "app.conf:3")]);
    for words in [
        "is another, which counts once it is accepted; in force is that of",
        &format!("the exception for {print} counts when it was accepted"),
    ] {
        assert!(run.text().contains(words), "{words:?} is not said: {run}");
    }
    // Whoever runs the CI may say what counts, and so does what was accepted.
    sandbox.write("../policy.toml", "[secrets]\nlevel = \"ignore\"\n");
    assert!(sandbox.palisade(["scan", "--range", "main..topic", "--policy", "../policy.toml"]).success());
    sandbox.git(["checkout", "-q", "-b", "decision", "main"]);
    sandbox.git(["checkout", "-q", "topic", "--", ".palisade"]);
    sandbox.accepts(["commit", "-q", "-m", "Allow it"]);
    sandbox.git(["rebase", "-q", "decision", "topic"]);
    let run = sandbox.palisade(["scan", "--range", "decision..topic", "--format", "json"]);
    assert!(run.success() && run.json()["suppressed"]["exceptions"] == 1, "{run}");
}
