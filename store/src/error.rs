//! What can go wrong in the database, in words for the log; residents never see them.

/// The result of a store function.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("the migrations failed")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A row that this program never wrote: rows are parsed, not trusted.
    #[error("impossible row: {table}.{column} of row {row}: {why}")]
    Row {
        table: &'static str,
        column: &'static str,
        row: String,
        why: String,
    },
    /// A closure given to `Store::write` hid a database error and wanted to commit.
    #[error("a failed statement was ignored inside a transaction; nothing was committed")]
    FailureIgnored,
    #[error("DATABASE_URL must begin with sqlite: or postgres:// and name a database; it is {0}")]
    Url(String),
    #[error(
        "this database was made with another key: its fingerprint is {expected}, the key's is {found}"
    )]
    Fingerprint { expected: String, found: String },
    #[error("this database holds data but no key fingerprint: it was not made by this program")]
    FingerprintMissing,
    #[error(
        "PostgreSQL is backed up with its own tool: pg_dump --format=custom --file=FILE \"$DATABASE_URL\""
    )]
    BackupByPgDump,
    #[error("{0} exists already; a backup never overwrites a file")]
    BackupExists(String),
    /// Two acts claimed the same version of a subject.
    #[error("the audit already has version {version} of {subject}")]
    AuditVersion { subject: String, version: i64 },
    #[error("the stored text could not be written as JSON")]
    Json(#[from] serde_json::Error),
}

impl StoreError {
    /// Whether running the whole transaction again can help: 40001, 40P01, `SQLITE_BUSY`.
    pub fn is_transient(&self) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else {
            return false;
        };
        let Some(code) = error.code() else {
            return false;
        };
        // SQLite's extended codes keep the primary code, 5, in their low byte.
        matches!(&*code, "40001" | "40P01")
            || code.len() < 5 && code.parse::<u32>().is_ok_and(|code| code & 0xff == 5)
    }
}
