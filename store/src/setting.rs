//! Settings as revisions: appended, never updated; each with its legal basis and the day it begins.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use chrono::NaiveDate;
use domain::time::Instant;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingRow {
    /// One sequence over all settings: a request keeps the number it was made under.
    pub revision: i64,
    pub kind: String,
    pub key: String,
    pub valid_from: NaiveDate,
    /// The value, as the caller writes it.
    pub body: String,
    pub legal_basis: String,
    /// A staff id, or `seed`.
    pub actor: String,
    pub created_at: Instant,
}

/// A revision to append; the store gives the number.
#[derive(Clone, Copy, Debug)]
pub struct NewSetting<'a> {
    pub kind: &'a str,
    pub key: &'a str,
    pub valid_from: NaiveDate,
    pub body: &'a str,
    pub legal_basis: &'a str,
    pub actor: &'a str,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT revision, kind, key, valid_from, body, legal_basis, actor, created_at FROM setting_revision ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<SettingRow> {
    let row = row.of("setting_revision", "revision");
    Ok(SettingRow {
        revision: row.int("revision")?,
        kind: row.text("kind")?,
        key: row.text("key")?,
        valid_from: row.date("valid_from")?,
        body: row.text("body")?,
        legal_basis: row.text("legal_basis")?,
        actor: row.text("actor")?,
        created_at: row.instant("created_at")?,
    })
}

/// Appends a revision; its number.
pub async fn append(tx: &mut Tx, setting: &NewSetting<'_>, now: Instant) -> Result<i64> {
    loop {
        let revision = latest_revision(tx).await? + 1;
        // Another server that appends at the same time takes this number first: then the next one is ours.
        let inserted = tx.execute(
            "INSERT INTO setting_revision (revision, kind, key, valid_from, body, legal_basis, actor, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            params![
                revision,
                setting.kind,
                setting.key,
                setting.valid_from,
                setting.body,
                setting.legal_basis,
                setting.actor,
                now,
            ],
        );
        if inserted.await? == 1 {
            return Ok(revision);
        }
    }
}

/// The newest revision's number; 0 when nothing was ever set.
pub async fn latest_revision(conn: &mut Conn) -> Result<i64> {
    conn.fetch_one(
        "SELECT COALESCE(MAX(revision), 0) AS revision FROM setting_revision",
        params![],
        |row| row.of("setting_revision", "revision").int("revision"),
    )
    .await
}

/// The revision of one setting that is valid on a date: of those that began, the last to begin, then the newest.
pub async fn valid_on(
    conn: &mut Conn,
    kind: &str,
    key: &str,
    date: NaiveDate,
) -> Result<Option<SettingRow>> {
    conn.fetch_optional(
        select!(
            "WHERE kind = $1 AND key = $2 AND valid_from <= $3 ORDER BY valid_from DESC, revision DESC LIMIT 1"
        ),
        params![kind, key, date],
        parse,
    )
    .await
}

/// One revision by its number, as a request kept it.
pub async fn by_revision(conn: &mut Conn, revision: i64) -> Result<Option<SettingRow>> {
    conn.fetch_optional(select!("WHERE revision = $1"), params![revision], parse)
        .await
}

/// Every revision of one setting, the newest first.
pub async fn history(conn: &mut Conn, kind: &str, key: &str) -> Result<Vec<SettingRow>> {
    conn.fetch_all(
        select!("WHERE kind = $1 AND key = $2 ORDER BY revision DESC"),
        params![kind, key],
        parse,
    )
    .await
}
