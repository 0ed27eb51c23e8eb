//! Agents: who acts for families, whether the office let them in, and by whose authority they act on a request.
use crate::form::{FieldError, FieldErrors, RawFields, Text, raw};
use crate::phone::Phone;
use crate::request::{Actor, Refusal};
use crate::text::{self, NameError, PersonName};
use crate::time::Instant;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest organisation's name or licence kept, in characters.
const WORDS_MAX: usize = 120;

/// What kind of helper an account belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganisationKind {
    FuneralDirector,
    Temple,
    Hospital,
    /// อสม.: neighbours who help, one person each.
    HealthVolunteer,
}

impl OrganisationKind {
    pub const ALL: [Self; 4] = [
        Self::FuneralDirector,
        Self::Temple,
        Self::Hospital,
        Self::HealthVolunteer,
    ];

    /// The word of forms and of the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::FuneralDirector => "funeral_director",
            Self::Temple => "temple",
            Self::Hospital => "hospital",
            Self::HealthVolunteer => "health_volunteer",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    pub fn label(self) -> Text {
        let (th, en) = match self {
            Self::FuneralDirector => ("ผู้ประกอบการจัดงานศพ", "Funeral director"),
            Self::Temple => ("วัดหรือศาสนสถาน", "Temple or place of worship"),
            Self::Hospital => ("โรงพยาบาล", "Hospital"),
            Self::HealthVolunteer => (
                "อาสาสมัครสาธารณสุขประจำหมู่บ้าน (อสม.)",
                "Village health volunteer",
            ),
        };
        Text::new(th, en)
    }
}

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Registered; the office has not answered.
    Waiting,
    Approved,
    /// Refused with a reason; the same phone may register again.
    Refused,
    /// Closed by the office with a reason; it may be opened again.
    Disabled,
}

impl Standing {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Approved, Self::Refused, Self::Disabled];

    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::Disabled => "disabled",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|standing| standing.code() == code)
    }

    pub fn label(self) -> Text {
        let (th, en) = match self {
            Self::Waiting => ("รออนุมัติ", "Waiting for approval"),
            Self::Approved => ("ใช้งานได้", "In use"),
            Self::Refused => ("ไม่อนุมัติ", "Refused"),
            Self::Disabled => ("ปิดใช้งาน", "Closed"),
        };
        Text::new(th, en)
    }

    /// What the office's decision leads to. What may be refused or closed, may be so only with a reason.
    pub fn after(self, decision: &StandingDecision) -> Result<Self, Refusal> {
        if decision
            .reason()
            .is_some_and(|reason| reason.trim().is_empty())
        {
            return Err(Refusal::ReasonMissing);
        }
        match (self, decision) {
            (Self::Waiting | Self::Disabled, StandingDecision::Approve) => Ok(Self::Approved),
            (Self::Waiting, StandingDecision::Refuse { .. }) => Ok(Self::Refused),
            (Self::Approved, StandingDecision::Disable { .. }) => Ok(Self::Disabled),
            _ => Err(Refusal::WrongState),
        }
    }
}

/// What the office decides about an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StandingDecision {
    /// Lets somebody in, or opens a closed account again.
    Approve,
    Refuse {
        reason: String,
    },
    Disable {
        reason: String,
    },
}

impl StandingDecision {
    /// The word of forms and of the audit.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Refuse { .. } => "refuse",
            Self::Disable { .. } => "disable",
        }
    }

    /// The reason, where one is needed.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Approve => None,
            Self::Refuse { reason } | Self::Disable { reason } => Some(reason),
        }
    }
}

/// A signed-in agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentActor {
    pub id: Uuid,
    pub kind: OrganisationKind,
    pub organisation: String,
    pub name: String,
    pub phone: Phone,
}

/// How it became known that the family wants this agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmedBy {
    /// On the tracking page, with the number and the last four digits of the family's own phone.
    Tracking,
    /// A letter of authority, seen by an officer.
    Letter,
    /// An officer called the family.
    Call,
}

impl ConfirmedBy {
    pub const ALL: [Self; 3] = [Self::Tracking, Self::Letter, Self::Call];

    pub fn code(self) -> &'static str {
        match self {
            Self::Tracking => "tracking",
            Self::Letter => "letter",
            Self::Call => "call",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.code() == code)
    }

    pub fn label(self) -> Text {
        let (th, en) = match self {
            Self::Tracking => (
                "ครอบครัวยืนยันในหน้าติดตามคำขอ",
                "Confirmed by the family on the tracking page",
            ),
            Self::Letter => ("ตรวจหนังสือมอบอำนาจแล้ว", "A letter of authority was seen"),
            Self::Call => (
                "เจ้าหน้าที่โทรยืนยันกับครอบครัวแล้ว",
                "Confirmed with the family by telephone",
            ),
        };
        Text::new(th, en)
    }
}

/// The authority by which an agent acts on one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Authority {
    pub confirmed: Option<(ConfirmedBy, Instant)>,
    pub revoked_at: Option<Instant>,
}

impl Authority {
    /// Whether the agent still sees the request and may act on it. An unconfirmed one may: death does not wait.
    pub fn is_open(&self) -> bool {
        self.revoked_at.is_none()
    }

    /// Confirms it: the family on the tracking page, staff by letter or call. Nobody confirms for themselves.
    pub fn confirm(self, by: ConfirmedBy, actor: &Actor, at: Instant) -> Result<Self, Refusal> {
        let may = match (by, actor) {
            (ConfirmedBy::Tracking, Actor::Resident) => true,
            (ConfirmedBy::Letter | ConfirmedBy::Call, Actor::Staff(staff)) => {
                staff.handles_requests()
            }
            _ => false,
        };
        if !may {
            return Err(Refusal::NotAllowed);
        }
        if self.confirmed.is_some() || !self.is_open() {
            return Err(Refusal::WrongState);
        }
        Ok(Self {
            confirmed: Some((by, at)),
            ..self
        })
    }

    /// Takes it away, confirmed or not: the family itself, or staff on its word. It is never given back.
    pub fn revoke(self, actor: &Actor, at: Instant) -> Result<Self, Refusal> {
        let may = match actor {
            Actor::Resident => true,
            Actor::Staff(staff) => staff.handles_requests(),
            _ => false,
        };
        if !may {
            return Err(Refusal::NotAllowed);
        }
        if !self.is_open() {
            return Err(Refusal::WrongState);
        }
        Ok(Self {
            revoked_at: Some(at),
            ..self
        })
    }
}

/// What an agent sent within a time, and how much of it came to nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    pub sent: u32,
    /// Withdrawn or cancelled, by whomever.
    pub ended: u32,
    /// Of these, by the agent itself.
    pub ended_by_agent: u32,
    /// Authorities that families took away.
    pub revoked: u32,
}

impl Record {
    /// Cancelled and withdrawn among those sent, in whole per cent; `None` while nothing was sent.
    pub fn rate(&self) -> Option<u32> {
        (self.sent > 0).then(|| (self.ended * 100 + self.sent / 2) / self.sent)
    }
}

/// A checked registration, without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    pub kind: OrganisationKind,
    pub organisation: String,
    pub name: PersonName,
    pub phone: Phone,
    /// A licence or registration number of the organisation.
    pub licence: Option<String>,
}

impl Registration {
    /// The fields a person types, by the names of the form.
    pub const FIELDS: [&str; 5] = [
        "agent.kind",
        "agent.organisation",
        "agent.name",
        "agent.phone",
        "agent.licence",
    ];

    /// Parses every field and notes every error.
    pub fn parse(fields: &RawFields, errors: &mut FieldErrors) -> Option<Self> {
        let kind = errors.keep(
            OrganisationKind::parse(raw(fields, "agent.kind")).ok_or_else(|| {
                FieldError::new(
                    "agent.kind",
                    "missing",
                    "เลือกว่าท่านดำเนินการในฐานะใด",
                    "Choose what you are",
                )
            }),
        );
        let organisation = errors.keep(organisation(raw(fields, "agent.organisation")));
        let name = errors.keep(PersonName::parse(raw(fields, "agent.name")).map_err(name_error));
        let phone =
            errors.keep(Phone::parse(raw(fields, "agent.phone")).map_err(|error| {
                FieldError::new("agent.phone", error.code(), error.th(), error.en())
            }));
        let licence = text::clean(raw(fields, "agent.licence"));
        let licence = errors.keep(short("agent.licence", licence));
        Some(Self {
            kind: kind?,
            organisation: organisation?,
            name: name?,
            phone: phone?,
            licence: licence.filter(|licence| !licence.is_empty()),
        })
    }
}

fn name_error(error: NameError) -> FieldError {
    let (th, en) = match error {
        NameError::Empty => (
            "กรอกชื่อและนามสกุลของท่าน".to_owned(),
            "Enter your name".to_owned(),
        ),
        other => (other.th(), other.en()),
    };
    FieldError::new("agent.name", error.code(), th, en)
}

fn organisation(typed: &str) -> Result<String, FieldError> {
    let name = text::clean(typed);
    if name.chars().any(char::is_alphabetic) {
        short("agent.organisation", name)
    } else {
        Err(FieldError::new(
            "agent.organisation",
            "missing",
            "กรอกชื่อหน่วยงาน วัด หรือชุมชน",
            "Enter the name of the organisation, temple or community",
        ))
    }
}

fn short(field: &'static str, words: String) -> Result<String, FieldError> {
    if words.chars().count() <= WORDS_MAX {
        return Ok(words);
    }
    Err(FieldError::new(
        field,
        "too_long",
        format!("ยาวเกินไป โปรดใช้ไม่เกิน {WORDS_MAX} ตัวอักษร"),
        format!("Too long; use {WORDS_MAX} characters or fewer"),
    ))
}

/// An application that an agent sends names the family, not the agent: the family's phone is its own way in.
pub fn check_family_phone(agent: &Phone, family: &Phone) -> Result<(), FieldError> {
    if agent.canonical() == family.canonical() {
        return Err(FieldError::new(
            "applicant.phone",
            "agents_own",
            "เบอร์นี้เป็นของผู้ดำเนินการแทน โปรดใส่เบอร์ของครอบครัว เพื่อให้ครอบครัวติดตามและยืนยันได้เอง",
            "This is the agent's own number. Enter the family's, so that the family can track and confirm by itself.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Role, StaffActor};
    use chrono::TimeZone;

    fn now() -> Instant {
        chrono::Utc.with_ymd_and_hms(2026, 11, 23, 2, 0, 0).unwrap()
    }

    fn staff(role: Role) -> Actor {
        Actor::Staff(StaffActor {
            id: Uuid::from_u128(1),
            name: String::new(),
            position: String::new(),
            roles: vec![role],
            delegation: None,
        })
    }

    fn typed(changes: &[(&str, &str)]) -> RawFields {
        let mut fields: RawFields = [
            ("agent.kind", "funeral_director"),
            ("agent.organisation", "ร้านสุขาวดี"),
            ("agent.name", "นายเกษม สุขาวดี"),
            ("agent.phone", "075-218-999"),
            ("agent.licence", ""),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in changes {
            fields.insert((*name).to_owned(), (*value).to_owned());
        }
        fields
    }

    #[test]
    fn a_registration_is_read_or_every_error_is_told() {
        let mut errors = FieldErrors::new();
        let read = Registration::parse(&typed(&[("agent.phone", "๐๘๑ ๒๓๔ ๕๖๗๘")]), &mut errors);
        let read = read.expect("well-formed");
        assert_eq!(read.kind, OrganisationKind::FuneralDirector);
        assert_eq!(read.phone.canonical(), "0812345678");
        assert_eq!(read.licence, None);
        let long = "ก".repeat(500);
        let wrong = typed(&[
            ("agent.kind", "bank"),
            ("agent.organisation", "\u{0} 123"),
            ("agent.name", ""),
            ("agent.phone", "12"),
            ("agent.licence", &long),
        ]);
        let mut errors = FieldErrors::new();
        assert_eq!(Registration::parse(&wrong, &mut errors), None);
        for field in Registration::FIELDS {
            assert!(errors.of(field).is_some(), "{field}");
        }
    }

    #[test]
    fn an_account_is_let_in_refused_or_closed_and_nothing_else() {
        let because = || "เหตุผล".to_owned();
        let decisions = [
            StandingDecision::Approve,
            StandingDecision::Refuse { reason: because() },
            StandingDecision::Disable { reason: because() },
        ];
        let table: Vec<_> = Standing::ALL
            .into_iter()
            .map(|standing| {
                decisions
                    .iter()
                    .map(|decision| standing.after(decision).map_or("–", Standing::code))
                    .collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(
            table,
            [
                ["approved", "refused", "–"],
                ["–", "–", "disabled"],
                ["–", "–", "–"],
                ["approved", "–", "–"],
            ]
        );
        let blank = StandingDecision::Refuse { reason: " ".into() };
        assert_eq!(Standing::Waiting.after(&blank), Err(Refusal::ReasonMissing));
    }

    #[test]
    fn authority_is_confirmed_by_whom_it_concerns_and_never_given_back() {
        let actors = [
            ("resident", Actor::Resident),
            ("agent", Actor::Agent(Uuid::from_u128(9))),
            ("channel", Actor::Channel(Uuid::from_u128(8))),
            ("officer", staff(Role::Officer)),
            ("administrator", staff(Role::Administrator)),
            ("system", Actor::System),
        ];
        let mut allowed = Vec::new();
        for (who, actor) in &actors {
            for by in ConfirmedBy::ALL {
                if Authority::default().confirm(by, actor, now()).is_ok() {
                    allowed.push(format!("{who} confirms by {}", by.code()));
                }
            }
            if Authority::default().revoke(actor, now()).is_ok() {
                allowed.push(format!("{who} revokes"));
            }
        }
        assert_eq!(
            allowed,
            [
                "resident confirms by tracking",
                "resident revokes",
                "officer confirms by letter",
                "officer confirms by call",
                "officer revokes",
            ]
        );
        let revoked = Authority::default()
            .revoke(&Actor::Resident, now())
            .unwrap();
        assert!(!revoked.is_open());
        assert_eq!(
            revoked.confirm(ConfirmedBy::Tracking, &Actor::Resident, now()),
            Err(Refusal::WrongState)
        );
        assert_eq!(
            revoked.revoke(&Actor::Resident, now()),
            Err(Refusal::WrongState)
        );
        let confirmed = Authority::default()
            .confirm(ConfirmedBy::Call, &staff(Role::Officer), now())
            .unwrap();
        assert_eq!(
            confirmed.confirm(ConfirmedBy::Tracking, &Actor::Resident, now()),
            Err(Refusal::WrongState)
        );
        assert!(confirmed.revoke(&Actor::Resident, now()).is_ok());
    }

    #[test]
    fn the_rate_is_rounded_and_nothing_sent_has_none() {
        for (sent, ended, rate) in [
            (0, 0, None),
            (3, 1, Some(33)),
            (3, 2, Some(67)),
            (8, 1, Some(13)),
            (5, 5, Some(100)),
        ] {
            let record = Record {
                sent,
                ended,
                ..Record::default()
            };
            assert_eq!(record.rate(), rate, "{ended} of {sent}");
        }
    }

    #[test]
    fn an_agent_does_not_stand_in_for_the_familys_phone() {
        let phone = |text: &str| Phone::parse(text).unwrap();
        let own = phone("081-234-5678");
        assert!(check_family_phone(&own, &phone("+66 81 234 5678")).is_err());
        assert!(check_family_phone(&own, &phone("0812345679")).is_ok());
    }
}
