//! A conversion on its way down the staircase: the provider is asked between two deeds.

use super::App;
use crate::{
    domain::{
        client::Client, grant::How, language::Language, provider::ProviderCredential,
        scope::ScopeSet,
    },
    error::Outcome,
    usecases::convert::{self, Arrival, Convert, Converted},
};

/// What a proven client asks to have converted.
#[derive(Debug)]
pub struct Conversion {
    /// The provider's name or alias.
    pub provider: String,
    /// What the provider gave the client.
    pub shown: ProviderCredential,
    /// The scope asked for, if any.
    pub scope: Option<ScopeSet>,
    /// The language of a new account's letters, if the request named one.
    pub language: Option<Language>,
    /// In which words it is asked.
    pub how: How,
}

impl App {
    /// Asks the provider whose credential it is, and issues tokens for that person. Nobody outside is asked for a
    /// client that may not have them.
    pub async fn convert(&self, client: Client, asked: Conversion) -> Outcome<Converted> {
        let Conversion { provider, shown, scope, language, how } = asked;
        let provider = self.provider(&provider)?;
        convert::admit(self.policy(), &client, &provider, scope.as_ref())?;
        let identity = self.identify(&provider, &shown).await?;
        let existing = self.providers().link_existing(&provider);
        let arrival = Arrival { identity, existing, language };
        let wish = Convert { client: client.id, scope, arrival, how };
        self.write(move |ctx| convert::convert(ctx, &wish)).await
    }
}
