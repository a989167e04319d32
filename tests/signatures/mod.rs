//! Who signed: real keys, real signatures by real git, tampered with for real, and what git says of the same.

mod doctor;
mod gitsign;
mod history;
mod hostile;
mod keys;
mod openpgp;
mod owners;
mod policy;
mod push;
mod reports;
mod revoked;
mod ssh;
mod tags;
mod x509;
