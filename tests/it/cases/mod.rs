//! Known attacks on accounts (070–095) and on JWTs (097–104), one story each, by the number it has among the
//! cases that Cambio is held to. What a story takes further has its own place beside the dialect.

mod g_accounts;
mod g_floods;
mod g_guessing;
mod g_letters;
mod g_links;
mod g_logins;
mod h_claims;
mod h_tokens;
mod ways;
