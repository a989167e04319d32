//! One test binary: it links once and shares its fixtures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::disallowed_methods,
    reason = "a helper that cannot go on has failed its test; and tests start git and the program in an environment of their own"
)]

mod audit;
mod decisions;
mod deep;
mod evasion;
mod formats;
mod front;
mod gate;
mod git;
mod leak;
mod log;
mod made_up;
mod push;
mod sandbox;
mod signatures;
mod workbench;
