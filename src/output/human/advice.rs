//! What to type next: once at the end of a report, whatever the number of findings.

use std::io::{self, Write};

use super::Paint;
use crate::git::RepoPath;
use crate::judge::{Judged, Report};
use crate::output::View;
use crate::output::shell::{pathspec, quoted};
use crate::output::tally::has_history;
use crate::rule::Level;
use crate::scope::{Place, Scope};

/// More lines than these help nobody.
const ALLOW_LINES: usize = 3;

pub(super) fn write(report: &Report, view: View, paint: Paint, all: &mut dyn Write) -> io::Result<()> {
    let mut text = Vec::new();
    let out = &mut text;
    if has_history(report) {
        super::history::advice(report, paint, all)?;
        return writeln!(all);
    }
    let mut rejected = report.findings.iter().filter(|judged| judged.level == Level::Reject);
    let is_push = matches!(report.scope, Scope::Push(_));
    // What helps against a broken rule stands beside it; where something was pushed, the way to it as well.
    if rejected.any(|judged| is_push || judged.finding.rule.is_secret()) {
        next_step(report, view, paint, out)?;
    }
    allow(report, paint, out)?;
    if text.is_empty() {
        return Ok(());
    }
    all.write_all(&text)?;
    writeln!(all)
}

/// What gets the change in.
fn next_step(report: &Report, view: View, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    match &report.scope {
        Scope::Staged { .. } => {
            let command = if report.first_commit { "git rm --cached" } else { "git restore --staged" };
            let paths: Vec<_> = rejected_paths(report).iter().map(|path| pathspec(path, view.below_root)).collect();
            let plural = if paths.len() == 1 { "the file" } else { "the files" };
            writeln!(
                out,
                "Take the secret out of {plural}, `git add` it and commit again; if it was ever shared, revoke it first."
            )?;
            writeln!(out, "To leave {plural} out of this commit:")?;
            writeln!(out, "    {}", paint.bold(&format!("{command} -- {}", paths.join(" "))))
        }
        Scope::Message(file) => {
            writeln!(out, "Write the message without the secret; git has kept the text that you wrote:")?;
            // The message of a merge that was begun is the next commit's without a word.
            let is_merge = file.file_name().is_some_and(|name| name == "MERGE_MSG");
            let kept = if is_merge { "" } else { " -F \"$(git rev-parse --git-path COMMIT_EDITMSG)\"" };
            writeln!(out, "    {}", paint.bold(&format!("git commit -e{kept}")))
        }
        Scope::Range(range) => {
            writeln!(
                out,
                "Revoke the secret: whoever has the commits has it. To take it out of commits that nobody has yet:"
            )?;
            let commits = super::push::marked(report);
            // Behind what the range leaves out, and where it leaves out nothing, behind the one that brings it.
            let base = match (range.split_once(".."), commits.as_slice()) {
                (Some((base, _)), _) if !base.is_empty() => quoted(base.as_bytes()),
                (_, [commit]) => format!("{commit}^"),
                (Some(_) | None, _) => "--root".to_owned(),
            };
            writeln!(out, "    {}", paint.bold(&format!("git rebase -i --rebase-merges {base}")))?;
            super::push::edit(&commits, "", out)
        }
        Scope::Push(_) => super::push::advice(report, paint, out),
        Scope::Files { .. } | Scope::Stdin | Scope::History | Scope::Signatures(_) => {
            writeln!(out, "Take the secrets out, and revoke each one that was ever committed or shared.")
        }
    }
}

/// Every path with a finding that keeps it out, once, in order.
fn rejected_paths(report: &Report) -> Vec<&RepoPath> {
    let is_secret = |judged: &&Judged| judged.level == Level::Reject && judged.finding.rule.is_secret();
    let rejected = report.findings.iter().filter(is_secret);
    let mut paths: Vec<_> = rejected.filter_map(|judged| judged.finding.location.place.path()).collect();
    paths.sort_unstable();
    paths.dedup();
    paths
}

/// The line that lets a finding in, in the comment syntax of its file.
fn allow(report: &Report, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = Vec::new();
    let mut ignored = Vec::new();
    for judged in report.findings.iter().filter(|judged| judged.finding.rule.is_secret()) {
        let id = judged.finding.rule.id;
        match &judged.finding.location.place {
            Place::File(path) => match Comment::of(path) {
                Comment::None => ignored.push(path),
                comment => lines.push(comment.around(&format!("palisade:allow {id} REASON"))),
            },
            Place::PathName(path) => ignored.push(path),
            Place::Message => lines.push(format!("palisade:allow {id} REASON")),
            Place::Stdin | Place::Tag(_) | Place::Unreachable(_) | Place::Ref(_) | Place::Commit => {}
        }
    }
    lines.dedup();
    let mut seen = std::collections::HashSet::new();
    lines.retain(|line| seen.insert(line.clone()));
    if !lines.is_empty() {
        writeln!(out, "If it is no secret, say so on its line or on the line above:")?;
        for line in lines.iter().take(ALLOW_LINES) {
            writeln!(out, "    {}", paint.bold(line))?;
        }
        if lines.len() > ALLOW_LINES {
            writeln!(out, "    (and so on, with the id of each rule)")?;
        }
    }
    if let Some(path) = ignored.first() {
        writeln!(out, "Where a comment cannot stand, palisade.toml leaves a file out:")?;
        ignore_path(path, paint, out)?;
    }
    Ok(())
}

/// What to write into palisade.toml.
pub(super) fn ignore_path(path: &RepoPath, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    // Stars may stand for a secret in the name.
    let glob = globset::escape(&path.to_string()).replace("[*]", "*").replace('\\', r"\\").replace('"', "\\\"");
    writeln!(out, "    {}", paint.bold("[secrets]"))?;
    writeln!(out, "    {}", paint.bold(&format!("ignore-paths = [\"/{glob}\"]")))
}

/// How a file's language writes a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comment {
    /// From a sign to the end of the line.
    Line(&'static str),
    /// Between two signs.
    Block(&'static str, &'static str),
    /// Not at all.
    None,
}

/// By extension; what is not listed takes `#`, as most configuration does.
const COMMENTS: &[(Comment, &[&str])] = &[
    (
        Comment::Line("//"),
        &[
            "c", "h", "cc", "cpp", "cxx", "hpp", "hh", "m", "mm", "cs", "java", "kt", "kts", "scala", "groovy",
            "gradle", "go", "rs", "swift", "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "php", "dart",
            "proto", "sol", "zig", "scss", "less", "jsonc", "json5", "fs", "v", "bicep",
        ],
    ),
    (Comment::Line("--"), &["sql", "lua", "hs", "elm", "adb", "ads", "vhd", "vhdl"]),
    (Comment::Line(";"), &["ini", "asm", "s", "clj", "cljs", "edn", "el", "lisp", "scm", "rkt", "reg"]),
    (Comment::Line("%"), &["tex", "sty", "erl", "hrl"]),
    (Comment::Line("'"), &["vb", "vbs", "bas"]),
    (Comment::Line("!"), &["f90", "f95"]),
    (Comment::Line("rem"), &["bat", "cmd"]),
    (Comment::Line("\""), &["vim", "vimrc"]),
    (
        Comment::Block("<!--", "-->"),
        &[
            "html", "htm", "xhtml", "xml", "svg", "md", "markdown", "vue", "svelte", "xaml", "csproj", "config",
            "plist", "pom",
        ],
    ),
    (Comment::Block("/*", "*/"), &["css"]),
    (Comment::Block("(*", "*)"), &["ml", "mli"]),
    (Comment::None, &["json", "csv", "tsv", "ipynb", "lock", "pem", "key", "p12", "pfx", "der", "har", "geojson"]),
];

impl Comment {
    fn of(path: &RepoPath) -> Self {
        let bytes = path.as_bytes();
        let name = bytes.rsplit(|byte| *byte == b'/').next().unwrap_or(bytes);
        let extension = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default().to_ascii_lowercase();
        let known = COMMENTS.iter().find(|(_, list)| list.iter().any(|known| known.as_bytes() == extension));
        known.map_or(Self::Line("#"), |(comment, _)| *comment)
    }

    fn around(self, text: &str) -> String {
        match self {
            Self::Line(sign) => format!("{sign} {text}"),
            Self::Block(open, close) => format!("{open} {text} {close}"),
            Self::None => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_comment_fits_the_file() {
        let line = |path: &str| Comment::of(&RepoPath::new(path)).around("x");
        assert_eq!(line("a/b.rs"), "// x");
        assert_eq!(line("a.sql"), "-- x");
        assert_eq!(line("README.MD"), "<!-- x -->");
        assert_eq!(line("a.css"), "/* x */");
        assert_eq!(line("php.ini"), "; x");
        assert_eq!(line("Makefile"), "# x");
        assert_eq!(line(".env"), "# x");
        assert_eq!(Comment::of(&RepoPath::new("a.json")), Comment::None);
    }

    #[test]
    fn no_extension_has_two_comments() {
        let mut all: Vec<_> = COMMENTS.iter().flat_map(|(_, list)| list.iter()).collect();
        let number = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), number);
    }
}
