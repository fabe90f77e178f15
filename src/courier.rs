//! The courier: takes letters out of the outbox, writes them, hands them over.
//!
//! A letter leaves the outbox only after it was handed over. If the courier dies in between, the letter is
//! sent again once its lease is over: perhaps twice, never not at all (R13).

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt as _, future};
use tokio::{
    sync::{RwLock, RwLockWriteGuard},
    time::timeout,
};

use crate::{
    app::App,
    config::{Config, links::Links, mail::TransportKind, public_url::PublicUrl},
    domain::{
        account::AccountId,
        letter::{LetterFields, LinkPurpose},
    },
    error::{Fault, Outcome},
    mail::{
        letters::Letters,
        outgoing::Outgoing,
        transport::{SendError, Transport},
    },
    meters,
    usecases::{
        asked,
        courier::{self, Failure, Ready},
    },
};

/// Longest sleep between two looks into the outbox: letters of other nodes, and those due again.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How many letters are sent one after another before it is a pile.
const ALONE: usize = 16;

/// How many letters of a pile are in hand at a time, each on a connection of its own.
const HANDS: usize = 4;

/// What the courier works with.
pub struct Office {
    letters: Letters,
    transport: Transport,
    links: Links,
    public_url: PublicUrl,
    site: String,
    most_attempts: i64,
    /// Shared by those who have a letter in hand.
    hands: RwLock<()>,
}

impl Office {
    /// Prepares templates and transport; a template that cannot be rendered is found here.
    pub fn build(config: &Config) -> Result<Self, Fault> {
        Self::with_transport(config, Transport::build(&config.mail)?)
    }

    /// Whether one could be prepared; makes nothing, no directory either.
    pub fn rehearse(config: &Config) -> Result<(), Fault> {
        Letters::build(&config.mail)?;
        if config.mail.transport != TransportKind::Directory {
            Transport::build(&config.mail)?;
        }
        Ok(())
    }

    /// The same with a transport of one's own.
    pub fn with_transport(config: &Config, transport: Transport) -> Result<Self, Fault> {
        Ok(Self {
            letters: Letters::build(&config.mail)?,
            transport,
            links: config.links.clone(),
            public_url: config.public_url.clone(),
            site: config.mail.site_name.clone(),
            most_attempts: config.mail.max_attempts.into(),
            hands: RwLock::new(()),
        })
    }

    /// Waits until no letter is between the outbox and its receiver; none is taken as long as the answer is kept.
    pub async fn at_rest(&self) -> RwLockWriteGuard<'_, ()> {
        self.hands.write().await
    }
}

/// Works until the process ends.
pub async fn run(app: App, office: Arc<Office>) {
    loop {
        if let Err(error) = round(&app, &office).await {
            tracing::error!(?error, "the courier cannot reach the outbox");
        }
        // Woken by a letter of this process, or by the clock for all others.
        let _ = timeout(LOOK_EVERY, app.letter_waits()).await;
    }
}

/// Sends every letter that is due; tells how many were handed over. Ends early when none can leave.
///
/// One after another, so that two to the same person arrive in their order. Where many have piled up it goes on with
/// several at a time: a thousand that waited for the mail server shall not wait for each other's round trips, too.
pub async fn round(app: &App, office: &Office) -> Outcome<usize> {
    let first = hand(app, office, ALONE).await?;
    let mut handed_over = first.handed_over;
    if first.more {
        let hands = (0..HANDS).map(|_| hand(app, office, usize::MAX));
        for told in future::join_all(hands).await {
            handed_over += told?.handed_over;
        }
    }
    Ok(handed_over)
}

/// What came of a hand's work.
struct Handful {
    handed_over: usize,
    /// Whether there may be more.
    more: bool,
}

async fn hand(app: &App, office: &Office, most: usize) -> Outcome<Handful> {
    let mut handed_over = 0;
    for _ in 0..most {
        match one(app, office).await? {
            Step::HandedOver => handed_over += 1,
            Step::PutBack => {}
            Step::NoMore => return Ok(Handful { handed_over, more: false }),
        }
    }
    Ok(Handful { handed_over, more: true })
}

/// What came of a look into the outbox.
enum Step {
    HandedOver,
    PutBack,
    /// There is none, or none can leave.
    NoMore,
}

async fn one(app: &App, office: &Office) -> Outcome<Step> {
    let _in_hand = office.hands.read().await;
    let Some(ready) = next(app).await? else { return Ok(Step::NoMore) };
    let (id, attempts) = (ready.id, ready.attempts);
    // A letter that breaks the courier down must not do so for ever: it is put back like any other.
    let sent = AssertUnwindSafe(send(app, office, ready)).catch_unwind().await;
    let panicked = |_| Err(SendError::Temporary("writing or sending it panicked".to_owned()));
    match sent.unwrap_or_else(panicked) {
        Ok(()) => {
            app.write(move |ctx| courier::sent(ctx, id)).await?;
            app.meters().house.letter(meters::Letter::Sent);
            Ok(Step::HandedOver)
        }
        Err(SendError::Unreachable(text)) => {
            tracing::warn!(letter = id, error = text, "no letter can leave");
            app.write(move |ctx| courier::give_back(ctx, id, &text)).await?;
            Ok(Step::NoMore)
        }
        Err(SendError::Temporary(text) | SendError::Permanent(text)) => {
            put_back(app, office, (id, attempts), text).await?;
            Ok(Step::PutBack)
        }
    }
}

/// The next letter that is due; when there is none, whatever was asked for becomes letters. Not before each of them:
/// a thousand that have waited for the mail server would cost a thousand looks more.
async fn next(app: &App) -> Outcome<Option<Ready>> {
    loop {
        if let Some(ready) = app.write(courier::take).await? {
            return Ok(Some(ready));
        }
        if !app.write(asked::settle).await? {
            return Ok(None);
        }
        while app.write(asked::settle).await? {}
    }
}

async fn send(app: &App, office: &Office, ready: Ready) -> Result<(), SendError> {
    let Ready { letter, name, link, mark, .. } = ready;
    let fields = LetterFields {
        site: office.site.clone(),
        site_url: office.public_url.as_str().to_owned(),
        name,
        email: letter.to.as_str().to_owned(),
        link_minutes: link.as_ref().map_or(1, |(_, life)| life.num_minutes().max(1)),
        link: link.and_then(|(token, _)| office.link(letter.kind.link(), letter.account, &token)),
    };
    let rendered = office
        .letters
        .render(letter.kind, letter.language, &fields)
        .map_err(|fault| SendError::Permanent(fault.to_string()))?;
    let outgoing = Outgoing {
        to: letter.to,
        language: letter.language,
        rendered,
        now: app.now(),
        message_id: office.transport.message_id(&mark),
    };
    office.transport.send(&outgoing).await
}

impl Office {
    fn link(
        &self,
        purpose: Option<LinkPurpose>,
        account: AccountId,
        token: &secrecy::SecretString,
    ) -> Option<String> {
        let template = match purpose? {
            LinkPurpose::Activation => &self.links.activation,
            LinkPurpose::PasswordReset => &self.links.password_reset,
            LinkPurpose::PasswordRestore => &self.links.restore,
            LinkPurpose::EmailChange => &self.links.email_change,
            LinkPurpose::EmailReset | LinkPurpose::UsernameReset => &self.links.login_reset,
        };
        let token = secrecy::ExposeSecret::expose_secret(token);
        Some(Links::fill(template, &self.public_url, &account.uid(), token))
    }
}

/// A server's "never" is tried as often as its "not now": a person may mend what is behind it.
async fn put_back(
    app: &App,
    office: &Office,
    (id, attempts): (i64, i64),
    text: String,
) -> Outcome<()> {
    let most = office.most_attempts;
    let told = text.clone();
    let became =
        match app.write(move |ctx| courier::failed(ctx, (id, attempts), &text, most)).await? {
            Failure::Later => {
                tracing::warn!(letter = id, attempts, error = told, "letter put back");
                meters::Letter::PutBack
            }
            Failure::Parked => {
                tracing::error!(letter = id, attempts, error = told, "letter parked");
                meters::Letter::Parked
            }
        };
    app.meters().house.letter(became);
    Ok(())
}
