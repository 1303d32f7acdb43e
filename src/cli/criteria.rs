//! `ocop criteria check FILE…`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use ocop::criteria::{self, CriteriaSet, Fault, Scheme};

use super::{Done, Failure};

#[derive(Subcommand)]
pub(crate) enum Action {
    /// Check files of a scheme: scheme.json, criteria sets, or a folder of them. Sums, floors, ids, notes, codes.
    Check {
        /// Files or folders. With a scheme.json among them its sets are checked against it too.
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

/// A file as it was read.
enum Read {
    Scheme(Box<Scheme>),
    Set(Box<CriteriaSet>),
}

pub(crate) fn run(action: Action) -> Done {
    let Action::Check { files } = action;
    let files = expand(files)?;
    let mut problems = 0;
    let mut tell = |file: &Path, fault: &Fault| {
        problems += 1;
        let criterion = fault.criterion.as_deref().unwrap_or("-");
        println!("{}: {criterion}: {}", file.display(), fault.reason);
    };
    let whole = |reason: String| Fault { criterion: None, reason };
    let mut read = Vec::new();
    for file in &files {
        match parse(file) {
            Ok(found) => read.push((file, found)),
            Err(reason) => tell(file, &whole(reason)),
        }
    }
    let schemes: Vec<_> =
        read.iter().filter_map(|(_, r)| if let Read::Scheme(s) = r { Some(s) } else { None }).collect();
    let mut numbers = BTreeSet::new();
    for (file, found) in &read {
        match found {
            Read::Scheme(scheme) => {
                criteria::scheme_faults(scheme).iter().for_each(|fault| tell(file, fault))
            }
            Read::Set(set) => {
                criteria::faults(set).iter().for_each(|fault| tell(file, fault));
                if !numbers.insert((set.scheme.clone(), set.set_no)) {
                    tell(file, &whole(format!("set {} appears twice", set.set_no)));
                }
                // The scheme of the set among the files; with one scheme alone, that one.
                let own = schemes.iter().find(|scheme| scheme.decision == set.scheme).or(
                    match schemes.as_slice() {
                        [only] => Some(only),
                        _ => None,
                    },
                );
                let against = own.map(|scheme| criteria::contradictions(scheme, set)).unwrap_or_default();
                against.iter().for_each(|fault| tell(file, fault));
            }
        }
    }
    match problems {
        0 => {
            println!("{} files are sound", files.len());
            Ok(())
        }
        n => Err(Failure::Told(format!("{n} problems in {} files", files.len()))),
    }
}

/// Folders give the JSON files in them.
fn expand(given: Vec<PathBuf>) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in given {
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        let entries =
            std::fs::read_dir(&path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, Failure>>()?;
        let before = files.len();
        files.extend(
            entries.into_iter().filter(|file| file.extension().is_some_and(|ending| ending == "json")),
        );
        if files.len() == before {
            return Err(Failure::Told(format!("{} has no JSON files", path.display())));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// A criteria set has parts with criteria; anything else is the frame of a scheme.
fn parse(file: &Path) -> Result<Read, String> {
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string())?;
    let value: serde_json::Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    if value.get("set_no").is_some() {
        return criteria::parse_set(&text).map(|set| Read::Set(Box::new(set)));
    }
    criteria::parse_scheme(&text).map(|scheme| Read::Scheme(Box::new(scheme)))
}
