//! The `[database]` section: which database, and how much may wait for it.

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use super::problem::{Finding, complain_if, within};

/// Where everything is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`; it may hold a password, so it is
    /// treated as a secret.
    pub url: SecretString,
    /// Threads, each with a connection; 0 takes as many as cores on SQLite, twice that and at least 16 on PostgreSQL.
    pub threads: usize,
    /// Deeds that may wait for a thread; more are answered with 503.
    pub queue: usize,
    /// Milliseconds a deed waits for its thread and connection; then it is answered with 503.
    pub acquire_timeout_ms: u32,
    /// Milliseconds one statement, and one deed with all its statements, may take (PostgreSQL).
    pub statement_timeout_ms: u32,
    /// Milliseconds a statement waits for a lock.
    pub lock_timeout_ms: u32,
    /// Writes kept by one commit at most; 1 gives each its own.
    pub group_commit_max: usize,
    /// Whether pending migrations are applied at the start.
    pub migrate_at_start: bool,
}

/// The two databases Cambio speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// One file, one node.
    Sqlite,
    /// A server, any number of nodes.
    Postgres,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: "sqlite://cambio.db".into(),
            threads: 0,
            queue: 1024,
            acquire_timeout_ms: 800,
            statement_timeout_ms: 2000,
            lock_timeout_ms: 1500,
            group_commit_max: 256,
            migrate_at_start: true,
        }
    }
}

impl Database {
    /// Which database the URL names; `None` for any other scheme.
    pub fn backend(&self) -> Option<Backend> {
        let (scheme, rest) = self.url.expose_secret().split_once("://")?;
        match scheme {
            _ if rest.is_empty() => None,
            "sqlite" => Some(Backend::Sqlite),
            "postgres" | "postgresql" => Some(Backend::Postgres),
            _ => None,
        }
    }

    /// How many database threads run on a machine with so many cores.
    pub fn threads_on(&self, cores: usize) -> usize {
        match (self.threads, self.backend()) {
            // They wait for the network and the disk for most of their time, and commits that wait together are
            // synced together.
            (0, Some(Backend::Postgres)) => (cores * 2).max(16),
            (0, Some(Backend::Sqlite) | None) => cores.max(1),
            (threads, _) => threads,
        }
    }

    pub(super) fn validate(&self) -> Vec<Finding> {
        let checks = [
            complain_if(
                self.backend().is_none(),
                "url",
                "names no database; write sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME",
            ),
            complain_if(
                !matches!(
                    self.ssl_mode(),
                    None | Some("disable" | "require" | "verify-ca" | "verify-full")
                ),
                "url",
                "has an unknown sslmode; write disable, require, verify-ca or verify-full",
            ),
            within("threads", self.threads, 0..=512),
            within("queue", self.queue, 1..=1_000_000),
            within("acquire_timeout_ms", self.acquire_timeout_ms, 1..=60_000),
            within("statement_timeout_ms", self.statement_timeout_ms, 1..=600_000),
            within("lock_timeout_ms", self.lock_timeout_ms, 1..=600_000),
            within("group_commit_max", self.group_commit_max, 1..=10_000),
        ];
        checks.into_iter().flatten().collect()
    }

    pub(super) fn warnings(&self) -> Vec<Finding> {
        let lax = matches!(self.ssl_mode(), Some("disable" | "require"));
        let text = "anybody on the way may pose as the database; leave sslmode out unless the \
                    server is on this machine or its private network";
        complain_if(lax, "url", text).into_iter().collect()
    }

    /// How the URL wants PostgreSQL's server to prove itself, where it says so.
    fn ssl_mode(&self) -> Option<&str> {
        let (_, query) = self.url.expose_secret().rsplit_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix("sslmode="))
    }
}

#[cfg(test)]
mod tests {
    use super::{Backend, Database};

    fn at(url: &str) -> Database {
        Database { url: url.into(), ..Database::default() }
    }

    #[test]
    fn the_scheme_tells_the_backend() {
        assert_eq!(at("sqlite:///var/lib/cambio.db").backend(), Some(Backend::Sqlite));
        assert_eq!(at("sqlite://cambio.db").backend(), Some(Backend::Sqlite));
        assert_eq!(at("postgresql://db/cambio").backend(), Some(Backend::Postgres));
        for nothing in
            ["", "cambio.db", "sqlite://", "sqlite:x", "postgres:", "mysql://db/cambio", "host=db"]
        {
            assert_eq!(at(nothing).backend(), None, "{nothing:?}");
        }
    }

    #[test]
    fn threads_follow_the_cores_and_the_backend_unless_they_are_given() {
        assert_eq!(at("sqlite://x").threads_on(4), 4);
        assert_eq!(at("postgres://x").threads_on(4), 16);
        assert_eq!(at("postgres://x").threads_on(12), 24);
        assert_eq!(Database { threads: 3, ..at("postgres://x") }.threads_on(4), 3);
    }

    #[test]
    fn a_server_that_need_not_prove_itself_is_warned_of() {
        assert_eq!(at("postgres://u@h/d?sslmode=disable").warnings().len(), 1);
        assert_eq!(at("postgres://u@h/d?a=b&sslmode=require").warnings().len(), 1);
        assert!(at("postgres://u@h/d?sslmode=verify-ca").warnings().is_empty());
        assert!(at("postgres://u@h/d").warnings().is_empty());
        assert_eq!(at("postgres://u@h/d?sslmode=prefer").validate().len(), 1);
    }
}
