//! What a request owes: its account, exemptions and notes.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Row, json, params};
use domain::fee::{ExemptionStatus, Extra, Line, NoteKind, NoteStatus, Number};
use domain::money::Satang;
use domain::time::Instant;
use uuid::Uuid;

/// Takes the request's money in hand: every act on it waits for the one before. Its first call makes the account.
pub async fn lock(tx: &mut Tx, request_id: Uuid, now: Instant) -> Result<()> {
    tx.execute(
        "INSERT INTO fee_account (request_id, version, extras, updated_at) VALUES ($1, 1, '[]', $2)
         ON CONFLICT (request_id) DO UPDATE SET version = fee_account.version + 1, updated_at = $2",
        params![request_id, now],
    )
    .await?;
    Ok(())
}

/// What was asked for on top; nothing when the request has no account yet.
pub async fn extras(conn: &mut Conn, request_id: Uuid) -> Result<Vec<Extra>> {
    let found = conn
        .fetch_optional(
            "SELECT request_id, extras FROM fee_account WHERE request_id = $1",
            params![request_id],
            |row| row.of("fee_account", "request_id").json("extras"),
        )
        .await?;
    Ok(found.unwrap_or_default())
}

pub async fn set_extras(tx: &mut Tx, request_id: Uuid, extras: &[Extra]) -> Result<()> {
    tx.execute(
        "UPDATE fee_account SET extras = $1 WHERE request_id = $2",
        params![json(&extras)?, request_id],
    )
    .await?;
    Ok(())
}

/// The next number of a series in a fiscal year, without gaps: taken in the transaction that uses it.
pub async fn next_number(tx: &mut Tx, name: &str, fiscal_year: i32) -> Result<Number> {
    let number = tx
        .fetch_one(
            "INSERT INTO money_counter (name, fiscal_year, last) VALUES ($1, $2, 1)
             ON CONFLICT (name, fiscal_year) DO UPDATE SET last = money_counter.last + 1
             RETURNING fiscal_year, last",
            params![name, i64::from(fiscal_year)],
            |row| row.of("money_counter", "fiscal_year").int("last"),
        )
        .await?;
    Ok(Number {
        year: fiscal_year,
        number,
    })
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExemptionRow {
    pub id: Uuid,
    pub request_id: Uuid,
    pub code: String,
    pub percent: u8,
    pub items: Vec<String>,
    /// As it read when it was asked for.
    pub clause: String,
    /// What shows it, in the asker's words; may be empty when a paper does.
    pub evidence: String,
    /// A photo of the request's papers that shows it.
    pub paper_id: Option<Uuid>,
    pub status: ExemptionStatus,
    pub asked_at: Instant,
    pub asked_kind: String,
    pub asked_by: Option<Uuid>,
    pub decided_at: Option<Instant>,
    pub decided_by: Option<Uuid>,
    pub decided_order: Option<String>,
    pub reason: Option<String>,
}

macro_rules! exemption {
    ($rest:literal) => {
        concat!(
            "SELECT id, request_id, code, percent, items, clause, evidence, paper_id, status, asked_at, asked_kind, \
             asked_by, decided_at, decided_by, decided_order, reason FROM fee_exemption ",
            $rest
        )
    };
}

fn parse_exemption(row: &Row) -> Result<ExemptionRow> {
    let row = row.of("fee_exemption", "id");
    Ok(ExemptionRow {
        id: row.uuid("id")?,
        request_id: row.uuid("request_id")?,
        code: row.text("code")?,
        percent: row.number("percent")?,
        items: row.json("items")?,
        clause: row.text("clause")?,
        evidence: row.text("evidence")?,
        paper_id: row.uuid_or_null("paper_id")?,
        status: row.word("status", ExemptionStatus::parse)?,
        asked_at: row.instant("asked_at")?,
        asked_kind: row.text("asked_kind")?,
        asked_by: row.uuid_or_null("asked_by")?,
        decided_at: row.instant_or_null("decided_at")?,
        decided_by: row.uuid_or_null("decided_by")?,
        decided_order: row.text_or_null("decided_order")?,
        reason: row.text_or_null("reason")?,
    })
}

/// Asks for an exemption. False: one is asked for already.
pub async fn ask_exemption(tx: &mut Tx, row: &ExemptionRow) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO fee_exemption (id, request_id, code, percent, items, clause, evidence, paper_id, status,
             asked_at, asked_kind, asked_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'asked', $9, $10, $11) ON CONFLICT DO NOTHING",
        params![
            row.id,
            row.request_id,
            &row.code,
            row.percent,
            json(&row.items)?,
            &row.clause,
            &row.evidence,
            row.paper_id,
            row.asked_at,
            &row.asked_kind,
            row.asked_by,
        ],
    );
    Ok(inserted.await? == 1)
}

/// Decides one that is asked for. False: it was decided already.
pub async fn decide_exemption(
    tx: &mut Tx,
    id: Uuid,
    status: ExemptionStatus,
    by: Uuid,
    order: &str,
    reason: &str,
    now: Instant,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE fee_exemption SET status = $1, decided_at = $2, decided_by = $3, decided_order = $4, reason = $5
         WHERE id = $6 AND status = 'asked'",
        params![status.code(), now, by, order, reason, id],
    );
    Ok(changed.await? == 1)
}

pub async fn exemption_by_id(conn: &mut Conn, id: Uuid) -> Result<Option<ExemptionRow>> {
    conn.fetch_optional(exemption!("WHERE id = $1"), params![id], parse_exemption)
        .await
}

/// A request's exemptions, oldest first.
pub async fn exemptions(conn: &mut Conn, request_id: Uuid) -> Result<Vec<ExemptionRow>> {
    conn.fetch_all(
        exemption!("WHERE request_id = $1 ORDER BY asked_at, id"),
        params![request_id],
        parse_exemption,
    )
    .await
}

/// An exemption that waits for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedRow {
    pub id: Uuid,
    pub reference: String,
    pub code: String,
    pub percent: u8,
    pub asked_at: Instant,
}

/// Exemptions of live requests that wait for a decision, oldest first.
pub async fn exemptions_asked(
    conn: &mut Conn,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<AskedRow>> {
    conn.fetch_all(
        "SELECT fee_exemption.id AS id, request.reference AS reference, fee_exemption.code AS code,
             fee_exemption.percent AS percent, fee_exemption.asked_at AS asked_at
         FROM fee_exemption JOIN request ON request.id = fee_exemption.request_id
         WHERE fee_exemption.status = 'asked' AND fee_exemption.id > $1
             AND request.status IN ('submitted', 'returned', 'approved')
         ORDER BY fee_exemption.id LIMIT $2",
        params![after.unwrap_or_default(), limit],
        |row| {
            let row = row.of("fee_exemption", "id");
            Ok(AskedRow {
                id: row.uuid("id")?,
                reference: row.text("reference")?,
                code: row.text("code")?,
                percent: row.number("percent")?,
                asked_at: row.instant("asked_at")?,
            })
        },
    )
    .await
}

/// How many wait.
pub async fn exemptions_asked_count(conn: &mut Conn) -> Result<u32> {
    conn.fetch_one(
        "SELECT COUNT(*) AS n FROM fee_exemption JOIN request ON request.id = fee_exemption.request_id
         WHERE fee_exemption.status = 'asked' AND request.status IN ('submitted', 'returned', 'approved')",
        params![],
        |row| row.of("fee_exemption", "n").number("n"),
    )
    .await
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteRow {
    pub id: Uuid,
    pub request_id: Uuid,
    pub reference: String,
    pub kind: NoteKind,
    pub number: Number,
    pub lines: Vec<Line>,
    pub total: Satang,
    pub credited: Satang,
    pub due: Satang,
    pub status: NoteStatus,
    pub settings_revision: i64,
    pub issued_at: Instant,
    pub issued_by: Option<Uuid>,
    pub closed_at: Option<Instant>,
}

macro_rules! note {
    ($rest:literal) => {
        concat!(
            "SELECT id, request_id, reference, kind, fiscal_year, number, lines, total, credited, due, status, \
             settings_revision, issued_at, issued_by, closed_at FROM fee_note ",
            $rest
        )
    };
}

fn parse_note(row: &Row) -> Result<NoteRow> {
    let row = row.of("fee_note", "id");
    Ok(NoteRow {
        id: row.uuid("id")?,
        request_id: row.uuid("request_id")?,
        reference: row.text("reference")?,
        kind: row.word("kind", NoteKind::parse)?,
        number: Number {
            year: row.number("fiscal_year")?,
            number: row.int("number")?,
        },
        lines: row.json("lines")?,
        total: Satang(row.int("total")?),
        credited: Satang(row.int("credited")?),
        due: Satang(row.int("due")?),
        status: row.word("status", NoteStatus::parse)?,
        settings_revision: row.int("settings_revision")?,
        issued_at: row.instant("issued_at")?,
        issued_by: row.uuid_or_null("issued_by")?,
        closed_at: row.instant_or_null("closed_at")?,
    })
}

/// Issues a note. False: the request has a current one of this kind already.
pub async fn insert_note(tx: &mut Tx, note: &NoteRow) -> Result<bool> {
    let inserted = tx.execute(
        "INSERT INTO fee_note (id, request_id, reference, kind, fiscal_year, number, lines, total, credited, due,
             status, settings_revision, issued_at, issued_by, closed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING",
        params![
            note.id,
            note.request_id,
            &note.reference,
            note.kind.code(),
            i64::from(note.number.year),
            note.number.number,
            json(&note.lines)?,
            note.total.0,
            note.credited.0,
            note.due.0,
            note.status.code(),
            note.settings_revision,
            note.issued_at,
            note.issued_by,
            note.closed_at,
        ],
    );
    Ok(inserted.await? == 1)
}

/// A note's next state. False: it is not in the state it was thought to be in.
pub async fn set_note_status(
    tx: &mut Tx,
    id: Uuid,
    from: NoteStatus,
    to: NoteStatus,
    closed_at: Option<Instant>,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE fee_note SET status = $1, closed_at = $2 WHERE id = $3 AND status = $4",
        params![to.code(), closed_at, id, from.code()],
    );
    Ok(changed.await? == 1)
}

pub async fn note_by_id(conn: &mut Conn, id: Uuid) -> Result<Option<NoteRow>> {
    conn.fetch_optional(note!("WHERE id = $1"), params![id], parse_note)
        .await
}

pub async fn note_by_number(conn: &mut Conn, number: Number) -> Result<Option<NoteRow>> {
    conn.fetch_optional(
        note!("WHERE fiscal_year = $1 AND number = $2"),
        params![i64::from(number.year), number.number],
        parse_note,
    )
    .await
}

/// A request's notes, oldest first.
pub async fn notes(conn: &mut Conn, request_id: Uuid) -> Result<Vec<NoteRow>> {
    conn.fetch_all(
        note!("WHERE request_id = $1 ORDER BY fiscal_year, number"),
        params![request_id],
        parse_note,
    )
    .await
}

/// Notes in one state, newest first, before the last one of the page before.
pub async fn notes_in(
    conn: &mut Conn,
    status: NoteStatus,
    before: Option<Uuid>,
    limit: u32,
) -> Result<Vec<NoteRow>> {
    conn.fetch_all(
        note!("WHERE status = $1 AND id < $2 ORDER BY id DESC LIMIT $3"),
        params![status.code(), before.unwrap_or(Uuid::max()), limit],
        parse_note,
    )
    .await
}
