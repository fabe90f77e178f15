//! The events that a house has written down.

use cambio::{
    store::audit_events::{Noted, Sought},
    usecases::audit,
};

use super::House;

impl House {
    /// Every event so far, the earliest first.
    pub async fn events(&self) -> Vec<Noted> {
        self.app.note_last_refusals().await.unwrap();
        let all =
            |ctx: &mut cambio::usecases::Ctx<'_>| audit::list(ctx, &Sought::default(), 10_000);
        let mut all = self.app.read(all).await.unwrap();
        all.reverse();
        all
    }

    /// The events since that number, as lines: what, about whom, and more.
    pub async fn told_since(&self, id: i64) -> Vec<String> {
        let all = self.events().await;
        all.iter().filter(|noted| noted.id > id).map(line).collect()
    }

    /// The number of the latest event.
    pub async fn latest_event(&self) -> i64 {
        self.events().await.last().map_or(0, |noted| noted.id)
    }
}

/// An event in a line.
pub fn line(noted: &Noted) -> String {
    let account = noted.account.map(|id| format!("account {id}"));
    let client = noted.client.as_ref().map(|id| format!("client {id}"));
    let detail = Some(noted.detail.clone()).filter(|detail| !detail.is_empty());
    let words = [Some(noted.event.clone()), account, client, detail];
    words.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
