//! Forms of browsers that send neither `Origin` nor `Sec-Fetch-Site`: their `Referer` must not name another site.
use app::http::AppState;
use axum::extract::{Request, State};
use axum::http::header::{HOST, HeaderName, ORIGIN, REFERER};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Passes on what comes from here or does not say where it comes from.
///
/// Phones from before 2020 send no `Origin` with a form. Without a `Referer` either it is a program, or a browser told
/// to keep it: a family is not turned away for that, and the session's cookie, `SameSite=Lax`, does not come along
/// from another site.
pub async fn known(State(app): State<AppState>, request: Request, next: Next) -> Response {
    let reads = [Method::GET, Method::HEAD, Method::OPTIONS].contains(request.method());
    if reads || is_ours(request.headers(), &app.public_url) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

fn is_ours(headers: &HeaderMap, public_url: &str) -> bool {
    if headers.contains_key(ORIGIN) || headers.contains_key(&FETCH_SITE) {
        return true;
    }
    let Some(referer) = headers.get(REFERER) else {
        return true;
    };
    let referer = referer
        .to_str()
        .ok()
        .and_then(|text| text.parse::<Uri>().ok());
    let Some(referer) = referer else {
        return false;
    };
    // As `Origin` is judged: the public address, or the very host that was asked.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let same_host = referer.authority().map(Authority::as_str) == host;
    origin(&referer).as_deref() == Some(public_url) || (host.is_some() && same_host)
}

/// `https://host:port`, as the public address is written.
fn origin(uri: &Uri) -> Option<String> {
    Some(format!("{}://{}", uri.scheme_str()?, uri.authority()?))
}
