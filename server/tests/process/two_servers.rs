//! Two servers on one database, a random one for every request: what must always hold is looked up afterwards.
use crate::installation::{Installation, text};
use serde_json::Value;
use std::process::Stdio;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use store::conn::Engine;
use store::testing::{TestDatabase, number, texts};

const SENDERS: u32 = 8;
const BOOKINGS: u32 = 160;

/// The n-th family's wish, every other with nights. Few days: most of them meet somebody else's.
fn booking(n: u32) -> String {
    let first = 24 + n % 3;
    let nights = 1 + n / 3 % 2;
    let day = ["2026-11-25", "2026-11-26", "2026-11-28", "2026-11-29"][n as usize % 4];
    let round = ["10:00", "13:00", "14:30"][n as usize / 4 % 3];
    let sala = 1 + n % 3;
    let pavilion = if n.is_multiple_of(2)
        && day > format!("2026-11-{}", first + nights - 1).as_str()
    {
        format!(r#","pavilion":{{"id":"sala-{sala}","from":"2026-11-{first}","nights":{nights}}}"#)
    } else {
        String::new()
    };
    format!(
        r#"{{"applicant":{{"name":"สมหญิง ใจดี","phone":"08{n:08}","relation":"child"}},
            "deceased":{{"name":"สมชาย ใจดี","passport":"CD{n:06}","date_of_death":"2026-11-20","residence":"in_area"}},
            "cremation":{{"date":"{day}","round":"{round}"}}{pavilion}}}"#
    )
}

/// A number that looks random and is the same in every run.
fn scattered(n: u32) -> usize {
    (n.wrapping_mul(2_654_435_761) >> 16) as usize
}

#[test]
fn two_servers_on_one_database_agree_on_every_place() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let database = runtime.block_on(TestDatabase::new(Engine::Postgres));
    let one = Installation::on("two_servers", &database.url);
    let other = one.beside();
    let mut running = [one.serve(), other.serve()];
    let token = one.token();
    let servers = Arc::new([one, other]);
    let (next, booked) = (Arc::new(AtomicU32::new(0)), Arc::default());

    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let (servers, token) = (Arc::clone(&servers), token.clone());
            let (next, booked) = (Arc::clone(&next), Arc::clone(&booked));
            thread::spawn(move || send(&servers, &token, &next, &booked))
        })
        .collect();
    for sender in senders {
        sender.join().expect("a sender that does not panic");
    }
    let booked: Vec<(u32, String)> = booked.lock().expect("the list").clone();
    assert!(booked.len() >= 8, "bookings succeed: {}", booked.len());
    assert!(
        booked.len() < BOOKINGS as usize,
        "some of them met somebody else's"
    );
    one_key_sent_to_both_at_once_is_one_request(&servers, &token);

    let verified = servers[0]
        .sala(&["audit", "verify"])
        .stdout(Stdio::null())
        .status()
        .expect("verified");
    assert!(verified.success(), "the audit chain is whole");
    for server in &mut running {
        server.kill().expect("killed");
        server.wait().expect("ended");
    }
    runtime.block_on(async {
        invariants(&database.store).await;
        database.delete().await;
    });
    std::fs::remove_dir_all(&servers[0].folder).expect("the folder");
}

/// Books, and withdraws every third of what it booked through the other server.
fn send(
    servers: &[Installation; 2],
    token: &str,
    next: &AtomicU32,
    booked: &Mutex<Vec<(u32, String)>>,
) {
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        if n >= BOOKINGS {
            return;
        }
        let server = scattered(n) % 2;
        let answer = servers[server].book(token, &format!("key-{n}"), &booking(n));
        let (status, body) = answer.expect("an answer");
        assert!(
            [201, 409].contains(&status),
            "booking {n} is answered clearly: {status} {body}"
        );
        if status == 409 {
            continue;
        }
        let answer: Value = serde_json::from_str(&body).expect("JSON");
        let reference = text(&answer, "reference").to_owned();
        if n.is_multiple_of(3) {
            let form = format!(
                "reference={reference}&phone_last4={:04}&confirm=yes",
                n % 10_000
            );
            let answer = servers[1 - server].call("POST", "/track/withdraw", &[], &form);
            assert_eq!(answer.expect("an answer").0, 200, "family {n} withdraws");
        }
        booked.lock().expect("the list").push((n, reference));
    }
}

fn one_key_sent_to_both_at_once_is_one_request(servers: &Arc<[Installation; 2]>, token: &str) {
    let body = r#"{"applicant":{"name":"มาลี ใจงาม","phone":"0899999999","relation":"child"},
        "deceased":{"name":"บุญมี ใจงาม","passport":"ZZ999999","date_of_death":"2026-11-20","residence":"in_area"},
        "cremation":{"date":"2026-12-10","round":"13:00"}}"#;
    let answers: Vec<_> = (0..8)
        .map(|n| {
            let (servers, token) = (Arc::clone(servers), token.to_owned());
            thread::spawn(move || servers[n % 2].book(&token, "the-same-key", body))
        })
        .collect();
    let answers: Vec<_> = answers
        .into_iter()
        .map(|answer| answer.join().expect("a sender").expect("an answer"))
        .collect();
    assert_eq!(answers[0].0, 201, "{}", answers[0].1);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

/// What no order of requests may break.
async fn invariants(store: &store::Store) {
    let live = "('submitted', 'returned', 'approved')";
    for (what, sql) in [
        (
            "a place is held by something that is not live",
            format!(
                "SELECT COUNT(*) AS n FROM slot_claim WHERE holder NOT IN
                 (SELECT id FROM request WHERE status IN {live})"
            ),
        ),
        (
            "a live case has no furnace cells, or another number of nights than it booked",
            format!(
                "SELECT COUNT(*) AS n FROM crematorium_case AS c JOIN request AS r ON r.id = c.request_id
                 WHERE r.status IN {live} AND (
                     (c.furnace_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM slot_claim AS s
                         WHERE s.holder = c.request_id AND s.resource_id = c.furnace_id
                         AND s.service_date = c.cremation_date))
                     OR (c.pavilion_id IS NOT NULL AND c.pavilion_nights <>
                         (SELECT COUNT(DISTINCT s.service_date) FROM slot_claim AS s
                          WHERE s.holder = c.request_id AND s.resource_id = c.pavilion_id AND s.cell = 1)))"
            ),
        ),
        (
            "an ended request still keeps its deceased from being booked",
            format!(
                "SELECT COUNT(*) AS n FROM case_identity WHERE request_id NOT IN
                 (SELECT id FROM request WHERE status IN {live})"
            ),
        ),
        (
            "history has a gap",
            "SELECT COUNT(*) AS n FROM request AS r WHERE r.version <>
             (SELECT COUNT(DISTINCT e.version) FROM request_event AS e WHERE e.request_id = r.id)"
                .to_owned(),
        ),
        (
            "something that must be told has not exactly one call",
            "SELECT COUNT(*) AS n FROM request_event AS e
             WHERE e.event IN ('returned', 'approved', 'refused', 'cancelled', 'lapsed')
             AND 1 <> (SELECT COUNT(*) FROM call_task AS c WHERE c.event_id = e.id)"
                .to_owned(),
        ),
    ] {
        assert_eq!(number(store, &sql).await, 0, "{what}");
    }
    let twice = "SELECT value_mac AS mac FROM case_identity GROUP BY value_mac HAVING COUNT(*) > 1";
    assert!(texts(store, twice, "mac").await.is_empty());
}
