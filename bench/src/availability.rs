//! Sixty days of a busy crematorium: three furnaces, six rounds and five pavilions, after no and after ten years of cases.
use crate::Run;
use crate::installation::Installation;
use crate::load::{self, Ask, Measured};
use crate::office::busy_city;
use crate::pages::words;
use crate::report::{Line, Report, Target, Unit, engine_name, median};
use anyhow::Result;
use chrono::Days;
use domain::time;
use std::time::Duration;
use store::Engine;

/// Cases of ten years.
const CASES: i64 = 20_000;
/// Requests that wait in the coming month.
const WAITING: u32 = 90;
const DAYS: u64 = 60;

pub async fn measure(run: &Run, engine: Engine, report: &mut Report) -> Result<()> {
    let empty = Busy::new(run, engine, 0).await?;
    let old = Busy::new(run, engine, CASES).await?;
    let (mut fresh, mut grown) = (Vec::new(), Vec::new());
    for _ in 0..run.rounds() {
        fresh.push(empty.ask(run.page_time()).await?);
        grown.push(old.ask(run.page_time()).await?);
    }
    let p99 = median(grown.iter().map(Measured::p99).collect());
    let name = engine_name(engine);
    let figures = format!(
        "no case: {}; {CASES} cases: {}",
        words(&fresh),
        words(&grown)
    );
    let ratios = fresh
        .iter()
        .zip(&grown)
        .map(|(fresh, grown)| fresh.per_second() / grown.per_second());
    report.add(Line {
        what: format!("availability of {DAYS} days, {name}: p99 of one who asks alone"),
        ratio: p99,
        figures: figures.clone(),
        unit: Unit::Milliseconds,
        target: Target::AtMost(5.0),
        limited_by: "one query over two months' claims, then sixty days in JSON and brotli",
    });
    report.add(Line {
        what: format!("availability of {DAYS} days, {name}: with ten years of cases"),
        ratio: median(ratios.collect()),
        figures,
        unit: Unit::Times,
        target: Target::AtMost(1.3),
        limited_by: "a range of the index by day; past days lie elsewhere in it",
    });
    empty.at.close().await?;
    old.at.close().await
}

/// A busy city's installation after so many cases, and what is asked of it.
struct Busy {
    at: Installation,
    ask: Ask,
}

impl Busy {
    async fn new(run: &Run, engine: Engine, cases: i64) -> Result<Self> {
        let at = Installation::new(run, engine, busy_city()?, cases, WAITING).await?;
        let from = time::local_date(at.office.desk.now());
        let to = from + Days::new(DAYS - 1);
        let path = format!("/api/v1/crematorium/availability?from={from}&to={to}");
        Ok(Self {
            at,
            ask: Ask::get(&path),
        })
    }

    async fn ask(&self, time: Duration) -> Result<Measured> {
        load::alone(self.at.sala.address, &self.ask, time).await
    }
}
