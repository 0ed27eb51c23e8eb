//! Page 4: the date of death.
use super::step::Look;
use crate::components::{DateField, FormView};
use crate::words;
use domain::crematorium::application;
use domain::form::{FieldErrors, Lang, RawFields};
use domain::time::Instant;
use leptos::prelude::*;

pub(super) const FIELDS: [&str; 3] = [
    "deceased.date_of_death.day",
    "deceased.date_of_death.month",
    "deceased.date_of_death.year",
];

/// The date in words, as it was understood.
pub(super) fn understood(fields: &RawFields, lang: Lang, now: Instant) -> Option<String> {
    application::date_of_death(fields, now, &mut FieldErrors::new())
        .map(|date| words::day(lang, date))
}

pub(super) fn look(form: &FormView, lang: Lang) -> Look {
    let title = lang.t("เสียชีวิตเมื่อวันใด", "What was the date of death?");
    let fields =
        view! { <DateField form field="deceased.date_of_death" legend=title heading=true/> };
    Look {
        title,
        intro: None,
        heading_inside: true,
        fields: fields.into_any(),
    }
}
