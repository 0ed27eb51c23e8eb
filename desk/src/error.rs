//! Why a use case did not happen, in kinds that pages and the API can answer.
use crate::vault::VaultError;
use crate::workshop::WorkshopError;
use domain::crematorium::Wish;
use domain::form::FieldErrors;
use domain::request::{Refusal, Status};
use serde::Serialize;
use store::StoreError;

pub type Result<T> = std::result::Result<T, Trouble>;

/// A part of a wish that somebody else holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    Cremation,
    Pavilion,
    Ash,
}

/// Why not. Context stands in the variants; logs print the chain once, residents see a translation.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// 422: everything that is wrong with the input, at once.
    #[error("the input has errors")]
    Invalid(FieldErrors),
    /// 409: the places went; up to five of the nearest that are free.
    #[error("a place is taken")]
    SlotTaken {
        conflicts: Vec<Conflict>,
        alternatives: Vec<Wish>,
    },
    /// 409: one live case per deceased. Nothing is said about the other request.
    #[error("the deceased has a live case")]
    DeceasedHasCase,
    /// 409: another act came first; staff read the name, residents "the office".
    #[error("someone else decided first")]
    DecidedFirst { status: Status, by: Option<String> },
    /// 422 or 403: the workflow does not allow it.
    #[error("the workflow refuses: {0}")]
    Refused(#[from] Refusal),
    /// 429: unverified requests of one phone or one browser are few.
    #[error("too many unverified requests")]
    TooManyUnverified,
    /// 429
    #[error("rate limited")]
    RateLimited { retry_after_seconds: u64 },
    /// 404; also the answer to a wrong second fact.
    #[error("not found")]
    NotFound,
    /// The number is another service's: whoever serves both asks that one.
    #[error("another service's request")]
    OtherService,
    /// 403
    #[error("not allowed")]
    NotAllowed,
    /// 401
    #[error("sign-in required")]
    SignInRequired,
    /// 422: a key was used before with another body.
    #[error("the idempotency key was used with another body")]
    IdempotencyKeyReused,
    /// The hold cannot be extended any more.
    #[error("the hold cannot be extended")]
    NoMoreExtensions,
    /// 503: the database could not be reached or is busy; 500: something impossible.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// 503: a file could not be kept or read; what was typed is still there.
    #[error("the file store failed")]
    Vault(#[source] VaultError),
    /// 503: the worker is busy or gone.
    #[error("the workshop failed")]
    Workshop(#[from] WorkshopError),
    /// 500
    #[error("{0}")]
    Internal(String),
}
