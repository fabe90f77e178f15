//! What a caller shows of a provider, and what the provider says of it.

use std::fmt;

use secrecy::SecretString;

use super::{email::Email, language::Language};

/// The name of a configured provider: `google-oauth2`, `yandex-oauth2`, `vk-oauth2`, …
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProviderName(String);

impl ProviderName {
    /// Reads a name of 1 to 32 characters out of `a-z`, `0-9` and `-`.
    pub fn parse(name: &str) -> Option<Self> {
        let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        ((1..=32).contains(&name.len()) && name.bytes().all(legal)).then(|| Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who somebody is at a provider: the immutable id there, never an e-mail address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject(String);

impl Subject {
    /// Longest subject kept, in bytes.
    pub const MAX: usize = 255;

    /// Reads an id: 1 to 255 bytes of printable ASCII without spaces.
    ///
    /// Refuses the texts that broken software writes when it has no id (`None`, `null`, `undefined`,
    /// `nil`, `NaN`, in any letter case, and `0`): one shared account for everybody was made of them.
    pub fn parse(id: &str) -> Option<Self> {
        const NOBODY: [&str; 8] = ["none", "null", "undefined", "nil", "nan", "0", "false", "true"];
        let sound = (1..=Self::MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
        let nobody = NOBODY.iter().any(|word| id.eq_ignore_ascii_case(word));
        (sound && !nobody).then(|| Self(id.to_owned()))
    }

    /// Reads an id that this provider writes as 1 to 20 decimal digits, the first not a zero.
    pub fn parse_decimal(id: &str) -> Option<Self> {
        let digits = (1..=20).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
        (digits && !id.starts_with('0')).then(|| Self(id.to_owned()))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The kind of thing a caller shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// An opaque OAuth access token of the provider.
    AccessToken,
    /// An OpenID Connect `id_token`, a JWT.
    IdToken,
    /// An authorization code that we are to exchange.
    Code,
    /// Data signed with a secret that we share with the provider (Yandex's HS256 JWT).
    Signed,
}

impl CredentialKind {
    /// Reads `access_token`, `id_token`, `code`, `signed`, or the RFC 8693 §3 type URIs.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "access_token" | "urn:ietf:params:oauth:token-type:access_token" => {
                Some(Self::AccessToken)
            }
            "id_token" | "urn:ietf:params:oauth:token-type:id_token" => Some(Self::IdToken),
            "code" => Some(Self::Code),
            "signed" | "urn:ietf:params:oauth:token-type:jwt" => Some(Self::Signed),
            _ => None,
        }
    }
}

/// What a caller shows to prove who it is at a provider.
#[derive(Debug)]
pub struct ProviderCredential {
    /// The token or code itself: 1 to 16384 bytes of printable ASCII.
    pub token: SecretString,
    /// What the caller says it is; when absent the provider's room looks at its form.
    pub kind: Option<CredentialKind>,
    /// The nonce the application put into its request, raw.
    pub nonce: Option<String>,
    /// The PKCE verifier that belongs to a code.
    pub code_verifier: Option<SecretString>,
    /// VK ID: the `device_id` of the callback.
    pub device_id: Option<String>,
    /// The redirect URI the code was sent to.
    pub redirect_uri: Option<String>,
    /// The state of the authorization request.
    pub state: Option<String>,
    /// An `id_token` that came along with an access token.
    pub id_token: Option<SecretString>,
    /// An access token that came along with an `id_token`.
    pub access_token: Option<SecretString>,
    /// The language in which names are asked for, where the provider has a choice.
    pub language: Language,
}

impl ProviderCredential {
    /// Longest token accepted, in bytes.
    pub const MAX: usize = 16 * 1024;

    /// A bare token, nothing known about it.
    pub fn token(token: SecretString) -> Self {
        Self {
            token,
            kind: None,
            nonce: None,
            code_verifier: None,
            device_id: None,
            redirect_uri: None,
            state: None,
            id_token: None,
            access_token: None,
            language: Language::English,
        }
    }

    /// The code with which somebody came back from a provider's page, and what they set out with.
    pub fn code(code: SecretString, departure: Departure, device_id: Option<String>) -> Self {
        Self {
            kind: Some(CredentialKind::Code),
            code_verifier: Some(departure.verifier),
            redirect_uri: Some(departure.redirect_uri),
            state: Some(departure.state),
            device_id,
            ..Self::token(code)
        }
    }
}

/// Somebody on the way to a provider's page, who will come back with a code.
#[derive(Debug, Clone)]
pub struct Departure {
    /// The page of the front-end that the provider sends them back to.
    pub redirect_uri: String,
    /// What comes back unchanged beside the code.
    pub state: String,
    /// The PKCE verifier that belongs to the code; the page sees its hash alone.
    pub verifier: SecretString,
}

/// How far an e-mail address told by a provider can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EmailTrust {
    /// The provider does not vouch for it.
    Unverified,
    /// The provider verified it at some time.
    Verified,
    /// The provider is the mail host itself.
    Authoritative,
}

/// An address and how far it can be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderEmail {
    /// The address.
    pub address: Email,
    /// How far it can be believed.
    pub trust: EmailTrust,
}

/// How it was proved that the credential was issued to one of our applications.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AudienceProof {
    /// A signature covers the audience.
    SignedClaim,
    /// The provider's introspection named our application.
    Introspected,
    /// The provider's answer named our application.
    ClientIdEcho,
    /// The data is signed with our application's secret.
    SharedSecret,
    /// We exchanged the code ourselves.
    CodeExchange,
    /// Nothing proves it; only with `allow_unbound_tokens`.
    Unproven,
}

/// A person's names as a provider tells them; each at most 150 characters, without control characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonName {
    /// Given name, empty when unknown.
    pub first: String,
    /// Family name, empty when unknown.
    pub last: String,
    /// The whole name as displayed, empty when unknown.
    pub full: String,
}

/// Who a provider says somebody is.
#[derive(Debug, Clone)]
pub struct ProviderIdentity {
    /// Which provider.
    pub provider: ProviderName,
    /// The immutable id there.
    pub subject: Subject,
    /// How the audience was proved.
    pub audience: AudienceProof,
    /// The address told, if any.
    pub email: Option<ProviderEmail>,
    /// The names told.
    pub name: PersonName,
}
