//! Many processes at once, and processes that are killed.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use palisade::evidence::Log;

use super::{Ground, record};
use crate::made_up::Dice;

const DIR: &str = "PALISADE_TEST_LOG";
const LINES: &str = "PALISADE_TEST_LINES";

/// What the others start in processes of their own; by itself it does nothing.
#[test]
#[ignore = "the other tests start it"]
fn writer() {
    let (Some(folder), Some(lines)) = (std::env::var_os(DIR), std::env::var(LINES).ok()) else { return };
    let log = Log::at(folder);
    let mut dice = Dice::new(u64::from(std::process::id()));
    for _ in 0..lines.parse::<u64>().expect("a number") {
        // From a short line to one that is written in many pages.
        let text = "x".repeat(1 << dice.below(14));
        log.append(record(&text)).expect("a line");
    }
}

fn writers(ground: &Ground, lines: u64) -> Child {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["log::many::writer", "--exact", "--ignored", "--quiet"]);
    command.env(DIR, ground.log.dir()).env(LINES, lines.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("a process")
}

#[test]
fn sixty_four_processes_write_ten_thousand_lines_into_one_chain() {
    let ground = Ground::new();
    let mut children: Vec<_> = (0..64).map(|number| writers(&ground, if number < 16 { 157 } else { 156 })).collect();
    assert!(children.iter_mut().all(|child| child.wait().expect("it ends").success()), "a writer failed");
    let proof = ground.log.verify(&[], None).expect("a log");
    assert!(proof.faults.is_empty() && proof.notes.is_empty(), "{:?} {:?}", proof.faults, proof.notes);
    assert_eq!((proof.lines, proof.end.map(|end| end.seq)), (10_000, Some(10_000)));
    assert!(ground.log.segments().expect("segments").len() > 1, "the log was rotated on the way");
}

/// `PALISADE_KILLS=1000` for the long run.
#[test]
fn a_process_killed_at_any_moment_leaves_a_log_that_verifies() {
    let kills = std::env::var("PALISADE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20);
    let ground = Ground::new();
    let mut dice = Dice::new(5);
    let mut lines = 0;
    for kill in 0..kills {
        let mut child = writers(&ground, u64::MAX);
        // It is killed while it writes, not while it starts.
        let begin = Instant::now();
        let head = || std::fs::read(ground.log.dir().join("head")).unwrap_or_default();
        let before = head();
        while head() == before {
            assert!(begin.elapsed() < Duration::from_mins(2), "it does not begin");
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(Duration::from_micros(dice.below(4000) as u64));
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
        let proof = ground.log.verify(&[], None).expect("a log");
        assert!(proof.faults.is_empty(), "kill {kill}: {:?}", proof.faults);
        assert!(proof.lines > lines, "kill {kill}: nothing was written");
        lines = proof.lines;
        // The chain is read whole each time, so it is begun anew before it is long.
        if lines > 3000 {
            std::fs::remove_dir_all(ground.log.dir()).expect("gone");
            lines = 0;
        }
    }
}
