//! What the git room tells, against real git and libgit2.

mod fixture;
mod staged;
