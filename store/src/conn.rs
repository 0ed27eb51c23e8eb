//! The store, connections and transactions: one statement, either engine.
use crate::error::{Result, StoreError};
use crate::value::{Row, Value, params};
use sqlx::migrate::Migrator;
use sqlx::pool::{PoolConnection, PoolOptions};
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{
    PgConnection, PgPool, Postgres, SqlSafeStr, SqlStr, Sqlite, SqliteConnection, SqlitePool,
    Transaction,
};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::str::FromStr;
use std::time::Duration;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("../migrations/postgres");

/// How often a transaction is run again after 40001, 40P01 or `SQLITE_BUSY`.
const RETRIES: u32 = 5;
const POSTGRES_CONNECTIONS: u32 = 16;
/// How long a request waits for a connection, which for SQLite is the queue of writers.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The database. Cloning is cheap: clones share the pools.
#[derive(Clone, Debug)]
pub struct Store {
    pools: Pools,
}

#[derive(Clone, Debug)]
enum Pools {
    /// `write` holds one connection: the pool's fair queue is the queue of writers.
    Sqlite {
        read: SqlitePool,
        write: SqlitePool,
    },
    Postgres(PgPool),
}

impl Store {
    /// Opens the database a `DATABASE_URL` names; an absent SQLite file is made.
    pub async fn connect(url: &str) -> Result<Self> {
        let pools = if url.starts_with("sqlite:") {
            connect_sqlite(url).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let pool = PoolOptions::new()
                .max_connections(POSTGRES_CONNECTIONS)
                .acquire_timeout(ACQUIRE_TIMEOUT)
                .connect_with(PgConnectOptions::from_str(url)?)
                .await?;
            Pools::Postgres(pool)
        } else {
            // Only the scheme is repeated: the rest can hold a password.
            let scheme = url.split(':').next().unwrap_or_default();
            return Err(StoreError::Url(format!("{scheme}:…")));
        };
        Ok(Self { pools })
    }

    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Brings the schema up to date. Migrations of a newer version are left alone: two versions can run side by side.
    pub async fn migrate(&self) -> Result<()> {
        match &self.pools {
            Pools::Sqlite { write, .. } => side_by_side(&SQLITE_MIGRATIONS).run(write).await?,
            Pools::Postgres(pool) => side_by_side(&POSTGRES_MIGRATIONS).run(pool).await?,
        }
        Ok(())
    }

    /// Whether the database answers and has every migration this version knows.
    pub async fn ready(&self) -> Result<bool> {
        let migrations = match self.engine() {
            Engine::Sqlite => &SQLITE_MIGRATIONS,
            Engine::Postgres => &POSTGRES_MIGRATIONS,
        };
        let newest = migrations.iter().map(|migration| migration.version).max();
        let mut conn = self.read().await?;
        let done = conn
            .fetch_one(
                "SELECT MAX(version) AS version FROM _sqlx_migrations WHERE success",
                params![],
                |row| row.of("_sqlx_migrations", "version").int_or_null("version"),
            )
            .await;
        match done {
            Ok(done) => Ok(done >= newest),
            Err(StoreError::Database(sqlx::Error::Database(_))) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Closes every connection, after those in use are given back.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// A connection to read with.
    pub async fn read(&self) -> Result<Conn> {
        let link = match &self.pools {
            Pools::Sqlite { read, .. } => Link::Sqlite(read.acquire().await?),
            Pools::Postgres(pool) => Link::Postgres(pool.acquire().await?),
        };
        Ok(Conn::new(link))
    }

    /// Runs `work` in one write transaction and commits; an `Err` rolls everything back.
    ///
    /// `work` may run up to six times: after a serialisation failure, a deadlock or a busy file it is run again from
    /// the start. So nothing inside has an effect outside the database, and what it captures is cloned for each run.
    /// Never start a second `write` inside: SQLite's writer would wait for itself.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        E: From<StoreError>,
        // `AsyncFnOnce + Clone`, not `AsyncFn`: the future of the latter cannot be shown to be `Send`.
        F: AsyncFnOnce(&mut Tx) -> Result<T, E> + Clone,
    {
        let mut retries = 0;
        loop {
            let ended = match self.begin().await {
                Ok(mut tx) => {
                    let outcome = work.clone()(&mut tx).await;
                    tx.end(outcome).await
                }
                Err(error) => Ended::failed(error),
            };
            match ended {
                Ended::Failed {
                    transient: true, ..
                } if retries < RETRIES => {
                    retries += 1;
                    tracing::debug!(retries, "a transaction is run again");
                    tokio::time::sleep(Duration::from_millis(5) * (1 << retries)).await;
                }
                Ended::Failed { error, .. } => return Err(error),
                Ended::Committed(value) => return Ok(value),
            }
        }
    }

    async fn begin(&self) -> Result<Tx> {
        let link = match &self.pools {
            // A deferred transaction that reads first cannot become a writer when another wrote meanwhile.
            Pools::Sqlite { write, .. } => {
                Link::SqliteTx(write.begin_with("BEGIN IMMEDIATE").await?)
            }
            Pools::Postgres(pool) => Link::PostgresTx(pool.begin().await?),
        };
        Ok(Tx(Conn::new(link)))
    }

    /// Runs statements as they are, outside any transaction.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) async fn raw(&self, sql: impl SqlSafeStr) -> Result<()> {
        match &self.pools {
            Pools::Sqlite { write, .. } => sqlx::raw_sql(sql).execute(write).await.map(|_| ())?,
            Pools::Postgres(pool) => sqlx::raw_sql(sql).execute(pool).await.map(|_| ())?,
        }
        Ok(())
    }
}

async fn connect_sqlite(url: &str) -> Result<Pools> {
    let options = SqliteConnectOptions::from_str(url)?;
    if url.contains(":memory:") || options.get_filename().as_os_str().is_empty() {
        return Err(StoreError::Url(
            "sqlite in memory, which several connections cannot share".to_owned(),
        ));
    }
    let options = options
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5));
    let pool = || {
        PoolOptions::<Sqlite>::new()
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            // There is no network to lose.
            .test_before_acquire(false)
    };
    let writer = options
        .clone()
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // Acknowledged means durable: every commit waits for the disk.
        .synchronous(SqliteSynchronous::Full);
    // The writer first: it makes the file and its log.
    let write = pool().max_connections(1).connect_with(writer).await?;
    let readers = std::thread::available_parallelism().map_or(4, |cores| cores.get().clamp(4, 8));
    let read = pool()
        .max_connections(u32::try_from(readers).unwrap_or(4))
        .connect_lazy_with(options.create_if_missing(false).read_only(true));
    Ok(Pools::Sqlite { read, write })
}

fn side_by_side(migrations: &Migrator) -> Migrator {
    let mut migrations = Migrator::with_migrations(migrations.iter().cloned().collect());
    migrations.set_ignore_missing(true);
    migrations
}

/// A connection to read with, on either engine. A [`Tx`] is one too.
pub struct Conn {
    link: Link,
    failed: Option<Failure>,
    /// Every statement and its plan, once a test asks for them.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) plans: Option<Vec<crate::testing::Plan>>,
}

enum Link {
    Sqlite(PoolConnection<Sqlite>),
    SqliteTx(Transaction<'static, Sqlite>),
    Postgres(PoolConnection<Postgres>),
    PostgresTx(Transaction<'static, Postgres>),
}

/// That a statement failed, and whether running the transaction again can help.
#[derive(Clone, Copy, Debug)]
struct Failure {
    transient: bool,
}

/// Compiles one body for both engines: `c` is the engine's connection, `Row` wraps its rows.
macro_rules! on_engine {
    ($conn:expr, |$c:ident, $row:ident| $body:expr) => {
        match &mut $conn.link {
            Link::Sqlite(held) => on_engine!(SqliteConnection, Row::Sqlite, held, |$c, $row| $body),
            Link::SqliteTx(held) => {
                on_engine!(SqliteConnection, Row::Sqlite, held, |$c, $row| $body)
            }
            Link::Postgres(held) => on_engine!(PgConnection, Row::Postgres, held, |$c, $row| $body),
            Link::PostgresTx(held) => {
                on_engine!(PgConnection, Row::Postgres, held, |$c, $row| $body)
            }
        }
    };
    ($connection:ty, $wrap:path, $held:ident, |$c:ident, $row:ident| $body:expr) => {{
        let $c: &mut $connection = $held;
        let $row = $wrap;
        $body
    }};
}

/// A query with its binds in order.
macro_rules! query {
    ($sql:expr, $params:expr) => {
        $params
            .into_iter()
            .fold(sqlx::query($sql), |query, value| match value {
                Value::Text(text) => query.bind(text),
                Value::Int(number) => query.bind(number),
            })
    };
}

impl Conn {
    fn new(link: Link) -> Self {
        Self {
            link,
            failed: None,
            #[cfg(any(test, feature = "testing"))]
            plans: None,
        }
    }

    pub fn engine(&self) -> Engine {
        match self.link {
            Link::Sqlite(_) | Link::SqliteTx(_) => Engine::Sqlite,
            Link::Postgres(_) | Link::PostgresTx(_) => Engine::Postgres,
        }
    }

    /// Every row, parsed.
    pub(crate) async fn fetch_all<T>(
        &mut self,
        sql: impl SqlSafeStr,
        params: Vec<Value>,
        parse: impl Fn(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        let sql = self.planned(sql, &params).await?;
        let rows = on_engine!(self, |c, row| {
            let rows = query!(sql, params).fetch_all(c).await;
            rows.map(|rows| rows.into_iter().map(row).collect::<Vec<_>>())
        });
        self.noted(rows)?.iter().map(parse).collect()
    }

    /// The one row there is, or none.
    pub(crate) async fn fetch_optional<T>(
        &mut self,
        sql: impl SqlSafeStr,
        params: Vec<Value>,
        parse: impl Fn(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        let sql = self.planned(sql, &params).await?;
        let found = on_engine!(self, |c, row| query!(sql, params)
            .fetch_optional(c)
            .await
            .map(|found| found.map(row)));
        self.noted(found)?.as_ref().map(parse).transpose()
    }

    /// The one row that is always there: a count, a maximum.
    pub(crate) async fn fetch_one<T>(
        &mut self,
        sql: impl SqlSafeStr,
        params: Vec<Value>,
        parse: impl Fn(&Row) -> Result<T>,
    ) -> Result<T> {
        let sql = self.planned(sql, &params).await?;
        let found = on_engine!(self, |c, row| query!(sql, params)
            .fetch_one(c)
            .await
            .map(row));
        parse(&self.noted(found)?)
    }

    /// `SELECT … AS n` as a number.
    pub(crate) async fn count(&mut self, sql: impl SqlSafeStr, params: Vec<Value>) -> Result<u64> {
        self.fetch_one(sql, params, |row| row.of("a count", "n").number("n"))
            .await
    }

    async fn run(&mut self, sql: impl SqlSafeStr, params: Vec<Value>) -> Result<u64> {
        let sql = self.planned(sql, &params).await?;
        let done = on_engine!(self, |c, _row| query!(sql, params)
            .execute(c)
            .await
            .map(|done| done.rows_affected()));
        self.noted(done)
    }

    #[cfg(not(any(test, feature = "testing")))]
    #[expect(
        clippy::unused_async,
        reason = "a test's build asks the database for the plan here"
    )]
    async fn planned(&mut self, sql: impl SqlSafeStr, _params: &[Value]) -> Result<SqlStr> {
        Ok(sql.into_sql_str())
    }

    /// The statement; its plan is kept for the test that asked.
    #[cfg(any(test, feature = "testing"))]
    async fn planned(&mut self, sql: impl SqlSafeStr, params: &[Value]) -> Result<SqlStr> {
        let sql = sql.into_sql_str();
        if let Some(mut plans) = self.plans.take() {
            plans.push(crate::testing::plan(self, &sql, params).await?);
            self.plans = Some(plans);
        }
        Ok(sql)
    }

    /// Remembers a failure: after one, PostgreSQL takes nothing more, so SQLite does not commit either.
    fn noted<T>(&mut self, outcome: sqlx::Result<T>) -> Result<T> {
        outcome.map_err(|error| {
            let error = StoreError::Database(error);
            let transient =
                error.is_transient() || self.failed.is_some_and(|failure| failure.transient);
            self.failed = Some(Failure { transient });
            error
        })
    }
}

impl fmt::Debug for Conn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Conn")
            .field("engine", &self.engine())
            .finish_non_exhaustive()
    }
}

/// An open write transaction; dropping it rolls back.
#[derive(Debug)]
pub struct Tx(Conn);

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

/// How a transaction ended.
enum Ended<T, E> {
    Committed(T),
    /// Nothing was committed; `transient` says whether running it again can help.
    Failed {
        error: E,
        transient: bool,
    },
}

impl<T, E: From<StoreError>> Ended<T, E> {
    fn failed(error: StoreError) -> Self {
        Self::Failed {
            transient: error.is_transient(),
            error: error.into(),
        }
    }
}

impl Tx {
    /// Runs a statement; the number of rows it touched.
    pub(crate) async fn execute(
        &mut self,
        sql: impl SqlSafeStr,
        params: Vec<Value>,
    ) -> Result<u64> {
        self.0.run(sql, params).await
    }

    async fn end<T, E: From<StoreError>>(self, outcome: Result<T, E>) -> Ended<T, E> {
        let failed = self.0.failed;
        match outcome {
            Ok(value) if failed.is_none() => match self.commit().await {
                Ok(()) => Ended::Committed(value),
                Err(error) => Ended::failed(error),
            },
            outcome => {
                self.rollback().await;
                Ended::Failed {
                    error: outcome
                        .err()
                        .unwrap_or_else(|| StoreError::FailureIgnored.into()),
                    transient: failed.is_some_and(|failure| failure.transient),
                }
            }
        }
    }

    async fn commit(self) -> Result<()> {
        match self.0.link {
            Link::SqliteTx(tx) => Ok(tx.commit().await?),
            Link::PostgresTx(tx) => Ok(tx.commit().await?),
            Link::Sqlite(_) | Link::Postgres(_) => Ok(()),
        }
    }

    async fn rollback(self) {
        let done = match self.0.link {
            Link::SqliteTx(tx) => tx.rollback().await,
            Link::PostgresTx(tx) => tx.rollback().await,
            Link::Sqlite(_) | Link::Postgres(_) => Ok(()),
        };
        if let Err(error) = done {
            // The connection is rolled back or closed by the pool in any case.
            tracing::debug!(?error, "a rollback failed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TestDatabase, both, number, run_sql};
    use domain::time::Instant;
    use std::sync::atomic::{AtomicU32, Ordering};

    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM meta";

    async fn put(tx: &mut Tx, key: &str) -> Result<u64> {
        tx.execute(
            "INSERT INTO meta (key, value) VALUES ($1, '')",
            params![key],
        )
        .await
    }

    #[tokio::test]
    async fn a_database_is_ready_once_its_migrations_are_done() {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let database = TestDatabase::new(engine).await;
            assert!(!database.store.ready().await.unwrap());
            database.store.migrate().await.unwrap();
            assert!(database.store.ready().await.unwrap());
            // A newer version of the program has migrated further: this one goes on.
            let success = if engine == Engine::Sqlite {
                "1"
            } else {
                "TRUE"
            };
            let newer = format!(
                "INSERT INTO _sqlx_migrations VALUES (9999, 'newer', CURRENT_TIMESTAMP, {success}, '', 0)"
            );
            run_sql(&database.store, &newer).await;
            database.store.migrate().await.unwrap();
            assert!(database.store.ready().await.unwrap());
            database.delete().await;
        }
    }

    #[tokio::test]
    async fn an_error_rolls_everything_back() {
        both(async |store| {
            let outcome: Result<()> = store
                .write(async |tx| {
                    put(tx, "a").await?;
                    Err(StoreError::FailureIgnored)
                })
                .await;
            assert!(outcome.is_err());
            assert_eq!(number(&store, COUNT).await, 0);
        })
        .await;
    }

    #[tokio::test]
    async fn a_failure_that_is_ignored_commits_nothing_on_either_engine() {
        both(async |store| {
            let outcome: Result<()> = store
                .write(async |tx| {
                    put(tx, "a").await?;
                    assert!(put(tx, "a").await.is_err(), "the key is taken");
                    Ok(())
                })
                .await;
            assert!(
                matches!(outcome, Err(StoreError::FailureIgnored)),
                "{outcome:?}"
            );
            assert_eq!(number(&store, COUNT).await, 0);
        })
        .await;
    }

    #[tokio::test]
    async fn a_transaction_that_is_dropped_rolls_back_and_lets_the_next_one_in() {
        both(async |store| {
            let hanging = store.write(async |tx| {
                put(tx, "a").await?;
                std::future::pending::<Result<()>>().await
            });
            assert!(
                tokio::time::timeout(Duration::from_millis(200), hanging)
                    .await
                    .is_err()
            );
            store.write(async |tx| put(tx, "b").await).await.unwrap();
            assert_eq!(number(&store, COUNT).await, 1);
        })
        .await;
    }

    #[tokio::test]
    async fn sqlite_readers_cannot_write_and_see_what_was_committed() {
        let database = TestDatabase::new(Engine::Sqlite).await;
        let store = &database.store;
        store.migrate().await.unwrap();
        store.write(async |tx| put(tx, "a").await).await.unwrap();
        let mut conn = store.read().await.unwrap();
        assert!(conn.run("DELETE FROM meta", params![]).await.is_err());
        drop(conn);
        assert_eq!(number(store, COUNT).await, 1);
        let mut conn = store.read().await.unwrap();
        let mode = conn
            .fetch_one("PRAGMA journal_mode", params![], |row| {
                row.of("pragma", "journal_mode").text("journal_mode")
            })
            .await
            .unwrap();
        assert_eq!(mode, "wal");
        drop(conn);
        let full = store
            .write(async |tx| {
                tx.fetch_one("PRAGMA synchronous", params![], |row| {
                    row.of("pragma", "synchronous").int("synchronous")
                })
                .await
            })
            .await
            .unwrap();
        assert_eq!(full, 2, "FULL");
        database.delete().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn two_processes_can_write_one_sqlite_file() {
        let database = TestDatabase::new(Engine::Sqlite).await;
        database.store.migrate().await.unwrap();
        let other = Store::connect(&database.url).await.unwrap();
        let runs = std::sync::Arc::new(AtomicU32::new(0));
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..40 {
            let (store, runs) = ([&database.store, &other][n % 2].clone(), runs.clone());
            tasks.spawn(async move {
                let outcome = store.write(async |tx| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    tx.count(COUNT, params![]).await?;
                    put(tx, &n.to_string()).await
                });
                outcome.await
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap().unwrap();
        }
        assert_eq!(number(&database.store, COUNT).await, 40);
        // Deferred transactions that read first would fail and be run again.
        assert_eq!(runs.load(Ordering::Relaxed), 40);
        other.close().await;
        database.delete().await;
    }

    #[tokio::test]
    async fn a_transient_failure_is_run_again_at_most_five_times() {
        let database = TestDatabase::new(Engine::Postgres).await;
        let store = &database.store;
        store.migrate().await.unwrap();
        run_sql(
            store,
            "CREATE FUNCTION fail() RETURNS BIGINT LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$",
        )
        .await;
        let runs = AtomicU32::new(0);
        let fail_times = async |times: u32| {
            runs.store(0, Ordering::Relaxed);
            store
                .write(async |tx| {
                    if runs.fetch_add(1, Ordering::Relaxed) < times {
                        tx.execute("SELECT fail()", params![]).await?;
                    }
                    put(tx, "a").await
                })
                .await
        };
        assert!(fail_times(5).await.is_ok());
        assert_eq!(runs.load(Ordering::Relaxed), 6);
        assert!(fail_times(6).await.is_err_and(|error| error.is_transient()));
        assert_eq!(runs.load(Ordering::Relaxed), 6);
        database.delete().await;
    }

    #[tokio::test]
    async fn a_wrong_address_is_refused_without_repeating_its_secrets() {
        for url in [
            "mysql://root:secret@localhost/sala",
            "sqlite::memory:",
            "sqlite:",
            "",
        ] {
            let error = Store::connect(url).await.unwrap_err().to_string();
            assert!(error.starts_with("DATABASE_URL must begin with"), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[tokio::test]
    async fn an_impossible_row_names_table_column_and_row() {
        both(async |store| {
            run_sql(
                &store,
                "INSERT INTO session (token_mac, kind, stage, created_at, seen_at, expires_at)
                 VALUES ('m1', 'ghost', 'full', 0, 0, 4000000000000000)",
            )
            .await;
            let mut conn = store.read().await.unwrap();
            let found = crate::session::find(&mut conn, "m1", Instant::UNIX_EPOCH).await;
            let error = found.unwrap_err().to_string();
            assert!(
                error.starts_with("impossible row: session.kind of row m1"),
                "{error}"
            );
        })
        .await;
    }
}
