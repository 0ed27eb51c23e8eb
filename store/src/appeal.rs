//! Appeals: numbered as they are received, tracked until they are answered.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use chrono::NaiveDate;
use domain::appeal::{AppealChannel, AppealStatus};
use domain::time::Instant;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealRow {
    pub id: Uuid,
    pub request_id: Uuid,
    /// The form's own key: a double tap is one appeal.
    pub form_key: String,
    pub year: u16,
    pub n: u32,
    pub number: String,
    pub channel: AppealChannel,
    /// What the family wrote.
    pub words: String,
    pub received_at: Instant,
    /// The last day it could be made; `None` when nobody had been told of the order.
    pub last_day: Option<NaiveDate>,
    pub late: bool,
    pub answer_by: Instant,
    pub status: AppealStatus,
    pub version: i64,
    pub forwarded_at: Option<Instant>,
    pub answered_at: Option<Instant>,
    pub answered_by: Option<Uuid>,
    pub answer: Option<String>,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, request_id, form_key, year, n, number, channel, words, received_at, last_day, late, answer_by, \
             status, version, forwarded_at, answered_at, answered_by, answer FROM appeal ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<AppealRow> {
    let row = row.of("appeal", "id");
    Ok(AppealRow {
        id: row.uuid("id")?,
        request_id: row.uuid("request_id")?,
        form_key: row.text("form_key")?,
        year: row.number("year")?,
        n: row.number("n")?,
        number: row.text("number")?,
        channel: row.word("channel", AppealChannel::parse)?,
        words: row.text("words")?,
        received_at: row.instant("received_at")?,
        last_day: row.date_or_null("last_day")?,
        late: row.flag("late")?,
        answer_by: row.instant("answer_by")?,
        status: row.word("status", AppealStatus::parse)?,
        version: row.int("version")?,
        forwarded_at: row.instant_or_null("forwarded_at")?,
        answered_at: row.instant_or_null("answered_at")?,
        answered_by: row.uuid_or_null("answered_by")?,
        answer: row.text_or_null("answer")?,
    })
}

/// A received appeal. False: this form was sent before.
pub async fn insert(tx: &mut Tx, row: &AppealRow) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO appeal (id, request_id, form_key, year, n, number, channel, words, received_at, last_day, late,
             answer_by, status, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) ON CONFLICT (form_key) DO NOTHING",
        params![
            row.id,
            row.request_id,
            &row.form_key,
            row.year,
            row.n,
            &row.number,
            row.channel.code(),
            &row.words,
            row.received_at,
            row.last_day,
            row.late,
            row.answer_by,
            row.status.code(),
            row.version,
        ],
    );
    Ok(inserted.await? == 1)
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<AppealRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

pub async fn by_form_key(conn: &mut Conn, key: &str) -> Result<Option<AppealRow>> {
    conn.fetch_optional(select!("WHERE form_key = $1"), params![key], parse)
        .await
}

/// A request's appeals, the oldest first.
pub async fn of(conn: &mut Conn, request_id: Uuid) -> Result<Vec<AppealRow>> {
    conn.fetch_all(
        select!("WHERE request_id = $1 ORDER BY id"),
        params![request_id],
        parse,
    )
    .await
}

/// Where a page of the list begins.
pub type AppealKey = (Instant, Uuid);

/// Appeals by when they must be answered, of one status or of all.
pub async fn list(
    conn: &mut Conn,
    status: Option<AppealStatus>,
    after: Option<AppealKey>,
    limit: u32,
) -> Result<Vec<AppealRow>> {
    // Every row is after the nil id at 1970.
    let (answer_by, id) = after.unwrap_or_default();
    match status {
        Some(status) => {
            conn.fetch_all(
                select!(
                    "WHERE status = $1 AND (answer_by, id) > ($2, $3) ORDER BY answer_by, id LIMIT $4"
                ),
                params![status.code(), answer_by, id, limit],
                parse,
            )
            .await
        }
        None => {
            conn.fetch_all(
                select!("WHERE (answer_by, id) > ($1, $2) ORDER BY answer_by, id LIMIT $3"),
                params![answer_by, id, limit],
                parse,
            )
            .await
        }
    }
}

/// How many have a status.
pub async fn count(conn: &mut Conn, status: AppealStatus) -> Result<u64> {
    conn.count(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM appeal WHERE status = $1",
        params![status.code()],
    )
    .await
}

/// What an act changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealChange {
    pub status: AppealStatus,
    pub forwarded_at: Option<Instant>,
    pub answered_at: Option<Instant>,
    pub answered_by: Option<Uuid>,
    pub answer: Option<String>,
}

/// Changes an appeal as it was seen. False: another act came first.
pub async fn change(tx: &mut Tx, seen: &AppealRow, change: &AppealChange) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE appeal SET status = $1, forwarded_at = $2, answered_at = $3, answered_by = $4, answer = $5,
             version = version + 1
         WHERE id = $6 AND status = $7 AND version = $8",
        params![
            change.status.code(),
            change.forwarded_at,
            change.answered_at,
            change.answered_by,
            change.answer.as_deref(),
            seen.id,
            seen.status.code(),
            seen.version,
        ],
    );
    Ok(changed.await? == 1)
}
