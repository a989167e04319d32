//! What `palisade verify` says, to people and to programs.

use super::keys::{Commit, Signing};
use crate::made_up::aws_key;
use crate::sandbox::formats;

#[test]
fn a_line_for_each_and_what_it_adds_up_to() {
    let signing = Signing::new();
    let key = signing.ssh("a", &["-t", "ed25519"]);
    let base = signing.accept(&[(".palisade/allowed_signers", format!("a@example.org {key}\n").as_bytes())]);
    let good = signing.commit(&Commit::new("The good one", signing.with_ssh("a")));
    let run = signing.sandbox.palisade(["verify", &format!("{base}..{good}")]);
    assert_eq!(run.code, Some(0), "{run}");
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    let short = &good[..12];
    let line = format!(
        "good               {short} The good one (A U Thor <a@example.org>), signed by a@example.org with SHA256:"
    );
    assert!(text.starts_with(&line), "{run}");
    assert!(text.contains("\n1 good\n") && text.contains(&format!("who may sign is what commit {base} says")), "{run}");
    assert!(
        text.ends_with("palisade: accepted: nothing to mend (1 commit or tag)\n") && run.stderr.is_empty(),
        "{run}"
    );

    let unsigned = signing.commit(&Commit { parents: vec![good], ..Commit::new("The other one", Vec::new()) });
    let run = signing.sandbox.palisade(["verify", &format!("{base}..{unsigned}")]);
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    assert!(
        text.contains("\n1 good, 1 unsigned\n50 % accepted, signed by: a@example.org 1\n")
            && text.contains("reject unsigned: Sign it: "),
        "{run}"
    );
    assert!(text.ends_with("palisade: rejected: 1 signature missing or not accepted (2 commits and tags)\n"), "{run}");
    let quiet = signing.sandbox.palisade(["verify", "--quiet", &format!("{base}..{unsigned}")]);
    assert_eq!(String::from_utf8_lossy(&quiet.stdout).lines().count(), 1, "{quiet}");
}

#[test]
fn every_format_tells_what_was_found() {
    let signing = Signing::new();
    let base = signing.accept(&[("a", b"a")]);
    let unsigned = signing.commit(&Commit::new("unsigned", Vec::new()));
    // GitLab's report of secrets tells of nothing else.
    for format in formats().into_iter().filter(|format| format != "gitlab-secrets") {
        let run = signing.sandbox.palisade(["verify", "--format", &format, &format!("{base}..{unsigned}")]);
        assert_eq!(run.code, Some(1), "{run}");
        assert!(run.text().contains("unsigned") && run.text().contains(&unsigned[2..12]), "{run}");
    }
    let report = signing.verify(&[&format!("{base}..{unsigned}")]).run.json();
    assert_eq!(report["scope"], "signatures");
    let one = &report["signatures"][0];
    assert_eq!(
        (&one["object"], &one["state"], &one["accepted"]),
        (&unsigned.as_str().into(), &"unsigned".into(), &false.into())
    );
    assert_eq!(report["findings"][0]["rule"], "unsigned");
    assert_eq!(report["findings"][0]["commit"], unsigned);
}

#[test]
fn neither_secrets_nor_escapes_of_strangers_are_shown() {
    let signing = Signing::new();
    let base = signing.accept(&[("a", b"a")]);
    let secret = aws_key(7);
    let subject = format!("id {secret} \u{1b}[2J\u{202E}end");
    let oid = signing.commit(&Commit { author: "\u{1b}]0;x@y", ..Commit::new(&subject, Vec::new()) });
    for format in formats() {
        let run = signing.sandbox.palisade(["verify", "--format", &format, &format!("{base}..{oid}")]);
        let text = run.text();
        assert!(!text.contains(&secret) && !text.contains('\u{1b}') && !text.contains('\u{202E}'), "{run}");
    }
}

#[test]
fn what_cannot_be_verified_is_an_error_or_left_open() {
    let signing = Signing::new();
    let nothing = signing.sandbox.palisade(["verify"]);
    assert_eq!(nothing.code, Some(2), "{nothing}");
    let all = signing.sandbox.palisade(["verify", "--all"]);
    assert_eq!(all.code, Some(3), "{all}");
    signing.accept(&[("a", b"a")]);
    for args in [&["no-such-branch"][..], &["HEAD..no-such"], &["--trust", "no-such"], &["--trust", "HEAD..HEAD"]] {
        let run = signing.sandbox.palisade([&["verify"], args].concat());
        assert_eq!(run.code, Some(2), "{run}");
        assert!(run.stdout.is_empty() && run.text().lines().count() == 1, "{run}");
    }
    let empty = signing.sandbox.palisade(["verify", "HEAD..HEAD"]);
    assert_eq!(empty.code, Some(3), "{empty}");
}

#[test]
fn an_audit_tells_who_signed_how_much_since_when_where_it_is_asked() {
    let signing = Signing::new();
    let key = signing.ssh("a", &["-t", "ed25519"]);
    signing.ssh("stranger", &["-t", "ed25519"]);
    let list = format!("a@example.org {key}\n");
    signing.accept(&[(".palisade/allowed_signers", list.as_bytes())]);
    let at = |subject, sign, date| signing.commit(&Commit { date, ..Commit::new(subject, sign) });
    at("early", signing.with_ssh("a"), "2025-03-04T00:00:00+0000");
    at("late", signing.with_ssh("a"), "2026-05-06T00:00:00+0000");
    at("by a stranger", signing.with_ssh("stranger"), "2026-01-01T00:00:00+0000");
    let silent = signing.sandbox.palisade(["audit", "--format", "json"]);
    assert!(silent.json().get("signed").is_none(), "{silent}");
    let run = signing.sandbox.palisade(["audit", "--signatures"]);
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    // Beside the three, the one that says who may sign.
    assert!(text.contains("2 of 4 commits and tags are signed by somebody who may (50 %)"), "{run}");
    assert!(text.contains("      2  good, 2025-03-04 to 2026-05-06\n"), "{run}");
    assert!(text.contains("      1  unknown-key, 2026-01-01 to 2026-01-01\n"), "{run}");
    assert!(text.contains("by\n        2  a@example.org, 2025-03-04 to 2026-05-06\n"), "{run}");
    assert_eq!(run.code, Some(0), "{run}");
    let json = signing.sandbox.palisade(["audit", "--signatures", "--format", "json"]).json();
    let signed = &json["signed"];
    assert_eq!((&signed["all"], &signed["accepted"]), (&4.into(), &2.into()), "{json}");
    assert_eq!(signed["signers"][0]["first"], "2025-03-04T00:00:00Z");
    let page = signing.sandbox.palisade(["audit", "--signatures", "--format", "html"]);
    let page = String::from_utf8_lossy(&page.stdout).into_owned();
    assert!(page.contains("<section id=\"signed\">") && page.contains("<td>a@example.org</td>"), "{page}");
    let both = signing.sandbox.palisade(["audit", "--signatures", "--format", "json", ".", "."]).json();
    assert_eq!((&both["signed"]["all"], &both["signed"]["accepted"]), (&8.into(), &4.into()), "{both}");
}
