//! Google's `id_token`: which signatures, which claims, and for how long.

use cambio::sandbox::{IdToken, KeyName, Provider, Seal};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    desk::{Desk, Shown},
    scene::Scene,
};

/// An `id_token` bent by hand.
fn bent(scene: &Scene, bend: impl FnOnce(IdToken<'_>) -> IdToken<'_>) -> Shown {
    let token = scene.house.sandbox.id_token(Provider::Google, &scene.desk.name(scene.n));
    Desk::GoogleIdToken.token(&bend(token).mint().unwrap())
}

async fn is_refused(bend: impl FnOnce(IdToken<'_>) -> IdToken<'_>) {
    let scene = Scene::at(Desk::GoogleIdToken).await;
    let shown = bent(&scene, bend);
    scene.refuses(&shown).await;
    // The good one is still good: what was refused was the bend.
    scene.converts(&scene.plain()).await.with_status(200);
}

async fn is_taken(bend: impl FnOnce(IdToken<'_>) -> IdToken<'_>) {
    let scene = Scene::at(Desk::GoogleIdToken).await;
    let shown = bent(&scene, bend);
    scene.converts(&shown).await.with_status(200);
}

/// Noon of the house's first day.
const NOW: i64 = 1_709_208_000;

macro_rules! bent {
    ($verdict:ident; $($name:ident: |$token:ident| $bent:expr;)+) => {$(
        #[tokio::test]
        async fn $name() {
            $verdict(|$token| $bent).await;
        }
    )+};
}

bent! { is_refused;
    an_unsigned_token: |it| it.seal(Seal::Unsigned);
    an_unsigned_token_that_names_our_key:
        |it| it.seal(Seal::Unsigned).header("kid", KeyName::A.kid());
    an_unsigned_token_that_says_it_is_signed:
        |it| it.seal(Seal::Unsigned).header("alg", "RS256").header("kid", KeyName::A.kid());
    a_token_signed_with_the_public_key_as_a_secret: |it| it.seal(Seal::Hs256PublicKey(KeyName::A));
    a_token_signed_with_the_public_key_as_a_secret_that_says_rs256:
        |it| it.seal(Seal::Hs256PublicKey(KeyName::A)).header("alg", "RS256");
    a_token_signed_with_the_client_id_as_a_secret:
        |it| it.seal(Seal::Hs256("demo-web.apps.googleusercontent.com".to_owned()));
    a_token_signed_by_a_stranger: |it| it.seal(Seal::Rs256(KeyName::Stranger));
    a_token_signed_by_a_stranger_in_googles_name:
        |it| it.seal(Seal::Rs256(KeyName::Stranger)).header("kid", KeyName::A.kid());
    a_token_that_says_rs384: |it| it.header("alg", "RS384");
    a_token_that_says_es256: |it| it.header("alg", "ES256");
    a_token_in_other_letters: |it| it.header("alg", "rs256");
    a_token_without_an_algorithm: |it| it.header("alg", Value::Null);
    a_token_that_brings_its_own_address_of_keys:
        |it| it.seal(Seal::Rs256(KeyName::Stranger)).header("jku", "http://127.0.0.1:1/");
    a_token_with_an_extension_that_must_be_understood: |it| it.header("crit", json!(["b64"]));
    a_token_of_another_issuer: |it| it.claim("iss", "https://accounts.google.com.evil.test");
    a_token_without_an_issuer: |it| it.claim("iss", Value::Null);
    a_token_for_another_application: |it| it.claim("aud", "99999999");
    a_token_for_nobody: |it| it.claim("aud", Value::Null);
    a_token_for_an_empty_list: |it| it.claim("aud", json!([]));
    a_token_asked_for_by_another_application: |it| it.claim("azp", "99999999");
    a_token_for_us_and_another_that_the_other_asked_for:
        |it| it.claim("aud", json!(["demo-web.apps.googleusercontent.com", "9"])).claim("azp", "9");
    a_token_for_us_and_another_that_nobody_asked_for:
        |it| it.claim("aud", json!(["demo-web.apps.googleusercontent.com", "9"]))
            .claim("azp", Value::Null);
    a_token_that_ended_a_minute_ago: |it| it.claim("exp", NOW - 60);
    a_token_without_an_end: |it| it.claim("exp", Value::Null);
    a_token_whose_end_is_a_text: |it| it.claim("exp", "9999999999");
    a_token_whose_end_is_a_list: |it| it.claim("exp", json!([NOW + 60]));
    a_token_whose_end_is_negative: |it| it.claim("exp", -1);
    a_token_of_the_future: |it| it.claim("iat", NOW + 61);
    a_token_that_is_not_good_yet: |it| it.claim("nbf", NOW + 61);
    a_token_without_a_time_of_issue: |it| it.claim("iat", Value::Null);
    a_token_issued_more_than_an_hour_ago: |it| it.claim("iat", NOW - 3601);
    a_token_with_a_nonce_nobody_sent: |it| it.claim("nonce", "n-0S6_WzA2Mj");
    a_token_with_a_nonce_that_is_no_text: |it| it.claim("nonce", 1);
}

bent! { is_taken;
    a_token_of_the_issuers_short_name: |it| it.claim("iss", "accounts.google.com");
    a_token_for_another_application_of_ours:
        |it| it.claim("aud", "demo-ios.apps.googleusercontent.com");
    a_token_that_one_application_of_ours_asked_for_on_behalf_of_another:
        |it| it.claim("azp", "demo-ios.apps.googleusercontent.com");
    a_token_whose_audience_is_a_list_of_one:
        |it| it.claim("aud", json!(["demo-web.apps.googleusercontent.com"])).claim("azp", Value::Null);
    a_token_that_ended_less_than_a_minute_ago: |it| it.claim("exp", NOW - 59);
    a_token_from_a_clock_a_minute_ahead: |it| it.claim("iat", NOW + 60);
    a_token_issued_an_hour_ago: |it| it.claim("iat", NOW - 3600);
    a_token_whose_header_names_other_places_and_is_not_believed:
        |it| it.header("jku", "http://127.0.0.1:1/").header("x5u", "http://127.0.0.1:1/");
}

#[tokio::test]
async fn a_token_changed_after_it_was_signed_is_refused() {
    let scene = Scene::at(Desk::GoogleIdToken).await;
    let token = scene.plain().secrets.remove(0);
    let other = scene.shows(&scene.desk.name(scene.n + 1)).secrets.remove(0);
    let parts: Vec<_> = token.split('.').collect();
    let claims_of_another = other.split('.').nth(1).unwrap();
    for changed in [
        format!("{}.{claims_of_another}.{}", parts[0], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2][..parts[2].len() - 4]),
        format!("{token}.{}", parts[2]),
    ] {
        let said = scene.house.convert(&scene.client, "google-oauth2", &changed).await;
        said.with_status(400).error("invalid_grant");
    }
    scene.nobody().await;
}

#[tokio::test]
async fn a_token_is_good_for_an_hour_by_the_clock() {
    let scene = Scene::at(Desk::GoogleIdToken).await;
    let shown = scene.plain();
    scene.house.forward(TimeDelta::seconds(3600));
    scene.converts(&shown).await.with_status(200);
    scene.house.forward(TimeDelta::seconds(1));
    scene.converts(&shown).await.with_status(400).error("invalid_grant");
}

#[tokio::test]
async fn a_shorter_age_may_be_wanted() {
    let settings = [("providers.google-oauth2.max_age_seconds", "60")];
    let scene = Scene::with(Desk::GoogleIdToken, &settings).await;
    let shown = scene.plain();
    scene.house.forward(TimeDelta::seconds(60));
    scene.converts(&shown).await.with_status(200);
    scene.house.forward(TimeDelta::seconds(1));
    scene.converts(&shown).await.with_status(400);
}

const NONCE: &str = "n-0S6_WzA2Mj";

async fn with_nonce(rule: &str, told: &str, sent: Option<&str>) -> u16 {
    let settings = [("providers.google-oauth2.nonce", rule)];
    let scene = Scene::with(Desk::GoogleIdToken, &settings).await;
    let nonce = Some(told).filter(|told| !told.is_empty());
    let mut shown = bent(&scene, |it| it.claim("nonce", nonce.map_or(Value::Null, Value::from)));
    if let Some(sent) = sent {
        shown = shown.with("nonce", sent);
    }
    scene.converts(&shown).await.status
}

#[tokio::test]
async fn a_nonce_must_be_the_one_that_was_sent() {
    assert_eq!(with_nonce("optional", NONCE, Some(NONCE)).await, 200);
    assert_eq!(with_nonce("optional", NONCE, Some("another")).await, 400);
    assert_eq!(with_nonce("optional", NONCE, None).await, 400);
    assert_eq!(with_nonce("optional", "", Some(NONCE)).await, 400);
    assert_eq!(with_nonce("optional", "", None).await, 200);
}

#[tokio::test]
async fn a_nonce_may_be_told_as_its_sha_256() {
    let hashed = hex::encode(Sha256::digest(NONCE));
    assert_eq!(with_nonce("optional", &hashed, Some(NONCE)).await, 200);
    assert_eq!(with_nonce("optional", NONCE, Some(&hashed)).await, 400);
}

#[tokio::test]
async fn a_nonce_may_be_demanded_or_passed_over() {
    assert_eq!(with_nonce("required", "", None).await, 400);
    assert_eq!(with_nonce("required", NONCE, Some(NONCE)).await, 200);
    assert_eq!(with_nonce("ignored", NONCE, None).await, 200);
    assert_eq!(with_nonce("ignored", NONCE, Some("another")).await, 200);
}

#[tokio::test]
async fn an_access_token_that_comes_along_must_be_the_one_it_was_issued_with() {
    let scene = Scene::at(Desk::GoogleIdToken).await;
    let shown =
        |at: &str| bent(&scene, |it| it.for_access_token("ya29.one")).with("access_token", at);
    scene.refuses(&shown("ya29.other")).await;
    scene.converts(&shown("ya29.one")).await.with_status(200);
}

#[tokio::test]
async fn id_tokens_may_be_switched_off() {
    let settings = [("providers.google-oauth2.accept", r#"["access_token"]"#)];
    let scene = Scene::with(Desk::GoogleIdToken, &settings).await;
    let said = scene.converts(&scene.plain()).await;
    let text = "this provider is not configured to take this kind of token";
    said.is_a(400, "invalid_request", text);
    assert!(scene.house.sandbox.log().is_empty());
}

#[tokio::test]
async fn access_tokens_may_be_switched_off() {
    let settings = [("providers.google-oauth2.accept", r#"["id_token"]"#)];
    let scene = Scene::with(Desk::GoogleAccessToken, &settings).await;
    scene.converts(&scene.plain()).await.with_status(400).error("invalid_request");
    assert!(scene.house.sandbox.log().is_empty());
}
