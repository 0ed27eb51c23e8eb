//! A kill -9 in the middle of uploads: every photo that was acknowledged is there and opens, no row names a file that
//! is not, and what was written in vain is known to the sweeper.
use crate::installation::{Installation, text};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use store::Store;
use store::testing::texts;

const BOUNDARY: &str = "----sala";
/// Servers killed, each a little later in its work than the one before.
const ROUNDS: u32 = 12;

/// A booking of one family; each round has one, for a request takes only so many photos.
fn booking(round: u32) -> String {
    let times = ["10:00", "13:00", "14:30", "16:00"];
    let (day, time) = (25 + round / 4 + round / 8, times[round as usize % 4]);
    format!(
        r#"{{"applicant":{{"name":"สมหญิง ใจดี","phone":"0812345678","relation":"child"}},
            "deceased":{{"name":"สมชาย ใจดี","passport":"AB{round:06}","date_of_death":"2026-11-20","residence":"in_area"}},
            "cremation":{{"date":"2026-11-{day}","round":"{time}"}}}}"#
    )
}

/// The n-th photo: no two are alike.
fn photo(n: u32) -> Vec<u8> {
    let [r, g, b, _] = (n * 37).to_le_bytes();
    let image = RgbImage::from_fn(300, 200, |x, _| {
        Rgb(if x % 50 < 25 { [r, g, b] } else { [250; 3] })
    });
    let mut out = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(image)
        .write_to(&mut out, ImageFormat::Png)
        .expect("a photo");
    out.into_inner()
}

fn form(reference: &str, photo: &[u8]) -> Vec<u8> {
    let mut form = Vec::new();
    for (name, value) in [
        ("reference", reference),
        ("phone_last4", "5678"),
        ("kind", "death_certificate"),
    ] {
        form.extend(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
            .bytes(),
        );
    }
    form.extend(
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n")
            .bytes(),
    );
    form.extend(photo);
    form.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    form
}

/// Sends photos from three sides until the server is killed; the reference, and how many were acknowledged.
fn kill_in_uploads(installation: &Arc<Installation>, round: u32) -> (String, usize) {
    let mut server = installation.serve();
    let key = format!("key-{round}");
    let (status, booked) = installation
        .book(&installation.token(), &key, &booking(round))
        .expect("a booking");
    assert_eq!(status, 201, "{booked}");
    let booked: serde_json::Value = serde_json::from_str(&booked).expect("JSON");
    let reference = text(&booked, "reference").to_owned();
    let (next, taken) = (
        Arc::new(AtomicU32::new(round * 1000)),
        Arc::new(AtomicUsize::new(0)),
    );
    let senders: Vec<_> = (0..3)
        .map(|_| {
            let (installation, reference) = (Arc::clone(installation), reference.clone());
            let (next, taken) = (Arc::clone(&next), Arc::clone(&taken));
            thread::spawn(move || {
                // Until the connection breaks.
                loop {
                    let form = form(&reference, &photo(next.fetch_add(1, Ordering::Relaxed)));
                    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
                    match installation.send("POST", "/track/papers", &[], &kind, &form) {
                        Some((200, _)) => taken.fetch_add(1, Ordering::Relaxed),
                        _ => return,
                    };
                }
            })
        })
        .collect();
    let patience = Instant::now() + Duration::from_mins(1);
    while taken.load(Ordering::Relaxed) < 2 {
        assert!(Instant::now() < patience, "photos are taken");
        thread::sleep(Duration::from_millis(1));
    }
    thread::sleep(Duration::from_millis(u64::from(round) * 2));
    server.kill().expect("killed");
    server.wait().expect("ended");
    for sender in senders {
        sender.join().expect("a sender that does not panic");
    }
    (reference, taken.load(Ordering::Relaxed))
}

#[test]
fn a_kill_in_the_middle_of_uploads_loses_no_photo_and_leaves_no_row_without_one() {
    let installation = Arc::new(Installation::new("uploads"));
    let rounds: Vec<_> = (0..ROUNDS)
        .map(|round| kill_in_uploads(&installation, round))
        .collect();
    let taken: usize = rounds.iter().map(|(_, taken)| taken).sum();

    let folder = installation.folder.join("objects/paper");
    let on_disk: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the place for files")
        .filter_map(|file| file.expect("a file").file_name().into_string().ok())
        // Begun and never named: cleared away at a later start.
        .filter(|name| !name.contains('#'))
        .map(|name| format!("paper/{name}"))
        .collect();
    let url = format!(
        "sqlite:{}",
        installation.folder.join("sala.sqlite").display()
    );
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    let (named, loose) = runtime.block_on(async {
        let store = Store::connect(&url).await.expect("the database");
        let named = "SELECT object AS name FROM paper UNION ALL SELECT thumbnail FROM paper";
        let named = texts(&store, named, "name").await;
        let loose = texts(&store, "SELECT name FROM loose_object", "name").await;
        store.close().await;
        (named, loose)
    });
    assert!(named.len() >= 2 * taken, "acknowledged and gone");
    let known: BTreeSet<String> = named.iter().chain(&loose).cloned().collect();
    assert!(named.iter().all(|name| on_disk.contains(name)));
    assert!(on_disk.is_subset(&known), "a file nobody knows");

    let mut server = installation.serve();
    let mut shown = 0;
    for (reference, _) in rounds {
        let track = format!("reference={reference}&phone_last4=5678");
        let (status, page) = installation
            .call("POST", "/track", &[], &track)
            .expect("an answer");
        assert_eq!(status, 200);
        assert!(!page.contains("thumbnail none"), "every photo opens");
        shown += page.matches("class=\"paper\"").count();
    }
    assert_eq!(shown, named.len() / 2);
    server.kill().expect("killed");
    server.wait().expect("ended");
    std::fs::remove_dir_all(&installation.folder).expect("the folder");
}
