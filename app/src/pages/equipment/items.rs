//! What is asked for: each type with how many, what suits the patient first.
use super::catalogue::{Served, home_needs};
use crate::components::{FormView, SelectField, Width};
use crate::pages::crematorium::Look;
use domain::crematorium::Rules;
use domain::equipment::Health;
use domain::form::{Lang, RawFields, raw};
use leptos::prelude::*;

/// `items.N.type` and `items.N.quantity`, N being the type's place in the settings.
pub(super) fn fields(rules: &Rules) -> Vec<String> {
    (0..rules.municipality.equipment.len())
        .flat_map(|n| [format!("items.{n}.type"), format!("items.{n}.quantity")])
        .collect()
}

pub(super) fn look(form: &FormView, kept: &RawFields, lang: Lang, served: &Served) -> Look {
    let health = Health::parse(raw(kept, "patient.condition"));
    let suits = |suits: &[Health]| health.is_some_and(|health| suits.contains(&health));
    let mut rows: Vec<_> = served
        .0
        .iter()
        .enumerate()
        .filter(|(_, row)| row.kind.may_be_lent())
        .collect();
    // What suits first; otherwise the order of the settings.
    rows.sort_by_key(|(_, row)| !suits(&row.kind.suits));
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(n, row)| {
            let kind = &row.kind;
            let name = kind.name.get(lang).to_owned();
            let quantity = format!("items.{n}.quantity");
            let options = (0..=kind.quota)
                .map(|n| {
                    let words = if n == 0 {
                        lang.t("ไม่ยืม", "None").to_owned()
                    } else {
                        n.to_string()
                    };
                    (n.to_string(), words)
                })
                .collect();
            let hint = [
                suits(&kind.suits)
                    .then(|| lang.t("เหมาะกับผู้ป่วยรายนี้", "Suits this patient").to_owned()),
                served.words(lang, &kind.id),
                kind.description
                    .as_ref()
                    .map(|text| text.get(lang).to_owned()),
                home_needs(lang, kind),
            ];
            let hint = hint.into_iter().flatten().collect::<Vec<_>>().join(" · ");
            view! {
                <input r#type="hidden" name=format!("items.{n}.type") value=kind.id.clone()/>
                <SelectField form field=quantity label=name options hint width=Width::Short/>
            }
        })
        .collect();
    let intro = lang.t(
        "ถ้าไม่ว่าง ขอเข้าคิวได้ จะบอกลำดับและสัปดาห์ที่น่าจะได้",
        "If none is free you join the queue; we tell you your place and the week expected.",
    );
    let error = form.error("items").map(|error| {
        view! { <p class="error" id="items">{error}</p> }
    });
    let fields = view! {
        {error}
        {rows}
    };
    Look {
        title: lang.t("ต้องการยืมอะไร", "What do you need?"),
        intro: Some(intro.to_owned()),
        heading_inside: false,
        fields: fields.into_any(),
    }
}
