//! The type of case, the coffin and implants, told after sending: by the family on its page, or by an officer.
//!
//! They may need another furnace, another length or another round: then the places are checked and taken again in the
//! same transaction, or nothing changes.
use crate::office::handles_requests;
use crate::request::{Access, Loaded, Record, wish_of};
use crate::{Desk, Result, Trouble, case_task, paper};
use domain::crematorium::particulars::Particulars;
use domain::crematorium::{Booker, CaseType, InternalNumber, Wish};
use domain::form::{RawFields, Text};
use domain::paper::PaperKind;
use domain::request::{Action, Actor, StaffActor, decide};
use domain::time::Instant;
use store::crematorium::{CaseRow, IdentityKind, identity};
use store::{Tx, crematorium, person, request, task};
use uuid::Uuid;

/// One thing the office does for a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseTask {
    pub id: Uuid,
    pub name: Text,
    pub done: bool,
}

/// What the office's panel shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParticularsView {
    pub version: i64,
    pub known: Particulars,
    pub wish: Wish,
    pub furnace: Option<String>,
    pub ash_table: Option<String>,
    pub internal_number: Option<InternalNumber>,
    pub tasks: Vec<CaseTask>,
    /// The papers such a case needs.
    pub documents: Vec<PaperKind>,
    pub may_change: bool,
}

/// What became of the family's answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Kept,
    /// The places do not fit what was told: nothing has changed, and an officer has it among the unfinished tasks.
    OfficeWillCall,
}

impl Desk {
    /// What is known of a case, for the office.
    pub async fn particulars(&self, who: &StaffActor, reference: &str) -> Result<ParticularsView> {
        handles_requests(who)?;
        let loaded = self.loaded(reference).await?;
        let rules = self.rules();
        let mut conn = self.store.read().await?;
        let had = task::of_request(&mut conn, loaded.row.id, case_task::KIND).await?;
        let findings = store::paper::findings(&mut conn, loaded.row.id).await?;
        let documents = paper::needs(&mut conn, &rules, &loaded.case, findings).await?;
        drop(conn);
        let tasks = had
            .into_iter()
            .map(|task| CaseTask {
                id: task.id,
                name: case_task::name(&rules, &task.body),
                done: task.done_at.is_some(),
            })
            .collect();
        let case = &loaded.case;
        let known = known(case);
        let state = loaded.row.state.snapshot();
        let act = Action::Particulars(known);
        let may_change = decide(&state, &act, &Actor::Staff(who.clone()), self.now()).is_ok();
        Ok(ParticularsView {
            version: loaded.row.version,
            known,
            wish: wish_of(case),
            furnace: case.cremation.as_ref().map(|it| it.furnace_id.clone()),
            ash_table: case.ash.as_ref().map(|it| it.table_id.clone()),
            internal_number: case.internal_number,
            tasks,
            documents,
            may_change,
        })
    }

    /// Sets what is known, as of the version the officer saw. `places` takes others at once, such as an alternative.
    pub async fn set_particulars(
        &self,
        who: &StaffActor,
        reference: &str,
        version: i64,
        fields: &RawFields,
        places: Option<&Wish>,
    ) -> Result<()> {
        handles_requests(who)?;
        let told = Particulars::parse(fields).map_err(Trouble::Invalid)?;
        let loaded = self.loaded(reference).await?;
        if loaded.row.version != version {
            return Err(self.decided_first(loaded.row.id).await?);
        }
        self.arrange(&loaded, told, places, &Actor::Staff(who.clone()))
            .await
    }

    /// The family's answer. Where its places do not fit, nothing changes and an officer is told.
    pub async fn tell_particulars(&self, access: &Access<'_>, fields: &RawFields) -> Result<Told> {
        let (loaded, actor) = self.opened(access).await?;
        let told = Particulars::parse(fields).map_err(Trouble::Invalid)?;
        match self.arrange(&loaded, told, None, &actor).await {
            Ok(()) => Ok(Told::Kept),
            Err(Trouble::SlotTaken { .. }) => {
                let now = self.now();
                let (id, request) = (self.id(now), loaded.row.id);
                let body = [
                    told.case_type.code(),
                    told.coffin.unwrap_or_default().code(),
                    told.implants.map_or("", |implants| implants.code()),
                ]
                .join(" ");
                self.store
                    .write(async |tx| -> Result<()> {
                        // The last answer counts.
                        task::drop_all(tx, request, case_task::DOES_NOT_FIT, now).await?;
                        task::insert(tx, id, case_task::DOES_NOT_FIT, Some(request), &body, now)
                            .await?;
                        Ok(())
                    })
                    .await?;
                Ok(Told::OfficeWillCall)
            }
            Err(trouble) => Err(crate::request::hide_name(trouble)),
        }
    }

    /// One transaction: the request's version, the places where they change, the case, its tasks, history and audit.
    async fn arrange(
        &self,
        loaded: &Loaded,
        told: Particulars,
        places: Option<&Wish>,
        actor: &Actor,
    ) -> Result<()> {
        let (now, rules) = (self.now(), self.rules());
        let row = &loaded.row;
        let had = wish_of(&loaded.case);
        let wish = told.of(places.unwrap_or(&had));
        let moves =
            (&wish.cremation, &wish.pavilion, wish.ash) != (&had.cremation, &had.pavilion, had.ash);
        let action = if moves {
            Action::Move {
                from: Box::new(had.clone()),
                to: Box::new(wish.clone()),
                reason: told.words().th,
            }
        } else {
            Action::Particulars(told)
        };
        let (next, events) = decide(&row.state.snapshot(), &action, actor, now)?;
        // What is only noted changes no place, and may be noted of a booking whose day is near.
        if wish != had && wish.check(&rules, Booker::Staff, now).is_err() {
            return Err(self.slot_taken(&wish, Some(row.id)).await?);
        }
        let events: Vec<_> = events
            .into_iter()
            .map(|event| (self.id(now), event))
            .collect();
        let told_of = CaseRow {
            case_type: told.case_type,
            coffin: told.coffin,
            implants: told.implants,
            ..loaded.case.clone()
        };
        let mut state = row.state.after(&next, now);
        // Every paper and finding is a version of its own: what is read here holds as long as the version does.
        let mut conn = self.store.read().await?;
        state.release_missing = paper::release_missing_now(&mut conn, &rules, &told_of).await?;
        drop(conn);
        let tasks = self.task_ids(&rules, case_task::facts(&told_of), now);
        let ids = self.ids(now);
        let outcome = self
            .store
            .write(async |tx| {
                if !request::apply(tx, row.id, row.state.status, row.version, &state).await? {
                    return Ok(false);
                }
                let mut case = told_of.clone();
                if wish != had {
                    self.retake_places(tx, &mut case, &wish, &rules, now)
                        .await?;
                }
                self.number_unnamed(tx, &mut case, now).await?;
                crematorium::update(tx, &case).await?;
                case_task::keep_right(tx, &rules, &case, &tasks, now).await?;
                task::drop_all(tx, row.id, case_task::DOES_NOT_FIT, now).await?;
                let applicant = person::by_id(tx, row.applicant_id).await?;
                let about = Record {
                    has_email: applicant.is_some_and(|applicant| applicant.email.is_some()),
                    ..Record::of(row, row.version + 1, ids, now)
                };
                self.record(tx, &rules, &about, actor, &events).await?;
                Ok::<bool, Trouble>(true)
            })
            .await;
        match outcome {
            Ok(true) => Ok(()),
            Ok(false) => Err(self.decided_first(row.id).await?),
            Err(Trouble::SlotTaken { .. }) => Err(self.slot_taken(&wish, Some(row.id)).await?),
            Err(trouble) => Err(trouble),
        }
    }

    /// Somebody who turns out to be unnamed gets the office's own number; who has one keeps it.
    async fn number_unnamed(&self, tx: &mut Tx, case: &mut CaseRow, now: Instant) -> Result<()> {
        if case.case_type != CaseType::Unnamed || case.internal_number.is_some() {
            return Ok(());
        }
        let number = crate::request::next_number(tx, now).await?;
        let own = self.identifier(IdentityKind::Internal, &number.to_string());
        if !identity::claim(tx, case.request_id, &[own]).await? {
            return Err(Trouble::DeceasedHasCase);
        }
        case.internal_number = Some(number);
        Ok(())
    }
}

fn known(case: &CaseRow) -> Particulars {
    Particulars {
        case_type: case.case_type,
        coffin: case.coffin,
        implants: case.implants,
    }
}
