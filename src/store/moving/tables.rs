//! What moves: every table, parents before children, with the key it is read by.

/// A table and its primary key.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    /// Its name.
    pub name: &'static str,
    /// The columns of its primary key, in their order.
    pub key: &'static [&'static str],
}

const fn by(name: &'static str, key: &'static [&'static str]) -> Listed {
    Listed { name, key }
}

/// Every table there is: a new one without a line here fails `tests/it/plan`.
pub const TABLES: &[Listed] = &[
    by("accounts", &["id"]),
    by("account_groups", &["account_id", "name"]),
    by("account_settings", &["account_id"]),
    by("account_templates", &["account_id", "language"]),
    by("identities", &["id"]),
    by("clients", &["id"]),
    by("client_secrets", &["id"]),
    by("registration_tokens", &["digest"]),
    by("families", &["id"]),
    by("access_tokens", &["digest"]),
    by("refresh_tokens", &["digest"]),
    by("outbox", &["id"]),
    by("mail_tokens", &["digest"]),
    by("asked_letters", &["id"]),
    by("spent_states", &["digest"]),
    by("spent_assertions", &["digest"]),
    by("codes", &["digest"]),
    by("browser_sessions", &["digest"]),
    by("consents", &["account_id", "client_key"]),
    by("signing_keys", &["kid"]),
    by("device_codes", &["digest"]),
    by("audit_events", &["id"]),
    by("throttles", &["key"]),
];

/// Tables that do not move: what has run of the migrations, SQLite's counters, and the marks of a move itself.
pub const OURS: [&str; 3] = ["__diesel_schema_migrations", "sqlite_sequence", "moves"];
