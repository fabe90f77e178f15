//! What somebody allowed a client becomes tokens, with an `id_token` where it is for that.

use chrono::{DateTime, Utc};
use secrecy::SecretString;

use super::{
    Ctx,
    claims::{self, Occasion},
    clients, issue,
};
use crate::{
    domain::{
        account::Account,
        client::Client,
        grant::{Grant, How},
        scope::ScopeSet,
        token::{FamilyId, IssuedTokens},
    },
    error::Outcome,
};

/// What somebody allowed, and what it is wanted for now.
pub(super) struct Allowed<'a> {
    /// Who may.
    pub(super) client: &'a Client,
    /// Who allowed it.
    pub(super) account: Option<&'a Account>,
    /// What.
    pub(super) scope: ScopeSet,
    /// In which way.
    pub(super) how: How,
    /// When the person had proved to be there; without it there is no `id_token`.
    pub(super) auth_time: Option<DateTime<Utc>>,
    /// The resources that were allowed.
    pub(super) resources: &'a [String],
    /// Those that the access token is for.
    pub(super) audience: Vec<String>,
    /// What the `id_token` is to repeat.
    pub(super) nonce: Option<&'a str>,
}

impl Allowed<'_> {
    /// The grant.
    pub(super) fn grant(&self) -> Grant {
        Grant {
            account: self.account.map(|account| account.id),
            epoch: self.account.map_or(0, |account| account.epoch),
            client: Some(self.client.key),
            scope: self.scope.clone(),
            how: self.how,
            auth_time: self.auth_time,
            resources: self.resources.to_vec(),
            audience: self.audience.clone(),
            readable: self.client.readable(),
        }
    }

    /// Its first tokens, and the family they begin.
    pub(super) fn issue(&self, ctx: &mut Ctx<'_>) -> Outcome<(IssuedTokens, FamilyId)> {
        let refresh = clients::refresh_for(self.client);
        let (mut tokens, family) = issue::with_family(ctx, &self.grant(), refresh)?;
        tokens.id_token = self.id_token(ctx, &tokens.access)?;
        Ok((tokens, family))
    }

    /// Who the person is, for the client, beside that access token.
    pub(super) fn id_token(
        &self,
        ctx: &mut Ctx<'_>,
        access: &SecretString,
    ) -> Outcome<Option<SecretString>> {
        let (Some(account), Some(_)) = (self.account, self.auth_time) else { return Ok(None) };
        let (client, scope, auth_time, nonce) =
            (self.client, &self.scope, self.auth_time, self.nonce);
        claims::id_token(ctx, account, &Occasion { client, scope, auth_time, nonce, access })
    }
}
