//! Sending a request for a loan: people, pieces, history and outbox in one transaction.
use super::{SERVICE, office_time, today};
use crate::channel::{Answered, ChannelActor};
use crate::limit::queue_up;
use crate::office::{CHANNEL, FORM_KEY, handles_requests};
use crate::request::{Answer, Channel, Outcome, Record, begin};
use crate::{Desk, Result, Trouble};
use chrono::NaiveDate;
use domain::crematorium::Rules;
use domain::equipment::LoanApplication;
use domain::equipment::application::{Person, Terms};
use domain::equipment::line::LineState;
use domain::equipment::need::{NeedFacts, Priority};
use domain::form::{RawFields, raw};
use domain::phone::Phone;
use domain::reference::Reference;
use domain::request::{Actor, Event, StaffActor, Status};
use domain::text;
use domain::time::Instant;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use store::keys::Purpose;
use store::loan::{LineRow, LoanRow};
use store::person::{PersonRow, SealedIdentity};
use store::request::{RequestRow, RequestState};
use store::{Tx, call, draft, idempotency, loan, person, request, search};
use uuid::Uuid;

/// Working minutes of the office within which a request is decided.
const DECISION_MINUTES: i64 = 420;

/// What the sender gets back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoanSubmitted {
    pub reference: Reference,
    /// Queued when something asked for is not free, otherwise submitted: approval comes in either case.
    pub status: Status,
    pub verified: bool,
    pub submitted_at: Instant,
    pub decide_by: Instant,
    pub items: Vec<ItemAnswer>,
    pub from: NaiveDate,
    pub until: NaiveDate,
}

/// One type asked for: whether all of it is free, or the place in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemAnswer {
    pub kind: String,
    pub quantity: u32,
    pub free: bool,
    /// From 1, of the first piece that waits.
    pub place: Option<u32>,
    /// The Monday of the week, where anything can be said.
    pub week: Option<NaiveDate>,
}

/// One submission: who, what, how, and from which draft.
pub(crate) struct LoanSubmission {
    pub actor: Actor,
    pub channel: Channel,
    pub application: LoanApplication,
    pub draft: Option<Uuid>,
    pub answer: Option<Answer<LoanSubmitted>>,
}

impl Desk {
    /// What a loan's application is checked by today.
    pub fn read_loan(&self, fields: &RawFields, by_staff: bool) -> Result<LoanApplication> {
        let rules = self.rules();
        let terms = Terms {
            types: &rules.municipality.equipment,
            loans: &rules.municipality.loans,
            by_staff,
        };
        LoanApplication::parse(fields, terms, self.now()).map_err(Trouble::Invalid)
    }

    /// A request keyed in at the counter or on the telephone; once per [`FORM_KEY`], where there is one.
    pub async fn walk_in_loan(&self, who: &StaffActor, fields: &RawFields) -> Result<Reference> {
        handles_requests(who)?;
        let application = self.read_loan(fields, true)?;
        let key = raw(fields, FORM_KEY);
        let answer = (!key.is_empty()).then(|| Answer {
            token: who.id,
            path: "/staff/loans/walk-in",
            key: key.chars().take(64).collect(),
            body_hash: crate::office::form_hash(fields),
            write: |submitted: &LoanSubmitted| submitted.reference.as_str().to_owned(),
        });
        let submission = LoanSubmission {
            actor: Actor::Staff(who.clone()),
            channel: match raw(fields, CHANNEL) {
                "telephone" => Channel::Telephone,
                _ => Channel::Counter,
            },
            application,
            draft: None,
            answer,
        };
        match self.submit_loan(submission).await? {
            Outcome::Done(submitted) => Ok(submitted.reference),
            Outcome::Replayed(reference) => {
                Reference::parse(&reference).map_err(|error| Trouble::Internal(error.to_string()))
            }
        }
    }

    /// Submits once per key, as [`Desk::submit_idempotent`] does for bookings.
    pub async fn submit_loan_idempotent(
        &self,
        channel: &ChannelActor,
        path: &'static str,
        key: &str,
        body: &[u8],
        fields: &RawFields,
        write: fn(&LoanSubmitted) -> String,
    ) -> Result<Answered> {
        let answer = Answer {
            token: channel.id,
            path,
            key: key.to_owned(),
            body_hash: data_encoding::HEXLOWER.encode(&Sha256::digest(body)),
            write,
        };
        let application = match self.read_loan(fields, false) {
            Ok(application) => application,
            Err(trouble) => return self.replay_or(&answer, trouble).await,
        };
        let submission = LoanSubmission {
            actor: Actor::Channel(channel.id),
            channel: Channel::Api {
                name: channel.name.clone(),
            },
            application,
            draft: None,
            answer: Some(answer),
        };
        Ok(match self.submit_loan(submission).await? {
            Outcome::Done(submitted) => Answered {
                body: write(&submitted),
                replayed: false,
            },
            Outcome::Replayed(body) => Answered {
                body,
                replayed: true,
            },
        })
    }

    /// Submits a checked application in one transaction.
    pub(crate) async fn submit_loan(
        &self,
        submission: LoanSubmission,
    ) -> Result<Outcome<LoanSubmitted>> {
        let rules = self.rules();
        let now = self.now();
        // Drawn outside, so that running the transaction again draws the same.
        let reference = Reference::from_random(u64::from_le_bytes(self.random()));
        let nonce = self.random();
        let (s, r, n) = (&submission, &rules, &reference);
        self.store
            .write(async |tx| self.submit_loan_in(tx, r, s, n, nonce, now).await)
            .await
    }

    async fn submit_loan_in(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        s: &LoanSubmission,
        reference: &Reference,
        nonce: [u8; 12],
        now: Instant,
    ) -> Result<Outcome<LoanSubmitted>> {
        if let Some(answer) = &s.answer
            && let Some(body) = begin(tx, answer, now).await?
        {
            return Ok(Outcome::Replayed(body));
        }
        let application = &s.application;
        let phone = application.phone.canonical();
        let phone_mac = self.keys.mac(Purpose::ContactMac, phone.as_bytes());
        let verified = s.channel.is_verified();
        if !verified && self.limits {
            self.check_unverified(tx, rules, &s.channel, &phone_mac, now)
                .await?;
        }
        let people = self.insert_loan_people(tx, application, nonce, now).await?;
        let row = self.loan_request(rules, s, &people, reference, phone_mac, now);
        if !request::insert(tx, &row).await? {
            return Err(Trouble::Internal("the drawn reference is taken".to_owned()));
        }
        loan::insert(tx, &new_loan(row.id, application, &people)).await?;
        let lines = self.insert_lines(tx, row.id, application, now).await?;
        self.index_loan(tx, row.id, application).await?;
        let event = self.id(now);
        let ids = self.ids(now);
        let about = Record::of(&row, 1, ids, now);
        self.record(tx, rules, &about, &s.actor, &[(event, Event::Submitted)])
            .await?;
        if let Some(about) = s.channel.asks() {
            let due_at = office_time(rules).add(now, 60).unwrap_or(now);
            call::insert(tx, ids.call, row.id, event, about, due_at, now).await?;
        }
        if let Some(draft) = s.draft
            && !draft::mark_submitted(tx, draft, row.id, now).await?
        {
            return Err(Trouble::DecidedFirst {
                status: Status::Submitted,
                by: None,
            });
        }
        let items = self.answers(tx, rules, &lines, now).await?;
        let submitted = LoanSubmitted {
            reference: reference.clone(),
            status: reported(Status::Submitted, items.iter().any(|item| !item.free)),
            verified,
            submitted_at: now,
            decide_by: row.state.decide_by,
            items,
            from: application.from,
            until: application.until,
        };
        if let Some(answer) = &s.answer {
            let response = (answer.write)(&submitted);
            idempotency::finish(tx, answer.token, answer.path, &answer.key, &response).await?;
        }
        Ok(Outcome::Done(submitted))
    }

    fn loan_request(
        &self,
        rules: &Rules,
        s: &LoanSubmission,
        people: &People,
        reference: &Reference,
        phone_mac: String,
        now: Instant,
    ) -> RequestRow {
        let verified = s.channel.is_verified();
        let office = office_time(rules);
        RequestRow {
            id: self.id(now),
            reference: reference.as_str().to_owned(),
            service: SERVICE.to_owned(),
            version: 1,
            state: RequestState {
                status: Status::Submitted,
                frozen: false,
                verified_at: verified.then_some(now),
                returned_count: 0,
                taken_by: None,
                updated_at: now,
                decide_by: office.add(now, DECISION_MINUTES).unwrap_or(now),
                decided_at: None,
                lapse_at: (!verified).then(|| office.add(now, 2 * DECISION_MINUTES).unwrap_or(now)),
                correct_by: None,
                release_missing: false,
            },
            channel: s.channel.code(),
            applicant_id: people.applicant,
            helper_id: people.helper,
            phone_mac,
            browser_mac: match &s.channel {
                Channel::Web { browser_mac } => Some(browser_mac.clone()),
                _ => None,
            },
            settings_revision: rules.revision,
            submitted_at: now,
        }
    }

    async fn insert_loan_people(
        &self,
        tx: &mut Tx,
        application: &LoanApplication,
        nonce: [u8; 12],
        now: Instant,
    ) -> Result<People> {
        let someone = |name: &str, phone: Option<&Phone>| PersonRow {
            id: self.id(now),
            name: name.to_owned(),
            phone: phone.map(|phone| phone.canonical().to_owned()),
            email: None,
            identity: None,
            created_at: now,
            erased_at: None,
        };
        let mut applicant = someone(application.name.as_str(), Some(&application.phone));
        applicant.email.clone_from(&application.email);
        person::insert(tx, &applicant).await?;
        let mut patient = someone(application.patient.name.as_str(), None);
        if let Some(id) = &application.patient.national_id {
            let sealed = self
                .keys
                .seal(
                    Purpose::Identity,
                    id.digits().as_bytes(),
                    patient.id.as_bytes(),
                    nonce,
                )
                .map_err(|error| Trouble::Internal(error.to_string()))?;
            patient.identity = Some(SealedIdentity {
                kind: "national_id".to_owned(),
                sealed,
                key_id: self.keys.key_id().to_owned(),
            });
        }
        person::insert(tx, &patient).await?;
        let mut people = People {
            applicant: applicant.id,
            patient: patient.id,
            helper: None,
            borrower: None,
            carer: None,
        };
        if let Some(helper) = &application.helper {
            let name = helper.name.as_ref().map_or("", |name| name.as_str());
            let row = someone(name, Some(&helper.phone));
            person::insert(tx, &row).await?;
            people.helper = Some(row.id);
        }
        let row_of = |other: &Option<Person>| {
            other
                .as_ref()
                .map(|other| someone(other.name.as_str(), other.phone.as_ref()))
        };
        for (row, id) in [
            (row_of(&application.borrower), &mut people.borrower),
            (row_of(&application.carer), &mut people.carer),
        ] {
            if let Some(row) = row {
                person::insert(tx, &row).await?;
                *id = Some(row.id);
            }
        }
        Ok(people)
    }

    /// One row for each piece, so that each has its own place in the queue.
    async fn insert_lines(
        &self,
        tx: &mut Tx,
        request_id: Uuid,
        application: &LoanApplication,
        now: Instant,
    ) -> Result<Vec<LineRow>> {
        let kinds = application
            .items
            .iter()
            .flat_map(|item| std::iter::repeat_n(item.kind.as_str(), usize::from(item.quantity)));
        // Concurrent requests of a type queue up, in one order of types, so that no two are told the same place.
        let types: BTreeSet<&str> = application
            .items
            .iter()
            .map(|item| item.kind.as_str())
            .collect();
        for kind in types {
            queue_up(tx, &format!("loan:{kind}"), now).await?;
        }
        let mut lines = Vec::new();
        for (position, kind) in (0..).zip(kinds) {
            let line = LineRow {
                id: self.id(now),
                request_id,
                position,
                kind: kind.to_owned(),
                state: LineState::Asked,
                version: 1,
                priority: Priority::default(),
                since: now,
                from: application.from,
                not_needed_after: application.not_needed_after,
                accepted: false,
                offer_until: None,
                lapsed: 0,
                unit_id: None,
                handed_at: None,
                due_on: None,
                renewals: 0,
                returned_at: None,
                price_at_loan: None,
                still_needed_at: None,
                not_needed_at: None,
                chased_at: None,
                chase_step: None,
            };
            loan::insert_line(tx, &line).await?;
            lines.push(line);
        }
        Ok(lines)
    }

    /// For each type: whether its pieces are free, or where they stand in the queue.
    pub(crate) async fn answers(
        &self,
        conn: &mut store::Conn,
        rules: &Rules,
        lines: &[LineRow],
        now: Instant,
    ) -> Result<Vec<ItemAnswer>> {
        let mut items: Vec<ItemAnswer> = Vec::new();
        for line in lines {
            let waits = matches!(line.state, LineState::Asked | LineState::Queued);
            let ahead = if waits {
                loan::ahead(conn, line).await?
            } else {
                0
            };
            let shelf = store::unit::on_shelf(conn, &line.kind, 200).await?;
            let kind = super::kind_of(rules, &line.kind);
            let shelf = shelf
                .iter()
                .filter(|unit| super::queue::is_lendable(&kind, unit, today(now)))
                .count();
            let free = !waits || u32::try_from(shelf).is_ok_and(|shelf| ahead < shelf);
            let known = items.iter().position(|item| item.kind == line.kind);
            let at = known.unwrap_or_else(|| {
                items.push(ItemAnswer {
                    kind: line.kind.clone(),
                    quantity: 0,
                    free: true,
                    place: None,
                    week: None,
                });
                items.len() - 1
            });
            let expected = if free {
                None
            } else {
                Some(self.expected(conn, rules, line, ahead, now).await?)
            };
            if let Some(item) = items.get_mut(at) {
                item.quantity += 1;
                if let Some(expected) = expected.filter(|_| item.place.is_none()) {
                    item.free = false;
                    item.place = Some(expected.place);
                    item.week = expected.week;
                }
            }
        }
        Ok(items)
    }

    async fn index_loan(
        &self,
        tx: &mut Tx,
        request_id: Uuid,
        application: &LoanApplication,
    ) -> Result<()> {
        let mut words = text::search_prefixes(application.name.as_str());
        words.extend(text::search_prefixes(application.patient.name.as_str()));
        words.push(application.phone.canonical().to_owned());
        words.push(application.phone.last4().to_owned());
        let macs: Vec<String> = words.iter().map(|word| self.search_mac(word)).collect();
        Ok(search::index(tx, request_id, &macs).await?)
    }
}

/// The status as the outside reads it: an undecided request for what is not free is in the queue already.
pub(crate) fn reported(status: Status, waits: bool) -> Status {
    if status == Status::Submitted && waits {
        Status::Queued
    } else {
        status
    }
}

/// The rows of the people in a request.
struct People {
    applicant: Uuid,
    patient: Uuid,
    helper: Option<Uuid>,
    borrower: Option<Uuid>,
    carer: Option<Uuid>,
}

fn new_loan(request_id: Uuid, application: &LoanApplication, people: &People) -> LoanRow {
    LoanRow {
        request_id,
        patient_id: people.patient,
        borrower_id: people.borrower,
        carer_id: people.carer,
        relation: application.relation,
        health: application.patient.health,
        community: application.place.community.clone(),
        tambon: application.place.tambon.clone(),
        address: application.place.address.clone(),
        from: application.from,
        until: application.until,
        not_needed_after: application.not_needed_after,
        delivery: application.delivery,
        note: application.note.clone(),
        need: NeedFacts::default(),
        points: None,
        priority: Priority::default(),
        patient_died_on: None,
    }
}
