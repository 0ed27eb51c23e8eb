//! `cargo xtask test`: every check there is, and one summary.

use crate::packages;
use crate::postgres::Cluster;
use crate::process;
use crate::progress::{Progress, Step};
use crate::run;
use crate::site;
use crate::wasm::{self, Toolchain};
use crate::workspace::{Flavour, Workspace};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

const LOGS: &str = "test-logs";
/// What may be chosen on the command line; everything else prepares it.
const CHECKS: [&str; 4] = ["format", "lint", "tests", "journeys"];

pub fn command(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    if let Some(stranger) = arguments.iter().find(|a| !CHECKS.contains(&a.as_str())) {
        bail!("{stranger:?} is not one of {CHECKS:?}");
    }
    let wanted = |check: &str| arguments.is_empty() || arguments.iter().any(|a| a == check);
    let (tests, journeys) = (wanted("tests"), wanted("journeys"));
    // Packages and the wasm target; what each check adds; the site, the server and PostgreSQL.
    let steps = 2
        + usize::from(wanted("format"))
        + 4 * usize::from(wanted("lint"))
        + 3 * usize::from(tests || journeys)
        + 2 * usize::from(tests)
        + usize::from(journeys);
    let mut session = Session::new(workspace, steps);

    session.step("packages", |step, log, _| {
        packages::ensure_for_tests(workspace, step, log)
    });
    let mut toolchain = None;
    session.step("wasm-target", |step, log, _| {
        toolchain = Some(Toolchain::ensure(workspace, step, log)?);
        Ok(())
    });
    if wanted("format") {
        session.step("format", |step, log, _| {
            let mut fmt = workspace.cargo();
            process::run(step, fmt.args(["fmt", "--all", "--check"]), log)
        });
    }
    if wanted("lint") {
        lint(&mut session, toolchain.as_ref());
    }
    if tests || journeys {
        session.step("site", |step, log, _| {
            let toolchain = toolchain.as_ref().context("there is no wasm target")?;
            let package = wasm::build(workspace, toolchain, Flavour::Dev, step, log)?;
            site::build(workspace, Flavour::Dev, &package, step)
        });
        let built = session.step("server", |step, log, _| {
            run::build_server(workspace, Flavour::Dev, step, log)
        });
        let mut cluster = None;
        session.step("postgres", |step, log, _| {
            cluster = Some(Cluster::start(step, log)?);
            Ok(())
        });
        if tests {
            cargo_tests(&mut session, cluster.as_ref());
        }
        if journeys {
            session.step("journeys", |step, log, counts| {
                ensure!(built, "not run: there is no server");
                run_journeys(workspace, cluster.as_ref(), step, log, counts)
            });
        }
    }
    session.finish()
}

/// Native, xtask and wasm apart: features for the server and the browser never mix.
fn lint(session: &mut Session, toolchain: Option<&Toolchain>) {
    let workspace = session.workspace;
    session.step("lint", |step, log, _| {
        let mut clippy = workspace.cargo();
        clippy.args(["clippy", "--all-targets", "--", "-D", "warnings"]);
        process::run(step, &mut clippy, log)
    });
    // Neither belongs to a plain build; each alone, so that features do not meet.
    for (name, package) in [("lint-xtask", "xtask"), ("lint-bench", "bench")] {
        session.step(name, |step, log, _| {
            let mut clippy = workspace.cargo();
            clippy.args(["clippy", "--package", package, "--all-targets"]);
            process::run(step, clippy.args(["--", "-D", "warnings"]), log)
        });
    }
    session.step("lint-wasm", |step, log, _| {
        let toolchain = toolchain.context("there is no wasm target")?;
        let mut clippy = toolchain.cargo(workspace, "clippy");
        // The rules compile for the browser too.
        clippy.args(["--package", "frontend", "--package", "domain"]);
        clippy.args(["--", "-D", "warnings"]);
        process::run(step, &mut clippy, log)
    });
}

fn cargo_tests(session: &mut Session, cluster: Option<&Cluster>) {
    let workspace = session.workspace;
    session.step("tests", |step, log, counts| {
        let mut cargo = workspace.cargo();
        cargo.args(["test", "--no-fail-fast"]);
        environment(&mut cargo, workspace, cluster);
        cargo_test(&mut cargo, step, log, counts)
    });
    session.step("tests-xtask", |step, log, counts| {
        let mut cargo = workspace.cargo();
        cargo.args(["test", "--no-fail-fast", "--package", "xtask"]);
        cargo_test(&mut cargo, step, log, counts)
    });
}

/// What tests may rely on.
fn environment(command: &mut Command, workspace: &Workspace, cluster: Option<&Cluster>) {
    command
        .env("SALA_BIN", run::binary(workspace, Flavour::Dev))
        .env("SALA_SITE_DIR", workspace.site());
    if let Some(cluster) = cluster {
        command.env("SALA_TEST_POSTGRES", cluster.url());
    }
    if let Some(chromium) = packages::chromium() {
        command.env("SALA_CHROMIUM", chromium);
    }
}

fn cargo_test(
    command: &mut Command,
    step: &mut Step,
    log: &Path,
    counts: &mut Counts,
) -> Result<()> {
    let ran = process::run(step, command, log);
    let output = fs::read_to_string(log).unwrap_or_default();
    *counts = Counts::of_cargo(&output);
    ran?;
    counts.check()
}

fn run_journeys(
    workspace: &Workspace,
    cluster: Option<&Cluster>,
    step: &mut Step,
    log: &Path,
    counts: &mut Counts,
) -> Result<()> {
    let folder = workspace.tests();
    let report = log.with_extension("json");
    let _absent = fs::remove_file(&report);
    let mut playwright = Command::new(folder.join("node_modules/.bin/playwright"));
    playwright
        .args(["test", "--reporter=list,json"])
        .current_dir(&folder)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report)
        .env("FORCE_COLOR", "0");
    environment(&mut playwright, workspace, cluster);
    let ran = process::run(step, &mut playwright, log);
    if let Ok(text) = fs::read_to_string(&report) {
        *counts = Counts::of_playwright(&text)?;
    }
    ran?;
    counts.check()
}

/// How many tests did what.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    /// Ignored, skipped, or passed only when tried again: none of these is a pass.
    doubtful: u64,
}

impl Counts {
    /// Sums cargo's lines `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn of_cargo(output: &str) -> Self {
        let mut counts = Self::default();
        for line in output.lines() {
            let Some((_, result)) = line.split_once("test result: ") else {
                continue;
            };
            let words: Vec<&str> = result.split([' ', '.', ';']).collect();
            for pair in words.windows(2) {
                let Ok(number) = pair[0].parse::<u64>() else {
                    continue;
                };
                match pair[1] {
                    "passed" => counts.passed += number,
                    "failed" => counts.failed += number,
                    "ignored" => counts.doubtful += number,
                    _ => {}
                }
            }
        }
        counts
    }

    /// Reads the totals of Playwright's JSON report.
    fn of_playwright(report: &str) -> Result<Self> {
        let report: Value = serde_json::from_str(report).context("Playwright's report")?;
        let total = |key: &str| {
            let number = report["stats"][key].as_u64();
            number.with_context(|| format!("Playwright's report has no {key}"))
        };
        Ok(Self {
            passed: total("expected")?,
            failed: total("unexpected")?,
            doubtful: total("skipped")? + total("flaky")?,
        })
    }

    /// Nothing run, or anything skipped, is a failure.
    fn check(self) -> Result<()> {
        ensure!(self.passed > 0, "no test ran");
        ensure!(
            self.failed == 0 && self.doubtful == 0,
            "{} failed, {} ignored, skipped or passed only when tried again",
            self.failed,
            self.doubtful
        );
        Ok(())
    }
}

/// One run of the command: its steps so far.
struct Session<'a> {
    workspace: &'a Workspace,
    progress: Progress,
    reports: Vec<Report>,
}

struct Report {
    name: &'static str,
    time: Duration,
    ok: bool,
    counts: Counts,
}

impl<'a> Session<'a> {
    fn new(workspace: &'a Workspace, steps: usize) -> Self {
        Self {
            workspace,
            progress: Progress::new(steps),
            reports: Vec::new(),
        }
    }

    /// Does a step unless somebody asked to stop; a failure is shown, noted, and not the end.
    fn step(
        &mut self,
        name: &'static str,
        work: impl FnOnce(&mut Step, &Path, &mut Counts) -> Result<()>,
    ) -> bool {
        if process::interrupted() {
            return false;
        }
        let log = self.workspace.log(LOGS, name);
        let mut counts = Counts::default();
        let (time, result) = self
            .progress
            .step(name, |step| work(step, &log, &mut counts));
        if let Err(error) = &result {
            eprintln!("{error:#}\n");
        }
        let ok = result.is_ok();
        self.reports.push(Report {
            name,
            time,
            ok,
            counts,
        });
        ok
    }

    /// Prints the summary; an error when anything failed.
    fn finish(self) -> Result<()> {
        println!("\n{}", summary(&self.reports));
        ensure!(!process::interrupted(), "stopped");
        let failed: Vec<&str> = self
            .reports
            .iter()
            .filter_map(|report| (!report.ok).then_some(report.name))
            .collect();
        ensure!(failed.is_empty(), "failed: {}", failed.join(", "));
        Ok(())
    }
}

/// A table of the steps, then `N passed, N failed`. A step that failed without a failed test
/// counts as one.
fn summary(reports: &[Report]) -> String {
    let (mut passed, mut failed) = (0, 0);
    let mut text = String::new();
    for report in reports {
        let counts = report.counts;
        let bad = counts.failed + counts.doubtful;
        passed += counts.passed;
        failed += if report.ok { bad } else { bad.max(1) };
        let outcome = if report.ok { "ok" } else { "FAILED" };
        let seconds = report.time.as_secs_f64();
        let mut line = format!("{:<12} {seconds:>8.1} s  {outcome:<6}", report.name);
        if counts != Counts::default() {
            let _infallible = write!(line, "  {} passed, {bad} failed", counts.passed);
        }
        text += line.trim_end();
        text.push('\n');
    }
    text + &format!("{passed} passed, {failed} failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_test_programs_are_summed() {
        let output = "running 3 tests\n\
            test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.01s\n\
            test result: FAILED. 1 passed; 2 failed; 4 ignored; 0 measured; 0 filtered out; finished in 1.20s\n";
        let counts = Counts {
            passed: 4,
            failed: 2,
            doubtful: 4,
        };
        assert_eq!(Counts::of_cargo(output), counts);
    }

    #[test]
    fn a_journey_that_was_skipped_or_needed_two_tries_is_doubtful() {
        let report = r#"{"stats": {"expected": 5, "unexpected": 0, "skipped": 1, "flaky": 2}}"#;
        let counts = Counts::of_playwright(report).expect("a report");
        assert_eq!((counts.passed, counts.doubtful), (5, 3));
        assert!(counts.check().is_err());
    }

    #[test]
    fn no_tests_at_all_is_a_failure() {
        assert!(Counts::of_cargo("Finished").check().is_err());
    }

    #[test]
    fn a_step_that_failed_without_a_test_counts_as_one_failure() {
        let report = |name, ok, passed| Report {
            name,
            time: Duration::from_millis(1500),
            ok,
            counts: Counts {
                passed,
                ..Counts::default()
            },
        };
        assert_eq!(
            summary(&[report("format", false, 0), report("tests", true, 3)]),
            "format            1.5 s  FAILED\n\
             tests             1.5 s  ok      3 passed, 0 failed\n\
             3 passed, 1 failed"
        );
    }
}
