//! What every page handler is given: state, language, nonce, address, cookies — and what it answers.
use crate::shell::PageContext;
use axum::extract::{FromRequestParts, OriginalUri};
use axum::http::header::{COOKIE, LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use desk::Desk;
use desk::draft::Browser;
use domain::agent::AgentActor;
use domain::form::{Lang, RawFields};
use domain::request::StaffActor;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

/// Served paths by logical name, such as `main.css`.
pub type Assets = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// What all handlers share.
#[derive(Clone)]
pub struct AppState {
    pub desk: Arc<Desk>,
    pub assets: Assets,
    /// `SALA_DEMO=1`: a banner on every page.
    pub demo: bool,
    /// https: cookies are `__Host-sala_*` and Secure.
    pub secure: bool,
    /// Without a trailing slash, for QR codes and letters.
    pub public_url: String,
}

impl fmt::Debug for AppState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("AppState")
            .field("public_url", &self.public_url)
            .finish_non_exhaustive()
    }
}

/// The nonce of this response's Content-Security-Policy; a layer of `server` makes it.
#[derive(Clone, Debug)]
pub struct CspNonce(pub String);

/// The visitor's address after trusted proxies; a layer of `server` finds it. For limits only.
#[derive(Clone, Debug)]
pub struct ClientAddress(pub String);

/// One visit: everything a handler needs to know besides the form.
#[derive(Clone, Debug)]
pub struct Visit {
    pub state: AppState,
    pub lang: Lang,
    /// The path without `/en`.
    pub path: String,
    nonce: String,
    pub address: String,
    cookies: Vec<(String, String)>,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<Self, Self::Rejection> {
        let path = parts
            .extensions
            .get::<OriginalUri>()
            .map_or_else(|| parts.uri.path().to_owned(), |uri| uri.path().to_owned());
        let (lang, path) = language(&path);
        let text = |value: Option<String>| value.unwrap_or_default();
        Ok(Self {
            state: state.clone(),
            lang,
            path,
            nonce: text(
                parts
                    .extensions
                    .get::<CspNonce>()
                    .map(|nonce| nonce.0.clone()),
            ),
            address: text(
                parts
                    .extensions
                    .get::<ClientAddress>()
                    .map(|address| address.0.clone()),
            ),
            cookies: cookies(&parts.headers),
        })
    }
}

impl Visit {
    pub fn desk(&self) -> &Desk {
        &self.state.desk
    }

    /// A site path in the visitor's language.
    pub fn href(&self, path: &str) -> String {
        self.lang.path(path)
    }

    /// The frame of a page; handlers add an island or a staff rail.
    pub fn context(&self) -> PageContext {
        PageContext {
            lang: self.lang,
            path: self.path.clone(),
            nonce: self.nonce.clone(),
            assets: Arc::clone(&self.state.assets),
            municipality: Arc::clone(&self.state.desk.rules().municipality),
            demo: self.state.demo,
            island: false,
            other_language_path: None,
            staff: None,
        }
    }

    /// The browser's session as its cookie says; unknown ones are found out by the desk.
    pub fn browser(&self) -> Option<Browser> {
        self.cookie("browser").map(Browser)
    }

    /// The staff session token as the cookie says.
    pub fn staff_token(&self) -> Option<String> {
        self.cookie("staff")
    }

    /// The signed-in member of staff, or a redirect to the sign-in page.
    pub async fn staff(&self) -> Result<StaffActor, Response> {
        let signed_in = match self.staff_token() {
            Some(token) => self.desk().staff_by_session(&token).await,
            None => Err(desk::Trouble::SignInRequired),
        };
        match signed_in {
            Ok(staff) => Ok(staff),
            Err(desk::Trouble::SignInRequired) => Err(see_other(&self.href("/staff/sign-in"))),
            Err(trouble) => Err(crate::pages::trouble::page(self, &trouble)),
        }
    }

    /// The agent's session token as the cookie says.
    pub fn agent_token(&self) -> Option<String> {
        self.cookie("agent")
    }

    /// The signed-in agent, if there is one.
    pub async fn agent_if_any(&self) -> desk::Result<Option<AgentActor>> {
        let Some(token) = self.agent_token() else {
            return Ok(None);
        };
        match self.desk().agent_by_session(&token).await {
            Ok(agent) => Ok(Some(agent)),
            Err(desk::Trouble::SignInRequired) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// The signed-in agent, or a redirect to the agents' sign-in page.
    pub async fn agent(&self) -> Result<AgentActor, Response> {
        match self.agent_if_any().await {
            Ok(Some(agent)) => Ok(agent),
            Ok(None) => Err(see_other(&self.href("/agent/sign-in"))),
            Err(trouble) => Err(crate::pages::trouble::page(self, &trouble)),
        }
    }

    /// A cookie of this site by its short name.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let name = self.cookie_name(name);
        self.cookies
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.clone())
    }

    fn cookie_name(&self, name: &str) -> String {
        if self.state.secure {
            format!("__Host-sala_{name}")
        } else {
            format!("sala_{name}")
        }
    }

    /// A `Set-Cookie` value; an empty value ends the cookie.
    pub fn set_cookie(&self, name: &str, value: &str, max_age_seconds: u32) -> String {
        let secure = if self.state.secure { "; Secure" } else { "" };
        let name = self.cookie_name(name);
        let age = if value.is_empty() { 0 } else { max_age_seconds };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}")
    }
}

/// Splits `/en/track` into English and `/track`.
pub fn language(path: &str) -> (Lang, String) {
    match path.strip_prefix("/en") {
        Some("") => (Lang::En, "/".to_owned()),
        Some(rest) if rest.starts_with('/') => (Lang::En, rest.to_owned()),
        _ => (Lang::Th, path.to_owned()),
    }
}

fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// 303: what every successful POST answers, so that back and refresh never repeat an act.
pub fn see_other(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The same, with cookies.
pub fn see_other_with(path: &str, set_cookies: &[String]) -> Response {
    let mut response = see_other(path);
    for cookie in set_cookies {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            response.headers_mut().append(SET_COOKIE, value);
        }
    }
    response
}

/// A page that may be kept by nobody: all pages about a person are.
pub fn private(status: StatusCode, html: String) -> Response {
    (status, [("cache-control", "no-store")], Html(html)).into_response()
}

/// A form as typed: the last value of each name, `\r\n` kept; repeated names (`defect`) are joined by a newline.
pub fn fields(pairs: Vec<(String, String)>) -> RawFields {
    let mut fields = RawFields::new();
    for (name, value) in pairs {
        fields
            .entry(name)
            .and_modify(|earlier| {
                earlier.push('\n');
                earlier.push_str(&value);
            })
            .or_insert(value);
    }
    fields
}
