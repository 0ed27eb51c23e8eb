//! Urgent closures: one person's act, reviewed afterwards by somebody else.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use chrono::NaiveDate;
use domain::time::Instant;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrgentRow {
    /// The settings revision it made.
    pub revision: i64,
    pub closed_at: Instant,
    pub closed_by: Uuid,
    /// `cremation`, `pavilions` or `all`.
    pub closes: String,
    pub from: NaiveDate,
    pub until: NaiveDate,
    /// What residents read, in Thai.
    pub reason: String,
    /// How many bookings lay in it.
    pub affected: u32,
    pub review: Option<Review>,
}

/// What somebody else found afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub at: Instant,
    pub by: Uuid,
    pub note: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT revision, closed_at, closed_by, closes, date_from, date_until, reason, affected, reviewed_at, \
             reviewed_by, note FROM urgent_closure ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<UrgentRow> {
    let row = row.of("urgent_closure", "revision");
    let note = row.text("note")?;
    let reviewed = row
        .instant_or_null("reviewed_at")?
        .zip(row.uuid_or_null("reviewed_by")?);
    Ok(UrgentRow {
        revision: row.int("revision")?,
        closed_at: row.instant("closed_at")?,
        closed_by: row.uuid("closed_by")?,
        closes: row.text("closes")?,
        from: row.date("date_from")?,
        until: row.date("date_until")?,
        reason: row.text("reason")?,
        affected: row.number("affected")?,
        review: reviewed.map(|(at, by)| Review { at, by, note }),
    })
}

/// Keeps an urgent closure, to be reviewed.
pub async fn insert(tx: &mut Tx, row: &UrgentRow) -> Result<()> {
    tx.execute(
        "INSERT INTO urgent_closure (revision, closed_at, closed_by, closes, date_from, date_until, reason, affected)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            row.revision,
            row.closed_at,
            row.closed_by,
            &row.closes,
            row.from,
            row.until,
            &row.reason,
            row.affected,
        ],
    )
    .await?;
    Ok(())
}

/// Those nobody has reviewed, the oldest first.
pub async fn unreviewed(conn: &mut Conn) -> Result<Vec<UrgentRow>> {
    conn.fetch_all(
        select!("WHERE reviewed_at IS NULL AND revision > 0 ORDER BY revision"),
        params![],
        parse,
    )
    .await
}

/// Those that were reviewed, the newest first.
pub async fn reviewed(conn: &mut Conn, limit: u32) -> Result<Vec<UrgentRow>> {
    conn.fetch_all(
        select!("WHERE reviewed_at IS NOT NULL ORDER BY revision DESC LIMIT $1"),
        params![limit],
        parse,
    )
    .await
}

pub async fn by_revision(conn: &mut Conn, revision: i64) -> Result<Option<UrgentRow>> {
    conn.fetch_optional(select!("WHERE revision = $1"), params![revision], parse)
        .await
}

/// Notes a review, once, by somebody other than who closed. False: it was reviewed already, or is one's own.
pub async fn review(
    tx: &mut Tx,
    revision: i64,
    by: Uuid,
    note: &str,
    now: Instant,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE urgent_closure SET reviewed_at = $1, reviewed_by = $2, note = $3
         WHERE revision = $4 AND reviewed_at IS NULL AND closed_by <> $5",
        params![now, by, note, revision, by],
    );
    Ok(changed.await? == 1)
}
