//! The command line: what an operator types.

mod account;
mod args;
mod audit;
mod bar;
mod client;
pub mod config;
mod copies;
mod dev;
mod health;
mod keys;
mod log;
mod mail;
mod migrate;
mod moving;
mod open;
mod sandbox;
mod secret;
mod serve;
mod words;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser as _;

use self::args::{Args, Command, ConfigCommand};
use crate::{
    config::{Config, Sources},
    error::Error,
};

/// Why a command failed, in words for the person who typed it.
#[derive(Debug)]
pub struct Failed(pub String);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(words::told(&error))
    }
}

impl From<crate::error::Fault> for Failed {
    fn from(fault: crate::error::Fault) -> Self {
        Error::from(fault).into()
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}

/// Runs the command that was typed.
pub fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(code) => code,
        Err(Failed(text)) => {
            say_error(&text);
            ExitCode::FAILURE
        }
    }
}

fn run(args: Args) -> Result<ExitCode, Failed> {
    let file = args.config;
    match args.command {
        Command::Serve => serve::run(file),
        Command::Dev(options) => dev::run(&options),
        Command::Sandbox(options) => sandbox::run(&options),
        Command::Migrate => migrate::run(file),
        Command::Config(command) => show_config(command, file),
        Command::Client(command) => client::run(command, file),
        Command::Account(command) => account::run(command, file),
        Command::Keys(command) => keys::run(&command, file),
        Command::Mail(command) => mail::run(&command, file),
        Command::Audit(options) => audit::run(&options, file),
        Command::Backup(options) => copies::back_up(&options, file),
        Command::Restore(options) => copies::restore(&options, file),
        Command::Move(options) => moving::run(&options, file),
        Command::Health { url } => health::run(&url),
    }
}

fn show_config(command: ConfigCommand, file: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let loaded = Config::load(&Sources::from_process(file));
    let mut out = io::stdout().lock();
    let code = match command {
        ConfigCommand::Check => config::check(&loaded, open::rehearse, &mut out)?,
        ConfigCommand::Show { json: true } => config::show(&loaded, config::Form::Json, &mut out)?,
        ConfigCommand::Show { json: false } => {
            config::show(&loaded, config::Form::Table, &mut out)?
        }
    };
    Ok(ExitCode::from(code))
}

/// A line for the person at the terminal. Who has heard enough (`cambio client list | head -n 1`) is not told more.
fn say(line: &str) {
    if let Err(cause) = writeln!(io::stdout(), "{line}")
        && cause.kind() != io::ErrorKind::BrokenPipe
    {
        say_error(&format!("this could not be said: {cause}"));
    }
}

/// A line about something that went wrong; where nobody hears it, nobody does.
fn say_error(line: &str) {
    let _ = writeln!(io::stderr(), "cambio: {line}");
}
