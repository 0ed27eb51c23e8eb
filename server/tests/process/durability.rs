//! Acknowledged means durable: a kill -9 in the middle of a stream of bookings loses nothing that got its 201.
use crate::installation::{Installation, text};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// The server is killed once so many bookings were acknowledged.
const ENOUGH: usize = 40;

/// The n-th family's booking: its own deceased, its own round as far as there are any.
fn booking(n: u32) -> String {
    let days = [
        "2026-11-25",
        "2026-11-26",
        "2026-11-28",
        "2026-11-29",
        "2026-11-30",
        "2026-12-01",
        "2026-12-02",
        "2026-12-03",
    ];
    let rounds = ["10:00", "13:00", "14:30", "16:00"];
    let day = days[n as usize % days.len()];
    let round = rounds[n as usize / days.len() % rounds.len()];
    format!(
        r#"{{"applicant":{{"name":"สมหญิง ใจดี","phone":"08{n:08}","relation":"child"}},
            "deceased":{{"name":"สมชาย ใจดี","passport":"AB{n:06}","date_of_death":"2026-11-20","residence":"in_area"}},
            "cremation":{{"date":"{day}","round":"{round}"}}}}"#
    )
}

#[test]
fn a_kill_in_the_middle_of_bookings_loses_nothing_acknowledged() {
    let installation = Arc::new(Installation::new("durability"));
    let mut server = installation.serve();
    let token = installation.token();
    let acknowledged: Arc<Mutex<Vec<(u32, String)>>> = Arc::default();
    let (next, stop) = (
        Arc::new(AtomicU32::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let senders: Vec<_> = (0..8)
        .map(|_| {
            let (installation, token) = (Arc::clone(&installation), token.clone());
            let (acknowledged, next, stop) = (
                Arc::clone(&acknowledged),
                Arc::clone(&next),
                Arc::clone(&stop),
            );
            thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let bearer = format!("Bearer {token}");
                    let headers = [
                        ("Authorization", bearer.as_str()),
                        ("Idempotency-Key", &format!("key-{n}")),
                    ];
                    if let Some((201, body)) = installation.call(
                        "POST",
                        "/api/v1/crematorium/requests",
                        &headers,
                        &booking(n),
                    ) {
                        acknowledged.lock().expect("the list").push((n, body));
                    }
                }
            })
        })
        .collect();
    let patience = Instant::now() + Duration::from_mins(2);
    while acknowledged.lock().expect("the list").len() < ENOUGH {
        assert!(Instant::now() < patience, "bookings are acknowledged");
        thread::sleep(Duration::from_millis(5));
    }
    // SIGKILL: no handler runs, nothing is flushed.
    server.kill().expect("killed");
    server.wait().expect("ended");
    stop.store(true, Ordering::Relaxed);
    for sender in senders {
        sender.join().expect("a sender that does not panic");
    }

    let mut server = installation.serve();
    let acknowledged = acknowledged.lock().expect("the list");
    assert!(acknowledged.len() >= ENOUGH);
    for (n, body) in acknowledged.iter() {
        let answer: serde_json::Value = serde_json::from_str(body).expect("JSON");
        let asked = format!(
            r#"{{"reference":"{}","phone_last4":"{:04}"}}"#,
            text(&answer, "reference"),
            n % 10_000
        );
        let bearer = format!("Bearer {token}");
        let tracked = installation.call(
            "POST",
            "/api/v1/track",
            &[("Authorization", bearer.as_str())],
            &asked,
        );
        let (status, tracked) = tracked.expect("an answer");
        assert_eq!(
            status, 200,
            "booking {n} was acknowledged and is gone: {tracked}"
        );
        // A retry with the same key gets the same bytes, across the crash.
        let headers = [
            ("Authorization", bearer.as_str()),
            ("Idempotency-Key", &format!("key-{n}")),
        ];
        let again = installation
            .call(
                "POST",
                "/api/v1/crematorium/requests",
                &headers,
                &booking(*n),
            )
            .expect("an answer");
        assert_eq!(again, (201, body.clone()));
    }
    let verified = installation
        .sala(&["audit", "verify"])
        .stdout(Stdio::null())
        .status()
        .expect("verified");
    assert!(
        verified.success(),
        "no half state: the audit chain is whole"
    );
    server.kill().expect("killed");
    server.wait().expect("ended");
    std::fs::remove_dir_all(&installation.folder).expect("the folder");
}
