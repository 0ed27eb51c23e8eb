//! Migrations: the same files for both engines, and the same order of text.
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use store::Engine;
use store::testing::{TestDatabase, texts};

/// Files that differ, and why.
const DIFFER: &[(&str, &str)] = &[
    ("0002_text_order.sql", BYTEWISE),
    ("0003_bundle.sql", BYTEWISE),
    ("0004_change.sql", BYTEWISE),
    ("0006_paper.sql", BYTEWISE),
    ("0007_money.sql", BYTEWISE),
    ("0009_signing.sql", BYTEWISE),
    ("0010_agent.sql", BYTEWISE),
    ("0013_equipment.sql", BYTEWISE),
];

const BYTEWISE: &str = "PostgreSQL is told to compare keys byte by byte; SQLite does so already";

fn migrations(engine: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../migrations")
        .join(engine);
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    files
        .map(|file| {
            (
                file.file_name().unwrap().to_str().unwrap().to_owned(),
                std::fs::read_to_string(file).unwrap(),
            )
        })
        .collect()
}

#[test]
fn migrations_are_the_same_for_both_engines_unless_listed_with_a_reason() {
    let (sqlite, postgres) = (migrations("sqlite"), migrations("postgres"));
    assert_eq!(
        sqlite.keys().collect::<Vec<_>>(),
        postgres.keys().collect::<Vec<_>>(),
        "the same names"
    );
    let differing: BTreeSet<&str> = sqlite
        .iter()
        .filter(|(name, text)| postgres[*name] != **text)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(differing, DIFFER.iter().map(|(name, _)| *name).collect());
}

/// Every text column of a key or an index.
const COLUMNS_NOT_BYTEWISE: &str = "
    SELECT DISTINCT pg_class.relname || '.' || pg_attribute.attname AS name
    FROM pg_index
    JOIN pg_class ON pg_class.oid = pg_index.indrelid
    JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
    JOIN pg_attribute ON pg_attribute.attrelid = pg_class.oid AND pg_attribute.attnum = ANY (pg_index.indkey)
    JOIN pg_collation ON pg_collation.oid = pg_attribute.attcollation
    WHERE pg_namespace.nspname = 'public' AND pg_collation.collname <> 'C'";

#[tokio::test]
async fn postgres_compares_every_key_byte_by_byte() {
    let database = TestDatabase::new(Engine::Postgres).await;
    database.store.migrate().await.unwrap();
    assert_eq!(
        texts(&database.store, COLUMNS_NOT_BYTEWISE, "name").await,
        Vec::<String>::new()
    );
    // The database itself is not "C": without the migration this test would find something.
    let order = "SELECT x FROM (VALUES ('a'), ('B')) AS words (x) ORDER BY x";
    assert_eq!(texts(&database.store, order, "x").await, ["a", "B"]);
    database.delete().await;
}

#[tokio::test]
async fn both_engines_have_the_same_tables_and_columns() {
    let queries = [
        (
            Engine::Sqlite,
            "SELECT tables.name || '.' || columns.name || CASE columns.\"notnull\" + columns.pk WHEN 0 THEN '' ELSE '!' END
                 AS name
             FROM sqlite_master AS tables JOIN pragma_table_info(tables.name) AS columns
             WHERE tables.type = 'table' AND tables.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND tables.name NOT LIKE 'sqlite%'
             ORDER BY 1",
        ),
        (
            Engine::Postgres,
            "SELECT table_name || '.' || column_name || CASE is_nullable WHEN 'YES' THEN '' ELSE '!' END AS name
             FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> '_sqlx_migrations'
             ORDER BY (table_name || '.' || column_name || CASE is_nullable WHEN 'YES' THEN '' ELSE '!' END) COLLATE \"C\"",
        ),
    ];
    let mut found = Vec::new();
    for (engine, sql) in queries {
        let database = TestDatabase::new(engine).await;
        database.store.migrate().await.unwrap();
        found.push(texts(&database.store, sql, "name").await);
        database.delete().await;
    }
    assert_eq!(found[0], found[1]);
    assert!(found[0].len() > 100);
}
