//! Ten years of ended requests, made by a few statements on either engine.
//!
//! A request brings what it would have left behind: two people, the case, three events, a finished call, four search
//! prefixes, and, where it was completed, the eight cells of a round and two nights. Audit rows are left out: no hot
//! page reads them.
use anyhow::Result;
use chrono::{Days, NaiveDate};
use domain::time::{self, Instant};
use store::testing::{run_sql, texts};
use store::{Engine, Store};

const DAYS: i64 = 3650;
const DAY_MICROS: i64 = 24 * 60 * 60 * 1_000_000;

/// Tables that are filled; their indexes are made anew afterwards, which is faster.
const TABLES: &str = "'person', 'request', 'crematorium_case', 'request_event', 'slot_claim', 'call_task', 'search_token'";

/// Puts so many ended requests into the ten years before today.
pub async fn load(store: &Store, count: i64, now: Instant) -> Result<()> {
    if count == 0 {
        return Ok(());
    }
    let engine = store.engine();
    let indexes = indexes(store).await;
    for (name, _) in &indexes {
        run(store, &format!("DROP INDEX {name}")).await;
    }
    if engine == Engine::Sqlite {
        run_sql(
            store,
            "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144",
        )
        .await;
    }
    let today = time::local_date(now);
    let writer = Writer {
        engine,
        count,
        base: today - Days::new(3651),
    };
    for statement in writer.statements() {
        run(store, &statement).await;
    }
    for (_, sql) in &indexes {
        run(store, sql).await;
    }
    match engine {
        Engine::Sqlite => {
            let end = "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cache_size = -2000; PRAGMA wal_checkpoint(TRUNCATE)";
            run_sql(store, end).await;
        }
        // As autovacuum does in time.
        Engine::Postgres => run_sql(store, "VACUUM ANALYZE").await,
    }
    Ok(())
}

/// One statement; the checks of references are spared, for every parent is there.
async fn run(store: &Store, sql: &str) {
    match store.engine() {
        Engine::Sqlite => run_sql(store, sql).await,
        Engine::Postgres => {
            let apart = "SET session_replication_role = replica";
            let back = "SET session_replication_role = DEFAULT";
            run_sql(store, &format!("{apart}; {sql}; {back}")).await;
        }
    }
}

/// Name and definition of every index that is no constraint.
async fn indexes(store: &Store) -> Vec<(String, String)> {
    let (from, name, sql) = match store.engine() {
        Engine::Sqlite => (
            format!(
                "FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({TABLES}) ORDER BY name"
            ),
            "name",
            "sql",
        ),
        Engine::Postgres => (
            format!(
                "FROM pg_indexes WHERE schemaname = 'public' AND tablename IN ({TABLES})
                 AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY indexname"
            ),
            "indexname",
            "indexdef",
        ),
    };
    let names = texts(
        store,
        &format!("SELECT CAST({name} AS TEXT) AS t {from}"),
        "t",
    )
    .await;
    let definitions = texts(
        store,
        &format!("SELECT CAST({sql} AS TEXT) AS t {from}"),
        "t",
    )
    .await;
    names.into_iter().zip(definitions).collect()
}

struct Writer {
    engine: Engine,
    count: i64,
    /// The first day.
    base: NaiveDate,
}

impl Writer {
    fn hex(&self, number: &str, width: u8) -> String {
        match self.engine {
            Engine::Sqlite => format!("printf('%0{width}x', {number})"),
            Engine::Postgres => format!("lpad(to_hex({number}), {width}, '0')"),
        }
    }

    fn digits(&self, number: &str, width: u8) -> String {
        match self.engine {
            Engine::Sqlite => format!("printf('%0{width}d', {number})"),
            Engine::Postgres => format!("lpad(CAST({number} AS TEXT), {width}, '0')"),
        }
    }

    /// The date so many days after the first.
    fn date(&self, days: &str) -> String {
        let base = self.base;
        match self.engine {
            Engine::Sqlite => format!("date('{base}', ({days}) || ' days')"),
            Engine::Postgres => {
                format!("to_char(DATE '{base}' + CAST({days} AS INTEGER), 'YYYY-MM-DD')")
            }
        }
    }

    /// 64 hexadecimal digits that look drawn, different for every factor.
    fn mac(&self, factor: i64) -> String {
        let eight = self.hex(&format!("(((n + 1) * {factor}) % 4294967291)"), 8);
        match self.engine {
            Engine::Sqlite => format!("replace('########', '#', {eight})"),
            Engine::Postgres => format!("repeat({eight}, 8)"),
        }
    }

    fn series(&self) -> String {
        let last = self.count - 1;
        match self.engine {
            Engine::Sqlite => {
                format!(
                    "(WITH RECURSIVE s (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s)"
                )
            }
            Engine::Postgres => {
                format!("(SELECT n FROM generate_series(0::BIGINT, {last}::BIGINT) AS s (n))")
            }
        }
    }

    fn statements(&self) -> Vec<String> {
        let per_day = (self.count + DAYS - 1) / DAYS;
        let begin = time::micros(time::at(self.base, 0));
        let at = format!(
            "({begin} + (n / {per_day}) * {DAY_MICROS} + (n % {per_day}) * {})",
            DAY_MICROS / per_day
        );
        let millis = self.hex(&format!("({at} / 1000)"), 12);
        let (series, suffix) = (self.series(), self.hex("n", 12));
        let mut statements = vec![
            "CREATE TABLE bench_history (n BIGINT, day BIGINT, k BIGINT, at BIGINT, p TEXT, s TEXT, date TEXT, \
             night TEXT, night_before TEXT, status TEXT)"
                .to_owned(),
            format!(
                "INSERT INTO bench_history SELECT n, n / {per_day}, n % {per_day}, {at},
                 substr({millis}, 1, 8) || '-' || substr({millis}, 9, 4) || '-7', '-8000-' || {suffix},
                 {}, {}, {},
                 CASE n % 20 WHEN 15 THEN 'refused' WHEN 16 THEN 'withdrawn' WHEN 17 THEN 'cancelled'
                     WHEN 18 THEN 'lapsed' WHEN 19 THEN 'lapsed' ELSE 'completed' END
                 FROM {series} AS series",
                self.date(&format!("n / {per_day}")),
                self.date(&format!("n / {per_day} - 1")),
                self.date(&format!("n / {per_day} - 2")),
            ),
        ];
        statements.extend(self.people_and_requests());
        statements.extend(self.what_follows());
        statements.push("DROP TABLE bench_history".to_owned());
        statements
    }

    fn people_and_requests(&self) -> Vec<String> {
        let reference = self.digits("((n * 618033988749) % 1000000000000)", 12);
        let (phone, mac) = (self.digits("n", 8), self.mac(2_654_435_761));
        vec![
            format!(
                "INSERT INTO person (id, name, phone, created_at)
                 SELECT p || '001' || s, 'สมหญิง ใจดี', '08' || {phone}, at FROM bench_history"
            ),
            format!(
                "INSERT INTO person (id, name, identity_kind, identity_sealed, key_id, created_at)
                 SELECT p || '002' || s, 'สมชาย ใจดี', 'national_id', {mac}, 'bench', at FROM bench_history"
            ),
            format!(
                "INSERT INTO request (id, reference, service, status, version, verified_at, channel, applicant_id, phone_mac,
                     browser_mac, settings_revision, submitted_at, updated_at, decide_by, decided_at)
                 SELECT p || '003' || s, {reference}, 'crematorium', status, 3,
                     CASE status WHEN 'lapsed' THEN NULL ELSE at + 3600000000 END, 'web', p || '001' || s, {mac}, {mac}, 1,
                     at, at + 86400000000, at + 14400000000, at + 7200000000 FROM bench_history"
            ),
            "INSERT INTO crematorium_case (request_id, deceased_id, relation, case_type, date_of_death, residence,
                 cremation_date, cremation_round, furnace_id, pavilion_id, pavilion_from, pavilion_nights)
             SELECT p || '003' || s, p || '002' || s, 'child', 'ordinary', night_before, 'in_area', date, '13:00',
                 'furnace-1', 'sala-1', night_before, 2 FROM bench_history"
                .to_owned(),
        ]
    }

    fn what_follows(&self) -> Vec<String> {
        let mut statements = Vec::new();
        for (version, kind, event) in [
            (1, "011", "'submitted'"),
            (2, "012", "'taken'"),
            (3, "013", "status"),
        ] {
            statements.push(format!(
                "INSERT INTO request_event (id, request_id, version, at, actor_kind, event, body)
                 SELECT p || '{kind}' || s, p || '003' || s, {version}, at + {version} * 3600000000, 'system', {event}, '\"taken\"'
                 FROM bench_history"
            ));
        }
        // Sixteen rounds a furnace; the nights of neighbouring days are in different pavilions.
        statements.push(
            "INSERT INTO slot_claim (resource_id, service_date, cell, holder_kind, holder)
             SELECT 'furnace-' || (k / 16 + 1), date, cell.n, 'request', p || '003' || s
             FROM bench_history AS h JOIN cell ON cell.n >= (h.k % 16) * 6 AND cell.n < (h.k % 16) * 6 + 6
             WHERE h.status = 'completed'"
                .to_owned(),
        );
        for night in ["night", "night_before"] {
            statements.push(format!(
                "INSERT INTO slot_claim (resource_id, service_date, cell, holder_kind, holder)
                 SELECT 'sala-' || k || '-' || (day % 2), {night}, 1, 'request', p || '003' || s
                 FROM bench_history WHERE status = 'completed'"
            ));
        }
        statements.push(
            "INSERT INTO call_task (id, request_id, event_id, about, due_at, status, attempts, outcome, called_at, created_at)
             SELECT p || '021' || s, p || '003' || s, p || '013' || s, 'approved', at + 9000000000, 'done', 1, 'reached',
                 at + 9000000000, at + 7200000000 FROM bench_history"
                .to_owned(),
        );
        for factor in [2_246_822_519_i64, 3_266_489_917, 668_265_263, 374_761_393] {
            let mac = self.mac(factor);
            statements.push(format!(
                "INSERT INTO search_token (token_mac, request_id)
                 SELECT mac, id FROM (SELECT {mac} AS mac, p || '003' || s AS id FROM bench_history) AS made ORDER BY mac"
            ));
        }
        statements
    }
}
