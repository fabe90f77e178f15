//! The letters of a house: the courier makes its round whenever somebody looks.

use cambio::{
    app::App,
    courier::{self, Office},
    mail::{memory::Memory, outgoing::Outgoing},
};

/// A mailbox for everybody the house writes to.
pub struct Mailbox {
    app: App,
    office: Office,
    memory: Memory,
}

impl Mailbox {
    /// A mailbox at the end of that office's way.
    pub fn new(app: App, office: Office, memory: Memory) -> Self {
        Self { app, office, memory }
    }

    /// The transport behind it, to let it fail.
    pub fn transport(&self) -> &Memory {
        &self.memory
    }

    /// Lets the courier make a round; tells how many letters it handed over.
    pub async fn round(&self) -> usize {
        courier::round(&self.app, &self.office).await.unwrap()
    }

    /// Every letter to that address, the oldest first.
    pub async fn all_to(&self, address: &str) -> Vec<Outgoing> {
        self.round().await;
        let mut letters = self.memory.letters();
        letters.retain(|letter| letter.to.as_str() == address);
        letters
    }

    /// The latest letter to that address.
    pub async fn last_to(&self, address: &str) -> Outgoing {
        self.all_to(address).await.pop().unwrap_or_else(|| panic!("no letter to {address}"))
    }

    /// The uid and token of the link in the latest letter to that address.
    pub async fn link_to(&self, address: &str) -> (String, String) {
        link(&self.last_to(address).await)
    }
}

/// The uid and token of the link in a letter.
pub fn link(letter: &Outgoing) -> (String, String) {
    let text = &letter.rendered.text;
    let line = text
        .split_whitespace()
        .find(|word| word.starts_with("http") && word.matches('/').count() > 4);
    let mut parts = line.unwrap_or_else(|| panic!("no link in {text}")).rsplit('/');
    let token = parts.next().unwrap().to_owned();
    (parts.next().unwrap().to_owned(), token)
}
