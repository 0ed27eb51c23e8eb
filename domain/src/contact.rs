//! Who asks, the phone they are reached at, and whoever fills in for them: the same in every service's application.
use crate::form::{FieldError, FieldErrors, RawFields, Text, raw};
use crate::phone::Phone;
use crate::text::{self, NameError, PersonName};
use crate::thai_date;
use chrono::NaiveDate;

/// A grandchild, neighbour or volunteer who fills in for the family; either phone tracks the case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Helper {
    pub name: Option<PersonName>,
    pub phone: Phone,
}

/// Name, phone, e-mail address and helper.
pub type Contact = (PersonName, Phone, Option<String>, Option<Helper>);

/// Who you are, or whom you help, and the phone.
pub fn contact(fields: &RawFields, errors: &mut FieldErrors) -> Option<Contact> {
    let name = errors.keep(name(fields, "applicant.name", "ผู้ขอ", "the applicant"));
    let phone = errors.keep(phone(fields, "applicant.phone"));
    let email = errors.keep(email(fields));
    let helper = if raw(fields, "filling_for") == "other"
        || !text::clean(raw(fields, "helper.phone")).is_empty()
    {
        let helper_name = if text::clean(raw(fields, "helper.name")).is_empty() {
            Some(None)
        } else {
            errors
                .keep(self::name(fields, "helper.name", "ผู้ช่วยกรอก", "the helper"))
                .map(Some)
        };
        // Two phones stand on one page: the summary says whose.
        let helper_phone = errors.keep(self::phone(fields, "helper.phone").map_err(|mut error| {
            error.text = Text::new(
                format!("ผู้ช่วยกรอก: {}", error.text.th),
                format!("The helper: {}", error.text.en),
            );
            error
        }));
        Some(Helper {
            name: helper_name?,
            phone: helper_phone?,
        })
    } else {
        None
    };
    Some((name?, phone?, email?, helper))
}

pub(crate) fn name(
    fields: &RawFields,
    field: &str,
    whose_th: &str,
    whose_en: &str,
) -> Result<PersonName, FieldError> {
    PersonName::parse(raw(fields, field)).map_err(|error| match error {
        NameError::Empty => FieldError::new(
            field,
            "missing",
            format!("กรอกชื่อและนามสกุลของ{whose_th}"),
            format!("Enter the name of {whose_en}"),
        ),
        NameError::TooLong { max } => FieldError::new(
            field,
            "too_long",
            format!("ชื่อยาวเกิน {max} ตัวอักษร"),
            format!("The name is longer than {max} characters"),
        ),
        NameError::NoLetters => {
            FieldError::new(field, "no_letters", "ชื่อต้องมีตัวอักษร", "A name needs letters")
        }
    })
}

pub(crate) fn phone(fields: &RawFields, field: &str) -> Result<Phone, FieldError> {
    Phone::parse(raw(fields, field))
        .map_err(|error| FieldError::new(field, error.code(), error.th(), error.en()))
}

/// An address a letter can be sent to, roughly; the mail server has the last word.
fn email(fields: &RawFields) -> Result<Option<String>, FieldError> {
    let typed = text::clean(raw(fields, "applicant.email"));
    if typed.is_empty() {
        return Ok(None);
    }
    let plausible = typed.chars().count() <= 254
        && !typed.contains([' ', ',', ';', '<', '>', '"'])
        && typed.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty()
                && host.contains('.')
                && !host.contains('@')
                && !host.starts_with('.')
                && !host.ends_with('.')
        });
    if plausible {
        Ok(Some(typed))
    } else {
        Err(FieldError::new(
            "applicant.email",
            "email",
            "ตรวจอีเมลอีกครั้ง เช่น name@example.com หรือเว้นว่างไว้",
            "Check the e-mail address, such as name@example.com, or leave it empty",
        ))
    }
}

pub(crate) fn date(fields: &RawFields, field: &str) -> Result<NaiveDate, FieldError> {
    thai_date::parse(raw(fields, field)).map_err(|problems| match problems.into_iter().next() {
        Some(problem) => FieldError::new(field, problem.code, problem.th, problem.en),
        None => FieldError::new(field, "date", "เลือกวัน", "Choose a day"),
    })
}

pub(crate) fn choice<T>(
    fields: &RawFields,
    field: &str,
    parse: impl Fn(&str) -> Option<T>,
    th: &str,
    en: &str,
) -> Result<T, FieldError> {
    let typed = raw(fields, field);
    let code = if typed.is_empty() {
        "missing"
    } else {
        "unknown"
    };
    parse(typed).ok_or_else(|| FieldError::new(field, code, th, en))
}

/// A date as one string (the API) or as day, month and year (a form); each wrong part has its own error.
pub(crate) fn day(fields: &RawFields, field: &str, errors: &mut FieldErrors) -> Option<NaiveDate> {
    let whole = raw(fields, field);
    let parsed = if whole.is_empty() {
        let part = |name: &str| raw(fields, &format!("{field}.{name}")).to_owned();
        thai_date::parse_parts(&part("day"), &part("month"), &part("year"))
    } else {
        thai_date::parse(whole)
    };
    match parsed {
        Ok(date) => Some(date),
        Err(problems) => {
            for problem in problems {
                let name = match problem.part {
                    thai_date::DatePart::Day if whole.is_empty() => format!("{field}.day"),
                    thai_date::DatePart::Month if whole.is_empty() => format!("{field}.month"),
                    thai_date::DatePart::Year if whole.is_empty() => format!("{field}.year"),
                    _ => field.to_owned(),
                };
                errors.push(FieldError::new(name, problem.code, problem.th, problem.en));
            }
            None
        }
    }
}
