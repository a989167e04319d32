//! The order of the modules, which `src/lib.rs` has as a table: an import that runs back fails here, and so does a file that was forgotten.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The modules in the order of the table.
fn table() -> Vec<String> {
    let page = read(&source().join("lib.rs"));
    let rows = page.lines().filter_map(|line| line.strip_prefix("//! | `")?.split('`').next());
    rows.map(str::to_owned).collect()
}

/// Every Rust file below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The module that a file belongs to: the first part of its path below `src`.
fn module(file: &Path) -> String {
    let inside = file.strip_prefix(source()).expect("a file of src").with_extension("");
    inside.iter().next().expect("a name").to_string_lossy().into_owned()
}

/// The first parts of all `crate::` paths in a file; comments and doc links are no imports.
fn imports(text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| line.split(" // ").next().unwrap_or_default())
        .fold(String::new(), |code, line| code + line + "\n");
    let mut found = BTreeSet::new();
    for (at, path) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|character| character.is_alphanumeric() || character == '_') {
            continue;
        }
        let rest = &code[at + path.len()..];
        // `use crate::{text, git::Oid}`: the names at the depth of the braces.
        let Some(group) = rest.strip_prefix('{') else {
            found.insert(name(rest));
            continue;
        };
        let mut depth = 0;
        let mut begins = true;
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ if begins && !character.is_whitespace() => {
                    found.insert(name(&group[at..]));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    found
}

fn name(path: &str) -> String {
    path.chars().take_while(|character| character.is_alphanumeric() || *character == '_').collect()
}

#[test]
fn imports_are_read_in_every_form() {
    let text = "use crate::text::Fresh;\nuse crate::{git::{Oid, Repo}, rule};\n// use crate::output;\nfn f() { crate::judge::g() } // crate::annotate\nuse mycrate::policy;\n";
    let found: Vec<_> = imports(text).into_iter().collect();
    assert_eq!(found, ["git", "judge", "rule", "text"]);
}

#[test]
fn no_arrow_runs_back() {
    let order = table();
    assert!(order.len() > 5, "the table of src/lib.rs is not found: {order:?}");
    let place = |module: &str| order.iter().position(|other| other == module);
    let mut wrong = Vec::new();
    for file in files(&source()) {
        let module = module(&file);
        if module == "lib" || module == "main" {
            continue;
        }
        let here = place(&module);
        for import in imports(&read(&file)) {
            // A module may name its own parts.
            if import != module && place(&import).is_none_or(|there| here.is_none_or(|here| there >= here)) {
                wrong.push(format!("{} imports {import}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "the table in src/lib.rs allows only imports from above: {wrong:#?}");
}

#[test]
fn the_table_has_every_module_once() {
    let order = table();
    let there: BTreeSet<_> = files(&source()).iter().map(|file| module(file)).collect();
    let mut wanted: BTreeSet<_> = order.iter().cloned().collect();
    assert_eq!(wanted.len(), order.len(), "a module stands in the table twice: {order:?}");
    wanted.extend(["lib".to_owned(), "main".to_owned()]);
    assert_eq!(there, wanted, "the table in src/lib.rs and the modules are not the same");
}

/// Files that nobody names in a `mod` are not compiled, and nobody notices.
#[test]
fn every_file_is_a_module() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut stray = Vec::new();
    for (folder, tops) in [(source(), &["lib.rs", "main.rs"][..]), (root.join("tests"), &["main.rs"][..])] {
        for file in files(&folder) {
            if tops.iter().any(|top| folder.join(top) == file) {
                continue;
            }
            let stem = file.file_stem().expect("a name").to_string_lossy().into_owned();
            let parent = file.parent().expect("a folder");
            // `a/mod.rs` and `a.rs` are both the module `a`; its parent declares it.
            let (name, holder) = if stem == "mod" {
                let name = parent.file_name().expect("a name").to_string_lossy().into_owned();
                (name, parent.parent().expect("a folder"))
            } else {
                (stem, parent)
            };
            let mut holders = vec![holder.join("mod.rs"), holder.with_extension("rs")];
            holders.extend(tops.iter().map(|top| holder.join(top)));
            let is_declared = holders.iter().filter(|holder| holder.is_file()).any(|holder| {
                let text = read(holder);
                text.lines().any(|line| line.trim_end().ends_with(&format!("mod {name};")))
            });
            if !is_declared {
                stray.push(file);
            }
        }
    }
    assert!(stray.is_empty(), "no `mod` names these files: {stray:#?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all = ["src", "tests", "benches"].iter().flat_map(|folder| files(&root.join(folder)));
    let silent: Vec<_> = all.filter(|file| !read(file).starts_with("//! ")).collect();
    assert!(silent.is_empty(), "these files do not open with `//! ` and a sentence: {silent:#?}");
}

/// Nothing that is run every day looks at this lock file.
#[test]
fn the_fuzz_targets_are_locked_to_what_the_library_asks_for() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let toml =
        |file: &str| read(&root.join(file)).parse::<toml::Table>().unwrap_or_else(|error| panic!("{file}: {error}"));
    let manifest = toml("Cargo.toml");
    let tables = ["dependencies", "build-dependencies"].map(|name| manifest[name].as_table().expect("a table").clone());
    let asked: BTreeSet<String> = tables.iter().flat_map(|table| table.keys().cloned()).collect();
    let lock = toml("fuzz/Cargo.lock");
    let packages = lock["package"].as_array().expect("packages");
    let library = packages.iter().find(|package| package["name"].as_str() == Some("palisade")).expect("the library");
    let named = library["dependencies"].as_array().expect("a list").iter().filter_map(|name| name.as_str());
    // A version stands behind a name that is there twice.
    let locked: BTreeSet<String> = named.map(|name| name.split(' ').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(asked, locked, "`cargo metadata` in fuzz/ writes its Cargo.lock anew");
}
