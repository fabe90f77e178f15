//! With what clients look after their own registration: one token for each that registered itself.

use diesel::prelude::*;

use super::{AnyConnection, on, schema::registration_tokens, unreadable};
use crate::{
    domain::{client::ClientKey, token::Digest},
    error::Fault,
};

/// Stores the digest of a client's token.
pub fn insert(conn: &mut AnyConnection, client: ClientKey, digest: Digest) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(registration_tokens::table)
        .values((
            registration_tokens::digest.eq(&digest.0[..]),
            registration_tokens::client_key.eq(client.0),
        ))
        .execute(c)?);
    Ok(())
}

/// The digest of a client's token, if it has one.
pub fn find(conn: &mut AnyConnection, client: ClientKey) -> Result<Option<Digest>, Fault> {
    let found: Option<Vec<u8>> = on!(conn, c => registration_tokens::table
        .filter(registration_tokens::client_key.eq(client.0))
        .select(registration_tokens::digest)
        .get_result(c)
        .optional()?);
    let read = |bytes: Vec<u8>| bytes.try_into().map(Digest);
    found.map(read).transpose().map_err(|_long| unreadable("registration token's digest"))
}
