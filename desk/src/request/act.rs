//! Acts on a live request: guarded by status and version, recorded, places given back when it ends.
use super::record::{Ids, Record};
use crate::office::CallOutcome;
use crate::{Desk, Result, Trouble, case_task};
use domain::affected::Resolution;
use domain::crematorium::Rules;
use domain::crematorium::application::{Application, Certificate};
use domain::request::{Action, Actor, Event, Snapshot, StaffActor, Status, decide};
use domain::time::Instant;
use std::sync::Arc;
use store::claim::{self};
use store::crematorium::{CaseRow, identity};
use store::request::{RequestRow, RequestState};
use store::{Tx, call, crematorium, outage, person, request, staff, task};
use uuid::Uuid;

impl Desk {
    /// Applies one action of the workflow: guarded by status and version, recorded, places given back when it ends.
    pub(crate) async fn act(&self, row: &RequestRow, action: &Action, actor: &Actor) -> Result<()> {
        self.act_with(row, action, actor, None).await
    }

    /// The same, with the corrected application of a returned request.
    pub(super) async fn act_with(
        &self,
        row: &RequestRow,
        action: &Action,
        actor: &Actor,
        corrected: Option<&Corrected>,
    ) -> Result<()> {
        let decided = self.decided(row, &row.state.snapshot(), action, actor)?;
        let nonce = self.random();
        let done = self
            .store
            .write(async |tx| {
                if !self.begin_act(tx, row, &decided, action, actor).await? {
                    return Ok(false);
                }
                if let Some(corrected) = corrected {
                    self.write_correction(tx, row, corrected, nonce).await?;
                }
                self.record_act(tx, row, &decided, actor).await?;
                Ok::<bool, Trouble>(true)
            })
            .await?;
        if done {
            Ok(())
        } else {
            Err(self.decided_first(row.id).await?)
        }
    }

    /// What an action on a request as it was read comes to.
    pub(crate) fn decided(
        &self,
        row: &RequestRow,
        snapshot: &Snapshot,
        action: &Action,
        actor: &Actor,
    ) -> Result<Decided> {
        let now = self.now();
        let rules = self.rules();
        let (next, events) = decide(snapshot, action, actor, now)?;
        Ok(Decided {
            state: Self::next_state(&rules, row, action, actor, &next, now),
            next,
            events: events
                .into_iter()
                .map(|event| (self.id(now), event))
                .collect(),
            ids: self.ids(now),
            now,
            rules,
        })
    }

    /// Begins to write it: the state, and the places and identity of a request that ends. False: somebody else was
    /// first, and nothing is written. What the action changes besides is the caller's; then [`Self::record_act`].
    pub(crate) async fn begin_act(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        decided: &Decided,
        action: &Action,
        actor: &Actor,
    ) -> Result<bool> {
        let (next, now) = (&decided.next, decided.now);
        if !request::apply(tx, row.id, row.state.status, row.version, &decided.state).await? {
            return Ok(false);
        }
        self.remember_given_up(tx, row, action, actor, now).await?;
        if !next.status.is_live() && next.status != Status::Completed {
            // What is out of service goes to its outage, the rest to everybody.
            outage::inherit(tx, row.id).await?;
            claim::release(tx, row.id).await?;
        }
        if !next.status.is_live() {
            identity::release(tx, row.id).await?;
            self.resolve_affected(tx, row.id, Resolution::Ended, now)
                .await?;
            task::drop_all(tx, row.id, case_task::KIND, now).await?;
            task::drop_all(tx, row.id, case_task::DOES_NOT_FIT, now).await?;
        }
        if !next.status.is_live() && row.service == crate::loan::SERVICE {
            Box::pin(self.end_lines(tx, row, actor, now)).await?;
        }
        if next.verified || !next.status.is_live() {
            call::close(tx, row.id, "verify").await?;
        }
        Ok(true)
    }

    /// Records it, once everything it changes is written: what is owed and issued follows from there.
    pub(crate) async fn record_act(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        decided: &Decided,
        actor: &Actor,
    ) -> Result<()> {
        let applicant = person::by_id(tx, row.applicant_id).await?;
        let about = Record {
            has_email: applicant.is_some_and(|applicant| applicant.email.is_some()),
            ..Record::of(row, row.version + 1, decided.ids, decided.now)
        };
        self.record(tx, &decided.rules, &about, actor, &decided.events)
            .await
    }

    /// Notes one call: on the call list, in the history, and in the audit.
    pub(crate) async fn note_call(
        &self,
        row: &RequestRow,
        actor: &Actor,
        who: &StaffActor,
        call_id: Uuid,
        outcome: CallOutcome,
    ) -> Result<()> {
        let now = self.now();
        let rules = self.rules();
        let events = [(
            self.id(now),
            Event::Called {
                outcome: outcome.code().to_owned(),
            },
        )];
        let ids = self.ids(now);
        let done = outcome == CallOutcome::Reached;
        let state = RequestState {
            updated_at: now,
            ..row.state.clone()
        };
        let noted = self
            .store
            .write(async |tx| {
                if !call::record(tx, call_id, outcome.code(), done, who.id, now).await? {
                    // Somebody else noted it already: the list will show it.
                    return Ok(true);
                }
                if !request::apply(tx, row.id, row.state.status, row.version, &state).await? {
                    return Ok(false);
                }
                let about = Record::of(row, row.version + 1, ids, now);
                self.record(tx, &rules, &about, actor, &events).await?;
                Ok::<bool, Trouble>(true)
            })
            .await?;
        if noted {
            Ok(())
        } else {
            Err(self.decided_first(row.id).await?)
        }
    }

    fn next_state(
        rules: &Rules,
        row: &RequestRow,
        action: &Action,
        actor: &Actor,
        next: &Snapshot,
        now: Instant,
    ) -> RequestState {
        let mut state = row.state.after(next, now);
        match action {
            Action::Take => state.taken_by = actor.id(),
            Action::Resubmit => state.decide_by = rules.decide_by(now),
            Action::Approve | Action::Refuse { .. } | Action::Cancel { .. } => {
                state.decided_at = Some(now);
            }
            _ => {}
        }
        state
    }

    /// Who was first, and where the request stands now.
    pub(crate) async fn decided_first(&self, id: Uuid) -> Result<Trouble> {
        let mut conn = self.store.read().await?;
        let row = request::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let last = request::events(&mut conn, id).await?.pop();
        let by = match last.and_then(|event| event.actor_id) {
            Some(staff_id) => staff::by_id(&mut conn, staff_id)
                .await?
                .map(|staff| staff.name),
            None => None,
        };
        Ok(Trouble::DecidedFirst {
            status: row.state.status,
            by,
        })
    }

    async fn write_correction(
        &self,
        tx: &mut Tx,
        row: &RequestRow,
        corrected: &Corrected,
        nonce: [u8; 12],
    ) -> Result<()> {
        let application = &corrected.application;
        identity::release(tx, row.id).await?;
        // The office's own number for somebody unnamed stays, whatever the family corrects.
        let number = corrected.case.internal_number;
        if !identity::claim(tx, row.id, &self.identifiers(application, number)).await? {
            return Err(Trouble::DeceasedHasCase);
        }
        let missing = || Trouble::Internal("a person of a live request is gone".to_owned());
        let mut applicant = person::by_id(tx, row.applicant_id)
            .await?
            .ok_or_else(missing)?;
        application
            .applicant
            .name
            .as_str()
            .clone_into(&mut applicant.name);
        applicant.phone = Some(application.applicant.phone.canonical().to_owned());
        applicant.email.clone_from(&application.applicant.email);
        person::update(tx, &applicant).await?;
        let mut case = corrected.case.clone();
        let mut deceased = person::by_id(tx, case.deceased_id)
            .await?
            .ok_or_else(missing)?;
        application
            .deceased
            .name
            .as_str()
            .clone_into(&mut deceased.name);
        deceased.identity = self.sealed(&application.deceased.identity, deceased.id, nonce)?;
        person::update(tx, &deceased).await?;
        case.relation = application.applicant.relation;
        case.date_of_death = application.deceased.date_of_death;
        case.residence = application.deceased.residence;
        if let Certificate::Number(number) = &application.certificate {
            case.certificate_number = Some(number.clone());
            case.certificate_due_at = None;
        }
        crematorium::update(tx, &case).await?;
        self.index(tx, row.id, application).await
    }
}

/// What an action comes to, drawn before the transaction so that it can run again.
pub(crate) struct Decided {
    pub next: Snapshot,
    pub state: RequestState,
    events: Vec<(Uuid, Event)>,
    ids: Ids,
    pub now: Instant,
    pub rules: Arc<Rules>,
}

/// A returned request with its corrections, checked.
pub(super) struct Corrected {
    pub application: Application,
    pub case: CaseRow,
}

/// Rolls a transaction back because another act came first; the caller finds out which.
pub(crate) fn came_first(row: &RequestRow) -> Trouble {
    Trouble::DecidedFirst {
        status: row.state.status,
        by: None,
    }
}
