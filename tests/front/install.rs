//! Installing and uninstalling: an earlier hook is kept and called, and comes back as it was.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::made_up::{AWS, aws_key, file_with};
use crate::sandbox::Sandbox;

/// Every file of the hooks' folder with its mode and bytes; a link with what it leads to.
fn hooks(sandbox: &Sandbox) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let entries = fs::read_dir(sandbox.git_path("hooks")).expect("a folder");
    let entry = |path: PathBuf| {
        let meta = fs::symlink_metadata(&path).expect("metadata");
        let link = || fs::read_link(&path).expect("a link").into_os_string().into_encoded_bytes();
        let bytes = if meta.is_symlink() { link() } else { fs::read(&path).expect("a file") };
        (path, (meta.mode(), bytes))
    };
    entries.map(|found| entry(found.expect("an entry").path())).collect()
}

fn hook(sandbox: &Sandbox, name: &str, script: &str) -> PathBuf {
    let path = sandbox.git_path("hooks").join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a hook");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
    path
}

fn says(sandbox: &Sandbox, command: &str) -> String {
    let run = sandbox.palisade([command]);
    assert_eq!(run.code, Some(0), "{run}");
    run.text()
}

#[test]
fn an_earlier_hook_is_called_first_and_comes_back_as_it_was() {
    let sandbox = Sandbox::init(&[]);
    hook(&sandbox, "pre-commit", "echo earlier >> ../log");
    let odd = hook(&sandbox, "commit-msg", "echo \"$@\" >> ../log");
    fs::set_permissions(odd, fs::Permissions::from_mode(0o711)).expect("permissions");
    let before = hooks(&sandbox);
    assert!(says(&sandbox, "install").contains("kept"));
    sandbox.stage("a", "nothing\n");
    sandbox.git(["commit", "-q", "-m", "begin"]);
    let log = fs::read_to_string(sandbox.path("../log")).expect("the log");
    assert_eq!(log, "earlier\n.git/COMMIT_EDITMSG\n");
    says(&sandbox, "uninstall");
    assert_eq!(hooks(&sandbox), before);
}

#[test]
fn an_earlier_hook_that_refuses_is_obeyed() {
    let sandbox = Sandbox::init(&[]);
    hook(&sandbox, "pre-commit", "echo no >&2; exit 7");
    sandbox.install();
    sandbox.stage("a", file_with(3, &[(2, &aws_key(1))]));
    let run = sandbox.try_git(["commit", "-q", "-m", "begin"]);
    assert!(!run.success() && run.text() == "no\n", "Palisade spoke after it: {run}");
}

#[test]
fn an_earlier_hook_that_git_would_not_run_is_not_run() {
    let sandbox = Sandbox::init(&[]);
    let path = hook(&sandbox, "pre-commit", "exit 7");
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("permissions");
    let before = hooks(&sandbox);
    sandbox.install();
    sandbox.stage("a", "nothing\n");
    sandbox.accepts(["commit", "-q", "-m", "begin"]);
    says(&sandbox, "uninstall");
    assert_eq!(hooks(&sandbox), before);
}

#[test]
fn an_earlier_hook_that_is_a_link_stays_one() {
    let sandbox = Sandbox::init(&[]);
    let target = sandbox.write_script("../shared hook", "echo earlier >> ../log");
    let path = sandbox.git_path("hooks").join("pre-commit");
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    std::os::unix::fs::symlink(target, path).expect("a link");
    let before = hooks(&sandbox);
    sandbox.install();
    sandbox.stage("a", "nothing\n");
    sandbox.accepts(["commit", "-q", "-m", "begin"]);
    assert_eq!(fs::read_to_string(sandbox.path("../log")).expect("the log"), "earlier\n");
    says(&sandbox, "uninstall");
    assert_eq!(hooks(&sandbox), before);
}

#[test]
fn a_second_install_changes_nothing_and_says_so() {
    let sandbox = Sandbox::init(&[]);
    hook(&sandbox, "pre-commit", "exit 0");
    sandbox.install();
    let before = (hooks(&sandbox), fs::read(sandbox.git_path("palisade/key")).expect("a key"));
    let said = says(&sandbox, "install");
    assert_eq!(said.matches("there already").count(), 5, "{said}");
    assert_eq!((hooks(&sandbox), fs::read(sandbox.git_path("palisade/key")).expect("a key")), before);
}

#[test]
fn a_hook_of_a_program_that_moved_is_brought_up_to_date() {
    let sandbox = Sandbox::init(&[]);
    sandbox.install();
    let path = sandbox.git_path("hooks").join("pre-commit");
    let now = fs::read_to_string(&path).expect("a hook");
    let old: String = now
        .lines()
        .map(|line| if line.starts_with("palisade=") { "palisade=/gone\n".into() } else { format!("{line}\n") })
        .collect();
    fs::write(&path, old).expect("a hook");
    assert!(says(&sandbox, "install").contains("brought up to date"));
    assert_eq!(fs::read_to_string(&path).expect("a hook"), now);
    assert!(!Path::new(&format!("{}.before-palisade", path.display())).exists(), "our own hook was kept as another's");
}

#[test]
fn uninstall_leaves_what_is_not_ours_and_the_key() {
    let sandbox = Sandbox::init(&[]);
    sandbox.install();
    hook(&sandbox, "pre-commit", "exit 0");
    let before = fs::read(sandbox.git_path("hooks/pre-commit")).expect("a hook");
    let said = says(&sandbox, "uninstall");
    assert!(said.contains("left as it is") && said.contains("palisade/key: left there"), "{said}");
    assert_eq!(fs::read(sandbox.git_path("hooks/pre-commit")).expect("a hook"), before);
    let said = says(&sandbox, "uninstall");
    assert_eq!(said.matches(": not there").count(), 3, "{said}");
}

#[test]
fn two_earlier_hooks_are_one_too_many() {
    let sandbox = Sandbox::init(&[]);
    hook(&sandbox, "pre-commit", "exit 0");
    hook(&sandbox, "pre-commit.before-palisade", "exit 0");
    let before = hooks(&sandbox);
    let run = sandbox.palisade(["install"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.text().contains("pre-commit.before-palisade is taken"), "{run}");
    assert_eq!(hooks(&sandbox), before);
}

#[test]
fn the_key_is_for_its_owner_only() {
    let sandbox = Sandbox::init(&[]);
    sandbox.install();
    let key = sandbox.git_path("palisade/key");
    assert_eq!(fs::metadata(&key).expect("a key").mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(key.parent().expect("a folder")).expect("a folder").mode() & 0o777, 0o700);
    assert_eq!(fs::read_to_string(key).expect("a key").trim_end().len(), 64);
}

#[test]
fn the_hooks_of_a_linked_worktree_are_those_of_its_repository() {
    let sandbox = Sandbox::guarded();
    sandbox.git(["worktree", "add", "-q", "../other"]);
    let other = sandbox.at("../other");
    assert_eq!(says(&other, "install").matches("there already").count(), 5);
    other.stage("a", file_with(3, &[(2, &aws_key(1))]));
    other.refuses(["commit", "-q", "-m", "change"], &[(AWS, "a:2")]);
}

#[test]
fn a_hooks_folder_of_the_repository_is_used_and_one_of_the_user_refused() {
    let sandbox = Sandbox::init(&[]);
    sandbox.user_config("core.hooksPath", "/nowhere/hooks");
    let run = sandbox.palisade(["install"]);
    assert_eq!(run.code, Some(2), "{run}");
    assert!(run.text().contains("core.hooksPath") && run.text().contains("git config core.hooksPath"), "{run}");
    sandbox.config("core.hooksPath", "its hooks");
    sandbox.install();
    assert!(sandbox.path("its hooks/pre-commit").is_file());
    sandbox.stage("a", file_with(3, &[(2, &aws_key(1))]));
    sandbox.refuses(["commit", "-q", "-m", "change"], &[(AWS, "a:2")]);
}

#[test]
fn a_template_guards_what_is_made_from_now_on_and_takes_nobodys_hooks_away() {
    let sandbox = Sandbox::bare_ground();
    sandbox.git(["init", "-q", "../old"]);
    let old = sandbox.at("../old");
    hook(&old, "pre-commit", "echo own >> ../log");
    let run = sandbox.palisade(["install", "--global"]);
    assert!(run.success() && run.text().contains("Every repository that you make or clone from now on"), "{run}");
    let again = sandbox.palisade(["install", "--global"]);
    assert!(again.success() && again.text().matches(": there already").count() == 4, "{again}");
    sandbox.git(["init", "-q", "../new"]);
    let new = sandbox.at("../new");
    new.stage("a", file_with(3, &[(2, &aws_key(1))]));
    new.refuses(["commit", "-q", "-m", "change"], &[(AWS, "a:2")]);
    let report = new.scan_staged();
    assert!(report.json()["findings"][0]["fingerprint"].is_string(), "the hook has made a key: {report}");
    assert_eq!(new.git(["config", "notes.palisade.mergeStrategy"]).line(), "cat_sort_uniq");
    // One that is there already has its own hook until it is asked, and then both.
    old.stage("a", "nothing\n");
    old.git(["commit", "-q", "-m", "change"]);
    old.install();
    old.stage("b", file_with(3, &[(2, &aws_key(1))]));
    old.refuses(["commit", "-q", "-m", "change"], &[(AWS, "b:2")]);
    assert_eq!(fs::read_to_string(old.path("../log")).expect("the log"), "own\nown\n");
    let run = sandbox.palisade(["uninstall", "--global"]);
    assert!(run.success() && run.text().contains("keep their hooks"), "{run}");
    assert!(!sandbox.try_git(["config", "--global", "init.templateDir"]).success());
    assert!(!sandbox.base().join("home/config/palisade").join("template").exists());
    sandbox.git(["init", "-q", "../later"]);
    assert!(!sandbox.at("../later").git_path("hooks/pre-commit").exists());
    new.refuses(["commit", "-q", "-m", "change"], &[(AWS, "a:2")]);
}

#[test]
fn a_template_of_the_users_own_is_used_and_given_back() {
    let sandbox = Sandbox::bare_ground();
    sandbox.user_config("init.templateDir", "~/mine");
    let own = sandbox.base().join("home/mine/hooks");
    fs::create_dir_all(&own).expect("folders");
    fs::write(own.join("pre-commit"), "#!/bin/sh\necho own >> ../log\n").expect("a hook");
    fs::set_permissions(own.join("pre-commit"), fs::Permissions::from_mode(0o755)).expect("permissions");
    let run = sandbox.palisade(["install", "--global"]);
    assert!(run.success() && run.text().contains("it is init.templateDir already"), "{run}");
    sandbox.git(["init", "-q", "../new"]);
    let new = sandbox.at("../new");
    new.stage("a", file_with(3, &[(2, &aws_key(1))]));
    new.refuses(["commit", "-q", "-m", "change"], &[(AWS, "a:2")]);
    assert_eq!(fs::read_to_string(new.path("../log")).expect("the log"), "own\n");
    let run = sandbox.palisade(["uninstall", "--global"]);
    assert!(run.success() && run.text().contains("your own template, left as it is"), "{run}");
    assert_eq!(sandbox.git(["config", "--global", "init.templateDir"]).line(), "~/mine");
    let left: Vec<_> =
        fs::read_dir(&own).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(left, ["pre-commit"]);
    assert!(fs::read_to_string(own.join("pre-commit")).expect("a hook").contains("echo own"));
}
