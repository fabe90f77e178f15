//! Passwords: proving that one is there.

use super::Refused;
use crate::{
    app::App,
    domain::{credential::Credential, password::Password},
    error::{FieldCode, FieldError, Refusal},
    http::fields::{Reader, Text},
    usecases::login::Checked,
};

/// Longest password field read at all; the rules for passwords are stricter.
pub(super) const PASSWORD_BYTES: usize = 4096;

/// The field of the caller's own password.
pub(super) fn current(read: &mut Reader<'_>) -> Option<Password> {
    read.text(Text::filled("current_password", PASSWORD_BYTES)).map(Password::new)
}

/// Whether the caller's own password is right.
pub(super) async fn check_current(
    app: &App,
    shown: Option<Credential>,
    typed: &Password,
) -> Result<Checked, Refused> {
    let checked = app.check_current(shown, typed).await?;
    let wrong = || FieldError::new("current_password", FieldCode::WrongPassword);
    Ok(checked.ok_or_else(|| Refusal::Fields(vec![wrong()]))?)
}
