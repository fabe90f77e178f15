//! The token exchange and the OAuth tokens that come of it.

mod matrix;
