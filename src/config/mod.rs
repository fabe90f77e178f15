//! The settings: read once at the start, checked as a whole, one section per file.
//!
//! `config/default.toml` is the reference. No other room reads files or the environment.

pub mod accounts;
pub mod audit;
pub mod cache;
pub mod cidr;
pub mod database;
pub mod dialects;
pub mod docs;
mod extract;
pub mod hashing;
pub mod jwt;
mod layers;
pub mod limits;
pub mod linking;
pub mod links;
mod load;
pub mod log;
pub mod mail;
pub mod metrics;
pub mod notices;
pub mod oauth;
pub mod passwords;
mod problem;
pub mod providers;
pub mod prune;
pub mod public_url;
pub mod registration;
pub mod resets;
mod secrets;
pub mod server;
pub mod social_login;
pub mod telemetry;
pub mod tokens;
mod variables;

#[cfg(test)]
mod tests;

use serde::Deserialize;

pub use load::{Loaded, MANUAL, Shown, Sources};
pub use problem::{Finding, Problem};
pub use public_url::PublicUrl;

use problem::{complain_if, under};

/// Every setting there is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The address under which people and applications reach Cambio.
    pub public_url: PublicUrl,
    /// The listener and its limits.
    pub server: server::Server,
    /// Which database, and how much may wait for it.
    pub database: database::Database,
    /// What need not be read again for each request.
    pub cache: cache::Cache,
    /// What a password hash costs.
    pub hashing: hashing::Hashing,
    /// How often something may be tried.
    pub limits: limits::Limits,
    /// Which new passwords are good enough.
    pub passwords: passwords::Passwords,
    /// Which changes are told by a letter.
    pub notices: notices::Notices,
    /// By which name people log in.
    pub accounts: accounts::Accounts,
    /// How accounts come about.
    pub registration: registration::Registration,
    /// Forgotten passwords.
    pub resets: resets::Resets,
    /// Lifetimes of opaque tokens.
    pub tokens: tokens::Tokens,
    /// The dialects that hand out JWTs.
    pub jwt: jwt::Jwt,
    /// The authorization server and OpenID provider.
    pub oauth: oauth::OAuth,
    /// Where the links in letters lead.
    pub links: links::Links,
    /// People who sign in on a provider's own page.
    pub social_login: social_login::SocialLogin,
    /// When a provider's person and an account meet.
    pub linking: linking::Linking,
    /// Choices within the published contracts.
    pub dialects: dialects::Dialects,
    /// The description of what is served.
    pub docs: docs::Docs,
    /// What is logged.
    pub log: log::Log,
    /// How long events are kept.
    pub audit: audit::Audit,
    /// Where traces go.
    pub telemetry: telemetry::Telemetry,
    /// Where the numbers are told.
    pub metrics: metrics::Metrics,
    /// Clearing away what has expired.
    pub prune: prune::Prune,
    /// Who the letters are from and how they leave.
    pub mail: mail::Mail,
    /// Whose tokens are exchanged.
    pub providers: providers::Providers,
}

impl Config {
    /// Everything that must be mended before the start, by full key.
    pub fn validate(&self) -> Vec<Finding> {
        let insecure = self.public_url.is_insecure() && !self.server.allow_insecure_public_url;
        let mend = "is plain http on a host other than this machine; write https, or set \
                    server.allow_insecure_public_url for a closed network";
        let sections = [
            ("server", self.server.validate()),
            ("database", self.database.validate()),
            ("cache", self.cache.validate()),
            ("hashing", self.hashing.validate()),
            ("limits", self.limits.validate()),
            ("passwords", self.passwords.validate()),
            ("accounts", self.accounts.validate()),
            ("registration", self.registration.validate()),
            ("resets", self.resets.validate()),
            ("tokens", self.tokens.validate()),
            ("jwt", self.jwt.validate()),
            ("oauth", self.oauth.validate()),
            ("links", self.links.validate(&self.public_url)),
            ("social_login", self.social_login.validate()),
            ("dialects", self.dialects.validate()),
            ("audit", self.audit.validate()),
            ("telemetry", self.telemetry.validate()),
            ("metrics", self.metrics.validate(self.server.listen)),
            ("prune", self.prune.validate()),
            ("mail", self.mail.validate().err().unwrap_or_default()),
            ("providers", self.providers.validate().err().unwrap_or_default()),
        ];
        let below = sections.into_iter().flat_map(|(name, findings)| under(name, findings));
        complain_if(insecure, "public_url", mend).into_iter().chain(below).collect()
    }

    /// What may stay but deserves a second look, by full key.
    pub fn warnings(&self) -> Vec<Finding> {
        let sections = [
            ("server", self.server.warnings()),
            ("database", self.database.warnings()),
            ("limits", self.limits.warnings()),
            ("passwords", self.passwords.warnings()),
            ("resets", self.resets.warnings()),
            ("tokens", self.tokens.warnings()),
            ("jwt", self.jwt.warnings()),
            ("links", self.links.warnings(&self.public_url)),
            ("social_login", self.social_login.warnings()),
            ("dialects", self.dialects.warnings(!self.registration.reveal_existing)),
            ("metrics", self.metrics.warnings()),
            ("telemetry", self.telemetry.warnings()),
            ("mail", self.mail.warnings()),
            ("providers", self.providers.warnings()),
        ];
        sections.into_iter().flat_map(|(name, findings)| under(name, findings)).collect()
    }
}
