//! For whom it is: the applicant or somebody else, and how the patient is.
use crate::components::{Choice, FormView, Kind, Radios, TextField, Width};
use crate::pages::crematorium::{Look, relations};
use domain::equipment::Health;
use domain::equipment::application;
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use leptos::prelude::*;

pub(super) const FIELDS: [&str; 5] = [
    "patient.who",
    "patient.name",
    "patient.national_id",
    "patient.condition",
    "applicant.relation",
];

/// Who asks for themselves has no other name and no relation, whatever was typed there before.
pub(super) fn keep(mut typed: RawFields) -> RawFields {
    if raw(&typed, "patient.who") == "self" {
        for name in ["patient.name", "applicant.relation"] {
            typed.insert(name.to_owned(), String::new());
        }
    }
    typed
}

pub(super) fn check(fields: &RawFields, errors: &mut FieldErrors) {
    if !matches!(raw(fields, "patient.who"), "self" | "other") {
        errors.push(FieldError::new(
            "patient.who",
            "missing",
            "เลือกว่ายืมให้ใคร",
            "Choose for whom it is",
        ));
    }
    if raw(fields, "patient.who") == "other" {
        application::relation(fields, errors);
    }
    let mut found = FieldErrors::new();
    application::patient(fields, &mut found);
    // Without the first answer the name's error would only repeat it.
    let asked = !raw(fields, "patient.who").is_empty();
    for error in found {
        if asked || error.field != "patient.name" {
            errors.push(error);
        }
    }
}

pub(super) fn look(form: &FormView, lang: Lang) -> Look {
    let somebody = view! {
        <TextField form field="patient.name" label=lang.t("ชื่อและนามสกุลผู้ป่วย", "The patient's name") kind=Kind::Word/>
        <Radios form field="applicant.relation" legend=lang.t("ผู้ขอเป็นอะไรกับผู้ป่วย", "How is the applicant related to the patient?") options=relations(lang)/>
    };
    let who = vec![
        Choice::new("self", lang.t("ตัวผู้ขอเอง", "The applicant")),
        Choice::new(
            "other",
            lang.t("ผู้อื่น เช่น พ่อแม่ หรือญาติ", "Somebody else, such as a parent"),
        )
        .more(somebody),
    ];
    let health = Health::ALL
        .into_iter()
        .map(|health| Choice::new(health.code(), health.label().get(lang)))
        .collect();
    let fields = view! {
        <Radios form field="patient.who" legend=lang.t("ยืมให้ใคร", "For whom is it?") options=who/>
        <Radios form field="patient.condition" legend=lang.t("ผู้ป่วยเป็นอย่างไร", "How is the patient?") options=health/>
        <TextField
            form
            field="patient.national_id"
            label=lang.t("เลขประจำตัวประชาชนของผู้ป่วย", "The patient's ID number")
            hint=lang.t("13 หลัก ถ้าไม่สะดวก เว้นว่างได้", "13 digits. You may leave it empty.")
            kind=Kind::Digits
            width=Width::Long
            optional=true
        />
    };
    Look {
        title: lang.t("ผู้ป่วย", "The patient"),
        intro: None,
        heading_inside: false,
        fields: fields.into_any(),
    }
}
