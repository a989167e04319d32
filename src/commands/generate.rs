//! `palisade generate`: manual pages and shell completions, from the command line as it is.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::CommandFactory;

use super::Cli;
use crate::scope::named;

/// Write manual pages or shell completions.
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Generate,
}

#[derive(clap::Subcommand)]
enum Generate {
    /// Write a manual page for each command into a folder, for `man`: `palisade generate man ~/.local/share/man/man1`.
    Man {
        /// The folder; it is made where it is not there.
        #[arg(value_name = "DIR")]
        dir: PathBuf,
    },
    /// Print what completes the command line in a shell.
    Completions {
        /// The shell.
        #[arg(value_enum, value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
}

impl Args {
    pub(super) fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Generate::Man { dir } => {
                let unwritten = || format!("{}: no manual page can be written there", named(&dir));
                std::fs::create_dir_all(&dir).with_context(unwritten)?;
                clap_mangen::generate_to(<Cli>::command(), &dir).with_context(unwritten)?;
            }
            Generate::Completions { shell } => {
                let mut text = Vec::new();
                clap_complete::generate(shell, &mut <Cli>::command(), "palisade", &mut text);
                super::print(&text)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
