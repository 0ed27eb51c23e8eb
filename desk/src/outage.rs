//! Something out of service: declared, its free places claimed, what is booked there listed and told; reviewed when it
//! was urgent; ended early when it is mended.
use crate::affected::AffectedBooking;
use crate::issue::sha256;
use crate::limit::queue_up;
use crate::office::{Names, handles_requests};
use crate::{Desk, Result, Trouble};
use chrono::NaiveDate;
use domain::affected::{Cause, CauseKind};
use domain::crematorium::Wish;
use domain::form::RawFields;
use domain::outage::NewOutage;
use domain::reference::Reference;
use domain::request::{Actor, Refusal, Role, StaffActor};
use domain::time::{self, Instant};
use serde_json::json;
use std::collections::BTreeSet;
use store::audit::{self, Version};
use store::idempotency::{self, Begun};
use store::outage::OutageRow;
use store::{Conn, Tx, claim, crematorium, outage, request};
use uuid::Uuid;

const PAGE: u32 = 25;
/// What a form's key belongs to, besides the account.
const PATH: &str = "/staff/outages";
/// How often one looks again while others come and go.
const TRIES: u8 = 64;

/// Which outages the list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutageFilter {
    /// Now or to come, the soonest to end first.
    #[default]
    Current,
    /// Urgent ones that nobody else has looked at yet.
    ToReview,
    /// All there ever were, the newest first.
    All,
}

/// An outage as the office sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutageView {
    pub row: OutageRow,
    pub declared_by: String,
    pub reviewed_by: Option<String>,
    pub ended_by: Option<String>,
    /// How many bookings still wait to be moved.
    pub waiting: usize,
    /// Whether this person may review it.
    pub may_review: bool,
    /// Whether it is now or to come.
    pub lasts: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutagePage {
    pub rows: Vec<OutageView>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// A booking that a planned outage would affect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WouldMove {
    pub reference: Reference,
    pub place_date: NaiveDate,
    pub wish: Wish,
}

impl Desk {
    /// Reads what an officer typed.
    pub fn parse_outage(&self, fields: &RawFields, urgent: bool) -> Result<NewOutage> {
        NewOutage::parse(fields, urgent, &self.rules(), self.now()).map_err(Trouble::Invalid)
    }

    /// What a planned outage would affect, before it is declared.
    pub async fn outage_preview(
        &self,
        who: &StaffActor,
        new: &NewOutage,
    ) -> Result<Vec<WouldMove>> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        let mut found = Vec::new();
        let there = outage::occupants(&mut conn, &new.resource, new.span).await?;
        for (id, place_date) in there.requests {
            let row = request::by_id(&mut conn, id)
                .await?
                .ok_or(Trouble::NotFound)?;
            let case = crematorium::load(&mut conn, id)
                .await?
                .ok_or(Trouble::NotFound)?;
            found.push(WouldMove {
                reference: crate::request::reference_of(&row)?,
                place_date,
                wish: crate::request::wish_of(&case),
            });
        }
        Ok(found)
    }

    /// Puts something out of service: its free cells and held ones are claimed, every booking there is listed and its
    /// family to be told. Once per form.
    pub async fn declare_outage(
        &self,
        who: &StaffActor,
        new: &NewOutage,
        form_key: &str,
    ) -> Result<Uuid> {
        handles_requests(who)?;
        let now = self.now();
        let row = OutageRow {
            id: self.id(now),
            resource: new.resource.clone(),
            span: new.span,
            reason: new.reason.clone(),
            note: new.note.clone(),
            urgent: new.urgent,
            declared_by: who.id,
            declared_at: now,
            review: None,
            ended: None,
        };
        let actor = Actor::Staff(who.clone());
        let key: String = form_key.chars().take(64).collect();
        let hash = sha256(format!("{:?} {:?}", row.resource, row.span).as_bytes());
        self.store
            .write(async |tx| {
                if !key.is_empty() {
                    match idempotency::begin(tx, who.id, PATH, &key, &hash, now).await? {
                        Begun::Fresh => {}
                        Begun::Replay { response } => {
                            return Uuid::try_parse(&response)
                                .map_err(|error| Trouble::Internal(error.to_string()));
                        }
                        Begun::Reused => return Err(Trouble::IdempotencyKeyReused),
                    }
                }
                // Two outages of one thing are declared and ended one after the other.
                queue_up(tx, &format!("outage:{}", row.resource), now).await?;
                outage::insert(tx, &row).await?;
                self.cover(tx, &row, &actor, now).await?;
                self.audit_outage(tx, row.id, &actor, "declared", now)
                    .await?;
                if !key.is_empty() {
                    idempotency::finish(tx, who.id, PATH, &key, &row.id.to_string()).await?;
                }
                Ok(row.id)
            })
            .await
    }

    /// Claims what is free and marks what is booked, until nothing is left between the two.
    ///
    /// Whoever moves or ends a booking changes its row first. So once every cell is somebody's at one moment, and the
    /// rows of all who have one are locked here, nobody can give a cell back that the outage does not get.
    async fn cover(&self, tx: &mut Tx, row: &OutageRow, actor: &Actor, now: Instant) -> Result<()> {
        let whole: u64 = row
            .span
            .days()
            .map(|(_, first, end)| u64::from(end.saturating_sub(first)))
            .sum();
        let mut locked = BTreeSet::new();
        let mut booked = None;
        for _ in 0..TRIES {
            outage::cover(tx, row).await?;
            let found = outage::occupants(tx, &row.resource, row.span).await?;
            let new: Vec<Uuid> = found
                .requests
                .iter()
                .map(|(id, _)| *id)
                .filter(|id| !locked.contains(id))
                .collect();
            if new.is_empty() && found.cells == whole {
                booked = Some(found.requests);
                break;
            }
            for id in new {
                request::lock(tx, id).await?;
                locked.insert(id);
            }
        }
        let booked = booked
            .ok_or_else(|| Trouble::Internal(format!("{} never stood still", row.resource)))?;
        let cause = Cause {
            kind: CauseKind::Outage,
            id: row.id,
        };
        self.mark_affected(tx, &booked, cause, &row.reason, actor, now)
            .await?;
        Ok(())
    }

    /// Mended before its time: places are free again, and bookings that have not moved yet keep theirs.
    pub async fn end_outage(&self, who: &StaffActor, id: Uuid) -> Result<()> {
        handles_requests(who)?;
        let now = self.now();
        let actor = Actor::Staff(who.clone());
        let cause = Cause {
            kind: CauseKind::Outage,
            id,
        };
        self.store
            .write(async |tx| {
                let row = outage::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                queue_up(tx, &format!("outage:{}", row.resource), now).await?;
                // A second tap finds it ended.
                if !outage::end(tx, id, who.id, now).await? {
                    return Ok(());
                }
                // Where another outage lies too, that one has the cells now.
                outage::inherit(tx, id).await?;
                claim::release(tx, id).await?;
                self.relieve_affected(tx, cause, &actor, now).await?;
                self.audit_outage(tx, id, &actor, "ended", now).await
            })
            .await
    }

    /// Another person's look at an urgent outage, afterwards.
    pub async fn review_outage(&self, who: &StaffActor, id: Uuid, note: &str) -> Result<()> {
        handles_requests(who)?;
        let now = self.now();
        let actor = Actor::Staff(who.clone());
        let note: String = domain::text::clean(note).chars().take(500).collect();
        self.store
            .write(async |tx| {
                let row = outage::by_id(tx, id).await?.ok_or(Trouble::NotFound)?;
                may_review(who, &row)?;
                if outage::review(tx, id, who.id, &note, now).await? {
                    self.audit_outage(tx, id, &actor, "reviewed", now).await?;
                }
                Ok(())
            })
            .await
    }

    /// A page of outages.
    pub async fn outages(
        &self,
        who: &StaffActor,
        filter: OutageFilter,
        after: Option<&str>,
    ) -> Result<OutagePage> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        let today = time::local_date(self.now());
        let limit = PAGE + 1;
        let mut rows = match filter {
            OutageFilter::Current => {
                let after = after.and_then(|text| {
                    let (date, id) = text.split_once('_')?;
                    Some((date.parse().ok()?, Uuid::try_parse(id).ok()?))
                });
                outage::current(&mut conn, today, after, limit).await?
            }
            OutageFilter::ToReview => outage::to_review(&mut conn, limit).await?,
            OutageFilter::All => {
                let before = after.and_then(|text| Uuid::try_parse(text).ok());
                outage::newest(&mut conn, before, limit).await?
            }
        };
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = rows.len() > page;
        rows.truncate(page);
        let next = rows.last().filter(|_| more).and_then(|row| match filter {
            OutageFilter::Current => Some(format!("{}_{}", row.span.until, row.id.simple())),
            OutageFilter::All => Some(row.id.simple().to_string()),
            // Reviewed ones leave this list: its beginning is its next page.
            OutageFilter::ToReview => None,
        });
        let mut names = Names::default();
        let mut shown = Vec::new();
        for row in rows {
            shown.push(self.outage_view(&mut conn, row, who, &mut names).await?);
        }
        Ok(OutagePage { rows: shown, next })
    }

    /// One outage, with everything it has made move.
    pub async fn outage(
        &self,
        who: &StaffActor,
        id: Uuid,
    ) -> Result<(OutageView, Vec<AffectedBooking>)> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        let row = outage::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let view = self
            .outage_view(&mut conn, row, who, &mut Names::default())
            .await?;
        drop(conn);
        let cause = Cause {
            kind: CauseKind::Outage,
            id,
        };
        Ok((view, self.affected_by(who, cause).await?))
    }

    async fn outage_view(
        &self,
        conn: &mut Conn,
        row: OutageRow,
        who: &StaffActor,
        names: &mut Names,
    ) -> Result<OutageView> {
        let cause = Cause {
            kind: CauseKind::Outage,
            id: row.id,
        };
        let affected = store::affected::of_cause(conn, cause).await?;
        let waiting = affected.iter().filter(|row| row.resolved.is_none()).count();
        let declared_by = names.of(conn, row.declared_by).await?.unwrap_or_default();
        let reviewed_by = match &row.review {
            Some(review) => names.of(conn, review.by).await?,
            None => None,
        };
        let ended_by = match &row.ended {
            Some((by, _)) => names.of(conn, *by).await?,
            None => None,
        };
        Ok(OutageView {
            declared_by,
            reviewed_by,
            ended_by,
            waiting,
            may_review: row.urgent && row.review.is_none() && may_review(who, &row).is_ok(),
            lasts: row.ended.is_none() && row.span.until >= time::local_date(self.now()),
            row,
        })
    }

    async fn audit_outage(
        &self,
        tx: &mut Tx,
        id: Uuid,
        actor: &Actor,
        act: &str,
        now: Instant,
    ) -> Result<()> {
        let detail = json!({}).to_string();
        let entry = audit::Entry {
            id: self.id(now),
            subject: &format!("outage:{id}"),
            version: Version::Next,
            at: now,
            actor_kind: actor.kind(),
            actor_id: actor.id(),
            act,
            detail: &detail,
        };
        audit::append(tx, &entry, &self.keys).await?;
        Ok(())
    }
}

/// An approver, and not the one who declared it.
fn may_review(who: &StaffActor, row: &OutageRow) -> Result<()> {
    if !who.has(Role::Approver) {
        Err(Trouble::NotAllowed)
    } else if who.id == row.declared_by {
        Err(Trouble::Refused(Refusal::SamePerson))
    } else {
        Ok(())
    }
}
