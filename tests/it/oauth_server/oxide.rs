//! What oxide-auth does not do, or does otherwise than the RFCs want: each finding closed.

use cambio::{
    domain::client::{ClientKind, GrantType, RedirectUri},
    usecases::clients::RegisterClient,
};

use super::{
    browser::{Browser, sent},
    flow::{CALLBACK, VERIFIER, ask, challenge, redemption, web},
};
use crate::support::{House, callers::wish};

const ADA: &str = "ada@example.com";

async fn house() -> House {
    let house = House::open().await;
    house.activated("ada").await;
    house
}

#[tokio::test]
async fn ox2_ox3_a_parameter_twice_is_refused_and_nobody_is_sent_anywhere() {
    let house = house().await;
    let client = house.web_client("web-client").await;
    for name in ["code_challenge", "redirect_uri", "scope", "state", "client_id"] {
        let said = house.get(&format!("{}&{name}=x&{name}=y", ask(&client, &[]))).expect(400).await;
        assert_eq!(said.header("location"), "", "{name}");
    }
    let twice =
        format!("grant_type=client_credentials&client_id={}&scope=read&scope=write", client.id);
    let said =
        house.post("/oauth/token").body("application/x-www-form-urlencoded", twice).expect(400);
    said.await.error("invalid_request");
}

#[tokio::test]
async fn ox4_a_code_that_is_not_good_is_an_invalid_grant() {
    let house = house().await;
    let client = house.web_client("web-client").await;

    let said = house.redeem(&client, "cac_nobody-knows-this-code").expect(400).await;
    said.error("invalid_grant");

    let code = Browser::new(&house).code(&client, ADA).await;
    let wrong = VERIFIER.replace('d', "e");
    let mut fields = redemption(&code);
    fields[3].1 = &wrong;
    house.token(&client, &fields).expect(400).await.error("invalid_grant");
}

#[tokio::test]
async fn ox5_an_attempt_that_fails_burns_no_code() {
    let house = house().await;
    let (client, other) =
        (house.web_client("web-client").await, house.web_client("other-client").await);
    let code = Browser::new(&house).code(&client, ADA).await;
    let mut wrong = redemption(&code);
    wrong[2].1 = "https://app.example/other";

    house.redeem(&other, &code).expect(400).await;
    house.token(&client, &wrong).expect(400).await;

    house.redeem(&client, &code).expect(200).await;
}

#[tokio::test]
async fn ox6_a_code_used_twice_ends_its_tokens() {
    let house = house().await;
    let client = house.web_client("web-client").await;
    let code = Browser::new(&house).code(&client, ADA).await;
    let access = house.redeem(&client, &code).expect(200).await.text_of("access_token");

    house.redeem(&client, &code).expect(400).await.error("invalid_grant");

    house.me(&access).expect(401).await;
}

#[tokio::test]
async fn ox7_the_same_client_in_header_and_body_is_one_client() {
    let house = house().await;
    let client = house.web_client("web-client").await;
    let code = Browser::new(&house).code(&client, ADA).await;
    let secret = client.secret.clone().unwrap();
    let mut fields = redemption(&code).to_vec();
    fields.push(("client_id", &client.id));

    house.post("/oauth/token").basic(&client.id, &secret).form(&fields).expect(200).await;
}

#[tokio::test]
async fn ox8_a_refresh_takes_the_client_from_the_body_too() {
    let house = house().await;
    let client = house.web_client("web-client").await;
    let code = Browser::new(&house).code(&client, ADA).await;
    let refresh = house.redeem(&client, &code).expect(200).await.text_of("refresh_token");

    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    house.token(&client, &fields).expect(200).await;
}

#[tokio::test]
async fn ox9_a_public_clients_refresh_token_is_its_own() {
    let house = house().await;
    let (app, other) = (house.app_client("app-client").await, house.app_client("other-app").await);
    let code = Browser::new(&house).code(&app, ADA).await;
    let refresh = house.redeem(&app, &code).expect(200).await.text_of("refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];

    house.post("/oauth/token").form(&fields).expect(401).await.error("invalid_client");
    house.token(&other, &fields).expect(400).await.error("invalid_grant");

    house.token(&app, &fields).expect(200).await;
}

#[tokio::test]
async fn ox10_the_port_of_a_loopback_address_does_not_count_and_that_of_a_name_does() {
    let house = house().await;
    let places = ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost:9/cb"];
    let redirect_uris = places.map(|uri| RedirectUri::parse(uri).unwrap()).to_vec();
    let wish = RegisterClient { redirect_uris, ..web("native-app", ClientKind::Public) };
    let client = house.client_with(wish).await;

    for place in ["http://127.0.0.1:51004/cb", "http://[::1]:51004/cb", "http://localhost:9/cb"] {
        let said = house.get(&ask(&client, &[("redirect_uri", place)])).expect(303).await;
        assert!(said.header("location").contains("/account/sign-in"), "{place}");
    }
    let said = house.get(&ask(&client, &[("redirect_uri", "http://localhost:51004/cb")]));
    said.expect(400).await;
}

#[tokio::test]
async fn ox11_two_spellings_of_a_place_are_two_places() {
    let house = house().await;
    let client = house.web_client("web-client").await;
    for place in
        ["https://app.example/a/../cb", "HTTPS://APP.EXAMPLE:443/cb", "https://app.example:443/cb"]
    {
        let said = house.get(&ask(&client, &[("redirect_uri", place)])).expect(400).await;
        assert_eq!(said.header("location"), "");
    }
}

#[test]
fn ox12_a_script_is_no_place_to_register() {
    for uri in ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd"] {
        assert!(RedirectUri::parse(uri).is_none(), "{uri}");
    }
}

#[tokio::test]
async fn ox13_an_unknown_client_and_a_wrong_secret_are_one_answer_without_a_slow_hash() {
    let house = house().await;
    let client = house.web_client("web-client").await;
    let fields = redemption("cac_x");

    let unknown = house.post("/oauth/token").basic("nobody-here", "wrong").form(&fields).await;
    let wrong = house.post("/oauth/token").basic(&client.id, "wrong").form(&fields).await;

    assert_eq!((unknown.status, &unknown.text), (401, &wrong.text));
    assert_eq!(unknown.header("www-authenticate"), wrong.header("www-authenticate"));
    assert_eq!(house.dump("client_secrets", &["length(digest)"]).await, ["32"]);
}

#[tokio::test]
async fn ox14_tokens_and_their_lives_are_our_own() {
    let house = house().await;
    let client = house.web_client("web-client").await;
    let back = Browser::new(&house).allow(&client, ADA, &[("scope", "read")]).await;
    let code = sent(&back)["code"].clone();

    let said = house.redeem(&client, &code).expect(200).await;

    assert_eq!(
        (said.json()["expires_in"].clone(), said.text_of("scope")),
        (3600.into(), "read".into())
    );
    for token in [code, said.text_of("access_token"), said.text_of("refresh_token")] {
        assert!(token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)), "{token}");
    }
    house.forward(chrono::TimeDelta::days(13));
    let refresh = said.text_of("refresh_token");
    let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
    house.token(&client, &fields).expect(200).await;
}

#[tokio::test]
async fn ox15_who_answers_is_told_nothing_is_cached_and_basic_is_form_decoded() {
    let house = house().await;
    let secret = "per%cent and a:colon+plus".to_owned();
    let wish = RegisterClient {
        secret: Some(secret.clone().into()),
        ..web("web-client", ClientKind::Confidential)
    };
    let client = house.client_with(wish).await;
    let back = Browser::new(&house).allow(&client, ADA, &[]).await;
    assert_eq!(sent(&back)["iss"], house.base());

    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let code = sent(&back)["code"].clone();
    let fields = redemption(&code).map(|(name, value)| (name, value.to_owned()));
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let said =
        house.post("/oauth/token").basic(&client.id, &encoded).form(&fields).expect(200).await;

    assert_eq!((said.header("cache-control"), said.header("pragma")), ("no-store", "no-cache"));
}

#[tokio::test]
async fn a_client_without_the_grant_gets_no_code() {
    let house = house().await;
    let redirect_uris = vec![RedirectUri::parse(CALLBACK).unwrap()];
    let grants = vec![GrantType::RefreshToken];
    let wish = RegisterClient { grants, redirect_uris, ..wish("no-codes-app", ClientKind::Public) };
    let client = house.client_with(wish).await;

    let said = house.get(&ask(&client, &[("code_challenge", &challenge())])).await;

    assert_eq!(sent(&said)["error"], "unauthorized_client");
}
