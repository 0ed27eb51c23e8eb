//! Documents the office issues: numbered, printed into the vault, signed, and at last revoked or replaced.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, params};
use domain::document::Kind;
use domain::issued::IssuedStatus;
use domain::number::Series;
use domain::time::Instant;
use uuid::Uuid;

/// An issued document as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedRow {
    pub id: Uuid,
    pub request_id: Uuid,
    pub kind: Kind,
    pub series: Series,
    /// Buddhist year.
    pub year: u16,
    pub n: u32,
    /// As it is printed.
    pub number: String,
    pub version: u32,
    pub status: IssuedStatus,
    /// The event, appeal or late notice it answers.
    pub about_id: Uuid,
    /// JSON of the places and dates when it was issued; nobody's name.
    pub places: String,
    /// Of the verification page.
    pub code: String,
    /// Who is to sign.
    pub signer_id: Option<Uuid>,
    /// Grows when it has to be printed anew.
    pub round: u32,
    pub print: Option<Print>,
    pub issued_at: Instant,
    pub issued_by: Option<Uuid>,
    pub ended: Option<Ended>,
}

/// Where the PDF lies, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Print {
    /// Its name in the vault.
    pub object: String,
    /// The name of the document it was printed from.
    pub model: String,
    /// 64 hexadecimal digits.
    pub sha256: String,
}

/// When, by whom and why a document ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    pub at: Instant,
    pub by: Option<Uuid>,
    pub why: String,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, request_id, kind, series, year, n, number, version, status, about_id, places, code, signer_id, \
             round, object, model, sha256, issued_at, issued_by, ended_at, ended_by, ended_why FROM issued_document ",
            $rest
        )
    };
}

fn parse(row: &Row) -> Result<IssuedRow> {
    let row = row.of("issued_document", "id");
    let print = match (
        row.text_or_null("object")?,
        row.text_or_null("model")?,
        row.text_or_null("sha256")?,
    ) {
        (Some(object), Some(model), Some(sha256)) => Some(Print {
            object,
            model,
            sha256,
        }),
        _ => None,
    };
    let ended = match row.instant_or_null("ended_at")? {
        Some(at) => Some(Ended {
            at,
            by: row.uuid_or_null("ended_by")?,
            why: row.text_or_null("ended_why")?.unwrap_or_default(),
        }),
        None => None,
    };
    Ok(IssuedRow {
        id: row.uuid("id")?,
        request_id: row.uuid("request_id")?,
        kind: row.word("kind", Kind::parse)?,
        series: row.word("series", Series::parse)?,
        year: row.number("year")?,
        n: row.number("n")?,
        number: row.text("number")?,
        version: row.number("version")?,
        status: row.word("status", IssuedStatus::parse)?,
        about_id: row.uuid("about_id")?,
        places: row.text("places")?,
        code: row.text("code")?,
        signer_id: row.uuid_or_null("signer_id")?,
        round: row.number("round")?,
        print,
        issued_at: row.instant("issued_at")?,
        issued_by: row.uuid_or_null("issued_by")?,
        ended,
    })
}

/// A new document, waiting for its print and its signature.
pub async fn insert(tx: &mut Tx, row: &IssuedRow) -> Result<()> {
    tx.execute(
        "INSERT INTO issued_document (id, request_id, kind, series, year, n, number, version, status, about_id, places,
             code, signer_id, round, issued_at, issued_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        params![
            row.id,
            row.request_id,
            row.kind.code(),
            row.series.code(),
            row.year,
            row.n,
            &row.number,
            row.version,
            row.status.code(),
            row.about_id,
            &row.places,
            &row.code,
            row.signer_id,
            row.round,
            row.issued_at,
            row.issued_by,
        ],
    )
    .await?;
    Ok(())
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<IssuedRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

pub async fn by_code(conn: &mut Conn, code: &str) -> Result<Option<IssuedRow>> {
    conn.fetch_optional(select!("WHERE code = $1"), params![code], parse)
        .await
}

/// A request's documents, the oldest first.
pub async fn of(conn: &mut Conn, request_id: Uuid) -> Result<Vec<IssuedRow>> {
    conn.fetch_all(
        select!("WHERE request_id = $1 ORDER BY id"),
        params![request_id],
        parse,
    )
    .await
}

/// Documents of one status, the oldest first, after the last one of the page before.
pub async fn of_status(
    conn: &mut Conn,
    status: IssuedStatus,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<IssuedRow>> {
    conn.fetch_all(
        select!("WHERE status = $1 AND id > $2 ORDER BY id LIMIT $3"),
        params![status.code(), after.unwrap_or_default(), limit],
        parse,
    )
    .await
}

/// How many have a status.
pub async fn count(conn: &mut Conn, status: IssuedStatus) -> Result<u64> {
    conn.count(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM issued_document WHERE status = $1",
        params![status.code()],
    )
    .await
}

/// Every document, the newest first, before the last one of the page before.
pub async fn register(conn: &mut Conn, before: Option<Uuid>, limit: u32) -> Result<Vec<IssuedRow>> {
    conn.fetch_all(
        select!("WHERE id < $1 ORDER BY id DESC LIMIT $2"),
        params![before.unwrap_or(Uuid::max()), limit],
        parse,
    )
    .await
}

/// Notes where the print of a round lies. False: it was printed already, or is no longer to be signed.
pub async fn set_print(tx: &mut Tx, id: Uuid, round: u32, print: &Print) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE issued_document SET object = $1, model = $2, sha256 = $3
         WHERE id = $4 AND round = $5 AND status = 'pending' AND object IS NULL",
        params![&print.object, &print.model, &print.sha256, id, round],
    );
    Ok(changed.await? == 1)
}

/// Another signer: the print no longer fits and is made anew. The new round, or `None` when it is no longer pending.
pub async fn set_signer(tx: &mut Tx, id: Uuid, signer_id: Uuid) -> Result<Option<u32>> {
    tx.fetch_optional(
        "UPDATE issued_document SET signer_id = $1, round = round + 1, object = NULL, model = NULL, sha256 = NULL
         WHERE id = $2 AND status = 'pending' RETURNING id, round",
        params![signer_id, id],
        |row| row.of("issued_document", "id").number("round"),
    )
    .await
}

/// Marks a document signed: only while it is pending and its print is exactly the one that was shown.
pub async fn sign(
    tx: &mut Tx,
    id: Uuid,
    signer_id: Uuid,
    sha256: &str,
    next: IssuedStatus,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE issued_document SET status = $1
         WHERE id = $2 AND status = 'pending' AND signer_id = $3 AND sha256 = $4",
        params![next.code(), id, signer_id, sha256],
    );
    Ok(changed.await? == 1)
}

/// Ends a document from the status it was seen in. False: something else came first.
pub async fn end(
    tx: &mut Tx,
    id: Uuid,
    from: IssuedStatus,
    next: IssuedStatus,
    ended: &Ended,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE issued_document SET status = $1, ended_at = $2, ended_by = $3, ended_why = $4
         WHERE id = $5 AND status = $6",
        params![next.code(), ended.at, ended.by, &ended.why, id, from.code()],
    );
    Ok(changed.await? == 1)
}
