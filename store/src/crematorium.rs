//! A request's crematorium case, and the rule of one live case per deceased.
use crate::conn::{Conn, Tx};
use crate::error::Result;
use crate::value::{Bind, Row, Value, params};
use chrono::NaiveDate;
use domain::crematorium::application::Relation;
use domain::crematorium::{
    AshWish, CaseType, CoffinSize, CremationWish, Implants, InternalNumber, PavilionWish, Residence,
};
use domain::time::Instant;
use uuid::Uuid;

/// What a crematorium request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    pub request_id: Uuid,
    pub deceased_id: Uuid,
    pub relation: Relation,
    pub case_type: CaseType,
    pub date_of_death: NaiveDate,
    pub residence: Residence,
    /// `None` while the certificate "has not come yet".
    pub certificate_number: Option<String>,
    pub certificate_due_at: Option<Instant>,
    pub cremation: Option<Cremation>,
    pub pavilion: Option<PavilionWish>,
    pub ash: Option<AshCollection>,
    /// `None` until somebody has been asked.
    pub coffin: Option<CoffinSize>,
    /// `None` until somebody has been asked.
    pub implants: Option<Implants>,
    /// The office's own number for somebody unnamed.
    pub internal_number: Option<InternalNumber>,
}

/// When the ashes are collected, and the table the office keeps for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AshCollection {
    pub wish: AshWish,
    pub table_id: String,
}

/// The round a case has, and the furnace the office keeps for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cremation {
    pub wish: CremationWish,
    pub furnace_id: String,
}

macro_rules! columns {
    () => {
        "request_id, deceased_id, relation, case_type, date_of_death, residence, certificate_number, \
         certificate_due_at, cremation_date, cremation_round, furnace_id, pavilion_id, pavilion_from, pavilion_nights, \
         ash_date, ash_start, ash_table, coffin_size, implants, internal_number"
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", columns!(), " FROM crematorium_case ", $rest)
    };
}

fn parse(row: &Row) -> Result<CaseRow> {
    let row = row.of("crematorium_case", "request_id");
    let date = row.date_or_null("cremation_date")?;
    let cremation = match (
        date,
        row.time_or_null("cremation_round")?,
        row.text_or_null("furnace_id")?,
    ) {
        (Some(date), Some(round), Some(furnace_id)) => Some(Cremation {
            wish: CremationWish { date, round },
            furnace_id,
        }),
        (None, None, None) => None,
        _ => return Err(row.impossible("cremation_date", "date, round and furnace go together")),
    };
    let from = row.date_or_null("pavilion_from")?;
    let pavilion = match (
        row.text_or_null("pavilion_id")?,
        from,
        row.number_or_null("pavilion_nights")?,
    ) {
        (Some(id), Some(from), Some(nights)) => Some(PavilionWish { id, from, nights }),
        (None, None, None) => None,
        _ => {
            return Err(row.impossible(
                "pavilion_id",
                "pavilion, first night and nights go together",
            ));
        }
    };
    let ash_date = row.date_or_null("ash_date")?;
    let ash = match (
        ash_date,
        row.time_or_null("ash_start")?,
        row.text_or_null("ash_table")?,
    ) {
        (Some(date), Some(start), Some(table_id)) => Some(AshCollection {
            wish: AshWish { date, start },
            table_id,
        }),
        (None, None, None) => None,
        _ => return Err(row.impossible("ash_date", "date, start and table go together")),
    };
    Ok(CaseRow {
        request_id: row.uuid("request_id")?,
        deceased_id: row.uuid("deceased_id")?,
        relation: row.word("relation", Relation::parse)?,
        case_type: row.word("case_type", CaseType::parse)?,
        date_of_death: row.date("date_of_death")?,
        residence: row.word("residence", Residence::parse)?,
        certificate_number: row.text_or_null("certificate_number")?,
        certificate_due_at: row.instant_or_null("certificate_due_at")?,
        cremation,
        pavilion,
        ash,
        coffin: row.word_or_null("coffin_size", CoffinSize::parse)?,
        implants: row.word_or_null("implants", Implants::parse)?,
        internal_number: row.word_or_null("internal_number", InternalNumber::parse)?,
    })
}

fn binds(case: &CaseRow) -> Vec<Value> {
    let cremation = case.cremation.as_ref();
    let pavilion = case.pavilion.as_ref();
    let ash = case.ash.as_ref();
    params![
        case.request_id,
        case.deceased_id,
        case.relation.code(),
        case.case_type.code(),
        case.date_of_death,
        case.residence.code(),
        case.certificate_number.as_deref(),
        case.certificate_due_at,
        cremation.map(|cremation| cremation.wish.date),
        cremation.map(|cremation| cremation.wish.round),
        cremation.map(|cremation| cremation.furnace_id.as_str()),
        pavilion.map(|pavilion| pavilion.id.as_str()),
        pavilion.map(|pavilion| pavilion.from),
        pavilion.map(|pavilion| pavilion.nights),
        ash.map(|ash| ash.wish.date),
        ash.map(|ash| ash.wish.start),
        ash.map(|ash| ash.table_id.as_str()),
        case.coffin.map(CoffinSize::code),
        case.implants.map(Implants::code),
        case.internal_number.map(|number| number.to_string()),
    ]
}

pub async fn insert(tx: &mut Tx, case: &CaseRow) -> Result<()> {
    tx.execute(
        concat!(
            "INSERT INTO crematorium_case (",
            columns!(),
            ")
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
             $17, $18, $19, $20)"
        ),
        binds(case),
    )
    .await?;
    Ok(())
}

pub async fn load(conn: &mut Conn, request_id: Uuid) -> Result<Option<CaseRow>> {
    conn.fetch_optional(select!("WHERE request_id = $1"), params![request_id], parse)
        .await
}

/// Writes every column again: a corrected or moved case. False: there is no such case.
///
/// The guard is the request's: change its version in the same transaction.
pub async fn update(tx: &mut Tx, case: &CaseRow) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE crematorium_case SET deceased_id = $2, relation = $3, case_type = $4, date_of_death = $5,
             residence = $6, certificate_number = $7, certificate_due_at = $8, cremation_date = $9,
             cremation_round = $10, furnace_id = $11, pavilion_id = $12, pavilion_from = $13, pavilion_nights = $14,
             ash_date = $15, ash_start = $16, ash_table = $17, coffin_size = $18, implants = $19, internal_number = $20
         WHERE request_id = $1",
        binds(case),
    );
    Ok(changed.await? == 1)
}

/// Notes the certificate that was awaited.
pub async fn set_certificate(tx: &mut Tx, request_id: Uuid, number: &str) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE crematorium_case SET certificate_number = $1, certificate_due_at = NULL WHERE request_id = $2",
        params![number, request_id],
    );
    Ok(changed.await? == 1)
}

/// How many ceremonies there are on each day from one to another, inclusive: live ones and those that were held.
pub async fn live_by_day(
    conn: &mut Conn,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<(NaiveDate, u32)>> {
    conn.fetch_all(
        "SELECT cremation_date, CAST(COUNT(*) AS BIGINT) AS n
         FROM crematorium_case JOIN request ON request.id = crematorium_case.request_id
         WHERE cremation_date >= $1 AND cremation_date <= $2
             AND status IN ('submitted', 'returned', 'approved', 'completed')
         GROUP BY cremation_date ORDER BY cremation_date",
        params![from, until],
        |row| {
            let row = row.of("crematorium_case", "cremation_date");
            Ok((row.date("cremation_date")?, row.number("n")?))
        },
    )
    .await
}

/// Every case cremated on a date, whatever its request's status, in the order of rounds.
pub async fn on_day(conn: &mut Conn, date: NaiveDate) -> Result<Vec<CaseRow>> {
    conn.fetch_all(
        select!("WHERE cremation_date = $1 ORDER BY cremation_round, furnace_id, request_id"),
        params![date],
        parse,
    )
    .await
}

/// Cases with a cremation or a first night from one date to another, both inclusive, whatever their requests' status.
pub async fn between(conn: &mut Conn, from: NaiveDate, until: NaiveDate) -> Result<Vec<CaseRow>> {
    let mut cases = conn
        .fetch_all(
            select!(
                "WHERE cremation_date >= $1 AND cremation_date <= $2 ORDER BY cremation_date, request_id"
            ),
            params![from, until],
            parse,
        )
        .await?;
    // Two statements, each by its own index.
    let pavilions = conn
        .fetch_all(
            select!(
                "WHERE pavilion_from >= $1 AND pavilion_from <= $2 ORDER BY pavilion_from, request_id"
            ),
            params![from, until],
            parse,
        )
        .await?;
    for case in pavilions {
        if !cases
            .iter()
            .any(|known| known.request_id == case.request_id)
        {
            cases.push(case);
        }
    }
    Ok(cases)
}

/// What identifies a deceased person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IdentityKind {
    NationalId,
    Passport,
    Certificate,
    /// The office's own number for somebody without papers.
    Internal,
}

impl IdentityKind {
    pub const ALL: [Self; 4] = [
        Self::NationalId,
        Self::Passport,
        Self::Certificate,
        Self::Internal,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::NationalId => "national_id",
            Self::Passport => "passport",
            Self::Certificate => "certificate",
            Self::Internal => "internal_number",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl Bind for IdentityKind {
    const NULL: Value = Value::Text(None);

    fn value(self) -> Value {
        self.code().value()
    }
}

/// One live case per deceased: the identifiers a submitted case occupies.
pub mod identity {
    use super::{Conn, IdentityKind, Result, Tx, Uuid, params};

    /// An identifier: its kind and its MAC, never its value.
    pub type Identifier = (IdentityKind, String);

    /// Occupies every identifier for a request; those it has already stay. False: another live case has one of
    /// them, and nothing was occupied.
    pub async fn claim(tx: &mut Tx, request_id: Uuid, identifiers: &[Identifier]) -> Result<bool> {
        // One order for all transactions.
        let mut wanted: Vec<&Identifier> = identifiers.iter().collect();
        wanted.sort();
        wanted.dedup();
        let mut inserted = Vec::new();
        for (kind, mac) in wanted {
            let rows = tx.execute(
                "INSERT INTO case_identity (kind, value_mac, request_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                params![*kind, mac, request_id],
            );
            if rows.await? == 1 {
                inserted.push((*kind, mac));
            } else if holder(tx, *kind, mac).await? != Some(request_id) {
                for (kind, mac) in inserted {
                    tx.execute(
                        "DELETE FROM case_identity WHERE kind = $1 AND value_mac = $2 AND request_id = $3",
                        params![kind, mac, request_id],
                    )
                    .await?;
                }
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The live case that has an identifier.
    pub async fn holder(conn: &mut Conn, kind: IdentityKind, mac: &str) -> Result<Option<Uuid>> {
        conn.fetch_optional(
            "SELECT kind, request_id FROM case_identity WHERE kind = $1 AND value_mac = $2",
            params![kind, mac],
            |row| row.of("case_identity", "kind").uuid("request_id"),
        )
        .await
    }

    /// Gives every identifier of an ended case back.
    pub async fn release(tx: &mut Tx, request_id: Uuid) -> Result<u64> {
        tx.execute(
            "DELETE FROM case_identity WHERE request_id = $1",
            params![request_id],
        )
        .await
    }

    /// What a case occupies.
    pub async fn of(conn: &mut Conn, request_id: Uuid) -> Result<Vec<Identifier>> {
        conn.fetch_all(
            "SELECT kind, value_mac, request_id FROM case_identity WHERE request_id = $1 ORDER BY kind, value_mac",
            params![request_id],
            |row| {
                let row = row.of("case_identity", "request_id");
                Ok((row.word("kind", IdentityKind::parse)?, row.text("value_mac")?))
            },
        )
        .await
    }
}
