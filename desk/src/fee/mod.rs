//! What a request owes: its price, exemptions decided before payment, notes that follow every change.
//!
//! | module | what it does |
//! |---|---|
//! | `exemption` | asked for by the family or an officer, decided by a named approver |
//! | `note` | issuing, replacing and ending notes, in the transaction of what changed; settling a meter |
//! | `view` | what the family, the office and the cashier see |
mod exemption;
mod note;
mod view;

pub use exemption::{AskedLine, AskedList, FIELDS as EXEMPTION_FIELDS};
pub use store::fee::{ExemptionRow, NoteRow};
pub use store::payment::PaymentRow;
pub use store::refund::RefundRow;
pub(crate) use view::event_words;
pub use view::{ExemptionLine, FeeView, PaperChoice, Waits, exemption_waits, qr_payload};

use crate::request::{Access, Loaded, came_first, wish_of};
use crate::{Desk, Result, Trouble, settings};
use chrono::NaiveDate;
use domain::crematorium::{Residence, Rules, Wish};
use domain::fee::{ExemptionStatus, Extra, Facts, Quote, Relief, quote};
use domain::form::{FieldError, FieldErrors};
use domain::municipality::Municipality;
use domain::request::{Actor, Event, Refusal, Role, StaffActor, Status};
use domain::time::{self, Instant};
use serde_json::json;
use std::sync::Arc;
use store::audit::{self, Version};
use store::request::{EventRow, RequestRow, RequestState};
use store::{Conn, Tx, call, crematorium, fee, request};

/// Whether this person may see what a request owes.
pub(crate) fn sees_money(who: &StaffActor) -> Result<()> {
    if who.handles_requests() || who.has(Role::Cashier) {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}

pub(crate) fn handles_requests(who: &StaffActor) -> Result<()> {
    if who.handles_requests() {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}

pub(crate) fn is_cashier(who: &StaffActor) -> Result<()> {
    if who.has(Role::Cashier) {
        Ok(())
    } else {
        Err(Trouble::NotAllowed)
    }
}

/// One error of one field, as a use case answers it.
pub(crate) fn wrong(field: &str, code: &'static str, th: &str, en: &str) -> Trouble {
    Trouble::Invalid(FieldErrors::one(FieldError::new(field, code, th, en)))
}

/// Whether a request in this state has a price that may still change: it stands, or was held.
fn has_price(status: Status) -> bool {
    status.is_live() || status == Status::Completed
}

/// What ended has no price any more: its notes are void and stay so.
fn still_priced(row: &RequestRow) -> Result<()> {
    if has_price(row.state.status) {
        Ok(())
    } else {
        Err(Trouble::Refused(Refusal::WrongState))
    }
}

/// The first of the places booked, from which the days of notice are counted.
pub fn first_day(wish: &Wish) -> Option<NaiveDate> {
    let nights = wish.pavilion.as_ref().map(|pavilion| pavilion.from);
    let cremation = wish.cremation.as_ref().map(|cremation| cremation.date);
    nights.into_iter().chain(cremation).min()
}

/// What prices a request wherever it goes: its own settings, extras and exemptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pricing {
    city: Arc<Municipality>,
    residence: Residence,
    extras: Vec<Extra>,
    reliefs: Vec<Relief>,
    on: NaiveDate,
}

impl Pricing {
    pub fn of(&self, wish: &Wish) -> Quote {
        let facts = Facts {
            wish,
            residence: self.residence,
            extras: &self.extras,
            reliefs: &self.reliefs,
        };
        quote(&self.city, &facts, self.on)
    }
}

impl Desk {
    /// The settings a request was made under; today's when no file was in force then.
    pub(crate) async fn city_of(
        &self,
        conn: &mut Conn,
        row: &RequestRow,
        rules: &Rules,
    ) -> Result<Arc<Municipality>> {
        if row.settings_revision == rules.revision {
            return Ok(Arc::clone(&rules.municipality));
        }
        let day = time::local_date(row.submitted_at);
        let city = settings::as_of(conn, row.settings_revision, day).await?;
        Ok(city.map_or_else(|| Arc::clone(&rules.municipality), Arc::new))
    }

    /// The price of a request by what is known of it now.
    pub(crate) async fn quote_of(
        &self,
        conn: &mut Conn,
        row: &RequestRow,
        rules: &Rules,
    ) -> Result<(Quote, Residence)> {
        let case = crematorium::load(conn, row.id)
            .await?
            .ok_or_else(|| Trouble::Internal(format!("request {} has no case", row.id)))?;
        let wish = wish_of(&case);
        let pricing = self.pricing(conn, row, rules, case.residence).await?;
        Ok((pricing.of(&wish), case.residence))
    }

    pub(crate) async fn pricing(
        &self,
        conn: &mut Conn,
        row: &RequestRow,
        rules: &Rules,
        residence: Residence,
    ) -> Result<Pricing> {
        let city = self.city_of(conn, row, rules).await?;
        let extras = fee::extras(conn, row.id).await?;
        let reliefs: Vec<Relief> = fee::exemptions(conn, row.id)
            .await?
            .into_iter()
            .filter(|exemption| exemption.status == ExemptionStatus::Granted)
            .map(|exemption| Relief {
                code: exemption.code,
                percent: exemption.percent,
                items: exemption.items,
            })
            .collect();
        Ok(Pricing {
            city,
            residence,
            extras,
            reliefs,
            on: time::local_date(row.submitted_at),
        })
    }

    /// What a family's booking would cost with other places: told before it moves.
    pub async fn price_of_move(&self, access: &Access<'_>, to: &Wish) -> Result<Quote> {
        let (loaded, _) = self.opened(access).await?;
        let mut conn = self.store.read().await?;
        let (rules, residence) = (self.rules(), loaded.case.residence);
        let pricing = self.pricing(&mut conn, &loaded.row, &rules, residence);
        Ok(pricing.await?.of(to))
    }

    /// Notes an act on a request's money in its history and in the audit, and puts the family on the call list when it
    /// must be told. The request's own version stays: nothing was decided about it.
    pub(crate) async fn note_money(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        actor: &Actor,
        event: &Event,
        now: Instant,
    ) -> Result<()> {
        let id = self.id(now);
        let body =
            serde_json::to_string(event).map_err(|error| Trouble::Internal(error.to_string()))?;
        request::insert_event(
            tx,
            &EventRow {
                id,
                request_id: row.id,
                version: row.version,
                at: now,
                actor_kind: actor.kind().to_owned(),
                actor_id: actor.id(),
                event: event.code().to_owned(),
                body,
            },
        )
        .await?;
        let subject = format!("fee:{}", row.id);
        let detail = json!({ "reference": row.reference }).to_string();
        let entry = audit::Entry {
            id: self.id(now),
            subject: &subject,
            version: Version::Next,
            at: now,
            actor_kind: actor.kind(),
            actor_id: actor.id(),
            act: event.code(),
            detail: &detail,
        };
        audit::append(tx, &entry, &self.keys).await?;
        if event.must_be_told(actor) && row.state.status.is_live() {
            let due_at = self.rules().tell_by(now);
            // Beside what else is to be told: a price is no news about the booking.
            call::insert(tx, self.id(now), row.id, id, event.code(), due_at, now).await?;
        }
        Ok(())
    }

    /// The officer looked it up in the registry: the rate, the price and the note follow, and the family is told.
    pub async fn set_residence(
        &self,
        who: &StaffActor,
        reference: &str,
        residence: Residence,
    ) -> Result<()> {
        handles_requests(who)?;
        if residence == Residence::NotSure {
            return Err(wrong(
                "residence",
                "missing",
                "เลือกผลการตรวจทะเบียนบ้าน",
                "Choose what the registry says",
            ));
        }
        let row = self.row_by_reference(reference).await?;
        let (now, actor, rules) = (self.now(), Actor::Staff(who.clone()), self.rules());
        self.store
            .write(async |tx| {
                fee::lock(tx, row.id, now).await?;
                let row = request::by_id(tx, row.id).await?.ok_or(Trouble::NotFound)?;
                // Of what ended only the meter is owed, and it needs its rate.
                if !self.may_have_run(tx, &row).await? {
                    still_priced(&row)?;
                }
                let mut case = crematorium::load(tx, row.id)
                    .await?
                    .ok_or(Trouble::NotFound)?;
                if case.residence == residence {
                    return Ok(());
                }
                case.residence = residence;
                let state = RequestState {
                    updated_at: now,
                    ..row.state.clone()
                };
                if !request::apply(tx, row.id, row.state.status, row.version, &state).await? {
                    return Err(came_first(&row));
                }
                crematorium::update(tx, &case).await?;
                self.audit_change(tx, &row, &actor, now).await?;
                let row = request::by_id(tx, row.id).await?.ok_or(Trouble::NotFound)?;
                self.note_money(tx, &row, &actor, &Event::Residence { residence }, now)
                    .await?;
                self.follow(tx, &row, &actor, &rules, now).await
            })
            .await
    }

    /// The request's own audit row for a version that changed without an act of the workflow.
    async fn audit_change(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        actor: &Actor,
        now: Instant,
    ) -> Result<()> {
        let subject = format!("request:{}", row.id);
        let detail = json!({ "reference": row.reference }).to_string();
        let entry = audit::Entry {
            id: self.id(now),
            subject: &subject,
            version: Version::Given(row.version + 1),
            at: now,
            actor_kind: actor.kind(),
            actor_id: actor.id(),
            act: "residence",
            detail: &detail,
        };
        audit::append(tx, &entry, &self.keys).await?;
        Ok(())
    }

    /// What is charged only on request: how many units of each item. Zero takes an item off.
    pub async fn set_extras(
        &self,
        who: &StaffActor,
        reference: &str,
        extras: &[Extra],
    ) -> Result<()> {
        handles_requests(who)?;
        let row = self.row_by_reference(reference).await?;
        let (now, actor, rules) = (self.now(), Actor::Staff(who.clone()), self.rules());
        let known = &rules.municipality.money;
        let kept: Vec<Extra> = extras
            .iter()
            .filter(|extra| extra.units > 0)
            .cloned()
            .collect();
        for extra in &kept {
            let item = known.items.iter().find(|item| item.id == extra.item);
            if !item.is_some_and(|item| item.on_request) || extra.units > 366 {
                return Err(wrong(
                    &format!("extra.{}", extra.item),
                    "out_of_range",
                    "กรอกจำนวน 0 ถึง 366",
                    "Enter 0 to 366",
                ));
            }
        }
        self.store
            .write(async |tx| {
                fee::lock(tx, row.id, now).await?;
                let row = request::by_id(tx, row.id).await?.ok_or(Trouble::NotFound)?;
                still_priced(&row)?;
                if fee::extras(tx, row.id).await? == kept {
                    return Ok(());
                }
                fee::set_extras(tx, row.id, &kept).await?;
                self.note_money(tx, &row, &actor, &Event::ExtrasSet, now)
                    .await?;
                self.follow(tx, &row, &actor, &rules, now).await
            })
            .await
    }

    /// What a change of a request means for its money, in the change's own transaction.
    pub(crate) async fn follow_change(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        request_id: uuid::Uuid,
        actor: &Actor,
        event: &Event,
        now: Instant,
    ) -> Result<()> {
        if !event.changes_price() {
            return Ok(());
        }
        fee::lock(tx, request_id, now).await?;
        let row = request::by_id(tx, request_id)
            .await?
            .ok_or(Trouble::NotFound)?;
        if has_price(row.state.status) {
            self.follow(tx, &row, actor, rules, now).await
        } else {
            self.end(tx, &row, actor, event, rules, now).await
        }
    }
}

/// The people and places of a request, for pages that show its money.
pub(crate) fn names(loaded: &Loaded) -> (String, String) {
    (loaded.applicant.name.clone(), loaded.deceased.name.clone())
}
