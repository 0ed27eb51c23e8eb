//! A state in one or two words.
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TagKind {
    /// Something to look at.
    #[default]
    New,
    Wait,
    Late,
    Ok,
    /// Over, without being good or bad.
    Closed,
}

impl TagKind {
    fn class(self) -> &'static str {
        match self {
            Self::New => "tag t-new",
            Self::Wait => "tag t-wait",
            Self::Late => "tag t-late",
            Self::Ok => "tag t-ok",
            Self::Closed => "tag t-closed",
        }
    }
}

#[component]
pub fn Tag(#[prop(into)] label: String, #[prop(optional)] kind: TagKind) -> impl IntoView {
    view! { <span class=kind.class()>{label}</span> }
}
