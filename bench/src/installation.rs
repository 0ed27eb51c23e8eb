//! An office with its history, the requests that wait for it, and its server.
use crate::Run;
use crate::child::Server;
use crate::history;
use crate::office::{Live, Office};
use crate::report::engine_name;
use anyhow::Result;
use domain::municipality::Municipality;
use std::time::{Duration, Instant};
use store::Engine;
use store::testing::run_sql;

pub struct Installation {
    pub office: Office,
    pub sala: Server,
    /// The requests that wait.
    pub live: Vec<Live>,
}

impl Installation {
    pub async fn new(
        run: &Run,
        engine: Engine,
        city: Municipality,
        ended: i64,
        waiting: u32,
    ) -> Result<Self> {
        let office = Office::new(engine, city).await?;
        let began = Instant::now();
        history::load(office.store(), ended, office.desk.now()).await?;
        println!(
            "{} with {ended} ended requests: made in {} s",
            engine_name(engine),
            began.elapsed().as_secs()
        );
        let live = office.fill(waiting).await?;
        if engine == Engine::Postgres {
            // As autovacuum does in time, for small tables too.
            run_sql(office.store(), "VACUUM ANALYZE").await;
        }
        let sala = office.serve(&run.sala, true).await?;
        tokio::time::sleep(Duration::from_secs(2)).await;
        Ok(Self { office, sala, live })
    }

    pub async fn close(self) -> Result<()> {
        self.sala.stop().await?;
        self.office.close().await;
        Ok(())
    }
}
