//! For tests: a fresh database on each engine, and the plans of queries.
//!
//! PostgreSQL is mandatory: `SALA_TEST_POSTGRES` names a server where databases may be made, such as
//! `postgres://postgres@127.0.0.1:5432/postgres`. `cargo xtask test` starts one and sets it.
#![expect(
    clippy::expect_used,
    reason = "a test that has no database has nothing better to do than to fail"
)]
use crate::conn::{Conn, Engine, Store};
use crate::error::Result;
use crate::value::{Value, params};
use sqlx::{AssertSqlSafe, SqlStr};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

/// Numbers the databases of one process.
static MADE: AtomicU32 = AtomicU32::new(0);

/// Runs a test on a migrated SQLite file and then on a migrated PostgreSQL database, each its own and deleted after.
/// A test that fails leaves its database behind, to look at.
pub async fn both(test: impl AsyncFn(Store)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        eprintln!("on {engine:?}");
        let database = TestDatabase::new(engine).await;
        database.store.migrate().await.expect("migrations");
        test(database.store.clone()).await;
        database.delete().await;
    }
}

/// A database of one test's own.
#[derive(Debug)]
pub struct TestDatabase {
    pub store: Store,
    /// What `DATABASE_URL` would be.
    pub url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(PathBuf),
    /// On the server of the URL.
    Server {
        url: String,
        name: String,
    },
}

impl TestDatabase {
    /// An empty database, not migrated.
    pub async fn new(engine: Engine) -> Self {
        let name = format!(
            "sala_test_{}_{}",
            std::process::id(),
            MADE.fetch_add(1, Ordering::Relaxed)
        );
        let (place, url) = match engine {
            Engine::Sqlite => {
                let folder = std::env::temp_dir().join(&name);
                // Of an earlier process with the same number.
                let _ = std::fs::remove_dir_all(&folder);
                std::fs::create_dir(&folder).expect("a folder for the test's database");
                let url = format!("sqlite:{}", folder.join("sala.db").display());
                (Place::Folder(folder), url)
            }
            Engine::Postgres => {
                let server = std::env::var("SALA_TEST_POSTGRES").expect(
                    "SALA_TEST_POSTGRES must name a PostgreSQL server for tests, such as \
                     postgres://postgres@127.0.0.1:5432/postgres; `cargo xtask test` starts one",
                );
                let admin = Store::connect(&server)
                    .await
                    .expect("the server that SALA_TEST_POSTGRES names");
                admin
                    .raw(AssertSqlSafe(format!("DROP DATABASE IF EXISTS {name}")))
                    .await
                    .expect("no such database");
                // With a language's order of letters, so that only the migration makes it that of bytes.
                let create = format!(
                    "CREATE DATABASE {name} TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'th-TH'"
                );
                admin
                    .raw(AssertSqlSafe(create))
                    .await
                    .expect("a database of the test's own");
                // A deadlock that a test provokes is found at once, not after a second.
                let deadlocks = format!("ALTER DATABASE {name} SET deadlock_timeout = '20ms'");
                admin
                    .raw(AssertSqlSafe(deadlocks))
                    .await
                    .expect("a superuser of the test's server");
                admin.close().await;
                let (base, query) = server
                    .split_once('?')
                    .map_or((&*server, String::new()), |(base, query)| {
                        (base, format!("?{query}"))
                    });
                let host = base.rfind('/').map_or(base, |end| &base[..end]);
                let url = format!("{host}/{name}{query}");
                (Place::Server { url: server, name }, url)
            }
        };
        let store = Store::connect(&url).await.expect("the test's own database");
        Self { store, url, place }
    }

    /// Closes and deletes it.
    pub async fn delete(self) {
        self.store.close().await;
        match self.place {
            Place::Folder(folder) => std::fs::remove_dir_all(folder).expect("the test's folder"),
            Place::Server { url, name } => {
                let admin = Store::connect(&url)
                    .await
                    .expect("the server that SALA_TEST_POSTGRES names");
                let drop = format!("DROP DATABASE {name} WITH (FORCE)");
                admin
                    .raw(AssertSqlSafe(drop))
                    .await
                    .expect("deleting the test's database");
                admin.close().await;
            }
        }
    }
}

/// Runs statements as they are: a test migration that takes a guard away, a row nobody should have written.
pub async fn run_sql(store: &Store, sql: &str) {
    store
        .raw(AssertSqlSafe(sql))
        .await
        .expect("the test's statements");
}

/// One number, such as a count `AS n`.
pub async fn number(store: &Store, sql: &str) -> i64 {
    let mut conn = store.read().await.expect("a connection");
    conn.fetch_one(AssertSqlSafe(sql), params![], |row| {
        row.of("a test's number", "n").int("n")
    })
    .await
    .expect("the test's number")
}

/// One text column of every row, in order.
pub async fn texts(store: &Store, sql: &str, column: &'static str) -> Vec<String> {
    let mut conn = store.read().await.expect("a connection");
    conn.fetch_all(AssertSqlSafe(sql), params![], |row| {
        row.of("a test's text", column).text(column)
    })
    .await
    .expect("the test's texts")
}

/// A statement and how the engine would run it, one step a line.
#[derive(Clone, Debug)]
pub struct Plan {
    pub sql: String,
    pub steps: String,
}

/// From now on this connection keeps the plan of every statement that store functions run on it.
pub fn record_plans(conn: &mut Conn) {
    conn.plans = Some(Vec::new());
}

/// The plans kept so far, in order.
pub fn take_plans(conn: &mut Conn) -> Vec<Plan> {
    conn.plans.replace(Vec::new()).unwrap_or_default()
}

pub(crate) async fn plan(conn: &mut Conn, sql: &SqlStr, params: &[Value]) -> Result<Plan> {
    let (explain, column) = match conn.engine() {
        Engine::Sqlite => ("EXPLAIN QUERY PLAN ", "detail"),
        Engine::Postgres => ("EXPLAIN ", "QUERY PLAN"),
    };
    // A savepoint has no plan.
    if sql.as_str().contains("SAVEPOINT") {
        return Ok(Plan {
            sql: sql.as_str().to_owned(),
            steps: String::new(),
        });
    }
    let explained = AssertSqlSafe(format!("{explain}{}", sql.as_str()));
    // Boxed: running a statement asks for its plan, which is a statement.
    let steps = Box::pin(conn.fetch_all(explained, params.to_vec(), |row| {
        row.of("a plan", column).text(column)
    }));
    Ok(Plan {
        sql: sql.as_str().to_owned(),
        steps: steps.await?.join("\n"),
    })
}
