//! Bookings per second through HTTP, against the same statements in-process on the same engine.
use crate::load::{self, Ask, Measured, gather, micros};
use crate::office::{self, Office, PATH, booking, open_city};
use crate::pages::{memory, words};
use crate::report::{Line, Report, Target, Unit, engine_name, median};
use crate::statements::{self, Booking};
use crate::{CONNECTIONS, Run};
use anyhow::Result;
use axum::http::Method;
use domain::form::RawFields;
use domain::time;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::Engine;
use store::testing::{number, texts};
use tokio::task::JoinSet;

/// Bookings that come before a measurement, to warm everything.
const WARM: u32 = 64;

pub async fn measure(run: &Run, engine: Engine, report: &mut Report) -> Result<()> {
    let [over_http, in_desk, in_store] = [
        Office::new(engine, open_city()?).await?,
        Office::new(engine, open_city()?).await?,
        Office::new(engine, open_city()?).await?,
    ];
    version(report, &over_http).await;
    let sala = over_http.serve(&run.sala, false).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = sala.memory()?;

    let (mut http, mut desk, mut store) = (Vec::new(), Vec::new(), Vec::new());
    let each = u32::try_from(run.bookings() / run.rounds())?;
    let mut first = 0;
    for round in 0..=run.rounds() {
        // The first round is small and not counted.
        let count = if round == 0 { WARM } else { each };
        let bookings = families(&over_http, first, count);
        first += count;
        let counted = round > 0;
        let asks: Vec<Ask> = bookings
            .iter()
            .map(|(key, fields)| ask(&over_http, key, fields))
            .collect();
        let measured = load::each_once(sala.address, &asks).await?;
        http.extend(counted.then_some(measured));
        // The server seals what it has written.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let measured = through_the_desk(&in_desk, &bookings).await?;
        desk.extend(counted.then_some(measured));
        let measured = through_the_store(&in_store, &bookings).await?;
        store.extend(counted.then_some(measured));
    }
    let written = number(
        over_http.store(),
        "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM request",
    )
    .await;
    anyhow::ensure!(
        written == i64::from(first),
        "{written} of {first} bookings are in the database"
    );

    let name = engine_name(engine);
    let limited_by = match engine {
        Engine::Sqlite => "one writer, and one flush of the disk for each booking",
        Engine::Postgres => {
            "some forty round trips to PostgreSQL for each booking, on the same cores"
        }
    };
    for (what, least, target, limited_by) in [
        (
            "the bare statements",
            &store,
            Target::AtLeast(0.4),
            limited_by,
        ),
        (
            "the use case in-process",
            &desk,
            Target::None,
            "what HTTP, JSON and the token cost on top",
        ),
    ] {
        let ratios = http
            .iter()
            .zip(least)
            .map(|(ours, least)| ours.per_second() / least.per_second());
        report.add(Line {
            what: format!("bookings, {name}: HTTP against {what}"),
            ratio: median(ratios.collect()),
            figures: format!("{} against {}", words(&http), words(least)),
            unit: Unit::Percent,
            target,
            limited_by,
        });
    }
    memory(report, "bookings", engine, idle, sala.memory()?);
    sala.stop().await?;
    for office in [over_http, in_desk, in_store] {
        office.close().await;
    }
    Ok(())
}

async fn version(report: &mut Report, office: &Office) {
    let (name, sql) = match office.store().engine() {
        Engine::Sqlite => ("SQLite", "SELECT sqlite_version() AS v"),
        Engine::Postgres => (
            "PostgreSQL",
            "SELECT CAST(current_setting('server_version') AS TEXT) AS v",
        ),
    };
    let version = texts(office.store(), sql, "v").await.concat();
    report.versions.push(format!("{name} {version}"));
}

/// Keys and answers of so many families.
fn families(office: &Office, first: u32, count: u32) -> Vec<(String, RawFields)> {
    let today = time::local_date(office.desk.now());
    (first..first + count)
        .map(|n| (format!("booking-{n}"), booking(n, today)))
        .collect()
}

fn ask(office: &Office, key: &str, fields: &RawFields) -> Ask {
    Ask {
        method: Method::POST,
        path: PATH.to_owned(),
        headers: vec![
            ("content-type", "application/json".to_owned()),
            ("authorization", format!("Bearer {}", office.token)),
            ("idempotency-key", key.to_owned()),
        ],
        body: office::json(fields).into(),
    }
}

async fn through_the_desk(office: &Office, bookings: &[(String, RawFields)]) -> Result<Measured> {
    let mut workers = JoinSet::new();
    for n in 0..CONNECTIONS {
        let mine: Vec<_> = bookings
            .iter()
            .skip(n)
            .step_by(CONNECTIONS)
            .cloned()
            .collect();
        let (desk, channel, token) = (
            Arc::clone(&office.desk),
            office.channel.clone(),
            office.token.clone(),
        );
        workers.spawn(async move {
            let mut times = Vec::with_capacity(mine.len());
            let began = Instant::now();
            for (key, fields) in &mine {
                let asked = Instant::now();
                desk.channel(&token).await?;
                let body = office::json(fields);
                desk.submit_idempotent(&channel, PATH, key, body.as_bytes(), fields, |submitted| {
                    format!("{submitted:?}")
                })
                .await?;
                times.push(micros(asked.elapsed()));
            }
            Ok((began.elapsed(), times))
        });
    }
    gather(workers).await
}

async fn through_the_store(office: &Office, bookings: &[(String, RawFields)]) -> Result<Measured> {
    let mut shares: Vec<Vec<Booking>> = (0..CONNECTIONS).map(|_| Vec::new()).collect();
    for (n, (key, fields)) in bookings.iter().enumerate() {
        shares[n % CONNECTIONS].push(statements::prepare(office, key, fields)?);
    }
    let mut workers = JoinSet::new();
    for mine in shares {
        let (store, keys) = (office.store().clone(), Arc::clone(&office.keys));
        workers.spawn(async move {
            let mut times = Vec::with_capacity(mine.len());
            let began = Instant::now();
            for booking in &mine {
                let asked = Instant::now();
                statements::book(&store, &keys, booking).await?;
                times.push(micros(asked.elapsed()));
            }
            Ok((began.elapsed(), times))
        });
    }
    gather(workers).await
}
