//! One report that has everything in it that a report can have: every kind of place, level and permit, odd names, histories, signatures, several
//! repositories, gaps and notes. Nothing in it is a secret, because nothing of one comes into a report.

use std::collections::{BTreeMap, HashMap};

use palisade::finding::{Attestation, Excerpt, Finding, Fingerprint, Location, Marker, Origin, Sighting};
use palisade::git::{Oid, RefName, RepoPath};
use palisade::judge::{Judged, LetIn, Permit, Report, Repository, Rewrite, Share, Signed, Suppressed, Told, Verdict};
use palisade::policy::Grounds;
use palisade::rule::{Confidence, Level, Rule};
use palisade::scope::{Coverage, Gap, Place, Scope};
use palisade::text::{Position, Region};

static KEY: Rule = Rule {
    revoke: "https://console.aws.amazon.com/iam/home#/security_credentials",
    rotate: "Create a second access key, deploy it, then delete this one.",
    provider: "AWS",
    ..Rule::of_policy("aws-access-key-id", "AWS access key id", "")
};

static PASSWORD: Rule = Rule {
    revoke: "where the account is kept",
    rotate: "Set another one, and keep it outside of the repository.",
    provider: "generic",
    ..Rule::of_policy("generic-password", "password beside a name", "")
};

static SUBJECT: Rule = Rule::of_policy("subject-length", "a subject that is too long", "Write a shorter one.");

/// What no format may take for anything but text.
const ODD: &str = "a \"b\" <c> 'd' & [e] ,;:: %0A | =f \u{202E}g\u{1b}[2J\tö\r\n]]>";

pub(super) fn report() -> Report {
    let file = |path: &str| Place::File(RepoPath::new(path));
    let findings = vec![
        judged(&KEY, Confidence::Certain, Level::Reject, file("src/settings.py"), Some(origin())),
        judged(&KEY, Confidence::Certain, Level::Reject, file("src/settings.py"), None),
        judged(&KEY, Confidence::Likely, Level::Reject, file(ODD), None),
        judged(&KEY, Confidence::Likely, Level::Reject, Place::File(RepoPath::new(*b"caf\xE9/\xFF")), None),
        judged(&KEY, Confidence::Certain, Level::Reject, Place::PathName(RepoPath::new("backup/********.txt")), None),
        judged(&PASSWORD, Confidence::Likely, Level::Reject, Place::Message, None),
        judged(&PASSWORD, Confidence::Likely, Level::Reject, Place::Stdin, None),
        judged(&PASSWORD, Confidence::Likely, Level::Reject, Place::Tag(RepoPath::new("v1.0")), None),
        judged(&PASSWORD, Confidence::Likely, Level::Reject, Place::Unreachable("blob"), Some(Origin::default())),
        judged(&KEY, Confidence::Certain, Level::Reject, Place::Ref(RefName::new("refs/heads/x")), None),
        judged(&SUBJECT, Confidence::Certain, Level::Reject, Place::Commit, None),
        judged(&PASSWORD, Confidence::Possible, Level::Annotate, file("docs/a,b.md"), None),
        judged(&SUBJECT, Confidence::Certain, Level::Annotate, Place::Message, None),
    ];
    let gap = |what: &str, why: &str| Gap { what: what.to_owned(), why: why.to_owned() };
    let coverage = Coverage {
        contents: 4821,
        bytes: 31_400_000,
        commits: 2210,
        ignored: 3,
        submodules: 1,
        gaps: vec![gap("media/film.mkv", "larger than 1 GiB"), gap(ODD, "permission denied")],
    };
    let told = Told {
        subject: "Add settings".to_owned(),
        reference: "refs/heads/main".to_owned(),
        rewrite: Rewrite::Rebase { above: 2 },
    };
    let grounds = Grounds {
        reason: "an example of the manual".to_owned(),
        until: Some("2026-12-31".to_owned()),
        approver: Some("boss@example.org".to_owned()),
    };
    let allowed = judged(&KEY, Confidence::Certain, Level::Reject, file("docs/example.md"), None);
    Report {
        scope: Scope::History,
        verdict: Verdict::Reject,
        findings,
        suppressed: Suppressed { markers: 1, ignored: 2, exceptions: 1, baseline: 0 },
        let_in: vec![
            LetIn { judged: allowed.clone(), by: Permit::Marker },
            LetIn { judged: allowed, by: Permit::Exception(grounds) },
        ],
        repositories: vec![Repository {
            name: "one.git".to_owned(),
            verdict: Verdict::Reject,
            coverage: coverage.clone(),
        }],
        coverage,
        first_commit: false,
        commits: HashMap::from([(commit('c'), told)]),
        attestations: vec![attestation("unsigned", false), attestation("good", true)],
        signed: Some(signed()),
        lets_gaps_in: false,
        notes: vec!["this push changes palisade.toml, which counts from the next push on".to_owned()],
    }
}

/// The same where nothing was found.
pub(super) fn nothing() -> Report {
    Report { coverage: Coverage { contents: 3, bytes: 1234, ..Coverage::default() }, ..Report::nothing(Scope::History) }
}

fn commit(digit: char) -> Oid {
    Oid::from_hex(String::from(digit).repeat(40)).expect("a name")
}

fn judged(rule: &'static Rule, confidence: Confidence, level: Level, place: Place, origin: Option<Origin>) -> Judged {
    let commit = matches!(place, Place::Message | Place::Commit | Place::File(_)).then(|| commit('c'));
    let location = Location {
        place,
        inside: None,
        start: Position { line: 12, column: 8 },
        end: Position { line: 12, column: 28 },
        region: Region::new(200, 220),
        blob: None,
        commit,
    };
    let finding = Finding {
        rule,
        confidence,
        reason: "its prefix, its length and its alphabet".to_owned(),
        location,
        preview: "AKIA****************".to_owned(),
        excerpt: Excerpt { text: "  key: \"********\"  # <the> pipeline's".to_owned(), mark: 8 },
        fingerprint: rule.is_secret().then(|| Fingerprint("0123456789abcdef".to_owned())),
        marker: Marker::Void("it gives no reason"),
        bypassed: false,
        pair: None,
        origin,
    };
    Judged { finding, level }
}

fn origin() -> Origin {
    let seen = |digit, time, path: Option<&str>| Sighting {
        commit: commit(digit),
        author: format!("A U Thor {ODD}"),
        time,
        path: path.map(RepoPath::new),
        line: 3,
    };
    Origin {
        first: Some(seen('a', 1_709_632_800, Some("old/settings.py"))),
        last: Some(seen('c', 1_717_228_800, None)),
        at_head: true,
        refs: vec!["refs/heads/main".to_owned(), "refs/tags/v1.0".to_owned()],
        more_refs: 7,
        repository: Some("one.git".to_owned()),
        objects: 4,
        paths: 2,
    }
}

fn attestation(state: &'static str, stands: bool) -> Attestation {
    Attestation {
        object: commit('d'),
        tag: stands.then(|| "v1.0".to_owned()),
        subject: "Add settings".to_owned(),
        author: "A U Thor <author@example.org>".to_owned(),
        time: Some(1_709_632_800),
        state,
        stands,
        format: stands.then_some("ssh"),
        key: stands.then(|| "SHA256:abc".to_owned()),
        signer: stands.then(|| "author@example.org".to_owned()),
        why: "it has no signature".to_owned(),
    }
}

fn signed() -> Signed {
    let share = Share { all: 3, stand: 2, times: Some((1_709_632_800, 1_717_228_800)) };
    let states = BTreeMap::from([("good", share), ("unsigned", Share { stand: 0, times: None, ..share })]);
    Signed { states, signers: BTreeMap::from([("A <a@example.org>".to_owned(), share)]) }
}
