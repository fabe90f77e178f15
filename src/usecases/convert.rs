//! The main job: who somebody is at a provider becomes a grant of ours.

use super::{Ctx, clients, issue, login};
use crate::{
    domain::{
        account::{Account, AccountState},
        audit::{Event, EventKind},
        client::{Client, ClientId, GrantType},
        grant::How,
        identity::{self, Holder, Link, LinkExisting},
        language::Language,
        policy::Policy,
        provider::{ProviderIdentity, ProviderName},
        scope::ScopeSet,
        token::IssuedTokens,
    },
    error::{Fault, Outcome, Refusal},
    store::{
        accounts::{self, NO_PASSWORD, NewAccount},
        clients as client_store, identities, mail_tokens, outbox,
    },
};

/// What is converted, and for whom.
#[derive(Debug, Clone)]
pub struct Convert {
    /// The client, proven before the provider was asked.
    pub client: ClientId,
    /// The scope asked for, if any.
    pub scope: Option<ScopeSet>,
    /// Who has come.
    pub arrival: Arrival,
    /// In which words it was asked: a conversion, or a token exchange.
    pub how: How,
}

/// Somebody a provider has named.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Who the provider says it is, its audience proven.
    pub identity: ProviderIdentity,
    /// How far addresses of this provider lead to accounts that exist.
    pub existing: LinkExisting,
    /// The language of a new account's letters, if the request named one.
    pub language: Option<Language>,
}

/// Tokens, and whose they are.
#[derive(Debug)]
pub struct Converted {
    /// The tokens.
    pub tokens: IssuedTokens,
    /// The account they speak for.
    pub account: Account,
}

/// Whether the client may have tokens of that provider converted, for that scope. What will be refused is refused
/// before the provider is asked.
pub fn admit(
    policy: &Policy,
    client: &Client,
    provider: &ProviderName,
    scope: Option<&ScopeSet>,
) -> Outcome<ScopeSet> {
    clients::permitted(client, GrantType::ConvertToken)?;
    if !client.providers.admits(provider) {
        return Err(Refusal::ProviderNotAllowed.into());
    }
    clients::scope_for(policy, client, scope)
}

/// Finds, links or makes the account of an identity, and issues tokens for it.
///
/// Asking the provider took time: the client is read again in this transaction. Two first conversions of
/// one identity at once meet in a conflict, and the staircase tries the second again: it then finds what
/// the first has made.
pub fn convert(ctx: &mut Ctx<'_>, wish: &Convert) -> Outcome<Converted> {
    let client = client_store::find(ctx.conn, &wish.client)?.ok_or(Refusal::BadClient)?;
    if !client.enabled {
        return Err(Refusal::BadClient.into());
    }
    let provider = &wish.arrival.identity.provider;
    let scope = admit(ctx.policy, &client, provider, wish.scope.as_ref())?;
    let account = account_of(ctx, &wish.arrival)?;
    issue_to(ctx, account, &client, (scope, wish.how))
}

/// Finds, links or makes the account of an identity.
pub(super) fn account_of(ctx: &mut Ctx<'_>, arrival: &Arrival) -> Outcome<Account> {
    let who = &arrival.identity;
    match identities::find(ctx.conn, &who.provider, &who.subject)? {
        Some(account) => known(ctx, account),
        None => first_time(ctx, arrival),
    }
}

fn known(ctx: &mut Ctx<'_>, account: Account) -> Outcome<Account> {
    match account.state {
        AccountState::Active => Ok(account),
        AccountState::Pending | AccountState::Deactivated => {
            ctx.tell(Event::new(EventKind::SignInFailed).of(account.id).with("not active"));
            Err(Refusal::Inactive.into())
        }
    }
}

fn issue_to(
    ctx: &mut Ctx<'_>,
    account: Account,
    client: &Client,
    (scope, how): (ScopeSet, How),
) -> Outcome<Converted> {
    let grant = login::grant(&account, Some(client), scope, how);
    let tokens = issue::opaque(ctx, &grant, clients::refresh_for(client))?;
    Ok(Converted { tokens, account })
}

fn first_time(ctx: &mut Ctx<'_>, arrival: &Arrival) -> Outcome<Account> {
    let who = &arrival.identity;
    let holder = match &who.email {
        Some(email) => accounts::find_by_email(ctx.conn, &email.address)?,
        None => None,
    };
    let standing = match &holder {
        Some(holder) => standing(ctx, who, holder)?,
        None => Holder::Nobody,
    };
    let decided =
        identity::link(who.email.as_ref(), standing, arrival.existing, ctx.policy.on_clash);
    let account = match (decided, holder) {
        (Link::Refuse, _) => return Err(Refusal::LinkRefused.into()),
        (Link::ToHolder, Some(holder)) => holder,
        (Link::ToWipedHolder, Some(holder)) => wiped(ctx, who, &holder)?,
        (Link::ToHolder | Link::ToWipedHolder, None) => {
            return Err(Fault::internal("a link to a holder that is not there").into());
        }
        (Link::CreateWithEmail, _) => create(ctx, arrival, Address::Yes)?,
        (Link::CreateWithoutEmail, _) => create(ctx, arrival, Address::No)?,
    };
    identities::insert(ctx.conn, (&who.provider, &who.subject), account.id, ctx.now)?;
    ctx.tell(Event::new(EventKind::ProviderLinked).of(account.id).with(who.provider.as_str()));
    Ok(account)
}

fn standing(ctx: &mut Ctx<'_>, who: &ProviderIdentity, holder: &Account) -> Outcome<Holder> {
    let ties = identities::list(ctx.conn, holder.id)?;
    let there = ties.iter().find(|tie| tie.provider == who.provider.as_str());
    if there.is_some_and(|tie| tie.subject == who.subject.as_str()) {
        // It was not found by its id a moment ago: the same person was first, and is found at the next try.
        return Err(Fault::Conflict { what: "an identity was tied meanwhile".to_owned() }.into());
    }
    let taken = there.is_some();
    Ok(match holder.state {
        AccountState::Pending => Holder::Pending,
        AccountState::Deactivated => Holder::Deactivated,
        AccountState::Active if taken => Holder::SomebodyElse,
        AccountState::Active if holder.email_verified_at.is_some() => Holder::Verified,
        AccountState::Active => Holder::Unverified,
    })
}

/// Hands an account that proved nothing to the person the provider vouches for, and takes from it
/// whatever a stranger may have left: password, names, groups, tokens, links, letters, identities.
fn wiped(ctx: &mut Ctx<'_>, who: &ProviderIdentity, holder: &Account) -> Outcome<Account> {
    let names = (who.name.first.as_str(), who.name.last.as_str(), who.name.full.as_str());
    if !accounts::wipe(ctx.conn, holder.id, names, ctx.now)? {
        // Somebody was first, perhaps with the same token: what it wrote must not be wiped in its turn.
        return Err(Fault::Conflict { what: "an account was wiped twice".to_owned() }.into());
    }
    identities::delete_all(ctx.conn, holder.id)?;
    mail_tokens::delete_all(ctx.conn, holder.id)?;
    outbox::delete_of(ctx.conn, holder.id)?;
    let wiped = accounts::find(ctx.conn, holder.id)?;
    wiped.ok_or_else(|| Fault::internal("a wiped account is gone").into())
}

/// Whether a new account gets the address the provider told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Address {
    Yes,
    No,
}

fn create(ctx: &mut Ctx<'_>, arrival: &Arrival, address: Address) -> Outcome<Account> {
    let who = &arrival.identity;
    let email = who.email.as_ref().filter(|_| address == Address::Yes);
    let new = NewAccount {
        email: email.map(|email| &email.address),
        email_verified_at: email.map(|_| ctx.now),
        username: None,
        name: &who.name.full,
        first_name: &who.name.first,
        last_name: &who.name.last,
        password: NO_PASSWORD,
        state: AccountState::Active,
        language: arrival.language,
        created_at: ctx.now,
    };
    let account = accounts::insert(ctx.conn, &new)?;
    ctx.tell(Event::new(EventKind::AccountCreated).of(account.id).with(who.provider.as_str()));
    Ok(account)
}
