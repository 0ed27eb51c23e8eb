//! The server: configuration, routes, the API, files, background work and the command line.
//!
//! | module | what it does |
//! |---|---|
//! | [`cli`], [`command`] | what the operator can ask for |
//! | [`config`], [`public_url`], [`secret_key`], [`clock`] | settings, the key, time and chance |
//! | [`installation`] | a database, its key and its rules, opened together |
//! | [`http`] | the router and the layers around every answer |
//! | [`api`] | the JSON API |
//! | [`site`] | files: styles, fonts, scripts |
//! | [`jobs`], [`mailer`], [`metrics`] | background work, letters, measurements |
//! | [`objects`], [`worker`] | where files lie; a process of its own for what strangers send |
//! | [`municipality_file`] | one city as data |
pub mod api;
mod chain;
pub mod cli;
pub mod clock;
pub mod command;
pub mod config;
pub mod http;
pub mod installation;
pub mod jobs;
pub mod mailer;
pub mod metrics;
pub mod municipality_file;
pub mod objects;
pub mod public_url;
pub mod secret_key;
pub mod site;
pub mod worker;
