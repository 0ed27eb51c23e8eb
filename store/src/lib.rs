//! The database: the only crate that knows SQL, for SQLite and PostgreSQL from one text per query.
//!
//! # The map
//!
//! | file | what it gives |
//! |---|---|
//! | [`conn`] | [`Store`], [`Conn`] to read with, [`Tx`] to write with; what runs a statement on either engine |
//! | [`value`] | what can be bound to `$1`, and rows that are parsed and name their place when impossible |
//! | [`error`] | [`StoreError`] |
//! | [`keys`] | one key per purpose from the master secret; sealing, MACs, the fingerprint in the database |
//! | [`claim`] | a place in time, which the database refuses twice; holds |
//! | [`request`] | requests, their guarded change of state, their history, the inbox |
//! | [`crematorium`] | a request's crematorium case; one live case per deceased |
//! | [`given_up`] | places that somebody gave up and may not take again |
//! | [`outage`] | what is out of service, and its claims |
//! | [`affected`] | live bookings that must move |
//! | [`fee`], [`payment`], [`refund`] | what a request owes, what was paid, what goes back |
//! | [`ledger`], [`bank`] | double entry that adds up to nothing; the lines of the bank's file |
//! | [`unit`] | the register of equipment, its history, who has which unit |
//! | [`loan`] | loans piece by piece, the queue, what is due |
//! | [`supply`] | consumables by lot |
//! | [`person`] | people, whom retention can erase |
//! | [`draft`] | what residents typed, and the codes that carry a draft to another phone |
//! | [`search`] | MACs of normalised prefixes |
//! | [`call`], [`task`] | telephone calls to make; work that no request names |
//! | [`paper`] | photos of papers, verdicts, findings |
//! | [`object`] | files that no row names yet, or any more |
//! | [`job`] | the outbox and all other work after a commit |
//! | [`lease`] | one holder at a time, among several servers |
//! | [`audit`] | who did what, sealed into a chain |
//! | [`number`], [`issued`], [`signature`] | running numbers, issued documents, who signed them |
//! | [`appeal`], [`late_notice`] | appeals; written reasons of late decisions |
//! | [`calendar_link`] | secret links of calendar programs |
//! | [`setting`], [`closure`] | settings as revisions; urgent closures and their review |
//! | [`staff`], [`agent`], [`credential`] | accounts; their second factors and recovery codes |
//! | [`session`] | sessions of residents, staff and agents |
//! | [`authority`] | by what authority an agent acts on a request |
//! | [`token`], [`idempotency`], [`limit`] | channels' tokens, stored answers, leaky buckets |
//! | [`backup`] | one consistent copy of an SQLite database |
//! | `testing` | (feature `testing`) a fresh database on each engine; query plans |
//!
//! # How it is used
//!
//! Functions that only read take `&mut Conn` from [`Store::read`]; a [`Tx`] is a `Conn` too, so the same functions
//! read inside a transaction. Functions that write take `&mut Tx`, which only [`Store::write`] gives:
//!
//! ```no_run
//! # use domain::{crematorium::Claim, time::Instant};
//! # use store::{Result, Store, claim::{self, Holder}};
//! # async fn hold(store: Store, draft: Holder, places: &[Claim], until: Instant, now: Instant) -> Result<bool> {
//! store
//!     .write(async |tx| claim::shift(tx, draft, places, Some(until), now).await)
//!     .await
//! # }
//! ```
//!
//! Time and chance are arguments: nothing here reads a clock or makes an id.
pub mod affected;
pub mod agent;
pub mod appeal;
pub mod audit;
pub mod authority;
pub mod backup;
pub mod bank;
pub mod calendar_link;
pub mod call;
pub mod claim;
pub mod closure;
pub mod conn;
pub mod credential;
pub mod crematorium;
pub mod draft;
pub mod error;
pub mod fee;
pub mod given_up;
pub mod idempotency;
pub mod internal_number;
pub mod issued;
pub mod job;
pub mod keys;
pub mod late_notice;
pub mod lease;
pub mod ledger;
pub mod limit;
pub mod loan;
pub mod number;
pub mod object;
pub mod outage;
pub mod paper;
pub mod payment;
pub mod person;
pub mod refund;
pub mod request;
pub mod search;
pub mod session;
pub mod setting;
pub mod signature;
pub mod staff;
pub mod supply;
pub mod task;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod token;
pub mod unit;
pub mod value;

pub use conn::{Conn, Engine, Store, Tx};
pub use error::{Result, StoreError};
