//! The source text, as the rules look at it.

use std::fs;
use std::path::{Path, PathBuf};

/// One file of the repository.
pub struct Source {
    /// From the root, with forward slashes.
    pub path: String,
    pub text: String,
}

impl Source {
    /// The folder under `server/src` that the file stands in, or the name of a file that stands there itself.
    pub fn room(&self) -> &str {
        let inside = self.path.strip_prefix("server/src/").unwrap_or(&self.path);
        inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
    }

    /// The lines that are neither comments nor below the unit tests' mark, numbered from 1.
    pub fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(index, line)| (index + 1, line));
        lines
            .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    pub fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("tests.rs") || self.path.starts_with("tests/")
    }
}

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All Rust of the server.
pub fn server() -> Vec<Source> {
    under("server/src")
}

/// All Rust of the workspace.
pub fn everything() -> Vec<Source> {
    [
        "server/src",
        "server/media/src",
        "server/media/tests",
        "server/media/benches",
        "migrations/src",
        "tests/src",
        "tests/tests",
    ]
    .into_iter()
    .flat_map(under)
    .collect()
}

fn under(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    collect(&root().join(folder), folder, &mut found);
    assert!(!found.is_empty(), "no Rust under {folder}: the rules would hold for nothing");
    found
}

fn collect(folder: &Path, name: &str, found: &mut Vec<Source>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &path, found);
        } else if entry.path().extension().is_some_and(|extension| extension == "rs") {
            found.push(Source { path, text: fs::read_to_string(entry.path()).unwrap() });
        }
    }
}

/// Fails with all complaints at once, and with the way out.
pub fn none(complaints: &[String], way_out: &str) {
    assert!(complaints.is_empty(), "{}\n\n{way_out}", complaints.join("\n"));
}
