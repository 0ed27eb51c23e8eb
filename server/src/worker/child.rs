//! The child: limits itself, then answers one job after another until its standard input ends.
use super::frame::{self, Answer, Job, Report};
use super::{picture, printing};
use rlimit::Resource;
use std::io;

/// Address space: one photo of 50 million points with room to spare.
pub const MEMORY: u64 = 768 * 1024 * 1024;

/// `sala worker`
pub fn run() -> io::Result<()> {
    limit()?;
    let (mut input, mut out) = (io::stdin().lock(), io::stdout().lock());
    while let Some((job, body)) = frame::read::<Job>(&mut input)? {
        let (answer, body) = work(&job, body);
        let report = Report {
            answer,
            peak: peak(),
        };
        frame::write(&mut out, &report, &body)?;
    }
    Ok(())
}

fn work(job: &Job, body: Vec<u8>) -> (Answer, Vec<u8>) {
    match job {
        Job::Picture => match picture::make_safe(body) {
            Ok(mut made) => {
                let answer = Answer::Picture {
                    jpeg: made.jpeg.len(),
                    width: made.width,
                    height: made.height,
                };
                made.jpeg.append(&mut made.thumbnail);
                (answer, made.jpeg)
            }
            Err(error) => (Answer::NotAPicture { error }, Vec::new()),
        },
        Job::Rows { most } => {
            let rows = desk::spreadsheet::rows(&body, *most);
            match rows.and_then(|rows| serde_json::to_vec(&rows).ok()) {
                Some(rows) => (Answer::Rows, rows),
                None => (Answer::NoRows, Vec::new()),
            }
        }
        Job::Pdf => printed(printing::pdf(&body)),
        Job::Png { width } => printed(printing::png(&body, *width)),
    }
}

fn printed(file: Result<Vec<u8>, String>) -> (Answer, Vec<u8>) {
    match file {
        Ok(file) => (Answer::Printed, file),
        Err(why) => (Answer::NotPrinted { why }, Vec::new()),
    }
}

/// No more memory than this, no file written, no image of the memory left behind.
fn limit() -> io::Result<()> {
    rlimit::setrlimit(Resource::AS, MEMORY, MEMORY)?;
    rlimit::setrlimit(Resource::FSIZE, 0, 0)?;
    rlimit::setrlimit(Resource::CORE, 0, 0)
}

/// The most memory this process ever held, in bytes; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1024
}
