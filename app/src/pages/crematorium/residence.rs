//! Page 5: whether the person who died was ever registered in the city.
use super::{death, step::Look};
use crate::components::{Choice, FormView, Radios};
use domain::crematorium::Residence;
use domain::form::{Lang, RawFields};
use domain::time::Instant;
use leptos::prelude::*;

pub(super) const FIELDS: [&str; 1] = ["deceased.residence"];

pub(in crate::pages) fn choices(lang: Lang) -> Vec<Choice> {
    Residence::ALL
        .into_iter()
        .map(|residence| Choice::new(residence.code(), residence.label().get(lang)))
        .collect()
}

pub(super) fn look(form: &FormView, draft: &RawFields, lang: Lang, now: Instant) -> Look {
    let title = lang.t(
        "ผู้เสียชีวิตเคยมีชื่อในทะเบียนบ้านในเขตเทศบาลหรือไม่",
        "Was the person who died ever registered in the city?",
    );
    let hint = lang.t(
        "ใช้คิดค่าธรรมเนียม เจ้าหน้าที่ตรวจสอบเอง ไม่ต้องแนบเอกสาร",
        "It decides the fee. An officer checks it; nothing needs to be attached.",
    );
    // The date of the page before, in words: a slip of the year shows here.
    let died = death::understood(draft, lang, now).map(
        |date| view! { <p class="understood">{lang.t("วันที่เสียชีวิต: ", "Date of death: ")}{date}</p> },
    );
    let options = choices(lang);
    let fields = view! {
        {died}
        <Radios form field="deceased.residence" legend=title hint options heading=true/>
    };
    Look {
        title,
        intro: None,
        heading_inside: true,
        fields: fields.into_any(),
    }
}
