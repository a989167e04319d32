//! A CODEOWNERS file: who owns which path, as GitHub and as GitLab read it.
//!
//! Sources: GitHub Docs, "About code owners"; GitLab Docs, "Syntax of `CODEOWNERS` file" and "Advanced `CODEOWNERS` configuration".

use globset::{Candidate, Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::git::RepoPath;

/// Where forges look for the file, the first that is there: GitHub's order, then GitLab's own folder.
pub const PLACES: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// GitHub loads no larger one ("CODEOWNERS files must be under 3 MB in size").
pub const LARGEST: u64 = 3_000_000;

/// Whose syntax it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The last line that matches a path names its owners, one of whom has to approve.
    GitHub,
    /// The same in each section, with exclusions, owners by default, and a number of approvals.
    GitLab,
}

/// A CODEOWNERS file, as meant.
#[derive(Clone, Debug)]
pub struct CodeOwners {
    /// Where it stands.
    pub path: RepoPath,
    /// Whose syntax it is.
    pub dialect: Dialect,
    /// What it says, in its order.
    pub lines: Vec<Line>,
    /// Its sections; the first one has no name and holds what stands before any other.
    pub sections: Vec<Section>,
    /// Lines, or words of them, that are not understood and count for nothing.
    pub faults: Vec<(usize, String)>,
    globs: GlobSet,
    /// The line of each glob.
    line_of: Vec<usize>,
}

/// A line that gives paths an owner, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: usize,
    /// As it stands there.
    pub pattern: String,
    /// Whether it takes paths out of its section.
    pub excludes: bool,
    /// The owners that it names, or its section does.
    pub owners: Vec<String>,
    /// Whether words stand where owners should, and none of them is one. Then nobody can approve.
    pub is_orphaned: bool,
    /// The section that it belongs to.
    pub section: usize,
}

/// Some lines that are judged by themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// None of the first one.
    pub name: Option<String>,
    /// Whether its owners are only told.
    pub is_optional: bool,
    /// How many of its owners have to approve.
    pub approvals: usize,
    /// Who owns what names nobody.
    owners: Vec<String>,
}

impl CodeOwners {
    /// Understands a file. Without `dialect` it is GitLab's where it lies in GitLab's folder or has a section, which GitHub does not know.
    #[must_use]
    pub fn parse(path: RepoPath, content: &[u8], dialect: Option<Dialect>) -> Self {
        let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
        let text: Vec<Option<&str>> =
            content.split(|byte| *byte == b'\n').map(|line| str::from_utf8(line).ok()).collect();
        let dialect = dialect.unwrap_or_else(|| {
            let has_section = text.iter().flatten().any(|line| heading(line.trim()).is_some());
            let is_gitlab = has_section || path.as_bytes().starts_with(b".gitlab/");
            if is_gitlab { Dialect::GitLab } else { Dialect::GitHub }
        });
        let mut reader =
            Reader { dialect, lines: Vec::new(), sections: vec![Section::unnamed()], at: 0, faults: Vec::new() };
        let mut globs = GlobSetBuilder::new();
        let mut line_of = Vec::new();
        for (number, line) in text.into_iter().enumerate().map(|(at, line)| (at + 1, line)) {
            let Some(line) = line else {
                reader.faults.push((number, "it is no UTF-8".to_owned()));
                continue;
            };
            match reader.read(number, line.trim()) {
                Ok(of_line) => {
                    line_of.resize(line_of.len() + of_line.len(), reader.lines.len().saturating_sub(1));
                    for glob in of_line {
                        globs.add(glob);
                    }
                }
                Err(why) => reader.faults.push((number, why)),
            }
        }
        let Reader { lines, sections, mut faults, .. } = reader;
        // Each glob is one that can be built; together they may be too many.
        let globs = globs.build().unwrap_or_else(|error| {
            faults.push((1, format!("all lines together cannot be used: {}", error.kind())));
            GlobSet::empty()
        });
        Self { path, dialect, lines, sections, faults, globs, line_of }
    }

    /// The lines that count for a path, one a section at most.
    #[must_use]
    pub fn of(&self, path: &RepoPath) -> Vec<&Line> {
        let mut last: Vec<Option<&Line>> = vec![None; self.sections.len()];
        for line in self.matching(path) {
            // "After a pattern is excluded, it cannot be included again in the same section" (GitLab).
            let slot = &mut last[line.section];
            if !slot.is_some_and(|before| before.excludes) {
                *slot = Some(line);
            }
        }
        last.into_iter()
            .flatten()
            .filter(|line| !line.excludes && (line.is_orphaned || !line.owners.is_empty()))
            .collect()
    }

    /// All lines that match a path, in their order.
    pub fn matching(&self, path: &RepoPath) -> impl Iterator<Item = &Line> {
        let mut found: Vec<usize> = self
            .globs
            .matches_candidate(&Candidate::from_bytes(path.as_bytes()))
            .into_iter()
            .map(|at| self.line_of[at])
            .collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|at| &self.lines[at])
    }
}

impl Section {
    fn unnamed() -> Self {
        Self { name: None, is_optional: false, approvals: 1, owners: Vec::new() }
    }
}

/// Reads line by line.
struct Reader {
    dialect: Dialect,
    lines: Vec<Line>,
    sections: Vec<Section>,
    /// The section that is open.
    at: usize,
    faults: Vec<(usize, String)>,
}

impl Reader {
    /// The globs of a line that has a pattern.
    fn read(&mut self, number: usize, line: &str) -> Result<Vec<Glob>, String> {
        if line.is_empty() || line.starts_with('#') {
            return Ok(Vec::new());
        }
        if self.dialect == Dialect::GitLab
            && let Some((section, owners)) = heading(line)
        {
            self.open(number, section, owners);
            return Ok(Vec::new());
        }
        let (pattern, words) = split(line);
        let (excludes, bare) = match (self.dialect, pattern.strip_prefix('!')) {
            (Dialect::GitLab, Some(rest)) => (true, rest),
            (Dialect::GitHub, Some(_)) => {
                return Err("GitHub knows no `!`; leave the owners of a path empty instead".to_owned());
            }
            (_, None) => (false, pattern),
        };
        let globs = match self.dialect {
            Dialect::GitHub => github(bare)?,
            Dialect::GitLab => gitlab(bare)?,
        };
        let words = if self.dialect == Dialect::GitHub { words.split(" #").next().unwrap_or_default() } else { words };
        let had_words = !words.trim().is_empty() && !words.trim_start().starts_with('#');
        let mut owners = self.owners(number, words);
        if !had_words {
            owners.clone_from(&self.sections[self.at].owners);
        }
        let is_orphaned = had_words && owners.is_empty() && !excludes;
        let section = self.at;
        self.lines.push(Line { number, pattern: pattern.to_owned(), excludes, owners, is_orphaned, section });
        Ok(globs)
    }

    /// Sections of one name are one; where one of them is required, all of it is.
    fn open(&mut self, number: usize, section: Section, owners: &str) {
        let owners = self.owners(number, owners);
        let is_same = |known: &Section| match (&known.name, &section.name) {
            (Some(known), Some(name)) => known.to_lowercase() == name.to_lowercase(),
            _ => false,
        };
        if let Some(at) = self.sections.iter().position(is_same) {
            let known = &mut self.sections[at];
            known.is_optional &= section.is_optional;
            known.approvals = known.approvals.max(section.approvals);
            known.owners = owners;
            self.at = at;
        } else {
            self.at = self.sections.len();
            self.sections.push(Section { owners, ..section });
        }
    }

    /// The owners among the words behind a pattern. GitLab takes those of a comment as well.
    fn owners(&mut self, number: usize, words: &str) -> Vec<String> {
        let mut owners = Vec::new();
        for word in
            words.split_ascii_whitespace().take_while(|word| self.dialect == Dialect::GitLab || !word.starts_with('#'))
        {
            if is_owner(word) {
                owners.push(word.to_owned());
            } else if !word.starts_with('#') {
                self.faults.push((number, format!("`{}` is neither @name nor an address", RepoPath::new(word))));
            }
        }
        owners
    }
}

/// Whether a word names somebody: `@user`, `@org/team`, `@@role`, or an address.
fn is_owner(word: &str) -> bool {
    match word.strip_prefix('@') {
        Some(name) => {
            let name = name.strip_prefix('@').unwrap_or(name);
            !name.is_empty() && name.chars().all(|letter| letter.is_alphanumeric() || "-_./".contains(letter))
        }
        None => {
            word.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
        }
    }
}

/// A pattern and what stands behind it. A blank behind a backslash belongs to the pattern.
fn split(line: &str) -> (&str, &str) {
    let mut is_escaped = false;
    for (at, letter) in line.char_indices() {
        if letter.is_whitespace() && !is_escaped {
            return (&line[..at], &line[at..]);
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    (line, "")
}

/// The heading of a section, `^[Name][2] @owner`, and its owners.
fn heading(line: &str) -> Option<(Section, &str)> {
    let (is_optional, rest) = line.strip_prefix('^').map_or((false, line), |rest| (true, rest));
    let (name, rest) = rest.strip_prefix('[')?.split_once(']')?;
    let mut section = Section { name: Some(name.trim().to_owned()), is_optional, ..Section::unnamed() };
    let mut owners = rest;
    if let Some((number, rest)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        // "Invalid values for n are treated as 1" (GitLab).
        section.approvals = number.parse().unwrap_or(1).max(1);
        owners = rest;
    }
    // What goes on without a blank is a pattern that begins with a range of characters.
    let is_heading = !name.trim().is_empty() && (owners.is_empty() || owners.starts_with(char::is_whitespace));
    is_heading.then_some((section, owners))
}

/// GitHub: as .gitignore, without `!`, ranges and `\#`; `docs/*` goes no deeper.
fn github(pattern: &str) -> Result<Vec<Glob>, String> {
    if pattern.contains(['[', ']']) {
        return Err("GitHub knows no ranges of characters `[ ]`".to_owned());
    }
    if pattern.starts_with("\\#") {
        return Err("GitHub knows no `\\#`".to_owned());
    }
    let is_anchored = pattern.trim_end_matches('/').contains('/');
    let text = pattern.strip_prefix('/').unwrap_or(pattern);
    let text = if is_anchored { text.to_owned() } else { format!("**/{text}") };
    let is_shallow = is_anchored && text.ends_with("/*");
    Ok(match text.strip_suffix('/') {
        Some(folder) => vec![glob(&format!("{folder}/**"))?],
        None if is_shallow => vec![glob(&text)?],
        None => vec![glob(&text)?, glob(&format!("{text}/**"))?],
    })
}

/// GitLab: `File.fnmatch`; without a leading slash in any folder; only what ends in a slash speaks of what is below.
fn gitlab(pattern: &str) -> Result<Vec<Glob>, String> {
    let pattern = pattern.strip_prefix("\\#").map_or_else(|| pattern.to_owned(), |rest| format!("#{rest}"));
    let text = pattern.strip_prefix('/').map_or_else(|| format!("**/{pattern}"), str::to_owned);
    Ok(vec![match (text.strip_suffix('/'), text.strip_suffix("/**")) {
        (Some(folder), _) => glob(&format!("{folder}/**"))?,
        // At the end it is no globstar for `fnmatch`.
        (None, Some(folder)) => glob(&format!("{folder}/*"))?,
        (None, None) => glob(&text)?,
    }])
}

/// Braces mean themselves in both dialects.
fn glob(pattern: &str) -> Result<Glob, String> {
    let plain = pattern.replace('{', "\\{").replace('}', "\\}");
    GlobBuilder::new(&plain)
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map_err(|why| why.kind().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(dialect: Dialect, text: &str) -> CodeOwners {
        CodeOwners::parse(RepoPath::new("CODEOWNERS"), text.as_bytes(), Some(dialect))
    }

    /// The owners that count for a path, those of each section joined.
    fn of(file: &CodeOwners, path: &str) -> Vec<String> {
        file.of(&RepoPath::new(path)).iter().map(|line| line.owners.join(" ")).collect()
    }

    #[test]
    fn the_last_line_that_matches_names_the_owners_at_github() {
        let file = parse(
            Dialect::GitHub,
            "* @all\n*.js @js # inline @nobody\n/build/logs/ @doc\ndocs/* docs@example.org\napps/ @apps\n/apps/github\n\
             **/logs @logs\n/a\\ b/ @blank\n",
        );
        assert!(file.faults.is_empty(), "{:?}", file.faults);
        for (path, owners) in [
            ("README", "@all"),
            ("x/y.js", "@js"),
            ("build/logs/a/b", "@logs"),
            ("x/build/logs/a", "@logs"),
            ("docs/a.md", "docs@example.org"),
            ("docs/a/b.md", "@all"),
            ("x/docs/a.md", "@all"),
            ("x/apps/y/z", "@apps"),
            ("a b/c", "@blank"),
        ] {
            assert_eq!(of(&file, path), [owners], "{path}");
        }
        assert!(of(&file, "apps/github").is_empty() && of(&file, "apps/github/x").is_empty(), "they belong to nobody");
    }

    #[test]
    fn each_section_is_asked_at_gitlab() {
        let file = parse(
            Dialect::GitLab,
            "* @general\n!pom.xml\n[Documentation][2] @docs\ndocs/\nREADME.md\n/docs/legal @lawyers\n^[Go]\n*.go @go\n\
             [DOCUMENTATION]\n*.txt @texts\n[Ruby]\n*.rb @ruby\n!/config/**/*.rb\n/config/routes.rb @ops\n\\#x @sharp\n",
        );
        assert!(file.faults.is_empty(), "{:?}", file.faults);
        for (path, owners) in [
            ("a", &["@general"][..]),
            ("x/pom.xml", &[]),
            ("x/docs/deep/a", &["@general", "@docs"]),
            ("docs/legal", &["@general", "@lawyers"]),
            ("docs/legal/a", &["@general", "@docs"]),
            ("x/a.txt", &["@general", "@texts"]),
            ("a.go", &["@general", "@go"]),
            ("a.rb", &["@general", "@ruby"]),
            ("config/routes.rb", &["@general"]),
            ("x/#x", &["@general", "@sharp"]),
        ] {
            assert_eq!(of(&file, path), owners, "{path}");
        }
        let sections: Vec<_> = file
            .sections
            .iter()
            .map(|section| (section.name.as_deref(), section.is_optional, section.approvals))
            .collect();
        let expected =
            [(None, false, 1), (Some("Documentation"), false, 2), (Some("Go"), true, 1), (Some("Ruby"), false, 1)];
        assert_eq!(sections, expected);
    }

    #[test]
    fn the_dialect_is_told_by_place_and_sections() {
        let dialect = |path: &str, text: &str| CodeOwners::parse(RepoPath::new(path), text.as_bytes(), None).dialect;
        assert_eq!(dialect("CODEOWNERS", "* @a\n"), Dialect::GitHub);
        assert_eq!(dialect("CODEOWNERS", "* @a\n^[Go]\n"), Dialect::GitLab);
        assert_eq!(dialect(".gitlab/CODEOWNERS", "* @a\n"), Dialect::GitLab);
        assert_eq!(dialect("CODEOWNERS", "[ab]c.txt @a\n"), Dialect::GitHub);
    }

    #[test]
    fn what_is_not_understood_is_told_and_counts_for_nothing() {
        let file = parse(Dialect::GitHub, "!a @a\n[ab] @b\n\\#c @c\nd alice @@ @d\ne bob\n");
        let lines: Vec<_> = file.faults.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 4, 5]);
        assert_eq!(of(&file, "d"), ["@d"]);
        // Somebody was meant to own it.
        assert_eq!(of(&file, "e"), [""]);
        assert!(file.of(&RepoPath::new("e"))[0].is_orphaned);
        let file = CodeOwners::parse(RepoPath::new("CODEOWNERS"), b"a @a\n\xFF @b\nc{d} @c\n", None);
        assert_eq!(file.faults.len(), 1);
        assert_eq!((of(&file, "c{d}"), of(&file, "cd").len()), (vec!["@c".to_owned()], 0));
    }
}
