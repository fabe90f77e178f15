//! Token exchange of a provider's token (RFC 8693).

use cambio::sandbox::Provider;

use crate::support::{House, OAuthClient, people::google};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

fn fields<'a>(token: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let usual = [
        ("grant_type", GRANT),
        ("subject_token", token),
        ("subject_token_type", ACCESS),
        ("subject_issuer", "google-oauth2"),
    ];
    let given = |name: &str| more.iter().any(|(field, _)| *field == name);
    let all = usual.into_iter().filter(|(name, _)| !given(name)).chain(more.iter().copied());
    all.filter(|(_, value)| !value.is_empty()).collect()
}

async fn house() -> (House, OAuthClient) {
    let house = House::open().await;
    house.sandbox.add_token(google("exchanged-1", "ada@gmail.com"));
    let client = house.client("web-client").await;
    (house, client)
}

#[tokio::test]
async fn a_providers_token_is_exchanged_for_ours() {
    let (house, client) = house().await;

    let said = house.token(&client, &fields("exchanged-1", &[])).expect(200).await;

    assert_eq!(
        (said.text_of("issued_token_type"), said.text_of("token_type")),
        (ACCESS.into(), "Bearer".into())
    );
    let me = house.me(&said.text_of("access_token")).expect(200).await;
    assert_eq!(me.json()["email"], "ada@gmail.com");
    assert!(said.json()["refresh_token"].is_string() && said.json().get("user").is_none());
}

#[tokio::test]
async fn a_subject_token_that_is_not_good_is_an_invalid_request() {
    let (house, client) = house().await;
    for (token, more) in [
        ("nobody-knows-this", &[][..]),
        ("exchanged-1", &[("subject_token_type", "urn:example:strange")]),
        ("exchanged-1", &[("subject_token_type", "access_token")]),
        ("exchanged-1", &[("subject_token_type", "")]),
        ("exchanged-1", &[("subject_issuer", "strange")]),
        ("exchanged-1", &[("subject_issuer", "")]),
        ("exchanged-1", &[("actor_token", "x"), ("actor_token_type", ACCESS)]),
        ("exchanged-1", &[("requested_token_type", "urn:ietf:params:oauth:token-type:id_token")]),
        ("", &[]),
    ] {
        house.token(&client, &fields(token, more)).expect(400).await.error("invalid_request");
    }
    for name in ["audience", "resource"] {
        let said = house.token(&client, &fields("exchanged-1", &[(name, "https://api.example")]));
        said.expect(400).await.error("invalid_target");
    }
    let said =
        house.token(&client, &fields("exchanged-1", &[("scope", "admin")])).expect(400).await;
    said.error("invalid_scope");
}

#[tokio::test]
async fn nobody_is_asked_for_a_client_that_may_not() {
    let (house, _) = house().await;
    let other = house.web_client("other-client").await;
    let asked = house.sandbox.log().len();

    house.token(&other, &fields("exchanged-1", &[])).expect(400).await.error("unauthorized_client");
    let wrong = OAuthClient { secret: Some("wrong".into()), ..other };
    house.token(&wrong, &fields("exchanged-1", &[])).expect(401).await.error("invalid_client");

    assert_eq!(house.sandbox.log().len(), asked);
    let _ = Provider::Google;
}
