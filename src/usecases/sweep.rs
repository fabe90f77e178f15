//! After a database was put back: what was revoked since its copy was made is not revoked in it, so all of it ends.

use super::Ctx;
use crate::{
    error::Outcome,
    store::sweep::{self, Swept},
};

/// Ends everything that was ever issued; people and apps log in again. Passwords and client secrets stay.
pub fn everything(ctx: &mut Ctx<'_>) -> Outcome<Swept> {
    Ok(sweep::everything(ctx.conn, ctx.now)?)
}
