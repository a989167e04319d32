//! `[files]`: each rule is broken by one push, and kept by another that is nearly the same.

use std::os::unix::fs::symlink;

use super::Forge;
use crate::sandbox::Sandbox;

/// Begun, with `old/x` pushed, and a policy of `[files]`.
fn forge(policy: &str) -> Forge {
    let forge = Forge::begun();
    forge.commit("old/x", "x\n", "Old");
    forge.accepts(["main"]);
    forge.rule(&format!("[files]\n{policy}\n"));
    forge
}

/// One file is refused for `rule`, another is let in.
#[track_caller]
fn files(policy: &str, rule: &str, bad: (&str, &[u8]), good: (&str, &[u8])) {
    let forge = forge(policy);
    forge.commit(bad.0, bad.1, "One");
    forge.refuses(["main"], &[&format!("reject {rule}"), bad.0, "(One) of refs/heads/main"]);
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.commit(good.0, good.1, "One");
    forge.accepts_silently(["main"]);
}

#[test]
fn forbidden_path() {
    files("forbid = [\"*.pem\", \".env\"]", "forbidden-path", ("a/b.pem", b"x\n"), ("a/b.pem.txt", b"x\n"));
    files("forbid = [\"*.pem\", \".env\"]", "forbidden-path", (".env", b"x\n"), ("x.env", b"x\n"));
}

#[test]
fn adding_modifying_and_deleting_are_told_apart() {
    type Deed = (&'static str, fn(&Sandbox));
    let deeds: [Deed; 3] = [
        ("add", |client| client.stage("old/y", "y\n")),
        ("modify", |client| client.stage("old/x", "changed\n")),
        ("delete", |client| drop(client.git(["rm", "-q", "old/x"]))),
    ];
    for (on, _) in deeds {
        for (done, act) in deeds {
            let forge = forge(&format!("forbid = [{{ path = \"old/\", on = [\"{on}\"] }}]"));
            act(&forge.client);
            forge.client.commit_unwatched("One");
            if on == done {
                forge.refuses(["main"], &["reject forbidden-path", "old/"]);
            } else {
                forge.accepts_silently(["main"]);
            }
        }
    }
}

#[test]
fn a_rename_takes_away_and_adds() {
    let forge = forge("forbid = [{ path = \"old/\", on = [\"delete\"] }]");
    forge.client.git(["mv", "old", "new"]);
    forge.client.commit_unwatched("Move");
    forge.refuses(["main"], &["reject forbidden-path", "old/x", "deleted"]);
    forge.rule("[files]\nforbid = [\"new/\"]\n");
    forge.refuses(["main"], &["reject forbidden-path", "new/x", "added"]);
}

#[test]
fn a_deletion_that_came_with_the_other_side_is_that_sides() {
    let forge = forge("forbid = [{ path = \"old/\", on = [\"delete\"] }]");
    let git = |args: &[&str]| forge.client.git(args);
    git(&["checkout", "-q", "-b", "side"]);
    git(&["rm", "-q", "old/x"]);
    forge.client.commit_unwatched("Take it away");
    git(&["checkout", "-q", "main"]);
    forge.commit("own", "own\n", "Own");
    git(&["merge", "-q", "--no-edit", "side"]);
    let run = forge.refuses(["main"], &["reject forbidden-path", "(Take it away)"]);
    assert!(!run.text().contains("(Merge"), "{run}");
}

#[test]
fn file_size() {
    files("max-size = \"1KiB\"", "file-size", ("a", &[b'x'; 1025]), ("a", &[b'x'; 1024]));
    files("max-size = 10", "file-size", ("old/x", &[b'x'; 11]), ("old/x", &[b'x'; 10]));
}

#[test]
fn lfs_wanted() {
    let pointer = format!(
        "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 5000\n",
        "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
    );
    let pointer = pointer.as_bytes();
    files("lfs-above = 1000", "lfs-wanted", ("a.bin", &[b'x'; 1001]), ("a.bin", &[b'x'; 1000]));
    files("lfs-above = 100", "lfs-wanted", ("a.bin", &[b'x'; 1001]), ("a.bin", &[b'x'; 100]));
    files("lfs = [\"*.psd\"]", "lfs-wanted", ("a.psd", b"x\n"), ("a.psd", pointer));
    files("lfs-above = 130", "lfs-wanted", ("a.psd", &[b'x'; 131]), ("a.psd", pointer));
}

#[test]
fn path_and_name_length() {
    files("max-path = 10", "path-length", ("a/b/c/d/e/f", b"x\n"), ("a/b/c/d/ef", b"x\n"));
    files("max-name = 4", "name-length", ("abcde/x", b"x\n"), ("äöüß/x/y/z", b"x\n"));
}

#[test]
fn path_collision() {
    files("forbid-collisions = true", "path-collision", ("readme", b"x\n"), ("readme2", b"x\n"));
    files("forbid-collisions = true", "path-collision", ("OLD/y", b"x\n"), ("old/y", b"x\n"));
    let forge = forge("forbid-collisions = true");
    forge.commit("\u{e4}", "x\n", "One");
    forge.accepts_silently(["main"]);
    forge.commit("a\u{308}", "x\n", "Two");
    forge.refuses(["main"], &["reject path-collision"]);
}

#[test]
fn windows_name() {
    files("forbid-windows-names = true", "windows-name", ("a/aux.c", b"x\n"), ("a/auxiliary.c", b"x\n"));
    files("forbid-windows-names = true", "windows-name", ("a:b", b"x\n"), ("a-b", b"x\n"));
}

#[test]
fn outside_symlink() {
    let forge = forge("forbid-outside-symlinks = true");
    let link = |target: &str| {
        let path = forge.client.path("old/link");
        std::fs::remove_file(&path).ok();
        symlink(target, path).expect("a link");
        forge.client.git(["add", "old/link"]);
        forge.client.commit_unwatched("Link");
    };
    for target in ["/etc/passwd", "../../x", "../.git/hooks"] {
        link(target);
        forge.refuses(["main"], &["reject outside-symlink", "old/link"]);
        forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    }
    link("../README");
    forge.accepts_silently(["main"]);
}

#[test]
fn submodule_url() {
    let modules = |url: &str| format!("[submodule \"a\"]\n\tpath = a\n\turl = {url}\n");
    let (bad, good) = (modules("https://example.net/a"), modules("https://example.org/a"));
    let policy = "submodule-urls = [\"https://example.org/\"]";
    files(policy, "submodule-url", (".gitmodules", bad.as_bytes()), (".gitmodules", good.as_bytes()));
    files(policy, "submodule-url", (".gitmodules", b"[submodule \"a\"\nurl = x\n"), ("a/.gitmodules", bad.as_bytes()));
}

#[test]
fn watched_paths_are_told_and_let_in() {
    let forge = forge("watch = [\".gitattributes\", \".githooks/**\", \"old/\"]");
    forge.commit(".gitattributes", "* -text\n", "One");
    let run = forge.accepts(["main"]);
    assert!(run.text().contains("annotate watched-path") && run.text().contains(".gitattributes"), "{run}");
    forge.client.git(["rm", "-q", "old/x"]);
    forge.client.commit_unwatched("Two");
    let run = forge.accepts(["main"]);
    assert!(run.text().contains("annotate watched-path") && run.text().contains("deleted"), "{run}");
    forge.commit("attributes", "x\n", "Three");
    forge.accepts_silently(["main"]);
}

#[test]
fn each_rule_and_path_has_a_level_of_its_own() {
    let forge = forge(
        "level = \"annotate\"\nforbid = [\"*.a\", { path = \"*.b\", level = \"reject\" }]\nmax-size = 3\n\
         rules.file-size = \"ignore\"",
    );
    forge.commit("x.a", "large\n", "One");
    let run = forge.accepts(["main"]);
    assert!(run.text().contains("annotate forbidden-path") && !run.text().contains("file-size"), "{run}");
    forge.commit("x.b", "x\n", "Two");
    forge.refuses(["main"], &["reject forbidden-path", "x.b"]);
}

#[test]
fn every_commit_that_breaks_a_rule_is_named() {
    let forge = forge("forbid = [{ path = \"old/\", on = [\"modify\"] }]");
    forge.commit("old/x", "1\n", "First");
    forge.commit("old/x", "2\n", "Second");
    forge.refuses(["main"], &["(First)", "(Second)"]);
}

#[test]
fn what_is_staged_is_held_to_the_same_rules() {
    let forge = Forge::begun();
    forge.commit("old/x", "x\n", "Old");
    let client = &forge.client;
    client.write("palisade.toml", "[files]\nforbid = [\"*.pem\", { path = \"old/\", on = [\"delete\"] }]\nmax-size = 10\nforbid-collisions = true\n");
    let rules = || {
        let run = client.scan_staged();
        let mut rules: Vec<_> = run.findings().into_iter().map(|(rule, _)| rule).collect();
        rules.sort();
        (run.code, rules.join(" "))
    };
    client.stage("a", "x\n");
    assert_eq!(rules(), (Some(0), String::new()));
    client.stage("b.pem", "x\n");
    client.stage("large", "12345678901");
    client.git(["rm", "-q", "--cached", "old/x"]);
    client.stage("readme", "x\n");
    assert_eq!(rules(), (Some(1), "file-size forbidden-path forbidden-path path-collision".to_owned()));
}
