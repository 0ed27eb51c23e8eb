//! Hot pages with no history, with ten years of a town, and with ten years of the largest city.
use crate::Run;
use crate::installation::Installation;
use crate::load::{self, Measured, micros};
use crate::office::city;
use crate::pages::{self, Page, WAITING, words};
use crate::report::{Line, Report, Target, Unit, engine_name, median};
use anyhow::{Result, bail};
use chrono::Days;
use desk::office::InboxFilter;
use domain::request::{Role, StaffActor};
use domain::time;
use std::time::{Duration, Instant};
use store::Engine;
use uuid::Uuid;

/// One installation with its history.
struct Size {
    history: i64,
    at: Installation,
    pages: Vec<Page>,
}

/// Use cases that are called in-process.
const IN_PROCESS: [&str; 2] = [
    "staff inbox and counts, in-process",
    "availability, in-process",
];

pub async fn measure(run: &Run, engine: Engine, report: &mut Report) -> Result<()> {
    let mut sizes = Vec::new();
    for history in run.histories(engine) {
        sizes.push(Size::new(run, engine, history).await?);
    }
    let names: Vec<&'static str> = sizes[0]
        .pages
        .iter()
        .map(|page| page.name)
        .chain(IN_PROCESS)
        .collect();
    for name in names {
        let mut measured: Vec<Vec<Measured>> = sizes.iter().map(|_| Vec::new()).collect();
        for _ in 0..run.rounds() {
            for (size, measured) in sizes.iter().zip(&mut measured) {
                measured.push(size.measure(name, run.page_time()).await?);
            }
        }
        report.add(line(engine, name, &sizes, &measured));
    }
    for size in sizes {
        size.at.close().await?;
    }
    Ok(())
}

fn line(engine: Engine, name: &str, sizes: &[Size], measured: &[Vec<Measured>]) -> Line {
    let each = sizes
        .iter()
        .zip(measured)
        .map(|(size, measured)| format!("{}: {}", size.history, words(measured)));
    let figures: Vec<String> = each.collect();
    let (first, last) = (measured.first(), measured.last());
    let ratios = first.into_iter().flatten().zip(last.into_iter().flatten());
    Line {
        what: format!("history, {}: {name}", engine_name(engine)),
        ratio: median(
            ratios
                .map(|(first, last)| first.per_second() / last.per_second())
                .collect(),
        ),
        figures: figures.join("; "),
        unit: Unit::Times,
        target: Target::AtMost(1.3),
        limited_by: match name {
            "home" => "reads no table",
            "tracking" => "look-ups by key: one level more of each index",
            name if name.starts_with("staff") => {
                "a range of the index of waiting requests; the ended ones lie elsewhere in it"
            }
            _ => "a range of the index by day; past days lie elsewhere in it",
        },
    }
}

impl Size {
    async fn new(run: &Run, engine: Engine, history: i64) -> Result<Self> {
        let at = Installation::new(run, engine, city()?, history, WAITING).await?;
        Ok(Self {
            history,
            pages: pages::hot(&at.live),
            at,
        })
    }

    async fn measure(&self, name: &str, time: Duration) -> Result<Measured> {
        if let Some(page) = self.pages.iter().find(|page| page.name == name) {
            return load::for_a_while(self.at.sala.address, &page.asks, time).await;
        }
        let mut times = Vec::new();
        let began = Instant::now();
        while began.elapsed() < time {
            let asked = Instant::now();
            self.call(name).await?;
            times.push(micros(asked.elapsed()));
        }
        Ok(Measured::new(began.elapsed(), times))
    }

    async fn call(&self, name: &str) -> Result<()> {
        let desk = &self.at.office.desk;
        if name == IN_PROCESS[0] {
            let who = officer();
            let inbox = desk.inbox(&who, &InboxFilter::default(), None).await?;
            desk.day_numbers(&who).await?;
            if inbox.rows.is_empty() {
                bail!("the inbox is empty");
            }
        } else {
            let today = time::local_date(desk.now());
            desk.availability(today, today + Days::new(30)).await?;
        }
        Ok(())
    }
}

fn officer() -> StaffActor {
    StaffActor {
        id: Uuid::from_u128(1),
        name: "officer".to_owned(),
        position: "officer".to_owned(),
        roles: vec![Role::Officer],
        delegation: None,
    }
}
