//! `o/{provider}/`: signing in on a provider's own page.

use chrono::TimeDelta;
use reqwest::{Client, Url, redirect::Policy};
use serde_json::json;

use crate::support::{Call, House, Said, people::google};

/// The page of the front-end that people come back to.
const BACK: &str = "https://app.example.org/social?from=cambio";

async fn house() -> House {
    House::with(&[("social_login.redirect_uris", BACK)]).await
}

/// A browser that has set out.
struct Trip {
    page: Url,
    cookie: String,
}

fn ask(house: &House, provider: &str, redirect_uri: &str) -> Call {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("redirect_uri", redirect_uri)
        .finish();
    house.get(&format!("/auth/o/{provider}/?{query}"))
}

async fn set_out(house: &House, provider: &str) -> Trip {
    let said = ask(house, provider, BACK).expect(200).await;
    let cookie = said.header("set-cookie").split(';').next().unwrap().to_owned();
    Trip { page: said.text_of("authorization_url").parse().unwrap(), cookie }
}

impl Trip {
    /// Chooses somebody on the page; tells the words it sends one back with.
    async fn choose(&self, who: &str) -> Vec<(String, String)> {
        let mut page = self.page.clone();
        page.query_pairs_mut().append_pair("login_hint", who);
        let answer = browser().get(page).send().await.unwrap();
        let back = answer.headers()["location"].to_str().unwrap().to_owned();
        assert!(back.starts_with(BACK), "{back}");
        back.parse::<Url>().unwrap().query_pairs().into_owned().collect()
    }

    /// Comes back to the house with those words.
    async fn land(&self, house: &House, provider: &str, words: &[(String, String)]) -> Said {
        let words: Vec<_> = words.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let call = house.post(&format!("/auth/o/{provider}/"));
        call.header("cookie", &self.cookie).form(&words).await
    }
}

#[expect(clippy::disallowed_methods, reason = "somebody's browser, not Cambio's egress")]
fn browser() -> Client {
    let plain = Client::builder().no_proxy().redirect(Policy::none());
    plain.user_agent("browser").build().unwrap()
}

#[tokio::test]
async fn the_page_of_every_provider_leads_to_a_pair_of_jwts() {
    let house = house().await;
    for (provider, user) in [
        ("google-oauth2", "user7@mail.example"),
        ("yandex-oauth2", "user7@yandex.ru"),
        ("vk-oauth2", ""),
    ] {
        let trip = set_out(&house, provider).await;
        let words = trip.choose("ok-7").await;
        let said = trip.land(&house, provider, &words).await.with_status(201);

        assert!(!said.text_of("refresh").is_empty());
        assert_eq!(said.text_of("user").split('@').count(), user.split('@').count(), "{provider}");
        let access = said.text_of("access");
        house
            .get("/auth/users/me/")
            .header("Authorization", &format!("JWT {access}"))
            .expect(200)
            .await;
    }
}

#[tokio::test]
async fn the_page_is_asked_for_a_code_with_pkce_and_a_state_that_tells_nothing() {
    let house = house().await;
    let trip = set_out(&house, "google-oauth2").await;
    let told: std::collections::HashMap<_, _> = trip.page.query_pairs().into_owned().collect();

    assert_eq!(told["response_type"], "code");
    assert_eq!(told["redirect_uri"], BACK);
    assert_eq!(told["code_challenge_method"], "S256");
    assert_eq!(told["scope"], "openid email profile");
    assert_eq!(told["client_id"], house.sandbox.apps().google_client_ids[0]);
    assert!(told["state"].len() >= 32 && !told["state"].contains(['.', '=', '+', '/']));
    assert!(trip.cookie.starts_with("cambio-browser="));
}

#[tokio::test]
async fn the_same_person_comes_back_to_the_same_account_whichever_way() {
    let house = house().await;
    let web = house.client("web").await;
    let access =
        house.convert(&web, "google-oauth2", "ok-7").expect(200).await.text_of("access_token");
    let first = house.me(&access).expect(200).await.json();

    let trip = set_out(&house, "google-oauth2").await;
    let words = trip.choose("ok-7").await;
    let said = trip.land(&house, "google-oauth2", &words).await.with_status(201);

    house.me(&said.text_of("access")).expect(200).await.is(&first);
}

#[tokio::test]
async fn a_state_is_good_once() {
    let house = house().await;
    let trip = set_out(&house, "yandex-oauth2").await;
    let words = trip.choose("ok-7").await;

    trip.land(&house, "yandex-oauth2", &words).await.with_status(201);
    let again = trip.land(&house, "yandex-oauth2", &words).await.with_status(400);

    assert!(again.json()["non_field_errors"].is_array());
}

#[tokio::test]
async fn a_state_is_good_for_ten_minutes() {
    let house = house().await;
    let trip = set_out(&house, "vk-oauth2").await;
    let words = trip.choose("ok-7").await;
    house.forward(TimeDelta::minutes(10));

    trip.land(&house, "vk-oauth2", &words).await.with_status(400);
}

#[tokio::test]
async fn nobody_is_signed_in_with_the_state_of_another_browser() {
    let house = house().await;
    let mallory = set_out(&house, "google-oauth2").await;
    let words = mallory.choose("ok-666").await;
    let victim = set_out(&house, "google-oauth2").await;
    assert_ne!(mallory.cookie, victim.cookie);

    victim.land(&house, "google-oauth2", &words).await.with_status(400);
    let bare: Vec<_> = words.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    house.post("/auth/o/google-oauth2/").form(&bare).expect(400).await;
    // Nothing was used up by that.
    mallory.land(&house, "google-oauth2", &words).await.with_status(201);
}

#[tokio::test]
async fn a_state_of_one_provider_is_none_of_another() {
    let house = house().await;
    let trip = set_out(&house, "google-oauth2").await;
    let words = trip.choose("ok-7").await;

    trip.land(&house, "yandex-oauth2", &words).await.with_status(400);
}

#[tokio::test]
async fn a_bent_state_a_bad_code_and_a_no_are_refused_alike() {
    let house = house().await;
    let trip = set_out(&house, "google-oauth2").await;
    let denied = trip.choose("denied").await;
    let good = trip.choose("ok-7").await;
    let with = |name: &str, value: &str| -> Vec<(String, String)> {
        let rest = good.iter().filter(|(known, _)| known != name).cloned();
        rest.chain([(name.to_owned(), value.to_owned())]).collect()
    };
    let bent: Vec<Vec<(String, String)>> = vec![
        denied,
        with("code", "made-up"),
        with("state", "wrong"),
        with("state", ""),
        Vec::new(),
    ];
    for words in bent {
        let said = trip.land(&house, "google-oauth2", &words).await.with_status(400);
        assert!(said.json()["non_field_errors"].is_array(), "{words:?}");
    }
}

#[tokio::test]
async fn state_and_code_may_stand_in_the_query_and_never_in_json() {
    let house = house().await;
    let trip = set_out(&house, "google-oauth2").await;
    let words = trip.choose("ok-7").await;
    let body: serde_json::Map<_, _> = words.iter().map(|(k, v)| (k.clone(), json!(v))).collect();
    let path = "/auth/o/google-oauth2/";
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(&words).finish();

    let cookie = trip.cookie.as_str();
    house.post(path).header("cookie", cookie).json(&body.into()).expect(400).await;
    house.post(&format!("{path}?{query}")).header("cookie", cookie).form(&[]).expect(201).await;
}

#[tokio::test]
async fn people_are_sent_back_to_allowed_addresses_alone() {
    let house = house().await;
    for uri in
        ["https://evil.example/", "https://app.example.org/social", "", &format!("{BACK}&x=1")]
    {
        let said = ask(&house, "google-oauth2", uri).expect(400).await;
        assert!(said.json().is_string(), "{uri}");
    }
    house.get("/auth/o/google-oauth2/").expect(400).await;
    let strict = House::open().await;
    ask(&strict, "google-oauth2", BACK).expect(400).await;
}

#[tokio::test]
async fn unknown_providers_and_other_methods_are_told() {
    let house = house().await;
    ask(&house, "facebook", BACK).expect(404).await;
    house.post("/auth/o/facebook/").form(&[]).expect(404).await;
    let put =
        house.call(reqwest::Method::PUT, "/auth/o/google-oauth2/").form(&[]).expect(405).await;
    assert_eq!(put.header("allow"), "GET, POST, HEAD, OPTIONS");
}

#[tokio::test]
async fn an_address_of_somebody_else_is_linked_only_as_far_as_the_rule_goes() {
    let house = House::with(&[
        ("social_login.redirect_uris", BACK),
        ("providers.google-oauth2.link_existing", "never"),
    ])
    .await;
    house.sandbox.add_token(google("ada", "ada@example.com"));
    house.activated("ada").await;
    let trip = set_out(&house, "google-oauth2").await;
    let words = trip.choose("ada").await;

    let said = trip.land(&house, "google-oauth2", &words).await.with_status(400);

    assert!(said.json()["non_field_errors"].is_array());
}

#[tokio::test]
async fn the_ties_one_has_can_be_looked_at_and_cut() {
    let house = house().await;
    house.sandbox.add_token(google("ada", "ada@example.com"));
    house.activated("ada").await;
    let trip = set_out(&house, "google-oauth2").await;
    let words = trip.choose("ada").await;
    let access =
        trip.land(&house, "google-oauth2", &words).await.with_status(201).text_of("access");

    let ties = house.get("/auth/associations/").bearer(&access).expect(200).await.json();
    assert_eq!(ties[0]["backend"], "google-oauth2");
    assert_eq!(ties[0]["uid"], "108204268033311374519");
    house.post("/auth/disconnect-backend/").bearer(&access).json(&ties[0]).expect(204).await;
    house.get("/auth/associations/").bearer(&access).expect(200).await.is(&json!([]));
    house.get("/auth/associations/").expect(401).await;
    house.log_in("ada@example.com").expect(200).await;
}
