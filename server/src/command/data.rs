//! `migrate`, `demo`, `token create` and `audit verify`.
use super::print;
use crate::cli::{Failure, TokenCreate};
use crate::config::Config;
use crate::installation::{self, Installation, failure};
use crate::worker::Pool;
use desk::staff::Enrolled;
use std::fmt::Write;
use std::sync::Arc;

/// `sala migrate`
pub async fn migrate(config: &Config) -> Result<(), Failure> {
    let store = installation::migrated(config).await?;
    store.close().await;
    tracing::info!("the database's schema is up to date");
    Ok(())
}

/// `sala demo`: the accounts, on standard output.
pub async fn demo(config: &Config) -> Result<(), Failure> {
    if !config.demo {
        tracing::warn!(
            "made-up cases are being loaded; serve with SALA_DEMO=1, so that every page says so"
        );
    }
    let desk = Installation::open(config).await?.desk(config).await?;
    let desk = desk.with_workshop(Arc::new(Pool::of_this_program()));
    let accounts = desk
        .load_demo()
        .await
        .map_err(|trouble| failure(&trouble))?;
    print(&account_table(&accounts))
}

fn account_table(accounts: &[Enrolled]) -> String {
    let mut text = "Demonstration accounts (ตัวอย่าง):".to_owned();
    for account in accounts {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n  {:<10} password {}   TOTP {}   recovery code {}",
            account.username,
            account.password,
            account.totp_secret,
            account.recovery_codes.first().map_or("", String::as_str)
        );
    }
    text
}

/// `sala token create`: the token, alone on standard output.
pub async fn token(config: &Config, create: &TokenCreate) -> Result<(), Failure> {
    let channel = create.channel.trim();
    if channel.is_empty() || channel.chars().count() > 60 {
        return Err(Failure::Setting(
            "--channel: use 1 to 60 characters".to_owned(),
        ));
    }
    let desk = Installation::open(config)
        .await?
        .desk_without_settings()
        .await?;
    let token = desk
        .create_token(channel, create.per_minute)
        .await
        .map_err(|trouble| failure(&trouble))?;
    print(&token)
}

/// `sala audit verify`: the chain's head on standard output; fails when anything is wrong.
pub async fn verify_audit(config: &Config) -> Result<(), Failure> {
    let desk = Installation::open(config)
        .await?
        .desk_without_settings()
        .await?;
    let (report, head) = desk
        .verify_audit()
        .await
        .map_err(|trouble| failure(&trouble))?;
    for problem in &report.problems {
        tracing::error!(?problem, "the audit is not whole");
    }
    if !report.problems.is_empty() {
        let (found, sealed) = (report.problems.len(), report.sealed);
        return Err(Failure::Other(format!(
            "the audit is not whole: {found} problems in {sealed} rows"
        )));
    }
    let head = head.map_or_else(
        || "none yet".to_owned(),
        |head| format!("{} {}", head.seq, head.hash),
    );
    print(&format!(
        "audit whole: {} rows sealed, {} waiting; head {head}",
        report.sealed, report.unsealed
    ))
}
