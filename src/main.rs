//! The door: argv in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    palisade::commands::guard_panics();
    palisade::commands::run(std::env::args_os())
}
