//! What is encoded, and what is packed, is looked at as what it says.

mod encoded;
mod packed;

/// A commit that the hook looks at.
const COMMIT: [&str; 4] = ["commit", "-q", "-m", "a change"];
