//! A table of requests that must be refused, each leaving everything as it was.
//!
//! A row that fails is told by its name, together with all others that do, when the table ends.

use std::{any::Any, fmt::Display, panic::AssertUnwindSafe};

use futures_util::FutureExt as _;

use super::state::State;
use crate::{
    oauth_server::{browser::sent, flow::CALLBACK},
    support::{House, Said},
};

/// What must come of a request.
#[derive(Debug, Clone, Copy)]
pub enum Must {
    /// An error of RFC 6749 §5.2 with that status.
    Say(u16, &'static str),
    /// A page with that status that sends nobody anywhere.
    Show(u16),
    /// Back to [`CALLBACK`] with that error, the state and who answers; no code, no token.
    SendBack(&'static str),
    /// The whole body, with 200.
    Tell(&'static str),
    /// That status, whatever the words.
    Be(u16),
}

/// Requests of a case.
#[must_use = "a table that is not ended tells of nothing"]
pub struct Rows<'h> {
    house: &'h House,
    before: State,
    failed: Vec<String>,
    seen: usize,
}

impl<'h> Rows<'h> {
    /// An empty table: what the house holds now is what it must hold after each row.
    pub async fn of(house: &'h House) -> Self {
        Self { house, before: State::of(house).await, failed: Vec::new(), seen: 0 }
    }

    /// One request, refused, with nothing changed by it.
    pub async fn refuse(
        &mut self,
        name: impl Display,
        call: impl IntoFuture<Output = Said>,
        must: Must,
    ) {
        self.row(&name, async { check(&call.await, must) }).await;
    }

    /// One request, judged by the row itself, with nothing changed by it.
    pub async fn row(&mut self, name: impl Display, told: impl Future<Output = ()>) {
        self.seen += 1;
        if let Err(why) = AssertUnwindSafe(told).catch_unwind().await {
            self.failed.push(format!("{name}: {}", text_of(why.as_ref())));
        }
        let after = State::of(self.house).await;
        let changed = self.before.changed(&after);
        if !changed.is_empty() {
            self.failed.push(format!("{name}: it changed {}", changed.join(", ")));
            self.before = after;
        }
    }

    /// Insists that there were so many rows, and that all of them held.
    pub fn end(self, rows: usize) {
        let Self { failed, seen, .. } = self;
        assert!(failed.is_empty(), "{} rows failed:\n{}", failed.len(), failed.join("\n"));
        assert_eq!(seen, rows, "rows of this table");
    }
}

fn text_of(why: &(dyn Any + Send)) -> &str {
    let owned = why.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| why.downcast_ref::<&str>().copied()).unwrap_or("it panicked")
}

fn check(said: &Said, must: Must) {
    tells_nothing(said);
    match must {
        Must::Say(status, error) => {
            let said = said.clone().with_status(status).error(error);
            assert!(said.header("content-type").starts_with("application/json"), "{said:?}");
            assert_eq!(said.header("location"), "", "{said:?}");
            let challenged = said.header("www-authenticate").is_empty();
            assert!(status != 401 || !challenged, "without a challenge: {said:?}");
        }
        Must::Show(status) => is_a_page(&said.clone().with_status(status)),
        Must::SendBack(error) => {
            assert!(said.header("location").starts_with(&format!("{CALLBACK}?")), "{said:?}");
            let words = sent(said);
            assert_eq!(words["error"], error, "{said:?}");
            let is_good =
                |name: &str| ["code", "access_token", "id_token", "token"].contains(&name);
            assert!(!words.keys().any(|name| is_good(name)), "{said:?}");
            assert!(words.contains_key("iss") && words["state"] == "st 1&2", "{said:?}");
        }
        Must::Tell(body) => assert_eq!(said.clone().with_status(200).text, body, "{said:?}"),
        Must::Be(status) => drop(said.clone().with_status(status)),
    }
}

/// Whatever is refused is not kept by anybody, and tells nothing of what it is made of.
fn tells_nothing(said: &Said) {
    assert_eq!(said.header("cache-control"), "no-store", "{said:?}");
    let text = said.text.to_lowercase();
    for word in ["select ", "sqlite", "postgres", "diesel", "panicked", ".rs:", "backtrace"] {
        assert!(!text.contains(word), "it tells {word:?}: {said:?}");
    }
}

/// A page that leads nowhere, is framed by nobody and runs nothing (case 052).
pub fn is_a_page(said: &Said) {
    assert_eq!(said.header("content-type"), "text/html; charset=utf-8", "{said:?}");
    assert_eq!(said.header("location"), "", "{said:?}");
    let policy = said.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'"), "{said:?}");
    assert!(policy.contains("frame-ancestors 'none'"), "{said:?}");
    assert_eq!(said.header("x-frame-options"), "DENY", "{said:?}");
    assert_eq!(said.header("x-content-type-options"), "nosniff", "{said:?}");
}

#[tokio::test]
#[should_panic(expected = "2 rows failed:\na wrong status: ")]
async fn rows_that_fail_are_told_by_name() {
    let house = House::open().await;
    let mut rows = Rows::of(&house).await;
    let nobody = || house.post("/oauth/token").form(&[("grant_type", "client_credentials")]);
    rows.refuse("all is well", nobody(), Must::Say(401, "invalid_client")).await;
    rows.refuse("a wrong status", nobody(), Must::Say(400, "invalid_client")).await;
    rows.row("a change", async { assert_ne!(house.register("ada").await, 0) }).await;
    rows.end(3);
}
