//! One installation: its database, the key that opens it, and the rules in force, opened together.
use crate::cli::Failure;
use crate::clock::OsChance;
use crate::config::Config;
use crate::{municipality_file, secret_key};
use desk::vault::Vault;
use desk::{Clock, Desk, Trouble, settings};
use domain::crematorium::Rules;
use domain::municipality::Municipality;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use store::keys::Keys;
use store::{Store, keys};

/// What every command that touches data needs.
pub struct Installation {
    pub store: Store,
    pub keys: Arc<Keys>,
    pub clock: Arc<dyn Clock>,
    vault: Vault,
    limits: bool,
}

impl std::fmt::Debug for Installation {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Installation")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl Installation {
    /// Connects, migrates, and checks that the key is the database's own; makes the key for an empty one.
    pub async fn open(config: &Config) -> Result<Self, Failure> {
        let clock = config
            .clock
            .open()
            .map_err(|reason| Failure::Setting(format!("SALA_CLOCK: {reason}")))?;
        let store = migrated(config).await?;
        let keys = Arc::new(unlock(&store, &config.secret_key_file).await?);
        let vault = Vault::new(config.objects.open()?, Arc::clone(&keys));
        Ok(Self {
            store,
            keys,
            vault,
            clock,
            limits: config.limits,
        })
    }

    /// The use cases under the rules in force; an empty database gets the municipality first.
    pub async fn desk(self, config: &Config) -> Result<Desk, Failure> {
        let now = self.clock.now();
        let rules = match settings::rules(&self.store, now)
            .await
            .map_err(|trouble| failure(&trouble))?
        {
            Some(rules) => rules,
            None => self.first_rules(config).await?,
        };
        Ok(self.desk_with(rules))
    }

    /// The use cases for a command that needs no rules, also before the first seeding.
    pub async fn desk_without_settings(self) -> Result<Desk, Failure> {
        let now = self.clock.now();
        let rules = match settings::rules(&self.store, now)
            .await
            .map_err(|trouble| failure(&trouble))?
        {
            Some(rules) => rules,
            None => Rules::new(sample()?, 0).map_err(Failure::Setting)?,
        };
        Ok(self.desk_with(rules))
    }

    fn desk_with(self, rules: Rules) -> Desk {
        let desk = Desk::new(self.store, self.keys, self.clock, Arc::new(OsChance), rules)
            .with_vault(self.vault);
        if self.limits {
            desk
        } else {
            desk.without_limits()
        }
    }

    async fn first_rules(&self, config: &Config) -> Result<Rules, Failure> {
        let municipality = configured_municipality(config)?;
        let revision = self.append(&municipality).await?;
        tracing::info!(
            revision,
            "the municipality's settings were loaded into an empty database"
        );
        Rules::new(municipality, revision).map_err(Failure::Setting)
    }

    /// Appends a revision of the settings; its number.
    pub async fn append(&self, municipality: &Municipality) -> Result<i64, Failure> {
        let now = self.clock.now();
        settings::append(
            &self.store,
            &self.keys,
            municipality,
            "seed",
            now,
            &OsChance,
        )
        .await
        .map_err(|trouble| failure(&trouble))
    }
}

/// A connected database with every migration.
pub async fn migrated(config: &Config) -> Result<Store, Failure> {
    let sentence = |error: &dyn std::error::Error| {
        Failure::Other(format!("DATABASE_URL: {}", crate::chain::chain(error)))
    };
    if let Some(folder) = config
        .database_url
        .sqlite_file()
        .as_deref()
        .and_then(Path::parent)
    {
        fs::create_dir_all(folder).map_err(|error| {
            Failure::Setting(format!(
                "DATABASE_URL: the folder {} cannot be made: {error}",
                folder.display()
            ))
        })?;
    }
    let store = Store::connect(&config.database_url.0)
        .await
        .map_err(|error| sentence(&error))?;
    store.migrate().await.map_err(|error| sentence(&error))?;
    Ok(store)
}

/// The database's keys. Everything stops when the file holds another key, or when there is data but no key.
async fn unlock(store: &Store, path: &Path) -> Result<Keys, Failure> {
    let (master, made) = match secret_key::read(path).map_err(Failure::Setting)? {
        Some(master) => (master, false),
        None => (make_key(store, path).await?, true),
    };
    let keys = Keys::new(&master);
    if let Err(error) = keys::check_fingerprint(store, &keys).await {
        if made {
            // Another server was first: its key must be brought here, and ours is nobody's.
            let _removed = fs::remove_file(path);
        }
        return Err(Failure::Setting(format!(
            "SALA_SECRET_KEY_FILE: {}: {}",
            path.display(),
            crate::chain::chain(&error)
        )));
    }
    Ok(keys)
}

async fn make_key(store: &Store, path: &Path) -> Result<[u8; secret_key::BYTES], Failure> {
    let mut conn = store.read().await.map_err(|error| Failure::of(&error))?;
    if !keys::is_empty(&mut conn)
        .await
        .map_err(|error| Failure::of(&error))?
    {
        return Err(Failure::Setting(secret_key::missing(path)));
    }
    let master = secret_key::make(path, &OsChance).map_err(Failure::Setting)?;
    tracing::info!(file = %path.display(), "a new secret key was made; keep a copy apart from the backups");
    Ok(master)
}

/// The file of `SALA_MUNICIPALITY`, or the embedded sample.
pub fn configured_municipality(config: &Config) -> Result<Municipality, Failure> {
    match &config.municipality {
        Some(path) => municipality_of(path, "SALA_MUNICIPALITY"),
        None => sample(),
    }
}

/// A municipality file, with every mistake by its line.
pub fn municipality_of(path: &Path, named_by: &str) -> Result<Municipality, Failure> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::Setting(format!("{named_by}: {name}: {error}")))?;
    municipality_file::parse(&name, &text)
        .map_err(|errors| Failure::Setting(format!("{named_by}:\n{errors}")))
}

fn sample() -> Result<Municipality, Failure> {
    municipality_file::parse(municipality_file::SAMPLE_NAME, municipality_file::SAMPLE)
        .map_err(|errors| Failure::Setting(errors.to_string()))
}

/// What a use case refused, in a sentence for the operator.
pub fn failure(trouble: &Trouble) -> Failure {
    match trouble {
        Trouble::Invalid(errors) => {
            let lines: Vec<String> = errors
                .iter()
                .map(|error| format!("{}: {}", error.field, error.text.en))
                .collect();
            Failure::Setting(lines.join("\n"))
        }
        other => Failure::of(other),
    }
}
