//! The form of a returned request: all defects at once, and every answer to correct them in.
use super::view::certificate_fields;
use super::{Facts, carried};
use crate::components::{Button, Choice, DateField, FormView, Kind, Radios, TextField, Width};
use crate::http::Visit;
use crate::pages::crematorium::{relations, residences};
use desk::request::TrackView;
use domain::form::{RawFields, raw};
use leptos::prelude::*;

pub(super) const FIELDS: [&str; 13] = [
    "applicant.name",
    "applicant.phone",
    "applicant.relation",
    "deceased.name",
    "deceased.identity",
    "deceased.national_id",
    "deceased.passport",
    "deceased.date_of_death.day",
    "deceased.date_of_death.month",
    "deceased.date_of_death.year",
    "deceased.residence",
    "deceased.certificate",
    "deceased.certificate_number",
];

/// Numbers that are not shown again: left empty, they stay.
const UNSHOWN: [&str; 2] = ["deceased.national_id", "deceased.passport"];

/// What was typed, without what is to stay as it is.
pub(super) fn changes(typed: &RawFields) -> RawFields {
    typed
        .iter()
        .filter(|(name, value)| {
            let stays = value.trim().is_empty()
                && (UNSHOWN.contains(&name.as_str()) || name.starts_with("deceased.certificate"));
            !stays
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

pub(super) fn form(visit: &Visit, form: &FormView, facts: &Facts, found: &TrackView) -> AnyView {
    let lang = visit.lang;
    let defects = found.returned.iter().flat_map(|returned| &returned.defects);
    let defects = defects
        .map(|defect| view! { <li>{defect.clone()}</li> })
        .collect_view();
    let keep = lang.t(
        "เว้นว่างไว้ถ้าไม่เปลี่ยน",
        "Leave it empty to keep what was given.",
    );
    let unseen = without_numbers(form, found);
    let form = &unseen;
    let national_id = view! {
        <TextField form field="deceased.national_id" label=lang.t("เลขประจำตัวประชาชน 13 หลัก", "ID number, 13 digits") hint=keep kind=Kind::Digits width=Width::Long/>
    };
    let passport = view! { <TextField form field="deceased.passport" label=lang.t("เลขหนังสือเดินทาง", "Passport number") hint=keep kind=Kind::Word width=Width::Long/> };
    let identities = vec![
        Choice::new("national_id", lang.t("เลขประจำตัวประชาชน", "Thai ID number")).more(national_id),
        Choice::new("passport", lang.t("หนังสือเดินทาง", "Passport")).more(passport),
        Choice::new("not_known", lang.t("ไม่ทราบหรือไม่มี", "Not known, or none")),
    ];
    view! {
        <h2 id="defects">{lang.t("รายการที่ต้องแก้ไข", "What to correct")}</h2>
        <ul>{defects}</ul>
        <form method="post" action=facts.action(visit, "correct") novalidate>
            {carried(facts, found)}
            <TextField form field="applicant.name" label=lang.t("ชื่อและนามสกุลผู้ขอ", "The applicant's name") kind=Kind::OwnName/>
            <TextField form field="applicant.phone" label=lang.t("เบอร์โทรผู้ขอ", "The applicant's phone") kind=Kind::OwnPhone width=Width::Long/>
            <Radios form field="applicant.relation" legend=lang.t("ผู้ขอเกี่ยวข้องกับผู้เสียชีวิตอย่างไร", "How is the applicant related to the person who died?") options=relations(lang)/>
            <TextField form field="deceased.name" label=lang.t("ชื่อและนามสกุลผู้เสียชีวิต", "The name of the person who died") kind=Kind::Word/>
            <Radios form field="deceased.identity" legend=lang.t("เลขประจำตัวผู้เสียชีวิต", "ID number of the person who died") options=identities/>
            <DateField form field="deceased.date_of_death" legend=lang.t("วันที่เสียชีวิต", "Date of death")/>
            <Radios form field="deceased.residence" legend=lang.t("ผู้เสียชีวิตเคยมีชื่อในทะเบียนบ้านในเขตเทศบาลหรือไม่", "Was the person who died ever registered in the city?") options=residences(lang)/>
            {certificate_fields(lang, form)}
            <div class="actions"><Button label=lang.t("ส่งคำขอที่แก้ไขแล้ว", "Send the corrected request")/></div>
        </form>
    }
    .into_any()
}

/// The form without the numbers the request holds: number and four digits of a phone are not enough to read an ID.
fn without_numbers(form: &FormView, found: &TrackView) -> FormView {
    let mut fields: RawFields = FIELDS
        .iter()
        .map(|name| ((*name).to_owned(), form.value(name)))
        .collect();
    for name in UNSHOWN {
        if form.value(name) == raw(&found.fields, name) {
            fields.remove(name);
        }
    }
    FormView::new(form.lang(), fields, form.errors().clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_left_empty_stays_and_a_name_left_empty_is_an_error() {
        let typed: RawFields = [
            ("applicant.name", ""),
            ("deceased.national_id", " "),
            ("deceased.certificate_number", ""),
            ("deceased.passport", "AA1"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let changes = changes(&typed);
        assert_eq!(
            changes.keys().map(String::as_str).collect::<Vec<_>>(),
            ["applicant.name", "deceased.passport"]
        );
    }
}
