//! The front rooms: the order of the house, the policy, installing, walking, and what every format says of the same thing.

mod architecture;
mod browser;
mod config;
mod formats;
mod generate;
mod install;
mod owners;
mod policy;
mod rules;
mod scan;
