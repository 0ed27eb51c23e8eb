//! Files in a place that speaks S3: a small one on this machine, reached through the program's own settings.
use crate::installation::{Installation, text};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use image::{ImageFormat, RgbImage};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Objects by their path, and what was asked, in order.
#[derive(Clone, Default)]
struct Bucket {
    objects: Arc<Mutex<BTreeMap<String, Bytes>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Bucket {
    fn names(&self) -> Vec<String> {
        self.objects
            .lock()
            .expect("the objects")
            .keys()
            .cloned()
            .collect()
    }

    fn asked(&self, what: &str) -> bool {
        let asked = self.asked.lock().expect("what was asked");
        asked.iter().any(|line| line.starts_with(what))
    }
}

/// PUT, GET and DELETE of one object, and nothing else; no signature is looked at.
async fn answer(State(bucket): State<Bucket>, method: Method, uri: Uri, body: Bytes) -> Response {
    let path = uri.path().to_owned();
    bucket
        .asked
        .lock()
        .expect("what was asked")
        .push(format!("{method} {uri}"));
    let mut objects = bucket.objects.lock().expect("the objects");
    let tag = [
        ("etag", "\"1\""),
        ("last-modified", "Mon, 23 Nov 2026 02:00:00 GMT"),
    ];
    match method {
        Method::PUT => {
            objects.insert(path, body);
            (tag, "").into_response()
        }
        Method::GET => match objects.get(&path) {
            Some(object) => (tag, object.clone()).into_response(),
            None => StatusCode::NOT_FOUND.into_response(),
        },
        Method::DELETE => {
            objects.remove(&path);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::NOT_IMPLEMENTED.into_response(),
    }
}

/// The place, on a thread of its own until this is dropped.
struct Place {
    address: std::net::SocketAddr,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Place {
    fn open(bucket: &Bucket, at: &str) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("threads");
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind(at))
            .expect("a port");
        let address = listener.local_addr().expect("its address");
        let router = Router::new().fallback(answer).with_state(bucket.clone());
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            address,
            runtime: Some(runtime),
        }
    }

    fn close(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

fn photo(shade: u8) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    RgbImage::from_pixel(300, 200, image::Rgb([shade, 90, 90]))
        .write_to(&mut out, ImageFormat::Jpeg)
        .expect("a photo");
    out.into_inner()
}

const BOOKING: &str = r#"{"applicant":{"name":"สมหญิง ใจดี","phone":"0812345678","relation":"child"},
    "deceased":{"name":"สมชาย ใจดี","date_of_death":"2026-11-20","residence":"in_area"},
    "cremation":{"date":"2026-11-25","round":"13:00"}}"#;

#[test]
fn files_lie_in_a_bucket_sealed_and_a_bucket_that_is_down_is_said_clearly() {
    let bucket = Bucket::default();
    let mut place = Place::open(&bucket, "127.0.0.1:0");
    let address = place.address.to_string();
    let installation = Installation::new("s3").with(&[
        ("SALA_OBJECTS_URL", "s3://papers/trang"),
        ("AWS_ENDPOINT", &format!("http://{address}")),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_REGION", "local"),
    ]);
    let mut server = installation.serve();
    let token = installation.token();
    let (status, booked) = installation.book(&token, "k", BOOKING).expect("a booking");
    assert_eq!(status, 201, "{booked}");
    let booked: serde_json::Value = serde_json::from_str(&booked).expect("JSON");
    let papers = format!(
        "/api/v1/crematorium/requests/{}/papers",
        text(&booked, "reference")
    );
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str())];
    let send = |photo: &[u8]| {
        let path = format!("{papers}?kind=death_certificate");
        installation
            .send("POST", &path, &headers, "image/jpeg", photo)
            .expect("an answer")
    };

    let (status, sent) = send(&photo(1));
    assert_eq!(status, 201, "{sent}");
    let names = bucket.names();
    assert_eq!(names.len(), 2, "the photo and its thumbnail: {names:?}");
    assert!(
        names
            .iter()
            .all(|name| name.starts_with("/papers/trang/paper/")),
        "{names:?}"
    );
    for object in bucket.objects.lock().expect("the objects").values() {
        assert!(!object.starts_with(b"\xff\xd8"), "sealed before it leaves");
    }
    let track = format!("reference={}&phone_last4=5678", text(&booked, "reference"));
    let (_, page) = installation
        .call("POST", "/track", &[], &track)
        .expect("the page");
    assert!(page.contains("data:image/jpeg;base64,") && bucket.asked("GET /papers/trang/paper/"));

    // Down: the answer is clear, nothing is noted, and the next one goes well.
    place.close();
    let begun = Instant::now();
    let (status, down) = send(&photo(2));
    assert_eq!(status, 503, "{down}");
    assert!(
        down.contains("\"unavailable\"") && begun.elapsed() < Duration::from_secs(25),
        "{down}"
    );
    let mut place = Place::open(&bucket, &address);
    let (status, list) = send(&photo(2));
    assert_eq!(status, 201, "{list}");
    let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
    assert_eq!(list["papers"].as_array().map(Vec::len), Some(2), "{list}");

    // The same again is written in vain, and swept an hour later.
    let kept = bucket.names();
    assert_eq!(send(&photo(2)).0, 201);
    assert!(bucket.names().len() > kept.len());
    server.kill().expect("killed");
    server.wait().expect("ended");
    let later = installation.with(&[("SALA_CLOCK", "fixed:2026-11-23T11:30:00+07:00")]);
    let mut server = later.serve();
    let patience = Instant::now() + Duration::from_mins(1);
    while bucket.names() != kept {
        assert!(
            Instant::now() < patience,
            "{:?} is not {kept:?}",
            bucket.names()
        );
        thread::sleep(Duration::from_millis(50));
    }
    server.kill().expect("killed");
    server.wait().expect("ended");
    place.close();
    std::fs::remove_dir_all(&later.folder).expect("the folder");
}
