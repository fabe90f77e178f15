//! The outside identity services: whose credential is this, and was it given to *us*?
//!
//! A new provider is one file, one block in `config::providers`, and one line in `KNOWN`.

mod address;
mod answer;
mod breaker;
#[cfg(test)]
mod canned;
mod error;
mod exchange;
mod fetch;
mod flights;
#[doc(hidden)]
pub mod fuzzing;
mod google;
mod guard;
mod id_token;
mod jwks;
mod kind;
mod page;
mod person;
mod registry;
mod vk;
mod vk_id;
mod vk_legacy;
mod yandex;

use futures_util::future::BoxFuture;

pub use registry::Registry;

use crate::{
    config::providers::Providers,
    domain::provider::{CredentialKind, ProviderCredential},
};
use flights::Told;
use guard::{Cx, Line};
use page::Page;

/// Answers one question: whose credential is this, and was it given to one of our applications?
trait Provider: Send + Sync {
    /// The kinds of credential it takes as configured.
    fn accepts(&self) -> &[CredentialKind];

    /// The person behind a credential of an accepted kind and sound form.
    fn identify<'a>(
        &'a self,
        kind: CredentialKind,
        shown: &'a ProviderCredential,
        cx: &'a Cx,
    ) -> BoxFuture<'a, Told>;

    /// Its own page on which people sign in; `None` when the block does not say all that it takes.
    fn page(&self) -> Option<Page<'_>>;

    /// The person behind a code that came back from that page.
    fn redeem<'a>(&'a self, code: &'a ProviderCredential, cx: &'a Cx) -> BoxFuture<'a, Told>;
}

type Maker = fn(&Providers, Line) -> Box<dyn Provider>;

/// Every provider this build knows, in the order of `Providers::blocks`.
const KNOWN: [Maker; 3] = [
    |config, line| Box::new(google::Google::new(&config.google, line)),
    |config, line| Box::new(yandex::Yandex::new(&config.yandex, line)),
    |config, line| Box::new(vk::Vk::new(&config.vk, line)),
];
