//! The `[log]` section: what is written, and how.

use serde::Deserialize;

/// The log on standard error. Secrets and addresses are in it at no level.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// The least important lines that are written: `error`, `warn`, `info`, `debug` or `trace`.
    pub level: Level,
    /// `text` for people, `json` for machines, one object a line.
    pub format: Format,
}

/// How important a line is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Faults of ours.
    Error,
    /// What deserves a look.
    Warn,
    /// Every refused request.
    #[default]
    Info,
    /// The way of a request.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    /// The level in the words of a log filter.
    pub fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// The form of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}
