//! One file a subcommand: its arguments, its help, its function.
