//! The workbench: patterns of a repository's own, and the commands that show what is looked for, and why.

mod own;
mod pairs;
mod rules;

use crate::sandbox::Sandbox;

/// The file of patterns that the policy below names.
const FILE: &str = ".palisade/patterns/acme.toml";
const POLICY: &str = "[patterns]\npaths = [\".palisade/patterns/*.toml\"]\n";

/// The rule of [`pattern`].
const ACME: &str = "acme-deploy-key";

/// A pattern as a team would write it; `more` are further fields.
fn pattern(id: &str, more: &str) -> String {
    format!(
        "[[pattern]]\nid = \"{id}\"\nprovider = \"Acme\"\nsummary = \"Acme deploy key\"\nkind = \"api-key\"\n\
         confidence = \"likely\"\nliterals = [\"acd_\"]\nregex = '''acd_[0-9a-z]{{24}}'''\nlongest = 28\n\
         revoke = \"https://acme.example.org/keys\"\nrotate = \"Create a second key, then delete this one.\"\n\
         source = \"observed\"\nexamples = [\"key = acd¦_7gq2zpt9vlxr4mwcy8skdn3h\", \"k: acd¦_m4x7k2vq9zt3wplr8cyn5hsd\"]\n\
         counter-examples = [\"acd¦_short\"]\n{more}"
    )
}

/// A key that the pattern finds.
fn acme_key(seed: u64) -> String {
    format!("acd{}{}", "_", crate::made_up::Dice::new(seed).text("0123456789abcdefghijkmnopqrstuvwxyz", 24))
}

/// A guarded repository with the policy and this file of patterns, committed.
fn with_patterns(patterns: &str) -> Sandbox {
    let sandbox = Sandbox::guarded();
    sandbox.stage("palisade.toml", POLICY);
    sandbox.stage(FILE, patterns);
    sandbox.commit_unwatched("Look for our keys");
    sandbox
}
