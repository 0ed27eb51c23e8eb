//! The table: every figure a ratio, the absolute figures beside it, and what limits it.
use crate::Run;
use std::fmt::Write;
use std::time::Duration;
use store::Engine;

/// What every ratio is held against.
#[derive(Clone, Copy, Debug)]
pub enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// A figure to read beside another.
    None,
}

impl Target {
    fn words(self, unit: Unit) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {}", unit.words(least)),
            Self::AtMost(most) => format!("≤ {}", unit.words(most)),
            Self::None => "–".to_owned(),
        }
    }

    fn verdict(self, figure: f64) -> &'static str {
        let met = match self {
            Self::AtLeast(least) => figure >= least,
            Self::AtMost(most) => figure <= most,
            Self::None => return "–",
        };
        if met { "met" } else { "**missed**" }
    }
}

#[derive(Clone, Copy, Debug)]
pub enum Unit {
    Percent,
    Times,
    Mebibytes,
    Kilobytes,
    Milliseconds,
}

impl Unit {
    fn words(self, figure: f64) -> String {
        match self {
            Self::Percent => format!("{:.0} %", figure * 100.0),
            Self::Times => format!("{figure:.2} ×"),
            Self::Mebibytes => format!("{figure:.0} MiB"),
            Self::Kilobytes => format!("{figure:.1} kB"),
            Self::Milliseconds => format!("{figure:.1} ms"),
        }
    }
}

/// A line of the table.
#[derive(Debug)]
pub struct Line {
    pub what: String,
    /// The absolute figures.
    pub figures: String,
    pub ratio: f64,
    pub unit: Unit,
    pub target: Target,
    pub limited_by: &'static str,
}

#[derive(Debug, Default)]
pub struct Report {
    pub lines: Vec<Line>,
    /// Page by page: html, style, fonts, sum.
    pub weights: Vec<(String, usize, usize, usize)>,
    /// Such as "SQLite 3.50.2".
    pub versions: Vec<String>,
}

impl Report {
    /// Adds a line, and says so at once.
    pub fn add(&mut self, line: Line) {
        println!(
            "{} | {} | {}",
            line.what,
            line.figures,
            line.unit.words(line.ratio)
        );
        self.lines.push(line);
    }

    /// The whole page, in Markdown.
    pub async fn page(&self, run: &Run, took: Duration) -> String {
        let mut page = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut page, run, took).await;
        page
    }

    async fn write(&self, page: &mut String, run: &Run, took: Duration) -> std::fmt::Result {
        let how = if run.quick {
            "`cargo xtask bench --quick` (short and rough)"
        } else {
            "`cargo xtask bench`"
        };
        writeln!(page, "# Benchmarks\n")?;
        writeln!(
            page,
            "Written by {how} in {} s; do not edit. {}\n",
            took.as_secs(),
            machine().await
        )?;
        writeln!(page, "Versions: {}.\n", self.versions.join(", "))?;
        writeln!(
            page,
            "The load, the server, the baseline and PostgreSQL share the machine's cores, so absolute figures are low and \
             ratios count. Two things that are compared were measured in turn, {} times; the middle of each stands here. \
             {} keep-alive connections over loopback, every answer checked; p99 is what 99 of 100 answers stay under. \
             Nothing is switched off for speed: SQLite runs with `synchronous=FULL`, PostgreSQL with `fsync` and \
             `synchronous_commit` on.\n",
            run.rounds(),
            crate::CONNECTIONS
        )?;
        writeln!(
            page,
            "| what | measured | figure | target | | what limits it |"
        )?;
        writeln!(page, "|---|---|---|---|---|---|")?;
        for line in &self.lines {
            writeln!(
                page,
                "| {} | {} | {} | {} | {} | {} |",
                line.what,
                line.figures,
                line.unit.words(line.ratio),
                line.target.words(line.unit),
                line.target.verdict(line.ratio),
                line.limited_by
            )?;
        }
        self.write_weights(page)?;
        page.push_str(METHOD);
        page.push_str(OTHERS);
        Ok(())
    }

    fn write_weights(&self, page: &mut String) -> std::fmt::Result {
        writeln!(page, "\n## What a first visit to each page downloads\n")?;
        writeln!(
            page,
            "Bytes over the wire with brotli. Fonts: the two that Thai pages fetch first; the two Latin ones come when a page shows digits or spaces in them, and are kept for a year like everything with a fingerprint.\n"
        )?;
        writeln!(page, "| page | html | style | fonts | together |")?;
        writeln!(page, "|---|---|---|---|---|")?;
        for (name, html, style, fonts) in &self.weights {
            writeln!(
                page,
                "| {name} | {html} | {style} | {fonts} | {} |",
                html + style + fonts
            )?;
        }
        Ok(())
    }
}

const METHOD: &str = "
## How

- **Pages**: a release of `sala serve` on SQLite with sixty waiting requests of the sample city. The baseline is a bare axum handler in its own process that returns the same bytes through the same compression layer. Tracking is a `POST` of a real number and the last four digits, with the limits on as delivered.
- **Bookings**: `POST /api/v1/crematorium/requests` with a token without a limit (`SALA_LIMITS=off`), each booking a furnace's round, two pavilion nights and an ash slot that nobody else wants. The baseline runs the same statements through `store` in-process, sixteen at a time, with everything they bind made before; the second line calls the use case in-process, rules and keys included.
- **Availability of sixty days**: three furnaces, six rounds, five pavilions and ninety waiting requests, one client that asks again as soon as it has the answer; beside it the same with twenty thousand ended cases.
- **Printing**: a permit by the printer in-process, and a request as filled through HTTP: read, composed, printed in the worker's process, sent.
- **History**: ten years of ended requests with people, cases, events, calls, claims and search prefixes; the same sixty requests wait in each. The servers of all sizes run side by side and are asked in turn.
";

const OTHERS: &str = "
## What people would pick instead

Not measured here: these were measured elsewhere and earlier, on two cores with the load on the same cores, 16 connections. Indico 50 landing pages/s, 43 availability calendars/s, 41 bookings/s, 590 MB, 1.68 MB of compressed scripts; pretix 30, 21, 28, 562 MB, 256 kB; LibreBooking 703 (a login page), 92, 109, 200 MB with its database, 277 kB. Two simultaneous requests for one slot: Indico booked it twice 32–37 times of 40, LibreBooking 37 of 40, pretix never; Sala never (`desk/tests/cases/races.rs`).
";

#[expect(
    clippy::disallowed_methods,
    reason = "the date on the page is the machine's"
)]
async fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let (cpu, memory) = (read("/proc/cpuinfo"), read("/proc/meminfo"));
    let model = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("an unknown processor", |(_, model)| model.trim());
    let kibibytes = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:"));
    let kibibytes: u64 = kibibytes
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or_default();
    let compiler = tokio::process::Command::new("rustc")
        .arg("--version")
        .output()
        .await;
    let compiler = compiler
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default();
    format!(
        "{}: {cores} cores of {model}, {:.0} GiB of memory, {compiler}; load average at the end {load}.",
        chrono::Utc::now().date_naive(),
        crate::load::to_f64(kibibytes) / 1024.0 / 1024.0
    )
}

pub fn engine_name(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    }
}

/// The middle of some figures; the lower middle of an even number.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures
        .get(figures.len().saturating_sub(1) / 2)
        .copied()
        .unwrap_or(f64::NAN)
}
