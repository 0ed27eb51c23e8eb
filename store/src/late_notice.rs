//! Written reasons of late decisions: the n-th of a request is one row, whatever the clock does.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use domain::time::Instant;
use uuid::Uuid;

/// Where a notice stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateStatus {
    /// An officer must write the reason.
    Open,
    Written,
    /// The office decided before anybody wrote.
    Settled,
}

impl LateStatus {
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Written => "written",
            Self::Settled => "settled",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Open, Self::Written, Self::Settled]
            .into_iter()
            .find(|status| status.code() == code)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateNoticeRow {
    pub id: Uuid,
    pub request_id: Uuid,
    /// The deadline that passed.
    pub decide_by: Instant,
    /// From 1.
    pub n: u32,
    pub write_by: Instant,
    pub status: LateStatus,
    pub reason: Option<String>,
    pub written_at: Option<Instant>,
    pub written_by: Option<Uuid>,
    pub created_at: Instant,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, request_id, decide_by, n, write_by, status, reason, written_at, written_by, created_at FROM late_notice ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<LateNoticeRow> {
    let row = row.of("late_notice", "id");
    Ok(LateNoticeRow {
        id: row.uuid("id")?,
        request_id: row.uuid("request_id")?,
        decide_by: row.instant("decide_by")?,
        n: row.number("n")?,
        write_by: row.instant("write_by")?,
        status: row.word("status", LateStatus::parse)?,
        reason: row.text_or_null("reason")?,
        written_at: row.instant_or_null("written_at")?,
        written_by: row.uuid_or_null("written_by")?,
        created_at: row.instant("created_at")?,
    })
}

/// A notice to write. False: this deadline of the request has its n-th already.
pub async fn insert(tx: &mut Tx, row: &LateNoticeRow) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO late_notice (id, request_id, decide_by, n, write_by, status, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (request_id, decide_by, n) DO NOTHING",
        params![
            row.id,
            row.request_id,
            row.decide_by,
            row.n,
            row.write_by,
            row.status.code(),
            row.created_at
        ],
    );
    Ok(inserted.await? == 1)
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<LateNoticeRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

/// A request's notices in their order.
pub async fn of(conn: &mut Conn, request_id: Uuid) -> Result<Vec<LateNoticeRow>> {
    conn.fetch_all(
        select!("WHERE request_id = $1 ORDER BY decide_by, n"),
        params![request_id],
        parse,
    )
    .await
}

/// How many notices a passed deadline of a request has had.
pub async fn count_of(conn: &mut Conn, request_id: Uuid, decide_by: Instant) -> Result<u32> {
    conn.fetch_one(
        "SELECT COALESCE(MAX(n), 0) AS n FROM late_notice WHERE request_id = $1 AND decide_by = $2",
        params![request_id, decide_by],
        |row| row.of("late_notice", "n").number("n"),
    )
    .await
}

/// Notices nobody has written, the most urgent first.
pub async fn open(
    conn: &mut Conn,
    after: Option<(Instant, Uuid)>,
    limit: u32,
) -> Result<Vec<LateNoticeRow>> {
    let (write_by, id) = after.unwrap_or_default();
    conn.fetch_all(
        select!(
            "WHERE status = 'open' AND (write_by, id) > ($1, $2) ORDER BY write_by, id LIMIT $3"
        ),
        params![write_by, id, limit],
        parse,
    )
    .await
}

/// How many wait to be written.
pub async fn count_open(conn: &mut Conn) -> Result<u64> {
    conn.count(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM late_notice WHERE status = 'open'",
        params![],
    )
    .await
}

/// Writes the reason. False: somebody wrote it, or a decision settled it.
pub async fn write(tx: &mut Tx, id: Uuid, reason: &str, by: Uuid, now: Instant) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE late_notice SET status = 'written', reason = $1, written_by = $2, written_at = $3
         WHERE id = $4 AND status = 'open'",
        params![reason, by, now, id],
    );
    Ok(changed.await? == 1)
}

/// Closes a request's open notices: the office has decided. The number.
pub async fn settle(tx: &mut Tx, request_id: Uuid) -> Result<u64> {
    tx.execute(
        "UPDATE late_notice SET status = 'settled' WHERE request_id = $1 AND status = 'open'",
        params![request_id],
    )
    .await
}
