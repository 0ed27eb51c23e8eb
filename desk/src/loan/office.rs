//! The office's side of loans: the list, one request with everything, the decision, the score of need, what is due.
use super::family::{LineView, line_of};
use super::{Loaded, SERVICE, kind_of, load, refused, today};
use crate::office::{HistoryRow, Names, PAGE, cursor, handles_requests, last4, paged};
use crate::request::{came_first, initials, reference_of};
use crate::{Desk, Result, Trouble};
use chrono::{NaiveDate, TimeDelta};
use domain::crematorium::application::Relation;
use domain::equipment::line::{Chase, LineAction, LineState, LoanEvent, chase_by};
use domain::equipment::need::{ADL_MOST, NeedFacts, Priority, Score, score};
use domain::equipment::{Delivery, EquipmentType, Health};
use domain::form::Text;
use domain::reference::Reference;
use domain::request::{Action, Actor, Event, StaffActor, Status, allowed};
use domain::text;
use domain::time::Instant;
use store::loan::{DueKey, LineRow};
use store::request::InboxFilter;
use store::{Conn, loan, person, request, supply, unit};
use uuid::Uuid;

/// Which loans a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoanFilter {
    /// `None`: what the office has to do something about.
    pub status: Option<Status>,
    /// A name, a phone, or a reference.
    pub search: String,
}

/// One line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoanListRow {
    pub reference: Reference,
    pub status: Status,
    pub verified: bool,
    pub decide_by: Instant,
    pub late: bool,
    pub patient_initials: String,
    pub phone_last4: String,
    /// Each type's name with how many.
    pub items: Vec<(Text, u32)>,
    pub from: NaiveDate,
    pub community: String,
    pub priority: Priority,
    pub points: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoanList {
    pub rows: Vec<LoanListRow>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// A loan with everything on one screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoanFile {
    pub reference: Reference,
    pub status: Status,
    pub version: i64,
    pub frozen: bool,
    pub verified: bool,
    pub channel: String,
    pub submitted_at: Instant,
    pub decide_by: Instant,
    pub late: bool,
    pub correct_by: Option<Instant>,
    pub applicant_name: String,
    pub applicant_phone: String,
    pub helper: Option<(String, String)>,
    pub borrower: Option<(String, String)>,
    pub carer: Option<(String, String)>,
    pub relation: Option<Text>,
    pub patient_name: String,
    pub health: Health,
    pub community: String,
    pub tambon: String,
    pub address: String,
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub not_needed_after: Option<NaiveDate>,
    pub delivery: Delivery,
    pub note: String,
    pub need: NeedFacts,
    pub score: Score,
    pub scored: bool,
    pub lines: Vec<LineView>,
    /// What was given with it: name, how many, the unit's word.
    pub given: Vec<(Text, i64)>,
    pub patient_died_on: Option<NaiveDate>,
    /// A live or past crematorium request that names the same person: an officer should know before calling.
    pub also_at_crematorium: Vec<Reference>,
    pub history: Vec<HistoryRow>,
    /// The words of the actions this person may take now.
    pub allowed: Vec<&'static str>,
}

/// One line of a work list: somebody comes, returns, or is overdue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkRow {
    pub line: Uuid,
    pub reference: Reference,
    pub kind: EquipmentType,
    pub state: LineState,
    pub accepted: bool,
    pub asset_number: Option<String>,
    pub patient_initials: String,
    pub phone_last4: String,
    pub community: String,
    pub from: NaiveDate,
    pub due_on: Option<NaiveDate>,
    /// The last day on which it is chased in time.
    pub chase_by: Option<NaiveDate>,
    /// The kindest step not taken yet.
    pub next_step: Chase,
    pub not_needed: bool,
    pub still_needed_at: Option<Instant>,
}

impl Desk {
    /// A page of loans, the most urgent first.
    pub async fn loans(
        &self,
        who: &StaffActor,
        filter: &LoanFilter,
        after: Option<&str>,
    ) -> Result<LoanList> {
        handles_requests(who)?;
        let now = self.now();
        let mut conn = self.store.read().await?;
        let (rows, next) = if let Ok(reference) = Reference::parse(&filter.search) {
            let found = request::by_reference(&mut conn, reference.as_str()).await?;
            let found: Vec<_> = found.into_iter().filter(super::queue::is_loan).collect();
            (found, None)
        } else {
            let stored = self.stored_loan_filter(filter);
            let after = after.and_then(cursor);
            paged(request::inbox(&mut conn, &stored, after, PAGE + 1).await?)
        };
        let mut listed = Vec::with_capacity(rows.len());
        for row in rows {
            listed.push(self.list_row(&mut conn, row, now).await?);
        }
        Ok(LoanList { rows: listed, next })
    }

    fn stored_loan_filter(&self, filter: &LoanFilter) -> InboxFilter {
        let searched = !text::clean(&filter.search).is_empty();
        InboxFilter {
            statuses: match filter.status {
                Some(status) => vec![status],
                None if searched => Status::ALL.to_vec(),
                None => vec![Status::Submitted, Status::Returned],
            },
            service: Some(SERVICE.to_owned()),
            search: self.searched(&filter.search),
            ..InboxFilter::default()
        }
    }

    async fn list_row(
        &self,
        conn: &mut Conn,
        row: request::RequestRow,
        now: Instant,
    ) -> Result<LoanListRow> {
        let rules = self.rules();
        let loaded = load(conn, row).await?;
        let mut items: Vec<(Text, u32)> = Vec::new();
        for line in &loaded.lines {
            let name = kind_of(&rules, &line.kind).name;
            match items.iter_mut().find(|(known, _)| *known == name) {
                Some((_, n)) => *n += 1,
                None => items.push((name, 1)),
            }
        }
        let state = &loaded.row.state;
        Ok(LoanListRow {
            reference: reference_of(&loaded.row)?,
            status: state.status,
            verified: state.verified_at.is_some(),
            decide_by: state.decide_by,
            late: state.status == Status::Submitted && state.decide_by < now,
            patient_initials: initials(&loaded.patient.name),
            phone_last4: last4(loaded.applicant.phone.as_deref()),
            items,
            from: loaded.loan.from,
            community: loaded.loan.community.clone(),
            priority: loaded.loan.priority,
            points: loaded.loan.points,
        })
    }

    /// Opens a loan's file; the opening is logged.
    pub async fn open_loan(&self, who: &StaffActor, reference: &str) -> Result<LoanFile> {
        handles_requests(who)?;
        let row = self.row_by_reference(reference).await?;
        if row.service != SERVICE {
            return Err(Trouble::OtherService);
        }
        self.note_view(&Actor::Staff(who.clone()), &row).await?;
        self.loan_file(who, row).await
    }

    async fn loan_file(&self, who: &StaffActor, row: request::RequestRow) -> Result<LoanFile> {
        let (now, rules) = (self.now(), self.rules());
        let mut conn = self.store.read().await?;
        let loaded = load(&mut conn, row).await?;
        let history =
            crate::office::history(&rules, &mut conn, loaded.row.id, &mut Names::default()).await?;
        let mut given = Vec::new();
        for entry in supply::given(&mut conn, loaded.row.id).await? {
            if let Some(lot) = supply::lot(&mut conn, entry.lot_id).await? {
                given.push((super::supplies::name_of(&rules, &lot.kind), -entry.change));
            }
        }
        let also = self.also_at_crematorium(&mut conn, &loaded).await?;
        drop(conn);
        let view = self.loan_view(&loaded).await?;
        let state = &loaded.row.state;
        let pair = |person: &Option<person::PersonRow>| {
            person.as_ref().map(|person| {
                let phone = crate::office::display_phone(person.phone.as_deref());
                (person.name.clone(), phone)
            })
        };
        let need = loaded.loan.need;
        Ok(LoanFile {
            reference: view.reference,
            status: state.status,
            version: loaded.row.version,
            frozen: state.frozen,
            verified: state.verified_at.is_some(),
            channel: loaded.row.channel.clone(),
            submitted_at: loaded.row.submitted_at,
            decide_by: state.decide_by,
            late: state.status == Status::Submitted && state.decide_by < now,
            correct_by: state.correct_by,
            applicant_name: loaded.applicant.name.clone(),
            applicant_phone: crate::office::display_phone(loaded.applicant.phone.as_deref()),
            helper: pair(&loaded.helper),
            borrower: pair(&loaded.borrower),
            carer: pair(&loaded.carer),
            relation: loaded.loan.relation.map(Relation::label),
            patient_name: loaded.patient.name.clone(),
            health: loaded.loan.health,
            community: loaded.loan.community.clone(),
            tambon: loaded.loan.tambon.clone(),
            address: loaded.loan.address.clone(),
            from: loaded.loan.from,
            until: loaded.loan.until,
            not_needed_after: loaded.loan.not_needed_after,
            delivery: loaded.loan.delivery,
            note: loaded.loan.note.clone(),
            need,
            score: score(&rules.municipality.loans.need, need, today(now)),
            scored: loaded.loan.points.is_some(),
            lines: view.lines,
            given,
            patient_died_on: loaded.loan.patient_died_on,
            also_at_crematorium: also,
            history,
            allowed: allowed(&state.snapshot(), &Actor::Staff(who.clone()), now),
        })
    }

    /// Crematorium requests in which the same name stands.
    async fn also_at_crematorium(
        &self,
        conn: &mut Conn,
        loaded: &Loaded,
    ) -> Result<Vec<Reference>> {
        let words = text::search_term(&loaded.patient.name);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let filter = InboxFilter {
            statuses: Status::ALL.to_vec(),
            service: Some(crate::request::SERVICE.to_owned()),
            search: words.iter().map(|word| self.search_mac(word)).collect(),
            ..InboxFilter::default()
        };
        let rows = request::inbox(conn, &filter, None, 5).await?;
        rows.iter().map(reference_of).collect()
    }

    /// Scores the need; what waits takes its place by the new class.
    pub async fn score_need(
        &self,
        who: &StaffActor,
        reference: &str,
        version: i64,
        need: NeedFacts,
    ) -> Result<LoanFile> {
        handles_requests(who)?;
        if need.adl.is_some_and(|adl| adl > ADL_MOST) {
            return Err(refused(
                "adl",
                Text::new(
                    "คะแนน ADL อยู่ระหว่าง 0 ถึง 20",
                    "The ADL score is from 0 to 20",
                ),
            ));
        }
        let loaded = self.loan_at(reference, version).await?;
        let (now, rules) = (self.now(), self.rules());
        let result = score(&rules.municipality.loans.need, need, today(now));
        let mut next = loaded.loan.clone();
        next.need = need;
        next.points = Some(result.points);
        next.priority = result.priority;
        let event = Event::Scored {
            points: result.points,
            priority: result.priority.number(),
        };
        let actor = Actor::Staff(who.clone());
        let (row, rules, event, next) = (&loaded.row, &rules, &event, &next);
        self.store
            .write(async |tx| {
                loan::set_need(tx, next).await?;
                for line in &loaded.lines {
                    if matches!(line.state, LineState::Asked | LineState::Queued) {
                        let moved = LineRow {
                            priority: next.priority,
                            ..line.clone()
                        };
                        if !loan::apply_line(tx, line, &moved).await? {
                            return Err(came_first(row));
                        }
                    }
                }
                self.follow_lines(tx, rules, row, &actor, event.clone(), now)
                    .await
            })
            .await?;
        self.reopened(who, reference).await
    }

    /// The patient has died: every reminder stops, the collection is free.
    pub async fn note_death(
        &self,
        who: &StaffActor,
        reference: &str,
        version: i64,
        died_on: NaiveDate,
    ) -> Result<LoanFile> {
        handles_requests(who)?;
        let loaded = self.loan_at(reference, version).await?;
        let (now, rules) = (self.now(), self.rules());
        if died_on > today(now) {
            return Err(refused(
                "future",
                Text::new(
                    "วันที่เสียชีวิตต้องไม่ใช่วันในอนาคต",
                    "The date cannot be in the future",
                ),
            ));
        }
        let mut next = loaded.loan.clone();
        next.patient_died_on = Some(died_on);
        let actor = Actor::Staff(who.clone());
        let (row, rules, next) = (&loaded.row, &rules, &next);
        self.store
            .write(async |tx| {
                loan::set_need(tx, next).await?;
                for line in &loaded.lines {
                    if line.state == LineState::OnLoan {
                        let fetched = LineRow {
                            not_needed_at: Some(now),
                            ..line.clone()
                        };
                        if !loan::apply_line(tx, line, &fetched).await? {
                            return Err(came_first(row));
                        }
                    }
                }
                // What nobody needs any more goes to whoever is next.
                self.end_lines(tx, row, &actor, now).await?;
                self.follow_lines(tx, rules, row, &actor, Event::PatientDied, now)
                    .await
            })
            .await?;
        self.reopened(who, reference).await
    }

    /// Decides, with the version the officer saw. An approval puts every piece into its queue, and serves it.
    pub async fn decide_loan(
        &self,
        who: &StaffActor,
        reference: &str,
        version: i64,
        action: Action,
    ) -> Result<LoanFile> {
        handles_requests(who)?;
        let loaded = self.loan_at(reference, version).await?;
        let actor = Actor::Staff(who.clone());
        if matches!(action, Action::Approve) {
            self.approve_loan(&loaded, &actor).await?;
        } else {
            self.act(&loaded.row, &action, &actor).await?;
        }
        self.reopened(who, reference).await
    }

    async fn approve_loan(&self, loaded: &Loaded, actor: &Actor) -> Result<()> {
        let row = &loaded.row;
        let mut decided = self.decided(row, &row.state.snapshot(), &Action::Approve, actor)?;
        decided.state.status = Status::Queued;
        decided.next.status = Status::Queued;
        let (now, rules, decided) = (self.now(), self.rules(), &decided);
        let done = self
            .store
            .write(async |tx| {
                if !self
                    .begin_act(tx, row, decided, &Action::Approve, actor)
                    .await?
                {
                    return Ok(false);
                }
                for line in &loaded.lines {
                    let mut next =
                        super::decided_line(&rules, line, &LineAction::Queue, actor, false, now)?;
                    next.priority = loaded.loan.priority;
                    if !loan::apply_line(tx, line, &next).await? {
                        return Ok(false);
                    }
                }
                self.record_act(tx, row, decided, actor).await?;
                let mut kinds: Vec<&str> =
                    loaded.lines.iter().map(|line| line.kind.as_str()).collect();
                kinds.sort_unstable();
                kinds.dedup();
                for kind in kinds {
                    self.serve_queue(tx, &rules, kind, now).await?;
                }
                Ok::<bool, Trouble>(true)
            })
            .await?;
        if done {
            Ok(())
        } else {
            Err(self.decided_first(row.id).await?)
        }
    }

    /// A renewal by an officer: to a day, with a reason where somebody waits.
    pub async fn renew_for(
        &self,
        who: &StaffActor,
        reference: &str,
        line: Uuid,
        until: Option<NaiveDate>,
        reason: &str,
    ) -> Result<LoanFile> {
        handles_requests(who)?;
        let loaded = self.loan_of(reference).await?;
        let line = line_of(&loaded, line)?;
        let actor = Actor::Staff(who.clone());
        self.renew_line(line, until, reason.trim().to_owned(), &actor)
            .await?;
        self.reopened(who, reference).await
    }

    /// Accepts or declines an offer for a family on the telephone.
    pub async fn answer_offer_for(
        &self,
        who: &StaffActor,
        reference: &str,
        line: Uuid,
        accept: bool,
    ) -> Result<LoanFile> {
        handles_requests(who)?;
        let loaded = self.loan_of(reference).await?;
        let line = line_of(&loaded, line)?;
        let (action, what) = if accept {
            (LineAction::Accept, LoanEvent::Accepted)
        } else {
            (LineAction::Decline, LoanEvent::Declined)
        };
        self.act_on_line(line, &action, what, &Actor::Staff(who.clone()))
            .await?;
        self.reopened(who, reference).await
    }

    /// Logs how an overdue loan was chased. A patient who has died is not chased.
    pub async fn chase(
        &self,
        who: &StaffActor,
        reference: &str,
        line: Uuid,
        step: Chase,
        outcome: &str,
    ) -> Result<LoanFile> {
        handles_requests(who)?;
        let loaded = self.loan_of(reference).await?;
        let line = line_of(&loaded, line)?;
        let now = self.now();
        let outcome: String = text::clean(outcome).chars().take(300).collect();
        if outcome.is_empty() {
            return Err(refused(
                "missing",
                Text::new("เขียนสั้น ๆ ว่าผลเป็นอย่างไร", "Say in a few words how it went"),
            ));
        }
        if line.state != LineState::OnLoan || loaded.loan.patient_died_on.is_some() {
            return Err(Trouble::Refused(domain::request::Refusal::WrongState));
        }
        let what = LoanEvent::Chased {
            step: step.label().th,
            outcome,
        };
        self.note_line(line, what, &Actor::Staff(who.clone()), |next| {
            next.chased_at = Some(now);
            next.chase_step = Some(step);
        })
        .await?;
        self.reopened(who, reference).await
    }

    /// Who comes: pieces set aside, those that were accepted first.
    pub async fn coming(&self, who: &StaffActor) -> Result<Vec<WorkRow>> {
        handles_requests(who)?;
        let mut conn = self.store.read().await?;
        let lines = loan::ready(&mut conn, 200).await?;
        self.work_rows(&mut conn, lines).await
    }

    /// Open loans due within so many days, the longest overdue first; a page of them, and the next page's cursor.
    pub async fn due_loans(
        &self,
        who: &StaffActor,
        within_days: u16,
        after: Option<&str>,
    ) -> Result<(Vec<WorkRow>, Option<String>)> {
        handles_requests(who)?;
        let until = today(self.now()) + TimeDelta::days(i64::from(within_days));
        let mut conn = self.store.read().await?;
        let mut lines = loan::due(&mut conn, until, after.and_then(due_cursor), PAGE + 1).await?;
        let page = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = lines.len() > page;
        lines.truncate(page);
        let next = lines
            .last()
            .filter(|_| more)
            .and_then(|line| Some(format!("{}_{}", line.due_on?, line.id.simple())));
        let rows = self.work_rows(&mut conn, lines).await?;
        Ok((rows, next))
    }

    async fn work_rows(&self, conn: &mut Conn, lines: Vec<LineRow>) -> Result<Vec<WorkRow>> {
        let rules = self.rules();
        let mut rows = Vec::with_capacity(lines.len());
        for line in lines {
            let row = request::by_id(conn, line.request_id)
                .await?
                .ok_or(Trouble::NotFound)?;
            let loaded = load(conn, row).await?;
            let asset_number = match line.unit_id {
                Some(id) => unit::by_id(conn, id).await?.map(|unit| unit.asset_number),
                None => None,
            };
            let quiet = loaded.loan.patient_died_on.is_some();
            rows.push(WorkRow {
                line: line.id,
                reference: reference_of(&loaded.row)?,
                kind: kind_of(&rules, &line.kind),
                state: line.state,
                accepted: line.accepted,
                asset_number,
                patient_initials: initials(&loaded.patient.name),
                phone_last4: last4(loaded.applicant.phone.as_deref()),
                community: loaded.loan.community.clone(),
                from: line.from,
                due_on: line.due_on,
                chase_by: line
                    .due_on
                    .filter(|_| !quiet)
                    .map(|due| chase_by(due, &rules.municipality.loans)),
                next_step: Chase::next(line.chase_step.as_slice()),
                not_needed: line.not_needed_at.is_some() || quiet,
                still_needed_at: line.still_needed_at,
            });
        }
        Ok(rows)
    }

    async fn loan_of(&self, reference: &str) -> Result<Loaded> {
        let row = self.row_by_reference(reference).await?;
        let mut conn = self.store.read().await?;
        load(&mut conn, row).await
    }

    async fn loan_at(&self, reference: &str, version: i64) -> Result<Loaded> {
        let loaded = self.loan_of(reference).await?;
        if loaded.row.version != version {
            return Err(self.decided_first(loaded.row.id).await?);
        }
        Ok(loaded)
    }

    async fn reopened(&self, who: &StaffActor, reference: &str) -> Result<LoanFile> {
        let row = self.row_by_reference(reference).await?;
        self.loan_file(who, row).await
    }
}

fn due_cursor(text: &str) -> Option<DueKey> {
    let (date, id) = text.split_once('_')?;
    Some(DueKey {
        due_on: date.parse().ok()?,
        id: Uuid::try_parse(id).ok()?,
    })
}
