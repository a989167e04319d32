//! One file a subcommand: its arguments, its help, its function.

mod allow;
mod audit;
mod baseline;
mod config;
mod doctor;
mod generate;
mod hook;
mod install;
mod judging;
mod keys;
mod log;
mod marks;
mod notes;
mod owners;
mod pending;
mod progress;
mod recording;
mod rewrite_plan;
mod rules;
mod scan;
mod server;
mod shims;
mod showing;
mod template;
mod uninstall;
mod verify;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::checks;
use crate::redact::redacted;
use crate::scope::named;

/// What a process ends with that could not judge: usage, policy or environment.
const ERROR: u8 = 2;

/// Stands between a change and a git repository: finds secrets before they enter.
///
/// Exit codes: 0 accepted, 1 rejected, 2 nothing was judged (usage, policy or environment), 3 incomplete.
#[derive(Parser)]
#[command(name = "palisade", version, disable_help_subcommand = true)]
struct Cli<C: Subcommand = Command> {
    #[command(subcommand)]
    command: C,
}

/// What git starts at every commit. To build the words and the help of all other commands takes a tenth of a millisecond.
#[derive(Subcommand)]
enum Started {
    Hook(hook::Args),
}

#[derive(Subcommand)]
enum Command {
    Scan(scan::Args),
    Audit(audit::Args),
    Verify(verify::Args),
    Hook(hook::Args),
    Doctor(doctor::Args),
    Install(install::Args),
    Uninstall(uninstall::Args),
    Rules(rules::Args),
    Log(log::Args),
    RewritePlan(rewrite_plan::Args),
    Owners(owners::Args),
    Config(config::Args),
    Generate(generate::Args),
    Allow(allow::Args),
    Baseline(baseline::Args),
    Notes(notes::Args),
}

/// Runs what the arguments ask for; all that can go wrong ends here, as one line and an exit code.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<_> = args.into_iter().collect();
    let started = args.get(1).filter(|word| *word == "hook").and_then(|_| Cli::<Started>::try_parse_from(&args).ok());
    let parsed = match started {
        Some(Cli { command: Started::Hook(args) }) => Ok(Command::Hook(args)),
        None => Cli::<Command>::try_parse_from(args).map(|cli| cli.command),
    };
    let command = match parsed {
        Ok(command) => command,
        Err(error) => return usage(&error),
    };
    let result = match command {
        Command::Scan(args) => args.run(),
        Command::Audit(args) => args.run(),
        Command::Verify(args) => args.run(),
        Command::Hook(args) => args.run(),
        Command::Doctor(args) => args.run(),
        Command::Install(args) => args.run(),
        Command::Uninstall(args) => args.run(),
        Command::Rules(args) => args.run(),
        Command::Log(args) => args.run(),
        Command::RewritePlan(args) => args.run(),
        Command::Owners(args) => args.run(),
        Command::Config(args) => args.run(),
        Command::Generate(args) => args.run(),
        Command::Allow(args) => args.run(),
        Command::Baseline(args) => args.run(),
        Command::Notes(args) => args.run(),
    };
    result.unwrap_or_else(|error| {
        say(&format!("{error:#}"));
        ExitCode::from(ERROR)
    })
}

#[expect(clippy::exit, reason = "a thread that panicked has no result to give to main")]
/// A fault in Palisade itself says where it is and nothing else: what a panic tells could hold a secret. Nothing was judged,
/// so nothing is accepted.
pub fn guard_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        say_only(&format!("a fault in Palisade{at}; nothing was judged. Please report it with this line"));
        std::process::exit(ERROR.into());
    }));
}

/// One line on standard error, without secrets: errors quote paths, and git's own quote files. That takes a moment, and an
/// error has it.
fn say(text: &str) {
    say_only(&redacted(text, &checks::all(None, None)));
}

/// One line on standard error, cleaned. When even that cannot be written, the exit code still tells.
fn say_only(text: &str) {
    let line = text.split('\n').map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
    let _ = writeln!(io::stderr().lock(), "palisade: {}", named(line.as_ref()));
}

/// What clap says, as one line; help and version are no errors.
fn usage(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = error.print();
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            ExitCode::from(ERROR)
        }
        _ => {
            let text = error.render().to_string();
            let parts = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
            let is_said = |line: &&str| !line.is_empty() && !line.starts_with("For more information");
            let parts: Vec<_> = parts.filter(is_said).collect();
            let what = parts.join("; ").replace(":; ", ": ").replace("error: ", "").replace("tip: ", "");
            say(&format!("{what}; see `palisade --help`"));
            ExitCode::from(ERROR)
        }
    }
}

/// Writes what a command is asked for. A reader that has gone away is no error: `palisade rules list | head`.
fn print(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::<Command>::command().debug_assert();
    }
}
