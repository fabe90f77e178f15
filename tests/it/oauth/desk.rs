//! The desks: each is one kind of credential of one provider, and how a client shows it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use cambio::sandbox::{NewCode, Provider, Sandbox};
use sha2::{Digest as _, Sha256};

/// A kind of credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Desk {
    /// Google's opaque token.
    GoogleAccessToken,
    /// Google's JWT.
    GoogleIdToken,
    /// Yandex' opaque token.
    YandexToken,
    /// Yandex' JWT, signed with the application's secret.
    YandexJwt,
    /// VK ID's authorization code.
    VkCode,
    /// VK ID's access token.
    VkAccessToken,
    /// VK ID's JWT.
    VkIdToken,
    /// A token of the old VK OAuth, which VK ID is asked about first.
    VkLegacy,
    /// The same where tokens of VK ID are not taken.
    VkLegacyOnly,
}

/// What a client shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The provider it names.
    pub backend: &'static str,
    /// The parameters of the credential.
    pub fields: Vec<(&'static str, String)>,
    /// Which of the values nobody else may ever see.
    pub secrets: Vec<String>,
}

/// The `redirect_uri` of every VK code.
const REDIRECT: &str = "https://app.example/vk";
/// The device of every VK code.
const DEVICE: &str = "device-of-the-tests";

impl Desk {
    /// The settings it needs.
    pub fn settings(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::VkLegacyOnly => &[("providers.vk-oauth2.accept_user_info_binding", "false")],
            _ => &[],
        }
    }

    /// The name clients send as `backend`.
    pub fn backend(self) -> &'static str {
        match self {
            Self::GoogleAccessToken | Self::GoogleIdToken => "google-oauth2",
            Self::YandexToken | Self::YandexJwt => "yandex-oauth2",
            _ => "vk-oauth2",
        }
    }

    /// Person `n` in the sandbox's table of tokens.
    pub fn name(self, n: u32) -> String {
        match self {
            Self::VkCode | Self::VkAccessToken | Self::VkIdToken => format!("vkid-{n}"),
            Self::VkLegacy | Self::VkLegacyOnly => format!("legacy-{n}"),
            _ => format!("ok-{n}"),
        }
    }

    /// The address that an account of person `n` has after a conversion here; VK vouches for none.
    pub fn email(self, n: u32) -> String {
        match self {
            Self::GoogleAccessToken | Self::GoogleIdToken => format!("user{n}@gmail.com"),
            Self::YandexToken | Self::YandexJwt => format!("user{n}@yandex.ru"),
            _ => String::new(),
        }
    }

    /// What somebody shows whom the sandbox knows by that name of its table.
    pub fn shows(self, sandbox: &Sandbox, name: &str) -> Shown {
        let minted = |provider| sandbox.id_token(provider, name).mint().unwrap();
        match self {
            Self::GoogleIdToken => self.token(&minted(Provider::Google)),
            Self::YandexJwt => self.token(&minted(Provider::Yandex)),
            Self::VkIdToken => self.token(&minted(Provider::VkId)),
            Self::VkCode => code(sandbox, name),
            _ => self.token(name),
        }
    }

    /// That very token.
    pub fn token(self, token: &str) -> Shown {
        Shown {
            backend: self.backend(),
            fields: vec![("token", token.to_owned())],
            secrets: vec![token.to_owned()],
        }
    }
}

/// A code for the access token of that name, with all that goes along. The code itself is as short as a
/// word and found anywhere, so the secrets are its verifier and the token behind it.
fn code(sandbox: &Sandbox, name: &str) -> Shown {
    let verifier = format!("verifier-of-{name}-that-is-long-enough-for-rfc-7636");
    // The sandbox tells of a foreign token only when its code is exchanged: it is issued to that client.
    let ours = !name.starts_with("other-app-");
    let client_id = if ours { &sandbox.apps().vk_client_id } else { cambio::sandbox::FOREIGN_APP };
    let code = sandbox.code(NewCode {
        token: name.to_owned(),
        client_id: client_id.to_owned(),
        code_challenge: BASE64URL.encode(Sha256::digest(verifier.as_bytes())),
        device_id: DEVICE.to_owned(),
        redirect_uri: REDIRECT.to_owned(),
    });
    Shown {
        backend: "vk-oauth2",
        fields: vec![
            ("token", code),
            ("code_verifier", verifier.clone()),
            ("device_id", DEVICE.to_owned()),
            ("redirect_uri", REDIRECT.to_owned()),
        ],
        secrets: vec![verifier, name.to_owned()],
    }
}

impl Shown {
    /// The same with another value, or one more.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.retain(|(known, _)| *known != name);
        self.fields.push((name, value.to_owned()));
        self
    }

    /// The same without a value.
    pub fn without(mut self, name: &'static str) -> Self {
        self.fields.retain(|(known, _)| *known != name);
        self
    }

    /// The parameters of a conversion.
    pub fn fields(&self) -> Vec<(&str, &str)> {
        let own = [("grant_type", "convert_token"), ("backend", self.backend)];
        let shown = self.fields.iter().map(|(name, value)| (*name, value.as_str()));
        own.into_iter().chain(shown).collect()
    }
}
