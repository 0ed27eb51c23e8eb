//! The application for a cremation: raw answers in, every error at once or a checked whole out.
use crate::contact::{self, choice, date, name};
pub use crate::contact::{Helper, contact};
use crate::form::{FieldError, FieldErrors, RawFields, Text, raw};
use crate::national_id::{NationalId, Passport};
use crate::phone::Phone;
use crate::text::{self, PersonName};
use crate::time;
use crate::time::{Instant, TimeOfDay};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::case_type::CaseType;
use super::coffin::{CoffinSize, Implants};
use super::internal_number::InternalNumber;
use super::wish::{AshWish, CremationWish, PavilionWish, Wish};

/// How the applicant is related to the deceased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    Spouse,
    Child,
    Parent,
    Sibling,
    Relative,
    Agent,
    Other,
}

impl Relation {
    pub const ALL: [Self; 7] = [
        Self::Spouse,
        Self::Child,
        Self::Parent,
        Self::Sibling,
        Self::Relative,
        Self::Agent,
        Self::Other,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Spouse => "spouse",
            Self::Child => "child",
            Self::Parent => "parent",
            Self::Sibling => "sibling",
            Self::Relative => "relative",
            Self::Agent => "agent",
            Self::Other => "other",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|relation| relation.code() == code)
    }

    pub fn label(self) -> Text {
        let (th, en) = match self {
            Self::Spouse => ("สามีหรือภรรยา", "Husband or wife"),
            Self::Child => ("บุตร", "Son or daughter"),
            Self::Parent => ("บิดาหรือมารดา", "Father or mother"),
            Self::Sibling => ("พี่หรือน้อง", "Brother or sister"),
            Self::Relative => ("ญาติ", "Another relative"),
            Self::Agent => ("ผู้ได้รับมอบหมายจากครอบครัว", "Acting for the family"),
            Self::Other => ("อื่น ๆ", "Other"),
        };
        Text::new(th, en)
    }
}

/// Whether the deceased was ever registered in the city: it decides the rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Residence {
    InArea,
    OutOfArea,
    /// An officer looks it up: never ask people for the city's own paper.
    NotSure,
}

impl Residence {
    pub const ALL: [Self; 3] = [Self::InArea, Self::OutOfArea, Self::NotSure];

    pub fn code(self) -> &'static str {
        match self {
            Self::InArea => "in_area",
            Self::OutOfArea => "out_of_area",
            Self::NotSure => "not_sure",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|residence| residence.code() == code)
    }

    pub fn label(self) -> Text {
        match self {
            Self::InArea => Text::new("เคย", "Yes"),
            Self::OutOfArea => Text::new("ไม่เคย", "No"),
            Self::NotSure => Text::new(
                "ไม่แน่ใจ ให้เจ้าหน้าที่ตรวจสอบให้",
                "Not sure; an officer will look it up",
            ),
        }
    }
}

/// The name that stands for somebody nobody can name.
const UNNAMED: &str = "ไม่ทราบชื่อ";

/// What identifies the deceased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    NationalId(NationalId),
    Passport(Passport),
    NotKnown,
}

impl Identity {
    /// The kind and canonical value that one live case may hold; `None` when not known.
    pub fn key(&self) -> Option<(&'static str, String)> {
        match self {
            Self::NationalId(id) => Some(("national_id", id.digits().to_owned())),
            Self::Passport(passport) => Some(("passport", passport.as_str().to_owned())),
            Self::NotKnown => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applicant {
    pub name: PersonName,
    pub phone: Phone,
    pub relation: Relation,
    pub email: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deceased {
    pub name: PersonName,
    pub identity: Identity,
    pub date_of_death: NaiveDate,
    pub residence: Residence,
}

/// The death certificate, as far as the family has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Certificate {
    /// Not asked yet: the tracking page asks.
    #[default]
    NotAsked,
    /// "The certificate has not come yet" is an answer.
    NotYet,
    Number(String),
}

/// A whole, checked application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    pub applicant: Applicant,
    pub helper: Option<Helper>,
    pub deceased: Deceased,
    pub certificate: Certificate,
    /// The office's own number of somebody unnamed, when the sender has it from the office already.
    pub internal_number: Option<InternalNumber>,
    /// `None`: not asked yet.
    pub coffin: Option<CoffinSize>,
    /// `None`: not asked yet.
    pub implants: Option<Implants>,
    pub wish: Wish,
}

impl Application {
    /// Parses every field and notes every error. Whether the places may be asked is `Wish::check`.
    pub fn parse(fields: &RawFields, now: Instant) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let applicant = contact(fields, &mut errors);
        let relation = relation(fields, &mut errors);
        let deceased = deceased(fields, &mut errors);
        let date_of_death = date_of_death(fields, now, &mut errors);
        let residence = residence(fields, &mut errors);
        let wish = wish(fields, &mut errors);
        let coffin = coffin(fields, &mut FieldErrors::new());
        let implants = implants(fields, &mut errors);
        let internal_number = internal_number(fields, &mut errors);
        let certificate = errors.keep(certificate(fields));
        if let (Some(died), Some(wish)) = (date_of_death, &wish)
            && let Some(cremation) = &wish.cremation
            && cremation.date < died
        {
            errors.push(FieldError::new(
                "cremation.date",
                "before_death",
                "วันฌาปนกิจอยู่ก่อนวันที่เสียชีวิต โปรดตรวจวันที่อีกครั้ง",
                "The cremation is before the date of death; please check both dates",
            ));
        }
        let (
            Some((name, phone, email, helper)),
            Some(relation),
            Some((deceased_name, identity)),
            Some(date_of_death),
            Some(residence),
            Some(wish),
            Some(certificate),
            true,
        ) = (
            applicant,
            relation,
            deceased,
            date_of_death,
            residence,
            wish,
            certificate,
            errors.is_empty(),
        )
        else {
            return Err(errors);
        };
        Ok(Self {
            applicant: Applicant {
                name,
                phone,
                relation,
                email,
            },
            helper,
            deceased: Deceased {
                name: deceased_name,
                identity,
                date_of_death,
                residence,
            },
            certificate,
            internal_number,
            coffin,
            implants,
            wish,
        })
    }
}

/// Page 2.
pub fn relation(fields: &RawFields, errors: &mut FieldErrors) -> Option<Relation> {
    errors.keep(choice(
        fields,
        "applicant.relation",
        Relation::parse,
        "เลือกความเกี่ยวข้องกับผู้เสียชีวิต",
        "Choose how you are related to the person who died",
    ))
}

/// Page 3: the name, and the ID or "not known".
pub fn deceased(fields: &RawFields, errors: &mut FieldErrors) -> Option<(PersonName, Identity)> {
    // Nobody knows the name of somebody unnamed: a blank is an answer.
    let nameless = raw(fields, "case_type") == CaseType::Unnamed.code()
        && text::clean(raw(fields, "deceased.name")).is_empty();
    let name = if nameless {
        PersonName::parse(UNNAMED).ok()
    } else {
        errors.keep(name(
            fields,
            "deceased.name",
            "ผู้เสียชีวิต",
            "the person who died",
        ))
    };
    let identity = identity(fields, errors);
    Some((name?, identity?))
}

fn identity(fields: &RawFields, errors: &mut FieldErrors) -> Option<Identity> {
    let national_id = text::clean(raw(fields, "deceased.national_id"));
    let passport = text::clean(raw(fields, "deceased.passport"));
    let kind = match raw(fields, "deceased.identity") {
        // The API has no kind: what is given decides.
        "" if !national_id.is_empty() => "national_id",
        "" if !passport.is_empty() => "passport",
        "" if !fields.contains_key("deceased.identity") => "not_known",
        kind => kind,
    };
    match kind {
        "national_id" => errors
            .keep(NationalId::parse(&national_id).map_err(|error| {
                FieldError::new("deceased.national_id", error.code(), error.th(), error.en())
            }))
            .map(Identity::NationalId),
        "passport" => errors
            .keep(Passport::parse(&passport).map_err(|_| {
                FieldError::new(
                    "deceased.passport",
                    "passport",
                    "เลขหนังสือเดินทางใช้ตัวอักษรอังกฤษและตัวเลข 5 ถึง 15 ตัว",
                    "A passport number has 5 to 15 English letters and digits",
                )
            }))
            .map(Identity::Passport),
        "not_known" => Some(Identity::NotKnown),
        _ => {
            errors.push(FieldError::new(
                "deceased.identity",
                "missing",
                "เลือกว่ามีเลขประจำตัวของผู้เสียชีวิตหรือไม่",
                "Choose whether you know an ID number of the person who died",
            ));
            None
        }
    }
}

/// More than so many years ago nobody waits for a cremation: one era was taken for the other, or a digit is wrong.
/// Bodies that are kept or were given to a medical school wait some years.
const LONG_AGO: i32 = 20;

fn is_long_ago(date: NaiveDate, now: Instant) -> bool {
    date.year() < time::local_date(now).year() - LONG_AGO
}

/// Who was buried and dug up may have died long ago.
fn of_remains(fields: &RawFields) -> bool {
    raw(fields, "case_type") == CaseType::Remains.code()
}

/// Page 4. The API may give one string instead of three parts.
pub fn date_of_death(
    fields: &RawFields,
    now: Instant,
    errors: &mut FieldErrors,
) -> Option<NaiveDate> {
    const FIELD: &str = "deceased.date_of_death";
    let whole = raw(fields, FIELD);
    let date = contact::day(fields, FIELD, errors)?;
    match date {
        date if date > time::local_date(now) => {
            errors.push(FieldError::new(
                FIELD,
                "future",
                "วันที่เสียชีวิตต้องไม่ใช่วันในอนาคต",
                "The date of death cannot be in the future",
            ));
            None
        }
        date if is_long_ago(date, now) && !of_remains(fields) => {
            let years = time::local_date(now).year() - date.year();
            let field = if whole.is_empty() {
                format!("{FIELD}.year")
            } else {
                FIELD.to_owned()
            };
            errors.push(FieldError::new(
                field,
                "long_ago",
                format!(
                    "ปีที่กรอกคือเมื่อ {years} ปีก่อน โปรดตรวจปีที่เสียชีวิต หากเป็นศพที่ขุดขึ้นมา โปรดโทรหาเจ้าหน้าที่"
                ),
                format!(
                    "That is {years} years ago: check the year of death. For remains that were dug up, call us."
                ),
            ));
            None
        }
        date => Some(date),
    }
}

/// Page 5: ever registered in the city.
pub fn residence(fields: &RawFields, errors: &mut FieldErrors) -> Option<Residence> {
    errors.keep(choice(
        fields,
        "deceased.residence",
        Residence::parse,
        "เลือกว่าผู้เสียชีวิตเคยมีชื่อในทะเบียนบ้านในเขตเทศบาลหรือไม่",
        "Choose whether the person who died was ever registered in the city",
    ))
}

/// Pages 6 and 7, and the API: what is to be held. Cremation and pavilion both absent is for `Wish::check` to say.
pub fn wish(fields: &RawFields, errors: &mut FieldErrors) -> Option<Wish> {
    let given = |names: &[&str]| {
        names
            .iter()
            .any(|name| !text::clean(raw(fields, name)).is_empty())
    };
    let before = errors.iter().count();
    let case_type = case_type(fields, errors);
    let coffin = coffin(fields, errors);
    let mut wish = Wish {
        case_type: case_type.unwrap_or_default(),
        coffin: coffin.unwrap_or_default(),
        ..Wish::default()
    };
    if given(&["cremation.date", "cremation.round"]) {
        let date = errors.keep(date(fields, "cremation.date"));
        let round = errors.keep(
            TimeOfDay::parse(raw(fields, "cremation.round")).map_err(|_| {
                FieldError::new(
                    "cremation.round",
                    "time",
                    "เลือกรอบฌาปนกิจ เช่น 13.00 น.",
                    "Choose a round, such as 13:00",
                )
            }),
        );
        wish.cremation = date
            .zip(round)
            .map(|(date, round)| CremationWish { date, round });
    }
    if given(&["pavilion.id", "pavilion.from", "pavilion.nights"]) {
        let id = text::clean(raw(fields, "pavilion.id"));
        if id.is_empty() {
            errors.push(FieldError::new(
                "pavilion.id",
                "missing",
                "เลือกศาลา",
                "Choose a pavilion",
            ));
        }
        let from = errors.keep(date(fields, "pavilion.from"));
        let nights = errors.keep(nights(fields));
        wish.pavilion = from
            .zip(nights)
            .map(|(from, nights)| PavilionWish { id, from, nights });
    }
    if given(&["ash.date", "ash.time"]) {
        let date = errors.keep(date(fields, "ash.date"));
        let start = errors.keep(TimeOfDay::parse(raw(fields, "ash.time")).map_err(|_| {
            FieldError::new(
                "ash.time",
                "time",
                "เลือกเวลาเก็บอัฐิ เช่น 07.00 น.",
                "Choose when the ashes are collected, such as 07:00",
            )
        }));
        wish.ash = date.zip(start).map(|(date, start)| AshWish { date, start });
    }
    (errors.iter().count() == before).then_some(wish)
}

/// The type of case; what nobody said is ordinary. `None` notes the error.
pub fn case_type(fields: &RawFields, errors: &mut FieldErrors) -> Option<CaseType> {
    let typed = raw(fields, "case_type");
    if typed.is_empty() {
        return Some(CaseType::default());
    }
    known(errors, "case_type", CaseType::parse(typed), || {
        CaseType::ALL.map(CaseType::code).join(", ")
    })
}

/// The coffin's size; `None` when nobody said, or with the error noted.
pub fn coffin(fields: &RawFields, errors: &mut FieldErrors) -> Option<CoffinSize> {
    let typed = raw(fields, "coffin_size");
    if typed.is_empty() {
        return None;
    }
    known(errors, "coffin_size", CoffinSize::parse(typed), || {
        CoffinSize::ALL.map(CoffinSize::code).join(", ")
    })
}

/// Whether there are implants; `None` when nobody said, or with the error noted.
pub fn implants(fields: &RawFields, errors: &mut FieldErrors) -> Option<Implants> {
    let typed = raw(fields, "implants");
    if typed.is_empty() {
        return None;
    }
    known(errors, "implants", Implants::parse(typed), || {
        Implants::ALL.map(Implants::code).join(", ")
    })
}

/// The office's own number of somebody unnamed; `None` when nobody said, or with the error noted.
pub fn internal_number(fields: &RawFields, errors: &mut FieldErrors) -> Option<InternalNumber> {
    let typed = raw(fields, "deceased.internal_number");
    if text::clean(typed).is_empty() {
        return None;
    }
    errors.keep(InternalNumber::parse(typed).ok_or_else(|| {
        FieldError::new(
            "deceased.internal_number",
            "number",
            "เลขภายในของสำนักงานเขียนเช่น 2569-0001",
            "The office's own number is written like 2569-0001",
        )
    }))
}

/// A word of a short list, or the error that names the list.
fn known<T>(
    errors: &mut FieldErrors,
    field: &str,
    parsed: Option<T>,
    list: impl Fn() -> String,
) -> Option<T> {
    errors.keep(parsed.ok_or_else(|| {
        let list = list();
        FieldError::new(
            field,
            "unknown",
            format!("เลือกจากรายการ ({list})"),
            format!("Use one of: {list}"),
        )
    }))
}

/// The number of nights, 0 to 99; the settings decide how many are too many.
pub fn nights(fields: &RawFields) -> Result<u8, FieldError> {
    let typed = text::ascii_digits(&text::clean(raw(fields, "pavilion.nights")));
    typed
        .parse::<u8>()
        .ok()
        .filter(|nights| *nights <= 99)
        .ok_or_else(|| {
            FieldError::new(
                "pavilion.nights",
                "number",
                "เลือกจำนวนคืน",
                "Choose the number of nights",
            )
        })
}

/// The certificate's number, or that it has not come yet.
pub fn certificate(fields: &RawFields) -> Result<Certificate, FieldError> {
    let number = text::clean(raw(fields, "deceased.certificate_number"));
    match raw(fields, "deceased.certificate") {
        "not_yet" => Ok(Certificate::NotYet),
        "" if number.is_empty() => Ok(Certificate::NotAsked),
        _ if number.is_empty() => Err(FieldError::new(
            "deceased.certificate_number",
            "missing",
            "กรอกเลขที่มรณบัตร หรือเลือกว่ายังไม่ได้รับ",
            "Enter the certificate's number, or choose that it has not come yet",
        )),
        _ if number.chars().count() > 40 => Err(FieldError::new(
            "deceased.certificate_number",
            "too_long",
            "เลขที่มรณบัตรยาวเกิน 40 ตัว",
            "The certificate's number is longer than 40 characters",
        )),
        _ if !text::ascii_digits(&number).contains(|c: char| c.is_ascii_digit()) => {
            Err(FieldError::new(
                "deceased.certificate_number",
                "format",
                "เลขที่มรณบัตรต้องมีตัวเลข ถ้ายังไม่ได้รับ เลือกว่ายังไม่ได้รับ",
                "A certificate's number has digits. If it has not come, choose that.",
            ))
        }
        _ => Ok(Certificate::Number(text::ascii_digits(&number))),
    }
}
