//! The municipality's file as revisions: appended, never changed; a request keeps the one it was made under.
use crate::{Desk, Result, Trouble, clock};
use domain::crematorium::Rules;
use domain::municipality::Municipality;
use domain::time::{self, Instant};
use serde_json::json;
use std::sync::{Arc, PoisonError};
use store::Store;
use store::audit::{self, Version};
use store::keys::Keys;
use store::setting::{self, NewSetting};

const KIND: &str = "municipality";
const KEY: &str = "file";

/// The settings in force today: their revision and the municipality. `None` before the first seeding.
pub async fn current(store: &Store, now: Instant) -> Result<Option<(i64, Municipality)>> {
    let mut conn = store.read().await?;
    let Some(row) = setting::valid_on(&mut conn, KIND, KEY, time::local_date(now)).await? else {
        return Ok(None);
    };
    let body = serde_json::from_str(&row.body);
    let municipality = body.map_err(|error| {
        Trouble::Internal(format!("settings revision {}: {error}", row.revision))
    })?;
    Ok(Some((row.revision, municipality)))
}

/// The rules in force today.
pub async fn rules(store: &Store, now: Instant) -> Result<Option<Rules>> {
    match current(store, now).await? {
        Some((revision, municipality)) => Rules::new(municipality, revision)
            .map(Some)
            .map_err(Trouble::Internal),
        None => Ok(None),
    }
}

/// Appends a revision, valid from today.
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
            };
            let revision = setting::append(tx, &setting, now).await?;
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
    /// Reads the settings again, for a process that serves while another revises them.
    pub async fn refresh_rules(&self) -> Result<()> {
        let now = self.now();
        let mut conn = self.store.read().await?;
        let row = setting::valid_on(&mut conn, KIND, KEY, time::local_date(now)).await?;
        drop(conn);
        if row.is_none_or(|row| row.revision == self.rules().revision) {
            return Ok(());
        }
        if let Some(rules) = rules(&self.store, now).await? {
            *self.rules.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(rules);
        }
        Ok(())
    }
}
