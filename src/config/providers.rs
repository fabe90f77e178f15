//! The `[providers]` section: whose tokens are exchanged, and how their makers are asked.

mod checks;
pub mod common;
pub mod egress;
pub mod google;
pub mod vk;
pub mod yandex;

use serde::Deserialize;

pub use common::Common;
pub use egress::Egress;
pub use google::Google;
pub use vk::Vk;
pub use yandex::Yandex;

/// Something wrong with a setting: the key's path below `providers`, and what is wrong with the mend.
pub type Complaint = (String, String);

/// Every provider this build knows, and the rules of the calls to them.
///
/// The names of the blocks are the names clients send as `backend`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Providers {
    /// Google accounts.
    #[serde(rename = "google-oauth2")]
    pub google: Google,
    /// Yandex ID.
    #[serde(rename = "yandex-oauth2")]
    pub yandex: Yandex,
    /// VK ID, and the old VK tokens.
    #[serde(rename = "vk-oauth2")]
    pub vk: Vk,
    /// How every provider is called.
    pub egress: Egress,
}

impl Providers {
    /// The blocks with their names, and what they have in common, enabled or not.
    pub fn blocks(&self) -> [(&'static str, Common<'_>); 3] {
        [
            (Google::NAME, self.google.common()),
            (Yandex::NAME, self.yandex.common()),
            (Vk::NAME, self.vk.common()),
        ]
    }

    /// Everything that must be mended before the start; blocks that are off are not looked at.
    pub fn validate(&self) -> Result<(), Vec<Complaint>> {
        let mut wrong = Vec::new();
        self.egress.validate(&mut wrong);
        checks::names(&self.blocks(), &mut wrong);
        for (name, common) in self.blocks() {
            if common.enabled {
                checks::common(name, &common, &mut wrong);
            }
        }
        let private = self.egress.allow_private_network;
        if self.google.enabled {
            self.google.validate(private, &mut wrong);
        }
        if self.yandex.enabled {
            self.yandex.validate(private, &mut wrong);
        }
        if self.vk.enabled {
            self.vk.validate(private, &mut wrong);
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// What may stay but deserves a second look; shown by `config check` and at the start.
    pub fn warnings(&self) -> Vec<Complaint> {
        let mut odd = Vec::new();
        self.egress.warnings(&mut odd);
        if self.google.enabled {
            self.google.warnings(&mut odd);
        }
        if self.yandex.enabled {
            self.yandex.warnings(&mut odd);
        }
        if self.vk.enabled {
            self.vk.warnings(&mut odd);
        }
        odd
    }
}

#[cfg(test)]
mod tests {
    use super::Providers;

    fn read(text: &str) -> Providers {
        use figment::{
            Figment,
            providers::{Format as _, Toml},
        };
        Figment::from(Toml::string(text)).extract().expect("settings")
    }

    fn wrong(text: &str) -> Vec<String> {
        let complaints = read(text).validate().err().unwrap_or_default();
        complaints.into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn nothing_is_enabled_by_default_and_that_is_fine() {
        let providers = read("");
        assert!(providers.blocks().iter().all(|(_, common)| !common.enabled));
        assert!(providers.validate().is_ok());
        assert!(providers.warnings().is_empty());
    }

    #[test]
    fn enabling_without_client_ids_refuses_to_start() {
        let text =
            "[google-oauth2]\nenabled = true\n[vk-oauth2]\nenabled = true\nclient_ids = [\" \"]";
        assert_eq!(wrong(text), ["google-oauth2.client_ids", "vk-oauth2.client_ids"]);
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        use figment::{
            Figment,
            providers::{Format as _, Toml},
        };
        let read = Figment::from(Toml::string("[google-oauth2]\nclient_id = \"x\""));
        assert!(read.extract::<Providers>().is_err());
    }

    #[test]
    fn two_providers_never_share_a_name() {
        let text = "[google-oauth2]\nenabled = true\nclient_ids = [\"a\"]\naliases = [\"g\", \"vk-oauth2\"]\n\
                    [yandex-oauth2]\nenabled = true\nclient_ids = [\"a\"]\naliases = [\"g\", \"Big\"]";
        assert_eq!(
            wrong(text),
            ["google-oauth2.aliases", "yandex-oauth2.aliases", "yandex-oauth2.aliases"]
        );
    }

    #[test]
    fn an_address_is_public_https_unless_the_private_network_is_allowed() {
        for (url, fine) in [
            ("https://login.example.ru/info", true),
            ("http://login.example.ru/info", false),
            ("https://127.0.0.1/info", false),
            ("https://[::1]/info", false),
            ("https://me@login.example.ru/info", false),
            ("https://login.example.ru/info?x=1", false),
            ("https://login.example.ru/info#x", false),
        ] {
            let text = format!(
                "[yandex-oauth2]\nenabled = true\nclient_ids = [\"a\"]\ninfo_url = \"{url}\""
            );
            assert_eq!(wrong(&text).is_empty(), fine, "{url}");
        }
        let private = "[egress]\nallow_private_network = true\n[vk-oauth2]\nenabled = true\n\
                       client_ids = [\"a\"]\nid_url = \"http://127.0.0.1:9100/id.vk.ru\"";
        assert!(wrong(private).is_empty());
    }

    #[test]
    fn time_limits_must_fit_into_one_another() {
        let text = "[egress]\nconnect_timeout_ms = 5000\ntotal_timeout_ms = 10\nmax_in_flight = 0\nqueue_ms = 0";
        assert_eq!(
            wrong(text),
            ["egress.connect_timeout_ms", "egress.total_timeout_ms", "egress.max_in_flight"]
        );
    }

    #[test]
    fn trust_that_rests_on_little_is_warned_of() {
        let text = "[egress]\nallow_private_network = true\n[vk-oauth2]\nenabled = true\n\
                    client_ids = [\"1\"]\n[yandex-oauth2]\nenabled = true\nclient_ids = [\"a\"]\n\
                    trust_default_email = true\n[google-oauth2]\nenabled = true\n\
                    client_ids = [\"a\"]\nnonce = \"ignored\"";
        let warned: Vec<_> = read(text).warnings().into_iter().map(|(path, _)| path).collect();
        assert_eq!(
            warned,
            [
                "egress.allow_private_network",
                "google-oauth2.nonce",
                "yandex-oauth2.trust_default_email",
                "vk-oauth2.accept_user_info_binding"
            ]
        );
    }

    #[test]
    fn a_secret_never_shows_in_debug_output() {
        let text =
            "[yandex-oauth2]\nclient_secret = \"hush\"\n[vk-oauth2]\nservice_token = \"hush\"";
        assert!(!format!("{:?}", read(text)).contains("hush"));
    }
}
