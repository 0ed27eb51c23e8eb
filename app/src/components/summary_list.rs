//! Answers given, each with a link that changes it.
use domain::form::Lang;
use leptos::prelude::*;

/// One answer: its name, its value, where it is changed.
#[derive(Debug)]
pub struct SummaryRow {
    key: String,
    value: AnyView,
    change: Option<String>,
}

impl SummaryRow {
    /// Line breaks in the value are kept.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        let value: String = value.into();
        Self::view(key, value)
    }

    /// A value that is more than text.
    pub fn view(key: impl Into<String>, value: impl IntoAny) -> Self {
        Self {
            key: key.into(),
            value: value.into_any(),
            change: None,
        }
    }

    #[must_use]
    pub fn change(mut self, href: impl Into<String>) -> Self {
        self.change = Some(href.into());
        self
    }
}

#[component]
pub fn SummaryList(lang: Lang, rows: Vec<SummaryRow>) -> impl IntoView {
    let rows = rows.into_iter().map(|row| {
        let change = row.change.map(|href| {
            let what = format!(" {}", row.key);
            view! { <dd class="change"><a href=href>{lang.t("เปลี่ยน", "Change")}<span class="unseen">{what}</span></a></dd> }
        });
        view! { <div><dt>{row.key}</dt><dd>{row.value}</dd>{change}</div> }
    });
    view! { <dl class="summary">{rows.collect_view()}</dl> }
}
