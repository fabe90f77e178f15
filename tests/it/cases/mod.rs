//! Known attacks on accounts (070–095), on JWTs (097–104), on what reads requests (106–112) and
//! on what is stored (113–118), one story each, by the number it has among the cases that Cambio is held to. What a story takes further has its own place beside the dialect.

mod g_accounts;
mod g_floods;
mod g_guessing;
mod g_letters;
mod g_links;
mod g_logins;
mod h_claims;
mod h_tokens;
mod i_slowness;
mod i_transport;
mod j_console;
mod j_storage;
mod ways;
