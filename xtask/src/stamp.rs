//! Stamps: a hash of everything a step read, so that the step is skipped when nothing changed.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// The hash of a step's inputs.
#[derive(Debug, PartialEq, Eq)]
pub struct Stamp(String);

impl Stamp {
    /// Hashes words (a profile, a compiler version) and files; folders are read whole.
    /// A missing path counts as absent, so that its appearance is a change.
    pub fn of(words: &[&str], paths: &[PathBuf]) -> Result<Self> {
        let mut hash = Sha256::new();
        for word in words {
            hash.update(word.as_bytes());
            hash.update([0]);
        }
        for path in paths {
            for file in files_under(path)? {
                hash.update(file.as_os_str().as_encoded_bytes());
                hash.update([0]);
                let bytes = fs::read(&file).with_context(|| file.display().to_string())?;
                hash.update(Sha256::digest(&bytes));
            }
        }
        Ok(Self(hex(&hash.finalize())))
    }

    /// Whether the stamp kept at `path` is this one.
    pub fn is_kept(&self, path: &Path) -> bool {
        fs::read_to_string(path).is_ok_and(|kept| kept == self.0)
    }

    /// Keeps the stamp, once the step has succeeded.
    pub fn keep(&self, path: &Path) -> Result<()> {
        fs::write(path, &self.0).with_context(|| path.display().to_string())
    }
}

/// Every file under a path in a fixed order; the path itself when it is a file; none when absent.
pub fn files_under(path: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        let entries = fs::read_dir(path).with_context(|| path.display().to_string())?;
        let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            files.extend(files_under(&entry.path())?);
        }
    }
    Ok(files)
}

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
