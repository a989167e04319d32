//! Traps: pushes that are made to be misread.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::{Forge, on_main, with_key};
use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::{Run, Sandbox};

#[test]
fn a_pusher_by_the_name_of_an_option() {
    for name in ["--all", "--not", "-o", "*", "admin\n--all", "\u{1b}[2J"] {
        let mut forge = Forge::ruled(&on_main("forbid = [\"direct-commit\"]\nbypass = [\"admin\"]"));
        forge.client = forge.client.with_env("PALISADE_PUSHER", name).with_env("GIT_AUTHOR_NAME", name);
        forge.commit_key("app.conf");
        let run = forge.refuses(["main"], &[AWS, "reject direct-commit"]);
        assert!(!run.stderr.contains(&0x1b) || run.text().contains("\u{1b}[K"), "{run}");
    }
}

#[test]
fn refs_with_odd_bytes() {
    let forge = Forge::begun();
    forge.commit_key("app.conf");
    for name in [
        &b"refs/heads/\xFF\xFE"[..],
        "refs/heads/\u{202E}x".as_bytes(),
        b"refs/heads/a'b\"$(c)",
        b"refs/heads/--all",
        b"refs/heads/-",
        b"refs/heads/!x",
    ] {
        let spec = [b"HEAD:", name].concat();
        let run = forge.client.try_git([OsStr::new("push"), OsStr::new("origin"), OsStr::from_bytes(&spec)]);
        assert!(!run.success() && run.text().contains(AWS), "{run}");
        let said: String = run.text().lines().filter(|line| line.starts_with("remote:")).collect();
        assert!(!said.contains('\u{202E}') && !said.contains('\u{FFFD}'), "{run}");
        let clean = [b"origin/main:", name].concat();
        let run = forge.client.try_git([OsStr::new("push"), OsStr::new("origin"), OsStr::from_bytes(&clean)]);
        assert!(run.success() && !run.text().contains("remote:"), "{run}");
    }
}

#[test]
fn messages_that_would_draw_on_the_terminal() {
    let forge = Forge::begun();
    forge.commit("a\u{1b}[2J\n\u{202E}b", with_key(), "\u{1b}]0;title\u{7}\u{202E}subject\r\u{8}\u{8}");
    let run = forge.refuses(["main"], &[AWS]);
    let said: String = run.text().lines().filter(|line| line.starts_with("remote:")).collect();
    let said = said.replace("\u{1b}[K", "");
    assert!(!said.chars().any(|character| character.is_control() || character == '\u{202E}'), "{said:?}");
}

#[test]
fn a_push_that_deletes_everything() {
    let forge = Forge::ruled("[[refs]]\nmatch = \"refs/heads/keep\"\nforbid = [\"delete\"]\n");
    forge.server.config("receive.denyDeleteCurrent", "ignore");
    forge.accepts(["main:refs/heads/keep", "main:refs/heads/a", "main:refs/tags/b"]);
    forge.refuses(["--delete", "main", "keep", "a", "refs/tags/b"], &["reject delete-ref", "refs/heads/keep"]);
    forge.rule("");
    forge.accepts_silently(["--delete", "main", "keep", "a", "refs/tags/b"]);
    assert_eq!(forge.refs(), "");
    // And all of it again, into what is empty by now.
    forge.commit_key("app.conf");
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.accepts_silently(["main"]);
}

#[test]
fn a_deletion_beside_a_secret_does_not_hide_it() {
    let forge = Forge::begun();
    forge.accepts(["main:refs/heads/old"]);
    forge.commit_key("app.conf");
    forge.refuses([":refs/heads/old", "main", "HEAD~1:refs/heads/new"], &[AWS, "app.conf:3:"]);
}

/// A stream for `git fast-import`: so many commits on main, and what each writes to `file`.
pub(super) fn history(commits: usize, content: impl Fn(usize) -> String) -> Vec<u8> {
    let commit = |number: usize| {
        let text = content(number);
        format!(
            "commit refs/heads/main\ncommitter C <c@example.org> {} +0000\ndata 4\nmsg\n{}M 100644 inline f{}\ndata {}\n{text}\n",
            1_700_000_000 + number,
            if number == 0 { "" } else { "\n" },
            number % 40,
            text.len(),
        )
    };
    (0..commits).map(commit).collect::<Vec<_>>().concat().into_bytes()
}

pub(super) fn import(client: &Sandbox, stream: &[u8]) {
    let run = client.run("git", ["fast-import", "--quiet", "--force"], stream);
    assert!(run.success(), "{run}");
}

#[test]
fn a_first_push_of_5000_commits_is_looked_at_to_its_end() {
    let forge = Forge::new();
    let secret = |at: usize| move |number: usize| if number == at { with_key() } else { format!("{number}\n") };
    for at in [0, 2500, 4999] {
        import(&forge.client, &history(5000, secret(at)));
        forge.refuses(["--force", "main"], &[AWS, "5000 commits"]);
    }
    import(&forge.client, &history(5000, secret(5000)));
    // On a busy machine it is told how far it is.
    let run = forge.accepts(["--force", "main"]);
    assert!(!run.text().contains("reject") && !run.text().contains("not looked at"), "{run}");
}

#[test]
fn a_thin_pack_is_looked_at_with_its_base() {
    for limit in ["1", "100000"] {
        let forge = Forge::begun();
        forge.server.config("receive.unpackLimit", limit);
        forge.commit("large", file_with(5000, &[]), "Large");
        forge.accepts(["main"]);
        forge.commit("large", file_with(5000, &[(3000, &aws_key(5))]), "Change a line");
        forge.refuses(["main"], &[AWS, "large:3000:"]);
    }
}

#[test]
fn a_thin_pack_without_its_base_gets_nowhere() {
    let forge = Forge::begun();
    forge.server.config("receive.unpackLimit", "1");
    forge.commit("large", file_with(5000, &[]), "Large");
    forge.accepts(["main"]);
    let base = forge.client.git(["rev-parse", "HEAD:large"]).line();
    let pack = std::fs::read_dir(forge.server.path("objects/pack")).expect("a folder");
    for file in pack {
        let path = file.expect("a file").path();
        if path.extension().is_some_and(|kind| kind == "pack") {
            let moved = forge.server.path("moved.pack");
            std::fs::rename(&path, &moved).expect("a pack");
            let pack = std::fs::read(&moved).expect("a pack");
            assert!(forge.server.run("git", ["unpack-objects", "-q", "-r"], &pack).success());
        }
    }
    forge.server.git(["prune-packed"]);
    std::fs::remove_file(forge.server.path(format!("objects/{}/{}", &base[..2], &base[2..]))).expect("the base");
    forge.commit("large", file_with(5000, &[(3000, "changed")]), "Change a line");
    let before = forge.refs();
    let run = forge.push(["main"]);
    assert!(!run.success(), "{run}");
    assert_eq!(before, forge.refs(), "{run}");
}

#[test]
fn a_git_without_quarantine() {
    let forge = Forge::begun();
    // What git did before 2.11: the objects lie in the repository when the hook is called.
    let script = "cp -r \"$GIT_OBJECT_DIRECTORY\"/. objects/\nunset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES\nexec palisade hook pre-receive";
    forge.server.write_script("hooks/pre-receive", script);
    forge.commit_key("app.conf");
    let run = forge.push(["main"]);
    assert!(!run.success() && run.text().contains(AWS), "{run}");
    // They are there by now, and still no ref leads to them.
    let run = forge.push(["main"]);
    assert!(!run.success() && run.text().contains(AWS), "{run}");
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.commit("app.conf", file_with(6, &[]), "Add settings");
    forge.accepts_silently(["main"]);
}

/// Speaks to `git receive-pack` without the help of a client: one ref, objects as they are, and push options.
fn send(forge: &Forge, name: &str, new: &str, objects: &[&str], options: &[&[u8]]) -> Run {
    let line = |bytes: &[u8]| [format!("{:04x}", bytes.len() + 4).as_bytes(), bytes].concat();
    let old = forge.server.try_git(["rev-parse", "--verify", "-q", name]).line();
    let old = if old.is_empty() { "0".repeat(40) } else { old };
    let mut input = line(format!("{old} {new} {name}\0report-status side-band-64k push-options\n").as_bytes());
    input.extend(b"0000");
    input.extend(options.iter().flat_map(|option| line(option)));
    input.extend(b"0000");
    input.extend(
        forge.client.run("git", ["pack-objects", "--stdout", "-q"], (objects.join("\n") + "\n").as_bytes()).stdout,
    );
    forge.client.run("git", ["receive-pack", "../server.git"], &input)
}

/// Writes an object of any content.
fn object(forge: &Forge, kind: &str, content: &[u8]) -> String {
    forge.client.run("git", ["hash-object", "-t", kind, "-w", "--literally", "--stdin"], content).line()
}

#[test]
fn push_options_with_newlines_and_escapes() {
    let policy = on_main("forbid = [\"direct-commit\"]\nbypass-with-reason = [\"dev\"]");
    let mut forge = Forge::ruled(&policy);
    forge.client = forge.client.with_env("PALISADE_PUSHER", "guest");
    forge.commit("a", "a\n", "One");
    let ids = forge.client.git(["rev-list", "--objects", "--no-object-names", "HEAD", "^origin/main"]).text();
    let ids: Vec<_> = ids.lines().collect();
    let option = b"palisade.bypass=T-1\nPALISADE_PUSHER=dev\n\x1b[2J";
    let run = send(&forge, "refs/heads/main", ids[0], &ids, &[b"x", option]);
    assert!(run.text().contains("reject direct-commit"), "{run}");
    forge.client = forge.client.with_env("PALISADE_PUSHER", "dev");
    let run = send(&forge, "refs/heads/main", ids[0], &ids, &[b"palisade.bypass=\n", option]);
    assert!(run.text().contains("let in for dev: T-1\\nPALISADE_PUSHER=dev\\n\\u{1b}[2J"), "{run}");
    assert!(run.text().contains("ok refs/heads/main"), "{run}");
}

#[test]
fn a_corrupt_tree_is_not_accepted() {
    let forge = Forge::begun();
    forge.commit_key("app.conf");
    let blob = forge.client.git(["rev-parse", "HEAD:app.conf"]).line();
    let raw: Vec<u8> = (0..40).step_by(2).map(|at| u8::from_str_radix(&blob[at..at + 2], 16).expect("hex")).collect();
    for (number, content) in [
        b"100644 a".to_vec(),
        b"nonsense".to_vec(),
        [b"100644 app.conf\0".as_slice(), &raw[..19]].concat(),
        [b"1006448888 app.conf\0".as_slice(), &raw].concat(),
    ]
    .iter()
    .enumerate()
    {
        let tree = object(&forge, "tree", content);
        let commit = format!("tree {tree}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nmsg{number}\n");
        let commit = object(&forge, "commit", commit.as_bytes());
        let before = forge.refs();
        let run = send(&forge, "refs/heads/odd", &commit, &[&commit, &tree, &blob], &[]);
        assert!(run.text().contains("ng refs/heads/odd") || run.text().contains("unpack "), "{run}");
        assert_eq!(before, forge.refs(), "{run}");
        assert!(!run.text().contains("a fault in Palisade"), "{run}");
    }
}

#[test]
fn corrupt_commits_and_tags_are_not_accepted() {
    let forge = Forge::begun();
    let tree = forge.client.git(["rev-parse", "HEAD^{tree}"]).line();
    for (kind, content) in [
        ("commit", "tree 123\n\nmsg\n".to_owned()),
        ("commit", String::new()),
        (
            "commit",
            format!(
                "tree {tree}\nparent {}\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nmsg\n",
                "1".repeat(40)
            ),
        ),
        ("tag", "object 123\ntype commit\ntag x\n\nmsg\n".to_owned()),
        ("tag", format!("object {}\ntype blob\ntag x\n\nmsg\n", "1".repeat(40))),
        ("tag", String::new()),
    ] {
        let id = object(&forge, kind, content.as_bytes());
        let before = forge.refs();
        let run = send(&forge, "refs/tags/odd", &id, &[&id], &[]);
        assert_eq!(before, forge.refs(), "{content:?}: {run}");
        assert!(!run.text().contains("a fault in Palisade"), "{content:?}: {run}");
    }
}

#[test]
fn a_tag_around_many_tags_is_not_followed_for_ever() {
    let forge = Forge::begun();
    let mut inner = forge.client.git(["rev-parse", "HEAD"]).line();
    let mut kind = "commit";
    let mut all = Vec::new();
    for number in 0..20 {
        let content = format!("object {inner}\ntype {kind}\ntag t{number}\ntagger A <a@b> 1 +0000\n\nmsg\n");
        inner = object(&forge, "tag", content.as_bytes());
        kind = "tag";
        all.push(inner.clone());
    }
    let ids: Vec<&str> = all.iter().map(String::as_str).collect();
    let run = send(&forge, "refs/tags/deep", &inner, &ids, &[]);
    assert!(run.text().contains("too many tags that name tags"), "{run}");
    assert!(!forge.refs().contains("deep"), "{run}");
    let run = send(&forge, "refs/tags/deep", ids[9], &ids[..10], &[]);
    assert!(run.text().contains("ok refs/tags/deep"), "{run}");
}

#[test]
fn replacements_and_grafts_hide_nothing() {
    let forge = Forge::begun();
    forge.commit_key("app.conf");
    let bad = forge.client.git(["rev-parse", "HEAD:app.conf"]).line();
    let good = object(&forge, "blob", file_with(6, &[]).as_bytes());
    forge.accepts_silently([&format!("{good}:refs/replace/{bad}")]);
    forge.refuses(["main"], &[AWS, "app.conf:3:"]);
}
