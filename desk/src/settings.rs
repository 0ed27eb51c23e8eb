//! The settings in force: the municipality's file with what staff revised over it, each from the day it is valid.
//! Appended, never changed; a request keeps the revision it was made under.
use crate::{Desk, Result, Trouble, clock};
use chrono::NaiveDate;
use domain::crematorium::Rules;
use domain::municipality::Municipality;
use domain::setting::{Kind, compose};
use domain::time::{self, Instant};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};
use store::audit::{self, Version};
use store::keys::Keys;
use store::setting::{self, NewSetting, SettingRow};
use store::{Conn, Store};

const KIND: &str = "municipality";
const KEY: &str = "file";
/// The key of every kind that staff revise on pages.
pub(crate) const STAFF_KEY: &str = "staff";

/// The file in force today: its revision and the municipality, without what staff revised. `None` before the first
/// seeding.
pub async fn current(store: &Store, now: Instant) -> Result<Option<(i64, Municipality)>> {
    let mut conn = store.read().await?;
    let Some(row) = setting::valid_on(&mut conn, KIND, KEY, time::local_date(now)).await? else {
        return Ok(None);
    };
    Ok(Some((row.revision, file_of(&row)?)))
}

/// A kind that staff revised: it lies over the file, whatever the file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlay {
    pub kind: Kind,
    pub revision: i64,
    pub valid_from: NaiveDate,
}

/// What lies over the file today, and what will.
pub async fn overlays(store: &Store, now: Instant) -> Result<Vec<Overlay>> {
    let mut conn = store.read().await?;
    let Some(layers) = Layers::load(&mut conn, time::local_date(now)).await? else {
        return Ok(Vec::new());
    };
    let over = layers.over.iter().flat_map(|(kind, rows)| {
        rows.iter().map(|row| Overlay {
            kind: *kind,
            revision: row.revision,
            valid_from: row.valid_from,
        })
    });
    Ok(over.collect())
}

/// Whether a file can be used with what staff revised over it, now and later; the sentence says why not.
pub async fn fits(store: &Store, file: &Municipality, now: Instant) -> Result<()> {
    let mut conn = store.read().await?;
    let Some(mut layers) = Layers::load(&mut conn, time::local_date(now)).await? else {
        return Ok(());
    };
    layers.file = vec![(layers.today, file.clone())];
    layers.rules().map(|_| ())
}

/// The rules in force today, with what they become on later days.
pub async fn rules(store: &Store, now: Instant) -> Result<Option<Rules>> {
    let mut conn = store.read().await?;
    match Layers::load(&mut conn, time::local_date(now)).await? {
        Some(layers) => layers.rules().map(Some),
        None => Ok(None),
    }
}

/// The municipality a request was made under: of the revisions up to the one it keeps, those valid on its day.
pub(crate) async fn as_of(
    conn: &mut Conn,
    revision: i64,
    date: NaiveDate,
) -> Result<Option<Municipality>> {
    let Some(row) = setting::valid_as_of(conn, KIND, KEY, date, revision).await? else {
        return Ok(None);
    };
    let mut parts = Vec::new();
    for kind in Kind::ALL {
        let over = setting::valid_as_of(conn, kind.code(), STAFF_KEY, date, revision).await?;
        if let Some(over) = over {
            let body: Value = serde_json::from_str(&over.body)
                .map_err(|error| unusable(over.revision, &error))?;
            parts.push((kind, body));
        }
    }
    let parts: Vec<(Kind, &Value)> = parts.iter().map(|(kind, body)| (*kind, body)).collect();
    let municipality = compose(&file_of(&row)?, &parts);
    municipality
        .map(Some)
        .map_err(|error| unusable(revision, &error))
}

fn file_of(row: &SettingRow) -> Result<Municipality> {
    serde_json::from_str(&row.body)
        .map_err(|error| Trouble::Internal(format!("settings revision {}: {error}", row.revision)))
}

/// Everything that is valid today or begins later: the file, and the kinds over it.
#[derive(Clone, Debug)]
pub(crate) struct Layers {
    pub today: NaiveDate,
    /// The newest revision of any setting.
    pub revision: i64,
    /// In the order in which they begin; the first is in force.
    file: Vec<(NaiveDate, Municipality)>,
    over: Vec<(Kind, Vec<SettingRow>)>,
}

impl Layers {
    pub async fn load(conn: &mut Conn, today: NaiveDate) -> Result<Option<Self>> {
        let revision = setting::latest_revision(conn).await?;
        let rows = valid_and_coming(conn, KIND, KEY, today).await?;
        if rows.first().is_none_or(|row| row.valid_from > today) {
            return Ok(None);
        }
        let mut file = Vec::with_capacity(rows.len());
        for row in rows {
            file.push((row.valid_from, file_of(&row)?));
        }
        let mut over = Vec::new();
        for kind in Kind::ALL {
            let rows = valid_and_coming(conn, kind.code(), STAFF_KEY, today).await?;
            if !rows.is_empty() {
                over.push((kind, rows));
            }
        }
        Ok(Some(Self {
            today,
            revision,
            file,
            over,
        }))
    }

    /// The rows of a kind: the one in force first, then those that begin later.
    pub fn of(&self, kind: Kind) -> &[SettingRow] {
        self.over
            .iter()
            .find(|(other, _)| *other == kind)
            .map_or(&[], |(_, rows)| rows)
    }

    /// The same as if one more revision of a kind had been made.
    pub fn with(&self, kind: Kind, valid_from: NaiveDate, body: &Value) -> Self {
        let mut layers = self.clone();
        layers.revision += 1;
        let row = SettingRow {
            revision: layers.revision,
            kind: kind.code().to_owned(),
            key: STAFF_KEY.to_owned(),
            valid_from,
            body: body.to_string(),
            legal_basis: String::new(),
            actor: String::new(),
            created_at: Instant::default(),
            reason: String::new(),
        };
        match layers.over.iter_mut().find(|(other, _)| *other == kind) {
            Some((_, rows)) => rows.push(row),
            None => layers.over.push((kind, vec![row])),
        }
        layers
    }

    /// The file in force, without what lies over it.
    pub fn file_today(&self) -> Result<Municipality> {
        let (_, file) = self.file.first().ok_or(Trouble::NotFound)?;
        Ok(file.clone())
    }

    /// The municipality as it is on a day.
    pub fn on(&self, date: NaiveDate) -> Result<Municipality> {
        let file = self.file.iter().rfind(|(from, _)| *from <= date);
        let (_, file) = file.ok_or(Trouble::NotFound)?;
        let mut parts = Vec::new();
        for (kind, rows) in &self.over {
            let valid = rows
                .iter()
                .filter(|row| row.valid_from <= date)
                .max_by_key(|row| (row.valid_from, row.revision));
            if let Some(row) = valid {
                let body: Value = serde_json::from_str(&row.body)
                    .map_err(|error| unusable(row.revision, &error))?;
                parts.push((*kind, body));
            }
        }
        let parts: Vec<(Kind, &Value)> = parts.iter().map(|(kind, body)| (*kind, body)).collect();
        compose(file, &parts).map_err(|error| unusable(self.revision, &error))
    }

    /// The rules of today with those of every later day on which something begins.
    pub fn rules(&self) -> Result<Rules> {
        let files = self.file.iter().map(|(from, _)| *from);
        let kinds = self
            .over
            .iter()
            .flat_map(|(_, rows)| rows.iter().map(|row| row.valid_from));
        let days: BTreeSet<NaiveDate> = files
            .chain(kinds)
            .filter(|from| *from > self.today)
            .collect();
        let mut coming = Vec::with_capacity(days.len());
        for day in days {
            coming.push((day, checked(self.on(day)?)?));
        }
        let rules =
            Rules::new(checked(self.on(self.today)?)?, self.revision).map_err(Trouble::Internal)?;
        Ok(rules.with_coming(coming))
    }
}

fn checked(municipality: Municipality) -> Result<Municipality> {
    match municipality.check().first() {
        None => Ok(municipality),
        Some(problem) => Err(Trouble::Internal(format!(
            "the settings together: {problem}"
        ))),
    }
}

fn unusable(revision: i64, error: &dyn std::fmt::Display) -> Trouble {
    Trouble::Internal(format!("settings revision {revision}: {error}"))
}

async fn valid_and_coming(
    conn: &mut Conn,
    kind: &str,
    key: &str,
    today: NaiveDate,
) -> Result<Vec<SettingRow>> {
    let mut rows: Vec<SettingRow> = setting::valid_on(conn, kind, key, today)
        .await?
        .into_iter()
        .collect();
    rows.extend(setting::coming(conn, kind, key, today).await?);
    Ok(rows)
}

/// Appends the municipality's file as a revision, valid from today.
pub async fn append(
    store: &Store,
    keys: &Keys,
    municipality: &Municipality,
    actor: &str,
    now: Instant,
    chance: &dyn crate::Chance,
) -> Result<i64> {
    let body = serde_json::to_string(municipality)
        .map_err(|error| Trouble::Internal(error.to_string()))?;
    let audit_id = clock::uuid(now, chance);
    store
        .write(async |tx| {
            let setting = NewSetting {
                kind: KIND,
                key: KEY,
                valid_from: time::local_date(now),
                body: &body,
                legal_basis: "",
                actor,
                reason: "",
                follows: None,
            };
            let revision = setting::append(tx, &setting, now)
                .await?
                .ok_or_else(|| Trouble::Internal("the file follows nothing".to_owned()))?;
            let detail = json!({ "revision": revision }).to_string();
            let entry = audit::Entry {
                id: audit_id,
                subject: "settings:municipality",
                version: Version::Next,
                at: now,
                actor_kind: "system",
                actor_id: None,
                act: "settings revised",
                detail: &detail,
            };
            audit::append(tx, &entry, keys).await?;
            Ok(revision)
        })
        .await
}

impl Desk {
    /// Reads the settings again when somebody revised them, or a day began on which something else is valid.
    pub async fn refresh_rules(&self) -> Result<()> {
        let now = self.now();
        let mut conn = self.store.read().await?;
        let latest = setting::latest_revision(&mut conn).await?;
        let known = self.rules();
        if latest == known.revision && !known.is_superseded(time::local_date(now)) {
            return Ok(());
        }
        if let Some(layers) = Layers::load(&mut conn, time::local_date(now)).await? {
            self.use_rules(layers.rules()?);
        }
        Ok(())
    }

    /// From now on these are the rules, unless newer ones were read meanwhile.
    pub(crate) fn use_rules(&self, rules: Rules) {
        let mut known = self.rules.write().unwrap_or_else(PoisonError::into_inner);
        if known.revision <= rules.revision {
            *known = Arc::new(rules);
        }
    }
}
