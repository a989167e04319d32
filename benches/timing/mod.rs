//! What the benches share: starting processes, and measuring how long they take and how much memory.

use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Whether a case is meant by the words of the command line: each names those that have it in their name, and without words all are meant.
pub(super) fn is_meant(case: &str) -> bool {
    let mut words = std::env::args().skip(1).filter(|word| !word.starts_with('-')).peekable();
    words.peek().is_none() || words.any(|word| case.contains(&word))
}

/// A command that is heard by nobody.
pub(super) fn silent(mut command: Command) -> Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Starts a command.
pub(super) fn start(mut command: Command) -> Child {
    command.spawn().unwrap_or_else(|error| panic!("{}: {error}", command.get_program().display()))
}

/// How long a command takes, and how it ends.
pub(super) fn time(command: Command) -> (Duration, ExitStatus) {
    let begin = Instant::now();
    let status = start(command).wait().expect("it ends");
    (begin.elapsed(), status)
}

/// In seconds; `times` are sorted afterwards.
pub(super) fn median(times: &mut [Duration]) -> f64 {
    times.sort_unstable();
    let middle = times.len() / 2;
    let upper = times[middle].as_secs_f64();
    if times.len() % 2 == 1 { upper } else { f64::midpoint(times[middle - 1].as_secs_f64(), upper) }
}

/// The most memory that a process has had, in MB: what the kernel says under `name` in its status, asked until the process is gone. `VmHWM` is all, files that
/// it has mapped as well; `RssAnon` is what it has made itself.
pub(super) fn peak_memory(command: Command, name: &str) -> u64 {
    let mut child = start(command);
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().expect("it can be asked").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(kilobytes.unwrap_or(0));
        std::thread::sleep(Duration::from_micros(500));
    }
    assert!(peak > 0, "nothing was measured: is there no /proc?");
    peak * 1024 / 1_000_000
}

/// Where a program lies, so that no run has to look for it.
pub(super) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}
