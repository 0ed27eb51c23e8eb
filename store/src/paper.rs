//! Papers of a request: photos by the names of their files, verdicts, and what officers found out from them.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Bind, Row, Value, params};
use domain::paper::{Findings, Manner, PaperKind, Registry, StatedPlace, Verdict};
use domain::time::Instant;
use uuid::Uuid;

/// One photo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperRow {
    pub id: Uuid,
    pub request_id: Uuid,
    pub kind: PaperKind,
    /// The file's name in the vault, and its thumbnail's.
    pub object: String,
    pub thumbnail: String,
    /// Bytes and SHA-256 of the photo as it is kept, before sealing.
    pub size: i64,
    pub sha256: String,
    pub width: u32,
    pub height: u32,
    pub uploaded_at: Instant,
    /// As `Actor::kind` and `Actor::id` give them.
    pub uploaded_by_kind: String,
    pub uploaded_by: Option<Uuid>,
    pub verdict: Verdict,
    /// What is the matter, as the family reads it.
    pub defect: Option<String>,
    pub decided_at: Option<Instant>,
    pub decided_by: Option<Uuid>,
}

macro_rules! word {
    ($type:ty) => {
        impl Bind for $type {
            const NULL: Value = Value::Text(None);

            fn value(self) -> Value {
                self.code().value()
            }
        }
    };
}
word!(PaperKind);
word!(Verdict);
word!(StatedPlace);
word!(Manner);
word!(Registry);

macro_rules! columns {
    () => {
        "id, request_id, kind, object, thumbnail, size, sha256, width, height, uploaded_at, uploaded_by_kind, \
         uploaded_by, verdict, defect, decided_at, decided_by"
    };
}

fn parse(row: &Row) -> Result<PaperRow> {
    let row = row.of("paper", "id");
    Ok(PaperRow {
        id: row.uuid("id")?,
        request_id: row.uuid("request_id")?,
        kind: row.word("kind", PaperKind::parse)?,
        object: row.text("object")?,
        thumbnail: row.text("thumbnail")?,
        size: row.int("size")?,
        sha256: row.text("sha256")?,
        width: row.number("width")?,
        height: row.number("height")?,
        uploaded_at: row.instant("uploaded_at")?,
        uploaded_by_kind: row.text("uploaded_by_kind")?,
        uploaded_by: row.uuid_or_null("uploaded_by")?,
        verdict: row.word("verdict", Verdict::parse)?,
        defect: row.text_or_null("defect")?,
        decided_at: row.instant_or_null("decided_at")?,
        decided_by: row.uuid_or_null("decided_by")?,
    })
}

/// Counts a change of a live request's papers as a change of the request; its new version. `None`: the request has
/// ended, or is frozen and the office is not asking. Whoever comes next waits for this transaction.
pub async fn touch(
    tx: &mut Tx,
    request_id: Uuid,
    by_office: bool,
    stop_lapse: bool,
    now: Instant,
) -> Result<Option<i64>> {
    tx.fetch_optional(
        "UPDATE request SET version = version + 1, updated_at = $1,
             lapse_at = CASE WHEN $2 = 1 THEN NULL ELSE lapse_at END
         WHERE id = $3 AND status IN ('submitted', 'returned', 'approved') AND (frozen = 0 OR $4 = 1)
         RETURNING id, version",
        params![now, stop_lapse, request_id, by_office],
        |row| row.of("request", "id").int("version"),
    )
    .await
}

pub async fn insert(tx: &mut Tx, paper: &PaperRow) -> Result<()> {
    tx.execute(
        concat!(
            "INSERT INTO paper (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
        ),
        params![
            paper.id,
            paper.request_id,
            paper.kind,
            &paper.object,
            &paper.thumbnail,
            paper.size,
            &paper.sha256,
            paper.width,
            paper.height,
            paper.uploaded_at,
            &paper.uploaded_by_kind,
            paper.uploaded_by,
            paper.verdict,
            paper.defect.as_deref(),
            paper.decided_at,
            paper.decided_by,
        ],
    )
    .await?;
    Ok(())
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<PaperRow>> {
    conn.fetch_optional(
        concat!("SELECT ", columns!(), " FROM paper WHERE id = $1"),
        params![id],
        parse,
    )
    .await
}

/// A request's papers, oldest first, replaced ones too.
pub async fn of(conn: &mut Conn, request_id: Uuid) -> Result<Vec<PaperRow>> {
    conn.fetch_all(
        concat!(
            "SELECT ",
            columns!(),
            " FROM paper WHERE request_id = $1 ORDER BY id"
        ),
        params![request_id],
        parse,
    )
    .await
}

/// An officer's verdict on a photo that still has the verdict they saw. False: it was replaced or judged meanwhile.
pub async fn judge(
    tx: &mut Tx,
    id: Uuid,
    seen: Verdict,
    verdict: Verdict,
    defect: Option<&str>,
    by: Uuid,
    now: Instant,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE paper SET verdict = $1, defect = $2, decided_at = $3, decided_by = $4 WHERE id = $5 AND verdict = $6",
        params![verdict, defect, now, by, id, seen],
    );
    Ok(changed.await? == 1)
}

/// Another photo stands in this one's place. False: it was accepted or replaced meanwhile.
pub async fn replace(tx: &mut Tx, id: Uuid, request_id: Uuid) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE paper SET verdict = 'replaced' WHERE id = $1 AND request_id = $2 AND verdict IN ('waiting', 'defective')",
        params![id, request_id],
    );
    Ok(changed.await? == 1)
}

/// What officers found out; nothing when nobody has looked.
pub async fn findings(conn: &mut Conn, request_id: Uuid) -> Result<Findings> {
    let found = conn
        .fetch_optional(
            "SELECT request_id, stated_place, manner, registry FROM paper_finding WHERE request_id = $1",
            params![request_id],
            |row| {
                let row = row.of("paper_finding", "request_id");
                Ok(Findings {
                    stated_place: row.word_or_null("stated_place", StatedPlace::parse)?,
                    manner: row.word_or_null("manner", Manner::parse)?,
                    registry: row.word_or_null("registry", Registry::parse)?,
                })
            },
        )
        .await?;
    Ok(found.unwrap_or_default())
}

pub async fn set_findings(tx: &mut Tx, request_id: Uuid, found: Findings) -> Result<()> {
    tx.execute(
        "INSERT INTO paper_finding (request_id, stated_place, manner, registry) VALUES ($1, $2, $3, $4)
         ON CONFLICT (request_id) DO UPDATE SET stated_place = $2, manner = $3, registry = $4",
        params![request_id, found.stated_place, found.manner, found.registry],
    )
    .await?;
    Ok(())
}
