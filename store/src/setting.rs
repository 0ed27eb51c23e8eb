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
    /// Why it was changed; empty for the file.
    pub reason: String,
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
    pub reason: &'a str,
    /// The newest revision of the same setting when this one was begun (0 for none); `None` follows whatever is newest.
    pub follows: Option<i64>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT revision, kind, key, valid_from, body, legal_basis, actor, created_at, reason \
             FROM setting_revision ",
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
        reason: row.text("reason")?,
    })
}

/// Appends a revision; its number. `None`: the setting has a newer revision than the one this was made from.
///
/// Two that were made from the same one meet at a unique key, so that exactly one stands.
pub async fn append(tx: &mut Tx, setting: &NewSetting<'_>, now: Instant) -> Result<Option<i64>> {
    loop {
        if let Some(follows) = setting.follows
            && newest(tx, setting.kind, setting.key).await? != follows
        {
            return Ok(None);
        }
        let revision = latest_revision(tx).await? + 1;
        // Another server that appends at the same time takes this number first: then the next one is ours.
        let inserted = tx.execute(
            "INSERT INTO setting_revision (revision, kind, key, valid_from, body, legal_basis, actor, created_at,
                 reason, follows)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
            params![
                revision,
                setting.kind,
                setting.key,
                setting.valid_from,
                setting.body,
                setting.legal_basis,
                setting.actor,
                now,
                setting.reason,
                setting.follows,
            ],
        );
        if inserted.await? == 1 {
            return Ok(Some(revision));
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

/// The newest revision of one setting, valid already or not; 0 when it was never revised.
pub async fn newest(conn: &mut Conn, kind: &str, key: &str) -> Result<i64> {
    conn.fetch_one(
        "SELECT COALESCE(MAX(revision), 0) AS revision FROM setting_revision WHERE kind = $1 AND key = $2",
        params![kind, key],
        |row| row.of("setting_revision", "revision").int("revision"),
    )
    .await
}

/// Revisions of one setting that begin after a date, in the order in which they begin.
pub async fn coming(
    conn: &mut Conn,
    kind: &str,
    key: &str,
    after: NaiveDate,
) -> Result<Vec<SettingRow>> {
    conn.fetch_all(
        select!("WHERE kind = $1 AND key = $2 AND valid_from > $3 ORDER BY valid_from, revision"),
        params![kind, key, after],
        parse,
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

/// The revision of one setting that was valid on a date when `revision` was the newest of all: what a request that
/// keeps that number was made under.
pub async fn valid_as_of(
    conn: &mut Conn,
    kind: &str,
    key: &str,
    date: NaiveDate,
    revision: i64,
) -> Result<Option<SettingRow>> {
    conn.fetch_optional(
        select!(
            "WHERE kind = $1 AND key = $2 AND valid_from <= $3 AND revision <= $4
             ORDER BY valid_from DESC, revision DESC LIMIT 1"
        ),
        params![kind, key, date, revision],
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
