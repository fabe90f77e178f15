//! oxide-auth, in quarantine: its state machines say in which order things are checked; what each step does
//! is ours, inside our transaction. Nobody else names the crate, and if it has to go, this room goes.
//!
//! What it does not do, or does otherwise than the RFCs want, is mended here or before it is asked:
//!
//! | finding | mended |
//! | --- | --- |
//! | OX1 a verifier without a challenge passes | [`redeem`] refuses it |
//! | OX2, OX3 repeated parameters count as absent | the door refuses them before |
//! | OX4 a code that is not good is `invalid_request` | our refusals: `invalid_grant` |
//! | OX5 a code is used up before it is checked | [`redeem`] peeks first and uses up last |
//! | OX6 a code used twice ends nothing | `usecases::codes` ends what came of it |
//! | OX7, OX8, OX15 client authentication | ours, before; the machines hear of a proven client |
//! | OX9 a public client's refresh token for anybody | [`rotate`] always names a client |
//! | OX10, OX11, OX12 redirect URIs | [`authorize`] compares our way, and hands in what was shown |
//! | OX13 Argon2 for client secrets | `usecases::clients` |
//! | OX14 its own tokens and lifetimes | the one mint, `usecases::issue` |
//! | OX15 no `iss`, no `no-store`, no revocation | the doors |
//!
//! It reads the wall clock itself, so what is handed in never ends by it (`NEVER`): whether something is
//! over is decided by our own clock, in the deeds.

pub mod authorize;
pub mod client_credentials;
pub mod redeem;
pub mod rotate;

use chrono::{DateTime, Utc};
use oxide_auth::primitives::scope::Scope;

use crate::{
    domain::scope::ScopeSet,
    error::{Error, Fault, Refusal},
};

/// An end that oxide-auth never reaches.
const NEVER: DateTime<Utc> = DateTime::<Utc>::MAX_UTC;

/// Our scopes as oxide-auth has them.
fn scope(scopes: &ScopeSet) -> Result<Scope, Error> {
    let read = scopes.to_string().parse();
    read.map_err(|_foreign| Fault::internal("a scope that oxide-auth cannot read").into())
}

/// What is left when a machine refuses what our own checks let pass.
fn refused() -> Error {
    Refusal::BadRequest("the request is malformed").into()
}
