//! How clients prove who they are at the standard endpoint (security cases 037 to 043).

use cambio::{
    domain::client::{ClientKind, GrantType},
    usecases::clients::RegisterClient,
};

use super::flow::web;
use crate::support::{House, OAuthClient, callers::wish};

const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

async fn machine(house: &House, id: &str) -> OAuthClient {
    let grants = vec![GrantType::ClientCredentials];
    house.client_with(RegisterClient { grants, ..wish(id, ClientKind::Confidential) }).await
}

#[tokio::test]
async fn case_037_a_wrong_missing_or_empty_secret_is_an_invalid_client() {
    let house = House::open().await;
    let client = machine(&house, "machine-one").await;
    let post = || house.post("/oauth/token");
    let named =
        |secret: &'static str| [OWN[0], ("client_id", "machine-one"), ("client_secret", secret)];
    let calls = [
        post().form(&named("wrong")),
        post().form(&named("")),
        post().form(&[OWN[0], ("client_id", "machine-one")]),
        post().form(&OWN),
        post().basic(&client.id, "").form(&OWN),
        post().basic(&client.id, "wrong").form(&OWN),
        post().header("Authorization", "Basic !!!").form(&OWN),
        post().header("Authorization", "Basic /////w==").form(&OWN),
    ];
    for call in calls {
        let said = call.expect(401).await;
        assert!(said.header("www-authenticate").starts_with("Basic "));
        said.error("invalid_client");
    }
}

#[tokio::test]
async fn case_038_two_ways_of_proof_are_refused_whichever_is_right() {
    let house = House::open().await;
    let client = machine(&house, "machine-one").await;
    machine(&house, "machine-two").await;
    let secret = client.secret.clone().unwrap();
    let post = || house.post("/oauth/token");
    let body = [OWN[0], ("client_id", &client.id), ("client_secret", &secret)];
    let other = [OWN[0], ("client_id", "machine-two")];
    for call in [
        post().basic(&client.id, "wrong").form(&body),
        post().basic(&client.id, &secret).form(&body),
        post().basic(&client.id, &secret).form(&other),
        post().basic(&client.id, &secret).basic(&client.id, &secret).form(&OWN),
        post().bearer("cat_x").form(&body),
        post().token("0123456789012345678901234567890123456789").form(&body),
    ] {
        call.expect(400).await.error("invalid_request");
    }
    let same = [OWN[0], ("client_id", client.id.as_str())];
    post().basic(&client.id, &secret).form(&same).expect(200).await;
}

#[tokio::test]
async fn case_040_a_client_gets_what_it_is_registered_for() {
    let house = House::open().await;
    let (machine, app) =
        (machine(&house, "machine-one").await, house.app_client("app-client").await);
    let code = [
        ("grant_type", "authorization_code"),
        ("code", "x"),
        ("redirect_uri", "https://x.example"),
    ];
    let convert =
        [("grant_type", "convert_token"), ("backend", "google-oauth2"), ("token", "ok-1")];
    let password = [("grant_type", "password"), ("username", "a"), ("password", "b")];
    for (client, fields) in [
        (&app, &OWN[..]),
        (&machine, &code[..]),
        (&machine, &convert[..]),
        (&machine, &password[..]),
        (&app, &password[..]),
    ] {
        house.token(client, fields).expect(400).await.error("unauthorized_client");
    }
    let said = house.token(&machine, &[("grant_type", "implicit")]).expect(400).await;
    said.error("unsupported_grant_type");
    house.token(&machine, &[]).expect(400).await.error("invalid_request");
}

#[tokio::test]
async fn case_043_a_client_that_is_switched_off_gets_nothing_and_its_tokens_are_dead() {
    let house = House::open().await;
    let client = machine(&house, "machine-one").await;
    let asking = house.client_with(web("asking-one", ClientKind::Confidential)).await;
    let token = house.token(&client, &OWN).expect(200).await.text_of("access_token");
    house.tamper("update clients set enabled = false where client_id = 'machine-one'").await;

    house.token(&client, &OWN).expect(401).await.error("invalid_client");
    house.me(&token).expect(401).await;
    assert!(!house.is_live(&asking, &token).await);
}

#[tokio::test]
async fn case_049_a_client_is_never_taken_for_a_person() {
    let house = House::open().await;
    let client = machine(&house, "machine-one").await;
    let token = house.token(&client, &OWN).expect(200).await.text_of("access_token");

    let said = house.me(&token).await;
    assert!([401, 403].contains(&said.status), "{said:?}");
    let live = house.post("/oauth/introspect").form(&client.signed(&[("token", &token)]));
    let live = live.expect(200).await.json();
    assert_eq!((&live["active"], live.get("sub")), (&true.into(), None));
}
