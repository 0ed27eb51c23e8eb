//! What the tests share: a clock that stands still, ids in order, and whole rows to begin with.
use chrono::{NaiveDate, TimeDelta};
use domain::crematorium::{CellRange, Claim};
use domain::request::Status;
use domain::time::{Instant, TimeOfDay};
use std::sync::atomic::{AtomicU64, Ordering};
use store::person::PersonRow;
use store::request::{RequestRow, RequestState};
use store::{Result, Tx, person, request};
use uuid::Uuid;

/// 2026-11-23, nine o'clock in Trang.
pub fn now() -> Instant {
    "2026-11-23T02:00:00Z".parse().expect("an instant")
}

pub fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

pub fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// Ids that grow, as `UUIDv7` do.
pub fn id() -> Uuid {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u128(u128::from(NEXT.fetch_add(1, Ordering::Relaxed)))
}

/// Ninety minutes of a furnace from a time on 25 November.
pub fn round(furnace: &str, start: &str) -> Claim {
    let start = TimeOfDay::parse(start).expect("a time");
    Claim {
        resource: furnace.to_owned(),
        date: date("2026-11-25"),
        cells: CellRange::from_minutes(start, 90).expect("a range"),
    }
}

pub fn person() -> PersonRow {
    PersonRow {
        id: id(),
        name: "สมหญิง ใจดี".to_owned(),
        phone: Some("0812345678".to_owned()),
        email: None,
        identity: None,
        created_at: now(),
        erased_at: None,
    }
}

/// A submitted request, not yet inserted; `decide_by` is an hour from now.
pub fn request_of(applicant_id: Uuid) -> RequestRow {
    let id = id();
    RequestRow {
        id,
        reference: format!("{:012}", id.as_u128()),
        service: "crematorium".to_owned(),
        version: 1,
        state: RequestState {
            status: Status::Submitted,
            frozen: false,
            verified_at: None,
            returned_count: 0,
            taken_by: None,
            updated_at: now(),
            decide_by: now() + minutes(60),
            decided_at: None,
            lapse_at: Some(now() + minutes(120)),
            correct_by: None,
            release_missing: false,
        },
        channel: "web".to_owned(),
        applicant_id,
        helper_id: None,
        phone_mac: "phone".to_owned(),
        browser_mac: Some("browser".to_owned()),
        settings_revision: 1,
        submitted_at: now(),
    }
}

/// Inserts a person and a request, changed as told.
pub async fn insert_request(
    tx: &mut Tx,
    change: impl FnOnce(&mut RequestRow),
) -> Result<RequestRow> {
    let applicant = person();
    person::insert(tx, &applicant).await?;
    let mut row = request_of(applicant.id);
    change(&mut row);
    assert!(request::insert(tx, &row).await?, "a new reference");
    Ok(row)
}
