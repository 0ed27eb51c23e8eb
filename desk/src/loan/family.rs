//! What the family sees of its loan, and what it does: accept, decline, renew, no longer needed, withdraw.
use super::{Expected, Loaded, decided_line, kind_of, load, office_time, today};
use crate::draft::{Owner, Whose};
use crate::request::{Access, Outcome, TrackStep, hide_name, reference_of};
use crate::request::{Channel, StepState};
use crate::{Desk, Result, Trouble};
use chrono::{NaiveDate, TimeDelta};
use domain::crematorium::Rules;
use domain::equipment::line::{LineAction, LineRefusal, LineState, LoanEvent, due_on};
use domain::equipment::{Delivery, EquipmentType, Health};
use domain::form::Text;
use domain::reference::Reference;
use domain::request::{Action, Actor, Event, Refusal, Status, allowed};
use domain::time::{self, Instant};
use store::loan::LineRow;
use store::{Conn, loan, request, unit};
use uuid::Uuid;

/// One piece as the family sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineView {
    pub id: Uuid,
    pub kind: EquipmentType,
    pub state: LineState,
    /// Its place in the queue, while it waits for a unit.
    pub expected: Option<Expected>,
    pub accepted: bool,
    /// Until when an offer waits for an answer.
    pub offer_until: Option<Instant>,
    pub asset_number: Option<String>,
    pub due_on: Option<NaiveDate>,
    pub overdue: bool,
    /// The day a renewal would lead to; `None` when it cannot be renewed here.
    pub renew_until: Option<NaiveDate>,
    /// Why it cannot be renewed here, where the family may ask.
    pub no_renewal: Option<Text>,
    /// Whether "still needed?" is asked now.
    pub ask_now: bool,
    pub not_needed: bool,
}

/// What a family sees of its loan, after number and last four digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoanView {
    pub reference: Reference,
    pub status: Status,
    /// As the API reports it: what waits for a unit is queued although it is not decided.
    pub reported: Status,
    pub submitted_at: Instant,
    pub updated_at: Instant,
    pub decide_by: Instant,
    pub verified: bool,
    pub lapse_at: Option<Instant>,
    pub applicant_name: String,
    pub patient_name: String,
    pub health: Health,
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub delivery: Delivery,
    pub lines: Vec<LineView>,
    pub steps: Vec<TrackStep>,
    pub defects: Vec<String>,
    pub correct_by: Option<Instant>,
    /// Why the office refused or cancelled it.
    pub reason: Option<String>,
    pub can_withdraw: bool,
    pub can_cancel: bool,
    pub patient_died: bool,
}

impl Desk {
    /// A loan by number and last four digits; one answer for every mismatch.
    pub async fn track_loan(&self, access: &Access<'_>) -> Result<LoanView> {
        let (loaded, _) = self.opened_loan(access).await?;
        self.loan_view(&loaded).await
    }

    /// The loan, and who is acting on it.
    async fn opened_loan(&self, access: &Access<'_>) -> Result<(Loaded, Actor)> {
        let (known, actor) = self.let_in(access).await?;
        let mut conn = self.store.read().await?;
        Ok((load(&mut conn, known.row).await?, actor))
    }

    /// Sends a loan's draft once: a second tap, the back button and a refresh get the same reference.
    pub async fn send_loan_draft(&self, owner: &impl Owner, id: &str) -> Result<Reference> {
        let row = self.draft_row(owner, id).await?;
        if let Some(reference) = self.sent(&row).await? {
            return Ok(reference);
        }
        let Whose::Browser(_) = owner.whose() else {
            return Err(Trouble::NotAllowed);
        };
        let application = self.read_loan(&row.fields, false)?;
        let submission = super::submit::LoanSubmission {
            actor: Actor::Resident,
            channel: Channel::Web {
                browser_mac: row.owner_mac.clone(),
            },
            application,
            draft: Some(row.id),
            answer: None,
        };
        match self.submit_loan(submission).await {
            Ok(Outcome::Done(submitted)) => Ok(submitted.reference),
            Ok(Outcome::Replayed(_)) => Err(Trouble::Internal(
                "a draft has no idempotency key of its own".to_owned(),
            )),
            // The other tap was first: its reference is the answer.
            Err(trouble) => {
                let row = self.draft_row(owner, id).await?;
                self.sent(&row).await?.ok_or(trouble)
            }
        }
    }

    /// What a sent draft became, for the browser that sent it.
    pub async fn loan_receipt(&self, owner: &impl Owner, id: &str) -> Result<LoanView> {
        let row = self.draft_row(owner, id).await?;
        let id = row.request_id.ok_or(Trouble::NotFound)?;
        let mut conn = self.store.read().await?;
        let row = request::by_id(&mut conn, id)
            .await?
            .ok_or(Trouble::NotFound)?;
        let loaded = load(&mut conn, row).await?;
        drop(conn);
        self.loan_view(&loaded).await
    }

    /// Withdraws what is not decided, cancels what was approved and not handed over.
    pub async fn end_loan(&self, access: &Access<'_>) -> Result<LoanView> {
        let (loaded, actor) = self.opened_loan(access).await?;
        let action = match loaded.row.state.status {
            Status::Withdrawn | Status::Cancelled => return self.loan_view(&loaded).await,
            Status::Submitted | Status::Returned => Action::Withdraw,
            _ => Action::Cancel {
                reason: "ผู้ขอไม่ต้องการแล้ว".to_owned(),
            },
        };
        self.act(&loaded.row, &action, &actor)
            .await
            .map_err(hide_name)?;
        self.track_loan(access).await
    }

    /// Accepts or declines what is set aside.
    pub async fn answer_offer(
        &self,
        access: &Access<'_>,
        line: Uuid,
        accept: bool,
    ) -> Result<LoanView> {
        let (loaded, actor) = self.opened_loan(access).await?;
        let line = line_of(&loaded, line)?;
        let (action, what) = if accept {
            (LineAction::Accept, LoanEvent::Accepted)
        } else {
            (LineAction::Decline, LoanEvent::Declined)
        };
        if line.accepted && accept {
            return self.loan_view(&loaded).await;
        }
        self.act_on_line(line, &action, what, &actor).await?;
        self.track_loan(access).await
    }

    /// Renews for the settings' days, from the present end.
    pub async fn renew_loan(&self, access: &Access<'_>, line: Uuid) -> Result<LoanView> {
        let (loaded, actor) = self.opened_loan(access).await?;
        let line = line_of(&loaded, line)?;
        self.renew_line(line, None, String::new(), &actor).await?;
        self.track_loan(access).await
    }

    /// "Still needed", with how the patient is in a few words.
    pub async fn still_needed(
        &self,
        access: &Access<'_>,
        line: Uuid,
        condition: &str,
    ) -> Result<LoanView> {
        let (loaded, actor) = self.opened_loan(access).await?;
        let line = line_of(&loaded, line)?;
        if line.state != LineState::OnLoan {
            return Err(Trouble::Refused(Refusal::WrongState));
        }
        let what = LoanEvent::StillNeeded {
            condition: condition.trim().chars().take(200).collect(),
        };
        let now = self.now();
        self.note_line(line, what, &actor, |next| next.still_needed_at = Some(now))
            .await?;
        self.track_loan(access).await
    }

    /// "No longer needed": the office agrees a day for collection.
    pub async fn not_needed(&self, access: &Access<'_>, line: Uuid) -> Result<LoanView> {
        let (loaded, actor) = self.opened_loan(access).await?;
        let line = line_of(&loaded, line)?;
        if line.not_needed_at.is_none() {
            if line.state != LineState::OnLoan {
                return Err(Trouble::Refused(Refusal::WrongState));
            }
            let now = self.now();
            self.note_line(line, LoanEvent::NotNeeded, &actor, |next| {
                next.not_needed_at = Some(now);
            })
            .await?;
        }
        self.track_loan(access).await
    }

    /// Renews a piece; an officer gives the day and, where somebody waits, the reason.
    pub(super) async fn renew_line(
        &self,
        line: &LineRow,
        until: Option<NaiveDate>,
        reason: String,
        actor: &Actor,
    ) -> Result<()> {
        let (now, rules) = (self.now(), self.rules());
        let until = until.unwrap_or_else(|| renewed_until(&rules, line, now));
        let until = due_on(until, &office_time(&rules));
        let (r, why) = (&rules, &reason);
        self.store
            .write(async |tx| {
                let wanted = loan::is_wanted(tx, &line.kind, today(now)).await?;
                let action = LineAction::Renew {
                    until,
                    reason: why.clone(),
                };
                let mut next = decided_line(r, line, &action, actor, wanted, now)?;
                next.still_needed_at = Some(now);
                let what = LoanEvent::Renewed {
                    until,
                    reason: why.clone(),
                };
                self.write_line(tx, r, line.request_id, (line, &next), what, actor, now)
                    .await
            })
            .await
    }

    /// One action on a piece; what was set aside for it goes to whoever is next when it gives it up.
    pub(super) async fn act_on_line(
        &self,
        line: &LineRow,
        action: &LineAction,
        what: LoanEvent,
        actor: &Actor,
    ) -> Result<()> {
        let (now, rules) = (self.now(), self.rules());
        let (r, event) = (&rules, &what);
        self.store
            .write(async |tx| {
                let next = decided_line(r, line, action, actor, false, now)?;
                let change = (line, &next);
                self.write_line(tx, r, line.request_id, change, event.clone(), actor, now)
                    .await?;
                if line.state == LineState::Ready && next.state != LineState::Ready {
                    self.free_unit(tx, line, actor, now).await?;
                    self.serve_queue(tx, r, &line.kind, now).await?;
                }
                Ok::<(), Trouble>(())
            })
            .await
            .map_err(hide_name)
    }

    /// Something that was said about a piece, which changes no state.
    pub(super) async fn note_line(
        &self,
        line: &LineRow,
        what: LoanEvent,
        actor: &Actor,
        change: impl FnOnce(&mut LineRow),
    ) -> Result<()> {
        let (now, rules) = (self.now(), self.rules());
        let mut next = line.clone();
        change(&mut next);
        let (r, n, event) = (&rules, &next, &what);
        self.store
            .write(async |tx| {
                self.write_line(tx, r, line.request_id, (line, n), event.clone(), actor, now)
                    .await
            })
            .await
            .map_err(hide_name)
    }

    pub(crate) async fn loan_view(&self, loaded: &Loaded) -> Result<LoanView> {
        let (now, rules) = (self.now(), self.rules());
        let mut conn = self.store.read().await?;
        let mut lines = Vec::with_capacity(loaded.lines.len());
        for line in &loaded.lines {
            lines.push(self.line_view(&mut conn, &rules, loaded, line, now).await?);
        }
        let waits = lines.iter().any(|line| line.expected.is_some());
        let events = request::events(&mut conn, loaded.row.id).await?;
        let events: Vec<Event> = events
            .iter()
            .filter_map(|event| serde_json::from_str(&event.body).ok())
            .collect();
        let state = &loaded.row.state;
        let can = allowed(&state.snapshot(), &Actor::Resident, now);
        let handed = loaded.lines.iter().any(|line| line.handed_at.is_some());
        let defects = events.iter().rev().find_map(|event| match event {
            Event::Returned { defects, .. } => Some(defects.clone()),
            _ => None,
        });
        Ok(LoanView {
            reference: reference_of(&loaded.row)?,
            status: state.status,
            reported: super::submit::reported(state.status, waits),
            submitted_at: loaded.row.submitted_at,
            updated_at: state.updated_at,
            decide_by: state.decide_by,
            verified: state.verified_at.is_some(),
            lapse_at: state.lapse_at,
            applicant_name: loaded.applicant.name.clone(),
            patient_name: loaded.patient.name.clone(),
            health: loaded.loan.health,
            from: loaded.loan.from,
            until: loaded.loan.until,
            delivery: loaded.loan.delivery,
            steps: steps(loaded, now),
            lines,
            defects: match state.status {
                Status::Returned => defects.unwrap_or_default(),
                _ => Vec::new(),
            },
            correct_by: state.correct_by,
            reason: events.iter().rev().find_map(|event| match event {
                Event::Refused { reason, .. } | Event::Cancelled { reason } => Some(reason.clone()),
                _ => None,
            }),
            can_withdraw: can.contains(&"withdraw"),
            can_cancel: can.contains(&"cancel") && !handed,
            patient_died: loaded.loan.patient_died_on.is_some(),
        })
    }

    async fn line_view(
        &self,
        conn: &mut Conn,
        rules: &Rules,
        loaded: &Loaded,
        line: &LineRow,
        now: Instant,
    ) -> Result<LineView> {
        let day = today(now);
        let waits = matches!(line.state, LineState::Asked | LineState::Queued)
            && loaded.row.state.status.is_live();
        let expected = if waits {
            let answers = self
                .answers(conn, rules, std::slice::from_ref(line), now)
                .await?;
            answers.first().and_then(|answer| {
                Some(Expected {
                    place: answer.place?,
                    week: answer.week,
                })
            })
        } else {
            None
        };
        let asset_number = match line.unit_id {
            Some(id) if matches!(line.state, LineState::OnLoan | LineState::Returned) => {
                unit::by_id(conn, id).await?.map(|unit| unit.asset_number)
            }
            _ => None,
        };
        let out = line.state == LineState::OnLoan;
        let quiet = loaded.loan.patient_died_on.is_some() || line.not_needed_at.is_some();
        let renewal = if out && !quiet {
            let wanted = loan::is_wanted(conn, &line.kind, day).await?;
            let until = due_on(renewed_until(rules, line, now), &office_time(rules));
            let action = LineAction::Renew {
                until,
                reason: String::new(),
            };
            let facts = super::facts_of(line, wanted);
            let settings = &rules.municipality.loans;
            let decided =
                domain::equipment::line::decide(&facts, &action, &Actor::Resident, settings, now);
            Some(decided.map(|_| until))
        } else {
            None
        };
        let ask_from = line
            .due_on
            .map(|due| due - TimeDelta::days(i64::from(rules.municipality.loans.ask_before_days)));
        let asked = ask_from.is_some_and(|from| from <= day);
        let answered = line
            .still_needed_at
            .zip(ask_from)
            .is_some_and(|(at, from)| today(at) >= from);
        Ok(LineView {
            id: line.id,
            kind: kind_of(rules, &line.kind),
            state: line.state,
            expected,
            accepted: line.accepted,
            offer_until: line.offer_until,
            asset_number,
            due_on: line.due_on,
            overdue: out && !quiet && line.due_on.is_some_and(|due| due < day),
            renew_until: renewal
                .as_ref()
                .and_then(|renewal| renewal.as_ref().ok().copied()),
            no_renewal: renewal.and_then(|renewal| renewal.err().map(LineRefusal::text)),
            ask_now: out && !quiet && asked && !answered,
            not_needed: line.not_needed_at.is_some(),
        })
    }
}

/// The piece of an id, of this request only.
pub(super) fn line_of(loaded: &Loaded, id: Uuid) -> Result<&LineRow> {
    loaded
        .lines
        .iter()
        .find(|line| line.id == id)
        .ok_or(Trouble::NotFound)
}

/// The day a renewal leads to: so many days after the present end, or after today when that has passed.
fn renewed_until(rules: &Rules, line: &LineRow, now: Instant) -> NaiveDate {
    let day = today(now);
    let from = line.due_on.unwrap_or(day).max(day);
    from + TimeDelta::days(i64::from(rules.municipality.loans.renewal_days))
}

/// Where the request stands, in the order of the manual.
fn steps(loaded: &Loaded, now: Instant) -> Vec<TrackStep> {
    let state = &loaded.row.state;
    let decided = state.decided_at;
    let all = |wanted: fn(&LineRow) -> bool| loaded.lines.iter().all(wanted);
    let any = |wanted: fn(&LineRow) -> bool| loaded.lines.iter().any(wanted);
    let handed_at = loaded.lines.iter().filter_map(|line| line.handed_at).max();
    let returned_at = loaded
        .lines
        .iter()
        .filter_map(|line| line.returned_at)
        .max();
    let ended = !state.status.is_live() && state.status != Status::Completed;
    let step = |th: &str, en: &str, state, at, due, late| TrackStep {
        name: Text::new(th, en),
        state,
        at,
        due,
        late,
    };
    let mut steps = vec![step(
        "ส่งคำขอ",
        "Request sent",
        StepState::Done,
        Some(loaded.row.submitted_at),
        None,
        false,
    )];
    let undecided = matches!(state.status, Status::Submitted | Status::Returned);
    steps.push(step(
        "เจ้าหน้าที่พิจารณา",
        "The office decides",
        if undecided {
            StepState::Now
        } else {
            StepState::Done
        },
        decided,
        undecided.then_some(state.decide_by),
        undecided && state.decide_by < now,
    ));
    if ended {
        return steps;
    }
    let place = |done: bool, begun: bool| match (done, begun) {
        (true, _) => StepState::Done,
        (false, true) => StepState::Now,
        _ => StepState::Later,
    };
    let waiting = any(|line| line.state == LineState::Queued);
    let set_aside = all(|line| !matches!(line.state, LineState::Asked | LineState::Queued));
    steps.push(step(
        "จัดอุปกรณ์ให้",
        "The equipment is set aside",
        place(set_aside, waiting),
        None,
        None,
        false,
    ));
    let handed = all(|line| line.handed_at.is_some() || line.state == LineState::Ended);
    steps.push(step(
        "ส่งมอบ",
        "Handed over",
        place(handed, any(|line| line.state == LineState::Ready)),
        handed_at,
        None,
        false,
    ));
    let back = all(|line| line.state.is_over());
    let due = loaded.lines.iter().filter_map(|line| line.due_on).min();
    let late = due.is_some_and(|due| due < today(now)) && !back;
    steps.push(step(
        "คืนอุปกรณ์",
        "Brought back",
        place(back, any(|line| line.state == LineState::OnLoan)),
        returned_at.filter(|_| back),
        due.map(|due| time::at(due, 0)).filter(|_| !back),
        late && loaded.loan.patient_died_on.is_none(),
    ));
    steps
}
