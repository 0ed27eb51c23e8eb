//! A few lines set apart: something to know, time left, good or bad news, a closed day.
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoticeKind {
    #[default]
    Info,
    /// Waiting, or time left: amber and calm.
    Hold,
    Good,
    Bad,
    Closed,
}

impl NoticeKind {
    fn class(self) -> &'static str {
        match self {
            Self::Info => "notice",
            Self::Hold => "notice hold",
            Self::Good => "notice good",
            Self::Bad => "notice bad",
            Self::Closed => "notice closed",
        }
    }
}

/// The title carries the meaning in words; the colour only helps.
#[component]
pub fn Notice(
    #[prop(optional)] kind: NoticeKind,
    #[prop(optional, into)] title: Option<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class=kind.class()>
            {title.map(|title| view! { <p class="notice-title">{title}</p> })}
            {children.map(|children| children())}
        </div>
    }
}
