//! The applications registered at the emulated providers, and the configuration that goes with them.

use serde_json::json;

use super::tokens::Provider;

/// The client id of somebody else's application, at every provider: the holder of `other-app-<n>` tokens.
pub const FOREIGN_APP: &str = "99999999";

/// Our applications at the providers. The secrets are made up: never put real ones here.
#[derive(Clone)]
pub struct Apps {
    /// Google client ids; tokens of the table are issued to the first.
    pub google_client_ids: Vec<String>,
    /// The secret of the first Google client id; exchanges codes.
    pub google_client_secret: String,
    /// Yandex application id.
    pub yandex_client_id: String,
    /// Yandex application secret; signs Yandex's JWTs and exchanges codes.
    pub yandex_client_secret: String,
    /// VK application id, for the legacy API and for VK ID.
    pub vk_client_id: String,
    /// VK service token; opens `secure.checkToken`.
    pub vk_service_token: String,
}

impl Apps {
    /// Values nobody can take for real ones.
    pub fn demo() -> Self {
        Self {
            google_client_ids: vec![
                "demo-web.apps.googleusercontent.com".to_owned(),
                "demo-ios.apps.googleusercontent.com".to_owned(),
            ],
            google_client_secret: "demo-google-secret-not-a-secret!".to_owned(),
            yandex_client_id: "demo0000000000000000000000yandex".to_owned(),
            yandex_client_secret: "demo-yandex-secret-not-a-secret!".to_owned(),
            vk_client_id: "10000001".to_owned(),
            vk_service_token: "demo-vk-service-token".to_owned(),
        }
    }

    /// The client that tokens of the table are issued to; empty when there is none.
    pub(super) fn client_id(&self, provider: Provider) -> &str {
        match provider {
            Provider::Google => self.google_client_ids.first().map_or("", String::as_str),
            Provider::Yandex => &self.yandex_client_id,
            Provider::Vk | Provider::VkId => &self.vk_client_id,
        }
    }

    /// Whether the client is one of ours.
    pub(super) fn is_ours(&self, provider: Provider, client_id: &str) -> bool {
        match provider {
            Provider::Google => self.google_client_ids.iter().any(|id| id == client_id),
            Provider::Yandex | Provider::Vk | Provider::VkId => {
                self.client_id(provider) == client_id
            }
        }
    }
}

/// The part of Cambio's configuration, in TOML, that points the three providers at a sandbox.
pub fn config_fragment(base_url: &str, apps: &Apps) -> String {
    // A JSON string is a TOML basic string.
    let google = json!(apps.google_client_ids);
    let google_secret = json!(apps.google_client_secret);
    let yandex = json!([apps.yandex_client_id]);
    let yandex_secret = json!(apps.yandex_client_secret);
    let vk = json!([apps.vk_client_id]);
    let vk_service = json!(apps.vk_service_token);
    format!(
        r#"[providers.egress]
allow_private_network = true

[providers.google-oauth2]
enabled = true
client_ids = {google}
client_secret = {google_secret}
authorize_url = "{base_url}/google/o/oauth2/v2/auth"
token_url = "{base_url}/google/token"
userinfo_url = "{base_url}/google/oauth2/v3/userinfo"
tokeninfo_url = "{base_url}/google/tokeninfo"
jwks_url = "{base_url}/google/oauth2/v3/certs"

[providers.yandex-oauth2]
enabled = true
client_ids = {yandex}
client_secret = {yandex_secret}
authorize_url = "{base_url}/yandex/authorize"
token_url = "{base_url}/yandex/token"
info_url = "{base_url}/yandex/info"

[providers.vk-oauth2]
enabled = true
client_ids = {vk}
service_token = {vk_service}
api_url = "{base_url}/vk/method"
id_url = "{base_url}/vkid"
authorize_url = "{base_url}/vkid/authorize"
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_names_every_address_and_application() {
        let text = config_fragment("http://127.0.0.1:9", &Apps::demo());
        for line in [
            "allow_private_network = true",
            r#"userinfo_url = "http://127.0.0.1:9/google/oauth2/v3/userinfo""#,
            r#"tokeninfo_url = "http://127.0.0.1:9/google/tokeninfo""#,
            r#"jwks_url = "http://127.0.0.1:9/google/oauth2/v3/certs""#,
            r#"authorize_url = "http://127.0.0.1:9/google/o/oauth2/v2/auth""#,
            r#"token_url = "http://127.0.0.1:9/yandex/token""#,
            r#"authorize_url = "http://127.0.0.1:9/vkid/authorize""#,
            r#"client_ids = ["demo0000000000000000000000yandex"]"#,
            r#"info_url = "http://127.0.0.1:9/yandex/info""#,
            r#"service_token = "demo-vk-service-token""#,
            r#"api_url = "http://127.0.0.1:9/vk/method""#,
            r#"id_url = "http://127.0.0.1:9/vkid""#,
        ] {
            assert!(text.lines().any(|told| told == line), "{line}");
        }
    }
}
