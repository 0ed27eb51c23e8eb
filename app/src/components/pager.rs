//! Through a long list, by keys rather than page numbers.
use domain::form::Lang;
use leptos::prelude::*;

/// Nothing when the list fits on one page.
#[component]
pub fn Pager(lang: Lang, newer: Option<String>, older: Option<String>) -> impl IntoView {
    (newer.is_some() || older.is_some()).then(|| {
        view! {
            <nav class="pager" aria-label=lang.t("หน้าของรายการ", "Pages of the list")>
                {newer.map(|href| view! { <a href=href rel="prev">"← "{lang.t("ใหม่กว่า", "Newer")}</a> })}
                {older.map(|href| view! { <a class="older" href=href rel="next">{lang.t("เก่ากว่า", "Older")}" →"</a> })}
            </nav>
        }
    })
}
