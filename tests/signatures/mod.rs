//! Who signed: real keys, real signatures by real git, tampered with for real, and what git says of the same.

mod keys;
mod openpgp;
mod ssh;
