//! Live bookings that must move, until they have moved, ended, or may stay after all.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use chrono::NaiveDate;
use domain::affected::{Cause, CauseKind, Resolution};
use domain::form::Text;
use domain::time::Instant;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedRow {
    pub id: Uuid,
    pub request_id: Uuid,
    pub cause: Cause,
    /// The first place it cannot keep.
    pub place_date: NaiveDate,
    /// What the family reads.
    pub reason: Text,
    pub created_at: Instant,
    pub resolved: Option<(Instant, Resolution)>,
}

/// The last row of a page: the next page begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AffectedKey {
    pub place_date: NaiveDate,
    pub id: Uuid,
}

impl AffectedRow {
    pub fn key(&self) -> AffectedKey {
        AffectedKey {
            place_date: self.place_date,
            id: self.id,
        }
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, request_id, cause_kind, cause_id, place_date, reason_th, reason_en, created_at, resolved_at, \
             resolution FROM must_move ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<AffectedRow> {
    let row = row.of("must_move", "id");
    let resolved = match (
        row.instant_or_null("resolved_at")?,
        row.text_or_null("resolution")?,
    ) {
        (None, None) => None,
        (Some(at), Some(_)) => Some((at, row.word("resolution", Resolution::parse)?)),
        _ => return Err(row.impossible("resolved_at", "when and how go together")),
    };
    Ok(AffectedRow {
        id: row.uuid("id")?,
        request_id: row.uuid("request_id")?,
        cause: Cause {
            kind: row.word("cause_kind", CauseKind::parse)?,
            id: row.uuid("cause_id")?,
        },
        place_date: row.date("place_date")?,
        reason: Text::new(row.text("reason_th")?, row.text("reason_en")?),
        created_at: row.instant("created_at")?,
        resolved,
    })
}

/// Lists a booking for a cause. False: it is listed for this cause already.
pub async fn insert(tx: &mut Tx, row: &AffectedRow) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO must_move
             (id, request_id, cause_kind, cause_id, place_date, reason_th, reason_en, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        params![
            row.id,
            row.request_id,
            row.cause.kind.code(),
            row.cause.id,
            row.place_date,
            &row.reason.th,
            &row.reason.en,
            row.created_at,
        ],
    );
    Ok(inserted.await? == 1)
}

/// Why a request must move now, the oldest cause first; empty when it need not.
pub async fn of_request(conn: &mut Conn, request_id: Uuid) -> Result<Vec<AffectedRow>> {
    conn.fetch_all(
        select!("WHERE request_id = $1 AND resolved_at IS NULL ORDER BY id"),
        params![request_id],
        parse,
    )
    .await
}

/// Every booking a cause has made move, resolved ones too, in the order of their places.
pub async fn of_cause(conn: &mut Conn, cause: Cause) -> Result<Vec<AffectedRow>> {
    conn.fetch_all(
        select!("WHERE cause_kind = $1 AND cause_id = $2 ORDER BY place_date, id"),
        params![cause.kind.code(), cause.id],
        parse,
    )
    .await
}

/// Every line of the list of one kind of cause, in the order of their places.
pub async fn open_of_kind(conn: &mut Conn, kind: CauseKind) -> Result<Vec<AffectedRow>> {
    conn.fetch_all(
        select!("WHERE cause_kind = $1 AND resolved_at IS NULL ORDER BY place_date, id"),
        params![kind.code()],
        parse,
    )
    .await
}

/// A page of bookings that must move, the soonest first.
pub async fn open(
    conn: &mut Conn,
    after: Option<AffectedKey>,
    limit: u32,
) -> Result<Vec<AffectedRow>> {
    // Every row is after the nil id on the first day.
    let (date, id) = after.map_or_else(Default::default, |key| (key.place_date, key.id));
    conn.fetch_all(
        select!("WHERE resolved_at IS NULL AND (place_date, id) > ($1, $2) ORDER BY place_date, id LIMIT $3"),
        params![date, id, limit],
        parse,
    )
    .await
}

/// How many lines the list has.
pub async fn count(conn: &mut Conn) -> Result<u64> {
    conn.count(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM must_move WHERE resolved_at IS NULL",
        params![],
    )
    .await
}

/// Takes a booking off the list, for one cause or for all. The number of lines.
pub async fn resolve(
    tx: &mut Tx,
    request_id: Uuid,
    cause: Option<Cause>,
    how: Resolution,
    now: Instant,
) -> Result<u64> {
    match cause {
        Some(cause) => {
            tx.execute(
                "UPDATE must_move SET resolved_at = $1, resolution = $2
                 WHERE request_id = $3 AND resolved_at IS NULL AND cause_kind = $4 AND cause_id = $5",
                params![now, how.code(), request_id, cause.kind.code(), cause.id],
            )
            .await
        }
        None => {
            tx.execute(
                "UPDATE must_move SET resolved_at = $1, resolution = $2 WHERE request_id = $3 AND resolved_at IS NULL",
                params![now, how.code(), request_id],
            )
            .await
        }
    }
}
