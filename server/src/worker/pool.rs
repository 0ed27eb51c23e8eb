//! The server's side: at most two children at once, a short queue, a time limit; one that dies is replaced.
use super::frame::{self, Answer, Job, Report};
use desk::workshop::{Picture, Work, Workshop, WorkshopError};
use domain::document::Document;
use domain::picture::PictureError;
use std::io;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Semaphore;

/// Children at work at once.
const CHILDREN: usize = 2;
/// Jobs at work or waiting.
const QUEUE: usize = 16;
/// The longest that a job may take.
const TIME: Duration = Duration::from_secs(20);
/// Jobs of one child: then its memory goes back.
const JOBS: u32 = 200;

/// Children that work for this server.
#[derive(Debug)]
pub struct Pool {
    program: PathBuf,
    time: Duration,
    idle: Mutex<Vec<Worker>>,
    children: Semaphore,
    queue: Semaphore,
    peak: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Worker {
    /// Killed when this is dropped.
    _child: Child,
    input: ChildStdin,
    output: ChildStdout,
    jobs: u32,
}

/// Why a child did not answer.
enum Lost {
    /// It could not be started.
    NotStarted(io::Error),
    /// It died, was killed by its memory limit, or took too long.
    Died(String),
}

impl Pool {
    /// Children run `PROGRAM worker`. None is started before there is work.
    pub fn new(program: PathBuf) -> Self {
        Self {
            program,
            time: TIME,
            idle: Mutex::new(Vec::new()),
            children: Semaphore::new(CHILDREN),
            queue: Semaphore::new(QUEUE),
            peak: Arc::default(),
        }
    }

    /// Children run this very program, also when its file was replaced by a newer one.
    pub fn of_this_program() -> Self {
        let linux = PathBuf::from("/proc/self/exe");
        let program = if linux.exists() {
            linux
        } else {
            std::env::current_exe().unwrap_or_else(|_| PathBuf::from("sala"))
        };
        Self::new(program)
    }

    /// Another time limit.
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.time = time;
        self
    }

    /// Notes here the most memory that any child held, in bytes.
    #[must_use]
    pub fn measured(mut self, peak: &Arc<AtomicU64>) -> Self {
        self.peak = Arc::clone(peak);
        self
    }

    /// One job done: its answer, or how the child was lost. A child that was lost while it had nothing to do is
    /// replaced without a word.
    async fn done(
        &self,
        job: &Job,
        body: &[u8],
    ) -> Result<Result<(Answer, Vec<u8>), Lost>, WorkshopError> {
        let _queued = self.queue.try_acquire().map_err(|_| WorkshopError::Busy)?;
        let gone = |error: tokio::sync::AcquireError| WorkshopError::Failed(error.to_string());
        let _place = self.children.acquire().await.map_err(gone)?;
        loop {
            let waiting = self
                .idle
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .pop();
            let (mut worker, fresh) = match waiting {
                Some(worker) => (worker, false),
                None => match self.start() {
                    Ok(worker) => (worker, true),
                    Err(error) => return Ok(Err(Lost::NotStarted(error))),
                },
            };
            match tokio::time::timeout(self.time, worker.work(job, body)).await {
                Ok(Ok((report, body))) => {
                    self.peak.fetch_max(report.peak, Ordering::Relaxed);
                    if worker.jobs < JOBS {
                        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
                        idle.push(worker);
                    }
                    return Ok(Ok((report.answer, body)));
                }
                // It may have been killed while it waited.
                Ok(Err(_)) if !fresh => {}
                Ok(Err(error)) => return Ok(Err(Lost::Died(error.to_string()))),
                Err(_) => return Ok(Err(Lost::Died("it took too long".to_owned()))),
            }
        }
    }

    async fn printed(&self, job: Job, document: &Document) -> Result<Vec<u8>, WorkshopError> {
        let failed = |why: String| Err(WorkshopError::Failed(why));
        let body =
            serde_json::to_vec(document).map_err(|why| WorkshopError::Failed(why.to_string()))?;
        match self.done(&job, &body).await? {
            Ok((Answer::Printed, file)) => Ok(file),
            Ok((Answer::NotPrinted { why }, _)) => failed(why),
            Ok(_) => failed("an answer to another job".to_owned()),
            Err(Lost::Died(reason)) => failed(format!("a worker was lost: {reason}")),
            Err(Lost::NotStarted(error)) => failed(error.to_string()),
        }
    }

    fn start(&self) -> io::Result<Worker> {
        let mut child = Command::new(&self.program)
            .arg("worker")
            // Neither addresses nor keys are any of its business.
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()?;
        let missing = || io::Error::other("a child without pipes");
        Ok(Worker {
            input: child.stdin.take().ok_or_else(missing)?,
            output: child.stdout.take().ok_or_else(missing)?,
            _child: child,
            jobs: 0,
        })
    }
}

impl Worker {
    async fn work(&mut self, job: &Job, body: &[u8]) -> io::Result<(Report, Vec<u8>)> {
        self.jobs += 1;
        frame::send(&mut self.input, job, body).await?;
        frame::receive(&mut self.output).await
    }
}

impl Workshop for Pool {
    fn picture(&self, bytes: Vec<u8>) -> Work<'_, Result<Picture, PictureError>> {
        Box::pin(async move {
            match self.done(&Job::Picture, &bytes).await? {
                Ok((
                    Answer::Picture {
                        jpeg,
                        width,
                        height,
                    },
                    mut body,
                )) if jpeg <= body.len() => {
                    let thumbnail = body.split_off(jpeg);
                    Ok(Ok(Picture {
                        jpeg: body,
                        thumbnail,
                        width,
                        height,
                    }))
                }
                Ok((Answer::NotAPicture { error }, _)) => Ok(Err(error)),
                Ok(_) => Err(WorkshopError::Failed("an answer to another job".to_owned())),
                // The file felled its decoder: to its sender it is a damaged photo.
                Err(Lost::Died(reason)) => {
                    tracing::warn!(reason, "a worker was lost over a photo");
                    Ok(Err(PictureError::Damaged))
                }
                Err(Lost::NotStarted(error)) => Err(WorkshopError::Failed(error.to_string())),
            }
        })
    }

    fn rows(&self, bytes: Vec<u8>, most: usize) -> Work<'_, Option<Vec<Vec<String>>>> {
        Box::pin(async move {
            let failed = |why: String| Err(WorkshopError::Failed(why));
            match self.done(&Job::Rows { most }, &bytes).await? {
                Ok((Answer::Rows, rows)) => match serde_json::from_slice(&rows) {
                    Ok(rows) => Ok(Some(rows)),
                    Err(why) => failed(why.to_string()),
                },
                Ok((Answer::NoRows, _)) => Ok(None),
                Ok(_) => failed("an answer to another job".to_owned()),
                // It unfolded to more than a child may hold, or took too long: to its sender it is damaged.
                Err(Lost::Died(reason)) => {
                    tracing::warn!(reason, "a worker was lost over a spreadsheet");
                    Ok(None)
                }
                Err(Lost::NotStarted(error)) => failed(error.to_string()),
            }
        })
    }

    fn pdf(&self, document: Document) -> Work<'_, Vec<u8>> {
        Box::pin(async move { self.printed(Job::Pdf, &document).await })
    }

    fn png(&self, document: Document, width: u32) -> Work<'_, Vec<u8>> {
        Box::pin(async move { self.printed(Job::Png { width }, &document).await })
    }
}
