//! Sixty days of a busy crematorium: three furnaces, six rounds and five pavilions, after no and after ten years of cases.
use crate::Run;
use crate::child::Server;
use crate::history;
use crate::load::{self, Ask, Measured};
use crate::office::{Office, busy_city};
use crate::pages::words;
use crate::report::{Line, Report, Target, Unit, engine_name, median};
use anyhow::Result;
use chrono::Days;
use domain::time;
use std::time::Duration;
use store::Engine;
use store::testing::run_sql;

/// Cases of ten years.
const CASES: i64 = 20_000;
/// Requests that wait in the coming month.
const WAITING: u32 = 90;
const DAYS: u64 = 60;

pub async fn measure(run: &Run, engine: Engine, report: &mut Report) -> Result<()> {
    let empty = Installation::new(run, engine, 0).await?;
    let old = Installation::new(run, engine, CASES).await?;
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
    empty.close().await?;
    old.close().await
}

struct Installation {
    office: Office,
    sala: Server,
    ask: Ask,
}

impl Installation {
    async fn new(run: &Run, engine: Engine, cases: i64) -> Result<Self> {
        let office = Office::new(engine, busy_city()?).await?;
        history::load(office.store(), cases, office.desk.now()).await?;
        office.fill(WAITING).await?;
        if engine == Engine::Postgres {
            // As autovacuum does in time, for small tables too.
            run_sql(office.store(), "VACUUM ANALYZE").await;
        }
        let sala = office.serve(&run.sala, true).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        let from = time::local_date(office.desk.now());
        let to = from + Days::new(DAYS - 1);
        let path = format!("/api/v1/crematorium/availability?from={from}&to={to}");
        Ok(Self {
            office,
            sala,
            ask: Ask::get(&path),
        })
    }

    async fn ask(&self, time: Duration) -> Result<Measured> {
        load::alone(self.sala.address, &self.ask, time).await
    }

    async fn close(self) -> Result<()> {
        self.sala.stop().await?;
        self.office.close().await;
        Ok(())
    }
}
