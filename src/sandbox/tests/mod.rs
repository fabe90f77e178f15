//! The sandbox asked over the wire, as a provider is.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use chrono::{DateTime, Utc};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::json;

use super::*;

mod admin;
mod faults;
mod google;
mod vk;
mod yandex;

const NOW: i64 = 1_709_208_000;
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const STATE: &str = "a-state-of-at-least-32-characters";

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(NOW, 0).unwrap()
    }
}

/// A sandbox and somebody to ask it.
struct Bench {
    sandbox: Sandbox,
    client: Client,
}

impl Bench {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sandbox = start(listener, Apps::demo(), Arc::new(FixedClock), 1).await.unwrap();
        Self { sandbox, client: client(Some("test/1")) }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.base_url())
    }

    fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(self.url(path))
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        self.client.post(self.url(path)).form(form).send().await.unwrap()
    }

    async fn userinfo(&self, token: &str) -> Response {
        self.get("/google/oauth2/v3/userinfo").bearer_auth(token).send().await.unwrap()
    }

    async fn yandex(&self, token: &str, format: &str) -> Response {
        let asked = self.get(&format!("/yandex/info?format={format}"));
        asked.header("Authorization", format!("OAuth {token}")).send().await.unwrap()
    }

    async fn users_get(&self, token: &str) -> Value {
        json_of(self.post("/vk/method/users.get", &[("v", "5.199"), ("access_token", token)]).await)
            .await
    }

    async fn check_token(&self, token: &str) -> Value {
        let service = self.sandbox.apps().vk_service_token.as_str();
        let form = [("v", "5.199"), ("access_token", service), ("token", token)];
        json_of(self.post("/vk/method/secure.checkToken", &form).await).await
    }

    async fn user_info(&self, token: &str) -> Value {
        let form = [("access_token", token), ("client_id", "10000001")];
        json_of(self.post("/vkid/oauth2/user_info", &form).await).await
    }

    fn code(&self) -> String {
        self.sandbox.code(NewCode {
            token: "ok-7".to_owned(),
            client_id: "10000001".to_owned(),
            code_challenge: CHALLENGE.to_owned(),
            device_id: "device".to_owned(),
            redirect_uri: "https://app.example/cb".to_owned(),
        })
    }

    /// Exchanges a code, one field of the form replaced.
    async fn exchange(&self, code: &str, changed: (&str, &str)) -> Value {
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", VERIFIER),
            ("client_id", "10000001"),
            ("device_id", "device"),
            ("redirect_uri", "https://app.example/cb"),
            ("state", STATE),
        ];
        form.retain(|(key, _)| *key != changed.0);
        form.push(changed);
        json_of(self.post("/vkid/oauth2/auth", &form).await).await
    }

    async fn admin(&self, method: &str, door: &str, body: Value) -> Response {
        let method = method.parse().unwrap();
        let asked = self.client.request(method, self.url(&format!("/_emu/{door}")));
        asked.body(body.to_string()).send().await.unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests ask their own emulator")]
fn client(user_agent: Option<&str>) -> Client {
    // A second test installs it again, which changes nothing.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let plain = Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(5));
    match user_agent {
        Some(name) => plain.user_agent(name).build().unwrap(),
        None => plain.build().unwrap(),
    }
}

async fn json_of(response: Response) -> Value {
    response.json().await.unwrap()
}

fn claims_of(jwt: &str) -> Value {
    let part = jwt.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64URL.decode(part).unwrap()).unwrap()
}
