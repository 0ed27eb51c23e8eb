//! `backup` and `restore`: one consistent copy of an SQLite database, and its way back.
use super::print;
use crate::cli::Failure;
use crate::config::Config;
use crate::installation::Installation;
use crate::secret_key;
use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use store::keys::Keys;
use store::{Store, audit, keys};

/// `sala backup FILE`
pub async fn write(config: &Config, file: &Path) -> Result<(), Failure> {
    let installation = Installation::open(config).await?;
    store::backup::write(&installation.store, file)
        .await
        .map_err(|error| Failure::of(&error))?;
    // It holds people's data.
    fs::set_permissions(file, Permissions::from_mode(0o600))
        .map_err(|error| Failure::of(&error))?;
    tracing::warn!(
        key = %config.secret_key_file.display(),
        "the key is not in the backup, and the backup is worth nothing without it; keep a copy of it elsewhere"
    );
    print(&format!(
        "{} holds the database and its settings, without the key",
        file.display()
    ))
}

/// `sala restore FILE`: checked with the key beside the target, then put in its place in one step.
pub async fn restore(config: &Config, file: &Path) -> Result<(), Failure> {
    let Some(target) = config.database_url.sqlite_file() else {
        return Err(Failure::Setting(
            "DATABASE_URL: PostgreSQL is restored with its own tool: pg_restore --dbname=\"$DATABASE_URL\" FILE".to_owned(),
        ));
    };
    refuse_full(&target).await?;
    let key = secret_key::read(&config.secret_key_file).map_err(Failure::Setting)?;
    let key = key.ok_or_else(|| Failure::Setting(secret_key::missing(&config.secret_key_file)))?;
    let draft = beside(&target, ".restoring");
    let restored =
        copy(file, &draft).map_err(|error| Failure::Other(format!("{}: {error}", file.display())));
    let checked = match restored {
        Ok(()) => check(&draft, &Keys::new(&key)).await,
        Err(failure) => Err(failure),
    };
    let rows = match checked {
        Ok(rows) => rows,
        Err(failure) => {
            remove_all(&draft);
            return Err(failure);
        }
    };
    remove_all(&target);
    fs::rename(&draft, &target).map_err(|error| Failure::of(&error))?;
    remove_all(&draft);
    print(&format!(
        "{} is restored; the audit is whole, {rows} rows",
        target.display()
    ))
}

/// A database in use is never overwritten.
async fn refuse_full(target: &Path) -> Result<(), Failure> {
    if fs::metadata(target).is_ok_and(|data| data.len() > 0) {
        let store = open(target).await?;
        let mut conn = store.read().await.map_err(|error| Failure::of(&error))?;
        // One without our tables is not ours to overwrite either.
        let empty = keys::is_empty(&mut conn).await.unwrap_or(false);
        drop(conn);
        store.close().await;
        if !empty {
            return Err(Failure::Other(format!(
                "{} holds data; move it away first",
                target.display()
            )));
        }
    }
    Ok(())
}

/// Rows of the audit, when the copy is whole and this key's.
async fn check(draft: &Path, keys: &Keys) -> Result<u64, Failure> {
    let store = open(draft).await?;
    let checked = check_store(&store, keys).await;
    store.close().await;
    checked
}

async fn check_store(store: &Store, keys: &Keys) -> Result<u64, Failure> {
    store.migrate().await.map_err(|error| Failure::of(&error))?;
    keys::check_fingerprint(store, keys)
        .await
        .map_err(|error| Failure::of(&error))?;
    let mut conn = store.read().await.map_err(|error| Failure::of(&error))?;
    let report = audit::verify(&mut conn, keys)
        .await
        .map_err(|error| Failure::of(&error))?;
    if report.problems.is_empty() {
        return Ok(report.sealed + report.unsealed);
    }
    Err(Failure::Other(format!(
        "the backup's audit is not whole: {} problems; nothing was restored",
        report.problems.len()
    )))
}

async fn open(file: &Path) -> Result<Store, Failure> {
    Store::connect(&format!("sqlite:{}", file.display()))
        .await
        .map_err(|error| Failure::of(&error))
}

/// Bytes on the disk before anything is called restored.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    remove_all(to);
    let mut source = File::open(from)?;
    let mut copy = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(to)?;
    std::io::copy(&mut source, &mut copy)?;
    copy.sync_all()
}

/// A database file with its journal; absent ones are no matter.
fn remove_all(file: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let _absent = fs::remove_file(beside(file, suffix));
    }
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
