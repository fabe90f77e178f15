//! `convert-token/`: what it answers, and to whom the answer belongs.

use serde_json::json;

use super::{desk::Desk, scene::Scene};
use crate::support::{House, Said, callers::wish};
use cambio::{
    domain::client::{ClientKind, GrantType},
    sandbox::{NewToken, Provider},
    usecases::clients::RegisterClient,
};

async fn id_of(house: &House, said: &Said) -> i64 {
    house.me(&said.text_of("access_token")).expect(200).await.json()["id"].as_i64().unwrap()
}

#[tokio::test]
async fn the_answer_has_exactly_this_shape() {
    let scene = Scene::at(Desk::GoogleAccessToken).await;
    let said = scene.converts(&scene.plain()).await.with_status(200);
    let (access, refresh) = (said.text_of("access_token"), said.text_of("refresh_token"));
    let user = format!(
        r#"{{"email":"user{}@gmail.com","first_name":"Ada","last_name":"Shevchenko"}}"#,
        scene.n
    );
    let whole = format!(
        r#"{{"access_token":"{access}","expires_in":3600,"token_type":"Bearer","scope":"read write","refresh_token":"{refresh}","user":{user}}}"#
    );
    assert_eq!(said.text, whole);
}

#[tokio::test]
async fn tokens_tell_what_they_are_and_hold_256_random_bits() {
    let scene = Scene::at(Desk::YandexToken).await;
    let said = scene.converts(&scene.plain()).await;
    for (field, prefix) in [("access_token", "cat_"), ("refresh_token", "crt_")] {
        let token = said.text_of(field);
        let random = token.strip_prefix(prefix).unwrap();
        let base64url = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        assert!(random.len() == 43 && random.bytes().all(base64url), "{token}");
    }
}

#[tokio::test]
async fn no_cache_keeps_the_answer_and_no_header_tells_more_than_it_must() {
    let scene = Scene::at(Desk::YandexToken).await;
    let good = scene.converts(&scene.plain()).await.with_status(200);
    let bad = scene.converts(&scene.shows("garbage")).await.with_status(400);
    for said in [good, bad] {
        assert_eq!(said.header("content-type"), "application/json");
        assert_eq!((said.header("cache-control"), said.header("pragma")), ("no-store", "no-cache"));
        assert_eq!(said.header("x-content-type-options"), "nosniff");
        assert_eq!(said.header("x-frame-options"), "DENY");
        for none in ["server", "etag", "set-cookie", "location", "access-control-allow-origin"] {
            assert_eq!(said.header(none), "", "{none}");
        }
    }
}

#[tokio::test]
async fn the_lifetime_told_is_the_one_that_is_set() {
    let settings = [("tokens.access_lifetime_seconds", "60")];
    let scene = Scene::with(Desk::YandexToken, &settings).await;
    let said = scene.converts(&scene.plain()).await;
    assert_eq!(said.json()["expires_in"], 60);
}

#[tokio::test]
async fn the_second_conversion_is_the_same_person_with_other_tokens() {
    let scene = Scene::at(Desk::GoogleIdToken).await;
    let first = scene.converts(&scene.plain()).await.with_status(200);
    let second = scene.converts(&scene.plain()).await.with_status(200);

    assert_eq!(id_of(&scene.house, &first).await, id_of(&scene.house, &second).await);
    for field in ["access_token", "refresh_token"] {
        assert_ne!(first.text_of(field), second.text_of(field));
    }
    assert_eq!(scene.house.accounts().await.len(), 1);
}

/// The same person at two desks.
async fn is_one_person(one: Desk, other: Desk) {
    let scene = Scene::at(one).await;
    scene.converts(&scene.plain()).await.with_status(200);
    let shown = other.shows(&scene.house.sandbox, &other.name(scene.n));
    scene.converts(&shown).await.with_status(200);
    assert_eq!(scene.house.accounts().await.len(), 1);
}

#[tokio::test]
async fn both_tokens_of_google_are_one_person() {
    is_one_person(Desk::GoogleAccessToken, Desk::GoogleIdToken).await;
}

#[tokio::test]
async fn both_tokens_of_yandex_are_one_person() {
    is_one_person(Desk::YandexToken, Desk::YandexJwt).await;
}

#[tokio::test]
async fn a_code_and_a_token_of_vk_id_are_one_person() {
    is_one_person(Desk::VkCode, Desk::VkAccessToken).await;
}

#[tokio::test]
async fn both_tokens_of_vk_id_are_one_person() {
    is_one_person(Desk::VkAccessToken, Desk::VkIdToken).await;
}

#[tokio::test]
async fn the_old_vk_and_vk_id_are_one_person() {
    is_one_person(Desk::VkLegacy, Desk::VkAccessToken).await;
}

#[tokio::test]
async fn one_id_at_two_providers_is_two_people() {
    let scene = Scene::at(Desk::YandexToken).await;
    for provider in [Provider::Google, Provider::Yandex, Provider::VkId] {
        scene.house.sandbox.add_token(NewToken::new(provider, "one-id", "111111"));
    }
    for desk in [Desk::GoogleAccessToken, Desk::YandexToken, Desk::VkAccessToken] {
        scene.converts(&desk.token("one-id")).await.with_status(200);
    }
    assert_eq!(scene.house.accounts().await.len(), 3);
}

#[tokio::test]
async fn a_new_address_at_the_provider_is_still_the_same_person() {
    let scene = Scene::at(Desk::GoogleAccessToken).await;
    for email in ["old", "new"] {
        let mut token = NewToken::new(Provider::Google, email, "123456789");
        token.email = Some(format!("{email}@gmail.com"));
        token.email_verified = true;
        scene.house.sandbox.add_token(token);
        scene.house.convert(&scene.client, "google-oauth2", email).expect(200).await;
    }
    let accounts = scene.house.accounts().await;
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].email.as_ref().unwrap().as_str(), "old@gmail.com");
}

#[tokio::test]
async fn json_and_form_and_multipart_are_read_alike() {
    let scene = Scene::at(Desk::YandexToken).await;
    let shown = scene.plain();
    let fields = scene.client.signed(&shown.fields());
    let whole: serde_json::Map<_, _> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let part = |(name, value): &(&str, &str)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let parts: String = fields.iter().map(part).chain(["--x--\r\n".to_owned()]).collect();
    let post = || scene.house.post("/auth/convert-token/");

    post().json(&whole.into()).expect(200).await;
    post().form(&fields).expect(200).await;
    post().body("multipart/form-data; boundary=x", parts).expect(200).await;
    assert_eq!(scene.house.accounts().await.len(), 1);
}

#[tokio::test]
async fn the_slash_at_the_end_may_be_left_out() {
    let scene = Scene::at(Desk::YandexToken).await;
    let shown = scene.plain();
    let fields = scene.client.signed(&shown.fields());
    scene.house.post("/auth/convert-token").form(&fields).expect(200).await;
}

#[tokio::test]
async fn the_token_endpoint_converts_too() {
    let scene = Scene::at(Desk::YandexToken).await;
    let shown = scene.plain();
    let fields = scene.client.signed(&shown.fields());
    let said = scene.house.post("/auth/token/").form(&fields).expect(200).await;
    assert_eq!(said.json()["user"]["email"], scene.desk.email(scene.n));
}

#[tokio::test]
async fn unknown_parameters_are_passed_over() {
    let scene = Scene::at(Desk::YandexToken).await;
    let shown = scene.plain().with("redirect", "x").with("is_admin", "true").with("id", "1");
    scene.converts(&shown).await.with_status(200);
    assert!(!scene.house.accounts().await[0].is_admin);
}

#[tokio::test]
async fn a_provider_may_go_by_other_names() {
    let aliases = [("providers.vk-oauth2.aliases", r#"["vk", "vk-id"]"#)];
    let scene = Scene::with(Desk::VkAccessToken, &aliases).await;
    for backend in ["vk", "vk-id", "vk-oauth2"] {
        let name = scene.desk.name(scene.n);
        scene.house.convert(&scene.client, backend, &name).expect(200).await;
    }
    assert_eq!(scene.house.accounts().await.len(), 1);
}

#[tokio::test]
async fn a_client_that_may_not_refresh_gets_no_refresh_token() {
    let scene = Scene::at(Desk::YandexToken).await;
    let wish = RegisterClient {
        grants: vec![GrantType::ConvertToken],
        ..wish("brief-client", ClientKind::Public)
    };
    let brief = scene.house.client_with(wish).await;
    let said = scene.house.show(&brief, &scene.plain()).expect(200).await;
    assert_eq!(said.json().get("refresh_token"), None);
}

#[tokio::test]
async fn an_access_token_opens_only_as_bearer_and_a_refresh_token_opens_nothing() {
    let scene = Scene::at(Desk::YandexToken).await;
    let said = scene.converts(&scene.plain()).await;
    let (access, refresh) = (said.text_of("access_token"), said.text_of("refresh_token"));
    scene.house.me(&access).expect(200).await;
    scene.house.get("/auth/users/me/").token(&access).expect(401).await;
    scene.house.me(&refresh).expect(401).await;
    scene.house.get("/auth/users/me/").expect(401).await;
    scene.house.refresh(&scene.client, &access).expect(400).await.error("invalid_grant");
}

#[tokio::test]
async fn a_bad_credential_in_the_header_is_told_of_first() {
    let scene = Scene::at(Desk::YandexToken).await;
    let call = scene.house.show(&scene.client, &scene.plain());
    call.bearer("cat_unknown").expect(401).await;
    assert!(scene.house.sandbox.log().is_empty());
}

#[tokio::test]
async fn tokens_of_ours_stand_in_no_line_of_the_log() {
    let scene = Scene::at(Desk::YandexToken).await;
    let said = scene.converts(&scene.plain()).await;
    let next = scene.house.refresh(&scene.client, &said.text_of("refresh_token")).await;
    let secret = scene.client.secret.clone().unwrap();
    for answer in [&said, &next] {
        for field in ["access_token", "refresh_token"] {
            let lines = crate::support::logs::lines_with(&answer.text_of(field));
            assert!(lines.is_empty(), "{lines:?}");
        }
    }
    assert!(crate::support::logs::lines_with(&secret).is_empty());
}
