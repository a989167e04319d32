//! JSON as text, for all formats that are JSON: nothing in it can move a terminal's cursor.

use std::io::{self, Write};

use serde::Serialize;

use crate::git::RepoPath;
use crate::output::is_hidden;

/// Writes indented JSON.
pub(in crate::output) fn pretty(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", printable(serde_json::to_string_pretty(value)?))
}

/// JSON in which no character can move a terminal's cursor or turn its text.
pub(in crate::output) fn printable(json: String) -> String {
    if !json.chars().any(is_unsafe) {
        return json;
    }
    json.chars().map(|character| if is_unsafe(character) { escape(character) } else { character.into() }).collect()
}

/// JSON escapes the oldest control characters by itself, and its own layout has newlines. The rest is found in strings only.
fn is_unsafe(character: char) -> bool {
    character != '\n' && is_hidden(character)
}

fn escape(character: char) -> String {
    character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// The path as it is; what is no UTF-8 cannot stand in JSON, and is written out.
pub(in crate::output) fn exact(path: &RepoPath) -> String {
    std::str::from_utf8(path.as_bytes()).map_or_else(|_| path.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_no_text_is_written_out() {
        assert_eq!(exact(&RepoPath::new(*b"a\xFF")), "a\\xFF");
    }
}
