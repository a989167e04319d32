//! The one test binary: it links once, and its modules share the sandbox.

mod evasion;
mod git;
mod made_up;
mod sandbox;
