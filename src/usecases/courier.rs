//! The outbox, as the courier empties it.

use chrono::TimeDelta;
use secrecy::SecretString;

use super::{Ctx, addresses, restoring};
use crate::{
    crypto::{fingerprint, secret},
    domain::{
        account::{Account, AccountState},
        letter::{Letter, LetterKind, LinkPurpose},
    },
    error::Outcome,
    store::{
        accounts,
        mail_tokens::{self, NewMailToken},
        outbox::{self, Taken, WaitingLetter},
    },
};

/// How long a courier has a letter for itself.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(30);
/// The wait before the second try; it triples with each further one. Ten tries take a little more than a
/// day: a mail server may be away for a night and a morning.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(30);
/// The longest wait.
const LONGEST_WAIT: TimeDelta = TimeDelta::hours(8);

/// A letter that is to be sent now.
#[derive(Debug)]
pub struct Ready {
    /// Its number in the outbox.
    pub id: i64,
    /// How often it has been tried, this time included.
    pub attempts: i64,
    /// A mark of this letter and no other, the same at every try.
    pub mark: String,
    /// The letter.
    pub letter: Letter,
    /// The name of the account.
    pub name: String,
    /// The token of its link, and how long that is good for.
    pub link: Option<(SecretString, TimeDelta)>,
}

/// Takes the letter that has been due longest and mints its link; `None` when no letter is due.
///
/// The link's secret exists nowhere but in this value and in the letter. A letter that has lost its point
/// (an activation of an account that is active by now, a link that a newer one has ended) is dropped on the way.
pub fn take(ctx: &mut Ctx<'_>) -> Outcome<Option<Ready>> {
    while let Some(taken) = outbox::take_due(ctx.conn, ctx.now, ctx.now + LEASE)? {
        let waiting = match taken {
            Taken::Letter(waiting) => waiting,
            Taken::Unreadable(id) => {
                // The others must not wait behind it.
                tracing::warn!(letter = id, "a letter in the outbox cannot be read");
                continue;
            }
        };
        let Some(account) = reader(ctx, &waiting)? else {
            sent(ctx, waiting.id)?;
            continue;
        };
        let link = match waiting.letter.kind.link() {
            Some(purpose) => Some(mint_link(ctx, &waiting, &account, purpose)?),
            None => None,
        };
        let mark = mark(&waiting);
        let WaitingLetter { id, attempts, letter, .. } = waiting;
        return Ok(Some(Ready { id, attempts, mark, letter, name: account.name, link }));
    }
    Ok(None)
}

/// The account a letter is about, if the letter still has a point.
fn reader(ctx: &mut Ctx<'_>, waiting: &WaitingLetter) -> Outcome<Option<Account>> {
    let account = accounts::find(ctx.conn, waiting.letter.account)?;
    let Some(account) = account.filter(|account| has_a_point(&waiting.letter, account)) else {
        return Ok(None);
    };
    if waiting.letter.kind == LetterKind::EmailChange
        && addresses::is_taken(ctx, &account, &waiting.letter.to)?
    {
        return Ok(None);
    }
    // Two that were asked for at once may leave in the wrong order: the newest link is the good one.
    if let Some(purpose) = waiting.letter.kind.link().filter(|purpose| is_alone(*purpose))
        && mail_tokens::has_newer(ctx.conn, (account.id, purpose), waiting.created_at)?
    {
        return Ok(None);
    }
    Ok(Some(account))
}

/// Whether the newest link of the purpose ends the older ones. Every activation link stays good until one of them
/// has done its work: so the published contract has it.
fn is_alone(purpose: LinkPurpose) -> bool {
    match purpose {
        LinkPurpose::Activation => false,
        LinkPurpose::PasswordReset
        | LinkPurpose::PasswordRestore
        | LinkPurpose::EmailChange
        | LinkPurpose::EmailReset
        | LinkPurpose::UsernameReset => true,
    }
}

/// The number is drawn once in a database, the microsecond tells two databases apart. Neither is a secret, and
/// the digest shows neither.
fn mark(waiting: &WaitingLetter) -> String {
    let (id, at) = (waiting.id.to_be_bytes(), waiting.created_at.timestamp_micros().to_be_bytes());
    hex::encode(fingerprint::of_all(&[b"cambio letter", &id, &at]))
}

fn has_a_point(letter: &Letter, account: &Account) -> bool {
    let to_its_address = account.email.as_ref() == Some(&letter.to);
    match letter.kind {
        LetterKind::Activation => account.state == AccountState::Pending && to_its_address,
        LetterKind::Verification => {
            account.is_active() && account.email_verified_at.is_none() && to_its_address
        }
        LetterKind::PasswordReset
        | LetterKind::PasswordRestore
        | LetterKind::EmailReset
        | LetterKind::UsernameReset => account.is_active() && to_its_address,
        LetterKind::EmailChange => account.is_active() && !to_its_address,
        LetterKind::Confirmation
        | LetterKind::PasswordChanged
        | LetterKind::AlreadyRegistered
        | LetterKind::EmailChanged
        | LetterKind::UsernameChanged => true,
    }
}

fn mint_link(
    ctx: &mut Ctx<'_>,
    waiting: &WaitingLetter,
    account: &Account,
    purpose: LinkPurpose,
) -> Outcome<(SecretString, TimeDelta)> {
    let token = secret::token(ctx.entropy, "");
    let life = match purpose {
        LinkPurpose::Activation => ctx.policy.lifetimes.activation,
        LinkPurpose::PasswordReset
        | LinkPurpose::PasswordRestore
        | LinkPurpose::EmailChange
        | LinkPurpose::EmailReset
        | LinkPurpose::UsernameReset => ctx.policy.lifetimes.password_reset,
    };
    if is_alone(purpose) {
        // Two copies of one letter hold good links both: whoever gets both may open either.
        mail_tokens::delete_older(ctx.conn, (account.id, purpose), waiting.created_at)?;
    }
    let new = NewMailToken {
        digest: secret::digest(&token),
        account: account.id,
        purpose,
        epoch: account.epoch,
        email: (purpose == LinkPurpose::EmailChange).then_some(&waiting.letter.to),
        asked_at: waiting.created_at,
        expires_at: ctx.now + life,
    };
    mail_tokens::insert(ctx.conn, &new)?;
    let shown = match purpose {
        LinkPurpose::PasswordRestore => restoring::pack(ctx, account.id, &token),
        LinkPurpose::Activation
        | LinkPurpose::PasswordReset
        | LinkPurpose::EmailChange
        | LinkPurpose::EmailReset
        | LinkPurpose::UsernameReset => token,
    };
    Ok((shown, life))
}

/// The letter was handed over, or need not be any more.
pub fn sent(ctx: &mut Ctx<'_>, id: i64) -> Outcome<()> {
    // Whether it was still there does not matter: a newer one may have taken its place.
    outbox::delete(ctx.conn, id)?;
    Ok(())
}

/// What a failed try leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It is tried again later.
    Later,
    /// It is set aside for an administrator.
    Parked,
}

/// The letter could not be handed over: it is tried again after 30 s, 90 s, 4½ min … at most 8 h, and set
/// aside after `most` tries.
pub fn failed(
    ctx: &mut Ctx<'_>,
    (id, attempts): (i64, i64),
    error: &str,
    most: i64,
) -> Outcome<Failure> {
    if attempts >= most {
        outbox::park(ctx.conn, id, ctx.now, error)?;
        return Ok(Failure::Parked);
    }
    outbox::postpone(ctx.conn, id, ctx.now + wait_after(attempts), error)?;
    Ok(Failure::Later)
}

/// No letter can leave at the moment: this one is as good as untried, and due again soon, however long that lasts.
/// So the whole outbox leaves within a minute once the mail server is there again.
pub fn give_back(ctx: &mut Ctx<'_>, id: i64, error: &str) -> Outcome<()> {
    outbox::give_back(ctx.conn, id, ctx.now + FIRST_WAIT, error)?;
    Ok(())
}

/// The wait after that many tries.
fn wait_after(attempts: i64) -> TimeDelta {
    let triplings = u32::try_from(attempts.clamp(1, 15) - 1).unwrap_or(0);
    FIRST_WAIT.checked_mul(3_i32.pow(triplings)).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_WAIT, TimeDelta, wait_after};

    #[test]
    fn the_wait_triples_up_to_eight_hours() {
        assert_eq!(wait_after(1), TimeDelta::seconds(30));
        assert_eq!(wait_after(2), TimeDelta::seconds(90));
        assert_eq!(wait_after(7), TimeDelta::seconds(21_870));
        assert_eq!(wait_after(8), LONGEST_WAIT);
        assert_eq!(wait_after(i64::MAX), LONGEST_WAIT);
    }

    #[test]
    fn ten_tries_take_more_than_a_day() {
        let whole: TimeDelta = (1..10).map(wait_after).sum();
        assert_eq!(whole, TimeDelta::seconds(90_390));
        assert!(whole > TimeDelta::hours(24));
    }
}
