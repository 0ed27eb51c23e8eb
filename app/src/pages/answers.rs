//! The answers of a form as they were sent, and the query of an address.
use super::trouble;
use crate::http::{AppState, Visit, fields};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::response::{IntoResponse, Response};
use axum::{Form, RequestExt};
use domain::form::RawFields;

/// A posted form: pairs in their order, repeated names included.
#[derive(Debug)]
pub(super) struct Answers(pub Vec<(String, String)>);

impl FromRequest<AppState> for Answers {
    type Rejection = Response;

    async fn from_request(mut request: Request, state: &AppState) -> Result<Self, Response> {
        let visit = match request
            .extract_parts_with_state::<Visit, AppState>(state)
            .await
        {
            Ok(visit) => visit,
            Err(never) => match never {},
        };
        match Form::from_request(request, state).await {
            Ok(Form(pairs)) => Ok(Self(pairs)),
            // Not a form, too large, or not text.
            Err(rejection) => Err(trouble::unreadable(
                &visit,
                rejection.into_response().status(),
            )),
        }
    }
}

impl Answers {
    /// The last value of a name; empty when it was not sent.
    pub fn value(&self, name: &str) -> &str {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    /// Every value of a repeated name.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Exactly the named fields; what was not sent (an unticked choice) is empty, so that it clears what was there.
    pub fn only(&self, names: &[&str]) -> RawFields {
        names
            .iter()
            .map(|name| ((*name).to_owned(), self.value(name).to_owned()))
            .collect()
    }

    pub fn all(self) -> RawFields {
        fields(self.0)
    }
}

/// The query of an address. It only fills fields and unfolds lists; anything unreadable is no query.
#[derive(Debug, Default)]
pub(super) struct Asked(Vec<(String, String)>);

impl FromRequestParts<AppState> for Asked {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _: &AppState,
    ) -> Result<Self, Self::Rejection> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri);
        Ok(query.map(|Query(pairs)| Self(pairs)).unwrap_or_default())
    }
}

impl Asked {
    /// Empty when absent.
    pub fn value(&self, name: &str) -> &str {
        self.0
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }
}
