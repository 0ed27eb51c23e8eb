//! The command line: what can be asked of `sala`, and how it ends.
use crate::command;
use crate::config::Config;
use crate::worker;
use clap::{Args, Parser, Subcommand};
use domain::request::Role;
use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Crematorium booking for a municipality: one installation, one city.
#[derive(Debug, Parser)]
#[command(
    name = "sala",
    version,
    after_help = "Settings are environment variables; see docs/OPERATIONS.md."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Migrates, loads the municipality into an empty database, and serves.
    Serve,
    /// Brings the database's schema up to date.
    Migrate,
    /// Loads a municipality file; into a database that has one, shows the difference first.
    Seed(Seed),
    /// Loads a believable week of made-up cases and staff accounts.
    Demo,
    /// Staff accounts.
    #[command(subcommand)]
    Staff(Staff),
    /// Tokens of channels that use the API.
    #[command(subcommand)]
    Token(Token),
    /// The record of who did what.
    #[command(subcommand)]
    Audit(Audit),
    /// Does what must not fell the server; `serve` starts it.
    #[command(hide = true)]
    Worker,
    /// Writes a consistent copy of an SQLite database, also while it is served. The key is not in it.
    Backup {
        /// A file that does not exist yet.
        file: PathBuf,
    },
    /// Puts a copy in the place of an SQLite database that is empty or absent.
    Restore {
        /// A file that `backup` wrote.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub struct Seed {
    /// Such as config/trang.toml.
    #[arg(long)]
    pub municipality: PathBuf,
    /// Make the difference a new revision of the settings.
    #[arg(long)]
    pub apply: bool,
}

#[derive(Debug, Subcommand)]
enum Staff {
    /// Makes an account, and prints its password and second factor once.
    Add(StaffAdd),
}

#[derive(Debug, Args)]
pub struct StaffAdd {
    /// The user name.
    pub username: String,
    /// officer, approver or administrator; may be given more than once.
    #[arg(long = "role", required = true, value_parser = role)]
    pub roles: Vec<Role>,
    /// The person's name, as pages and documents show it; the user name when absent.
    #[arg(long)]
    pub name: Option<String>,
    /// The person's position, as decisions show it.
    #[arg(long)]
    pub position: Option<String>,
    /// The order that delegates decisions to an approver; marked as a sample when absent.
    #[arg(long)]
    pub delegation_order: Option<String>,
    /// First day of the delegation, YYYY-MM-DD; today when absent.
    #[arg(long)]
    pub delegation_from: Option<chrono::NaiveDate>,
    /// Last day of the delegation; without an end when absent.
    #[arg(long)]
    pub delegation_until: Option<chrono::NaiveDate>,
    /// Print one JSON object instead of lines.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
enum Token {
    /// Makes a token, and prints it once.
    Create(TokenCreate),
}

#[derive(Debug, Args)]
pub struct TokenCreate {
    /// Who will use it, such as line-bot.
    #[arg(long)]
    pub channel: String,
    /// Calls a minute; 0 is no limit.
    #[arg(long, default_value_t = 60)]
    pub per_minute: u32,
}

#[derive(Debug, Subcommand)]
enum Audit {
    /// Seals what is open and checks every link, MAC and version.
    Verify,
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| "use officer, approver, administrator or cashier".to_owned())
}

/// Why a command failed, in one sentence for the operator.
#[derive(Debug)]
pub enum Failure {
    /// A setting or argument to correct: exit code 2.
    Setting(String),
    /// Anything else: exit code 1.
    Other(String),
}

impl Failure {
    /// A failure with its causes.
    pub fn of(error: &dyn std::error::Error) -> Self {
        Self::Other(crate::chain::chain(error))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting(text) | Self::Other(text) => out.write_str(text),
        }
    }
}

/// Reads the command line, does what it says, and gives the exit code: 0 done, 1 failed, 2 wrong settings or arguments.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    if matches!(cli.command, Command::Worker) {
        // Without threads, settings or a log: its memory limit counts all of them.
        return match worker::child::run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("sala worker: {error}");
                ExitCode::FAILURE
            }
        };
    }
    log_to_stderr();
    match runtime(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("sala: {failure}");
            ExitCode::from(match failure {
                Failure::Setting(_) => 2,
                Failure::Other(_) => 1,
            })
        }
    }
}

fn runtime(cli: Cli) -> Result<(), Failure> {
    let config = Config::from_env().map_err(|mistakes| Failure::Setting(mistakes.to_string()))?;
    for name in
        Config::strangers(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()))
    {
        tracing::warn!(name, "no setting has this name; is it misspelt?");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Other(format!("no threads could be started: {error}")))?;
    runtime.block_on(dispatch(cli.command, config))
}

async fn dispatch(wanted: Command, config: Config) -> Result<(), Failure> {
    match wanted {
        Command::Serve => command::serve::run(config).await,
        Command::Migrate => command::data::migrate(&config).await,
        Command::Seed(seed) => command::seed::run(&config, &seed).await,
        Command::Demo => command::data::demo(&config).await,
        Command::Staff(Staff::Add(add)) => command::staff::add(&config, add).await,
        Command::Token(Token::Create(create)) => command::data::token(&config, &create).await,
        Command::Audit(Audit::Verify) => command::data::verify_audit(&config).await,
        // Begun before there were threads.
        Command::Worker => Ok(()),
        Command::Backup { file } => command::backup::write(&config, &file).await,
        Command::Restore { file } => command::backup::restore(&config, &file).await,
    }
}

/// Standard output is for what a command makes; everything else is the log's.
fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .with_ansi(terminal)
        .init();
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn commands_are_read_as_the_interface_names_them() {
        for line in [
            "sala serve",
            "sala migrate",
            "sala seed --municipality config/trang.toml --apply",
            "sala demo",
            "sala staff add somsri --role officer --role approver --json",
            "sala token create --channel line --per-minute 0",
            "sala audit verify",
            "sala worker",
            "sala backup a.db",
            "sala restore a.db",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
        for line in [
            "sala",
            "sala staff add somsri",
            "sala staff add somsri --role mayor",
            "sala seed",
            "sala audit",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
