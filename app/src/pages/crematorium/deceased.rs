//! Page 3: the name of the person who died, and an ID number or "not known".
use super::step::Look;
use crate::components::{Choice, FormView, Kind, Radios, TextField, Width};
use domain::form::{Lang, RawFields, raw};
use leptos::prelude::*;

pub(super) const FIELDS: [&str; 4] = [
    "deceased.name",
    "deceased.identity",
    "deceased.national_id",
    "deceased.passport",
];

/// Only the number of the kind that was chosen is kept; a number typed without a choice chooses.
pub(super) fn keep(mut typed: RawFields) -> RawFields {
    let given = |name: &str| !raw(&typed, name).trim().is_empty();
    let kind = match raw(&typed, "deceased.identity") {
        "" if given("deceased.national_id") => "national_id",
        "" if given("deceased.passport") => "passport",
        kind => kind,
    }
    .to_owned();
    for other in ["national_id", "passport"] {
        if other != kind {
            typed.insert(format!("deceased.{other}"), String::new());
        }
    }
    typed.insert("deceased.identity".to_owned(), kind);
    typed
}

pub(super) fn name(form: &FormView, lang: Lang) -> impl IntoView + use<> {
    view! {
        <TextField
            form
            field="deceased.name"
            label=lang.t("ชื่อและนามสกุล", "Name")
            hint=lang.t("พระภิกษุใส่เฉพาะชื่อได้", "A monk's name alone is enough.")
            kind=Kind::Word
        />
    }
}

pub(super) fn look(form: &FormView, lang: Lang) -> Look {
    let national_id = view! {
        <TextField form field="deceased.national_id" label=lang.t("เลขประจำตัวประชาชน 13 หลัก", "ID number, 13 digits") kind=Kind::Digits width=Width::Long/>
    };
    let passport = view! {
        <TextField form field="deceased.passport" label=lang.t("เลขหนังสือเดินทาง", "Passport number") kind=Kind::Word width=Width::Long/>
    };
    let options = vec![
        Choice::new("national_id", lang.t("เลขประจำตัวประชาชน", "Thai ID number")).more(national_id),
        Choice::new("passport", lang.t("หนังสือเดินทาง", "Passport")).more(passport),
        Choice::new("not_known", lang.t("ไม่ทราบหรือไม่มี", "Not known, or none")),
    ];
    let fields = view! {
        {name(form, lang)}
        <Radios form field="deceased.identity" legend=lang.t("เลขประจำตัว", "ID number") options/>
    };
    Look {
        title: lang.t("ผู้เสียชีวิตคือใคร", "Who is the person who died?"),
        intro: None,
        heading_inside: false,
        fields: fields.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_was_not_chosen_is_not_kept() {
        let typed = |kind: &str| -> RawFields {
            [
                ("deceased.identity", kind),
                ("deceased.national_id", "1"),
                ("deceased.passport", "AA"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
        };
        for (kind, kept, national_id, passport) in [
            ("passport", "passport", "", "AA"),
            ("not_known", "not_known", "", ""),
            ("", "national_id", "1", ""),
        ] {
            let fields = keep(typed(kind));
            let found = [
                "deceased.identity",
                "deceased.national_id",
                "deceased.passport",
            ]
            .map(|name| raw(&fields, name));
            assert_eq!(found, [kept, national_id, passport], "{kind}");
        }
    }
}
