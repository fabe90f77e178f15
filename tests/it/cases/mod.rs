//! Known attacks, one story each, by the number it has among the cases that Cambio is held to: on the authorization
//! server (001–055), on accounts (070–095), on JWTs (097–104), on what reads requests (106–112), and on what is stored
//! (113–118). What a story takes further has its own place beside the dialect.

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
pub mod rows;
pub mod state;
mod ways;
