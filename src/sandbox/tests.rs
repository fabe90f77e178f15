//! The sandbox asked over the wire, as a provider is.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64URL};
use chrono::{DateTime, Utc};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::json;

use super::*;

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

#[tokio::test]
async fn google_tells_the_person_and_the_application_of_a_good_token() {
    let bench = Bench::open().await;
    let user = json_of(bench.userinfo("ok-5").await).await;
    assert_eq!(user["email"], "user5@gmail.com");
    assert_eq!(user["email_verified"], true);
    let told = json_of(bench.post("/google/tokeninfo", &[("access_token", "ok-5")]).await).await;
    assert_eq!(told["aud"], bench.sandbox.apps().google_client_ids[0].as_str());
    assert_eq!(told["sub"], user["sub"]);
    assert_eq!(told["email_verified"], "true");
    assert_eq!(told["exp"], (NOW + 3599).to_string());
}

#[tokio::test]
async fn google_refuses_in_both_its_shapes_and_names_the_reason_in_a_header() {
    let bench = Bench::open().await;
    let expired = bench.userinfo("expired").await;
    assert_eq!(expired.status(), 401);
    assert!(expired.headers()["www-authenticate"].to_str().unwrap().contains("invalid_token"));
    assert_eq!(json_of(expired).await["error"], "invalid_request");
    assert_eq!(json_of(bench.userinfo("revoked").await).await["error"]["code"], 401);
    let told = bench.post("/google/tokeninfo", &[("access_token", "whatever")]).await;
    assert_eq!(told.status(), 400);
}

#[tokio::test]
async fn the_odd_tokens_are_odd_at_google() {
    let bench = Bench::open().await;
    let form = [("access_token", "other-app-5")];
    assert_eq!(json_of(bench.post("/google/tokeninfo", &form).await).await["aud"], FOREIGN_APP);
    let user = json_of(bench.userinfo("sub-mismatch-5").await).await;
    let form = [("access_token", "sub-mismatch-5")];
    assert_ne!(json_of(bench.post("/google/tokeninfo", &form).await).await["sub"], user["sub"]);
    assert!(json_of(bench.userinfo("no-subject").await).await.get("sub").is_none());
    assert_eq!(json_of(bench.userinfo("null-subject").await).await["sub"], Value::Null);
    assert!(json_of(bench.userinfo("id-int-5").await).await["sub"].is_u64());
    assert_eq!(json_of(bench.userinfo("ok-5-unverified").await).await["email_verified"], false);
    let minimal = json_of(bench.userinfo("ok-5-minimal").await).await;
    assert_eq!(minimal.as_object().unwrap().len(), 1);
}

#[tokio::test]
async fn an_endpoint_takes_its_method_its_header_and_a_named_caller_only() {
    let bench = Bench::open().await;
    assert_eq!(bench.post("/google/oauth2/v3/userinfo", &[]).await.status(), 405);
    let in_url = bench.get("/google/oauth2/v3/userinfo?access_token=ok-1").send().await.unwrap();
    assert_eq!(in_url.status(), 401);
    let bearer = bench.get("/yandex/info").bearer_auth("ok-1").send().await.unwrap();
    assert_eq!(bearer.status(), 401);
    let in_url = bench.get("/yandex/info?oauth_token=ok-1").send().await.unwrap();
    assert_eq!(in_url.status(), 400);
    assert_eq!(bench.get("/vkid/oauth2/user_info").send().await.unwrap().status(), 405);
    let nameless = client(None).get(bench.url("/google/oauth2/v3/certs")).send().await.unwrap();
    assert_eq!(nameless.status(), 403);
}

#[tokio::test]
async fn an_id_token_holds_under_the_published_key_and_at_tokeninfo() {
    let bench = Bench::open().await;
    bench.sandbox.keys(KeyScenario::RotateWithOverlap);
    let jwt = bench.sandbox.id_token(Provider::Google, "ok-5").claim("nonce", "n").mint().unwrap();
    let certs = bench.get("/google/oauth2/v3/certs").send().await.unwrap();
    assert!(certs.headers()["cache-control"].to_str().unwrap().contains("max-age=3600"));
    let keys = json_of(certs).await["keys"].as_array().unwrap().clone();
    let jwk = keys.iter().find(|key| key["kid"] == "sandbox-b").unwrap().clone();
    let part = |name: &str| BASE64URL.decode(jwk[name].as_str().unwrap()).unwrap();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    ring::signature::RsaPublicKeyComponents { n: part("n"), e: part("e") }
        .verify(
            &ring::signature::RSA_PKCS1_2048_8192_SHA256,
            signed.as_bytes(),
            &BASE64URL.decode(signature).unwrap(),
        )
        .unwrap();
    let told = json_of(bench.post("/google/tokeninfo", &[("id_token", &jwt)]).await).await;
    assert_eq!((&told["nonce"], &told["kid"]), (&json!("n"), &json!("sandbox-b")));
    assert_eq!(told["email_verified"], "true");
}

#[tokio::test]
async fn an_attacked_id_token_is_minted_on_demand() {
    let bench = Bench::open().await;
    let wish = json!({
        "provider": "google", "token": "ok-5", "alg": "none",
        "claims": {"aud": "elsewhere", "azp": null}, "header": {"jku": "http://127.0.0.1:1/"},
    });
    let jwt = json_of(bench.admin("POST", "id_token", wish).await).await;
    let jwt = jwt["id_token"].as_str().unwrap();
    let claims = claims_of(jwt);
    assert!(jwt.ends_with('.'));
    assert_eq!((&claims["aud"], claims.get("azp")), (&json!("elsewhere"), None));
    assert_eq!(bench.post("/google/tokeninfo", &[("id_token", jwt)]).await.status(), 400);
}

#[tokio::test]
async fn yandex_tells_the_application_along_with_the_person() {
    let bench = Bench::open().await;
    let user = json_of(bench.yandex("ok-5", "json").await).await;
    assert_eq!(user["client_id"], bench.sandbox.apps().yandex_client_id.as_str());
    assert_eq!(user["default_email"], "user5@yandex.ru");
    assert!(user["id"].is_string());
    let foreign = json_of(bench.yandex("other-app-5", "json").await).await;
    assert_eq!((&foreign["client_id"], &foreign["id"]), (&json!(FOREIGN_APP), &user["id"]));
    let social = json_of(bench.yandex("ok-5-noemail", "json").await).await;
    assert_eq!((&social["default_email"], &social["emails"]), (&json!(""), &json!([])));
}

#[tokio::test]
async fn yandex_signs_its_jwt_with_the_secret_of_the_application() {
    let bench = Bench::open().await;
    let secret = bench.sandbox.apps().yandex_client_secret.clone();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    for (token, good) in [("ok-5", true), ("other-app-5", false)] {
        let jwt = bench.yandex(token, "jwt").await.text().await.unwrap();
        let (signed, signature) = jwt.rsplit_once('.').unwrap();
        let signature = BASE64URL.decode(signature).unwrap();
        assert_eq!(ring::hmac::verify(&key, signed.as_bytes(), &signature).is_ok(), good);
        assert!(claims_of(&jwt)["uid"].is_u64());
    }
}

#[tokio::test]
async fn yandex_says_401_with_whatever_body() {
    let bench = Bench::open().await;
    let mut bodies = Vec::new();
    for token in ["expired", "revoked", "garbage"] {
        let refused = bench.yandex(token, "json").await;
        assert_eq!(refused.status(), 401);
        bodies.push(refused.text().await.unwrap());
    }
    assert_eq!(bodies[0], "");
    assert!(bodies[1].starts_with("<!doctype html>"));
    assert_eq!(bodies[2], "Unauthorized");
}

#[tokio::test]
async fn vk_refuses_with_status_200_and_a_code() {
    let bench = Bench::open().await;
    let no_version = bench.post("/vk/method/users.get", &[("access_token", "ok-1")]).await;
    assert_eq!(no_version.status(), 200);
    assert_eq!(json_of(no_version).await["error"]["error_code"], 8);
    for (token, code) in [("expired", 5), ("garbage", 5), ("group", 27), ("vkid-1", 5)] {
        assert_eq!(bench.users_get(token).await["error"]["error_code"], code, "{token}");
    }
    let bound = bench.users_get("ip-bound-1").await;
    assert_eq!(bound["error"]["error_subcode"], 1130);
    assert_eq!(bench.users_get("service").await, json!({"response": []}));
    assert_eq!(bench.users_get("deactivated-1").await["response"][0]["deactivated"], "banned");
}

#[tokio::test]
async fn vk_confirms_only_tokens_of_the_application_that_asks() {
    let bench = Bench::open().await;
    let user = bench.users_get("legacy-5").await["response"][0].clone();
    assert!(user["id"].is_u64() && user.get("email").is_none());
    let told = bench.check_token("legacy-5").await;
    assert_eq!(told["response"]["user_id"], user["id"]);
    assert_eq!(bench.check_token("other-app-5").await["error"]["error_code"], 15);
    assert_ne!(bench.check_token("sub-mismatch-5").await["response"]["user_id"], user["id"]);
    let form = [("v", "5.199"), ("access_token", "ok-1"), ("token", "ok-1")];
    let stranger = bench.post("/vk/method/secure.checkToken", &form).await;
    assert_eq!(json_of(stranger).await["error"]["error_code"], 28);
}

#[tokio::test]
async fn vk_id_tells_the_person_to_the_application_of_the_token() {
    let bench = Bench::open().await;
    let user = bench.user_info("ok-5").await["user"].clone();
    assert_eq!(user["email"], "user5@mail.example");
    let legacy = bench.users_get("ok-5").await["response"][0]["id"].to_string();
    assert_eq!(user["user_id"], legacy);
    assert!(bench.user_info("ip-bound-5").await["user"].is_object());
    for token in ["other-app-5", "legacy-5", "expired", "garbage", "deactivated-5"] {
        assert_eq!(bench.user_info(token).await["error"], "invalid_token", "{token}");
    }
    let nameless = bench.post("/vkid/oauth2/user_info", &[("access_token", "ok-5")]).await;
    assert_eq!(json_of(nameless).await["error"], "invalid_request");
}

#[tokio::test]
async fn a_vk_id_code_is_exchanged_once() {
    let bench = Bench::open().await;
    let code = bench.code();
    let tokens = bench.exchange(&code, ("state", STATE)).await;
    assert_eq!(tokens["access_token"], "ok-7");
    assert_eq!(tokens["state"], STATE);
    assert!(tokens["user_id"].is_u64());
    let again = bench.exchange(&code, ("state", STATE)).await;
    assert_eq!(again["error"], "invalid_grant");
}

#[tokio::test]
async fn a_vk_id_code_wants_everything_it_is_bound_to() {
    let bench = Bench::open().await;
    for (key, value, error) in [
        ("code_verifier", "another", "invalid_request"),
        ("device_id", "another", "invalid_grant"),
        ("redirect_uri", "https://evil.example/", "invalid_grant"),
        ("client_id", FOREIGN_APP, "invalid_client"),
        ("state", "short", "invalid_request"),
    ] {
        let refused = bench.exchange(&bench.code(), (key, value)).await;
        assert_eq!(refused["error"], error, "{key}");
    }
    let form = [("grant_type", "authorization_code"), ("client_secret", "x")];
    assert_eq!(bench.post("/vkid/oauth2/auth", &form).await.status(), 404);
}

#[tokio::test]
async fn a_vk_id_refresh_token_is_good_once_on_its_device() {
    let bench = Bench::open().await;
    let tokens = bench.exchange(&bench.code(), ("state", STATE)).await;
    let mut form = vec![
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens["refresh_token"].as_str().unwrap()),
        ("client_id", "10000001"),
        ("device_id", "device"),
    ];
    let fresh = json_of(bench.post("/vkid/oauth2/auth", &form).await).await;
    assert_eq!(fresh["access_token"], "ok-7");
    form[1].1 = fresh["refresh_token"].as_str().unwrap();
    form[3].1 = "another";
    let refused = json_of(bench.post("/vkid/oauth2/auth", &form).await).await;
    assert_eq!(refused["error"], "invalid_grant");
}

#[tokio::test]
async fn public_info_tells_a_masked_person_to_the_right_application() {
    let bench = Bench::open().await;
    let jwt = bench.sandbox.id_token(Provider::VkId, "ok-5").mint().unwrap();
    let ask = |client_id| [("id_token", jwt.as_str()), ("client_id", client_id)];
    let told = json_of(bench.post("/vkid/oauth2/public_info", &ask("10000001")).await).await;
    assert_eq!(told["user"]["email"], "u***@***");
    assert_eq!(told["user"]["user_id"], bench.user_info("ok-5").await["user"]["user_id"]);
    let foreign = json_of(bench.post("/vkid/oauth2/public_info", &ask(FOREIGN_APP)).await).await;
    assert_eq!(foreign["error"], "invalid_token");
}

#[tokio::test]
async fn a_token_added_from_outside_is_known_until_the_reset() {
    let bench = Bench::open().await;
    let wish = json!({"provider": "google", "token": "ada", "subject": "110169484474386276334",
        "email": "ada@corp.example", "email_verified": true, "first_name": "Ada"});
    assert_eq!(bench.admin("POST", "tokens", wish).await.status(), 200);
    let user = json_of(bench.userinfo("ada").await).await;
    assert_eq!(user["sub"], "110169484474386276334");
    assert_eq!(user["email"], "ada@corp.example");
    bench.admin("POST", "reset", json!({})).await;
    assert_eq!(bench.userinfo("ada").await.status(), 401);
}

#[tokio::test]
async fn codes_come_from_outside_too() {
    let bench = Bench::open().await;
    let wish = json!({"provider": "vkid", "token": "ok-1", "client_id": "10000001",
        "code_challenge": CHALLENGE, "device_id": "device", "redirect_uri": "https://app.example/cb"});
    let code = json_of(bench.admin("POST", "codes", wish).await).await;
    let tokens = bench.exchange(code["code"].as_str().unwrap(), ("state", STATE)).await;
    assert_eq!(tokens["access_token"], "ok-1");
}

#[tokio::test]
async fn the_log_tells_how_it_was_asked_and_no_unknown_token() {
    let bench = Bench::open().await;
    bench.userinfo("ok-5").await;
    bench.get("/yandex/info?oauth_token=ya29.real").send().await.unwrap();
    bench.user_info("vkid-5").await;
    let log = bench.sandbox.log();
    assert_eq!(log[0].auth_scheme.as_deref(), Some("Bearer"));
    assert_eq!((log[0].tokens.as_slice(), log[0].token_in_url), (&["ok-5".to_owned()][..], false));
    assert_eq!(
        (log[1].tokens.as_slice(), log[1].token_in_url),
        (&["garbage".to_owned()][..], true)
    );
    assert_eq!(log[2].body_keys, ["access_token", "client_id"]);
    let told = json_of(bench.get("/_emu/log").send().await.unwrap()).await;
    assert_eq!(told[2]["endpoint"], "user_info");
    assert!(!told.to_string().contains("ya29.real"));
}

#[tokio::test]
async fn a_connection_can_be_cut_before_and_within_the_answer() {
    let bench = Bench::open().await;
    let ask = || bench.get("/google/oauth2/v3/userinfo").bearer_auth("ok-5").send();
    bench.sandbox.faults().add(Rule::new(Action::ResetBefore).when(When::First(1)));
    bench.sandbox.faults().add(Rule::new(Action::ResetMidBody).when(When::First(1)));
    bench.sandbox.faults().add(Rule::new(Action::Truncate(3)).when(When::First(1)));
    ask().await.unwrap_err();
    for _ in 0..2 {
        let started = ask().await.unwrap();
        assert_eq!(started.status(), 200);
        started.bytes().await.unwrap_err();
    }
    assert_eq!(ask().await.unwrap().json::<Value>().await.unwrap()["email"], "user5@gmail.com");
}

#[tokio::test]
async fn an_answer_can_hang_before_or_after_its_head() {
    let bench = Bench::open().await;
    let patience = Duration::from_millis(300);
    let ask =
        || bench.get("/google/oauth2/v3/userinfo").bearer_auth("ok-5").timeout(patience).send();
    bench.sandbox.faults().add(Rule::new(Action::Hang).when(When::First(1)));
    bench.sandbox.faults().add(Rule::new(Action::HangAfterHeaders).when(When::First(1)));
    assert!(ask().await.unwrap_err().is_timeout());
    let started = ask().await.unwrap();
    assert!(started.bytes().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn slow_answers_come_whole() {
    let bench = Bench::open().await;
    bench.sandbox.faults().add(Rule::new(Action::Drip(1000)).when(When::First(1)));
    bench.sandbox.faults().add(Rule::new(Action::Delay(10)));
    bench.sandbox.latency(Duration::from_millis(5));
    for _ in 0..2 {
        assert_eq!(json_of(bench.userinfo("ok-5").await).await["email"], "user5@gmail.com");
    }
}

#[tokio::test]
async fn too_much_is_sent_in_every_way() {
    let bench = Bench::open().await;
    let size = 300_000;
    for declared in [true, false] {
        let action = Action::Huge { bytes: size, declared };
        bench.sandbox.faults().replace(vec![Rule::new(action)]);
        let answer = bench.userinfo("ok-5").await;
        assert_eq!(answer.content_length(), declared.then_some(size));
        let body = answer.bytes().await.unwrap();
        assert_eq!(u64::try_from(body.len()).unwrap(), size);
        assert!(serde_json::from_slice::<Value>(&body).is_ok());
    }
    bench.sandbox.faults().replace(vec![Rule::new(Action::GzipBomb(1))]);
    let bomb = bench.userinfo("ok-5").await;
    assert_eq!(bomb.headers()["content-encoding"], "gzip");
    assert!(bomb.bytes().await.unwrap().len() < 10_000);
}

#[tokio::test]
async fn statuses_limits_and_redirects_come_on_demand() {
    let bench = Bench::open().await;
    let rules = json!([
        {"match": {"token": "ok-1"}, "action": {"status": 503}},
        {"match": {"token": "ok-2"}, "action": {"rate_limit": {"retry_after": 3}}},
        {"match": {"token": "ok-3"}, "action": {"redirect": "http://169.254.169.254/"}},
        {"match": {"token": "ok-4"}, "action": {"content_type": null}},
        {"match": {"provider": "vk"}, "action": {"vk_error": 14}},
        {"match": {"token": "expired"}, "action": {"wrong_status": 200}}
    ]);
    assert_eq!(bench.admin("PUT", "faults", rules).await.status(), 200);
    assert_eq!(bench.userinfo("ok-1").await.status(), 503);
    let limited = bench.userinfo("ok-2").await;
    assert_eq!(
        (limited.status().as_u16(), &limited.headers()["retry-after"]),
        (429, &"3".parse().unwrap())
    );
    assert_eq!(bench.userinfo("ok-3").await.headers()["location"], "http://169.254.169.254/");
    assert!(!bench.userinfo("ok-4").await.headers().contains_key("content-type"));
    assert_eq!(bench.users_get("ok-9").await["error"]["error_code"], 14);
    let lie = bench.userinfo("expired").await;
    assert_eq!(lie.status(), 200);
    assert_eq!(json_of(lie).await["error"], "invalid_request");
}

#[tokio::test]
async fn junk_is_no_answer_under_status_200() {
    let bench = Bench::open().await;
    for junk in [Junk::Html, Junk::DeepNesting, Junk::Nan, Junk::Bom, Junk::BadUtf8] {
        bench.sandbox.faults().replace(vec![Rule::new(Action::Junk(junk))]);
        let answer = bench.userinfo("ok-5").await;
        assert_eq!(answer.status(), 200);
        let body = answer.bytes().await.unwrap();
        assert!(serde_json::from_slice::<Value>(&body).is_err(), "{junk:?}");
    }
    bench.sandbox.faults().replace(vec![Rule::new(Action::Junk(Junk::DuplicateKeys))]);
    let twice = bench.userinfo("ok-5").await.text().await.unwrap();
    assert_eq!(twice.matches(r#""sub":"#).count(), 2);
    bench.sandbox.faults().replace(vec![Rule::new(Action::Body("false".to_owned()))]);
    assert_eq!(json_of(bench.userinfo("ok-5").await).await, json!(false));
}

#[tokio::test]
async fn the_keys_go_through_their_scenarios() {
    let bench = Bench::open().await;
    let certs = || async { bench.get("/google/oauth2/v3/certs").send().await.unwrap() };
    let told =
        bench.admin("POST", "keys", json!({"scenario": "rotate", "cache_control": "no-store"}));
    assert_eq!(json_of(told.await).await["signing"], "sandbox-b");
    let rotated = certs().await;
    assert_eq!(rotated.headers()["cache-control"], "no-store");
    assert_eq!(json_of(rotated).await["keys"].as_array().unwrap().len(), 1);
    bench.sandbox.keys(KeyScenario::Empty);
    assert_eq!(json_of(certs().await).await, json!({"keys": []}));
    bench.sandbox.keys(KeyScenario::Broken);
    assert_eq!(certs().await.status(), 500);
    let set = json!({"keys": [bench.sandbox.jwk(KeyName::Stranger, "mine")]});
    bench.sandbox.keys(KeyScenario::Custom(set.clone()));
    assert_eq!(json_of(certs().await).await, set);
}

#[tokio::test]
async fn a_stopped_sandbox_answers_nobody() {
    let bench = Bench::open().await;
    let url = bench.url("/google/oauth2/v3/certs");
    bench.userinfo("ok-1").await;
    bench.sandbox.stop().await;
    client(Some("test/1")).get(url).send().await.unwrap_err();
}
