//! Logins with a password: the one way on which all of them go, whatever the dialect, and are counted.

use super::{App, PasswordCheck, hashing::Room};
use crate::{
    domain::{
        account::AccountId,
        audit::{Event, EventKind},
        caller::Caller,
        credential::Credential,
        password::Password,
        policy::LoginField,
    },
    error::{Outcome, Refusal},
    usecases::{
        Ctx, Verdict,
        login::{self, Checked, Known},
        throttle::{self, Try},
    },
};

impl App {
    /// Checks a name of the configured kind and a password. What it answers must still be turned into a
    /// login by a deed, which looks whether the account is active and the password unchanged.
    pub async fn check_login(
        &self,
        from: Caller,
        name: &str,
        password: &Password,
    ) -> Outcome<Checked> {
        self.check_login_by(from, self.policy().names.login, name, password).await
    }

    /// The same for a name of the given kind.
    pub async fn check_login_by(
        &self,
        from: Caller,
        by: LoginField,
        name: &str,
        password: &Password,
    ) -> Outcome<Checked> {
        self.0.limits.login(from)?;
        let room = self.0.hashing.room()?;
        let (this, sought) = (Try::named(from, name), name.to_owned());
        let Known(known) =
            self.admit_try(this, move |ctx| login::look_up(ctx, &sought, by)).await?;
        let whose = known.as_ref().map(|(account, _)| *account);
        let Some(checked) = self.judge(&room, known, password).await? else {
            self.tell_failed(whose, "password");
            return Err(Refusal::BadLogin.into());
        };
        self.welcome(this, &checked).await?;
        Ok(checked)
    }

    /// Checks the password of whoever shows the credential; `None` when it is wrong, or there is none.
    /// As with a login, the deed it is asked for must look whether it is still the one.
    pub async fn check_current(
        &self,
        from: Caller,
        shown: Option<Credential>,
        password: &Password,
    ) -> Outcome<Option<Checked>> {
        let Known(known) = self.read_as(shown, login::own).await?;
        self.0.limits.login(from)?;
        let room = self.0.hashing.room()?;
        let this = known.as_ref().map(|(account, _)| Try::own(from, *account));
        if let Some(this) = this {
            self.admit_try(this, |_| Ok(())).await?;
        }
        let whose = known.as_ref().map(|(account, _)| *account);
        let checked = self.judge(&room, known, password).await?;
        if checked.is_none() {
            self.tell_failed(whose, "current password");
        }
        if let (Some(this), Some(checked)) = (this, &checked) {
            self.welcome(this, checked).await?;
        }
        Ok(checked)
    }

    /// Counts the try and reads, in one hop.
    async fn admit_try<T: Send + 'static>(
        &self,
        this: Try,
        read: impl Fn(&mut Ctx<'_>) -> Outcome<T> + Send + Sync + 'static,
    ) -> Outcome<T> {
        if !self.policy().limits.logins.count() {
            return self.read(read).await;
        }
        self.settle(move |ctx| match throttle::begin(ctx, &this)? {
            Verdict::Done(()) => Ok(Verdict::Done(read(ctx)?)),
            Verdict::Refused(why) => Ok(Verdict::Refused(why)),
        })
        .await
    }

    async fn welcome(&self, this: Try, checked: &Checked) -> Outcome<()> {
        if !self.policy().limits.logins.count() {
            return Ok(());
        }
        let checked = checked.clone();
        self.write(move |ctx| throttle::welcome(ctx, &this, &checked)).await
    }

    fn tell_failed(&self, account: Option<AccountId>, how: &str) {
        let event = Event::new(EventKind::SignInFailed).with(how);
        self.tell_refusal(Event { account, ..event });
    }

    async fn judge(
        &self,
        room: &Room<'_>,
        known: Option<(AccountId, String)>,
        password: &Password,
    ) -> Outcome<Option<Checked>> {
        let stored = known.as_ref().map(|(_, hash)| hash.as_str());
        let found = self.check_in(room, password, stored).await?;
        let Some((account, hash)) = known.filter(|_| found != PasswordCheck::Wrong) else {
            return Ok(None);
        };
        let better = match found {
            PasswordCheck::RightButWeak => Some(self.hash_in(room, password).await?),
            PasswordCheck::Right | PasswordCheck::Wrong => None,
        };
        Ok(Some(Checked { account, hash, better }))
    }
}
