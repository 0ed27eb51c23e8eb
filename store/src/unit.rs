//! Units of equipment: the register, the guarded change of state, the history, and who has which.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Bind, Row, Value, params};
use chrono::NaiveDate;
use domain::equipment::UnitState;
use domain::money::Satang;
use domain::time::Instant;
use uuid::Uuid;

/// A unit as it is kept. `version` is 1 when it is registered and grows by one with every change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRow {
    pub id: Uuid,
    /// The type's id in the settings.
    pub kind: String,
    pub asset_number: String,
    /// As `AssetNumber::key` gives it; unique.
    pub asset_key: String,
    /// What its QR says; unique and random.
    pub label: String,
    pub about: UnitAbout,
    pub state: UnitState,
    pub recalled: bool,
    pub serviced: Serviced,
    pub version: i64,
    pub created_at: Instant,
    pub updated_at: Instant,
}

/// What the register says about a unit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitAbout {
    pub serial: String,
    pub maker: String,
    pub model: String,
    pub lot: String,
    pub price: Option<Satang>,
    pub fund: String,
    pub acquired_on: Option<NaiveDate>,
    /// Its home shelf.
    pub place: String,
    pub note: String,
}

/// What the service plan looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serviced {
    /// The last service, or the day it was registered.
    pub on: NaiveDate,
    pub loans: u32,
    /// The hour meter now, and at the last service.
    pub meter: u32,
    pub meter_then: u32,
}

impl Bind for UnitState {
    const NULL: Value = Value::Text(None);

    fn value(self) -> Value {
        self.code().value()
    }
}

macro_rules! columns {
    () => {
        "id, kind, asset_number, asset_key, label, serial, maker, model, lot, price, fund, acquired_on, place, note, \
         state, recalled, hour_meter, serviced_on, loans_since_service, hours_at_service, version, created_at, \
         updated_at"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM equipment_unit ", $rest)
    };
}

fn parse(row: &Row) -> Result<UnitRow> {
    let row = row.of("equipment_unit", "id");
    Ok(UnitRow {
        id: row.uuid("id")?,
        kind: row.text("kind")?,
        asset_number: row.text("asset_number")?,
        asset_key: row.text("asset_key")?,
        label: row.text("label")?,
        about: UnitAbout {
            serial: row.text("serial")?,
            maker: row.text("maker")?,
            model: row.text("model")?,
            lot: row.text("lot")?,
            price: row.int_or_null("price")?.map(Satang),
            fund: row.text("fund")?,
            acquired_on: row.date_or_null("acquired_on")?,
            place: row.text("place")?,
            note: row.text("note")?,
        },
        state: row.word("state", UnitState::parse)?,
        recalled: row.flag("recalled")?,
        serviced: Serviced {
            on: row.date("serviced_on")?,
            loans: row.number("loans_since_service")?,
            meter: row.number("hour_meter")?,
            meter_then: row.number("hours_at_service")?,
        },
        version: row.int("version")?,
        created_at: row.instant("created_at")?,
        updated_at: row.instant("updated_at")?,
    })
}

/// Registers a unit. False: its asset number is registered already.
pub async fn insert(tx: &mut Tx, unit: &UnitRow) -> Result<bool> {
    let inserted = tx.execute(
        concat!(
            "INSERT INTO equipment_unit (",
            columns!(),
            ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, \
             $21, $22, $23) ON CONFLICT (asset_key) DO NOTHING"
        ),
        params![
            unit.id,
            &unit.kind,
            &unit.asset_number,
            &unit.asset_key,
            &unit.label,
            &unit.about.serial,
            &unit.about.maker,
            &unit.about.model,
            &unit.about.lot,
            unit.about.price.map(|price| price.0),
            &unit.about.fund,
            unit.about.acquired_on,
            &unit.about.place,
            &unit.about.note,
            unit.state,
            unit.recalled,
            unit.serviced.meter,
            unit.serviced.on,
            unit.serviced.loans,
            unit.serviced.meter_then,
            unit.version,
            unit.created_at,
            unit.updated_at,
        ],
    );
    Ok(inserted.await? == 1)
}

pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<UnitRow>> {
    conn.fetch_optional(select!("WHERE id = $1"), params![id], parse)
        .await
}

/// By the key of its asset number.
pub async fn by_asset_key(conn: &mut Conn, key: &str) -> Result<Option<UnitRow>> {
    conn.fetch_optional(select!("WHERE asset_key = $1"), params![key], parse)
        .await
}

/// By what its QR says.
pub async fn by_label(conn: &mut Conn, label: &str) -> Result<Option<UnitRow>> {
    conn.fetch_optional(select!("WHERE label = $1"), params![label], parse)
        .await
}

/// Writes what changed of a unit that still has `from`'s state and version. False: somebody else was first.
pub async fn apply(tx: &mut Tx, from: &UnitRow, next: &UnitRow) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE equipment_unit SET version = version + 1, serial = $1, maker = $2, model = $3, lot = $4, price = $5,
             fund = $6, acquired_on = $7, place = $8, note = $9, state = $10, recalled = $11, hour_meter = $12,
             serviced_on = $13, loans_since_service = $14, hours_at_service = $15, updated_at = $16
         WHERE id = $17 AND state = $18 AND version = $19",
        params![
            &next.about.serial,
            &next.about.maker,
            &next.about.model,
            &next.about.lot,
            next.about.price.map(|price| price.0),
            &next.about.fund,
            next.about.acquired_on,
            &next.about.place,
            &next.about.note,
            next.state,
            next.recalled,
            next.serviced.meter,
            next.serviced.on,
            next.serviced.loans,
            next.serviced.meter_then,
            next.updated_at,
            from.id,
            from.state,
            from.version,
        ],
    );
    Ok(changed.await? == 1)
}

/// Units of a type that stand on the shelf, the first registered first.
pub async fn on_shelf(conn: &mut Conn, kind: &str, limit: u32) -> Result<Vec<UnitRow>> {
    conn.fetch_all(
        select!("WHERE kind = $1 AND state = 'available' ORDER BY id LIMIT $2"),
        params![kind, limit],
        parse,
    )
    .await
}

/// From when on a unit that stands on the shelf is not lent before its service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ServiceLimits {
    pub loans: Option<u32>,
    pub hours: Option<u32>,
    /// Serviced last on this day or before.
    pub until: Option<NaiveDate>,
}

/// How many units of a type stand on the shelf and may not be lent: recalled, or their service is due.
pub async fn held_back(conn: &mut Conn, kind: &str, limits: ServiceLimits) -> Result<u32> {
    // A limit that is not set compares with NULL, and holds nothing back.
    let n = conn
        .count(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM equipment_unit
             WHERE kind = $1 AND state = 'available'
               AND (recalled <> 0 OR loans_since_service >= $2 OR hour_meter - hours_at_service >= $3
                    OR serviced_on <= $4)",
            params![kind, limits.loans, limits.hours, limits.until],
        )
        .await?;
    Ok(u32::try_from(n).unwrap_or(u32::MAX))
}

/// How many units of each type are in each state.
pub async fn counts(conn: &mut Conn) -> Result<Vec<(String, UnitState, u32)>> {
    conn.fetch_all(
        "SELECT kind, state, CAST(COUNT(*) AS BIGINT) AS n FROM equipment_unit GROUP BY kind, state
         ORDER BY kind, state",
        params![],
        |row| {
            let row = row.of("equipment_unit", "kind");
            Ok((
                row.text("kind")?,
                row.word("state", UnitState::parse)?,
                row.number("n")?,
            ))
        },
    )
    .await
}

/// Which units a list shows; nothing set shows all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitFilter {
    pub kind: Option<String>,
    pub state: Option<UnitState>,
}

/// A page of units in the order of their registration, after `after`, at most `limit`.
pub async fn list(
    conn: &mut Conn,
    filter: &UnitFilter,
    after: Option<Uuid>,
    limit: u32,
) -> Result<Vec<UnitRow>> {
    let after = after.unwrap_or(Uuid::nil());
    // One range of an index, whatever is filtered by.
    let (sql, params) = match (&filter.kind, filter.state) {
        (None, None) => (
            select!("WHERE id > $1 ORDER BY id LIMIT $2"),
            params![after, limit],
        ),
        (Some(kind), None) => (
            select!("WHERE id > $1 AND kind = $2 ORDER BY id LIMIT $3"),
            params![after, kind, limit],
        ),
        (None, Some(state)) => (
            select!("WHERE id > $1 AND state = $2 ORDER BY id LIMIT $3"),
            params![after, state, limit],
        ),
        (Some(kind), Some(state)) => (
            select!("WHERE id > $1 AND kind = $2 AND state = $3 ORDER BY id LIMIT $4"),
            params![after, kind, state, limit],
        ),
    };
    conn.fetch_all(sql, params, parse).await
}

/// One line of a unit's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitEventRow {
    pub id: Uuid,
    pub unit_id: Uuid,
    /// The unit's version after the event.
    pub version: i64,
    pub at: Instant,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    /// As `UnitAction::code` gives it, or `register`, `edit`.
    pub event: String,
    /// What was said with it, as JSON.
    pub body: String,
}

pub async fn insert_event(tx: &mut Tx, event: &UnitEventRow) -> Result<()> {
    tx.execute(
        "INSERT INTO equipment_event (id, unit_id, version, at, actor_kind, actor_id, event, body)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params![
            event.id,
            event.unit_id,
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

/// A unit's whole history, oldest first.
pub async fn events(conn: &mut Conn, unit_id: Uuid) -> Result<Vec<UnitEventRow>> {
    conn.fetch_all(
        "SELECT id, unit_id, version, at, actor_kind, actor_id, event, body FROM equipment_event
         WHERE unit_id = $1 ORDER BY version, id",
        params![unit_id],
        |row| {
            let row = row.of("equipment_event", "id");
            Ok(UnitEventRow {
                id: row.uuid("id")?,
                unit_id: row.uuid("unit_id")?,
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

/// Why a unit is not on the shelf for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    Reserved,
    OnLoan,
}

impl Held {
    pub fn code(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::OnLoan => "on_loan",
        }
    }

    fn parse(code: &str) -> Option<Self> {
        [Self::Reserved, Self::OnLoan]
            .into_iter()
            .find(|held| held.code() == code)
    }
}

/// Who has a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllocationRow {
    pub id: Uuid,
    pub unit_id: Uuid,
    pub line_id: Uuid,
    pub held: Held,
    pub started_at: Instant,
    pub ended_at: Option<Instant>,
}

fn parse_allocation(row: &Row) -> Result<AllocationRow> {
    let row = row.of("allocation", "id");
    Ok(AllocationRow {
        id: row.uuid("id")?,
        unit_id: row.uuid("unit_id")?,
        line_id: row.uuid("line_id")?,
        held: row.word("kind", Held::parse)?,
        started_at: row.instant("started_at")?,
        ended_at: row.instant_or_null("ended_at")?,
    })
}

/// Gives a unit to a piece of a request. False: somebody has it.
pub async fn allocate(
    tx: &mut Tx,
    id: Uuid,
    unit_id: Uuid,
    line_id: Uuid,
    held: Held,
    now: Instant,
) -> Result<bool> {
    // Without a target: PostgreSQL would want the partial index's condition repeated.
    let inserted = tx.execute(
        "INSERT INTO allocation (id, unit_id, line_id, kind, started_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING",
        params![id, unit_id, line_id, held.code(), now],
    );
    Ok(inserted.await? == 1)
}

/// Ends whatever open allocation a unit has; whether it had one.
pub async fn deallocate(tx: &mut Tx, unit_id: Uuid, now: Instant) -> Result<bool> {
    let ended = tx.execute(
        "UPDATE allocation SET ended_at = $1 WHERE unit_id = $2 AND ended_at IS NULL",
        params![now, unit_id],
    );
    Ok(ended.await? > 0)
}

/// Who has a unit now.
pub async fn holder(conn: &mut Conn, unit_id: Uuid) -> Result<Option<AllocationRow>> {
    conn.fetch_optional(
        "SELECT id, unit_id, line_id, kind, started_at, ended_at FROM allocation
         WHERE unit_id = $1 AND ended_at IS NULL",
        params![unit_id],
        parse_allocation,
    )
    .await
}

/// Everybody who ever had a unit, the last first.
pub async fn holders(conn: &mut Conn, unit_id: Uuid) -> Result<Vec<AllocationRow>> {
    conn.fetch_all(
        "SELECT id, unit_id, line_id, kind, started_at, ended_at FROM allocation
         WHERE unit_id = $1 ORDER BY id DESC",
        params![unit_id],
        parse_allocation,
    )
    .await
}
