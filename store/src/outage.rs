//! What is out of service: its free cells are claimed, and cells that are booked come to it when the booking leaves.
use crate::claim::HolderKind;
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use chrono::NaiveDate;
use domain::form::Text;
use domain::outage::Span;
use domain::time::Instant;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutageRow {
    pub id: Uuid,
    pub resource: String,
    pub span: Span,
    /// What the public reads.
    pub reason: Text,
    /// The office's own.
    pub note: String,
    pub urgent: bool,
    pub declared_by: Uuid,
    pub declared_at: Instant,
    pub review: Option<Review>,
    pub ended: Option<(Uuid, Instant)>,
}

/// Another person's look at an urgent outage, afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub by: Uuid,
    pub at: Instant,
    pub note: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, resource_id, from_date, from_cell, until_date, until_cell, reason_th, reason_en, note, urgent, \
             declared_by, declared_at, reviewed_by, reviewed_at, review_note, ended_by, ended_at FROM outage ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<OutageRow> {
    let row = row.of("outage", "id");
    let review = match (
        row.uuid_or_null("reviewed_by")?,
        row.instant_or_null("reviewed_at")?,
    ) {
        (Some(by), Some(at)) => Some(Review {
            by,
            at,
            note: row.text("review_note")?,
        }),
        (None, None) => None,
        _ => return Err(row.impossible("reviewed_at", "who and when go together")),
    };
    let ended = match (
        row.uuid_or_null("ended_by")?,
        row.instant_or_null("ended_at")?,
    ) {
        (Some(by), Some(at)) => Some((by, at)),
        (None, None) => None,
        _ => return Err(row.impossible("ended_at", "who and when go together")),
    };
    Ok(OutageRow {
        id: row.uuid("id")?,
        resource: row.text("resource_id")?,
        span: Span {
            from: row.date("from_date")?,
            from_cell: row.number("from_cell")?,
            until: row.date("until_date")?,
            until_cell: row.number("until_cell")?,
        },
        reason: Text::new(row.text("reason_th")?, row.text("reason_en")?),
        note: row.text("note")?,
        urgent: row.flag("urgent")?,
        declared_by: row.uuid("declared_by")?,
        declared_at: row.instant("declared_at")?,
        review,
        ended,
    })
}

pub async fn insert(tx: &mut Tx, outage: &OutageRow) -> Result<()> {
    let span = outage.span;
    tx.execute(
        "INSERT INTO outage (id, resource_id, from_date, from_cell, until_date, until_cell, reason_th, reason_en,
             note, urgent, declared_by, declared_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params![
            outage.id,
            &outage.resource,
            span.from,
            span.from_cell,
            span.until,
            span.until_cell,
            &outage.reason.th,
            &outage.reason.en,
            &outage.note,
            outage.urgent,
            outage.declared_by,
            outage.declared_at,
        ],
    )
    .await?;
    Ok(())
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<OutageRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

/// Outages that have not ended, now or to come, the soonest to end first, after the last one of the page before.
pub async fn current(
    conn: &mut Conn,
    today: NaiveDate,
    after: Option<(NaiveDate, Uuid)>,
    limit: u32,
) -> Result<Vec<OutageRow>> {
    let (date, id) = after.unwrap_or((today, Uuid::nil()));
    conn.fetch_all(
        select!(
            "WHERE ended_at IS NULL AND until_date >= $1 AND (until_date, id) > ($2, $3)
             ORDER BY until_date, id LIMIT $4"
        ),
        params![today, date, id, limit],
        parse,
    )
    .await
}

/// Every outage, the newest first, after the last one of the page before.
pub async fn newest(conn: &mut Conn, before: Option<Uuid>, limit: u32) -> Result<Vec<OutageRow>> {
    conn.fetch_all(
        select!("WHERE id < $1 ORDER BY id DESC LIMIT $2"),
        params![before.unwrap_or(Uuid::max()), limit],
        parse,
    )
    .await
}

/// Urgent outages that nobody else has looked at yet, the oldest first.
pub async fn to_review(conn: &mut Conn, limit: u32) -> Result<Vec<OutageRow>> {
    conn.fetch_all(
        select!("WHERE urgent = 1 AND reviewed_at IS NULL ORDER BY id LIMIT $1"),
        params![limit],
        parse,
    )
    .await
}

/// Notes the review. False: it was reviewed already, or is not one that needs it.
pub async fn review(tx: &mut Tx, id: Uuid, by: Uuid, note: &str, now: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE outage SET reviewed_by = $1, reviewed_at = $2, review_note = $3
         WHERE id = $4 AND urgent = 1 AND reviewed_at IS NULL",
        params![by, now, note, id],
    );
    Ok(changed.await? == 1)
}

/// Ends an outage before its time. False: it ended already. The cells are the caller's to give back.
pub async fn end(tx: &mut Tx, id: Uuid, by: Uuid, now: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE outage SET ended_by = $1, ended_at = $2 WHERE id = $3 AND ended_at IS NULL",
        params![by, now, id],
    );
    Ok(changed.await? == 1)
}

/// Claims every cell of an outage that is free, or only held: by a draft, or for a day that is closed. Cells that a
/// transaction under way holds are waited for. Doing it again claims what has become free. How many were held.
pub async fn cover(tx: &mut Tx, outage: &OutageRow) -> Result<u64> {
    let span = outage.span;
    let kind = HolderKind::Maintenance;
    let dropped = tx
        .execute(
            "UPDATE slot_claim SET holder_kind = $1, holder = $2, hold_until = NULL
             WHERE resource_id = $3 AND hold_until IS NOT NULL
                 AND (service_date, cell) >= ($4, $5) AND (service_date, cell) <= ($6, $7)",
            params![
                kind,
                outage.id,
                &outage.resource,
                span.from,
                span.from_cell,
                span.until,
                span.until_cell
            ],
        )
        .await?;
    for (date, first, end) in span.days() {
        tx.execute(
            "INSERT INTO slot_claim (resource_id, service_date, cell, holder_kind, holder, hold_until)
             SELECT $1, $2, n, $3, $4, NULL FROM cell WHERE n >= $5 AND n < $6 ORDER BY n
             ON CONFLICT DO NOTHING",
            params![&outage.resource, date, kind, outage.id, first, end],
        )
        .await?;
    }
    Ok(dropped)
}

/// Who has the cells of a thing in a span of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Occupants {
    /// Requests, each with the first date, in the order of those dates.
    pub requests: Vec<(Uuid, NaiveDate)>,
    /// All cells that somebody has, an outage too; as many as the span has when nothing is free.
    pub cells: u64,
}

/// Everybody in a span of time, as of one moment.
pub async fn occupants(conn: &mut Conn, resource: &str, span: Span) -> Result<Occupants> {
    let rows = conn
        .fetch_all(
            "SELECT holder, holder_kind, MIN(service_date) AS first_date, CAST(COUNT(*) AS BIGINT) AS n
             FROM slot_claim
             WHERE resource_id = $1 AND (service_date, cell) >= ($2, $3) AND (service_date, cell) <= ($4, $5)
             GROUP BY holder, holder_kind ORDER BY MIN(service_date), holder",
            params![
                resource,
                span.from,
                span.from_cell,
                span.until,
                span.until_cell
            ],
            |row| {
                let row = row.of("slot_claim", "holder");
                Ok((
                    row.word("holder_kind", HolderKind::parse)?,
                    (row.uuid("holder")?, row.date("first_date")?),
                    row.number::<u64>("n")?,
                ))
            },
        )
        .await?;
    let mut found = Occupants::default();
    for (kind, place, cells) in rows {
        found.cells += cells;
        if kind == HolderKind::Request {
            found.requests.push(place);
        }
    }
    Ok(found)
}

/// Hands the cells that a holder is about to give back to the outages they lie in; the number of cells.
pub async fn inherit(tx: &mut Tx, holder: Uuid) -> Result<u64> {
    tx.execute(
        "UPDATE slot_claim SET holder_kind = 'maintenance', hold_until = NULL, holder = (
             SELECT MIN(outage.id) FROM outage
             WHERE outage.resource_id = slot_claim.resource_id AND outage.ended_at IS NULL
                 AND (outage.from_date, outage.from_cell) <= (slot_claim.service_date, slot_claim.cell)
                 AND (outage.until_date, outage.until_cell) >= (slot_claim.service_date, slot_claim.cell))
         WHERE holder = $1 AND EXISTS (
             SELECT 1 FROM outage
             WHERE outage.resource_id = slot_claim.resource_id AND outage.ended_at IS NULL
                 AND (outage.from_date, outage.from_cell) <= (slot_claim.service_date, slot_claim.cell)
                 AND (outage.until_date, outage.until_cell) >= (slot_claim.service_date, slot_claim.cell))",
        params![holder],
    )
    .await
}

/// The outages that have not ended of the things a holder has places of.
pub async fn around(conn: &mut Conn, holder: Uuid) -> Result<Vec<OutageRow>> {
    conn.fetch_all(
        select!(
            "WHERE ended_at IS NULL AND resource_id IN (SELECT resource_id FROM slot_claim WHERE holder = $1)
             ORDER BY id"
        ),
        params![holder],
        parse,
    )
    .await
}
