//! Page 2: how the applicant is related to the person who died.
use super::step::Look;
use crate::components::{Choice, FormView, Radios};
use domain::crematorium::application::Relation;
use domain::form::Lang;
use leptos::prelude::*;

pub(super) const FIELDS: [&str; 1] = ["applicant.relation"];

pub(in crate::pages) fn choices(lang: Lang) -> Vec<Choice> {
    Relation::ALL
        .into_iter()
        .map(|relation| Choice::new(relation.code(), relation.label().get(lang)))
        .collect()
}

pub(super) fn look(form: &FormView, lang: Lang) -> Look {
    let title = lang.t(
        "ผู้ขอเกี่ยวข้องกับผู้เสียชีวิตอย่างไร",
        "How is the applicant related to the person who died?",
    );
    let options = choices(lang);
    let fields =
        view! { <Radios form field="applicant.relation" legend=title options heading=true/> };
    Look {
        title,
        intro: None,
        heading_inside: true,
        fields: fields.into_any(),
    }
}
