//! Bookings that must move: marked when something goes out of service or a day is closed, with the family told, and
//! kept on the list "ต้องย้าย" until they have moved, ended, or may stay after all. Nothing disappears meanwhile.
use crate::office::{handles_requests, last4};
use crate::request::{Loaded, Record, initials, load, reference_of, wish_of};
use crate::{Desk, Result, Trouble};
use chrono::NaiveDate;
use domain::affected::{Cause, CauseKind, Resolution};
use domain::crematorium::Wish;
use domain::form::Text;
use domain::reference::Reference;
use domain::request::{Actor, Event, StaffActor, Status};
use domain::time::Instant;
use store::affected::{self, AffectedKey, AffectedRow};
use store::request::RequestState;
use store::{Conn, Tx, call, person, request};
use uuid::Uuid;

const PAGE: u32 = 25;
/// How often a request is read again when somebody else changes it at the same moment.
const TRIES: u8 = 16;

/// A booking on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedBooking {
    pub reference: Reference,
    pub status: Status,
    pub frozen: bool,
    pub cause: Cause,
    /// What the family reads.
    pub reason: Text,
    /// The first place it cannot keep.
    pub place_date: NaiveDate,
    pub wish: Wish,
    pub furnace: Option<String>,
    pub applicant_initials: String,
    pub phone_last4: String,
    pub since: Instant,
    /// Whether no call about it is open any more.
    pub told: bool,
    pub resolved: Option<(Instant, Resolution)>,
}

/// A page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedPage {
    pub rows: Vec<AffectedBooking>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl Desk {
    /// Marks live bookings that must move: on the list, in the history and the audit, and the family to be told.
    ///
    /// Each comes with the date of the first place it cannot keep. Those that ended meanwhile, or are marked for this
    /// cause already, are left alone. The ids of those newly marked. The caller has authorised the act.
    pub async fn mark_affected(
        &self,
        tx: &mut Tx,
        bookings: &[(Uuid, NaiveDate)],
        cause: Cause,
        reason: &Text,
        actor: &Actor,
        now: Instant,
    ) -> Result<Vec<Uuid>> {
        let mut marked = Vec::new();
        for (request, place_date) in bookings {
            let row = AffectedRow {
                id: self.id(now),
                request_id: *request,
                cause,
                place_date: *place_date,
                reason: reason.clone(),
                created_at: now,
                resolved: None,
            };
            if self.note(tx, &Note::MustMove(row), actor, now).await? {
                marked.push(*request);
            }
        }
        Ok(marked)
    }

    /// What made bookings move is over: those still waiting keep their places, and are told so. Their number.
    pub async fn relieve_affected(
        &self,
        tx: &mut Tx,
        cause: Cause,
        actor: &Actor,
        now: Instant,
    ) -> Result<u32> {
        let mut relieved = 0;
        for row in affected::of_cause(tx, cause).await? {
            if row.resolved.is_none() {
                relieved += u32::from(self.relieve_row(tx, row, actor, now).await?);
            }
        }
        Ok(relieved)
    }

    /// The same for one line of the list. False: there is nothing to say, for something else makes it move still.
    pub(crate) async fn relieve_row(
        &self,
        tx: &mut Tx,
        row: AffectedRow,
        actor: &Actor,
        now: Instant,
    ) -> Result<bool> {
        self.note(tx, &Note::MayStay(row), actor, now).await
    }

    /// Takes a booking off the list because it moved or ended; the call about it need not be made any more.
    pub(crate) async fn resolve_affected(
        &self,
        tx: &mut Tx,
        request: Uuid,
        how: Resolution,
        now: Instant,
    ) -> Result<()> {
        if affected::resolve(tx, request, None, how, now).await? > 0 {
            call::close(tx, request, "must_move").await?;
        }
        Ok(())
    }

    /// Notes on a request, as it stands now, that it must move or may stay; false when there is nothing to say.
    async fn note(&self, tx: &mut Tx, note: &Note, actor: &Actor, now: Instant) -> Result<bool> {
        let rules = self.rules();
        let id = note.row().request_id;
        for _ in 0..TRIES {
            let row = request::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
            let live = row.state.status.is_live();
            let listed = affected::of_request(tx, id).await?;
            // Without an event the version stays: the audit knows every version.
            if !note.says_something(live, &listed) {
                note.write(tx, live, now).await?;
                return Ok(false);
            }
            let state = RequestState {
                updated_at: now,
                ..row.state.clone()
            };
            // The row first: whoever moves or ends the request now waits, and then sees what is written here.
            if !request::apply(tx, id, row.state.status, row.version, &state).await? {
                continue;
            }
            note.write(tx, live, now).await?;
            let event = note.event();
            let applicant = person::by_id(tx, row.applicant_id).await?;
            let about = Record {
                has_email: applicant.is_some_and(|applicant| applicant.email.is_some()),
                ..Record::of(&row, row.version + 1, self.ids(now), now)
            };
            self.record(tx, &rules, &about, actor, &[(self.id(now), event)])
                .await?;
            return Ok(true);
        }
        Err(Trouble::Internal(format!("request {id} never stood still")))
    }

    /// A page of bookings that must move, the soonest first.
    pub async fn affected(
        &self,
        who: &StaffActor,
        kind: Option<CauseKind>,
        after: Option<&str>,
    ) -> Result<AffectedPage> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        let mut after = after.and_then(cursor);
        let mut rows = Vec::new();
        // The list is short; a kind that is looked for may be spread over several of its pages.
        loop {
            let page = affected::open(&mut conn, after, PAGE + 1).await?;
            let last = page.len() <= usize::try_from(PAGE).unwrap_or(usize::MAX);
            for row in page {
                if kind.is_none_or(|kind| row.cause.kind == kind) {
                    if rows.len() == usize::try_from(PAGE).unwrap_or(usize::MAX) {
                        let next = after.map(|key: AffectedKey| {
                            format!("{}_{}", key.place_date, key.id.simple())
                        });
                        return Ok(AffectedPage { rows, next });
                    }
                    after = Some(row.key());
                    rows.push(booking(&mut conn, row).await?);
                } else {
                    after = Some(row.key());
                }
            }
            if last {
                return Ok(AffectedPage { rows, next: None });
            }
        }
    }

    /// Everything one cause has made move, resolved or not.
    pub async fn affected_by(
        &self,
        who: &StaffActor,
        cause: Cause,
    ) -> Result<Vec<AffectedBooking>> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        let mut rows = Vec::new();
        for row in affected::of_cause(&mut conn, cause).await? {
            rows.push(booking(&mut conn, row).await?);
        }
        Ok(rows)
    }

    /// How many bookings must move: the rail's count.
    pub async fn affected_count(&self, who: &StaffActor) -> Result<u32> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        Ok(u32::try_from(affected::count(&mut conn).await?).unwrap_or(u32::MAX))
    }
}

/// What is noted on a booking.
enum Note {
    MustMove(AffectedRow),
    MayStay(AffectedRow),
}

impl Note {
    fn row(&self) -> &AffectedRow {
        match self {
            Self::MustMove(row) | Self::MayStay(row) => row,
        }
    }

    /// Whether the family hears of it: not when it is listed already, nor while another cause is left.
    fn says_something(&self, live: bool, listed: &[AffectedRow]) -> bool {
        let mine = |row: &&AffectedRow| row.cause == self.row().cause;
        let here = listed.iter().any(|row| mine(&row));
        live && match self {
            Self::MustMove(_) => !here,
            Self::MayStay(_) => here && listed.len() == 1,
        }
    }

    fn event(&self) -> Event {
        let cause = self.row().cause.kind;
        match self {
            Self::MustMove(row) => Event::MustMove {
                cause,
                reason: row.reason.clone(),
            },
            Self::MayStay(_) => Event::MayStay { cause },
        }
    }

    async fn write(&self, tx: &mut Tx, live: bool, now: Instant) -> Result<()> {
        let row = self.row();
        match self {
            Self::MustMove(_) if live => {
                affected::insert(tx, row).await?;
            }
            Self::MustMove(_) => {}
            Self::MayStay(_) => {
                let how = if live {
                    Resolution::Stays
                } else {
                    Resolution::Ended
                };
                affected::resolve(tx, row.request_id, Some(row.cause), how, now).await?;
            }
        }
        Ok(())
    }
}

async fn booking(conn: &mut Conn, row: AffectedRow) -> Result<AffectedBooking> {
    let request = request::by_id(conn, row.request_id)
        .await?
        .ok_or(Trouble::NotFound)?;
    let Loaded {
        row: request,
        case,
        applicant,
        ..
    } = load(conn, request).await?;
    let calls = call::of(conn, request.id).await?;
    Ok(AffectedBooking {
        reference: reference_of(&request)?,
        status: request.state.status,
        frozen: request.state.frozen,
        cause: row.cause,
        reason: row.reason,
        place_date: row.place_date,
        wish: wish_of(&case),
        furnace: case.cremation.map(|cremation| cremation.furnace_id),
        applicant_initials: initials(&applicant.name),
        phone_last4: last4(applicant.phone.as_deref()),
        since: row.created_at,
        told: !calls
            .iter()
            .any(|call| call.about == "must_move" && !call.done),
        resolved: row.resolved,
    })
}

fn cursor(text: &str) -> Option<AffectedKey> {
    let (date, id) = text.split_once('_')?;
    Some(AffectedKey {
        place_date: date.parse().ok()?,
        id: Uuid::try_parse(id).ok()?,
    })
}
