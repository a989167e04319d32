//! Turns `patterns/*.toml` into records and tables that the program includes as they are, so that it parses no TOML and compiles no regex at start-up,
//! and that its loader has nothing to do with them.
//! Whatever is wrong with a pattern stops the build here, with the file, the id and the reason.

#[path = "../src/checks/secrets/bounds.rs"]
mod bounds;

#[path = "../src/checks/secrets/format.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library uses the rest")]
mod format;

#[path = "../src/checks/secrets/prefilter/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "only the tables are made here; the library searches")]
mod prefilter;

#[path = "../src/checks/secrets/record.rs"]
#[allow(dead_code, reason = "the library reads what is written here")]
mod record;

mod outline;

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use bounds::{begins_with_literals, folded_literals, reach};
use format::{File, Pattern};
use prefilter::Prefilter;
use record::record;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=patterns");
    println!("cargo::rerun-if-changed=src/checks/secrets/bounds.rs");
    println!("cargo::rerun-if-changed=src/checks/secrets/format.rs");
    println!("cargo::rerun-if-changed=src/checks/secrets/prefilter");
    println!("cargo::rerun-if-changed=src/checks/secrets/record.rs");
    let mut files: Vec<PathBuf> =
        fs::read_dir("patterns")?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let mut all = Tables::default();
    for file in &files {
        all.read(file)?;
    }
    #[allow(clippy::disallowed_methods, reason = "cargo tells a build script by the environment where to write")]
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    all.write(&out)
}

/// What the program includes, as it grows file by file.
#[derive(Default)]
struct Tables {
    ids: BTreeSet<String>,
    /// The patterns, one behind the other, and where each ends.
    records: String,
    ends: Vec<u32>,
    /// How far around a match any pattern looks.
    farthest: usize,
    /// The literals, with whether their case is ignored; then of each the number of its pattern, and the longest match of that.
    literals: Vec<(String, bool)>,
    owners: Vec<u16>,
    longest: Vec<u32>,
    classes: Vec<outline::Class>,
    published: Vec<String>,
}

impl Tables {
    fn read(&mut self, file: &Path) -> Result<(), Box<dyn Error>> {
        let text = fs::read_to_string(file)?;
        let parsed: File = toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        for (number, value) in parsed.published.iter().enumerate() {
            value.check().map_err(|reason| format!("{}: published value {}: {reason}", file.display(), number + 1))?;
            self.published.push(value.value.replace(format::BREAK, "").to_ascii_lowercase());
        }
        for pattern in &parsed.pattern {
            let line = text[..pattern.span().start].lines().count() + 1;
            let pattern = pattern.get_ref();
            self.add(pattern).map_err(|reason| format!("{}:{line}: {}: {reason}", file.display(), pattern.id))?;
        }
        Ok(())
    }

    fn add(&mut self, pattern: &Pattern) -> Result<(), Box<dyn Error>> {
        if !self.ids.insert(pattern.id.clone()) {
            return Err("there is another pattern of this id".into());
        }
        pattern.check()?;
        let begins = begins_with_literals(pattern)?;
        let outline = outline(pattern, &mut self.classes)?;
        self.records.push_str(&record(pattern, begins, &outline)?);
        self.ends.push(u32::try_from(self.records.len())?);
        self.farthest = self.farthest.max(reach(pattern.longest, pattern.pair.is_some()));
        let number = u16::try_from(self.ids.len() - 1)?;
        for literal in beginnings(pattern) {
            self.owners.push(number);
            self.longest.push(u32::try_from(pattern.longest)?);
            self.literals.push((literal, pattern.ignore_case));
        }
        Ok(())
    }

    fn write(self, out: &Path) -> Result<(), Box<dyn Error>> {
        fs::write(out.join("records"), self.records)?;
        fs::write(out.join("record-ends"), little_endian(&self.ends, u32::to_le_bytes))?;
        fs::write(out.join("pattern-reach"), u32::try_from(self.farthest)?.to_le_bytes())?;
        fs::write(out.join("published"), self.published.join("\n"))?;
        fs::write(out.join("owners"), little_endian(&self.owners, u16::to_le_bytes))?;
        fs::write(out.join("longest"), little_endian(&self.longest, u32::to_le_bytes))?;
        fs::write(out.join("classes"), self.classes.concat())?;
        let literals = self.literals.iter().map(|(literal, ignore_case)| (literal.as_bytes(), *ignore_case));
        let tables = Prefilter::new(literals);
        let files = [
            ("map", tables.map),
            ("buckets", tables.buckets),
            ("grams", tables.grams),
            ("text", tables.text),
            ("ends", tables.ends),
        ];
        for (name, bytes) in files {
            fs::write(out.join(name), bytes)?;
        }
        fs::write(out.join("reach"), [tables.reach])?;
        Ok(())
    }
}

/// How every match of the pattern's regex begins, as indexes into `classes`, which grows by what is new.
fn outline(pattern: &Pattern, classes: &mut Vec<outline::Class>) -> Result<Vec<u16>, String> {
    let Some(regex) = pattern.regex.as_ref().or(pattern.value.as_ref()) else { return Ok(Vec::new()) };
    let mut indexes = Vec::new();
    for class in outline::outline(regex, pattern.ignore_case)? {
        let index = classes.iter().position(|known| *known == class).unwrap_or_else(|| {
            classes.push(class);
            classes.len() - 1
        });
        // What has no index any more ends the outline, which stays true.
        let Ok(index) = u16::try_from(index) else { break };
        indexes.push(index);
    }
    Ok(indexes)
}

/// Numbers as the program reads them.
fn little_endian<Number: Copy, const SIZE: usize>(numbers: &[Number], bytes: fn(Number) -> [u8; SIZE]) -> Vec<u8> {
    numbers.iter().flat_map(|number| bytes(*number)).collect()
}

/// What the prefilter looks for of the pattern's literals, each once.
fn beginnings(pattern: &Pattern) -> BTreeSet<String> {
    folded_literals(pattern).into_iter().map(|literal| literal.chars().take(prefilter::LONGEST).collect()).collect()
}
