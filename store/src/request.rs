//! Requests: the guarded change of state, the append-only history, the inbox and its numbers.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Bind, Fields, Row, Value, params};
use chrono::NaiveDate;
use domain::request::{Snapshot, Status};
use domain::time::Instant;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// A request as it is kept. `version` is 1 when it is submitted and grows by one with every change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    pub id: Uuid,
    pub reference: String,
    /// `crematorium` or `equipment`.
    pub service: String,
    pub version: i64,
    pub state: RequestState,
    /// `web`, `counter`, or a channel's name.
    pub channel: String,
    pub applicant_id: Uuid,
    pub helper_id: Option<Uuid>,
    /// MACs of the applicant's phone and of the browser's session, for the limits on unverified requests.
    pub phone_mac: String,
    pub browser_mac: Option<String>,
    /// The revision of manual, fees and rounds it was made under.
    pub settings_revision: i64,
    pub submitted_at: Instant,
}

/// The part of a request that actions change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestState {
    pub status: Status,
    pub frozen: bool,
    pub verified_at: Option<Instant>,
    pub returned_count: u8,
    /// The officer who works on it.
    pub taken_by: Option<Uuid>,
    pub updated_at: Instant,
    /// When the office must have decided.
    pub decide_by: Instant,
    pub decided_at: Option<Instant>,
    pub lapse_at: Option<Instant>,
    pub correct_by: Option<Instant>,
    /// An unnatural death whose body nobody has released yet.
    pub release_missing: bool,
}

impl RequestState {
    /// What the workflow looks at.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            status: self.status,
            frozen: self.frozen,
            verified: self.verified_at.is_some(),
            returned_count: self.returned_count,
            lapse_at: self.lapse_at,
            correct_by: self.correct_by,
            // The booking's places are another row's: the desk sets it where it matters.
            change_until: None,
            release_missing: self.release_missing,
        }
    }

    /// This state after the workflow's answer at `now`; deadlines and who took it are the caller's to set.
    #[must_use]
    pub fn after(&self, next: &Snapshot, now: Instant) -> Self {
        Self {
            status: next.status,
            frozen: next.frozen,
            verified_at: next.verified.then(|| self.verified_at.unwrap_or(now)),
            returned_count: next.returned_count,
            lapse_at: next.lapse_at,
            correct_by: next.correct_by,
            updated_at: now,
            ..self.clone()
        }
    }
}

/// One line of a request's history. Ids are `UUIDv7`: their order is the order of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventRow {
    pub id: Uuid,
    pub request_id: Uuid,
    /// The request's version after the event.
    pub version: i64,
    pub at: Instant,
    /// As `Actor::kind` and `Actor::id` give them.
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    /// As `Event::code` gives it.
    pub event: String,
    /// The event as JSON.
    pub body: String,
}

macro_rules! columns {
    () => {
        "id, reference, service, status, version, frozen, verified_at, returned_count, channel, applicant_id, \
         helper_id, phone_mac, browser_mac, taken_by, settings_revision, submitted_at, updated_at, decide_by, \
         decided_at, lapse_at, correct_by, release_missing"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM request ", $rest)
    };
}

fn parse(row: &Row) -> Result<RequestRow> {
    let row = row.of("request", "id");
    Ok(RequestRow {
        id: row.uuid("id")?,
        reference: row.text("reference")?,
        service: row.text("service")?,
        version: row.int("version")?,
        state: parse_state(&row)?,
        channel: row.text("channel")?,
        applicant_id: row.uuid("applicant_id")?,
        helper_id: row.uuid_or_null("helper_id")?,
        phone_mac: row.text("phone_mac")?,
        browser_mac: row.text_or_null("browser_mac")?,
        settings_revision: row.int("settings_revision")?,
        submitted_at: row.instant("submitted_at")?,
    })
}

fn parse_state(row: &Fields<'_>) -> Result<RequestState> {
    Ok(RequestState {
        status: row.word("status", Status::parse)?,
        frozen: row.flag("frozen")?,
        verified_at: row.instant_or_null("verified_at")?,
        returned_count: row.number("returned_count")?,
        taken_by: row.uuid_or_null("taken_by")?,
        updated_at: row.instant("updated_at")?,
        decide_by: row.instant("decide_by")?,
        decided_at: row.instant_or_null("decided_at")?,
        lapse_at: row.instant_or_null("lapse_at")?,
        correct_by: row.instant_or_null("correct_by")?,
        release_missing: row.flag("release_missing")?,
    })
}

/// Inserts a new request. False: its reference is taken, and the caller draws another number.
pub async fn insert(tx: &mut Tx, request: &RequestRow) -> Result<bool> {
    let state = &request.state;
    let inserted = tx.execute(
        concat!(
            "INSERT INTO request (", columns!(), ") VALUES
             ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
              $22)
             ON CONFLICT (reference) DO NOTHING"
        ),
        params![
            request.id,
            &request.reference,
            &request.service,
            state.status,
            request.version,
            state.frozen,
            state.verified_at,
            state.returned_count,
            &request.channel,
            request.applicant_id,
            request.helper_id,
            &request.phone_mac,
            request.browser_mac.as_deref(),
            state.taken_by,
            request.settings_revision,
            request.submitted_at,
            state.updated_at,
            state.decide_by,
            state.decided_at,
            state.lapse_at,
            state.correct_by,
            state.release_missing,
        ],
    );
    Ok(inserted.await? == 1)
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<RequestRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

/// By its twelve digits, without spaces.
pub async fn by_reference(conn: &mut Conn, reference: &str) -> Result<Option<RequestRow>> {
    conn.fetch_optional(select!("WHERE reference = $1"), params![reference], parse)
        .await
}

/// Writes the next state if the request still has this status and version. False: someone else decided first.
pub async fn apply(
    tx: &mut Tx,
    id: Uuid,
    status: Status,
    version: i64,
    next: &RequestState,
) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE request SET version = version + 1, status = $1, frozen = $2, verified_at = $3, returned_count = $4,
             taken_by = $5, updated_at = $6, decide_by = $7, decided_at = $8, lapse_at = $9, correct_by = $10,
             release_missing = $11
         WHERE id = $12 AND status = $13 AND version = $14",
        params![
            next.status,
            next.frozen,
            next.verified_at,
            next.returned_count,
            next.taken_by,
            next.updated_at,
            next.decide_by,
            next.decided_at,
            next.lapse_at,
            next.correct_by,
            next.release_missing,
            id,
            status,
            version,
        ],
    );
    Ok(changed.await? == 1)
}

/// Makes whoever wants to change the request wait for this transaction; nothing is changed.
pub async fn lock(tx: &mut Tx, id: Uuid) -> Result<()> {
    tx.execute(
        "UPDATE request SET version = version WHERE id = $1",
        params![id],
    )
    .await?;
    Ok(())
}

/// Appends to the history.
pub async fn insert_event(tx: &mut Tx, event: &EventRow) -> Result<()> {
    tx.execute(
        "INSERT INTO request_event (id, request_id, version, at, actor_kind, actor_id, event, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            event.id,
            event.request_id,
            event.version,
            event.at,
            &event.actor_kind,
            event.actor_id,
            &event.event,
            &event.body,
        ],
    )
    .await?;
    Ok(())
}

/// A request's whole history, oldest first.
pub async fn events(conn: &mut Conn, request_id: Uuid) -> Result<Vec<EventRow>> {
    conn.fetch_all(
        "SELECT id, request_id, version, at, actor_kind, actor_id, event, body FROM request_event
         WHERE request_id = $1 ORDER BY version, id",
        params![request_id],
        |row| {
            let row = row.of("request_event", "id");
            Ok(EventRow {
                id: row.uuid("id")?,
                request_id: row.uuid("request_id")?,
                version: row.int("version")?,
                at: row.instant("at")?,
                actor_kind: row.text("actor_kind")?,
                actor_id: row.uuid_or_null("actor_id")?,
                event: row.text("event")?,
                body: row.text("body")?,
            })
        },
    )
    .await
}

/// Which requests a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxFilter {
    /// Empty shows nothing.
    pub statuses: Vec<Status>,
    pub taken_by: Option<Uuid>,
    pub unverified: bool,
    /// Only those that must be decided before this.
    pub late_before: Option<Instant>,
    pub service: Option<String>,
    /// MACs of normalised prefixes, all of which must match.
    pub search: Vec<String>,
}

/// The last row of a page: the next page begins after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InboxKey {
    pub status: Status,
    pub decide_by: Instant,
    pub id: Uuid,
}

impl RequestRow {
    pub fn inbox_key(&self) -> InboxKey {
        InboxKey {
            status: self.state.status,
            decide_by: self.state.decide_by,
            id: self.id,
        }
    }
}

/// A page of requests in the order of the filter's statuses, in each the most urgent first; at most `limit`.
pub async fn inbox(
    conn: &mut Conn,
    filter: &InboxFilter,
    after: Option<InboxKey>,
    limit: u32,
) -> Result<Vec<RequestRow>> {
    let (sql, params) = inbox_query(filter, after, limit);
    if filter.statuses.is_empty() {
        return Ok(Vec::new());
    }
    // The text is put together from literals; every value is bound.
    conn.fetch_all(AssertSqlSafe(sql), params, parse).await
}

/// One ordered range of the index per status, joined: an `IN` over statuses would sort every match.
pub(crate) fn inbox_query(
    filter: &InboxFilter,
    after: Option<InboxKey>,
    limit: u32,
) -> (String, Vec<Value>) {
    let mut query = Query::default();
    // What comes before the row's own status was on earlier pages.
    let begun = after.and_then(|after| filter.statuses.iter().position(|one| *one == after.status));
    let begun = begun.unwrap_or(0);
    for (n, status) in filter.statuses.iter().enumerate().skip(begun) {
        query.push(if n == begun {
            "SELECT part.*, "
        } else {
            ") AS part UNION ALL SELECT part.*, "
        });
        query.bind(i64::try_from(n).unwrap_or(i64::MAX));
        query.push(" AS turn FROM (");
        query.push(select!("WHERE status = ")).bind(*status);
        if let Some(taken_by) = filter.taken_by {
            query.push(" AND taken_by = ").bind(taken_by);
        }
        if filter.unverified {
            query.push(" AND verified_at IS NULL");
        }
        if let Some(late_before) = filter.late_before {
            query.push(" AND decide_by < ").bind(late_before);
        }
        if let Some(service) = &filter.service {
            query.push(" AND service = ").bind(service);
        }
        if let Some(after) = after.filter(|after| after.status == *status) {
            query
                .push(" AND (decide_by, id) > (")
                .bind(after.decide_by)
                .push(", ")
                .bind(after.id)
                .push(")");
        }
        for mac in &filter.search {
            query
                .push(" AND id IN (SELECT request_id FROM search_token WHERE token_mac = ")
                .bind(mac)
                .push(")");
        }
        query.push(" ORDER BY decide_by, id LIMIT ").bind(limit);
    }
    query
        .push(") AS part ORDER BY turn, decide_by, id LIMIT ")
        .bind(limit);
    (query.sql, query.params)
}

/// A statement put together from literals and numbered binds.
#[derive(Default)]
struct Query {
    sql: String,
    params: Vec<Value>,
}

impl Query {
    fn push(&mut self, literal: &'static str) -> &mut Self {
        self.sql.push_str(literal);
        self
    }

    fn bind(&mut self, value: impl Bind) -> &mut Self {
        self.params.push(value.value());
        self.sql.push('$');
        self.sql.push_str(&self.params.len().to_string());
        self
    }
}

/// The four numbers at the head of the staff's desk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Undecided, and the time to decide has passed.
    pub late: u64,
    /// Undecided, and to be decided before the day ends.
    pub due_today: u64,
    /// Approved cremations of the day, done or to come.
    pub ceremonies_today: u64,
    /// Telephone calls that should have been made by now.
    pub calls_due: u64,
    /// Undecided, whenever they are due.
    pub undecided: u64,
    /// Telephone calls to make, due or not.
    pub calls_open: u64,
}

/// Counts, for the date `today` that ends at `day_end`.
pub async fn counts(
    conn: &mut Conn,
    now: Instant,
    today: NaiveDate,
    day_end: Instant,
) -> Result<Counts> {
    let late = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM request WHERE status = 'submitted' AND decide_by < $1";
    let due = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM request
               WHERE status = 'submitted' AND decide_by >= $1 AND decide_by < $2";
    let ceremonies = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM crematorium_case
                      JOIN request ON request.id = crematorium_case.request_id
                      WHERE crematorium_case.cremation_date = $1 AND request.status IN ('approved', 'completed')";
    let undecided = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM request WHERE status = 'submitted'";
    let open = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM call_task WHERE status = 'open'";
    let calls = "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM call_task WHERE status = 'open' AND due_at <= $1";
    Ok(Counts {
        late: conn.count(late, params![now]).await?,
        due_today: conn.count(due, params![now, day_end]).await?,
        ceremonies_today: conn.count(ceremonies, params![today]).await?,
        calls_due: conn.count(calls, params![now]).await?,
        undecided: conn.count(undecided, params![]).await?,
        calls_open: conn.count(open, params![]).await?,
    })
}

/// Unverified requests whose time has passed, the oldest first.
pub async fn lapsing(conn: &mut Conn, now: Instant, limit: u32) -> Result<Vec<RequestRow>> {
    conn.fetch_all(
        select!("WHERE status = 'submitted' AND verified_at IS NULL AND lapse_at <= $1 ORDER BY lapse_at, id LIMIT $2"),
        params![now, limit],
        parse,
    )
    .await
}

/// Live unverified requests of one phone.
pub async fn unverified_of_phone(conn: &mut Conn, phone_mac: &str) -> Result<u64> {
    conn.count(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM request
         WHERE phone_mac = $1 AND status IN ('submitted', 'returned', 'approved') AND verified_at IS NULL",
        params![phone_mac],
    )
    .await
}

/// Live unverified requests of one browser.
pub async fn unverified_of_browser(conn: &mut Conn, browser_mac: &str) -> Result<u64> {
    conn.count(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM request
         WHERE browser_mac = $1 AND status IN ('submitted', 'returned', 'approved') AND verified_at IS NULL",
        params![browser_mac],
    )
    .await
}
