//! Finds the schemes under `data/`: a folder each, with `scheme.json` and its criteria sets. A new scheme is a folder
//! and no code.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/criteria/data");

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, Box<dyn Error>>>()?;
    paths.sort();
    Ok(paths)
}

#[allow(clippy::disallowed_methods, reason = "cargo tells a build script its folder by the environment")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={DATA}");
    println!("cargo::rerun-if-changed=src/criteria/build.rs");
    let mut text = String::from("&[\n");
    for folder in entries(Path::new(DATA))? {
        let scheme = folder.join("scheme.json");
        if !scheme.is_file() {
            return Err(format!("{} has no scheme.json", folder.display()).into());
        }
        writeln!(text, "(include_str!({scheme:?}), &[")?;
        for file in entries(&folder)?.iter().filter(|file| **file != scheme) {
            if file.extension().is_none_or(|ending| ending != "json") {
                return Err(format!("{} is no JSON file", file.display()).into());
            }
            writeln!(text, "include_str!({file:?}),")?;
        }
        text.push_str("]),\n");
    }
    text.push(']');
    let out = std::env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    fs::write(PathBuf::from(out).join("schemes.rs"), text)?;
    Ok(())
}
