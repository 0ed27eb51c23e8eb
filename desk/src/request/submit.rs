//! Sending a request: places, identity, people, case, history and outbox in one transaction.
use super::SERVICE;
use super::record::{Ids, Record};
use crate::limit::queue_up;
use crate::place::Taken;
use crate::{Desk, Result, Trouble, case_task, paper, place};
use domain::agent::{AgentActor, check_family_phone};
use domain::crematorium::application::{Application, Certificate, Identity};
use domain::crematorium::{Booker, CaseType, InternalNumber, Rules, Wish};
use domain::form::{FieldError, FieldErrors};
use domain::paper::Findings;
use domain::phone::Phone;
use domain::reference::Reference;
use domain::request::{Actor, Event, Status};
use domain::text;
use domain::thai_date;
use domain::time::{self, Instant};
use store::claim::{self, Holder};
use store::crematorium::{AshCollection, CaseRow, Cremation, IdentityKind, identity};
use store::idempotency::Begun;
use store::keys::Purpose;
use store::person::{PersonRow, SealedIdentity};
use store::request::{RequestRow, RequestState};
use store::{
    Tx, authority, call, crematorium, draft, idempotency, internal_number as numbers, person,
    request, search,
};
use uuid::Uuid;

/// How a request came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Channel {
    /// A browser without an account, by its MAC: unverified until the office has called.
    Web { browser_mac: String },
    /// Staff, for somebody in front of them.
    Counter,
    /// Staff, for somebody on the telephone.
    Telephone,
    /// A channel's token, by its name.
    Api { name: String },
    /// A signed-in agent, who answers for it with its account; whether the family wants it is asked.
    Agent(AgentActor),
}

impl Channel {
    pub(crate) fn code(&self) -> String {
        match self {
            Self::Web { .. } => "web".to_owned(),
            Self::Counter => "counter".to_owned(),
            Self::Telephone => "telephone".to_owned(),
            Self::Api { name } => format!("api:{name}"),
            Self::Agent(_) => "agent".to_owned(),
        }
    }

    /// Channel tokens, agents' accounts and staff are exempt from verification.
    pub(crate) fn is_verified(&self) -> bool {
        !matches!(self, Self::Web { .. })
    }

    /// What the office calls the family about once it is sent.
    pub(crate) fn asks(&self) -> Option<&'static str> {
        match self {
            Self::Web { .. } => Some("verify"),
            Self::Agent(_) => Some("authority"),
            Self::Counter | Self::Telephone | Self::Api { .. } => None,
        }
    }

    fn booker(&self) -> Booker {
        match self {
            Self::Counter | Self::Telephone => Booker::Staff,
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
    /// Where the city is itself the registry.
    registry_task: Option<Uuid>,
    /// One for each task the case needs.
    tasks: Vec<Uuid>,
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
    /// Why staff let somebody take places again that they gave up before.
    pub retake: Option<String>,
}

/// An API call's key, and what turns the outcome into the bytes to keep.
pub(crate) struct Answer<S = Submitted> {
    pub token: Uuid,
    pub path: &'static str,
    pub key: String,
    pub body_hash: String,
    pub write: fn(&S) -> String,
}

/// What a keyed submission came to.
pub(crate) enum Outcome<S = Submitted> {
    Done(S),
    /// The same key and body came before: the same bytes.
    Replayed(String),
}

impl Desk {
    /// Submits a checked application: places, identity, people, request, history, audit and outbox in one transaction.
    pub(crate) async fn submit(&self, submission: Submission) -> Result<Outcome> {
        let rules = self.rules();
        let plan = self.plan(&rules, &submission.application);
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
        if let Channel::Agent(agent) = &s.channel {
            check_family_phone(&agent.phone, &s.application.applicant.phone)
                .map_err(|error| Trouble::Invalid(FieldErrors::one(error)))?;
        }
        let phone_mac = self.keys.mac(
            Purpose::ContactMac,
            s.application.applicant.phone.canonical().as_bytes(),
        );
        let verified = s.channel.is_verified();
        if !verified && self.limits {
            self.check_unverified(tx, rules, &s.channel, &phone_mac, p.now)
                .await?;
        }
        let taken_again = self.check_retake(tx, s).await?;
        let taken = take_places(tx, rules, s, p).await?;
        let number = internal_number(tx, &s.application, p.now).await?;
        self.insert_people(tx, &s.application, p).await?;
        let case = new_case(rules, &s.application, taken, number, p);
        let row = Self::new_request(rules, s, p, &case, phone_mac);
        if !request::insert(tx, &row).await? {
            // One in a hundred thousand million: the whole submission is tried again by the sender.
            return Err(Trouble::Internal("the drawn reference is taken".to_owned()));
        }
        if !identity::claim(tx, p.request, &self.identifiers(&s.application, number)).await? {
            return Err(Trouble::DeceasedHasCase);
        }
        crematorium::insert(tx, &case).await?;
        case_task::open(tx, rules, &case, &p.tasks, p.now).await?;
        self.index(tx, p.request, &s.application).await?;
        if let Some(task) = p.registry_task {
            paper::look_up(tx, p.request, task, p.now).await?;
        }
        let has_email = s.application.applicant.email.is_some();
        let about = Record {
            has_email,
            ..Record::of(&row, 1, p.ids, p.now)
        };
        self.record(tx, rules, &about, &s.actor, &[(p.event, Event::Submitted)])
            .await?;
        if let Channel::Agent(agent) = &s.channel {
            authority::insert(tx, p.request, agent.id, p.now).await?;
        }
        if let Some(event) = taken_again {
            // A change of its own: the history and the audit have one line for each version.
            request::apply(tx, row.id, row.state.status, 1, &row.state).await?;
            let about = Record::of(&row, 2, self.ids(p.now), p.now);
            self.record(tx, rules, &about, &s.actor, &[(self.id(p.now), event)])
                .await?;
        }
        if let Some(about) = s.channel.asks() {
            let due_at = rules.duty().add(p.now, 60).unwrap_or(p.now);
            call::insert(tx, p.ids.call, p.request, p.event, about, due_at, p.now).await?;
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

    /// Places given up before are not taken again, unless staff say why they let it be: the event that says so.
    async fn check_retake(&self, tx: &mut Tx, s: &Submission) -> Result<Option<Event>> {
        let mut who = self.who_applies(&s.application);
        who.extend(crate::given_up::agent(&s.actor));
        let checked = self.check_given_up(tx, &who, &s.application.wish).await;
        let reason = s.retake.as_deref().map(str::trim).unwrap_or_default();
        match checked {
            Err(Trouble::Invalid(_)) if s.actor.staff().is_some() && !reason.is_empty() => {
                Ok(Some(Event::TakenAgain {
                    reason: reason.to_owned(),
                }))
            }
            checked => checked.map(|()| None),
        }
    }

    /// At most so many live unverified requests per phone and per browser; concurrent ones wait for each other.
    pub(crate) async fn check_unverified(
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

    pub(crate) fn ids(&self, now: Instant) -> Ids {
        Ids {
            audit: self.id(now),
            call: self.id(now),
            mail: self.id(now),
        }
    }

    fn plan(&self, rules: &Rules, application: &Application) -> Plan {
        let now = self.now();
        Plan {
            now,
            request: self.id(now),
            applicant: self.id(now),
            helper: self.id(now),
            deceased: self.id(now),
            event: self.id(now),
            ids: self.ids(now),
            registry_task: self
                .rules()
                .settings()
                .registry_is_city
                .then(|| self.id(now)),
            tasks: self.task_ids(rules, case_task::facts_of(application), now),
            reference: Reference::from_random(u64::from_le_bytes(self.random())),
            nonce: self.random(),
        }
    }

    fn new_request(
        rules: &Rules,
        s: &Submission,
        p: &Plan,
        case: &CaseRow,
        phone_mac: String,
    ) -> RequestRow {
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
                release_missing: paper::release_missing(rules, case, Findings::default(), &[]),
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

    pub(super) fn sealed(
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

    /// What one live case may hold: the identity, the certificate's number, and the office's own.
    pub(crate) fn identifiers(
        &self,
        application: &Application,
        internal_number: Option<InternalNumber>,
    ) -> Vec<identity::Identifier> {
        let known = application
            .deceased
            .identity
            .key()
            .and_then(|(kind, value)| Some(self.identifier(IdentityKind::parse(kind)?, &value)));
        let certificate = match &application.certificate {
            Certificate::Number(number) => Some(self.identifier(IdentityKind::Certificate, number)),
            _ => None,
        };
        let internal = internal_number
            .map(|number| self.identifier(IdentityKind::Internal, &number.to_string()));
        known
            .into_iter()
            .chain(certificate)
            .chain(internal)
            .collect()
    }

    /// One identifier of a case, as the database compares it.
    pub(crate) fn identifier(&self, kind: IdentityKind, value: &str) -> identity::Identifier {
        // The same number whether it was typed with spaces and strokes or without.
        let value: String = value.chars().filter(|c| c.is_alphanumeric()).collect();
        let value = format!("{}:{}", kind.code(), value.to_uppercase());
        (kind, self.keys.mac(Purpose::IdentityMac, value.as_bytes()))
    }

    pub(super) async fn index(
        &self,
        tx: &mut Tx,
        request: Uuid,
        application: &Application,
    ) -> Result<()> {
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
}

/// Begins a keyed call: `None` when it is the first, the kept answer when it is a repeat.
pub(crate) async fn begin<S>(
    tx: &mut Tx,
    answer: &Answer<S>,
    now: Instant,
) -> Result<Option<String>> {
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
async fn take_places(tx: &mut Tx, rules: &Rules, s: &Submission, p: &Plan) -> Result<Taken> {
    let holder = Holder::request(p.request);
    if let Some(draft) = s.draft {
        claim::confirm(tx, Holder::draft(draft), holder, p.now).await?;
        claim::release(tx, draft).await?;
    }
    match place::take(tx, rules, holder, &s.application.wish, None, p.now).await? {
        Some(taken) => Ok(taken),
        None => Err(Trouble::SlotTaken {
            conflicts: Vec::new(),
            alternatives: Vec::new(),
        }),
    }
}

/// The office's own number: the one the sender has from the office, or a new one for somebody unnamed.
async fn internal_number(
    tx: &mut Tx,
    application: &Application,
    now: Instant,
) -> Result<Option<InternalNumber>> {
    if let Some(number) = application.internal_number {
        if numbers::was_given(tx, number).await? {
            return Ok(Some(number));
        }
        return Err(Trouble::Invalid(FieldErrors::one(FieldError::new(
            "deceased.internal_number",
            "unknown",
            "ไม่พบเลขภายในนี้ โปรดตรวจกับสำนักงาน หรือเว้นว่างไว้",
            "The office has not given this number. Check it with the office, or leave it empty",
        ))));
    }
    if application.wish.case_type == CaseType::Unnamed {
        return Ok(Some(next_number(tx, now).await?));
    }
    Ok(None)
}

/// The next number of this year.
pub(crate) async fn next_number(tx: &mut Tx, now: Instant) -> Result<InternalNumber> {
    let year = thai_date::buddhist_year(time::local_date(now));
    let year = u16::try_from(year).map_err(|error| Trouble::Internal(error.to_string()))?;
    Ok(numbers::next(tx, year).await?)
}

fn new_case(
    rules: &Rules,
    application: &Application,
    taken: Taken,
    internal_number: Option<InternalNumber>,
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
            .zip(taken.furnace)
            .map(|(wish, furnace_id)| Cremation { wish, furnace_id }),
        pavilion: wish.pavilion.clone(),
        ash: wish
            .ash
            .zip(taken.ash_table)
            .map(|(wish, table_id)| AshCollection { wish, table_id }),
        coffin: application.coffin,
        implants: application.implants,
        internal_number,
    }
}
