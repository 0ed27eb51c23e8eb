//! How a page becomes an answer: rendered once, kept by nobody when it is about a person.
use crate::http::{Visit, private};
use crate::render::render;
use crate::shell::PageContext;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;

/// A page that may be about a person.
pub(super) fn private_page<V: IntoView>(
    visit: &Visit,
    status: StatusCode,
    page: impl FnOnce(PageContext) -> V,
) -> Response {
    let ctx = visit.context();
    let nonce = ctx.nonce.clone();
    private(status, render(&nonce, || page(ctx)))
}

/// A page that is the same for everybody.
pub(super) fn public_page<V: IntoView>(
    visit: &Visit,
    page: impl FnOnce(PageContext) -> V,
) -> Response {
    let ctx = visit.context();
    let nonce = ctx.nonce.clone();
    Html(render(&nonce, || page(ctx))).into_response()
}

/// Hidden answers that a form carries on.
pub(super) fn hidden(fields: &[(&'static str, &str)]) -> AnyView {
    fields
        .iter()
        .map(
            |(name, value)| view! { <input r#type="hidden" name=*name value=(*value).to_owned()/> },
        )
        .collect_view()
        .into_any()
}
