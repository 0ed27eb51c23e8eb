//! Who calls: a channel, by its token.
use super::Problem;
use app::http::AppState;
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use desk::channel::ChannelActor;

/// A channel whose token was found and whose limit is not used up.
#[derive(Debug)]
pub struct Channel(pub ChannelActor);

impl FromRequestParts<AppState> for Channel {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let token = bearer(&parts.headers).ok_or_else(Problem::unauthorized)?;
        state
            .desk
            .channel(token)
            .await
            .map(Self)
            .map_err(|trouble| Problem::of(&trouble, &state.desk))
    }
}

/// The token of `Authorization: Bearer TOKEN`; the scheme's case does not matter.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bearer_token_is_a_token() {
        for (value, expected) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Basic abc", None),
            ("Bearer ", None),
            ("abc", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(AUTHORIZATION, value.parse().expect("a header"));
            assert_eq!(bearer(&headers), expected, "{value:?}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
