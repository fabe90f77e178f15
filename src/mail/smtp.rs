//! Letters through a mail server.

use std::{
    error::Error as _,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    transport::smtp::{
        AsyncSmtpTransportBuilder, Error, PoolConfig,
        authentication::Credentials,
        client::{CertificateStore, Tls, TlsParameters},
    },
};
use secrecy::ExposeSecret as _;
use tokio::{runtime::Handle, time::timeout};

use super::transport::SendError;
use crate::{
    config::mail::{self, SmtpTls},
    error::Fault,
};

/// A mail server and the connections to it that are open and idle.
pub(super) struct Smtp {
    builder: AsyncSmtpTransportBuilder,
    timeout: Duration,
    idle: Mutex<Vec<Connection>>,
}

impl Smtp {
    /// Knows the server; connects when the first letter goes.
    pub(super) fn build(config: &mail::Smtp) -> Result<Self, Fault> {
        let timeout = Duration::from_secs(config.timeout_seconds);
        let tls = encryption(config)
            .map_err(|e| Fault::because("mail.smtp.host is no name for a certificate", e))?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls)
            .timeout(Some(timeout))
            .pool_config(PoolConfig::new().max_size(1));
        if let (Some(name), Some(password)) = (&config.username, &config.password) {
            let password = password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(name.clone(), password));
        }
        Ok(Self { builder, timeout, idle: Mutex::default() })
    }

    /// Sends one letter, within the timeout.
    ///
    /// A connection is kept for the next letter only when this one was spoken to its end. One that was given up
    /// in the middle would hear the late answer to this letter as the answer to the next.
    pub(super) async fn send(&self, message: Message) -> Result<(), SendError> {
        let waiting = self.idle().pop();
        let connection = waiting.unwrap_or_else(|| Connection::new(self.builder.clone()));
        let conversation = async {
            let spoken = connection.send(message).await;
            let broken = spoken.as_ref().is_err_and(|error| error.status().is_none());
            (spoken, broken && !self.is_there().await)
        };
        match timeout(self.timeout, conversation).await {
            Ok((Err(error), true)) => Err(SendError::Unreachable(what(&error))),
            Ok((spoken, _)) => {
                self.idle().push(connection);
                spoken.map_err(|error| judge(&error))
            }
            Err(_) => Err(SendError::Temporary(format!(
                "the mail server took longer than {} s",
                self.timeout.as_secs()
            ))),
        }
    }

    /// Whether a mail server answers at all: a connection that broke may have been the letter's fault, or its own.
    async fn is_there(&self) -> bool {
        Connection::new(self.builder.clone()).test().await
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A pool of one: lettre reopens it when it has broken or was idle for a minute.
struct Connection {
    pool: Option<AsyncSmtpTransport<Tokio1Executor>>,
    runtime: Handle,
}

impl Connection {
    /// Must be called on a runtime, whose task it starts.
    fn new(builder: AsyncSmtpTransportBuilder) -> Self {
        Self { pool: Some(builder.build()), runtime: Handle::current() }
    }

    async fn send(&self, message: Message) -> Result<(), Error> {
        let Some(pool) = &self.pool else { return Ok(()) };
        pool.send(message).await.map(drop)
    }

    /// Whether the server greets, and answers a command that does nothing. One that says no is there.
    async fn test(&self) -> bool {
        let Some(pool) = &self.pool else { return false };
        pool.test_connection().await.unwrap_or_else(|no| no.status().is_some())
    }
}

impl Drop for Connection {
    /// lettre says goodbye in a task of its own and panics where there is no runtime to run it.
    fn drop(&mut self) {
        let _inside = self.runtime.enter();
        drop(self.pool.take());
    }
}

fn encryption(config: &mail::Smtp) -> Result<Tls, Error> {
    let parameters = || {
        TlsParameters::builder(config.host.clone())
            .certificate_store(CertificateStore::WebpkiRoots)
            .build_rustls()
    };
    Ok(match config.tls {
        SmtpTls::None => Tls::None,
        SmtpTls::Starttls => Tls::Required(parameters()?),
        SmtpTls::Implicit => Tls::Wrapper(parameters()?),
    })
}

/// What went wrong on the way, in words. What an incomprehensible answer says is not for the log.
fn what(error: &Error) -> String {
    let what = if error.is_response() {
        "an answer that is not SMTP".to_owned()
    } else {
        error.to_string()
    };
    format!("the mail server cannot be spoken to: {what}")
}

/// Only a 5xx about the letter itself is final. Everything else may be mended without it: the network, the server,
/// or our own settings.
fn judge(error: &Error) -> SendError {
    let Some(code) = error.status() else { return SendError::Temporary(what(error)) };
    let code = u16::from(code);
    let what = format!("the mail server answered {code}{}", enhanced(error));
    // RFC 4954 §6: the log-in failed or is missing, which is not the letter's fault.
    let login = matches!(code, 530 | 534 | 535 | 538);
    if error.is_permanent() && !login {
        SendError::Permanent(what)
    } else {
        SendError::Temporary(what)
    }
}

/// The enhanced status code (RFC 3463) with a space before it, if the server sent one.
///
/// The rest of its answer is not repeated: servers like to quote the address they refuse.
fn enhanced(error: &Error) -> String {
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    let first = said.split_whitespace().next().unwrap_or_default();
    let numbers = first.split('.').filter(|n| (1..=3).contains(&n.len()));
    let code = numbers.filter(|n| n.bytes().all(|b| b.is_ascii_digit())).count() == 3;
    if code && first.len() <= 9 { format!(" {first}") } else { String::new() }
}

#[cfg(test)]
mod tests;
