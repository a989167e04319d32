//! Under load and under fault: what should be kept out is kept out, whatever happens to the hook, and nothing is damaged.

use std::thread;

use super::{Forge, with_key};
use crate::made_up::file_with;

#[test]
fn many_pushes_at_once_are_each_judged_for_themselves() {
    let forge = Forge::begun();
    let git = |args: &[&str]| forge.client.git(args);
    for number in 0..24 {
        let branch = format!("b{number}");
        git(&["checkout", "-q", "-b", &branch, "origin/main"]);
        let content = if number % 3 == 0 { with_key() } else { file_with(6, &[]) };
        forge.commit(&format!("f{number}"), content, "Add a file");
    }
    let address = forge.server.root().to_str().expect("UTF-8").to_owned();
    thread::scope(|scope| {
        for worker in 0..8 {
            let (client, address) = (&forge.client, &address);
            scope.spawn(move || {
                for number in (worker..24).step_by(8) {
                    let branch = format!("b{number}");
                    let run = client.try_git(["push", "-q", address, &branch]);
                    assert_eq!(run.success(), number % 3 != 0, "{branch}: {run}");
                }
            });
        }
    });
    let refs = forge.refs();
    for number in 0..24 {
        let is_there = refs.lines().any(|line| line.ends_with(&format!("refs/heads/b{number}")));
        assert_eq!(is_there, number % 3 != 0, "{refs}");
    }
    let fsck = forge.server.git(["fsck", "--full", "--no-progress"]);
    assert!(fsck.success(), "{fsck}");
}

#[test]
fn a_hook_that_dies_lets_nothing_in() {
    let forge = Forge::begun();
    for number in 0..300 {
        forge.client.stage(format!("f{number}"), file_with(200, &[]));
    }
    forge.commit_key("app.conf");
    for (number, script) in [
        "palisade hook pre-receive & kill -KILL $!; wait $!",
        "(ulimit -v 20000; palisade hook pre-receive)",
        "(ulimit -n 3; palisade hook pre-receive)",
        "(ulimit -f 0; palisade hook pre-receive --output report)",
        "palisade hook pre-receive > /dev/full",
        "palisade hook pre-receive <&-",
        "PATH=/nowhere /bin/sh -c \"exec $(command -v palisade) hook pre-receive\"",
    ]
    .iter()
    .enumerate()
    {
        forge.server.write_script("hooks/pre-receive", script);
        let run = forge.refuses(["main"], &[]);
        assert!(!run.text().contains("a fault in Palisade"), "{number}: {run}");
    }
    // The same of what would be let in: not being able to judge is no acceptance.
    forge.client.git(["reset", "-q", "--hard", "HEAD~1"]);
    forge.commit("a", "a\n", "One");
    forge.server.write_script("hooks/pre-receive", "palisade hook pre-receive & kill -KILL $!; wait $!");
    forge.refuses(["main"], &[]);
    forge.server.write_script("hooks/pre-receive", "palisade hook pre-receive");
    forge.accepts_silently(["main"]);
}
