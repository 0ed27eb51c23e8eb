//! A request as its family sees it: track, withdraw, answer, correct.
use super::act::Corrected;
use super::record::Record;
use super::{Access, Loaded, came_first, load_known, wish_of};
use crate::change::ChangeState;
use crate::paper::Papers;
use crate::{Desk, Result, Trouble};
use domain::crematorium::application::{self, Application, Certificate};
use domain::crematorium::{CoffinSize, PavilionWish, Rules, Wish};
use domain::document::Kind;
use domain::fee::Quote;
use domain::form::{FieldError, FieldErrors, Lang, RawFields, Text};
use domain::phone::Phone;
use domain::reference::Reference;
use domain::request::{Action, Actor, Event, Refusal, Status, allowed};
use domain::text::PersonName;
use domain::time::Instant;
use domain::{text, thai_date};
use store::crematorium::{CaseRow, IdentityKind, identity};
use store::keys::Purpose;
use store::person::PersonRow;
use store::request::{EventRow, RequestRow, RequestState};
use store::{crematorium, person, request};
use subtle::ConstantTimeEq;
use uuid::Uuid;

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
    /// What it costs by what is known now.
    pub price: Quote,
    pub applicant_name: String,
    pub deceased_name: String,
    pub steps: Vec<TrackStep>,
    pub returned: Option<ReturnedView>,
    pub refused: Option<RefusedView>,
    pub cancelled_reason: Option<String>,
    pub certificate: CertificateState,
    pub can_withdraw: bool,
    pub can_correct: bool,
    /// Whether the office refused or cancelled it.
    pub can_appeal: bool,
    /// Whether an agent sent it for the family.
    pub by_agent: bool,
    /// Whether it must move, and what the family may change by itself.
    pub change: ChangeState,
    /// The answers as they can be corrected, raw.
    pub fields: RawFields,
    pub papers: Papers,
    /// What there is to print, besides what was issued.
    pub documents: Vec<Kind>,
}

/// A request whose number and second fact were shown.
pub(crate) struct Known {
    pub row: RequestRow,
    pub applicant: Option<PersonRow>,
    pub helper: Option<PersonRow>,
}

impl Desk {
    /// The case behind a number and a second fact; one answer for every mismatch.
    pub async fn track(&self, reference: &str, last4: &str, address: &str) -> Result<TrackView> {
        self.track_by(&Access::family(reference, last4, address))
            .await
    }

    /// The case behind either way in.
    pub async fn track_by(&self, access: &Access<'_>) -> Result<TrackView> {
        let (loaded, _) = self.opened(access).await?;
        self.track_view(&loaded).await
    }

    /// Withdraws a request that is submitted or returned, and gives its places back.
    pub async fn withdraw(&self, reference: &str, last4: &str, address: &str) -> Result<TrackView> {
        self.withdraw_by(&Access::family(reference, last4, address))
            .await
    }

    /// The same, by either way in.
    pub async fn withdraw_by(&self, access: &Access<'_>) -> Result<TrackView> {
        let (loaded, actor) = self.opened(access).await?;
        if loaded.row.state.status != Status::Withdrawn {
            let done = self.act(&loaded.row, &Action::Withdraw, &actor).await;
            done.or_else(|trouble| ended_so(trouble, Status::Withdrawn))?;
        }
        self.track_by(access).await
    }

    /// Answers what is asked after sending: the certificate's number, or that it has not come yet.
    pub async fn answer_certificate(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
        fields: &RawFields,
    ) -> Result<TrackView> {
        self.answer_certificate_by(&Access::family(reference, last4, address), fields)
            .await
    }

    /// The same, by either way in.
    pub async fn answer_certificate_by(
        &self,
        access: &Access<'_>,
        fields: &RawFields,
    ) -> Result<TrackView> {
        let (loaded, actor) = self.opened(access).await?;
        if !loaded.row.state.status.is_live() {
            return Err(Trouble::Refused(Refusal::WrongState));
        }
        if loaded.row.state.frozen {
            return Err(Trouble::Refused(Refusal::Frozen));
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
                vec![self.identifier(IdentityKind::Certificate, number)]
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
                    return Err(came_first(row));
                }
                crematorium::update(tx, &case).await?;
                let about = Record::of(row, row.version + 1, ids, now);
                self.record(tx, &rules, &about, &actor, &event).await
            })
            .await?;
        self.track_by(access).await
    }

    /// Sends a returned request again with corrected answers; the places stay.
    pub async fn correct(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
        changes: RawFields,
    ) -> Result<TrackView> {
        self.correct_by(&Access::family(reference, last4, address), changes)
            .await
    }

    /// The same, by either way in. The family's phone is its own way in: an agent does not change it.
    pub async fn correct_by(&self, access: &Access<'_>, changes: RawFields) -> Result<TrackView> {
        let (loaded, actor) = self.opened(access).await?;
        let mut fields = self.correctable(&loaded)?;
        fields.extend(changes);
        let application = Application::parse(&fields, self.now()).map_err(Trouble::Invalid)?;
        let phone = &application.applicant.phone;
        if matches!(actor, Actor::Agent(_))
            && loaded.applicant.phone.as_deref() != Some(phone.canonical())
        {
            return Err(Trouble::Invalid(FieldErrors::one(FieldError::new(
                "applicant.phone",
                "not_agents",
                "ผู้ดำเนินการแทนแก้เบอร์ของครอบครัวไม่ได้ ให้ครอบครัวแก้ในหน้าติดตามคำขอ หรือโทรหาเจ้าหน้าที่",
                "An agent cannot change the family's phone. The family can, on the tracking page, or an officer.",
            ))));
        }
        let last4 = phone.last4().to_owned();
        let corrected = Corrected {
            application,
            case: loaded.case.clone(),
        };
        self.act_with(&loaded.row, &Action::Resubmit, &actor, Some(&corrected))
            .await
            .map_err(hide_name)?;
        // The phone may have been corrected, and with it the second fact.
        match *access {
            Access::Family {
                reference, address, ..
            } => self.track(reference, &last4, address).await,
            Access::Agent { .. } => self.track_by(access).await,
        }
    }

    /// Number and last four digits of the applicant's or the helper's phone. Failures slow the pair of number and
    /// address, never the number for everyone.
    pub(crate) async fn second_fact(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
    ) -> Result<Loaded> {
        let known = self.second_fact_row(reference, last4, address).await?;
        let mut conn = self.store.read().await?;
        load_known(&mut conn, known.row, known.applicant, known.helper).await
    }

    /// The same of any service.
    pub(crate) async fn second_fact_row(
        &self,
        reference: &str,
        last4: &str,
        address: &str,
    ) -> Result<Known> {
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
        let matches = |person: &Option<PersonRow>| {
            let phone = person
                .as_ref()
                .and_then(|person| person.phone.as_deref())
                .and_then(|phone| Phone::parse(phone).ok());
            let right = phone.as_ref().map_or("\0\0\0\0", Phone::last4);
            right.as_bytes().ct_eq(typed.as_bytes()).unwrap_u8()
        };
        let known = matches(&applicant) | matches(&helper);
        match row {
            Some(row) if known == 1 => Ok(Known {
                row,
                applicant,
                helper,
            }),
            _ => {
                drop(conn);
                self.pace(&bucket, now).await?;
                Err(Trouble::NotFound)
            }
        }
    }

    pub(crate) async fn track_view(&self, loaded: &Loaded) -> Result<TrackView> {
        let mut conn = self.store.read().await?;
        let events = request::events(&mut conn, loaded.row.id).await?;
        let state = &loaded.row.state;
        let now = self.now();
        let change = self.change_state(&mut conn, loaded).await?;
        let documents = crate::document::kinds(&mut conn, loaded).await?;
        let (rules, wish) = (self.rules(), wish_of(&loaded.case));
        // Boxed: every page of a family waits for this one.
        let pricing = self.pricing(&mut conn, &loaded.row, &rules, loaded.case.residence);
        let price = Box::pin(pricing).await?.of(&wish);
        // Never two at once: as many pages as there are connections would wait for each other.
        drop(conn);
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
            wish,
            price,
            applicant_name: loaded.applicant.name.clone(),
            deceased_name: loaded.deceased.name.clone(),
            steps: steps(&loaded.row, &events, now),
            returned: None,
            refused: None,
            cancelled_reason: None,
            certificate: certificate_of(&loaded.case),
            can_withdraw: can.contains(&"withdraw"),
            can_correct: can.contains(&"resubmit"),
            can_appeal: crate::appeal::is_an_order(state.status, &events),
            by_agent: events
                .first()
                .is_some_and(|event| event.actor_kind == "agent"),
            change,
            fields: self.correctable(loaded)?,
            papers: self.papers_of(loaded).await?,
            documents,
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
        if let Some(coffin) = loaded.case.coffin {
            fields.insert("coffin_size".to_owned(), coffin.code().to_owned());
        }
        if let Some(implants) = loaded.case.implants {
            fields.insert("implants".to_owned(), implants.code().to_owned());
        }
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
    let coffin = (wish.coffin != CoffinSize::default()).then(|| wish.coffin.code().to_owned());
    [
        ("case_type", wish.case_type.code().to_owned()),
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
        ("coffin_size", text(coffin)),
        ("ash.date", text(wish.ash.map(|ash| ash.date.to_string()))),
        ("ash.time", text(wish.ash.map(|ash| ash.start.to_string()))),
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

/// A tap that came at once with another: what it asked for is done.
pub(crate) fn ended_so(trouble: Trouble, asked: Status) -> Result<()> {
    match trouble {
        Trouble::DecidedFirst { status, .. } if status == asked => Ok(()),
        other => Err(hide_name(other)),
    }
}

/// Residents read "the office", never a name.
pub(crate) fn hide_name(trouble: Trouble) -> Trouble {
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
    // An agent's account answers for its request: no officer has confirmed anything.
    let by_agent = events
        .first()
        .is_some_and(|event| event.actor_kind == "agent");
    if !by_agent && (state.verified_at.is_some() || !ended) {
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
    let ash = wish.ash.map(|ash| {
        lang.t(
            format!(
                "เก็บอัฐิ{} เวลา {}",
                thai_date::full_th(ash.date),
                ash.start.th()
            ),
            format!(
                "Collecting the ashes on {} at {}",
                thai_date::long_en(ash.date),
                ash.start.en()
            ),
        )
    });
    [pavilion, cremation, ash]
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
