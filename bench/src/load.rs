//! The load: a few keep-alive connections to this machine that ask again as soon as they have the answer.
use crate::CONNECTIONS;
use anyhow::{Context, Result, bail, ensure};
use axum::body::Bytes;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// No answer may take longer.
const PATIENCE: Duration = Duration::from_secs(40);
/// What phones' browsers say over https.
const BROWSER: &str = "gzip, deflate, br, zstd";

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: Method,
    pub path: String,
    /// Beside host and encoding.
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
}

impl Ask {
    pub fn get(path: &str) -> Self {
        Self {
            method: Method::GET,
            path: path.to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    pub fn form(path: &str, body: String) -> Self {
        let kind = (
            CONTENT_TYPE.as_str(),
            "application/x-www-form-urlencoded".to_owned(),
        );
        Self {
            method: Method::POST,
            path: path.to_owned(),
            headers: vec![kind],
            body: Bytes::from(body),
        }
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn request(&self, address: SocketAddr, encoding: &str) -> Result<Request<Full<Bytes>>> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(&self.path)
            .header(HOST, address.to_string())
            .header(ACCEPT_ENCODING, encoding);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        Ok(request.body(Full::new(self.body.clone()))?)
    }
}

/// An answer, its body as it came over the wire.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// One answer, in the best encoding (`br`) or in none.
pub async fn fetch(address: SocketAddr, ask: &Ask, encoding: &str) -> Result<Answer> {
    let mut connection = Connection::open(address).await?;
    let answer = connection.ask(ask, encoding).await?;
    ensure!(
        answer.status.is_success(),
        "{} {} answered {}",
        ask.method,
        ask.path,
        answer.status
    );
    Ok(answer)
}

/// How many answers came in how long, and how long each took.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    pub took: Duration,
    /// Microseconds, sorted.
    times: Vec<u64>,
}

impl Measured {
    pub fn new(took: Duration, mut times: Vec<u64>) -> Self {
        times.sort_unstable();
        Self { took, times }
    }

    pub fn per_second(&self) -> f64 {
        to_f64(self.times.len() as u64) / self.took.as_secs_f64()
    }

    /// Milliseconds under which 99 of 100 answers came.
    pub fn p99(&self) -> f64 {
        let at = (self.times.len() * 99 / 100).min(self.times.len().saturating_sub(1));
        to_f64(self.times.get(at).copied().unwrap_or_default()) / 1000.0
    }
}

/// Counts and microseconds are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "a figure to print")]
pub fn to_f64(number: u64) -> f64 {
    number as f64
}

pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Asks for so long; connection n begins with question n, and repeats only its own.
pub async fn for_a_while(address: SocketAddr, asks: &[Ask], time: Duration) -> Result<Measured> {
    let mut connections = JoinSet::new();
    for n in 0..CONNECTIONS {
        let ask = asks[n % asks.len()].clone();
        let mut connection = Connection::open(address).await?;
        // The first answer of a connection is not counted.
        connection.ask_ok(&ask).await?;
        connections.spawn(async move { connection.again_and_again(&ask, time).await });
    }
    gather(connections).await
}

/// One connection that asks the same for so long: what is measured is the answer, not the queue before it.
pub async fn alone(address: SocketAddr, ask: &Ask, time: Duration) -> Result<Measured> {
    let mut connection = Connection::open(address).await?;
    connection.ask_ok(ask).await?;
    let (took, times) = connection.again_and_again(ask, time).await?;
    Ok(Measured::new(took, times))
}

/// Asks every question once, spread over the connections.
pub async fn each_once(address: SocketAddr, asks: &[Ask]) -> Result<Measured> {
    let mut connections = JoinSet::new();
    for n in 0..CONNECTIONS {
        let mine: Vec<Ask> = asks.iter().skip(n).step_by(CONNECTIONS).cloned().collect();
        let mut connection = Connection::open(address).await?;
        connections.spawn(async move {
            let mut times = Vec::with_capacity(mine.len());
            let began = Instant::now();
            for ask in &mine {
                let asked = Instant::now();
                connection.ask_ok(ask).await?;
                times.push(micros(asked.elapsed()));
            }
            Ok((began.elapsed(), times))
        });
    }
    gather(connections).await
}

/// What parallel workers measured, as one: it took as long as the slowest.
pub async fn gather(mut workers: JoinSet<Result<(Duration, Vec<u64>)>>) -> Result<Measured> {
    let mut took = Duration::ZERO;
    let mut times = Vec::new();
    while let Some(ended) = workers.join_next().await {
        let (its_time, its_times) = ended.context("a worker panicked")??;
        took = took.max(its_time);
        times.extend(its_times);
    }
    Ok(Measured::new(took, times))
}

struct Connection {
    address: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Result<Self> {
        ensure!(address.ip().is_loopback(), "the load stays on this machine");
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { address, sender })
    }

    async fn ask(&mut self, ask: &Ask, encoding: &str) -> Result<Answer> {
        let request = ask.request(self.address, encoding)?;
        let answered = async {
            self.sender.ready().await?;
            let (head, body) = Response::into_parts(self.sender.send_request(request).await?);
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>(Answer {
                status: head.status,
                headers: head.headers,
                body,
            })
        };
        let answer = tokio::time::timeout(PATIENCE, answered).await;
        answer
            .context("no answer in time")?
            .with_context(|| format!("{} {}", ask.method, ask.path))
    }

    /// For so long: how long it was, and how long each answer took.
    async fn again_and_again(&mut self, ask: &Ask, time: Duration) -> Result<(Duration, Vec<u64>)> {
        let mut times = Vec::new();
        let began = Instant::now();
        while began.elapsed() < time {
            let asked = Instant::now();
            self.ask_ok(ask).await?;
            times.push(micros(asked.elapsed()));
        }
        Ok((began.elapsed(), times))
    }

    async fn ask_ok(&mut self, ask: &Ask) -> Result<()> {
        let answer = self.ask(ask, BROWSER).await?;
        if !answer.status.is_success() || answer.body.is_empty() {
            let body = String::from_utf8_lossy(&answer.body).into_owned();
            bail!(
                "{} {} answered {}: {body}",
                ask.method,
                ask.path,
                answer.status
            );
        }
        Ok(())
    }
}
