//! Pages per second and p99, against a bare handler that returns the same bytes.
use crate::child::{Memory, Server};
use crate::load::{self, Ask, Measured};
use crate::office::{Live, Office, city};
use crate::report::{Line, Report, Target, Unit, engine_name, median};
use crate::{CONNECTIONS, Run};
use anyhow::Result;
use axum::http::header::CONTENT_TYPE;
use std::path::Path;
use std::time::Duration;
use store::Engine;

/// Requests that wait for the office while pages are measured.
pub const WAITING: u32 = 60;

/// A page and its questions: one for each connection, or one for all.
#[derive(Debug)]
pub struct Page {
    pub name: &'static str,
    pub asks: Vec<Ask>,
}

/// Home, availability and tracking: what is asked for most.
pub fn hot(live: &[Live]) -> Vec<Page> {
    vec![
        Page {
            name: "home",
            asks: vec![Ask::get("/")],
        },
        Page {
            name: "availability",
            asks: vec![Ask::get("/api/v1/crematorium/availability")],
        },
        tracking(live),
    ]
}

/// Each connection tracks another request: one family does not ask sixteen times at once.
fn tracking(live: &[Live]) -> Page {
    let form = |live: &Live| format!("reference={}&phone_last4={}", live.reference, live.last4);
    let asks = live
        .iter()
        .take(CONNECTIONS)
        .map(|live| Ask::form("/track", form(live)))
        .collect();
    Page {
        name: "tracking",
        asks,
    }
}

pub async fn measure(run: &Run, report: &mut Report) -> Result<()> {
    report
        .versions
        .push(format!("Sala {}", env!("CARGO_PKG_VERSION")));
    let office = Office::new(Engine::Sqlite, city()?).await?;
    let live = office.fill(WAITING).await?;
    let sala = office.serve(&run.sala, true).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = sala.memory()?;

    let mut pages = hot(&live);
    pages.push(Page {
        name: "manual",
        asks: vec![Ask::get("/manual/crematorium")],
    });
    let folder = office.folder("bare")?;
    for page in &pages {
        keep(&sala, page, &folder).await?;
    }
    let bare = Server::bare(&folder).await?;
    for page in &pages {
        compare(run, report, &sala, &bare, page).await?;
    }
    memory(report, "pages", Engine::Sqlite, idle, sala.memory()?);
    sala.stop().await?;

    bare.stop().await?;
    office.close().await;
    Ok(())
}

fn limited_by(page: &str) -> &'static str {
    match page {
        "home" | "manual" => "rendering the page, then brotli, which the baseline pays too",
        "availability" => {
            "one query over the month's claims, row by row out of the engine; the baseline reads nothing"
        }
        _ => {
            "ten small look-ups one after another, each two changes of thread on SQLite; the baseline reads nothing"
        }
    }
}

/// Keeps the bytes that the server answers, for the bare handler.
async fn keep(sala: &Server, page: &Page, folder: &Path) -> Result<()> {
    for ask in page.asks.iter().take(1) {
        let answer = load::fetch(sala.address, ask, "identity").await?;
        let kind = answer
            .headers
            .get(CONTENT_TYPE)
            .map_or(&b"text/html"[..], |kind| kind.as_bytes());
        std::fs::write(folder.join(format!("{}.body", page.name)), &answer.body)?;
        std::fs::write(folder.join(format!("{}.type", page.name)), kind)?;
    }
    Ok(())
}

async fn compare(
    run: &Run,
    report: &mut Report,
    sala: &Server,
    bare: &Server,
    page: &Page,
) -> Result<()> {
    let same = |ask: &Ask| Ask {
        path: format!("/{}", page.name),
        ..ask.clone()
    };
    let same: Vec<Ask> = page.asks.iter().map(same).collect();
    let (mut ours, mut least) = (Vec::new(), Vec::new());
    for _ in 0..run.rounds() {
        least.push(load::for_a_while(bare.address, &same, run.page_time()).await?);
        ours.push(load::for_a_while(sala.address, &page.asks, run.page_time()).await?);
    }
    let ratios = ours
        .iter()
        .zip(&least)
        .map(|(ours, least)| ours.per_second() / least.per_second());
    report.add(Line {
        what: format!("pages: {}", page.name),
        ratio: median(ratios.collect()),
        figures: format!("{} against {}", words(&ours), words(&least)),
        unit: Unit::Percent,
        target: Target::AtLeast(0.4),
        limited_by: limited_by(page.name),
    });
    Ok(())
}

/// `1234/s, p99 5.6 ms`
pub fn words(measured: &[Measured]) -> String {
    let rate = median(measured.iter().map(Measured::per_second).collect());
    let p99 = median(measured.iter().map(Measured::p99).collect());
    format!("{rate:.0}/s, p99 {p99:.1} ms")
}

/// Memory before and after a load.
pub fn memory(report: &mut Report, what: &str, engine: Engine, idle: Memory, loaded: Memory) {
    let mebibytes = |kibibytes: u64| load::to_f64(kibibytes) / 1024.0;
    report.add(Line {
        what: format!("memory: {what}, {}", engine_name(engine)),
        ratio: mebibytes(loaded.peak),
        figures: format!(
            "idle {:.0} MiB, after the load {:.0} MiB, at most {:.0} MiB",
            mebibytes(idle.now),
            mebibytes(loaded.now),
            mebibytes(loaded.peak)
        ),
        unit: Unit::Mebibytes,
        target: Target::AtMost(64.0),
        limited_by: "resident set of the process: the binary with its site, a brotli window for each answer under way, SQLite's caches",
    });
}
