//! A line to the PostgreSQL server on which nodes tell each other what has ended (`LISTEN`, `NOTIFY`).
//!
//! The server tells a listener in the order of commits, and before it answers the listener's next question. So an
//! answer to a question ([`Line::beat`]) proves that everything committed before it was asked has been heard.

use std::{future::poll_fn, time::Duration};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    task::JoinHandle,
    time::timeout,
};
use tokio_postgres::{AsyncMessage, Client, Connection, NoTls, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::postgres::Target;
use crate::{domain::ended::Ended, error::Fault};

/// Where it is told.
pub const CHANNEL: &str = "cambio_ended";

/// Most bytes told at once: PostgreSQL takes 8000.
pub const LONGEST: usize = 7000;

/// A line that answers later than this is lost.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is heard on a line.
#[derive(Debug, Clone, Copy)]
pub enum Heard<'a> {
    /// What has ended, in words ([`Ended::word`]).
    Ended(&'a str),
    /// Nothing any more: the line is gone.
    Lost,
}

/// An open line. It is hung up when this is dropped.
pub struct Line {
    client: Client,
    listening: JoinHandle<()>,
}

impl Line {
    /// Opens a line; from when it is open on, `heard` is called with all that is told, and once when it is lost.
    pub(super) async fn open(
        target: &Target,
        heard: impl Fn(Heard<'_>) + Send + 'static,
    ) -> Result<Self, Fault> {
        let (client, listening) = match &target.tls {
            Some(tls) => {
                let connector = MakeRustlsConnect::new(tls.as_ref().clone());
                let (client, driver) = target.config.connect(connector).await.map_err(lost)?;
                (client, tokio::spawn(listen(driver, heard)))
            }
            None => {
                let (client, driver) = target.config.connect(NoTls).await.map_err(lost)?;
                (client, tokio::spawn(listen(driver, heard)))
            }
        };
        let line = Self { client, listening };
        line.ask(&format!("listen {CHANNEL}")).await?;
        Ok(line)
    }

    /// Asks the server for a sign of life and tells the others these; when it is answered, all that was committed
    /// before has been heard. The question is whether this very session listens: behind a pooler that hands out
    /// another one each time it does not, and nothing would be heard.
    pub async fn beat(&self, tell: &[Ended]) -> Result<(), Fault> {
        if !tell.is_empty() {
            // Numbers and letters alone: there is nothing in it to quote.
            let words = Ended::words(tell.iter().copied(), LONGEST);
            self.ask(&format!("select pg_notify('{CHANNEL}', '{words}')")).await?;
        }
        let listens = self.ask("select pg_listening_channels()").await?;
        let is_ours = |said: &SimpleQueryMessage| match said {
            SimpleQueryMessage::Row(row) => row.get(0) == Some(CHANNEL),
            _ => false,
        };
        if listens.iter().any(is_ours) {
            return Ok(());
        }
        Err(Fault::unavailable(
            "the database session does not listen: is there a pooler before it?",
        ))
    }

    async fn ask(&self, question: &str) -> Result<Vec<SimpleQueryMessage>, Fault> {
        let late = |_elapsed| Fault::unavailable("the line to the database does not answer");
        timeout(PATIENCE, self.client.simple_query(question)).await.map_err(late)?.map_err(lost)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

fn lost(cause: tokio_postgres::Error) -> Fault {
    Fault::Unavailable {
        what: "the line to the database is lost".to_owned(),
        cause: Some(cause.into()),
    }
}

/// Hands on what is heard, in the order in which it comes, before any answer that comes after it.
async fn listen<S, T>(mut driver: Connection<S, T>, heard: impl Fn(Heard<'_>))
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    while let Some(Ok(message)) = poll_fn(|cx| driver.poll_message(cx)).await {
        if let AsyncMessage::Notification(told) = message {
            heard(Heard::Ended(told.payload()));
        }
    }
    heard(Heard::Lost);
}
