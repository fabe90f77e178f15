//! Whatever is done with a new password, in the one order it is done in: weighed, hashed, and stored by a deed.

use super::App;
use crate::{
    domain::{
        account::Account, caller::Caller, credential::Credential, email::Email, letter::LetterKind,
        username::Username,
    },
    error::{FieldError, Outcome, Refusal},
    usecases::{
        asked,
        login::Checked,
        passwords::{self, NewPassword, PasswordLink},
        register::{self, Register, Welcome},
    },
};

impl App {
    /// What speaks against registering them, before any work is done for it; it is counted. Where people may not
    /// register themselves nothing is looked up.
    pub async fn registration_complaints(
        &self,
        from: Caller,
        email: Option<&Email>,
        username: Option<&Username>,
    ) -> Outcome<Vec<FieldError>> {
        register::admit(self.policy())?;
        self.0.limits.registration(from)?;
        let (email, username) = (email.cloned(), username.cloned());
        self.read(move |ctx| register::complaints(ctx, email.as_ref(), username.as_ref())).await
    }

    /// Registers an account; nothing is hashed for a password that will not do.
    pub async fn register(&self, wish: Register, new: &NewPassword) -> Outcome<Welcome> {
        let hash = self.hash_new(new, &wish.attributes()).await?;
        self.write(move |ctx| register::register(ctx, &wish, &hash)).await
    }

    /// Stores a new password for whoever shows the credential and has shown the old password.
    pub async fn change_password(
        &self,
        shown: Option<Credential>,
        (me, checked): (&Account, Checked),
        new: &NewPassword,
    ) -> Outcome<()> {
        let hash = self.hash_new(new, &me.attributes()).await?;
        self.write_as(shown, move |ctx, me| passwords::change(ctx, me, &checked, &hash)).await
    }

    /// Stores a new password for whoever shows the link. What is wrong with it and needs no account is told
    /// whatever the link is, the rest to its holder alone.
    pub async fn reset_password(
        &self,
        from: Caller,
        link: Result<PasswordLink, Refusal>,
        new: &NewPassword,
    ) -> Outcome<()> {
        new.weigh(self.policy(), &[])?;
        let link = link?;
        let shown = link.clone();
        let holder = self.read(move |ctx| passwords::holder_of(ctx, &shown)).await?;
        let hash = self.hash_new(new, &holder.attributes()).await?;
        self.write(move |ctx| passwords::reset(ctx, from, &link, &hash)).await
    }

    /// Asks for a letter to an address. Neither the answer nor the time it takes tells whether one goes: to anybody
    /// at all, or because there were too many.
    pub async fn ask_letter(&self, from: Caller, kind: LetterKind, to: Email) -> Outcome<()> {
        if self.0.limits.letter(from).is_err() {
            tracing::info!(?kind, "a letter is not sent: too many were asked for from one address");
            return Ok(());
        }
        self.write(move |ctx| asked::ask(ctx, kind, &to)).await
    }

    async fn hash_new(
        &self,
        new: &NewPassword,
        attributes: &[(&'static str, &str)],
    ) -> Outcome<String> {
        new.weigh(self.policy(), attributes)?;
        self.hash(&new.typed).await
    }
}
