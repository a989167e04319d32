//! `[patterns]`: where the repository's own patterns lie. They are read from the side that the policy comes from.

use globset::GlobBuilder;

use super::Side;
use super::error::Fault;
use super::values::{Entry, Result, Value, strings, table, unknown};
use crate::checks::secrets::{OwnFile, Pattern, read_own};
use crate::git::RepoPath;

/// Reads the section.
pub(super) fn read(section: Entry<'_, '_>) -> Result<Vec<Value<String>>> {
    let mut paths = Vec::new();
    for entry in table(section)? {
        match entry.0.get_ref().as_ref() {
            "paths" => paths = strings(entry)?,
            _ => return Err(unknown(entry, "patterns")),
        }
    }
    Ok(paths)
}

/// The patterns in the files that `paths` speak of: a path, or a folder and a glob for the names in it. One that no file matches is an error: what should
/// be looked for is not.
pub(super) fn load(paths: &[Value<String>], side: &Side<'_>) -> Result<&'static [Pattern]> {
    let mut files: Vec<OwnFile> = Vec::new();
    let Some(first) = paths.first() else { return Ok(&[]) };
    for path in paths {
        let fault = |why: String| (path.at, Fault::Patterns { why });
        let found = matched(path, side).map_err(fault)?;
        if found.is_empty() {
            return Err(fault(format!(
                "there is no file {}, so what it should look for is not looked for; add one, or take it out",
                RepoPath::new(path.value.as_str())
            )));
        }
        files.extend(
            found.into_iter().filter(|(name, _)| files.iter().all(|(known, _)| known != name)).collect::<Vec<_>>(),
        );
    }
    read_own(&files).map_err(|why| (first.at, Fault::Patterns { why }))
}

fn matched(path: &Value<String>, side: &Side<'_>) -> std::result::Result<Vec<OwnFile>, String> {
    let (folder, name) = path.value.rsplit_once('/').unwrap_or(("", &path.value));
    let is_glob = |text: &str| text.contains(['*', '?', '[', '{']);
    let odd = folder.split('/').any(|part| matches!(part, "." | "..")) || folder.starts_with('/') || name.is_empty();
    if odd || is_glob(folder) || (is_glob(name) && folder.is_empty()) {
        return Err("a path of patterns is FOLDER/NAME from the root, where NAME may be a glob, as in \".palisade/patterns/*.toml\"".to_owned());
    }
    if !is_glob(name) {
        let file = side.file(&path.value).map_err(|gap| gap.to_string())?;
        return Ok(file.map(|bytes| (RepoPath::new(path.value.as_str()).to_string(), bytes)).into_iter().collect());
    }
    let glob = GlobBuilder::new(name).build().map_err(|error| format!("bad glob: {}", error.kind()))?.compile_matcher();
    let mut files = Vec::new();
    for (name, bytes) in side.folder(folder).map_err(|gap| gap.to_string())? {
        if glob.is_match(&name) {
            let name = format!("{folder}/{name}");
            files.push((name.clone(), bytes.map_err(|why| format!("{name}: {why}"))?));
        }
    }
    Ok(files)
}
