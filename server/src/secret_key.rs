//! The master secret: a file only its owner can read, made once, for an empty database.
use data_encoding::HEXLOWER_PERMISSIVE;
use desk::Chance;
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// Bytes of the secret; the file holds them as 64 hexadecimal digits.
pub const BYTES: usize = 32;

/// The secret that the file holds, or `None` when there is no file.
pub fn read(path: &Path) -> Result<Option<[u8; BYTES]>, String> {
    let sentence = |reason: String| format!("SALA_SECRET_KEY_FILE: {}: {reason}", path.display());
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(sentence(error.to_string())),
    };
    let mode = fs::metadata(path)
        .map_err(|error| sentence(error.to_string()))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(sentence(
            "others can read it; run chmod 600 on it".to_owned(),
        ));
    }
    let bytes = HEXLOWER_PERMISSIVE
        .decode(text.trim().as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    match bytes {
        Some(bytes) => Ok(Some(bytes)),
        None => Err(sentence(
            "it does not hold 64 hexadecimal digits".to_owned(),
        )),
    }
}

/// Makes the secret; fails when the file came to be meanwhile.
pub fn make(path: &Path, chance: &dyn Chance) -> Result<[u8; BYTES], String> {
    let mut bytes = [0; BYTES];
    chance.fill(&mut bytes);
    write(path, &bytes)
        .map_err(|error| format!("SALA_SECRET_KEY_FILE: {}: {error}", path.display()))?;
    Ok(bytes)
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{}", HEXLOWER_PERMISSIVE.encode(bytes))?;
    // Data sealed with a secret that a power cut lost is lost too.
    file.sync_all()
}

/// What to say when there is data but no secret.
pub fn missing(path: &Path) -> String {
    format!(
        "SALA_SECRET_KEY_FILE: {} is absent but the database holds data; bring back the key it was made with",
        path.display()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::OsChance;

    #[test]
    fn a_made_secret_is_read_again_and_only_by_its_owner() {
        let folder = std::env::temp_dir().join(format!("sala-key-{}", std::process::id()));
        let path = folder.join("deep/secret.key");
        assert_eq!(read(&path), Ok(None));
        let made = make(&path, &OsChance).expect("a secret");
        assert_eq!(read(&path), Ok(Some(made)));
        assert!(make(&path, &OsChance).is_err(), "never made twice");
        let mode = fs::metadata(&path).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("a new mode");
        assert!(
            read(&path)
                .expect_err("readable by others")
                .contains("chmod 600")
        );
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("a new mode");
        fs::write(&path, "short").expect("written");
        assert!(
            read(&path)
                .expect_err("not a key")
                .contains("64 hexadecimal digits")
        );
        fs::remove_dir_all(folder).expect("removed");
    }
}
