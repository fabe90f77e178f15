//! A copy of the database in somebody else's hands (113): no secret that was ever handed out is in it.

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cambio::{
    domain::{
        client::{ClientKind, GrantType},
        scope::ScopeSet,
    },
    usecases::clients::RegisterClient,
};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    oauth_server::{browser::Browser, flow},
    support::{Call, House, OAuthClient, callers, people::google},
};

const INITIAL: &str = "initial-access-token-of-this-house";
const NEW_PASSWORD: &str = "walrus-oyster-17";

/// What the house has handed out or been shown that nobody else may know.
#[derive(Default)]
struct Secrets(Vec<String>);

impl Secrets {
    fn add(&mut self, secret: impl Into<String>) {
        let secret = secret.into();
        // Of a JWT, what makes it one.
        let own = secret.rsplit_once('.').map_or(secret.as_str(), |(_, signature)| signature);
        assert!(own.len() >= 6, "{secret} can be found anywhere");
        self.0.push(own.to_owned());
    }

    /// Sends a call, and remembers every secret in its answer.
    async fn of(&mut self, call: Call) -> Value {
        let said = call.await;
        assert!(said.status < 400, "{said:?}");
        let fields = [
            "access_token",
            "refresh_token",
            "auth_token",
            "access",
            "refresh",
            "token",
            "id_token",
            "client_secret",
            "registration_access_token",
            "device_code",
            "user_code",
        ];
        let json = if said.text.starts_with('{') { said.json() } else { Value::Null };
        for field in fields {
            if let Some(secret) = json[field].as_str() {
                self.add(secret);
            }
        }
        json
    }

    /// The token of the latest letter to that address.
    async fn mailed(&mut self, house: &House, address: &str) -> (String, String) {
        let (uid, token) = house.mail.link_to(address).await;
        self.add(token.clone());
        (uid, token)
    }
}

/// Everything the database has: of a file its very bytes, what is free and what is not yet moved into it included.
async fn everything(house: &House) -> Vec<u8> {
    if let Some(path) = house.database_url().strip_prefix("sqlite://") {
        let parts = ["", "-wal", "-journal", "-shm"];
        let read = |part: &str| std::fs::read(format!("{path}{part}")).unwrap_or_default();
        return parts.into_iter().flat_map(read).collect();
    }
    let tables =
        "select table_name as line from information_schema.tables where table_schema = 'public'";
    let mut all = String::new();
    for table in house.lines(tables).await {
        all += &house.lines(&format!("select t::text as line from {table} t")).await.join("\n");
    }
    all.into_bytes()
}

/// The forms in which somebody might have kept it.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let hexed = |bytes: &[u8]| hex::encode(bytes).into_bytes();
    let text = secret.as_bytes();
    let whole = secret.replace('-', "");
    let mut forms = vec![text.to_vec(), hexed(text), whole.clone().into_bytes()];
    let bare = secret.rsplit_once('_').map_or(secret, |(_, random)| random);
    let raw = [URL_SAFE_NO_PAD.decode(bare).ok(), hex::decode(whole).ok()];
    for bytes in raw.into_iter().flatten() {
        if bytes.len() >= 12 {
            forms.extend([hexed(&bytes), bytes]);
        }
    }
    forms
}

/// Those of them that are in it, looked for all at once.
fn found<'n>(all: &[u8], needles: &'n [Vec<u8>]) -> Vec<&'n [u8]> {
    let mut by_head: HashMap<&[u8], Vec<&[u8]>> = HashMap::new();
    for needle in needles {
        by_head.entry(&needle[..6]).or_default().push(needle);
    }
    let heads = all.windows(6).enumerate();
    let starting = heads.filter_map(|(at, head)| Some((at, by_head.get(head)?)));
    let there = starting.flat_map(|(at, these)| these.iter().map(move |needle| (at, *needle)));
    there.filter(|(at, needle)| all[*at..].starts_with(needle)).map(|(_, needle)| needle).collect()
}

/// Registers, activates, and logs in everywhere.
async fn live(house: &House, secrets: &mut Secrets) {
    let email = "ada@example.com";
    let named = json!({ "email": email, "username": email, "password": callers::PASSWORD });
    house.register("ada").await;
    let (uid, token) = secrets.mailed(house, email).await;
    let link = json!({ "uid": uid, "token": token });
    house.post("/auth/users/activation/").json(&link).expect(204).await;
    secrets.of(house.post("/auth/token/login/").json(&named)).await;
    let pair = secrets.of(house.post("/auth/jwt/create/").json(&named)).await;
    secrets.of(house.post("/auth/jwt/refresh/").json(&json!({ "refresh": pair["refresh"] }))).await;
    let pair = secrets.of(house.post("/api/login/").json(&named)).await;
    let body = json!({ "refresh_token": pair["refresh_token"] });
    secrets.of(house.post("/api/refresh/").json(&body)).await;
    let signin = secrets.of(house.post("/signin").json(&named)).await;
    secrets.of(house.post("/refresh").bearer(signin["token"].as_str().unwrap())).await;
}

/// Tokens for a provider's token, for a code, and for a device.
async fn oauth(house: &House, secrets: &mut Secrets) {
    house.sandbox.add_token(google("provider-token-of-ada", "ada@example.com"));
    secrets.add("provider-token-of-ada");
    let client = house.client("web-client").await;
    secrets.add(client.secret.clone().unwrap());
    let pair = secrets.of(house.convert(&client, "google-oauth2", "provider-token-of-ada")).await;
    let refresh = pair["refresh_token"].as_str().unwrap();
    // Twice: the answer of the first is kept for a while, sealed.
    secrets.of(house.refresh(&client, refresh)).await;
    secrets.of(house.refresh(&client, refresh)).await;

    let wish = RegisterClient {
        scopes: ScopeSet::parse("openid email read offline_access"),
        ..flow::web("code-client", ClientKind::Confidential)
    };
    let web = house.client_with(wish).await;
    secrets.add(web.secret.clone().unwrap());
    let browser = Browser::new(house);
    let code = browser.code(&web, "ada@example.com").await;
    secrets.add(code.clone());
    secrets.add(flow::VERIFIER);
    for cookie in browser.cookies().split("; ").filter_map(|cookie| cookie.split_once('=')) {
        if cookie.1.len() >= 20 {
            secrets.add(cookie.1);
        }
    }
    secrets.of(house.redeem(&web, &code)).await;
    let unused = browser.code(&web, "ada@example.com").await;
    secrets.add(unused);

    let grants = vec![GrantType::DeviceCode];
    let tv = RegisterClient { grants, ..callers::wish("television", ClientKind::Public) };
    let tv = house.client_with(tv).await;
    secrets.of(house.post("/oauth/device").form(&tv.signed(&[]))).await;

    let body = json!({ "client_name": "App", "redirect_uris": [flow::CALLBACK] });
    secrets.of(house.post("/oauth/register").bearer(INITIAL).json(&body)).await;
    secrets.add(INITIAL);
}

/// New passwords and addresses by mailed links, used and not.
async fn letters(house: &House, secrets: &mut Secrets) {
    let email = "ada@example.com";
    for path in ["reset_password", "reset_email", "reset_username"] {
        house.forward(TimeDelta::seconds(1));
        let call = house.post(&format!("/auth/users/{path}/")).json(&json!({ "email": email }));
        call.expect(204).await;
        secrets.mailed(house, email).await;
    }
    house.forward(TimeDelta::seconds(1));
    house.post("/restore").json(&json!({ "restoring_email": email })).expect(200).await;
    let letter = house.mail.last_to(email).await.rendered.text;
    let token = letter.split("restoring=").nth(1).unwrap().split_whitespace().next().unwrap();
    secrets.add(token);
    house.post("/auth/users/reset_password/").json(&json!({ "email": email })).expect(204).await;
    let (uid, token) = secrets.mailed(house, email).await;
    let body = json!({ "uid": uid, "token": token, "new_password": NEW_PASSWORD });
    house.post("/auth/users/reset_password_confirm/").json(&body).expect(204).await;
    let said = house.log_in_with(email, NEW_PASSWORD).expect(200).await;
    let auth_token = said.text_of("auth_token");
    secrets.add(auth_token.clone());
    let body = json!({ "new_email": "new@example.com", "current_password": NEW_PASSWORD });
    house.post("/auth/users/set_email/").json(&body).token(&auth_token).expect(204).await;
    secrets.mailed(house, "new@example.com").await;
}

#[tokio::test]
async fn j113_a_copy_of_the_database_holds_no_secret_that_was_ever_told() {
    let house = House::with(&[("oauth.registration_token", INITIAL)]).await;
    let mut secrets = Secrets::default();
    secrets.add(callers::PASSWORD);
    secrets.add(NEW_PASSWORD);
    live(&house, &mut secrets).await;
    oauth(&house, &mut secrets).await;
    letters(&house, &mut secrets).await;
    let tokens = secrets.0.len();
    assert!(tokens > 40, "{tokens}");

    // As it is while it is used, and once what is over was cleared away.
    for _ in 0..2 {
        let all = everything(&house).await;
        let public = ["ada@example.com", "web-client", "$argon2id$"].map(Into::into);
        let mut known = found(&all, &public);
        known.sort_unstable();
        known.dedup();
        assert_eq!(known.len(), public.len(), "what is there is not found, nor would a secret be");
        let needles: Vec<Vec<u8>> = secrets.0.iter().flat_map(|secret| forms(secret)).collect();
        let told: Vec<_> = found(&all, &needles).into_iter().map(String::from_utf8_lossy).collect();
        assert!(told.is_empty(), "in the database: {told:?}");
        house.forward(TimeDelta::days(3));
        house.app.write(|ctx| cambio::usecases::prune::batch(ctx, 1000)).await.unwrap();
    }
}

#[tokio::test]
async fn j113_what_is_kept_for_a_retry_opens_with_the_old_token_alone() {
    let house = House::open().await;
    let client: OAuthClient = house.client("web-client").await;
    let pair = house.convert(&client, "google-oauth2", "ok-1").expect(200).await;
    let old = pair.text_of("refresh_token");
    let first = house.refresh(&client, &old).expect(200).await;
    // The sealed answers change hands: neither opens with the other's token.
    let pair = house.convert(&client, "google-oauth2", "ok-1").expect(200).await;
    let other = pair.text_of("refresh_token");
    house.refresh(&client, &other).expect(200).await;
    house.refresh(&client, &old).expect(200).await.is(&first.json());
    let kept = house.lines("select cast(count(sealed) as text) as line from refresh_tokens").await;
    assert_eq!(kept, ["2"]);
    house
        .tamper(
            "update refresh_tokens set sealed = (select sealed from refresh_tokens where sealed is not null \
             order by digest limit 1) where sealed is not null",
        )
        .await;
    let said = [house.refresh(&client, &old).await, house.refresh(&client, &other).await];
    assert_eq!(said.iter().filter(|said| said.status == 200).count(), 1, "{said:?}");
}
