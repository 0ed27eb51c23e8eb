//! The request for a loan: raw answers in, every error at once or a checked whole out.
use super::settings::{EquipmentType, LoanSettings};
use crate::contact::{self, Helper, choice, name};
use crate::crematorium::application::Relation;
use crate::form::{FieldError, FieldErrors, RawFields, Text, raw};
use crate::national_id::NationalId;
use crate::phone::Phone;
use crate::text::{self, PersonName};
use crate::thai_date;
use crate::time::{self, Instant};
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How the patient is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Bedridden,
    Dependent,
    Recovering,
    Other,
}

impl Health {
    pub const ALL: [Self; 4] = [
        Self::Bedridden,
        Self::Dependent,
        Self::Recovering,
        Self::Other,
    ];

    /// The word of the API and of the database.
    pub fn code(self) -> &'static str {
        match self {
            Self::Bedridden => "bedridden",
            Self::Dependent => "dependent",
            Self::Recovering => "recovering",
            Self::Other => "other",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.code() == code)
    }

    pub fn label(self) -> Text {
        let (th, en) = match self {
            Self::Bedridden => ("ลุกจากเตียงเองไม่ได้", "Cannot leave the bed alone"),
            Self::Dependent => ("ลุกได้ แต่ต้องมีคนช่วย", "Can get up, but needs somebody's help"),
            Self::Recovering => (
                "กำลังพักฟื้น เช่น หลังผ่าตัดหรือขาหัก",
                "Recovering, such as from an operation or a broken leg",
            ),
            Self::Other => ("อื่น ๆ", "Something else"),
        };
        Text::new(th, en)
    }
}

/// How things reach the home.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    Pickup,
    Delivery,
}

impl Delivery {
    pub const ALL: [Self; 2] = [Self::Pickup, Self::Delivery];

    pub fn code(self) -> &'static str {
        match self {
            Self::Pickup => "pickup",
            Self::Delivery => "delivery",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.code() == code)
    }

    pub fn label(self) -> Text {
        match self {
            Self::Pickup => Text::new("มารับเองที่สำนักงาน", "Collected at the office"),
            Self::Delivery => Text::new("ขอให้เจ้าหน้าที่นำไปส่ง", "Brought home by the office"),
        }
    }
}

/// Whoever the equipment is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patient {
    pub name: PersonName,
    pub national_id: Option<NationalId>,
    pub health: Health,
}

/// Somebody else in the loan: who signs for it, who looks after the patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: PersonName,
    pub phone: Option<Phone>,
}

/// So many of a type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// A type's id.
    pub kind: String,
    pub quantity: u8,
}

/// A whole, checked application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoanApplication {
    pub name: PersonName,
    pub phone: Phone,
    pub email: Option<String>,
    /// Of the applicant to the patient; `None`: the patient asks, or nobody said.
    pub relation: Option<Relation>,
    pub helper: Option<Helper>,
    pub patient: Patient,
    /// Who signs; `None`: the applicant.
    pub borrower: Option<Person>,
    /// Who looks after the patient; `None`: the applicant, or nobody said.
    pub carer: Option<Person>,
    pub place: Place,
    pub items: Vec<Item>,
    pub from: NaiveDate,
    /// Inclusive.
    pub until: NaiveDate,
    /// After this day the equipment is of no use any more: the queue forgets it.
    pub not_needed_after: Option<NaiveDate>,
    pub delivery: Delivery,
    pub note: String,
}

/// Where the patient lives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub community: String,
    pub tambon: String,
    pub address: String,
}

/// The rules an application is checked by.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    pub types: &'a [EquipmentType],
    pub loans: &'a LoanSettings,
    /// Staff may go beyond a quota, and say why.
    pub by_staff: bool,
}

impl LoanApplication {
    /// Parses every field and notes every error.
    pub fn parse(fields: &RawFields, terms: Terms<'_>, now: Instant) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let contact = contact::contact(fields, &mut errors);
        let relation = relation(fields, &mut errors);
        let patient = patient(fields, &mut errors);
        let borrower = other_person(fields, "borrower", "ผู้ลงชื่อยืม", "the borrower", &mut errors);
        let carer = other_person(fields, "carer", "ผู้ดูแล", "the carer", &mut errors);
        let items = items(fields, terms, &mut errors);
        let period = period(fields, terms.loans, now, &mut errors);
        let not_needed_after = not_needed_after(fields, &mut errors);
        let delivery = delivery(fields, terms.loans, &mut errors);
        let place = place(fields, &mut errors);
        let note = long_text(fields, "note", 500, &mut errors);
        let (
            Some((name, phone, email, helper)),
            Some(relation),
            Some(patient),
            Some(borrower),
            Some(carer),
            Some(items),
            Some((from, until)),
            Some(not_needed_after),
            Some(delivery),
            Some(place),
            Some(note),
            true,
        ) = (
            contact,
            relation,
            patient,
            borrower,
            carer,
            items,
            period,
            not_needed_after,
            delivery,
            place,
            note,
            errors.is_empty(),
        )
        else {
            return Err(errors);
        };
        Ok(Self {
            name,
            phone,
            email,
            relation,
            helper,
            patient,
            borrower,
            carer,
            place,
            items,
            from,
            until,
            not_needed_after,
            delivery,
            note,
        })
    }
}

/// How the applicant is related to the patient. Who asks for themselves is not asked.
pub fn relation(fields: &RawFields, errors: &mut FieldErrors) -> Option<Option<Relation>> {
    let given = !raw(fields, "applicant.relation").is_empty();
    if for_self(fields) || (!given && raw(fields, "patient.who").is_empty()) {
        return Some(None);
    }
    errors
        .keep(choice(
            fields,
            "applicant.relation",
            Relation::parse,
            "เลือกความเกี่ยวข้องกับผู้ป่วย",
            "Choose how you are related to the patient",
        ))
        .map(Some)
}

/// Whether the applicant is the patient.
pub fn for_self(fields: &RawFields) -> bool {
    raw(fields, "patient.who") == "self"
}

/// Who it is for. The form asks "for whom"; the API gives the name.
pub fn patient(fields: &RawFields, errors: &mut FieldErrors) -> Option<Patient> {
    let whose = if for_self(fields) {
        "applicant.name"
    } else {
        "patient.name"
    };
    let name = if for_self(fields) && text::clean(raw(fields, whose)).is_empty() {
        // The contact page names that error.
        None
    } else {
        errors.keep(name(fields, whose, "ผู้ป่วย", "the patient"))
    };
    let health = errors.keep(choice(
        fields,
        "patient.condition",
        Health::parse,
        "เลือกอาการของผู้ป่วย",
        "Choose how the patient is",
    ));
    let national_id = match text::clean(raw(fields, "patient.national_id")) {
        typed if typed.is_empty() => Some(None),
        typed => errors
            .keep(NationalId::parse(&typed).map_err(|error| {
                FieldError::new("patient.national_id", error.code(), error.th(), error.en())
            }))
            .map(Some),
    };
    Some(Patient {
        name: name?,
        national_id: national_id?,
        health: health?,
    })
}

/// Somebody who need not be there; a phone alone is no person.
#[expect(
    clippy::option_option,
    reason = "the outer says whether it could be read, the inner whether it was given"
)]
fn other_person(
    fields: &RawFields,
    who: &str,
    th: &str,
    en: &str,
    errors: &mut FieldErrors,
) -> Option<Option<Person>> {
    let (name_field, phone_field) = (format!("{who}.name"), format!("{who}.phone"));
    let blank = |field: &str| text::clean(raw(fields, field)).is_empty();
    if blank(&name_field) && blank(&phone_field) {
        return Some(None);
    }
    let person = errors.keep(name(fields, &name_field, th, en));
    let phone = if blank(&phone_field) {
        Some(None)
    } else {
        errors.keep(contact::phone(fields, &phone_field)).map(Some)
    };
    Some(Some(Person {
        name: person?,
        phone: phone?,
    }))
}

/// What is asked for: `items.N.type` and `items.N.quantity`; a quantity of nothing or 0 asks for none.
pub fn items(fields: &RawFields, terms: Terms<'_>, errors: &mut FieldErrors) -> Option<Vec<Item>> {
    let mut wanted: BTreeMap<&str, (u32, String)> = BTreeMap::new();
    let mut order = Vec::new();
    let before = errors.iter().count();
    for n in indices(fields) {
        let field = format!("items.{n}.quantity");
        let Some(quantity) = errors.keep(quantity(fields, &field)) else {
            continue;
        };
        if quantity == 0 {
            continue;
        }
        let kind_field = format!("items.{n}.type");
        match known_type(fields, &kind_field, terms) {
            Ok(kind) => {
                let (sum, _) = wanted.entry(&kind.id).or_insert((0, field));
                if *sum == 0 {
                    order.push(kind);
                }
                *sum += quantity;
            }
            Err(error) => errors.push(error),
        }
    }
    for kind in &order {
        if let Some((sum, field)) = wanted.get(kind.id.as_str())
            && !terms.by_staff
            && *sum > u32::from(kind.quota)
        {
            errors.push(over_quota(field, kind));
        }
    }
    let all: u32 = wanted.values().map(|(sum, _)| sum).sum();
    if all == 0 && errors.iter().count() == before {
        errors.push(FieldError::new(
            "items",
            "missing",
            "เลือกอุปกรณ์อย่างน้อยหนึ่งอย่าง",
            "Choose at least one thing",
        ));
    }
    let most = u32::from(terms.loans.most_items);
    if all > most {
        errors.push(FieldError::new(
            "items",
            "too_many",
            format!("ขอได้ครั้งละไม่เกิน {most} ชิ้น"),
            format!("At most {most} pieces can be asked for at a time"),
        ));
    }
    if errors.iter().count() > before {
        return None;
    }
    let items = order.into_iter().filter_map(|kind| {
        let (sum, _) = wanted.get(kind.id.as_str())?;
        Some(Item {
            kind: kind.id.clone(),
            quantity: u8::try_from(*sum).ok()?,
        })
    });
    Some(items.collect())
}

fn over_quota(field: &str, kind: &EquipmentType) -> FieldError {
    FieldError::new(
        field,
        "over_quota",
        format!("{} ยืมได้คนละไม่เกิน {}", kind.name.th, kind.quota),
        format!("{}: at most {} for one person", kind.name.en, kind.quota),
    )
}

/// The numbers of the items named, in order.
fn indices(fields: &RawFields) -> Vec<u32> {
    let mut numbers: Vec<u32> = fields
        .keys()
        .filter_map(|name| {
            let (number, rest) = name.strip_prefix("items.")?.split_once('.')?;
            matches!(rest, "type" | "quantity")
                .then(|| number.parse().ok())
                .flatten()
        })
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

fn quantity(fields: &RawFields, field: &str) -> Result<u32, FieldError> {
    let typed = text::ascii_digits(&text::clean(raw(fields, field)));
    if typed.is_empty() {
        return Ok(0);
    }
    typed.parse().ok().filter(|n| *n <= 99).ok_or_else(|| {
        FieldError::new(
            field,
            "number",
            "จำนวนเป็นตัวเลข 0 ถึง 99",
            "A quantity is a number from 0 to 99",
        )
    })
}

fn known_type<'a>(
    fields: &RawFields,
    field: &str,
    terms: Terms<'a>,
) -> Result<&'a EquipmentType, FieldError> {
    let id = raw(fields, field);
    let kind = terms.types.iter().find(|kind| kind.id == id);
    let kind = kind.ok_or_else(|| {
        let known: Vec<&str> = terms.types.iter().map(|kind| kind.id.as_str()).collect();
        let known = known.join(", ");
        let code = if id.is_empty() { "missing" } else { "unknown" };
        FieldError::new(
            field,
            code,
            format!("เลือกจากรายการ ({known})"),
            format!("Use one of: {known}"),
        )
    })?;
    if kind.may_be_lent() {
        Ok(kind)
    } else {
        Err(FieldError::new(
            field,
            "cannot_be_lent",
            format!("{} ยังไม่มีระเบียบให้ยืม โปรดโทรหาเจ้าหน้าที่", kind.name.th),
            format!(
                "{}: there is no rule yet by which it may be lent. Please call the office",
                kind.name.en
            ),
        ))
    }
}

/// From when until when, both inclusive.
pub fn period(
    fields: &RawFields,
    loans: &LoanSettings,
    now: Instant,
    errors: &mut FieldErrors,
) -> Option<(NaiveDate, NaiveDate)> {
    let from = day(fields, "from", errors);
    let until = day(fields, "until", errors);
    let (from, until) = (from?, until?);
    let today = time::local_date(now);
    let last = today + TimeDelta::days(i64::from(loans.ahead_days));
    let error = if from < today {
        Some((
            "from",
            "past",
            "วันที่เริ่มยืมผ่านไปแล้ว".to_owned(),
            "The first day has passed".to_owned(),
        ))
    } else if from > last {
        Some((
            "from",
            "beyond_horizon",
            format!("ขอล่วงหน้าได้ถึงวันที่ {}", thai_date::long_th(last)),
            format!("It can be asked for up to {}", thai_date::long_en(last)),
        ))
    } else if until < from {
        Some((
            "until",
            "before_start",
            "วันที่คืนอยู่ก่อนวันที่เริ่มยืม".to_owned(),
            "The last day is before the first".to_owned(),
        ))
    } else if (until - from).num_days() + 1 > i64::from(loans.period_days) {
        let most = loans.period_days;
        let longest = from + TimeDelta::days(i64::from(most) - 1);
        Some((
            "until",
            "too_long",
            format!(
                "ยืมได้ครั้งละไม่เกิน {most} วัน คือถึงวันที่ {} แล้วขอต่อเวลาได้",
                thai_date::long_th(longest)
            ),
            format!(
                "A loan is for up to {most} days, until {}; it can be renewed then",
                thai_date::long_en(longest)
            ),
        ))
    } else {
        None
    };
    if let Some((field, code, th, en)) = error {
        errors.push(FieldError::new(field, code, th, en));
        return None;
    }
    Some((from, until))
}

/// A date as one string (the API) or as day, month and year (the form).
fn day(fields: &RawFields, field: &str, errors: &mut FieldErrors) -> Option<NaiveDate> {
    contact::day(fields, field, errors)
}

#[expect(
    clippy::option_option,
    reason = "the outer says whether it could be read, the inner whether it was given"
)]
fn not_needed_after(fields: &RawFields, errors: &mut FieldErrors) -> Option<Option<NaiveDate>> {
    const FIELD: &str = "not_needed_after";
    let parts = ["", ".day", ".month", ".year"];
    if parts
        .iter()
        .all(|part| text::clean(raw(fields, &format!("{FIELD}{part}"))).is_empty())
    {
        return Some(None);
    }
    day(fields, FIELD, errors).map(Some)
}

/// How it gets home.
pub fn delivery(
    fields: &RawFields,
    loans: &LoanSettings,
    errors: &mut FieldErrors,
) -> Option<Delivery> {
    let way = errors.keep(choice(
        fields,
        "delivery",
        Delivery::parse,
        "เลือกวิธีรับอุปกรณ์",
        "Choose how you get the equipment",
    ))?;
    if way == Delivery::Delivery && !loans.delivers {
        errors.push(FieldError::new(
            "delivery",
            "not_offered",
            "ขณะนี้ไม่มีบริการนำส่ง โปรดเลือกมารับเอง",
            "Nothing is brought home at present; please choose to collect it",
        ));
        return None;
    }
    Some(way)
}

/// Where the patient lives.
pub fn place(fields: &RawFields, errors: &mut FieldErrors) -> Option<Place> {
    let community = long_text(fields, "patient.community", 100, errors);
    let tambon = long_text(fields, "patient.tambon", 100, errors);
    let address = long_text(fields, "patient.address", 300, errors);
    Some(Place {
        community: community?,
        tambon: tambon?,
        address: address?,
    })
}

fn long_text(
    fields: &RawFields,
    field: &str,
    most: usize,
    errors: &mut FieldErrors,
) -> Option<String> {
    let typed = text::clean(raw(fields, field));
    if typed.chars().count() <= most {
        return Some(typed);
    }
    errors.push(FieldError::new(
        field,
        "too_long",
        format!("ยาวเกิน {most} ตัวอักษร"),
        format!("This is longer than {most} characters"),
    ));
    None
}
