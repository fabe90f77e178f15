//! Letters that people ask for by naming an address.
//!
//! To ask is to write one row, whoever has the address and whether anybody has: neither the answer nor the time
//! it takes tells. Who has it is looked at by the courier ([ADR 0017](../../docs/adr/0017-asked-letters.md)).

use super::{Ctx, links, register};
use crate::{
    domain::{
        email::Email,
        letter::{LetterKind, LinkPurpose},
    },
    error::Outcome,
    store::{
        accounts::{self, NO_PASSWORD},
        asked_letters::{self, AskedLetter},
    },
};

/// The letters for which an address is enough.
const KINDS: [LetterKind; 5] = [
    LetterKind::Activation,
    LetterKind::PasswordReset,
    LetterKind::PasswordRestore,
    LetterKind::EmailReset,
    LetterKind::UsernameReset,
];

/// How many are looked at in one transaction.
const BATCH: i64 = 100;

/// Writes down that a letter is wanted. Tells nobody whether one will go.
pub fn ask(ctx: &mut Ctx<'_>, kind: LetterKind, email: &Email) -> Outcome<()> {
    asked_letters::insert(ctx.conn, kind, email, ctx.now)?;
    ctx.letter_waits = true;
    Ok(())
}

/// Puts letters that were asked for into the outbox, as far as they go to anybody; tells whether there were any.
pub fn settle(ctx: &mut Ctx<'_>) -> Outcome<bool> {
    let asked = asked_letters::list(ctx.conn, &KINDS, BATCH)?;
    for asked in &asked {
        if asked_letters::take(ctx.conn, asked.id)? {
            // What came of the wish is as old as the wish.
            grant(&mut ctx.at(asked.asked_at), asked)?;
        }
    }
    Ok(!asked.is_empty())
}

fn grant(ctx: &mut Ctx<'_>, asked: &AskedLetter) -> Outcome<()> {
    let Some(email) = &asked.email else { return Ok(()) };
    match asked.kind.link() {
        Some(LinkPurpose::Activation) => register::resend(ctx, email),
        Some(
            LinkPurpose::PasswordReset
            | LinkPurpose::PasswordRestore
            | LinkPurpose::EmailReset
            | LinkPurpose::UsernameReset,
        ) => reset(ctx, asked.kind, email),
        // Nobody asks for these by an address.
        Some(LinkPurpose::EmailChange) | None => Ok(()),
    }
}

/// A letter to reset something goes to an active account with a password. Who came through a provider has
/// nothing to reset.
fn reset(ctx: &mut Ctx<'_>, letter: LetterKind, email: &Email) -> Outcome<()> {
    let Some(account) = accounts::find_by_email(ctx.conn, email)? else { return Ok(()) };
    let hash = accounts::password_of(ctx.conn, account.id)?;
    let has_password = hash.is_some_and(|hash| hash != NO_PASSWORD);
    if let Some(address) = account.email.as_ref().filter(|_| account.is_active() && has_password) {
        links::ask(ctx, letter, &account, address)?;
    }
    Ok(())
}
