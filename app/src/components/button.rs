//! Buttons that say what they do, and links that look like them.
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The one thing to do on this page.
    #[default]
    Primary,
    Secondary,
    /// What cannot be undone.
    Warning,
}

impl ButtonKind {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button",
            Self::Secondary => "button secondary",
            Self::Warning => "button warning",
        }
    }
}

/// Sends its form. Never disabled: what is missing is said after pressing.
#[component]
pub fn Button(
    #[prop(into)] label: String,
    #[prop(optional)] kind: ButtonKind,
    /// With `value`, tells which of several buttons was pressed.
    #[prop(optional, into)]
    name: Option<String>,
    #[prop(optional, into)] value: Option<String>,
) -> impl IntoView {
    view! { <button class=kind.class() r#type="submit" name=name value=value>{label}</button> }
}

/// Leads somewhere, changing nothing.
#[component]
pub fn ButtonLink(
    #[prop(into)] href: String,
    #[prop(into)] label: String,
    #[prop(optional)] kind: ButtonKind,
) -> impl IntoView {
    view! { <a class=kind.class() href=href>{label}</a> }
}
