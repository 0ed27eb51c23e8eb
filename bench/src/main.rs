//! `bench`: measures Sala against the least that could do the same, and writes down what it found.
//!
//! `cargo xtask bench` builds and starts everything this needs. Every figure is a ratio of two things that were
//! measured in turn in one run; nothing here is a test, and nothing fails because a machine is slow.
//!
//! | module | what it does |
//! |---|---|
//! | [`pages`] | pages per second against a bare handler that returns the same bytes |
//! | [`bookings`] | bookings per second against the same statements in-process |
//! | [`availability`] | sixty days of a busy crematorium, after no and after ten years of cases |
//! | [`printing`] | a document's PDF, by the printer alone and through HTTP |
//! | [`growth`] | hot pages after no, some and a great deal of history |
//! | [`weights`] | what a resident's phone downloads |
//! | [`report`] | the table |
//! | [`load`], [`child`], [`bare`], [`office`], [`history`], [`installation`], [`statements`] | what they are measured with |
mod availability;
mod bare;
mod bookings;
mod child;
mod growth;
mod history;
mod installation;
mod load;
mod office;
mod pages;
mod printing;
mod report;
mod statements;
mod weights;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use report::Report;
use std::future::Future;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store::Engine;

/// Connections that ask at once.
const CONNECTIONS: usize = 16;

#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measures everything.
    Run(Run),
    /// The baseline of pages: answers with the files of a folder, and nothing else.
    Bare {
        /// `NAME.body` and `NAME.type` for every page.
        folder: PathBuf,
    },
}

/// What is measured, and for how long.
#[derive(Clone, Debug, clap::Args)]
struct Run {
    /// The release's binary.
    #[arg(long)]
    sala: PathBuf,
    /// The page to write.
    #[arg(long)]
    output: PathBuf,
    /// Short and rough, for development.
    #[arg(long)]
    quick: bool,
    /// One part only, by its name.
    #[arg(long)]
    only: Option<String>,
}

impl Run {
    /// How often two things are measured in turn; the middle one counts.
    fn rounds(&self) -> usize {
        if self.quick { 2 } else { 5 }
    }

    /// How long one page is asked for in one round.
    fn page_time(&self) -> Duration {
        Duration::from_millis(if self.quick { 500 } else { 3000 })
    }

    /// How many bookings are sent in one measurement.
    fn bookings(&self) -> usize {
        if self.quick { 600 } else { 4000 }
    }

    /// Requests of history by engine, the first of which is none.
    fn histories(&self, engine: Engine) -> Vec<i64> {
        match engine {
            Engine::Postgres if self.quick => vec![0, 20_000],
            _ => vec![0, 20_000, 1_000_000],
        }
    }

    /// No part of the run may take longer.
    fn patience(&self) -> Duration {
        Duration::from_secs(if self.quick { 480 } else { 900 })
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Bare { folder } => bare::serve(&folder).await,
        Command::Run(run) => measure(&run).await,
    }
}

async fn measure(run: &Run) -> Result<()> {
    let began = Instant::now();
    let mut report = Report::default();
    part(run, "pages", Box::pin(pages::measure(run, &mut report))).await?;
    part(run, "weights", Box::pin(weights::measure(run, &mut report))).await?;
    part(
        run,
        "printing",
        Box::pin(printing::measure(run, &mut report)),
    )
    .await?;
    for engine in [Engine::Sqlite, Engine::Postgres] {
        part(
            run,
            "bookings",
            Box::pin(bookings::measure(run, engine, &mut report)),
        )
        .await?;
        part(
            run,
            "availability",
            Box::pin(availability::measure(run, engine, &mut report)),
        )
        .await?;
        part(
            run,
            "growth",
            Box::pin(growth::measure(run, engine, &mut report)),
        )
        .await?;
    }
    let text = report.page(run, began.elapsed()).await;
    println!("{text}");
    if let Some(folder) = run.output.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&run.output, text).with_context(|| run.output.display().to_string())
}

/// One part, bounded in time.
async fn part(run: &Run, name: &'static str, work: impl Future<Output = Result<()>>) -> Result<()> {
    if run.only.as_deref().is_some_and(|only| only != name) {
        return Ok(());
    }
    println!("{name}");
    let done = tokio::time::timeout(run.patience(), work).await;
    done.with_context(|| format!("{name} took over {} s", run.patience().as_secs()))?
        .context(name)
}
