//! How it gets home, and where that is.
use crate::components::{Choice, FormView, Radios, SelectField, TextArea, TextField, Width};
use crate::pages::crematorium::Look;
use domain::crematorium::Rules;
use domain::equipment::Delivery;
use domain::form::{FieldError, FieldErrors, Lang, RawFields, raw};
use leptos::prelude::*;

pub(super) const FIELDS: [&str; 5] = [
    "delivery",
    "patient.address",
    "patient.community",
    "patient.tambon",
    "note",
];

/// What is brought home needs to know where that is.
pub(super) fn check(fields: &RawFields, errors: &mut FieldErrors) {
    let delivered = raw(fields, "delivery") == Delivery::Delivery.code();
    if delivered && raw(fields, "patient.address").trim().is_empty() {
        errors.push(FieldError::new(
            "patient.address",
            "missing",
            "กรอกที่อยู่ที่จะให้นำไปส่ง",
            "Enter where it is to be brought",
        ));
    }
}

pub(super) fn look(form: &FormView, lang: Lang, rules: &Rules) -> Look {
    let loans = &rules.municipality.loans;
    let ways = Delivery::ALL
        .into_iter()
        .filter(|way| loans.delivers || *way == Delivery::Pickup)
        .map(|way| Choice::new(way.code(), way.label().get(lang)))
        .collect();
    let pick = |field: &'static str, label: &'static str, known: &[String]| -> AnyView {
        if known.is_empty() {
            return view! { <TextField form field label optional=true/> }.into_any();
        }
        let mut options = vec![(String::new(), lang.t("ไม่ระบุ", "Not said").to_owned())];
        options.extend(known.iter().map(|name| (name.clone(), name.clone())));
        view! { <SelectField form field label options width=Width::Long optional=true/> }.into_any()
    };
    let community = pick(
        "patient.community",
        lang.t("ชุมชน", "Community"),
        &loans.communities,
    );
    let tambon = pick(
        "patient.tambon",
        lang.t("ตำบล", "Sub-district"),
        &loans.tambons,
    );
    let fields = view! {
        <Radios form field="delivery" legend=lang.t("รับอุปกรณ์อย่างไร", "How will you get it?") options=ways/>
        <TextArea form field="patient.address" label=lang.t("บ้านที่จะใช้ (บ้านเลขที่ ถนน ซอย)", "The home it is for (number, road, lane)") rows=2 optional=true/>
        {community}
        {tambon}
        <TextArea form field="note" label=lang.t("มีอะไรอยากบอกเจ้าหน้าที่", "Anything the office should know?") rows=2 optional=true/>
    };
    Look {
        title: lang.t("รับที่ไหน", "Where is it for?"),
        intro: None,
        heading_inside: false,
        fields: fields.into_any(),
    }
}
