//! Known attacks on the authorization server (001 to 055), on accounts (070 to 090) and on JWTs (097 to 104), by
//! the number each has among the cases that Cambio is held to. What a story takes further has its own place beside
//! the dialect.

mod a_places;
mod a_requests;
mod b_codes;
mod b_kinds;
mod b_pkce;
mod c_ends;
mod c_refresh;
pub mod cast;
mod d_grants;
mod d_proof;
mod d_tokens;
mod e_cors;
mod e_pages;
mod g_accounts;
mod g_links;
mod g_logins;
mod h_claims;
mod h_tokens;
pub mod rows;
pub mod state;
mod ways;
