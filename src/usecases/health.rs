//! Whether the store answers.

use super::Ctx;
use crate::{error::Outcome, store::accounts};

/// Asks the store for anything at all; a store whose tables are missing is not ready.
pub fn ask(ctx: &mut Ctx<'_>) -> Outcome<()> {
    accounts::any(ctx.conn)?;
    Ok(())
}
