//! A registered application.

use chrono::{DateTime, Utc};
use url::{Host, Url};

use super::{origin::Origin, provider::ProviderName, scope::ScopeSet};

/// The row number of a client; never leaves the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClientKey(pub i64);

/// The public id of a client (RFC 6749 §2.2).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClientId(String);

impl ClientId {
    /// Reads an id of 8 to 64 characters out of `A-Z a-z 0-9 . _ -` that is not a bare number
    /// (RFC 9700 §4.15: a client must not be able to pass as an account).
    pub fn parse(id: &str) -> Option<Self> {
        let legal = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        let sound = (8..=64).contains(&id.len()) && id.bytes().all(legal);
        (sound && !id.bytes().all(|b| b.is_ascii_digit())).then(|| Self(id.to_owned()))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a client can keep a secret (RFC 6749 §2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    /// An app on somebody's device; has no secret.
    Public,
    /// A back-end; must prove its secret.
    Confidential,
}

impl ClientKind {
    /// The word under which it is stored and typed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Confidential => "confidential",
        }
    }

    /// Reads [`ClientKind::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Public, Self::Confidential].into_iter().find(|kind| kind.word() == word)
    }
}

/// How a grant may be obtained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrantType {
    /// A provider's token is exchanged for ours.
    ConvertToken,
    /// A refresh token is rotated (RFC 6749 §6).
    RefreshToken,
    /// A code is redeemed (RFC 6749 §4.1).
    AuthorizationCode,
    /// The client acts for itself (RFC 6749 §4.4).
    ClientCredentials,
    /// Name and password pass through the client (RFC 6749 §4.3); for old apps only.
    Password,
    /// Somebody lets a device in by typing its code elsewhere (RFC 8628).
    DeviceCode,
}

impl GrantType {
    /// Every grant type.
    pub const ALL: [Self; 6] = [
        Self::ConvertToken,
        Self::RefreshToken,
        Self::AuthorizationCode,
        Self::ClientCredentials,
        Self::Password,
        Self::DeviceCode,
    ];

    /// The value of `grant_type`.
    pub fn word(self) -> &'static str {
        match self {
            Self::ConvertToken => "convert_token",
            Self::RefreshToken => "refresh_token",
            Self::AuthorizationCode => "authorization_code",
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
        }
    }

    /// Reads [`GrantType::word`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.word() == word)
    }
}

/// Which providers a client may convert tokens of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProviderRule {
    /// Every provider that is configured.
    Any,
    /// These only.
    Only(Vec<ProviderName>),
}

impl ProviderRule {
    /// Whether the rule admits the provider.
    pub fn admits(&self, provider: &ProviderName) -> bool {
        match self {
            Self::Any => true,
            Self::Only(names) => names.contains(provider),
        }
    }
}

/// Where a client may be sent back to; compared as a string, byte for byte (RFC 9700 §2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Reads a URI that may be registered: `https` with a host; `http` on a loopback host only; or a
    /// private-use scheme with a dot in it (RFC 8252 §7.1). At most 2000 bytes of printable ASCII
    /// without a fragment, a user part, or dot segments.
    pub fn parse(typed: &str) -> Option<Self> {
        let plain =
            typed.len() <= 2000 && typed.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        let url = plain.then(|| Url::parse(typed).ok()).flatten()?;
        let bare =
            url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        let scheme = match url.scheme() {
            "https" => url.host().is_some(),
            "http" => url.host().as_ref().is_some_and(is_loopback),
            other => other.contains('.'),
        };
        // What the parser would rewrite (upper case, default port, dot segments) is not stored: two
        // spellings of one place would never match byte for byte.
        let canonical = url.as_str() == typed || url.as_str() == format!("{typed}/");
        (bare && scheme && canonical).then(|| Self(typed.to_owned()))
    }

    /// Whether a request may name this place: to the letter, but for the port of a loopback address,
    /// which a native app learns only when it runs (RFC 8252 §7.3). A name such as `localhost` is to the
    /// letter, too (§8.3).
    pub fn admits(&self, shown: &str) -> bool {
        self.0 == shown || self.but_for_its_port(shown).unwrap_or(false)
    }

    fn but_for_its_port(&self, shown: &str) -> Option<bool> {
        let (mut own, mut other) =
            (Url::parse(&self.0).ok()?, Url::parse(&Self::parse(shown)?.0).ok()?);
        let address = matches!(own.host()?, Host::Ipv4(_) | Host::Ipv6(_));
        if own.scheme() != "http" || !address || other.port() == Some(0) {
            return None;
        }
        own.set_port(None).ok()?;
        other.set_port(None).ok()?;
        Some(own == other)
    }

    /// The URI as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

const OFFLINE_ACCESS: &str = "offline_access";

/// A registered application.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its row.
    pub key: ClientKey,
    /// Its public id.
    pub id: ClientId,
    /// Its name, as shown to people.
    pub name: String,
    /// Whether it can keep a secret.
    pub kind: ClientKind,
    /// Whether it is switched on; the tokens of a client that is not are dead.
    pub enabled: bool,
    /// The grant types it may use.
    pub grants: Vec<GrantType>,
    /// The scopes it may ask for; when it asks for none, it gets those of the installation's default among them.
    pub scopes: ScopeSet,
    /// The providers whose tokens it may convert.
    pub providers: ProviderRule,
    /// Where the authorization endpoint may send people back to.
    pub redirect_uris: Vec<RedirectUri>,
    /// How it uses the authorization server.
    pub options: ClientOptions,
    /// When it was registered.
    pub created_at: DateTime<Utc>,
}

/// How a client uses the authorization server, beyond what it may use.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// Whether it may ask for a code without PKCE; for confidential clients alone, and old ones.
    pub pkce_optional: bool,
    /// What its access tokens look like.
    pub access_form: AccessForm,
    /// Whether it is told about other clients' tokens (RFC 7662): it is a resource server.
    pub introspects: bool,
    /// Where people may be sent after they have signed out.
    pub post_logout_uris: Vec<RedirectUri>,
    /// The resources it may ask tokens for (RFC 8707).
    pub resources: Vec<String>,
    /// Where its scripts may run that call us from a browser.
    pub allowed_origins: Vec<Origin>,
    /// The public keys it signs assertions with, a JWK set (RFC 7523).
    pub key_set: Option<String>,
    /// Whether it says that it shows its secret in the body (`client_secret_post`); either way is taken.
    pub secret_in_body: bool,
}

/// What access tokens look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AccessForm {
    /// Words without a meaning of their own.
    #[default]
    Opaque,
    /// JWTs that a resource server can read (RFC 9068).
    Jwt,
}

impl AccessForm {
    /// The word under which it is stored and typed.
    pub fn word(self) -> &'static str {
        match self {
            Self::Opaque => "opaque",
            Self::Jwt => "jwt",
        }
    }

    /// Reads [`AccessForm::word`].
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Opaque, Self::Jwt].into_iter().find(|form| form.word() == word)
    }
}

impl Client {
    /// Its id, if its access tokens are JWTs.
    pub fn readable(&self) -> Option<ClientId> {
        (self.options.access_form == AccessForm::Jwt).then(|| self.id.clone())
    }

    /// What it asks for with those words. `offline_access` is passed over where it is not registered: libraries send
    /// it as a matter of course, and it stands for nothing here (OpenID Connect Core §11).
    pub fn asks(&self, words: &ScopeSet) -> ScopeSet {
        let registered = self.scopes.has(OFFLINE_ACCESS);
        if registered { words.clone() } else { words.without(OFFLINE_ACCESS) }
    }

    /// Whether it is registered for the grant type.
    pub fn may(&self, grant: GrantType) -> bool {
        self.grants.contains(&grant)
    }
}

#[cfg(test)]
mod tests {
    use super::{ClientId, RedirectUri};
    use proptest::prelude::*;

    #[test]
    fn redirect_uris_that_may_be_registered() {
        for uri in [
            "https://app.example/cb",
            "https://app.example",
            "https://app.example/cb?x=1",
            "http://localhost:3000/callback",
            "http://127.0.0.1/cb",
            "http://[::1]:9/cb",
            "com.example.app:/oauth",
            "com.example.app://cb",
        ] {
            assert!(RedirectUri::parse(uri).is_some(), "{uri}");
        }
    }

    #[test]
    fn redirect_uris_that_may_not() {
        for uri in [
            "",
            "/cb",
            "//app.example/cb",
            "http://app.example/cb",
            "https://app.example/cb#x",
            "https://app.example/cb#",
            "https://evil@app.example/cb",
            "https://app.example/a/../cb",
            "https://APP.example/cb",
            "https://app.example:443/cb",
            "https://app.example\\@evil/cb",
            "https://app.example%2eevil/cb",
            " https://app.example/cb",
            "https://app.example/c b",
            "javascript:alert(1)",
            "data:text/html,x",
            "myapp://cb",
            "http://127.1/cb",
            "http://2130706433/cb",
            "http://127.0.0.1.evil.example/cb",
        ] {
            assert!(RedirectUri::parse(uri).is_none(), "{uri}");
        }
    }

    #[test]
    fn a_loopback_address_is_any_port_and_nothing_else_is() {
        let registered = |uri: &str| RedirectUri::parse(uri).expect("a redirect URI");
        let (four, six) = (registered("http://127.0.0.1/cb"), registered("http://[::1]:7/cb"));
        assert!(four.admits("http://127.0.0.1/cb") && four.admits("http://127.0.0.1:51004/cb"));
        assert!(six.admits("http://[::1]:51004/cb"));
        for uri in [
            "http://127.0.0.1:51004/other",
            "https://127.0.0.1:51004/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.1/cb",
            "http://2130706433/cb",
            "http://localhost:51004/cb",
            "http://user@127.0.0.1:1/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:70000/cb",
            "http://[::1]:51004/cb",
        ] {
            assert!(!four.admits(uri), "{uri}");
        }
        assert!(!registered("http://localhost/cb").admits("http://localhost:51004/cb"));
        assert!(!registered("https://app.example/cb").admits("https://app.example:444/cb"));
    }

    #[test]
    fn a_client_id_cannot_pass_as_an_account() {
        assert!(ClientId::parse("12345678").is_none());
        assert!(ClientId::parse("oracle-conf-password").is_some());
        assert!(ClientId::parse("a b c d e").is_none());
    }

    proptest! {
        #[test]
        fn what_parses_is_kept_byte_for_byte(uri in "(https|http|com\\.x)://[a-z.:@/\\\\#?%A-Z0-9\\[\\]]{0,40}") {
            if let Some(kept) = RedirectUri::parse(&uri) {
                prop_assert_eq!(kept.as_str(), uri.as_str());
                prop_assert!(!uri.contains(['#', '\\', ' ']) && !uri.contains("/../"));
            }
        }
    }
}
