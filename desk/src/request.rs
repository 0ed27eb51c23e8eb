//! A request from sending to its end, as its family sees it: submit, track, withdraw, answer, correct.
use crate::limit::queue_up;
use crate::office::CallOutcome;
use crate::{Desk, Result, Trouble, place};
use domain::crematorium::application::{self, Application, Certificate, Identity};
use domain::crematorium::{Booker, PavilionWish, Rules, Wish};
use domain::form::{FieldErrors, Lang, RawFields, Text};
use domain::phone::Phone;
use domain::reference::Reference;
use domain::request::{
    Action, Actor, Event, Refusal, Snapshot, StaffActor, Status, allowed, decide,
};
use domain::text::PersonName;
use domain::time::Instant;
use domain::{text, thai_date};
use serde_json::json;
use store::audit::Version;
use store::claim::{self, Holder};
use store::crematorium::{CaseRow, Cremation, IdentityKind, identity};
use store::idempotency::Begun;
use store::job::NewJob;
use store::keys::Purpose;
use store::person::{PersonRow, SealedIdentity};
use store::request::{EventRow, RequestRow, RequestState};
use store::{
    Conn, Tx, audit, call, crematorium, draft, idempotency, job, person, request, search, staff,
};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// The service these requests belong to.
pub const SERVICE: &str = "crematorium";

/// How a request came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A browser without an account, by its MAC: unverified until the office has called.
    Web { browser_mac: String },
    /// Staff at the counter or on the telephone.
    Counter,
    /// A channel's token, by its name.
    Api { name: String },
}

impl Channel {
    fn code(&self) -> String {
        match self {
            Self::Web { .. } => "web".to_owned(),
            Self::Counter => "counter".to_owned(),
            Self::Api { name } => format!("api:{name}"),
        }
    }

    /// Channel tokens and staff are exempt from verification.
    fn is_verified(&self) -> bool {
        !matches!(self, Self::Web { .. })
    }

    fn booker(&self) -> Booker {
        match self {
            Self::Counter => Booker::Staff,
            _ => Booker::Public,
        }
    }
}

/// What the sender gets back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submitted {
    pub reference: Reference,
    pub status: Status,
    pub verified: bool,
    pub submitted_at: Instant,
    pub decide_by: Instant,
    pub wish: Wish,
}

/// Everything drawn before the transaction, so that running it again changes nothing.
struct Plan {
    now: Instant,
    request: Uuid,
    applicant: Uuid,
    helper: Uuid,
    deceased: Uuid,
    event: Uuid,
    ids: Ids,
    reference: Reference,
    nonce: [u8; 12],
}

/// One submission: who, what, how, and from which draft.
pub(crate) struct Submission {
    pub actor: Actor,
    pub channel: Channel,
    pub application: Application,
    pub draft: Option<Uuid>,
    /// The idempotency row that keeps the answer, and how to write it.
    pub answer: Option<Answer>,
}

/// An API call's key, and what turns the outcome into the bytes to keep.
pub(crate) struct Answer {
    pub token: Uuid,
    pub path: &'static str,
    pub key: String,
    pub body_hash: String,
    pub write: fn(&Submitted) -> String,
}

/// What a keyed submission came to.
pub(crate) enum Outcome {
    Done(Submitted),
    /// The same key and body came before: the same bytes.
    Replayed(String),
}

impl Desk {
    /// Submits a checked application: places, identity, people, request, history, audit and outbox in one transaction.
    pub(crate) async fn submit(&self, submission: Submission) -> Result<Outcome> {
        let rules = self.rules();
        let plan = self.plan();
        let wish = &submission.application.wish;
        let (s, p, r) = (&submission, &plan, &rules);
        let outcome = self
            .store
            .write(async |tx| self.submit_in(tx, r, s, p).await)
            .await;
        match outcome {
            // What exactly is taken, and what is near, is read after the rollback.
            Err(Trouble::SlotTaken { .. }) => Err(self.slot_taken(wish, submission.draft).await?),
            outcome => outcome,
        }
    }

    async fn submit_in(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        s: &Submission,
        p: &Plan,
    ) -> Result<Outcome> {
        if let Some(answer) = &s.answer
            && let Some(body) = begin(tx, answer, p.now).await?
        {
            return Ok(Outcome::Replayed(body));
        }
        // After the replay: a repeat of a call that succeeded is answered as it was, even if the day has gone by.
        s.application
            .wish
            .check(rules, s.channel.booker(), p.now)
            .map_err(Trouble::Invalid)?;
        let phone_mac = self.keys.mac(
            Purpose::ContactMac,
            s.application.applicant.phone.canonical().as_bytes(),
        );
        let verified = s.channel.is_verified();
        if !verified && self.limits {
            self.check_unverified(tx, rules, &s.channel, &phone_mac, p.now)
                .await?;
        }
        let furnace = take_places(tx, rules, s, p).await?;
        self.insert_people(tx, &s.application, p).await?;
        let row = Self::new_request(rules, s, p, phone_mac);
        if !request::insert(tx, &row).await? {
            // One in a hundred thousand million: the whole submission is tried again by the sender.
            return Err(Trouble::Internal("the drawn reference is taken".to_owned()));
        }
        if !identity::claim(tx, p.request, &self.identifiers(&s.application)).await? {
            return Err(Trouble::DeceasedHasCase);
        }
        crematorium::insert(tx, &new_case(rules, &s.application, furnace, p)).await?;
        self.index(tx, p.request, &s.application).await?;
        let has_email = s.application.applicant.email.is_some();
        let about = Record {
            has_email,
            ..Record::of(&row, 1, p.ids, p.now)
        };
        self.record(tx, rules, &about, &s.actor, &[(p.event, Event::Submitted)])
            .await?;
        if !verified {
            let due_at = rules.duty().add(p.now, 60).unwrap_or(p.now);
            call::insert(tx, p.ids.call, p.request, p.event, "verify", due_at, p.now).await?;
        }
        if let Some(draft) = s.draft
            && !draft::mark_submitted(tx, draft, p.request, p.now).await?
        {
            return Err(Trouble::DecidedFirst {
                status: Status::Submitted,
                by: None,
            });
        }
        let submitted = Submitted {
            reference: p.reference.clone(),
            status: Status::Submitted,
            verified,
            submitted_at: p.now,
            decide_by: row.state.decide_by,
            wish: s.application.wish.clone(),
        };
        if let Some(answer) = &s.answer {
            let response = (answer.write)(&submitted);
            idempotency::finish(tx, answer.token, answer.path, &answer.key, &response).await?;
        }
        Ok(Outcome::Done(submitted))
    }

    /// At most so many live unverified requests per phone and per browser; concurrent ones wait for each other.
    async fn check_unverified(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        channel: &Channel,
        phone_mac: &str,
        now: Instant,
    ) -> Result<()> {
        let most = u64::from(rules.settings().unverified_per_phone);
        queue_up(tx, &format!("unverified:{phone_mac}"), now).await?;
        let mut count = request::unverified_of_phone(tx, phone_mac).await?;
        if let Channel::Web { browser_mac } = channel {
            queue_up(tx, &format!("unverified:{browser_mac}"), now).await?;
            count = count.max(request::unverified_of_browser(tx, browser_mac).await?);
        }
        if count >= most {
            Err(Trouble::TooManyUnverified)
        } else {
            Ok(())
        }
    }

    fn ids(&self, now: Instant) -> Ids {
        Ids {
            audit: self.id(now),
            call: self.id(now),
            mail: self.id(now),
        }
    }

    fn plan(&self) -> Plan {
        let now = self.now();
        Plan {
            now,
            request: self.id(now),
            applicant: self.id(now),
            helper: self.id(now),
            deceased: self.id(now),
            event: self.id(now),
            ids: self.ids(now),
            reference: Reference::from_random(u64::from_le_bytes(self.random())),
            nonce: self.random(),
        }
    }

    fn new_request(rules: &Rules, s: &Submission, p: &Plan, phone_mac: String) -> RequestRow {
        let verified = s.channel.is_verified();
        RequestRow {
            id: p.request,
            reference: p.reference.as_str().to_owned(),
            service: SERVICE.to_owned(),
            version: 1,
            state: RequestState {
                status: Status::Submitted,
                frozen: false,
                verified_at: verified.then_some(p.now),
                returned_count: 0,
                taken_by: None,
                updated_at: p.now,
                decide_by: rules.decide_by(p.now),
                decided_at: None,
                lapse_at: (!verified).then(|| rules.lapse_at(p.now)),
                correct_by: None,
            },
            channel: s.channel.code(),
            applicant_id: p.applicant,
            helper_id: s.application.helper.is_some().then_some(p.helper),
            phone_mac,
            browser_mac: match &s.channel {
                Channel::Web { browser_mac } => Some(browser_mac.clone()),
                _ => None,
            },
            settings_revision: rules.revision,
            submitted_at: p.now,
        }
    }

    async fn insert_people(&self, tx: &mut Tx, application: &Application, p: &Plan) -> Result<()> {
        let someone = |id, name: String, phone: Option<&Phone>, email: Option<String>| PersonRow {
            id,
            name,
            phone: phone.map(|phone| phone.canonical().to_owned()),
            email,
            identity: None,
            created_at: p.now,
            erased_at: None,
        };
        let applicant = &application.applicant;
        let name = applicant.name.as_str().to_owned();
        person::insert(
            tx,
            &someone(
                p.applicant,
                name,
                Some(&applicant.phone),
                applicant.email.clone(),
            ),
        )
        .await?;
        if let Some(helper) = &application.helper {
            let name = helper
                .name
                .as_ref()
                .map(|name| name.as_str().to_owned())
                .unwrap_or_default();
            person::insert(tx, &someone(p.helper, name, Some(&helper.phone), None)).await?;
        }
        let mut deceased = someone(
            p.deceased,
            application.deceased.name.as_str().to_owned(),
            None,
            None,
        );
        deceased.identity = self.sealed(&application.deceased.identity, p.deceased, p.nonce)?;
        person::insert(tx, &deceased).await?;
        Ok(())
    }

    fn sealed(
        &self,
        identity: &Identity,
        person: Uuid,
        nonce: [u8; 12],
    ) -> Result<Option<SealedIdentity>> {
        let Some((kind, value)) = identity.key() else {
            return Ok(None);
        };
        let sealed = self
            .keys
            .seal(
                Purpose::Identity,
                value.as_bytes(),
                person.as_bytes(),
                nonce,
            )
            .map_err(|error| Trouble::Internal(error.to_string()))?;
        Ok(Some(SealedIdentity {
            kind: kind.to_owned(),
            sealed,
            key_id: self.keys.key_id().to_owned(),
        }))
    }

    /// What one live case may hold: the identity, and the certificate's number.
    fn identifiers(&self, application: &Application) -> Vec<identity::Identifier> {
        let mac = |kind: IdentityKind, value: &str| {
            (
                kind,
                self.keys.mac(
                    Purpose::IdentityMac,
                    format!("{}:{value}", kind.code()).as_bytes(),
                ),
            )
        };
        let known = application
            .deceased
            .identity
            .key()
            .and_then(|(kind, value)| Some(mac(IdentityKind::parse(kind)?, &value)));
        let certificate = match &application.certificate {
            Certificate::Number(number) => Some(mac(IdentityKind::Certificate, number)),
            _ => None,
        };
        known.into_iter().chain(certificate).collect()
    }

    async fn index(&self, tx: &mut Tx, request: Uuid, application: &Application) -> Result<()> {
        let phone = application.applicant.phone.canonical();
        let mut words = text::search_prefixes(application.applicant.name.as_str());
        words.extend(text::search_prefixes(application.deceased.name.as_str()));
        words.push(phone.to_owned());
        words.push(application.applicant.phone.last4().to_owned());
        let macs: Vec<String> = words.iter().map(|word| self.search_mac(word)).collect();
        Ok(search::index(tx, request, &macs).await?)
    }

    pub(crate) fn search_mac(&self, word: &str) -> String {
        self.keys.mac(Purpose::SearchMac, word.as_bytes())
    }

    /// History, audit, call list and mail of one change, in its transaction.
    async fn record(
        &self,
        tx: &mut Tx,
        rules: &Rules,
        about: &Record<'_>,
        actor: &Actor,
        events: &[(Uuid, Event)],
    ) -> Result<()> {
        for (id, event) in events {
            let body = serde_json::to_string(event)
                .map_err(|error| Trouble::Internal(error.to_string()))?;
            let row = EventRow {
                id: *id,
                request_id: about.id,
                version: about.version,
                at: about.at,
                actor_kind: actor.kind().to_owned(),
                actor_id: actor.id(),
                event: event.code().to_owned(),
                body,
            };
            request::insert_event(tx, &row).await?;
            self.audit(tx, about, actor, event.code()).await?;
            if event.must_be_told() {
                let due_at = rules.tell_by(about.at);
                call::supersede(tx, about.id).await?;
                call::insert(
                    tx,
                    about.ids.call,
                    about.id,
                    *id,
                    event.code(),
                    due_at,
                    about.at,
                )
                .await?;
            }
            if self.mail_url.is_some() && about.has_email && crate::mail::is_sent_for(event) {
                let body = json!({ "request": about.id, "event": id }).to_string();
                let dedupe = format!("mail:{id}");
                job::enqueue(
                    tx,
                    &NewJob {
                        id: about.ids.mail,
                        kind: "mail",
                        dedupe: &dedupe,
                        body: &body,
                        run_at: about.at,
                    },
                    about.at,
                )
                .await?;
            }
        }
        Ok(())
    }

    async fn audit(&self, tx: &mut Tx, about: &Record<'_>, actor: &Actor, act: &str) -> Result<()> {
        let (subject, version) = match act {
            // A view changes no version: views are counted by themselves.
            "view" => (format!("view:{}", about.id), Version::Next),
            _ => (
                format!("request:{}", about.id),
                Version::Given(about.version),
            ),
        };
        let detail = json!({ "reference": about.reference }).to_string();
        let entry = audit::Entry {
            id: about.ids.audit,
            subject: &subject,
            version,
            at: about.at,
            actor_kind: actor.kind(),
            actor_id: actor.id(),
            act,
            detail: &detail,
        };
        audit::append(tx, &entry, &self.keys).await?;
        Ok(())
    }

    /// Notes in the audit that somebody opened a request.
    pub(crate) async fn note_view(&self, actor: &Actor, row: &RequestRow) -> Result<()> {
        let now = self.now();
        let about = Record::of(row, row.version, self.ids(now), now);
        self.store
            .write(async |tx| self.audit(tx, &about, actor, "view").await)
            .await
    }

    /// Applies one action of the workflow: guarded by status and version, recorded, places given back when it ends.
    pub(crate) async fn act(&self, row: &RequestRow, action: &Action, actor: &Actor) -> Result<()> {
        self.act_with(row, action, actor, None).await
    }

    /// The same, with the corrected application of a returned request.
    async fn act_with(
        &self,
        row: &RequestRow,
        action: &Action,
        actor: &Actor,
        corrected: Option<&Corrected>,
    ) -> Result<()> {
        let now = self.now();
        let rules = self.rules();
        let (next, events) = decide(&row.state.snapshot(), action, actor, now)?;
        let state = Self::next_state(&rules, row, action, actor, &next, now);
        let events: Vec<(Uuid, Event)> = events
            .into_iter()
            .map(|event| (self.id(now), event))
            .collect();
        let (ids, nonce) = (self.ids(now), self.random());
        let done = self
            .store
            .write(async |tx| {
                if !request::apply(tx, row.id, row.state.status, row.version, &state).await? {
                    return Ok(false);
                }
                if let Some(corrected) = corrected {
                    self.write_correction(tx, row, corrected, nonce).await?;
                }
                if !next.status.is_live() && next.status != Status::Completed {
                    claim::release(tx, row.id).await?;
                }
                if !next.status.is_live() {
                    identity::release(tx, row.id).await?;
                }
                if next.verified || !next.status.is_live() {
                    call::close(tx, row.id, "verify").await?;
                }
                let applicant = person::by_id(tx, row.applicant_id).await?;
                let has_email = applicant.is_some_and(|applicant| applicant.email.is_some());
                let about = Record {
                    has_email,
                    ..Record::of(row, row.version + 1, ids, now)
                };
                self.record(tx, &rules, &about, actor, &events).await?;
                Ok::<bool, Trouble>(true)
            })
            .await?;
        if done {
            Ok(())
        } else {
            Err(self.decided_first(row.id).await?)
        }
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
        if !identity::claim(tx, row.id, &self.identifiers(application)).await? {
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

/// A returned request with its corrections, checked.
struct Corrected {
    application: Application,
    case: CaseRow,
}

/// What a change is recorded about.
struct Record<'a> {
    id: Uuid,
    reference: &'a str,
    /// The request's version after the change.
    version: i64,
    at: Instant,
    ids: Ids,
    /// Whether there is an address to write to.
    has_email: bool,
}

impl<'a> Record<'a> {
    fn of(row: &'a RequestRow, version: i64, ids: Ids, at: Instant) -> Self {
        Self {
            id: row.id,
            reference: &row.reference,
            version,
            at,
            ids,
            has_email: false,
        }
    }
}

/// The rows a change may write, drawn outside the transaction so that it can run again.
#[derive(Clone, Copy)]
struct Ids {
    audit: Uuid,
    call: Uuid,
    mail: Uuid,
}

/// Begins a keyed call: `None` when it is the first, the kept answer when it is a repeat.
pub(crate) async fn begin(tx: &mut Tx, answer: &Answer, now: Instant) -> Result<Option<String>> {
    match idempotency::begin(
        tx,
        answer.token,
        answer.path,
        &answer.key,
        &answer.body_hash,
        now,
    )
    .await?
    {
        Begun::Fresh => Ok(None),
        Begun::Replay { response } => Ok(Some(response)),
        Begun::Reused => Err(Trouble::IdempotencyKeyReused),
    }
}

/// Takes the places for good: a draft's live hold is confirmed, one that lapsed is taken again if it is still free.
async fn take_places(
    tx: &mut Tx,
    rules: &Rules,
    s: &Submission,
    p: &Plan,
) -> Result<Option<String>> {
    let holder = Holder::request(p.request);
    if let Some(draft) = s.draft {
        claim::confirm(tx, Holder::draft(draft), holder, p.now).await?;
        claim::release(tx, draft).await?;
    }
    match place::take(tx, rules, holder, &s.application.wish, None, p.now).await? {
        Some(taken) => Ok(taken.furnace),
        None => Err(Trouble::SlotTaken {
            conflicts: Vec::new(),
            alternatives: Vec::new(),
        }),
    }
}

fn new_case(
    rules: &Rules,
    application: &Application,
    furnace: Option<String>,
    p: &Plan,
) -> CaseRow {
    let wish = &application.wish;
    CaseRow {
        request_id: p.request,
        deceased_id: p.deceased,
        relation: application.applicant.relation,
        case_type: wish.case_type,
        date_of_death: application.deceased.date_of_death,
        residence: application.deceased.residence,
        certificate_number: match &application.certificate {
            Certificate::Number(number) => Some(number.clone()),
            _ => None,
        },
        certificate_due_at: (application.certificate == Certificate::NotYet)
            .then(|| rules.certificate_due(p.now)),
        cremation: wish
            .cremation
            .clone()
            .zip(furnace)
            .map(|(wish, furnace_id)| Cremation { wish, furnace_id }),
        pavilion: wish.pavilion.clone(),
    }
}

/// The places of a case, as a wish again.
pub(crate) fn wish_of(case: &CaseRow) -> Wish {
    Wish {
        case_type: case.case_type,
        cremation: case
            .cremation
            .as_ref()
            .map(|cremation| cremation.wish.clone()),
        pavilion: case.pavilion.clone(),
    }
}

/// A request with its case and people, as the store has them.
pub(crate) struct Loaded {
    pub row: RequestRow,
    pub case: CaseRow,
    pub applicant: PersonRow,
    pub helper: Option<PersonRow>,
    pub deceased: PersonRow,
}

/// Everything a request's pages show.
pub(crate) async fn load(conn: &mut Conn, row: RequestRow) -> Result<Loaded> {
    let missing = |what: &str| Trouble::Internal(format!("request {} has no {what}", row.id));
    let case = crematorium::load(conn, row.id)
        .await?
        .ok_or_else(|| missing("case"))?;
    let applicant = person::by_id(conn, row.applicant_id)
        .await?
        .ok_or_else(|| missing("applicant"))?;
    let deceased = person::by_id(conn, case.deceased_id)
        .await?
        .ok_or_else(|| missing("deceased"))?;
    let helper = match row.helper_id {
        Some(id) => person::by_id(conn, id).await?,
        None => None,
    };
    Ok(Loaded {
        row,
        case,
        applicant,
        helper,
        deceased,
    })
}

/// How far one step of the manual has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    Done,
    Now,
    Later,
}

/// One step on the tracking page, against the manual's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackStep {
    pub name: Text,
    pub state: StepState,
    pub at: Option<Instant>,
    pub due: Option<Instant>,
    pub late: bool,
}

/// What is known of the certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateState {
    /// Not answered yet.
    Asked,
    NotYet {
        due: Instant,
    },
    Given(String),
}

/// All defects, once, with their deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnedView {
    pub defects: Vec<String>,
    pub correct_by: Instant,
}

/// A refusal in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedView {
    pub facts: String,
    pub law: String,
    pub reason: String,
    pub appeal: String,
}

/// What a family sees of its request, after number and last four digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackView {
    pub reference: Reference,
    pub service: String,
    pub status: Status,
    pub submitted_at: Instant,
    pub updated_at: Instant,
    pub decide_by: Instant,
    pub verified: bool,
    pub frozen: bool,
    pub lapse_at: Option<Instant>,
    pub wish: Wish,
    pub applicant_name: String,
    pub deceased_name: String,
    pub steps: Vec<TrackStep>,
    pub returned: Option<ReturnedView>,
    pub refused: Option<RefusedView>,
    pub cancelled_reason: Option<String>,
    pub certificate: CertificateState,
    pub can_withdraw: bool,
    pub can_correct: bool,
    /// The answers as they can be corrected, raw.
    pub fields: RawFields,
}

impl Desk {
    /// The case behind a number and a second fact; one answer for every mismatch.
    pub async fn track(&self, reference: &str, last4: &str, address: &str) -> Result<TrackView> {
        let loaded = self.second_fact(reference, last4, address).await?;
        self.track_view(&loaded).await
    }

    /// Withdraws a request that is submitted or returned, and gives its places back.
    pub async fn withdraw(&self, reference: &str, last4: &str, address: &str) -> Result<TrackView> {
        let loaded = self.second_fact(reference, last4, address).await?;
        if loaded.row.state.status != Status::Withdrawn {
            self.act(&loaded.row, &Action::Withdraw, &Actor::Resident)
                .await
                .map_err(hide_name)?;
        }
        self.track(reference, last4, address).await
    }

    /// Answers what is asked after sending: the certificate's number, or that it has not come yet.
    pub async fn answer_certificate(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
        fields: &RawFields,
    ) -> Result<TrackView> {
        let loaded = self.second_fact(reference, last4, address).await?;
        if !loaded.row.state.status.is_live() {
            return Err(Trouble::Refused(Refusal::WrongState));
        }
        let certificate = application::certificate(fields)
            .map_err(|error| Trouble::Invalid(FieldErrors::one(error)))?;
        let now = self.now();
        let rules = self.rules();
        let mut case = loaded.case.clone();
        match &certificate {
            Certificate::NotAsked => return self.track_view(&loaded).await,
            Certificate::NotYet => {
                case.certificate_due_at =
                    case.certificate_due_at.or(Some(rules.certificate_due(now)));
            }
            Certificate::Number(number) => {
                case.certificate_number = Some(number.clone());
                case.certificate_due_at = None;
            }
        }
        let event = [(
            self.id(now),
            Event::Answered {
                field: "deceased.certificate".to_owned(),
            },
        )];
        let ids = self.ids(now);
        let row = &loaded.row;
        let identifier = match &certificate {
            Certificate::Number(number) => {
                vec![(
                    IdentityKind::Certificate,
                    self.keys.mac(
                        Purpose::IdentityMac,
                        format!("certificate:{number}").as_bytes(),
                    ),
                )]
            }
            _ => Vec::new(),
        };
        self.store
            .write(async |tx| {
                if !identity::claim(tx, row.id, &identifier).await? {
                    return Err(Trouble::DeceasedHasCase);
                }
                if !request::apply(
                    tx,
                    row.id,
                    row.state.status,
                    row.version,
                    &RequestState {
                        updated_at: now,
                        ..row.state.clone()
                    },
                )
                .await?
                {
                    return Err(Trouble::DecidedFirst {
                        status: row.state.status,
                        by: None,
                    });
                }
                crematorium::update(tx, &case).await?;
                let about = Record::of(row, row.version + 1, ids, now);
                self.record(tx, &rules, &about, &Actor::Resident, &event)
                    .await
            })
            .await?;
        self.track(reference, last4, address).await
    }

    /// Sends a returned request again with corrected answers; the places stay.
    pub async fn correct(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
        changes: RawFields,
    ) -> Result<TrackView> {
        let loaded = self.second_fact(reference, last4, address).await?;
        let mut fields = self.correctable(&loaded)?;
        fields.extend(changes);
        let application = Application::parse(&fields, self.now()).map_err(Trouble::Invalid)?;
        let last4 = application.applicant.phone.last4().to_owned();
        let corrected = Corrected {
            application,
            case: loaded.case.clone(),
        };
        self.act_with(
            &loaded.row,
            &Action::Resubmit,
            &Actor::Resident,
            Some(&corrected),
        )
        .await
        .map_err(hide_name)?;
        self.track(reference, &last4, address).await
    }

    /// Number and last four digits of the applicant's or the helper's phone. Failures slow the pair of number and
    /// address, never the number for everyone.
    async fn second_fact(&self, reference: &str, last4: &str, address: &str) -> Result<Loaded> {
        let typed = text::ascii_digits(&text::clean(last4));
        let number = Reference::parse(reference).ok();
        let now = self.now();
        let digits = number.as_ref().map_or("", Reference::as_str);
        let bucket = self.keys.mac(
            Purpose::LimitMac,
            format!("track:{digits}:{address}").as_bytes(),
        );
        self.check_failures(&bucket, now).await?;
        let mut conn = self.store.read().await?;
        let row = request::by_reference(&mut conn, digits).await?;
        // The same statements whether the number exists or not.
        let nobody = Uuid::nil();
        let applicant = person::by_id(
            &mut conn,
            row.as_ref().map_or(nobody, |row| row.applicant_id),
        )
        .await?;
        let helper = person::by_id(
            &mut conn,
            row.as_ref().and_then(|row| row.helper_id).unwrap_or(nobody),
        )
        .await?;
        let matches = |person: Option<PersonRow>| {
            let phone = person
                .and_then(|person| person.phone)
                .and_then(|phone| Phone::parse(&phone).ok());
            let right = phone.as_ref().map_or("\0\0\0\0", Phone::last4);
            right.as_bytes().ct_eq(typed.as_bytes()).unwrap_u8()
        };
        let known = matches(applicant) | matches(helper);
        match row {
            Some(row) if known == 1 => load(&mut conn, row).await,
            _ => {
                drop(conn);
                self.count_failure(&bucket, now).await?;
                Err(Trouble::NotFound)
            }
        }
    }

    pub(crate) async fn track_view(&self, loaded: &Loaded) -> Result<TrackView> {
        let mut conn = self.store.read().await?;
        let events = request::events(&mut conn, loaded.row.id).await?;
        let state = &loaded.row.state;
        let now = self.now();
        let can = allowed(&state.snapshot(), &Actor::Resident, now);
        let mut view = TrackView {
            reference: reference_of(&loaded.row)?,
            service: loaded.row.service.clone(),
            status: state.status,
            submitted_at: loaded.row.submitted_at,
            updated_at: state.updated_at,
            decide_by: state.decide_by,
            verified: state.verified_at.is_some(),
            frozen: state.frozen,
            lapse_at: state.lapse_at,
            wish: wish_of(&loaded.case),
            applicant_name: loaded.applicant.name.clone(),
            deceased_name: loaded.deceased.name.clone(),
            steps: steps(&loaded.row, &events, now),
            returned: None,
            refused: None,
            cancelled_reason: None,
            certificate: certificate_of(&loaded.case),
            can_withdraw: can.contains(&"withdraw"),
            can_correct: can.contains(&"resubmit"),
            fields: self.correctable(loaded)?,
        };
        for row in events {
            match serde_json::from_str::<Event>(&row.body) {
                Ok(Event::Returned {
                    defects,
                    correct_by,
                }) if state.status == Status::Returned => {
                    view.returned = Some(ReturnedView {
                        defects,
                        correct_by,
                    });
                }
                Ok(Event::Refused {
                    facts,
                    law,
                    reason,
                    appeal,
                }) => {
                    view.refused = Some(RefusedView {
                        facts,
                        law,
                        reason,
                        appeal,
                    });
                }
                Ok(Event::Cancelled { reason }) => view.cancelled_reason = Some(reason),
                _ => {}
            }
        }
        Ok(view)
    }

    /// The answers of a request as raw fields again, for the correction form.
    fn correctable(&self, loaded: &Loaded) -> Result<RawFields> {
        let mut fields = RawFields::new();
        let mut set = |name: &str, value: String| {
            fields.insert(name.to_owned(), value);
        };
        set("applicant.name", loaded.applicant.name.clone());
        set(
            "applicant.phone",
            loaded.applicant.phone.clone().unwrap_or_default(),
        );
        set(
            "applicant.email",
            loaded.applicant.email.clone().unwrap_or_default(),
        );
        set("applicant.relation", loaded.case.relation.code().to_owned());
        set("deceased.name", loaded.deceased.name.clone());
        let (kind, value) = self
            .identity_of(&loaded.deceased)?
            .unwrap_or_else(|| ("not_known".to_owned(), String::new()));
        if kind != "not_known" {
            set(&format!("deceased.{kind}"), value);
        }
        set("deceased.identity", kind);
        let died = loaded.case.date_of_death;
        set("deceased.date_of_death.day", died.format("%-d").to_string());
        set(
            "deceased.date_of_death.month",
            thai_date::month_th(died).to_owned(),
        );
        set(
            "deceased.date_of_death.year",
            thai_date::buddhist_year(died).to_string(),
        );
        set(
            "deceased.residence",
            loaded.case.residence.code().to_owned(),
        );
        if let Some(number) = &loaded.case.certificate_number {
            set("deceased.certificate", "number".to_owned());
            set("deceased.certificate_number", number.clone());
        }
        let wish = wish_of(&loaded.case);
        fields.extend(wish_fields(&wish));
        Ok(fields)
    }

    /// The identity in clear: its kind and value.
    pub(crate) fn identity_of(&self, person: &PersonRow) -> Result<Option<(String, String)>> {
        let Some(identity) = &person.identity else {
            return Ok(None);
        };
        let value = self
            .keys
            .open(Purpose::Identity, &identity.sealed, person.id.as_bytes())
            .map_err(|error| Trouble::Internal(error.to_string()))?;
        let value =
            String::from_utf8(value).map_err(|error| Trouble::Internal(error.to_string()))?;
        Ok(Some((identity.kind.clone(), value)))
    }
}

/// A wish as raw fields; absent parts are empty, so that they clear what was there.
pub fn wish_fields(wish: &Wish) -> RawFields {
    let cremation = wish.cremation.as_ref();
    let pavilion = wish.pavilion.as_ref();
    let text = |value: Option<String>| value.unwrap_or_default();
    [
        (
            "cremation.date",
            text(cremation.map(|cremation| cremation.date.to_string())),
        ),
        (
            "cremation.round",
            text(cremation.map(|cremation| cremation.round.to_string())),
        ),
        (
            "pavilion.id",
            text(pavilion.map(|pavilion| pavilion.id.clone())),
        ),
        (
            "pavilion.from",
            text(pavilion.map(|pavilion| pavilion.from.to_string())),
        ),
        (
            "pavilion.nights",
            text(pavilion.map(|pavilion| pavilion.nights.to_string())),
        ),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

pub(crate) fn reference_of(row: &RequestRow) -> Result<Reference> {
    Reference::parse(&row.reference)
        .map_err(|_| Trouble::Internal(format!("request {} has an impossible reference", row.id)))
}

pub(crate) fn certificate_of(case: &CaseRow) -> CertificateState {
    match (&case.certificate_number, case.certificate_due_at) {
        (Some(number), _) => CertificateState::Given(number.clone()),
        (None, Some(due)) => CertificateState::NotYet { due },
        (None, None) => CertificateState::Asked,
    }
}

/// Residents read "the office", never a name.
fn hide_name(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::DecidedFirst { status, .. } => Trouble::DecidedFirst { status, by: None },
        other => other,
    }
}

/// Received, confirmed, decided, told: each against its time. What an ended request never reached is left out.
fn steps(row: &RequestRow, events: &[EventRow], now: Instant) -> Vec<TrackStep> {
    let last = |codes: &[&str]| {
        let mut events = events.iter().rev();
        let found = events.find(|event| codes.contains(&event.event.as_str()));
        found.map(|event| event.at)
    };
    let state = &row.state;
    let ended = !state.status.is_live();
    let decided = state.decided_at.or_else(|| last(&["withdrawn", "lapsed"]));
    let told = last(&["called"]).filter(|told| decided.is_some_and(|decided| decided <= *told));
    let mut steps = vec![(
        Text::new("ส่งคำขอ", "Request sent"),
        Some(row.submitted_at),
        None,
    )];
    if state.verified_at.is_some() || !ended {
        let name = Text::new("เจ้าหน้าที่ยืนยันคำขอ", "Request confirmed by an officer");
        steps.push((name, state.verified_at, state.lapse_at));
    }
    if state.status == Status::Returned {
        let name = Text::new("ท่านแก้ไขคำขอ", "You correct the request");
        steps.push((name, None, state.correct_by));
    }
    let decision = match state.status {
        Status::Withdrawn => Text::new("ท่านถอนคำขอ", "You withdrew the request"),
        Status::Lapsed => Text::new("คำขอสิ้นผล", "The request lapsed"),
        Status::Cancelled => Text::new("ยกเลิก", "Cancelled"),
        _ => Text::new("พิจารณา", "Decision"),
    };
    steps.push((decision, decided, Some(state.decide_by)));
    if state.status != Status::Withdrawn {
        let name = Text::new("แจ้งผลทางโทรศัพท์", "You are told by telephone");
        steps.push((name, told, None));
    }
    let mut current = None;
    steps
        .into_iter()
        .enumerate()
        .map(|(n, (name, at, due))| {
            let state = match at {
                Some(_) => StepState::Done,
                None if *current.get_or_insert(n) == n => StepState::Now,
                None => StepState::Later,
            };
            let late = due.is_some_and(|due| at.unwrap_or(now) > due);
            TrackStep {
                name,
                state,
                at,
                due,
                late,
            }
        })
        .collect()
}

/// The places of a wish in one sentence, for letters and call sheets.
pub fn places(wish: &Wish, rules: &Rules, lang: Lang) -> String {
    let cremation = wish.cremation.as_ref().map(|cremation| {
        lang.t(
            format!(
                "ฌาปนกิจ{} เวลา {}",
                thai_date::full_th(cremation.date),
                cremation.round.th()
            ),
            format!(
                "Cremation on {} at {}",
                thai_date::long_en(cremation.date),
                cremation.round.en()
            ),
        )
    });
    let pavilion = wish
        .pavilion
        .as_ref()
        .map(|pavilion| pavilion_words(pavilion, rules, lang));
    [pavilion, cremation]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(lang.t(" และ", "; "))
}

fn pavilion_words(wish: &PavilionWish, rules: &Rules, lang: Lang) -> String {
    let name = rules
        .pavilion(&wish.id)
        .map_or(wish.id.as_str(), |pavilion| pavilion.name.get(lang));
    let nights = wish.nights;
    lang.t(
        format!("{name} {nights} คืน ตั้งแต่{}", thai_date::full_th(wish.from)),
        format!(
            "{name}, {nights} night(s) from {}",
            thai_date::long_en(wish.from)
        ),
    )
}

/// The applicant's name as lists show it.
pub(crate) fn initials(name: &str) -> String {
    PersonName::parse(name).map_or_else(|_| "–".to_owned(), |name| name.initials())
}
