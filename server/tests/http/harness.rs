//! A whole server without a socket, on each engine, at Monday 23 November 2026, 09.00.
use app::http::AppState;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use desk::{Clock, Desk, settings};
use domain::crematorium::Rules;
use domain::time::Instant;
use serde_json::{Value, json};
use server::clock::OsChance;
use server::http::{Readiness, Shared, router};
use server::metrics::Metrics;
use server::municipality_file::{SAMPLE, parse};
use server::site::Site;
use std::sync::{Arc, Mutex};
use store::Store;
use store::keys::{Keys, check_fingerprint};
use tower::ServiceExt;

pub const PUBLIC_URL: &str = "http://127.0.0.1:3000";

/// A clock that a test can set.
#[derive(Debug)]
pub struct TestClock(Mutex<Instant>);

impl TestClock {
    pub fn set(&self, text: &str) {
        *self.0.lock().expect("the clock") = text.parse().expect("an instant");
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        *self.0.lock().expect("the clock")
    }
}

/// A server to ask.
pub struct House {
    pub desk: Arc<Desk>,
    pub clock: Arc<TestClock>,
    pub readiness: Arc<Readiness>,
    pub metrics: Arc<Metrics>,
    router: Router,
}

/// Runs a test on SQLite and on PostgreSQL, over http on this machine.
pub async fn on_both(test: impl AsyncFn(House)) {
    store::testing::both(async |store| test(house(store, PUBLIC_URL).await).await).await;
}

/// A server over a migrated, empty database.
pub async fn house(store: Store, public_url: &str) -> House {
    house_of(store, public_url, router).await
}

/// The same, with other routes.
pub async fn house_of(
    store: Store,
    public_url: &str,
    routes: impl FnOnce(Shared) -> Router,
) -> House {
    let nine = "2026-11-23T02:00:00Z".parse().expect("an instant");
    let clock = Arc::new(TestClock(Mutex::new(nine)));
    let desk = Arc::new(desk(store, Arc::<TestClock>::clone(&clock)).await);
    let shared = Shared {
        app: AppState {
            desk: Arc::clone(&desk),
            assets: Arc::new(|name| format!("/assets/{name}")),
            demo: false,
            secure: public_url.starts_with("https:"),
            public_url: public_url.to_owned(),
        },
        site: Arc::new(Site::default()),
        metrics: Arc::new(Metrics::default()),
        readiness: Arc::new(Readiness::default()),
        trusted_proxies: Arc::new([]),
    };
    let (readiness, metrics) = (Arc::clone(&shared.readiness), Arc::clone(&shared.metrics));
    House {
        desk,
        clock,
        readiness,
        metrics,
        router: routes(shared),
    }
}

async fn desk(store: Store, clock: Arc<TestClock>) -> Desk {
    let keys = Arc::new(Keys::new(&[7; 32]));
    check_fingerprint(&store, &keys)
        .await
        .expect("a new database");
    let municipality = parse("trang.toml", SAMPLE).expect("the sample");
    let revision = settings::append(&store, &keys, &municipality, "seed", clock.now(), &OsChance)
        .await
        .expect("settings");
    let rules = Rules::new(municipality, revision).expect("rules");
    Desk::new(store, keys, clock, Arc::new(OsChance), rules)
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().expect("a text header"))
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Status and `code` of a problem document.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text
        );
        let body = self.json();
        assert_eq!(body["status"], self.status.as_u16(), "{body}");
        (
            self.status.as_u16(),
            body["code"].as_str().expect("a code").to_owned(),
        )
    }

    /// Pointer and code of every error of a 422.
    pub fn errors(&self) -> Vec<String> {
        let body = self.json();
        let errors = body["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("no errors: {body}"));
        let word = |error: &Value, name: &str| {
            let word = error[name].as_str().expect("a word").to_owned();
            assert!(!word.is_empty() || name == "pointer", "{error}");
            word
        };
        errors
            .iter()
            .map(|error| {
                let _both = (word(error, "detail_th"), word(error, "detail_en"));
                format!("{} {}", word(error, "pointer"), word(error, "code"))
            })
            .collect()
    }
}

/// A question to the server.
pub struct Ask {
    request: axum::http::request::Builder,
    body: String,
}

pub fn get(path: &str) -> Ask {
    ask(Method::GET, path)
}

pub fn post(path: &str) -> Ask {
    ask(Method::POST, path)
}

pub fn ask(method: Method, path: &str) -> Ask {
    Ask {
        request: Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:3000"),
        body: String::new(),
    }
}

impl Ask {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.text("application/json", &body.to_string())
    }

    pub fn form(self, body: &str) -> Self {
        self.text("application/x-www-form-urlencoded", body)
    }

    pub fn text(mut self, kind: &str, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self.header(CONTENT_TYPE.as_str(), kind)
    }

    pub fn token(self, token: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }
}

impl House {
    pub async fn ask(&self, ask: Ask) -> Answer {
        let request = ask.request.body(Body::from(ask.body)).expect("a request");
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 10_000_000).await.expect("a body");
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.ask(get(path)).await
    }

    /// A channel's token without a limit.
    pub async fn token(&self) -> String {
        self.desk.create_token("test", 0).await.expect("a token")
    }

    /// Sends a request for the crematorium.
    pub async fn book(&self, token: &str, key: &str, body: &Value) -> Answer {
        self.ask(
            post("/api/v1/crematorium/requests")
                .token(token)
                .header("idempotency-key", key)
                .json(body),
        )
        .await
    }
}

/// The example of the stable interfaces.
pub fn example() -> Value {
    json!({
        "applicant": {"name": "สมหญิง ใจดี", "phone": "0812345678", "relation": "child"},
        "deceased": {"name": "สมชาย ใจดี", "national_id": "1234567890121", "date_of_death": "2026-11-20", "residence": "in_area"},
        "cremation": {"date": "2026-11-25", "round": "13:00"},
        "pavilion": {"id": "sala-1", "from": "2026-11-23", "nights": 2}
    })
}

/// The example with changes by JSON pointer; `null` removes.
pub fn changed(changes: &[(&str, Value)]) -> Value {
    let mut body = example();
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        let parent = body
            .pointer_mut(parent)
            .and_then(Value::as_object_mut)
            .expect("an object");
        if value.is_null() {
            parent.remove(name);
        } else {
            parent.insert(name.to_owned(), value.clone());
        }
    }
    body
}
