//! Channels with a token: who calls, and submissions whose answer is kept.
use crate::request::{Answer, Channel, Outcome, Submission, Submitted};
use crate::{Desk, Result, Trouble};
use data_encoding::HEXLOWER;
use domain::crematorium::Application;
use domain::form::RawFields;
use domain::request::Actor;
use sha2::{Digest, Sha256};
use store::keys::Purpose;
use store::limit::Limit;
use store::token::{self, TokenRow};
use uuid::Uuid;

/// A caller whose token is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelActor {
    pub id: Uuid,
    pub name: String,
}

/// The bytes to answer with, kept for repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub body: String,
    /// Whether the same call came before.
    pub replayed: bool,
}

impl Desk {
    /// Makes a token: shown once, kept as a MAC. `per_minute` 0 is no limit.
    pub async fn create_token(&self, name: &str, per_minute: u32) -> Result<String> {
        let now = self.now();
        let secret = format!("sala_{}", HEXLOWER.encode(&self.random::<32>()));
        let row = TokenRow {
            id: self.id(now),
            name: name.to_owned(),
            token_mac: self.keys.mac(Purpose::TokenMac, secret.as_bytes()),
            per_minute,
            created_at: now,
            revoked_at: None,
        };
        self.store
            .write(async |tx| token::insert(tx, &row).await)
            .await?;
        Ok(secret)
    }

    /// Who a bearer token belongs to, within its budget.
    pub async fn channel(&self, bearer: &str) -> Result<ChannelActor> {
        let mac = self.keys.mac(Purpose::TokenMac, bearer.as_bytes());
        let mut conn = self.store.read().await?;
        let row = token::find(&mut conn, &mac)
            .await?
            .ok_or(Trouble::SignInRequired)?;
        drop(conn);
        if row.per_minute > 0 {
            self.spend(
                &format!("token:{}", row.id),
                Limit::per_minute(row.per_minute),
                self.now(),
            )
            .await?;
        }
        Ok(ChannelActor {
            id: row.id,
            name: row.name,
        })
    }

    /// Submits once per key: a repeat with the same body gets the same bytes, another body is refused.
    ///
    /// `write` turns the outcome into the body of the 201; it runs inside the transaction that keeps it.
    pub async fn submit_idempotent(
        &self,
        channel: &ChannelActor,
        path: &'static str,
        key: &str,
        body: &[u8],
        fields: &RawFields,
        write: fn(&Submitted) -> String,
    ) -> Result<Answered> {
        let application = Application::parse(fields, self.now()).map_err(Trouble::Invalid);
        let body_hash = HEXLOWER.encode(&Sha256::digest(body));
        let answer = Answer {
            token: channel.id,
            path,
            key: key.to_owned(),
            body_hash,
            write,
        };
        let application = match application {
            Ok(application) => application,
            Err(trouble) => return self.replay_or(&answer, trouble).await,
        };
        let submission = Submission {
            actor: Actor::Channel(channel.id),
            channel: Channel::Api {
                name: channel.name.clone(),
            },
            application,
            draft: None,
            answer: Some(answer),
            retake: None,
        };
        Ok(match self.submit(submission).await? {
            Outcome::Done(submitted) => Answered {
                body: write(&submitted),
                replayed: false,
            },
            Outcome::Replayed(body) => Answered {
                body,
                replayed: true,
            },
        })
    }

    /// A body that is wrong now is still answered as before when its key has an answer.
    pub(crate) async fn replay_or<S: Sync>(
        &self,
        answer: &Answer<S>,
        trouble: Trouble,
    ) -> Result<Answered> {
        let now = self.now();
        let begun = self
            .store
            .write(
                async |tx| match crate::request::begin(tx, answer, now).await? {
                    Some(body) => Ok(body),
                    // An error rolls the fresh key back: only a 201 is kept.
                    None => Err(Trouble::NotFound),
                },
            )
            .await;
        match begun {
            Ok(body) => Ok(Answered {
                body,
                replayed: true,
            }),
            Err(Trouble::NotFound) => Err(trouble),
            Err(other) => Err(other),
        }
    }
}
