//! What can be typed after `--`.

use std::{env, path::PathBuf};

use clap::Parser;

use crate::figures::Demand;

/// Measures the release program, in ratios.
#[derive(Debug, Parser)]
#[command(name = "serving")]
pub struct Options {
    /// How often everything is measured; medians are told.
    #[arg(long, default_value_t = 3)]
    pub rounds: u32,
    /// Seconds each load lasts, after one second to warm up.
    #[arg(long, default_value_t = 4)]
    pub seconds: u64,
    /// Measure on PostgreSQL, too: the address of a server's database, beside which another is made.
    /// Without: `HOUSE_DB` from the environment, as scripts/with-postgres sets it.
    #[arg(long, value_name = "URL")]
    pub postgres: Option<String>,
    /// Measure the Django stack in the same run: the folder with its run.sh and stop.sh.
    #[arg(long, value_name = "DIR")]
    pub oracle: Option<PathBuf>,
    /// Calls Cambio may have under way to one provider (`providers.egress.max_in_flight`).
    #[arg(long, value_name = "N")]
    pub max_in_flight: Option<u32>,
    /// Another build of the program, to be compared with this one.
    #[arg(long, value_name = "FILE", default_value = env!("CARGO_BIN_EXE_cambio"))]
    pub program: PathBuf,
    /// Only loads whose label contains this text. May be repeated.
    #[arg(long, value_name = "TEXT")]
    pub only: Vec<String>,
    /// A demand, such as `sqlite/bearer:live>=0.25`. May be repeated. The run fails when one is missed.
    #[arg(long = "assert", value_name = "DEMAND")]
    pub asserted: Vec<Demand>,
    /// Said by cargo; it means nothing here.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// Reads what was typed and, where it was not, the environment.
    pub fn read() -> Self {
        let mut options = Self::parse();
        if options.postgres.is_none() {
            options.postgres = env::var_os("HOUSE_DB").and_then(|url| url.into_string().ok());
        }
        options
    }

    /// Whether a load of that label is to be measured.
    pub fn wants(&self, label: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|part| label.contains(part.as_str()))
    }
}
