//! What a simulator keeps on disk: one JSON line per change, so that one started again after a kill has its products.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use serde_json::Value;

/// The open file, or nothing for a simulator without memory.
#[derive(Debug)]
pub(super) struct Journal(Option<File>);

impl Journal {
    /// Opens or creates the file and gives back the lines in it; a line torn by a kill is left out.
    pub(super) fn open(path: Option<&Path>) -> io::Result<(Self, Vec<Value>)> {
        let Some(path) = path else {
            return Ok((Self(None), Vec::new()));
        };
        let mut text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let whole = text.rfind('\n').map_or(0, |at| at + 1);
        text.truncate(whole);
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        file.set_len(u64::try_from(whole).unwrap_or(0))?;
        Ok((Self(Some(file)), text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()))
    }

    /// Adds a change. It survives the end of this process, not a power cut.
    pub(super) fn write(&mut self, change: &Value) -> io::Result<()> {
        match &mut self.0 {
            Some(file) => file.write_all(format!("{change}\n").as_bytes()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_torn_line_is_dropped_and_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sim.jsonl");
        let (mut journal, lines) = Journal::open(Some(&path)).unwrap();
        assert!(lines.is_empty());
        journal.write(&json!({"a": 1})).unwrap();
        drop(journal);
        std::fs::write(&path, "{\"a\":1}\n{\"a\":").unwrap();
        let (mut journal, lines) = Journal::open(Some(&path)).unwrap();
        assert_eq!(lines, [json!({"a": 1})]);
        journal.write(&json!({"a": 2})).unwrap();
        assert_eq!(Journal::open(Some(&path)).unwrap().1, [json!({"a": 1}), json!({"a": 2})]);
    }
}
