//! Loans: the request's facts, its pieces one by one, the queue of a type, what is due.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Bind, Fields, Row, Value, params};
use chrono::NaiveDate;
use domain::crematorium::application::Relation;
use domain::equipment::line::{Chase, LineState};
use domain::equipment::need::{NeedFacts, Priority};
use domain::equipment::{Delivery, Health};
use domain::money::Satang;
use domain::time::Instant;
use uuid::Uuid;

/// What a loan's request says beside its pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoanRow {
    pub request_id: Uuid,
    pub patient_id: Uuid,
    /// Who signs; `None`: the applicant.
    pub borrower_id: Option<Uuid>,
    pub carer_id: Option<Uuid>,
    pub relation: Option<Relation>,
    pub health: Health,
    pub community: String,
    pub tambon: String,
    pub address: String,
    pub from: NaiveDate,
    /// Inclusive.
    pub until: NaiveDate,
    pub not_needed_after: Option<NaiveDate>,
    pub delivery: Delivery,
    pub note: String,
    pub need: NeedFacts,
    /// `None`: not scored yet.
    pub points: Option<u8>,
    pub priority: Priority,
    pub patient_died_on: Option<NaiveDate>,
}

impl Bind for Priority {
    const NULL: Value = Value::Int(None);

    fn value(self) -> Value {
        self.number().value()
    }
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
word!(Health);
word!(Delivery);
word!(LineState);
word!(Chase);

/// The class in the queue.
fn priority(row: &Fields<'_>) -> Result<Priority> {
    Priority::from_number(row.int("priority")?)
        .ok_or_else(|| row.impossible("priority", "not a class"))
}

/// Inserts what the request says.
pub async fn insert(tx: &mut Tx, loan: &LoanRow) -> Result<()> {
    tx.execute(
        "INSERT INTO loan (request_id, patient_id, borrower_id, carer_id, relation, health, community, tambon, address,
             from_date, until_date, not_needed_after, delivery, note, adl, poor, discharged_on, points, priority,
             patient_died_on)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
        params![
            loan.request_id,
            loan.patient_id,
            loan.borrower_id,
            loan.carer_id,
            loan.relation.map(Relation::code),
            loan.health,
            &loan.community,
            &loan.tambon,
            &loan.address,
            loan.from,
            loan.until,
            loan.not_needed_after,
            loan.delivery,
            &loan.note,
            loan.need.adl,
            loan.need.poor,
            loan.need.discharged,
            loan.points,
            loan.priority,
            loan.patient_died_on,
        ],
    )
    .await?;
    Ok(())
}

/// What the request says.
pub async fn load(conn: &mut Conn, request_id: Uuid) -> Result<Option<LoanRow>> {
    conn.fetch_optional(
        "SELECT request_id, patient_id, borrower_id, carer_id, relation, health, community, tambon, address, from_date,
             until_date, not_needed_after, delivery, note, adl, poor, discharged_on, points, priority, patient_died_on
         FROM loan WHERE request_id = $1",
        params![request_id],
        |row| {
            let row = row.of("loan", "request_id");
            Ok(LoanRow {
                request_id: row.uuid("request_id")?,
                patient_id: row.uuid("patient_id")?,
                borrower_id: row.uuid_or_null("borrower_id")?,
                carer_id: row.uuid_or_null("carer_id")?,
                relation: row.word_or_null("relation", Relation::parse)?,
                health: row.word("health", Health::parse)?,
                community: row.text("community")?,
                tambon: row.text("tambon")?,
                address: row.text("address")?,
                from: row.date("from_date")?,
                until: row.date("until_date")?,
                not_needed_after: row.date_or_null("not_needed_after")?,
                delivery: row.word("delivery", Delivery::parse)?,
                note: row.text("note")?,
                need: NeedFacts {
                    adl: row.number_or_null("adl")?,
                    poor: row.flag("poor")?,
                    discharged: row.date_or_null("discharged_on")?,
                },
                points: row.number_or_null("points")?,
                priority: priority(&row)?,
                patient_died_on: row.date_or_null("patient_died_on")?,
            })
        },
    )
    .await
}

/// Writes what an officer found out: the need, its score, and whether the patient has died.
pub async fn set_need(tx: &mut Tx, loan: &LoanRow) -> Result<()> {
    tx.execute(
        "UPDATE loan SET adl = $1, poor = $2, discharged_on = $3, points = $4, priority = $5, patient_died_on = $6
         WHERE request_id = $7",
        params![
            loan.need.adl,
            loan.need.poor,
            loan.need.discharged,
            loan.points,
            loan.priority,
            loan.patient_died_on,
            loan.request_id,
        ],
    )
    .await?;
    Ok(())
}

/// One asked-for piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineRow {
    pub id: Uuid,
    pub request_id: Uuid,
    /// From 0, in the order of the request.
    pub position: u32,
    pub kind: String,
    pub state: LineState,
    pub version: i64,
    pub priority: Priority,
    /// Its place in the queue is by this, after the class.
    pub since: Instant,
    pub from: NaiveDate,
    pub not_needed_after: Option<NaiveDate>,
    pub accepted: bool,
    pub offer_until: Option<Instant>,
    pub lapsed: u8,
    /// Set aside, lent, or the last one that was.
    pub unit_id: Option<Uuid>,
    pub handed_at: Option<Instant>,
    pub due_on: Option<NaiveDate>,
    pub renewals: u8,
    pub returned_at: Option<Instant>,
    pub price_at_loan: Option<Satang>,
    pub still_needed_at: Option<Instant>,
    pub not_needed_at: Option<Instant>,
    pub chased_at: Option<Instant>,
    pub chase_step: Option<Chase>,
}

macro_rules! columns {
    () => {
        "id, request_id, position, kind, state, version, priority, since, from_date, not_needed_after, accepted, \
         offer_until, lapsed, unit_id, handed_at, due_on, renewals, returned_at, price_at_loan, still_needed_at, \
         not_needed_at, chased_at, chase_step"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM loan_line ", $rest)
    };
}

fn parse(row: &Row) -> Result<LineRow> {
    let row = row.of("loan_line", "id");
    Ok(LineRow {
        id: row.uuid("id")?,
        request_id: row.uuid("request_id")?,
        position: row.number("position")?,
        kind: row.text("kind")?,
        state: row.word("state", LineState::parse)?,
        version: row.int("version")?,
        priority: priority(&row)?,
        since: row.instant("since")?,
        from: row.date("from_date")?,
        not_needed_after: row.date_or_null("not_needed_after")?,
        accepted: row.flag("accepted")?,
        offer_until: row.instant_or_null("offer_until")?,
        lapsed: row.number("lapsed")?,
        unit_id: row.uuid_or_null("unit_id")?,
        handed_at: row.instant_or_null("handed_at")?,
        due_on: row.date_or_null("due_on")?,
        renewals: row.number("renewals")?,
        returned_at: row.instant_or_null("returned_at")?,
        price_at_loan: row.int_or_null("price_at_loan")?.map(Satang),
        still_needed_at: row.instant_or_null("still_needed_at")?,
        not_needed_at: row.instant_or_null("not_needed_at")?,
        chased_at: row.instant_or_null("chased_at")?,
        chase_step: row.word_or_null("chase_step", Chase::parse)?,
    })
}

pub async fn insert_line(tx: &mut Tx, line: &LineRow) -> Result<()> {
    tx.execute(
        concat!(
            "INSERT INTO loan_line (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
             $21, $22, $23)"
        ),
        params![
            line.id,
            line.request_id,
            line.position,
            &line.kind,
            line.state,
            line.version,
            line.priority,
            line.since,
            line.from,
            line.not_needed_after,
            line.accepted,
            line.offer_until,
            line.lapsed,
            line.unit_id,
            line.handed_at,
            line.due_on,
            line.renewals,
            line.returned_at,
            line.price_at_loan.map(|price| price.0),
            line.still_needed_at,
            line.not_needed_at,
            line.chased_at,
            line.chase_step,
        ],
    )
    .await?;
    Ok(())
}

/// Writes the next state of a piece that still has `from`'s state and version. False: somebody else was first.
pub async fn apply_line(tx: &mut Tx, from: &LineRow, next: &LineRow) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE loan_line SET version = version + 1, state = $1, priority = $2, since = $3, accepted = $4,
             offer_until = $5, lapsed = $6, unit_id = $7, handed_at = $8, due_on = $9, renewals = $10,
             returned_at = $11, price_at_loan = $12, still_needed_at = $13, not_needed_at = $14, chased_at = $15,
             chase_step = $16
         WHERE id = $17 AND state = $18 AND version = $19",
        params![
            next.state,
            next.priority,
            next.since,
            next.accepted,
            next.offer_until,
            next.lapsed,
            next.unit_id,
            next.handed_at,
            next.due_on,
            next.renewals,
            next.returned_at,
            next.price_at_loan.map(|price| price.0),
            next.still_needed_at,
            next.not_needed_at,
            next.chased_at,
            next.chase_step,
            from.id,
            from.state,
            from.version,
        ],
    );
    Ok(changed.await? == 1)
}

pub async fn line(conn: &mut Conn, id: Uuid) -> Result<Option<LineRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

/// A request's pieces, in its order.
pub async fn lines_of(conn: &mut Conn, request_id: Uuid) -> Result<Vec<LineRow>> {
    conn.fetch_all(
        select!("WHERE request_id = $1 ORDER BY position"),
        params![request_id],
        parse,
    )
    .await
}

/// Who is next for a type: approved, wanted by `by` at the latest, and of use today. The first of the queue first.
pub async fn next_in_line(
    conn: &mut Conn,
    kind: &str,
    by: NaiveDate,
    today: NaiveDate,
    limit: u32,
) -> Result<Vec<LineRow>> {
    conn.fetch_all(
        select!(
            "WHERE kind = $1 AND state = 'queued' AND from_date <= $2
               AND (not_needed_after IS NULL OR not_needed_after >= $3)
             ORDER BY priority, since, id LIMIT $4"
        ),
        params![kind, by, today, limit],
        parse,
    )
    .await
}

/// How many wait for each type, whatever their day: approved ones, and with those that are still considered.
pub async fn waiting(conn: &mut Conn) -> Result<Vec<(String, u32)>> {
    conn.fetch_all(
        "SELECT kind, CAST(COUNT(*) AS BIGINT) AS n FROM loan_line WHERE state IN ('asked', 'queued')
         GROUP BY kind ORDER BY kind",
        params![],
        |row| {
            let row = row.of("loan_line", "kind");
            Ok((row.text("kind")?, row.number("n")?))
        },
    )
    .await
}

/// Whether anybody waits for a type now.
pub async fn is_wanted(conn: &mut Conn, kind: &str, by: NaiveDate) -> Result<bool> {
    let found = conn.fetch_optional(
        "SELECT id FROM loan_line WHERE kind = $1 AND state = 'queued' AND from_date <= $2 LIMIT 1",
        params![kind, by],
        |row| row.of("loan_line", "id").uuid("id"),
    );
    Ok(found.await?.is_some())
}

/// How many stand before a piece, which waits itself: the first of the queue has none.
pub async fn ahead(conn: &mut Conn, line: &LineRow) -> Result<u32> {
    let n = conn
        .count(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM loan_line
             WHERE kind = $1 AND state IN ('asked', 'queued') AND (priority, since, id) < ($2, $3, $4)",
            params![&line.kind, line.priority, line.since, line.id],
        )
        .await?;
    Ok(u32::try_from(n).unwrap_or(u32::MAX))
}

/// When each open loan of a type began.
pub async fn out_since(conn: &mut Conn, kind: &str) -> Result<Vec<Instant>> {
    conn.fetch_all(
        "SELECT id, handed_at FROM loan_line WHERE kind = $1 AND state = 'on_loan' ORDER BY handed_at, id",
        params![kind],
        |row| row.of("loan_line", "id").instant("handed_at"),
    )
    .await
}

/// How long the last loans of a type took: from when to when, the latest first.
pub async fn past(conn: &mut Conn, kind: &str, limit: u32) -> Result<Vec<(Instant, Instant)>> {
    conn.fetch_all(
        "SELECT id, handed_at, returned_at FROM loan_line
         WHERE kind = $1 AND returned_at IS NOT NULL ORDER BY returned_at DESC LIMIT $2",
        params![kind, limit],
        |row| {
            let row = row.of("loan_line", "id");
            let returned = row.instant("returned_at")?;
            Ok((
                row.instant_or_null("handed_at")?.unwrap_or(returned),
                returned,
            ))
        },
    )
    .await
}

/// Offers nobody accepted in time, the oldest first.
pub async fn lapsing(conn: &mut Conn, now: Instant, limit: u32) -> Result<Vec<LineRow>> {
    conn.fetch_all(
        select!(
            "WHERE offer_until IS NOT NULL AND offer_until <= $1 AND state = 'ready' AND accepted = 0
             ORDER BY offer_until, id LIMIT $2"
        ),
        params![now, limit],
        parse,
    )
    .await
}

/// The last row of a page of lines: the next page begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueKey {
    pub due_on: NaiveDate,
    pub id: Uuid,
}

/// Open loans due on `until` at the latest, the longest due first, after `after`.
pub async fn due(
    conn: &mut Conn,
    until: NaiveDate,
    after: Option<DueKey>,
    limit: u32,
) -> Result<Vec<LineRow>> {
    // An empty text comes before every date.
    let (from, id) = after.map_or((String::new(), Uuid::nil()), |key| {
        (key.due_on.to_string(), key.id)
    });
    conn.fetch_all(
        select!(
            "WHERE state = 'on_loan' AND due_on <= $1 AND (due_on, id) > ($2, $3)
             ORDER BY due_on, id LIMIT $4"
        ),
        params![until, from, id, limit],
        parse,
    )
    .await
}

/// Pieces set aside, the first day first: who comes.
pub async fn ready(conn: &mut Conn, limit: u32) -> Result<Vec<LineRow>> {
    conn.fetch_all(
        select!("WHERE state = 'ready' ORDER BY accepted DESC, from_date, id LIMIT $1"),
        params![limit],
        parse,
    )
    .await
}

/// The piece that a unit was last lent to or set aside for.
pub async fn last_of_unit(conn: &mut Conn, unit_id: Uuid) -> Result<Option<LineRow>> {
    conn.fetch_optional(
        select!("WHERE unit_id = $1 ORDER BY id DESC LIMIT 1"),
        params![unit_id],
        parse,
    )
    .await
}

/// Pieces whose queue has moved on without them: not needed any more.
pub async fn no_longer_needed(
    conn: &mut Conn,
    today: NaiveDate,
    limit: u32,
) -> Result<Vec<LineRow>> {
    conn.fetch_all(
        select!("WHERE state = 'queued' AND not_needed_after < $1 ORDER BY id LIMIT $2"),
        params![today, limit],
        parse,
    )
    .await
}
