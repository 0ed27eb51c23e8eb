//! Progress for people: `[2/6] building the server … 43 s`.

use anyhow::Result;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// How often a line is drawn again on a terminal, and printed anew elsewhere.
const REDRAW: Duration = Duration::from_secs(1);
const REPEAT: Duration = Duration::from_secs(30);

/// The steps of one command.
#[derive(Debug)]
pub struct Progress {
    done: usize,
    total: usize,
}

impl Progress {
    pub fn new(total: usize) -> Self {
        Self { done: 0, total }
    }

    /// Does one step, shows how long it takes, and gives its time and result.
    pub fn step<T>(
        &mut self,
        name: &str,
        work: impl FnOnce(&mut Step) -> Result<T>,
    ) -> (Duration, Result<T>) {
        self.done += 1;
        let label = format!("[{}/{}] {name}", self.done, self.total);
        let mut step = Step::new(label);
        let result = work(&mut step);
        (step.started.elapsed(), step.finish(result))
    }

    /// As [`Progress::step`], when only success matters.
    pub fn must<T>(&mut self, name: &str, work: impl FnOnce(&mut Step) -> Result<T>) -> Result<T> {
        self.step(name, work).1
    }
}

/// A step under way.
#[derive(Debug)]
pub struct Step {
    label: String,
    started: Instant,
    shown: Instant,
    terminal: bool,
    last_line: String,
    note: String,
}

impl Step {
    fn new(label: String) -> Self {
        let now = Instant::now();
        let step = Self {
            label,
            started: now,
            shown: now,
            terminal: std::io::stdout().is_terminal(),
            last_line: String::new(),
            note: String::new(),
        };
        if !step.terminal {
            println!("{} …", step.label);
        }
        step
    }

    /// Remembers what the work last said, to show it when the line is next drawn.
    pub fn heard(&mut self, line: &str) {
        if !line.is_empty() {
            line.clone_into(&mut self.last_line);
        }
        self.tick();
    }

    /// Draws the line again when that is due.
    pub fn tick(&mut self) {
        let due = if self.terminal { REDRAW } else { REPEAT };
        if self.shown.elapsed() < due {
            return;
        }
        self.shown = Instant::now();
        let seconds = self.started.elapsed().as_secs();
        let doing: String = self.last_line.chars().take(60).collect();
        if self.terminal {
            print!("\r\x1b[K{} … {seconds} s  {doing}", self.label);
            let _closed = std::io::stdout().flush();
        } else {
            println!("{} … {seconds} s  {doing}", self.label);
        }
    }

    /// A few words for the step's last line, such as "unchanged".
    pub fn note(&mut self, words: impl Into<String>) {
        self.note = words.into();
    }

    /// A line of its own that must not be missed.
    pub fn warn(&mut self, words: &str) {
        if self.terminal {
            print!("\r\x1b[K");
        }
        println!("warning: {words}");
    }

    fn finish<T>(self, result: Result<T>) -> Result<T> {
        let seconds = self.started.elapsed().as_secs();
        let start = if self.terminal { "\r\x1b[K" } else { "" };
        let note = if result.is_err() {
            "FAILED"
        } else {
            &self.note
        };
        println!("{start}{} … {seconds} s  {note}", self.label);
        result
    }
}
