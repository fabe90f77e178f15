//! How long whoever borrows a connection to PostgreSQL waits for it, whatever the server and the network do.

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

/// The end of a loan, known to whoever lends the connection and to what drives it.
#[derive(Debug, Clone)]
pub struct Patience {
    loan: Duration,
    /// `None` while there is no end to it.
    end: Arc<Mutex<Option<Instant>>>,
}

impl Patience {
    /// Patience for loans of that length; without an end until the first one begins.
    pub fn new(loan: Duration) -> Self {
        Self { loan, end: Arc::default() }
    }

    /// A loan begins, and ends in good time.
    pub fn begin(&self) {
        self.set(Instant::now().checked_add(self.loan));
    }

    /// This loan may take as long as it takes.
    pub fn suspend(&self) {
        self.set(None);
    }

    /// Drives a connection until it ends, or until a loan has taken too long: then it is dropped.
    pub async fn bound<T>(self, driver: impl Future<Output = T>) {
        tokio::select! {
            _ended = driver => {}
            () = self.over() => {}
        }
    }

    /// Waits until a loan has taken too long. Nothing drives an idle connection, so an end that passed long ago is
    /// looked at only when the next loan has set another one.
    async fn over(&self) {
        /// How often one without an end is looked at.
        const FAR: Duration = Duration::from_millis(500);
        loop {
            let end = *self.end.lock().unwrap_or_else(PoisonError::into_inner);
            match end {
                Some(end) if end <= Instant::now() => return,
                Some(end) => sleep_until(end).await,
                None => tokio::time::sleep(FAR).await,
            }
        }
    }

    fn set(&self, end: Option<Instant>) {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner) = end;
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, time::Duration};

    use super::Patience;

    #[tokio::test]
    async fn a_loan_that_takes_too_long_ends() {
        let patience = Patience::new(Duration::from_millis(5));
        patience.begin();
        patience.bound(pending::<()>()).await;
    }

    #[tokio::test]
    async fn one_that_has_no_end_yet_or_any_more_goes_on() {
        let patience = Patience::new(Duration::from_millis(5));
        patience.begin();
        patience.suspend();
        let driven = patience.clone().bound(pending::<()>());
        let waited = tokio::time::timeout(Duration::from_millis(50), driven).await;
        assert!(waited.is_err());
    }
}
