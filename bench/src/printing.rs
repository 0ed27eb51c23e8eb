//! A document's PDF: a permit by the printer alone, and a request as filled from the click to the file.
use crate::Run;
use crate::load::{self, Ask, Measured, micros};
use crate::office::{Office, city};
use crate::report::{Line, Report, Target, Unit, median};
use anyhow::{Context, Result, ensure};
use desk::request::Access;
use documents::Press;
use domain::document::Kind;
use domain::form::Lang;
use std::time::{Duration, Instant};
use store::Engine;

/// The permit that the printer's tests read.
#[path = "../../documents/tests/samples/mod.rs"]
#[expect(
    dead_code,
    clippy::expect_used,
    reason = "a sample of the tests; one of them is measured"
)]
mod samples;

const AFTER_THE_FIRST: Duration = Duration::from_millis(150);

pub async fn measure(run: &Run, report: &mut Report) -> Result<()> {
    let time = run.page_time();
    permit(time, report)?;
    through_http(run, time, report).await
}

/// Fonts and template are loaded with the first; no permit after it has the same number.
fn permit(time: Duration, report: &mut Report) -> Result<()> {
    let asked = Instant::now();
    let press = Press::new();
    press.pdf(&samples::permit())?;
    let first = asked.elapsed();
    let mut times = Vec::new();
    let began = Instant::now();
    while began.elapsed() < time {
        let mut document = samples::permit();
        document.number = Some(format!("ฌส {}/2569", times.len() + 1));
        let asked = Instant::now();
        ensure!(!press.pdf(&document)?.is_empty(), "an empty PDF");
        times.push(micros(asked.elapsed()));
    }
    let measured = Measured::new(began.elapsed(), times);
    line(
        report,
        "a permit's PDF, the printer alone",
        first,
        &measured,
    );
    Ok(())
}

/// The link is made once, as the page does; each opening reads the request, composes, prints and sends.
async fn through_http(run: &Run, time: Duration, report: &mut Report) -> Result<()> {
    let office = Office::new(Engine::Sqlite, city()?).await?;
    let live = office.fill(1).await?;
    let live = live.first().context("a request")?;
    let access = Access::Family {
        reference: &live.reference,
        last4: &live.last4,
        address: "bench",
    };
    let document = office
        .desk
        .document_by(&access, Kind::Request, Lang::Th)
        .await?;
    let link = office.desk.document_link(&document)?;
    let sala = office.serve(&run.sala, true).await?;
    let ask = Ask::get(&format!("/document/{link}/pdf"));
    let asked = Instant::now();
    load::fetch(sala.address, &ask, "identity").await?;
    let first = asked.elapsed();
    let measured = load::alone(sala.address, &ask, time).await?;
    line(
        report,
        "a request's PDF, through HTTP and the worker",
        first,
        &measured,
    );
    sala.stop().await?;
    office.close().await;
    Ok(())
}

fn line(report: &mut Report, what: &str, first: Duration, after: &Measured) {
    report.add(Line {
        what: format!("printing: {what}, p99 after the first"),
        ratio: median(vec![after.p99()]),
        figures: format!(
            "the first {} ms, then {:.0}/s, p99 {:.1} ms",
            first.as_millis(),
            after.per_second(),
            after.p99()
        ),
        unit: Unit::Milliseconds,
        target: Target::AtMost(load::to_f64(micros(AFTER_THE_FIRST)) / 1000.0),
        limited_by: "setting the page: shaping Thai text, then compressing the file",
    });
}
