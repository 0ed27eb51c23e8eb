//! A place in time is a row the database refuses twice: taking, holding, confirming, moving and releasing it.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::outage;
use crate::value::{Bind, Fields, Row, Value, params};
use chrono::NaiveDate;
use domain::crematorium::Claim;
use domain::time::Instant;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What kind of thing holds a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HolderKind {
    Draft,
    Request,
    Maintenance,
}

impl HolderKind {
    pub const ALL: [Self; 3] = [Self::Draft, Self::Request, Self::Maintenance];

    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Request => "request",
            Self::Maintenance => "maintenance",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Who holds a place: a draft for a while, a request or maintenance for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Holder {
    pub kind: HolderKind,
    pub id: Uuid,
}

impl Holder {
    pub fn draft(id: Uuid) -> Self {
        Self {
            kind: HolderKind::Draft,
            id,
        }
    }

    pub fn request(id: Uuid) -> Self {
        Self {
            kind: HolderKind::Request,
            id,
        }
    }

    pub fn maintenance(id: Uuid) -> Self {
        Self {
            kind: HolderKind::Maintenance,
            id,
        }
    }
}

/// One claimed cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimRow {
    pub resource: String,
    pub date: NaiveDate,
    pub cell: u8,
    pub holder: Holder,
    /// `None` once confirmed.
    pub hold_until: Option<Instant>,
}

/// A run of cells of one resource on one date, in the one order that all transactions keep.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    resource: String,
    date: NaiveDate,
    n: u8,
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT resource_id, service_date, cell, holder_kind, holder, hold_until FROM slot_claim ", $rest)
    };
}

fn parse(row: &Row) -> Result<ClaimRow> {
    let row: Fields<'_> = row.of("slot_claim", "holder");
    Ok(ClaimRow {
        resource: row.text("resource_id")?,
        date: row.date("service_date")?,
        cell: row.number("cell")?,
        holder: Holder {
            kind: row.word("holder_kind", HolderKind::parse)?,
            id: row.uuid("holder")?,
        },
        hold_until: row.instant_or_null("hold_until")?,
    })
}

/// Takes every cell of a claim, or none. `hold_until` is `None` for good.
///
/// False leaves nothing behind, so that a transaction can try one furnace after another (in id order).
pub async fn take(
    tx: &mut Tx,
    holder: Holder,
    claim: &Claim,
    hold_until: Option<Instant>,
    now: Instant,
) -> Result<bool> {
    let (first, end) = (claim.cells.first(), claim.cells.end());
    // A hold that lapsed is anybody's.
    tx.execute(
        "DELETE FROM slot_claim
         WHERE resource_id = $1 AND service_date = $2 AND cell >= $3 AND cell < $4 AND hold_until <= $5",
        params![&claim.resource, claim.date, first, end, now],
    )
    .await?;
    let taken: Vec<u8> = tx
        .fetch_all(
            "INSERT INTO slot_claim (resource_id, service_date, cell, holder_kind, holder, hold_until)
             SELECT $1, $2, n, $3, $4, $5 FROM cell WHERE n >= $6 AND n < $7 ORDER BY n
             ON CONFLICT DO NOTHING RETURNING cell, holder",
            params![&claim.resource, claim.date, holder.kind, holder.id, hold_until, first, end],
            |row| row.of("slot_claim", "holder").number("cell"),
        )
        .await?;
    if taken.len() == usize::from(end - first) {
        return Ok(true);
    }
    // By cell, not by holder: the holder may have had other cells of this range before.
    for cell in taken {
        tx.execute(
            "DELETE FROM slot_claim WHERE resource_id = $1 AND service_date = $2 AND cell = $3",
            params![&claim.resource, claim.date, cell],
        )
        .await?;
    }
    Ok(false)
}

/// Moves a holder to other places: keeps the cells it shares, releases and takes the others, all or none.
///
/// Cells are released and taken interleaved in one order of resource, date and cell: two moves that swap places and
/// released first would wait for each other for ever. False leaves everything as it was.
pub async fn shift(
    tx: &mut Tx,
    holder: Holder,
    wanted: &[Claim],
    hold_until: Option<Instant>,
    now: Instant,
) -> Result<bool> {
    let had = of(tx, holder.id).await?.into_iter().map(cell_of).collect();
    let wanted = wanted.iter().flat_map(cells).collect();
    shift_cells(tx, holder, &had, &wanted, hold_until, now).await
}

/// Moves what a holder has of one thing on one date to another, all or none; its other places are not touched.
pub async fn swap(
    tx: &mut Tx,
    holder: Holder,
    from: (&str, NaiveDate),
    wanted: &Claim,
    now: Instant,
) -> Result<bool> {
    let had = of(tx, holder.id).await?.into_iter();
    let had = had
        .filter(|row| (row.resource.as_str(), row.date) == from)
        .map(cell_of)
        .collect();
    shift_cells(tx, holder, &had, &cells(wanted).collect(), None, now).await
}

async fn shift_cells(
    tx: &mut Tx,
    holder: Holder,
    had: &BTreeSet<Cell>,
    wanted: &BTreeSet<Cell>,
    hold_until: Option<Instant>,
    now: Instant,
) -> Result<bool> {
    // A request's cells that are out of service do not go back to the public. A held cell is never one of them.
    let outages = if holder.kind == HolderKind::Request && !had.is_subset(wanted) {
        outage::around(tx, holder.id).await?
    } else {
        Vec::new()
    };
    tx.execute("SAVEPOINT shift", params![]).await?;
    let mut complete = true;
    for cell in had.symmetric_difference(wanted) {
        complete = if had.contains(cell) {
            let heir = outages.iter().find(|outage| {
                outage.resource == cell.resource && outage.span.covers(cell.date, cell.n)
            });
            give_back(tx, holder, cell, heir.map(|outage| outage.id)).await?;
            true
        } else {
            take_cell(tx, holder, cell, hold_until, now).await?
        };
        if !complete {
            break;
        }
    }
    if complete {
        // What is kept is held as long as what is new.
        tx.execute(
            "UPDATE slot_claim SET hold_until = $1, holder_kind = $2 WHERE holder = $3",
            params![hold_until, holder.kind, holder.id],
        )
        .await?;
    } else {
        tx.execute("ROLLBACK TO SAVEPOINT shift", params![]).await?;
    }
    tx.execute("RELEASE SAVEPOINT shift", params![]).await?;
    Ok(complete)
}

/// Gives one cell back: to the outage it lies in, or to the public.
async fn give_back(tx: &mut Tx, holder: Holder, cell: &Cell, heir: Option<Uuid>) -> Result<()> {
    match heir {
        Some(outage) => {
            tx.execute(
                "UPDATE slot_claim SET holder_kind = 'maintenance', holder = $1, hold_until = NULL
                 WHERE resource_id = $2 AND service_date = $3 AND cell = $4 AND holder = $5",
                params![outage, &cell.resource, cell.date, cell.n, holder.id],
            )
            .await?
        }
        None => {
            tx.execute(
                "DELETE FROM slot_claim WHERE resource_id = $1 AND service_date = $2 AND cell = $3 AND holder = $4",
                params![&cell.resource, cell.date, cell.n, holder.id],
            )
            .await?
        }
    };
    Ok(())
}

/// Takes what is free of a claim, and what is only held: a day is being closed. What is booked stays as it is.
///
/// A booking that is on its way meets these cells at their key: it is refused, or it was first and is found by
/// [`booked`] afterwards in the same transaction.
pub async fn close(tx: &mut Tx, holder: Holder, claim: &Claim, until: Instant) -> Result<()> {
    tx.execute(
        "INSERT INTO slot_claim (resource_id, service_date, cell, holder_kind, holder, hold_until)
         SELECT $1, $2, n, $3, $4, $5 FROM cell WHERE n >= $6 AND n < $7 ORDER BY n
         ON CONFLICT (resource_id, service_date, cell) DO UPDATE
         SET holder_kind = excluded.holder_kind, holder = excluded.holder, hold_until = excluded.hold_until
         WHERE slot_claim.hold_until IS NOT NULL",
        params![
            &claim.resource,
            claim.date,
            holder.kind,
            holder.id,
            until,
            claim.cells.first(),
            claim.cells.end(),
        ],
    )
    .await?;
    Ok(())
}

/// Gives a holder's places of one resource on one date back: the day is open again.
pub async fn reopen(tx: &mut Tx, holder: Uuid, resource: &str, date: NaiveDate) -> Result<()> {
    tx.execute(
        "DELETE FROM slot_claim WHERE holder = $1 AND resource_id = $2 AND service_date = $3",
        params![holder, resource, date],
    )
    .await?;
    Ok(())
}

/// A place that a request has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    pub request_id: Uuid,
    pub resource: String,
    pub date: NaiveDate,
}

/// What requests have from a date on, in order of date: a row for each request, resource and date.
pub async fn booked(conn: &mut Conn, from: NaiveDate) -> Result<Vec<Booked>> {
    conn.fetch_all(
        "SELECT DISTINCT holder, resource_id, service_date FROM slot_claim
         WHERE service_date >= $1 AND holder_kind = 'request'
         ORDER BY service_date, resource_id, holder",
        params![from],
        |row| {
            let row = row.of("slot_claim", "holder");
            Ok(Booked {
                request_id: row.uuid("holder")?,
                resource: row.text("resource_id")?,
                date: row.date("service_date")?,
            })
        },
    )
    .await
}

fn cell_of(row: ClaimRow) -> Cell {
    Cell {
        resource: row.resource,
        date: row.date,
        n: row.cell,
    }
}

fn cells(claim: &Claim) -> impl Iterator<Item = Cell> {
    let cells = claim.cells.first()..claim.cells.end();
    cells.map(|n| Cell {
        resource: claim.resource.clone(),
        date: claim.date,
        n,
    })
}

/// One cell: a free one is inserted, a lapsed hold is taken over.
async fn take_cell(
    tx: &mut Tx,
    holder: Holder,
    cell: &Cell,
    hold_until: Option<Instant>,
    now: Instant,
) -> Result<bool> {
    let taken = tx.execute(
        "INSERT INTO slot_claim (resource_id, service_date, cell, holder_kind, holder, hold_until)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (resource_id, service_date, cell) DO UPDATE
         SET holder_kind = excluded.holder_kind, holder = excluded.holder, hold_until = excluded.hold_until
         WHERE slot_claim.hold_until <= $7",
        params![&cell.resource, cell.date, cell.n, holder.kind, holder.id, hold_until, now],
    );
    Ok(taken.await? == 1)
}

/// Makes a draft's holds a request's places for good; the number of cells. Fewer than were held: a hold lapsed.
pub async fn confirm(tx: &mut Tx, from: Holder, to: Holder, now: Instant) -> Result<u64> {
    tx.execute(
        "UPDATE slot_claim SET hold_until = NULL, holder_kind = $1, holder = $2 WHERE holder = $3 AND hold_until > $4",
        params![to.kind, to.id, from.id, now],
    )
    .await
}

/// Holds on for longer; the number of cells still held.
pub async fn extend(tx: &mut Tx, holder: Uuid, until: Instant, now: Instant) -> Result<u64> {
    tx.execute(
        "UPDATE slot_claim SET hold_until = $1 WHERE holder = $2 AND hold_until > $3",
        params![until, holder, now],
    )
    .await
}

/// Gives every place back; the number of cells.
pub async fn release(tx: &mut Tx, holder: Uuid) -> Result<u64> {
    tx.execute("DELETE FROM slot_claim WHERE holder = $1", params![holder])
        .await
}

/// Everything a holder has, lapsed holds too, in order.
pub async fn of(conn: &mut Conn, holder: Uuid) -> Result<Vec<ClaimRow>> {
    conn.fetch_all(
        select!("WHERE holder = $1 ORDER BY resource_id, service_date, cell"),
        params![holder],
        parse,
    )
    .await
}

/// Every cell taken from one date to another, inclusive; lapsed holds are free. For tests: the desk asks otherwise.
#[cfg(any(test, feature = "testing"))]
pub async fn occupied(
    conn: &mut Conn,
    from: NaiveDate,
    until: NaiveDate,
    now: Instant,
) -> Result<Vec<ClaimRow>> {
    conn.fetch_all(
        select!(
            "WHERE service_date >= $1 AND service_date <= $2 AND (hold_until IS NULL OR hold_until > $3)
             ORDER BY service_date, resource_id, cell"
        ),
        params![from, until, now],
        parse,
    )
    .await
}

/// What is taken of one resource on one date: one bit for each cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub resource: String,
    pub date: NaiveDate,
    pub cells: u128,
}

/// Cells in each of the two numbers that carry a day: 96 do not fit into one.
const HALF_DAY: u32 = 48;

/// Every cell taken from one date to another, inclusive, a row for each resource and date; lapsed holds are free, and
/// `except` counts as nobody.
///
/// Pages ask for a month at a time: carrying every cell over as a row of its own took most of their time.
pub async fn taken(
    conn: &mut Conn,
    from: NaiveDate,
    until: NaiveDate,
    now: Instant,
    except: Option<Uuid>,
) -> Result<Vec<Taken>> {
    conn.fetch_all(
        "SELECT resource_id, service_date,
             CAST(SUM(CASE WHEN cell < 48 THEN CAST(1 AS BIGINT) << CAST(cell AS INTEGER) ELSE 0 END) AS BIGINT)
                 AS first_half,
             CAST(SUM(CASE WHEN cell >= 48 THEN CAST(1 AS BIGINT) << CAST(cell - 48 AS INTEGER) ELSE 0 END) AS BIGINT)
                 AS second_half
         FROM slot_claim
         WHERE service_date >= $1 AND service_date <= $2 AND (hold_until IS NULL OR hold_until > $3) AND holder <> $4
         GROUP BY service_date, resource_id",
        params![from, until, now, except.unwrap_or_default()],
        |row| {
            let row = row.of("slot_claim", "resource_id");
            let half = |name| row.number::<u64>(name).map(u128::from);
            Ok(Taken {
                resource: row.text("resource_id")?,
                date: row.date("service_date")?,
                cells: half("first_half")? | (half("second_half")? << HALF_DAY),
            })
        },
    )
    .await
}

/// Deletes holds that lapsed, at most `limit` cells; the number. Taking does not need it: it keeps the table small.
pub async fn delete_lapsed(tx: &mut Tx, now: Instant, limit: u32) -> Result<u64> {
    tx.execute(
        "DELETE FROM slot_claim WHERE (resource_id, service_date, cell) IN (
             SELECT resource_id, service_date, cell FROM slot_claim WHERE hold_until <= $1 LIMIT $2)
         AND hold_until <= $1",
        params![now, limit],
    )
    .await
}

impl Bind for HolderKind {
    const NULL: Value = Value::Text(None);

    fn value(self) -> Value {
        self.code().value()
    }
}
