//! The mark: the roof of an open pavilion. `style/public/favicon.svg` draws the same lines.
use leptos::prelude::*;

#[component]
pub fn Mark() -> impl IntoView {
    view! {
        <svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <path d="M16 4 4 14.5h24z M9 18v9 M23 18v9 M5 27.5h22"/>
        </svg>
    }
}
