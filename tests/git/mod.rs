//! What the git room tells, against real git and libgit2.

mod fixture;
mod history;
mod indexes;
mod places;
mod staged;
mod witness;
