//! What an officer types in a hurry, and what is understood by it: the form keeps the one, the desk gets the other.
use chrono::{Days, NaiveDate};
use domain::crematorium::{AshWish, CremationWish, Wish};
use domain::form::{FieldError, FieldErrors, RawFields, raw};
use domain::text;
use domain::thai_date;
use domain::time::TimeOfDay;

/// One field for whatever number identifies the person who died; the API has one for each kind.
pub(super) const NUMBER: &str = "deceased.national_id";

/// The choice that declines an ash slot; an empty one takes the first that is free, as a family's tap does.
pub(super) const NO_ASH: &str = "none";

/// Dates that are typed in one field.
const DATES: [&str; 4] = [
    "deceased.date_of_death",
    "cremation.date",
    "pavilion.from",
    "ash.date",
];

/// The fields as the application reads them.
pub(super) fn understood(typed: &RawFields, today: NaiveDate) -> RawFields {
    let mut fields = typed.clone();
    if !raw(typed, "helper.name").trim().is_empty() {
        fields.insert("filling_for".to_owned(), "other".to_owned());
    }
    // A form that names the kind itself is read as it is.
    if !typed.contains_key("deceased.identity") {
        identity(&mut fields);
    }
    for field in DATES {
        if let Some(date) = date(typed, field, today) {
            fields.insert(field.to_owned(), date.to_string());
        }
    }
    first_night(&mut fields);
    fields
}

/// The day that is understood by a field, for the echo beside it.
pub(super) fn date(typed: &RawFields, field: &str, today: NaiveDate) -> Option<NaiveDate> {
    thai_date::parse_near(raw(typed, field), today).ok()
}

/// Nothing is "not known"; a number with a letter is a passport.
fn identity(fields: &mut RawFields) {
    let number = text::clean(raw(fields, NUMBER));
    let kind = if number.is_empty() {
        "not_known"
    } else if number.chars().any(char::is_alphabetic) {
        fields.remove(NUMBER);
        fields.insert("deceased.passport".to_owned(), number);
        "passport"
    } else {
        "national_id"
    };
    fields.insert("deceased.identity".to_owned(), kind.to_owned());
}

/// Nights without a first one end on the day of the cremation, as they usually do.
fn first_night(fields: &mut RawFields) {
    let nights = text::ascii_digits(&text::clean(raw(fields, "pavilion.nights")));
    let used =
        !raw(fields, "pavilion.id").is_empty() && raw(fields, "pavilion.from").trim().is_empty();
    let day: Option<NaiveDate> = raw(fields, "cremation.date").parse().ok();
    if let (true, Some(day), Ok(nights)) = (used, day, nights.parse())
        && let Some(from) = day.checked_sub_days(Days::new(nights))
    {
        fields.insert("pavilion.from".to_owned(), from.to_string());
    }
}

/// The ash slot that comes with a cremation: what was chosen as far as anything was, else the first that is free from
/// the next morning on. What is chosen whole stands as it is, free or not: the desk answers that.
pub(super) fn ash(
    fields: &mut RawFields,
    cremation: &CremationWish,
    free: &[AshWish],
) -> Result<(), FieldError> {
    let date = text::clean(raw(fields, "ash.date"));
    let start = text::clean(raw(fields, "ash.time"));
    if start == NO_ASH || (!date.is_empty() && !start.is_empty()) {
        if start == NO_ASH {
            put_ash(fields, None);
        }
        return Ok(());
    }
    let day: Option<NaiveDate> = match date.as_str() {
        "" => None,
        typed => Some(typed.parse().map_err(|_| unread("ash.date"))?),
    };
    let time = match start.as_str() {
        "" => None,
        typed => Some(TimeOfDay::parse(typed).map_err(|_| unread("ash.time"))?),
    };
    let found = free.iter().copied().find(|ash| {
        day.map_or(ash.date > cremation.date, |day| ash.date == day)
            && time.is_none_or(|time| ash.start == time)
    });
    if found.is_none() && (day.is_some() || time.is_some()) {
        let field = if day.is_some() {
            "ash.date"
        } else {
            "ash.time"
        };
        return Err(FieldError::new(
            field,
            "slot_taken",
            "ไม่มีช่วงเก็บอัฐิที่ว่างตามที่เลือก",
            "No time to collect the ashes is free as chosen",
        ));
    }
    put_ash(fields, found);
    Ok(())
}

fn put_ash(fields: &mut RawFields, ash: Option<AshWish>) {
    let (date, start) = ash.map_or_else(Default::default, |ash| {
        (ash.date.to_string(), ash.start.to_string())
    });
    fields.insert("ash.date".to_owned(), date);
    fields.insert("ash.time".to_owned(), start);
}

fn unread(field: &str) -> FieldError {
    FieldError::new(
        field,
        "format",
        "อ่านวันหรือเวลาเก็บอัฐิไม่ออก เช่น 26/11 และ 07.00",
        "The day or time of collecting the ashes is not understood, such as 26/11 and 07:00",
    )
}

/// Errors at the fields that this form has.
pub(super) fn at_the_fields(errors: FieldErrors) -> FieldErrors {
    let mut placed = FieldErrors::new();
    for mut error in errors {
        error.field = match error.field.as_str() {
            "deceased.passport" | "deceased.identity" => NUMBER.to_owned(),
            // "Neither a cremation nor a pavilion" belongs to no one field: the first of them takes it.
            "cremation" => "cremation.date".to_owned(),
            "ash" => "ash.date".to_owned(),
            other => other.to_owned(),
        };
        if placed.of(&error.field).is_none() {
            placed.push(error);
        }
    }
    placed
}

/// An alternative as one value: its fields, separated by spaces.
pub(super) fn alternative_value(wish: &Wish) -> String {
    let fields = desk::request::wish_fields(wish);
    fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The other way round; what is no alternative of ours changes nothing.
pub(super) fn take_alternative(typed: &mut RawFields, chosen: &str) {
    let known = desk::request::wish_fields(&Wish::default());
    let pairs: Vec<_> = chosen
        .split(' ')
        .filter_map(|pair| pair.split_once('='))
        .collect();
    let whole =
        pairs.len() == known.len() && pairs.iter().all(|(name, _)| known.contains_key(*name));
    if whole {
        typed.extend(
            pairs
                .into_iter()
                // The places are other ones; the coffin is as it was told.
                .filter(|(name, _)| *name != "coffin_size")
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        if raw(typed, "ash.time").is_empty() {
            typed.insert("ash.time".to_owned(), NO_ASH.to_owned());
        }
    }
}

/// A number that identifies somebody who has a live request already.
pub(super) fn has_case() -> FieldErrors {
    FieldErrors::one(FieldError::new(
        NUMBER,
        "deceased_has_case",
        "ผู้เสียชีวิตคนนี้มีคำขอที่ยังดำเนินการอยู่แล้ว โปรดค้นหาด้วยชื่อก่อน",
        "This person already has a live request. Search by name first.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::crematorium::{CremationWish, PavilionWish};

    fn typed(pairs: &[(&str, &str)]) -> RawFields {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn read(pairs: &[(&str, &str)]) -> RawFields {
        understood(&typed(pairs), "2026-11-23".parse().unwrap())
    }

    fn wish() -> Wish {
        Wish {
            cremation: Some(CremationWish {
                date: "2026-11-26".parse().unwrap(),
                round: "13:00".parse().unwrap(),
            }),
            pavilion: Some(PavilionWish {
                id: "sala-1".to_owned(),
                from: "2026-11-24".parse().unwrap(),
                nights: 2,
            }),
            ..Wish::default()
        }
    }

    #[test]
    fn one_field_takes_an_id_a_passport_or_nothing() {
        for (number, kind, id, passport) in [
            ("1-2345-67890-12-1", "national_id", "1-2345-67890-12-1", ""),
            ("๑๒๓", "national_id", "๑๒๓", ""),
            ("AA123456", "passport", "", "AA123456"),
            (" ", "not_known", " ", ""),
        ] {
            let fields = read(&[(NUMBER, number)]);
            let values =
                ["deceased.identity", NUMBER, "deceased.passport"].map(|name| raw(&fields, name));
            assert_eq!(values, [kind, id, passport], "{number}");
        }
        let named = read(&[
            ("deceased.identity", "passport"),
            ("deceased.passport", "AA1"),
        ]);
        assert_eq!(
            raw(&named, "deceased.identity"),
            "passport",
            "a kind that is named stays"
        );
    }

    #[test]
    fn dates_are_understood_and_nights_end_at_the_cremation() {
        let fields = read(&[
            ("deceased.date_of_death", "เมื่อวาน"),
            ("cremation.date", "251169"),
            ("pavilion.id", "sala-1"),
            ("pavilion.nights", "๒"),
        ]);
        assert_eq!(raw(&fields, "deceased.date_of_death"), "2026-11-22");
        assert_eq!(raw(&fields, "cremation.date"), "2026-11-25");
        assert_eq!(raw(&fields, "pavilion.from"), "2026-11-23");
        let fields = read(&[("cremation.date", "someday"), ("pavilion.from", "24/11")]);
        assert_eq!(
            raw(&fields, "cremation.date"),
            "someday",
            "what cannot be read stays for the error"
        );
        assert_eq!(raw(&fields, "pavilion.from"), "2026-11-24");
    }

    #[test]
    fn every_error_stands_once_at_a_field_of_the_form() {
        let mut errors = FieldErrors::new();
        for field in [
            "deceased.passport",
            "deceased.identity",
            "cremation",
            "cremation.date",
        ] {
            errors.push(FieldError::new(field, "x", "ก", "A"));
        }
        let fields: Vec<_> = at_the_fields(errors)
            .iter()
            .map(|error| error.field.clone())
            .collect();
        assert_eq!(fields, [NUMBER, "cremation.date"]);
    }

    #[test]
    fn an_alternative_that_is_chosen_replaces_the_places_and_nothing_else() {
        let mut fields = typed(&[
            ("applicant.name", "สมหญิง"),
            ("cremation.date", "2026-11-25"),
        ]);
        let with_ash = Wish {
            ash: Some(AshWish {
                date: "2026-11-27".parse().unwrap(),
                start: "07:00".parse().unwrap(),
            }),
            ..wish()
        };
        take_alternative(&mut fields, &alternative_value(&with_ash));
        assert_eq!(raw(&fields, "applicant.name"), "สมหญิง");
        for (name, value) in desk::request::wish_fields(&with_ash) {
            assert_eq!(raw(&fields, &name), value, "{name}");
        }
        let without = Wish {
            pavilion: None,
            ..wish()
        };
        take_alternative(&mut fields, &alternative_value(&without));
        assert_eq!(raw(&fields, "pavilion.id"), "");
    }

    #[test]
    fn the_first_free_ash_slot_comes_by_itself_and_any_part_of_another_may_be_chosen() {
        let slot = |date: &str, start: &str| AshWish {
            date: date.parse().unwrap(),
            start: start.parse().unwrap(),
        };
        let free = [
            slot("2026-11-26", "16:00"),
            slot("2026-11-27", "08:00"),
            slot("2026-11-28", "07:00"),
            slot("2026-11-28", "08:00"),
        ];
        let cremation = wish().cremation.unwrap();
        for (date, start, expected) in [
            ("", "", Ok(("2026-11-27", "08:00"))),
            ("", "07:00", Ok(("2026-11-28", "07:00"))),
            ("2026-11-28", "", Ok(("2026-11-28", "07:00"))),
            ("2026-11-26", "", Ok(("2026-11-26", "16:00"))),
            // Chosen whole: the desk says what is wrong with it.
            ("2026-11-27", "07:00", Ok(("2026-11-27", "07:00"))),
            ("", NO_ASH, Ok(("", ""))),
            ("2026-11-28", NO_ASH, Ok(("", ""))),
            ("2026-11-29", "", Err("ash.date")),
            ("", "09:00", Err("ash.time")),
            ("someday", "", Err("ash.date")),
        ] {
            let mut fields = typed(&[("ash.date", date), ("ash.time", start)]);
            let chosen = ash(&mut fields, &cremation, &free);
            let chosen = match &chosen {
                Ok(()) => Ok((raw(&fields, "ash.date"), raw(&fields, "ash.time"))),
                Err(error) => Err(error.field.as_str()),
            };
            assert_eq!(chosen, expected, "{date} {start}");
        }
        let mut fields = RawFields::new();
        assert!(ash(&mut fields, &cremation, &[]).is_ok());
        assert_eq!(
            raw(&fields, "ash.date"),
            "",
            "a full table keeps nobody from booking"
        );
    }

    #[test]
    fn an_alternative_without_ashes_does_not_bring_them_back() {
        let mut fields = RawFields::new();
        take_alternative(&mut fields, &alternative_value(&wish()));
        assert_eq!(raw(&fields, "ash.time"), NO_ASH);
    }

    #[test]
    fn a_forged_alternative_changes_nothing() {
        for forged in ["2026-11-26 13:00", "applicant.name=x", ""] {
            let mut fields = RawFields::new();
            take_alternative(&mut fields, forged);
            assert!(fields.is_empty(), "{forged}");
        }
    }
}
