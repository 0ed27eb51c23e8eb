//! A whole server without a socket, on each engine, at Monday 23 November 2026, 09.00.
use app::http::AppState;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use desk::vault::Vault;
use desk::{Clock, Desk, settings};
use domain::crematorium::Rules;
use domain::request::StaffActor;
use domain::time::Instant;
use object_store::ObjectStore;
use object_store::memory::InMemory;
use serde_json::{Value, json};
use server::clock::OsChance;
use server::http::{Readiness, Shared, router};
use server::metrics::Metrics;
use server::municipality_file::{SAMPLE, parse};
use server::site::Site;
use server::worker::Pool;
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
    let desk = desk(store, Arc::<TestClock>::clone(&clock)).await;
    house_with(desk, clock, public_url, routes)
}

/// A server that keeps photos, in memory, and has them made safe by a worker of its own.
pub async fn house_with_papers(store: Store) -> House {
    house_with_files(store, Arc::new(InMemory::new())).await
}

/// The same, with the place where files lie.
pub async fn house_with_files(store: Store, files: Arc<dyn ObjectStore>) -> House {
    let nine = "2026-11-23T02:00:00Z".parse().expect("an instant");
    let clock = Arc::new(TestClock(Mutex::new(nine)));
    let desk = desk(store, Arc::<TestClock>::clone(&clock)).await;
    let vault = Vault::new(files, Arc::clone(&desk.keys));
    let pool = Pool::new(env!("CARGO_BIN_EXE_sala").into());
    let desk = desk
        .with_vault(vault)
        .with_workshop(Arc::new(pool))
        .with_public_url(PUBLIC_URL);
    house_with(desk, clock, PUBLIC_URL, router)
}

fn house_with(
    desk: Desk,
    clock: Arc<TestClock>,
    public_url: &str,
    routes: impl FnOnce(Shared) -> Router,
) -> House {
    let desk = Arc::new(desk);
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
    body: Vec<u8>,
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
        body: Vec::new(),
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

    pub fn text(self, kind: &str, body: &str) -> Self {
        self.bytes(kind, body.as_bytes())
    }

    pub fn bytes(mut self, kind: &str, body: &[u8]) -> Self {
        body.clone_into(&mut self.body);
        self.header(CONTENT_TYPE.as_str(), kind)
    }

    /// A form with a file: its fields first, as browsers send them in the page's order.
    pub fn file(self, fields: &[(&str, &str)], file: &str, bytes: &[u8]) -> Self {
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend(
                format!(
                    "--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .bytes(),
            );
        }
        let head = format!(
            "--b\r\ncontent-disposition: form-data; name=\"{file}\"; filename=\"a.jpg\"\r\ncontent-type: image/jpeg\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(bytes);
        body.extend(b"\r\n--b--\r\n");
        self.bytes("multipart/form-data; boundary=b", &body)
    }

    pub fn token(self, token: &str) -> Self {
        self.header(AUTHORIZATION.as_str(), &format!("Bearer {token}"))
    }
}

impl House {
    pub async fn ask(&self, ask: Ask) -> Answer {
        let request = ask.request.body(Body::from(ask.body)).expect("a request");
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        crate::openapi::named(&method, &path, parts.status);
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

    /// Somebody who has an account, as the desk knows them.
    pub async fn staff(&self, username: &str) -> StaffActor {
        let mut conn = self.desk.store.read().await.expect("a connection");
        let row = store::staff::by_username(&mut conn, username).await;
        let row = row.expect("a row").expect("the account");
        StaffActor {
            id: row.id,
            name: row.name,
            position: row.position,
            roles: row.roles,
            delegation: row.delegation,
        }
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
