//! A date somebody knows: day, month and year, each typed.
use super::field::{Width, error_of, hint_of};
use super::form::{FormView, described_by, id_of, optional_mark};
use leptos::prelude::*;

/// Three inputs `{field}.day`, `.month`, `.year`. An error may be about the date (`field`) or about
/// one of the three; the summary's link leads to the group or to that input.
#[component]
pub fn DateField(
    #[prop(into)] form: FormView,
    #[prop(into)] field: String,
    #[prop(into)] legend: String,
    /// Instead of the usual example.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Marks the answer as optional.
    #[prop(optional)]
    optional: bool,
    /// Makes the legend the page's heading.
    #[prop(optional)]
    heading: bool,
) -> impl IntoView {
    let lang = form.lang();
    let id = id_of(&field);
    let whole = form.error(&field);
    let parts = [
        ("day", lang.t("วันที่", "Day"), Width::Short, Some("numeric")),
        // Names of months are accepted: all letters on the keyboard.
        ("month", lang.t("เดือน", "Month"), Width::Medium, None),
        (
            "year",
            lang.t("ปี พ.ศ.", "Year"),
            Width::Short,
            Some("numeric"),
        ),
    ];
    let errors: Vec<_> = parts
        .iter()
        .filter_map(|(part, ..)| form.error(&format!("{field}.{part}")))
        .collect();
    let wrong = whole.is_some() || !errors.is_empty();
    // Without an error of its own, the group is described by its parts' errors.
    let shown = whole.clone().or_else(|| wrong.then(|| errors.join(" ")));
    let inputs = parts.map(|(part, label, width, inputmode)| {
        let name = format!("{field}.{part}");
        let part_id = id_of(&name);
        let invalid = whole.is_some() || form.error(&name).is_some();
        let value = form.value(&name);
        view! {
            <div class="part">
                <label for=part_id.clone()>{label}</label>
                <input class=width.class() id=part_id name=name r#type="text" inputmode=inputmode autocomplete="off"
                    spellcheck="false" aria-invalid=invalid.then_some("true") value=value/>
            </div>
        }
    });
    let hint = hint.unwrap_or_else(|| {
        lang.t(
            "ตัวอย่าง 20 พฤศจิกายน 2569 หรือ 20 11 2569",
            "For example 20 November 2026 or 20 11 2569",
        )
        .to_owned()
    });
    let described = described_by(&id, true, wrong);
    let class = if wrong { "field wrong" } else { "field" };
    let optional = optional.then(|| view! { <span class="optional">{optional_mark(lang)}</span> });
    let legend = if heading {
        view! { <h1>{legend}{optional}</h1> }.into_any()
    } else {
        view! { {legend}{optional} }.into_any()
    };
    view! {
        <fieldset class=class id=id.clone() tabindex="-1" aria-describedby=described>
            <legend>{legend}</legend>
            {hint_of(&id, Some(hint))}
            {error_of(lang, &id, shown)}
            <div class="date">{inputs.collect_view()}</div>
        </fieldset>
    }
}
