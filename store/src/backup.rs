//! Backups: one consistent copy of an SQLite database while it is in use. The key is never in it.
use crate::conn::{Engine, Store};
use crate::error::{Result, StoreError};
use crate::value::params;
use std::path::Path;

/// Writes a compact, consistent copy to `file`, which must not exist. PostgreSQL has its own tool, which the error names.
pub async fn write(store: &Store, file: &Path) -> Result<()> {
    if store.engine() == Engine::Postgres {
        return Err(StoreError::BackupByPgDump);
    }
    let name = file.to_string_lossy();
    if file.exists() {
        return Err(StoreError::BackupExists(name.into_owned()));
    }
    // A read connection: writers go on meanwhile.
    let mut conn = store.read().await?;
    conn.fetch_all("VACUUM INTO $1", params![&*name], |_| Ok(()))
        .await?;
    Ok(())
}
