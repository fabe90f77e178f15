//! Authorization codes: what somebody allowed on the consent page, until the client comes for it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    account::AccountId, client::ClientId, client::ClientKey, scope::ScopeSet, token::FamilyId,
};

/// How long a code is good (RFC 6749 §4.1.2 allows ten minutes; ASVS 10.4.3 one).
pub const CODE_LIFE: TimeDelta = TimeDelta::seconds(60);

/// An authorization code as stored.
#[derive(Debug, Clone)]
pub struct Code {
    /// Who may redeem it.
    pub client: ClientKey,
    /// Who allowed it.
    pub account: AccountId,
    /// The account's epoch when it was allowed.
    pub epoch: i64,
    /// Where the person was sent with it.
    pub redirect_uri: String,
    /// Whether the request named that place, so that the redemption must, too (RFC 6749 §4.1.3).
    pub redirect_sent: bool,
    /// What was allowed.
    pub scope: ScopeSet,
    /// The resources it is for.
    pub resources: Vec<String>,
    /// The S256 challenge (RFC 7636).
    pub challenge: Option<String>,
    /// What the `id_token` is to repeat.
    pub nonce: Option<String>,
    /// When the person proved to be there.
    pub auth_time: DateTime<Utc>,
    /// When its time is over.
    pub expires_at: DateTime<Utc>,
    /// Whether it has been redeemed.
    pub stage: CodeStage,
}

/// Where a code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeStage {
    /// Not redeemed yet.
    Open,
    /// Redeemed; the family is what came of it.
    Used {
        /// What came of it.
        family: Option<FamilyId>,
    },
}

/// What an application asks the authorization endpoint for, found in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// Who asks.
    pub client: ClientId,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// Whether the request named that place.
    pub redirect_sent: bool,
    /// What for; the client's default when it named none.
    pub scope: ScopeSet,
    /// For which resources.
    pub resources: Vec<String>,
    /// What comes back unchanged.
    pub state: Option<String>,
    /// The S256 challenge.
    pub challenge: Option<String>,
    /// What the `id_token` is to repeat.
    pub nonce: Option<String>,
    /// What the person is to be asked anew.
    pub prompt: Prompt,
    /// How many seconds may have passed since the person proved to be there; spent once the request is on its way.
    pub max_age: Option<i64>,
    /// Whom the application means (`id_token_hint`).
    pub meant: Option<AccountId>,
    /// Who the application believes the person to be.
    pub login_hint: Option<String>,
}

/// The words of `prompt` (OpenID Connect Core §3.1.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Prompt {
    /// No page may be shown.
    pub none: bool,
    /// The person proves anew to be there.
    pub login: bool,
    /// The person is asked anew for consent.
    pub consent: bool,
}

impl Prompt {
    /// Reads the list; `None` when a word is unknown or `none` is not alone.
    pub fn parse(text: &str) -> Option<Self> {
        let mut prompt = Self::default();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "none" => prompt.none = true,
                // There is one account to a browser: choosing another is signing in anew.
                "login" | "select_account" => prompt.login = true,
                "consent" => prompt.consent = true,
                _ => return None,
            }
        }
        (!prompt.none || !(prompt.login || prompt.consent)).then_some(prompt)
    }

    /// The list.
    pub fn words(self) -> String {
        let all = [(self.none, "none"), (self.login, "login"), (self.consent, "consent")];
        all.into_iter().filter(|(set, _)| *set).map(|(_, word)| word).collect::<Vec<_>>().join(" ")
    }
}

/// Whether a text can be an S256 challenge: 32 bytes in base64url (RFC 7636 §4.2).
pub fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

/// Whether a text can be a PKCE verifier (RFC 7636 §4.1).
pub fn is_verifier(text: &str) -> bool {
    let legal = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&text.len()) && text.bytes().all(legal)
}

#[cfg(test)]
mod tests {
    use super::{Prompt, is_challenge, is_verifier};

    #[test]
    fn none_stands_alone() {
        assert!(Prompt::parse("none").is_some_and(|it| it.none));
        assert!(Prompt::parse("login consent").is_some_and(|it| it.login && it.consent));
        for text in ["none login", "create", "NONE"] {
            assert_eq!(Prompt::parse(text), None, "{text}");
        }
        assert_eq!(Prompt::parse("consent login").expect("a prompt").words(), "login consent");
    }

    #[test]
    fn the_forms_of_rfc_7636() {
        let a = |n: usize| "a".repeat(n);
        assert!(is_challenge(&a(43)) && !is_challenge(&a(42)) && !is_challenge(&a(44)));
        assert!(!is_challenge(&format!("{}+", a(42))) && !is_challenge(&format!("{}=", a(42))));
        assert!(is_verifier(&a(43)) && is_verifier(&a(128)));
        assert!(!is_verifier(&a(42)) && !is_verifier(&a(129)));
        assert!(!is_verifier(&format!("{}\0", a(43))));
    }
}
