//! `cargo xtask COMMAND`: build, run and test Sala with one word.

mod audit;
mod bench;
mod dev;
mod packages;
mod postgres;
mod process;
mod progress;
mod run;
mod site;
mod stamp;
mod style;
mod test;
mod wasm;
mod wasm_debian;
mod workspace;

use anyhow::Result;
use std::fmt::Write;
use std::process::ExitCode;
use workspace::Workspace;

/// One word of the command line, and what it does.
struct Command {
    name: &'static str,
    arguments: &'static str,
    help: &'static str,
    run: fn(&Workspace, &[String]) -> Result<()>,
}

const COMMANDS: &[Command] = &[
    Command {
        name: "run",
        arguments: "[--release] [--no-demo]",
        help: "build everything, fill ./data with demo data the first time, serve",
        run: run::command,
    },
    Command {
        name: "test",
        arguments: "[STEP]...",
        help: "formatting, lints, tests on both databases, browser journeys; one summary",
        run: test::command,
    },
    Command {
        name: "dev",
        arguments: "[--no-demo]",
        help: "like run, and again after every change of a source file",
        run: dev::command,
    },
    Command {
        name: "bench",
        arguments: "[--quick]",
        help: "measure a release against baselines on both databases; rewrites docs/BENCHMARKS.md",
        run: bench::command,
    },
    Command {
        name: "audit",
        arguments: "",
        help: "licences, advisories and unused dependencies",
        run: audit::command,
    },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(name) = arguments.next() else {
        print!("{}", help());
        return ExitCode::from(2);
    };
    if matches!(name.as_str(), "help" | "-h" | "--help") {
        print!("{}", help());
        return ExitCode::SUCCESS;
    }
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        eprint!("there is no command {name:?}\n\n{}", help());
        return ExitCode::from(2);
    };
    let arguments: Vec<String> = arguments.collect();
    let outcome = process::listen_for_interrupts()
        .and_then(|()| Workspace::find())
        .and_then(|workspace| (command.run)(&workspace, &arguments));
    match outcome {
        _ if process::interrupted() => ExitCode::from(130),
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ncargo xtask {name}: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn help() -> String {
    let mut text = String::from("cargo xtask COMMAND\n\n");
    for command in COMMANDS {
        let usage = format!("{} {}", command.name, command.arguments);
        let _infallible = writeln!(text, "  {usage:<30}  {}", command.help);
    }
    text.push_str(
        "\nSALA_WASM=rustup|debian forces where the wasm target comes from (see ARCHITECTURE).\n\
         Logs: target/run-logs and target/test-logs.\n",
    );
    text
}

/// The flags among `known` that were given; anything else is an error.
fn flags<const N: usize>(arguments: &[String], known: [&str; N]) -> Result<[bool; N]> {
    if let Some(stranger) = arguments.iter().find(|a| !known.contains(&a.as_str())) {
        anyhow::bail!("{stranger:?} is not one of {known:?}");
    }
    Ok(known.map(|flag| arguments.iter().any(|argument| argument == flag)))
}
