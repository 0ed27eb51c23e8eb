//! The use cases: one function each. Every one authorises first, opens the transaction, applies the
//! domain's decision, and writes event, audit and outbox rows in that same transaction.
//!
//! Pages, API, command line and jobs change things only through here.
//!
//! | module | what it does |
//! |---|---|
//! | `crematorium` | what is free, the calendar, the days a family can choose from |
//! | `document` | what is printed of a request, and the register of a month |
//! | `draft` | raw answers kept for a resident, the hold, carrying to another phone, sending |
//! | `request` | submitting, tracking, withdrawing, correcting |
//! | `affected` | bookings that must move, until they have |
//! | `change` | moving and cancelling, by the family, an officer or a channel |
//! | `given_up` | who cancelled a place cannot take it again |
//! | `outage` | what is out of service |
//! | `particulars`, `case_task` | type of case, coffin, implants; what the office does for some cases |
//! | `office` | inbox, request file, decisions, call list |
//! | `account` | what accounts share: passwords, second factors, sessions |
//! | `staff` | sign-in of staff, their accounts |
//! | `agent` | agents: registration, sign-in, the authority they act by, their cases |
//! | `issue`, `signature` | what the office issues: numbered, printed, signed, ended |
//! | `verify` | what the code on a document says |
//! | `appeal`, `late` | appeals; written reasons of late decisions |
//! | `calendar_link` | calendars to subscribe to |
//! | `channel` | tokens and idempotent submissions of the API |
//! | `paper` | photos of papers, verdicts, findings |
//! | `vault` | files, sealed; `workshop`: work done in a process of its own |
//! | `fee`, `cashier`, `bank`, `refund` | what a request owes; taking money; the bank's file; money back |
//! | `export`, `rows_file` | lists as CSV and XLSX; files of rows that the office sends |
//! | `job` | the outbox, lapses, sealing the audit, cleaning up |
//! | `settings`, `revision` | the municipality's file and what staff revised over it, each as revisions |
//! | `closure`, `calendar` | closed days, urgent closures and their review; the year on one page |
pub mod account;
pub mod affected;
pub mod agent;
pub mod appeal;
pub mod bank;
pub mod calendar;
pub mod calendar_link;
pub mod case_task;
pub mod cashier;
pub mod change;
pub mod channel;
pub mod clock;
pub mod closure;
pub mod crematorium;
pub mod demo;
pub mod document;
pub mod draft;
mod error;
pub mod export;
pub mod fee;
mod given_up;
mod issue;
pub mod job;
pub mod late;
mod limit;
pub mod loan;
pub mod mail;
pub mod office;
pub mod outage;
pub mod paper;
pub mod particulars;
mod place;
pub mod refund;
pub mod request;
pub mod revision;
pub mod rows_file;
pub mod settings;
pub mod signature;
pub mod spreadsheet;
pub mod staff;
pub mod vault;
pub mod verify;
pub mod workshop;

pub use clock::{Chance, Clock};
pub use error::{Conflict, Result, Trouble};

use domain::crematorium::Rules;
use domain::time::Instant;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, RwLock};
use store::Store;
use store::keys::Keys;
use uuid::Uuid;
use vault::Vault;
use workshop::Workshop;

/// What every use case needs: the store, the keys, time, chance and the city's rules.
pub struct Desk {
    pub store: Store,
    pub keys: Arc<Keys>,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    /// What the last id was made of: the next one comes after it.
    last_id: AtomicU64,
    rules: RwLock<Arc<Rules>>,
    /// `false` only in a demonstration with `SALA_LIMITS=off`.
    limits: bool,
    /// Where letters link to; `None` when no mail server is set, and then none are written.
    mail_url: Option<String>,
    /// Where files lie; `None` only where none are kept.
    vault: Option<Vault>,
    workshop: Option<Arc<dyn Workshop>>,
    /// Where the codes on documents lead; without a trailing slash.
    public_url: String,
    /// Names this process in leases.
    owner: String,
    /// At most two argon2 hashes at once: each takes tens of megabytes.
    hashing: tokio::sync::Semaphore,
    /// At most eight photos in memory at once, however slowly they come in.
    uploading: tokio::sync::Semaphore,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Desk")
            .field("owner", &self.owner)
            .finish_non_exhaustive()
    }
}

impl Desk {
    pub fn new(
        store: Store,
        keys: Arc<Keys>,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        rules: Rules,
    ) -> Self {
        let owner = clock::uuid(clock.now(), chance.as_ref()).to_string();
        Self {
            store,
            keys,
            clock,
            chance,
            last_id: AtomicU64::new(0),
            rules: RwLock::new(Arc::new(rules)),
            limits: true,
            mail_url: None,
            vault: None,
            workshop: None,
            public_url: String::new(),
            owner,
            hashing: tokio::sync::Semaphore::new(2),
            uploading: tokio::sync::Semaphore::new(8),
        }
    }

    /// Switches the limits off, for load tests of a demonstration.
    #[must_use]
    pub fn without_limits(mut self) -> Self {
        self.limits = false;
        self
    }

    /// Writes letters that link to this public address, without a trailing slash.
    #[must_use]
    pub fn with_mail(mut self, public_url: &str) -> Self {
        self.mail_url = Some(public_url.to_owned());
        self
    }

    /// Keeps files here.
    #[must_use]
    pub fn with_vault(mut self, vault: Vault) -> Self {
        self.vault = Some(vault);
        self
    }

    /// Has pictures decoded and documents printed there.
    #[must_use]
    pub fn with_workshop(mut self, workshop: Arc<dyn Workshop>) -> Self {
        self.workshop = Some(workshop);
        self
    }

    /// Where the codes on documents lead: the public address, without a trailing slash.
    #[must_use]
    pub fn with_public_url(mut self, public_url: &str) -> Self {
        public_url.clone_into(&mut self.public_url);
        self
    }

    pub(crate) fn public_url(&self) -> &str {
        &self.public_url
    }

    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// The rules in force.
    pub fn rules(&self) -> Arc<Rules> {
        let rules = self
            .rules
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(&rules)
    }

    /// A new id, ordered by time.
    pub(crate) fn id(&self, now: Instant) -> Uuid {
        clock::uuid_after(&self.last_id, now, self.chance.as_ref())
    }

    pub(crate) fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.chance.fill(&mut bytes);
        bytes
    }
}
