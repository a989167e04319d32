//! One test binary: it links once and shares its fixtures.

mod evasion;
mod front;
mod gate;
mod git;
mod leak;
mod made_up;
mod sandbox;
