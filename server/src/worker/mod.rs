//! `sala worker`: a process of its own that does what must not fell the server. It decodes what strangers send and prints documents,
//! within a memory limit, without the server's settings, keys or database, and is started again when it dies.
//!
//! ```text
//! Pool ──Job──▶ standard input │ child │ standard output ──Answer──▶ Pool
//! ```
//! | module | what it does |
//! |---|---|
//! | [`frame`] | how jobs and answers cross the pipe |
//! | [`pool`] | the server's side: starts, feeds, times out and replaces children |
//! | [`child`] | the other side: limits itself, then one job after another |
//! | [`picture`] | a photo made safe |
//! | [`printing`] | a document printed |
pub mod child;
pub mod frame;
pub mod picture;
pub mod pool;
pub mod printing;

pub use pool::Pool;
