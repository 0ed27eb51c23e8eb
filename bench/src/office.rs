//! An office to measure: a fresh database of its own, the keys, the rules, a channel's token, and families.
use crate::child::Server;
use anyhow::{Context, Result, ensure};
use chrono::{Days, NaiveDate};
use data_encoding::HEXLOWER;
use desk::channel::ChannelActor;
use desk::request::{Submitted, wish_fields};
use desk::{Chance, Clock, Desk, settings};
use domain::crematorium::{AshWish, CremationWish, PavilionWish, Rules, Wish};
use domain::form::RawFields;
use domain::municipality::{AshSlot, CaseType, Municipality, Round};
use domain::national_id::NationalId;
use domain::time::{self, Instant, TimeOfDay};
use rand::TryRng;
use rand::rngs::SysRng;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::keys::{self, Keys};
use store::testing::TestDatabase;
use store::{Engine, Store};

/// What the server says of itself to the idempotency row.
pub const PATH: &str = "/api/v1/crematorium/requests";

/// Every office's secret: nothing in it is worth keeping.
const MASTER: [u8; 32] = [7; 32];

/// Rounds a day of the city that bookings are measured in, an hour and a half each, round the clock.
const ROUNDS: u16 = 16;
const ROUND_MINUTES: u16 = 90;
/// Nights of chanting before a cremation.
const NIGHTS: u8 = 2;

/// The busy city's day: rounds from eight o'clock.
const BUSY_ROUNDS: u16 = 6;
const BUSY_FIRST: u16 = 8 * 60;
const BUSY_PAVILIONS: u16 = 5;

/// The machine's clock and randomness, as the server has them.
#[derive(Debug)]
pub struct Machine;

impl Clock for Machine {
    #[expect(
        clippy::disallowed_methods,
        reason = "what is measured runs by the machine's clock"
    )]
    fn now(&self) -> Instant {
        chrono::Utc::now()
    }
}

impl Chance for Machine {
    fn fill(&self, bytes: &mut [u8]) {
        if let Err(error) = SysRng.try_fill_bytes(bytes) {
            panic!("the operating system gives no randomness: {error}");
        }
    }
}

pub struct Office {
    database: TestDatabase,
    /// For the server: the key, the log.
    folder: PathBuf,
    pub keys: Arc<Keys>,
    pub desk: Arc<Desk>,
    /// Without a limit.
    pub token: String,
    pub channel: ChannelActor,
}

/// A request that a family can track.
#[derive(Clone, Debug)]
pub struct Live {
    pub reference: String,
    pub last4: String,
}

impl Office {
    pub async fn new(engine: Engine, city: Municipality) -> Result<Self> {
        let database = TestDatabase::new(engine).await;
        let store = database.store.clone();
        store.migrate().await?;
        let keys = Arc::new(Keys::new(&MASTER));
        keys::check_fingerprint(&store, &keys).await?;
        let revision =
            settings::append(&store, &keys, &city, "bench", Machine.now(), &Machine).await?;
        let rules = Rules::new(city, revision).map_err(anyhow::Error::msg)?;
        let desk = Desk::new(
            store,
            Arc::clone(&keys),
            Arc::new(Machine),
            Arc::new(Machine),
            rules,
        );
        let token = desk.create_token("bench", 0).await?;
        let channel = desk.channel(&token).await?;
        let folder = std::env::temp_dir().join(format!("office-{}", channel.id));
        std::fs::create_dir_all(&folder)?;
        write_key(&folder.join("secret.key"))?;
        Ok(Self {
            database,
            folder,
            keys,
            desk: Arc::new(desk),
            token,
            channel,
        })
    }

    pub fn store(&self) -> &Store {
        &self.desk.store
    }

    /// The release's server over this office's database.
    pub async fn serve(&self, sala: &Path, limits: bool) -> Result<Server> {
        Server::sala(sala, &self.database.url, &self.folder, limits).await
    }

    /// A folder of this office's own.
    pub fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    pub async fn close(self) {
        self.database.delete().await;
    }

    /// Submits through the desk as the API does; the reference.
    pub async fn submit(&self, key: &str, fields: &RawFields) -> Result<String> {
        let body = json(fields);
        let answered = self
            .desk
            .submit_idempotent(&self.channel, PATH, key, body.as_bytes(), fields, reference)
            .await?;
        ensure!(!answered.replayed, "the key {key} was used before");
        Ok(answered.body)
    }

    /// So many requests that wait for the office, spread over the coming month.
    pub async fn fill(&self, count: u32) -> Result<Vec<Live>> {
        let today = time::local_date(self.desk.now());
        let days = self
            .desk
            .availability(today + Days::new(3), today + Days::new(28))
            .await?;
        let mut wishes = Vec::new();
        for (night, day) in days.iter().zip(days.iter().skip(1)) {
            // Each round has a pavilion that is free the night before, while there are any.
            let mut pavilions = night.pavilions.iter().filter(|one| one.free);
            for free in &day.rounds {
                let pavilion = pavilions.next().map(|one| PavilionWish {
                    id: one.id.clone(),
                    from: night.date,
                    nights: 1,
                });
                let cremation = Some(CremationWish {
                    date: day.date,
                    round: free.round,
                });
                wishes.push(Wish {
                    cremation,
                    pavilion,
                    ..Wish::default()
                });
            }
        }
        let mut live = Vec::new();
        for n in 0..count {
            let wish = wishes.get(n as usize).context("the month is full")?;
            let reference = self
                .submit(&format!("live-{n}"), &answers(n, today, wish))
                .await?;
            live.push(Live {
                reference,
                last4: format!("{:04}", n % 10_000),
            });
        }
        Ok(live)
    }
}

fn reference(submitted: &Submitted) -> String {
    submitted.reference.as_str().to_owned()
}

fn write_key(path: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    Ok(writeln!(file, "{}", HEXLOWER.encode(&MASTER))?)
}

/// The sample city as it is.
pub fn city() -> Result<Municipality> {
    toml::from_str(include_str!("../../config/trang.toml")).context("the sample city")
}

/// A busy city: three furnaces, six rounds and five pavilions, sixty days ahead.
pub fn busy_city() -> Result<Municipality> {
    let mut city = city()?;
    let settings = &mut city.crematorium;
    settings.horizon_days = 60;
    settings.rounds = (0..BUSY_ROUNDS)
        .filter_map(|n| TimeOfDay::from_minutes(BUSY_FIRST + n * ROUND_MINUTES))
        .map(round)
        .collect();
    let pavilion = settings.pavilions.first().context("a pavilion")?.clone();
    settings.pavilions = (1..=BUSY_PAVILIONS)
        .map(|n| domain::municipality::Pavilion {
            id: format!("sala-{n}"),
            ..pavilion.clone()
        })
        .collect();
    ensure!(settings.furnaces.len() == 3, "three furnaces");
    Ok(city)
}

/// A start time for every day and ordinary cases.
fn round(start: TimeOfDay) -> Round {
    Round {
        start,
        weekdays: Vec::new(),
        valid_from: NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default(),
        valid_until: None,
        case_types: vec![CaseType::Ordinary],
        furnaces: Vec::new(),
    }
}

/// A city with a place for every booking of a measurement: open every day of a year, round the clock.
pub fn open_city() -> Result<Municipality> {
    let mut city = city()?;
    let settings = &mut city.crematorium;
    settings.furnaces.truncate(1);
    settings.closures.clear();
    settings.horizon_days = 365;
    settings.rounds = (0..ROUNDS)
        .filter_map(|n| TimeOfDay::from_minutes(n * ROUND_MINUTES))
        .map(round)
        .collect();
    // Every round has a table and a start of its own the next day.
    settings.ash.after_hours = 1;
    settings.ash.tables.truncate(1);
    settings.ash.slots = (0..ROUNDS)
        .filter_map(|n| TimeOfDay::from_minutes(n * ROUND_MINUTES))
        .map(|start| AshSlot {
            start,
            weekdays: Vec::new(),
            valid_from: None,
            valid_until: None,
        })
        .collect();
    let pavilion = settings.pavilions.first().context("a pavilion")?.clone();
    settings.pavilions = (0..ROUNDS * u16::from(NIGHTS))
        .map(|n| domain::municipality::Pavilion {
            id: format!("sala-{n}"),
            ..pavilion.clone()
        })
        .collect();
    Ok(city)
}

/// The n-th booking of the open city: a furnace's round, two nights and an ash slot that nobody else asks for.
pub fn booking(n: u32, today: NaiveDate) -> RawFields {
    let rounds = u32::from(ROUNDS);
    let (day, round) = (4 + n / rounds, n % rounds);
    let date = today + Days::new(u64::from(day));
    // Neighbouring days share no pavilion: their nights overlap.
    let pavilion = round + rounds * (day % u32::from(NIGHTS));
    let minutes = u16::try_from(round).unwrap_or_default() * ROUND_MINUTES;
    let time = TimeOfDay::from_minutes(minutes);
    let wish = Wish {
        cremation: time.map(|round| CremationWish { date, round }),
        // A day later at the same hour: after the fire, and nobody else's.
        ash: time.map(|start| AshWish {
            date: date + Days::new(2),
            start,
        }),
        pavilion: Some(PavilionWish {
            id: format!("sala-{pavilion}"),
            from: date - Days::new(2),
            nights: NIGHTS,
        }),
        ..Wish::default()
    };
    answers(n, today, &wish)
}

/// Whole answers of the n-th family.
fn answers(n: u32, today: NaiveDate, wish: &Wish) -> RawFields {
    let mut fields = wish_fields(wish);
    for (name, value) in [
        ("applicant.name", "สมหญิง ใจดี".to_owned()),
        ("applicant.phone", format!("08{n:08}")),
        ("applicant.relation", "child".to_owned()),
        ("deceased.name", "สมชาย ใจดี".to_owned()),
        ("deceased.national_id", national_id(n)),
        ("deceased.date_of_death", (today - Days::new(1)).to_string()),
        ("deceased.residence", "in_area".to_owned()),
    ] {
        fields.insert(name.to_owned(), value);
    }
    fields.retain(|_, value| !value.is_empty());
    fields
}

/// A well-formed number that belongs to nobody.
fn national_id(n: u32) -> String {
    let twelve = format!("000{n:09}");
    (0..10)
        .map(|check| format!("{twelve}{check}"))
        .find(|digits| NationalId::parse(digits).is_ok())
        .unwrap_or_default()
}

/// The API's body of a form's fields.
pub fn json(fields: &RawFields) -> String {
    let mut body = serde_json::Map::new();
    for (name, value) in fields {
        let (object, field) = name.split_once('.').unwrap_or(("", name));
        let object = body
            .entry(object)
            .or_insert_with(|| serde_json::Value::Object(serde_json::Map::new()));
        if let Some(object) = object.as_object_mut() {
            object.insert(field.to_owned(), value.clone().into());
        }
    }
    serde_json::Value::Object(body).to_string()
}
