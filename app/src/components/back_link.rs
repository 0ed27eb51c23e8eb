//! The way back, as a link: for places `Document`'s own `back` does not reach.
use domain::form::Lang;
use leptos::prelude::*;

#[component]
pub fn BackLink(
    lang: Lang,
    #[prop(into)] href: String,
    /// Instead of `ย้อนกลับ`.
    #[prop(optional, into)]
    label: Option<String>,
) -> impl IntoView {
    let label = label.unwrap_or_else(|| lang.t("ย้อนกลับ", "Back").to_owned());
    view! { <a class="back" href=href>{label}</a> }
}
