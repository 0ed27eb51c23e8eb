//! What every answer carries, and what is refused at the door.
use crate::harness::{House, PUBLIC_URL, ask, get, house, house_of, on_both, post};
use axum::Router;
use axum::http::Method;
use axum::routing;
use store::Engine;
use store::testing::TestDatabase;

const ROUTES: [&str; 14] = [
    "/",
    "/en",
    "/manual/crematorium",
    "/en/manual/crematorium",
    "/crematorium",
    "/track",
    "/privacy",
    "/staff/sign-in",
    "/nowhere",
    "/en/nowhere",
    "/api/v1/services",
    "/api/v1/nowhere",
    "/healthz",
    "/assets/nothing.css",
];

/// The nonce of a content security policy.
fn nonce(policy: &str) -> &str {
    let start = policy
        .find("'nonce-")
        .unwrap_or_else(|| panic!("no nonce: {policy}"))
        + "'nonce-".len();
    policy[start..].split('\'').next().expect("a nonce")
}

#[tokio::test]
async fn every_answer_denies_by_default() {
    on_both(async |house: House| {
        let mut nonces = Vec::new();
        for route in ROUTES {
            let answer = house.get(route).await;
            let policy = answer.header("content-security-policy");
            for part in [
                "default-src 'none'",
                "script-src 'nonce-",
                "'wasm-unsafe-eval'",
                "style-src 'self'",
                "form-action 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            ] {
                assert!(policy.contains(part), "{route}: {part} is not in {policy}");
            }
            assert!(
                !policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"),
                "{policy}"
            );
            for (name, value) in [
                ("x-content-type-options", "nosniff"),
                ("referrer-policy", "same-origin"),
                ("cross-origin-opener-policy", "same-origin"),
            ] {
                assert_eq!(answer.header(name), value, "{route}: {name}");
            }
            assert!(!answer.header("permissions-policy").is_empty(), "{route}");
            assert!(!answer.header("cache-control").is_empty(), "{route}");
            assert_eq!(
                answer.header("strict-transport-security"),
                "",
                "not over http: {route}"
            );
            assert!(!answer.text.contains("__RESOLVED_RESOURCES"), "{route}");
            let nonce = nonce(policy).to_owned();
            for script in answer.text.split("<script").skip(1) {
                let tag = script.split('>').next().expect("a tag");
                assert!(
                    tag.contains(&format!("nonce=\"{nonce}\"")),
                    "{route}: {tag}"
                );
            }
            assert!(
                !answer.text.contains(" style=\"") && !answer.text.contains(" onclick="),
                "{route}"
            );
            nonces.push(nonce);
        }
        nonces.sort();
        nonces.dedup();
        assert_eq!(nonces.len(), ROUTES.len(), "a nonce is used once");
    })
    .await;
}

#[tokio::test]
async fn over_https_browsers_are_told_to_stay_there() {
    let database = TestDatabase::new(Engine::Sqlite).await;
    database.store.migrate().await.expect("migrations");
    let house = house(database.store.clone(), "https://sala.example.org").await;
    for route in ROUTES {
        assert!(
            house
                .get(route)
                .await
                .header("strict-transport-security")
                .contains("max-age=31536000"),
            "{route}"
        );
    }
    database.delete().await;
}

#[tokio::test]
async fn another_sites_forms_are_refused() {
    on_both(async |house: House| {
        let send = || post("/track").form("reference=1&phone_last4=2");
        for (name, ask, refused) in [
            ("a program", send(), false),
            (
                "our page in a browser from before Origin",
                send().header("referer", &format!("{PUBLIC_URL}/track?n=1")),
                false,
            ),
            (
                "another site in a browser from before Origin",
                send().header("referer", "https://evil.example/"),
                true,
            ),
            (
                "another site that looks like ours",
                send().header("referer", &format!("{PUBLIC_URL}.evil.example/")),
                true,
            ),
            (
                "a browser from before Origin that says nonsense",
                send().header("referer", "about:blank"),
                true,
            ),
            (
                "our page",
                send()
                    .header("origin", PUBLIC_URL)
                    .header("sec-fetch-site", "same-origin"),
                false,
            ),
            (
                "our page in an old browser",
                send().header("origin", PUBLIC_URL),
                false,
            ),
            (
                "another site",
                send()
                    .header("origin", "https://evil.example")
                    .header("sec-fetch-site", "cross-site"),
                true,
            ),
            (
                "another site in an old browser",
                send().header("origin", "https://evil.example"),
                true,
            ),
            (
                "another port",
                send()
                    .header("origin", "http://127.0.0.1:4000")
                    .header("sec-fetch-site", "same-site"),
                true,
            ),
            (
                "a sandboxed frame",
                send()
                    .header("origin", "null")
                    .header("sec-fetch-site", "cross-site"),
                true,
            ),
        ] {
            let answer = house.ask(ask).await;
            assert_eq!(answer.status == 403, refused, "{name}: {}", answer.status);
            if refused {
                assert!(
                    answer.header("content-type").starts_with("text/html"),
                    "a calm page"
                );
            }
        }
        let api = post("/api/v1/track")
            .header("origin", "https://evil.example")
            .json(&serde_json::json!({}));
        assert_eq!(
            house.ask(api).await.problem(),
            (403, "forbidden".to_owned())
        );
    })
    .await;
}

#[tokio::test]
async fn failures_outside_the_api_are_calm_pages() {
    on_both(async |house: House| {
        let large = format!("reference={}", "1".repeat(100_000));
        for (name, ask, status) in [
            ("an unknown page", get("/nowhere"), 404),
            ("a wrong method", ask(Method::DELETE, "/track"), 405),
            ("a large form", post("/track").form(&large), 413),
        ] {
            let answer = house.ask(ask).await;
            assert_eq!(answer.status, status, "{name}");
            assert!(
                answer.header("content-type").starts_with("text/html"),
                "{name}"
            );
            assert_eq!(answer.text.matches("<h1").count(), 1, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_are_compressed_as_browsers_take_them() {
    on_both(async |house: House| {
        for (accept, encoding) in [
            ("gzip, deflate, br", "br"),
            ("gzip", "gzip"),
            ("identity", ""),
        ] {
            let answer = house
                .ask(get("/manual/crematorium").header("accept-encoding", accept))
                .await;
            assert_eq!(answer.header("content-encoding"), encoding, "{accept}");
        }
    })
    .await;
}

async fn broken() -> &'static str {
    panic!("a secret of the program")
}

#[tokio::test]
async fn a_panic_is_a_calm_page_and_no_more() {
    let database = TestDatabase::new(Engine::Sqlite).await;
    database.store.migrate().await.expect("migrations");
    let house = house_of(database.store.clone(), PUBLIC_URL, |shared| {
        let routes = Router::new()
            .route("/broken", routing::get(broken))
            .route("/api/v1/broken", routing::get(broken));
        server::http::layers(routes, shared)
    })
    .await;
    let page = house.get("/broken").await;
    assert_eq!(page.status, 500);
    assert_eq!(page.text.matches("<h1").count(), 1, "{}", page.text);
    assert!(!page.text.contains("secret"), "{}", page.text);
    assert!(
        page.header("content-security-policy")
            .contains("default-src 'none'")
    );
    let answer = house.get("/api/v1/broken").await;
    assert_eq!(answer.problem(), (500, "internal".to_owned()));
    assert!(!answer.text.contains("secret"), "{}", answer.text);
    database.delete().await;
}
