//! One test binary: it links once and shares its fixtures.

mod git;
