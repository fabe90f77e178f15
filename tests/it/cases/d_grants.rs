//! 1.D: what a client may ask for (040, 041), and that it is no person (049).

use cambio::{
    domain::client::{ClientId, ClientKind, GrantType},
    usecases::clients::RegisterClient,
};
use serde_json::json;

use super::{
    cast::Cast,
    rows::{Must, Rows},
};
use crate::support::{OAuthClient, callers::wish, people::google};

const MAY_NOT: Must = Must::Say(400, "unauthorized_client");
const UNKNOWN: Must = Must::Say(400, "unsupported_grant_type");
const NOBODY: Must = Must::Say(401, "invalid_client");

const CODE: [(&str, &str); 3] = [
    ("grant_type", "authorization_code"),
    ("code", "cac_x"),
    ("redirect_uri", "https://x.example"),
];
const CONVERT: [(&str, &str); 3] =
    [("grant_type", "convert_token"), ("backend", "google-oauth2"), ("token", "ok-1")];
const PASSWORD: [(&str, &str); 3] =
    [("grant_type", "password"), ("username", "alice@example.com"), ("password", "x")];
const REFRESH: [(&str, &str); 2] = [("grant_type", "refresh_token"), ("refresh_token", "crt_x")];
const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];
const DEVICE: [(&str, &str); 2] =
    [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", "cdc_x")];
const EXCHANGE: [(&str, &str); 4] = [
    ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
    ("subject_token", "ok-1"),
    ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
    ("subject_issuer", "google-oauth2"),
];

#[tokio::test]
async fn d040_a_client_gets_what_it_is_registered_for_and_nothing_else() {
    let cast = Cast::open().await;
    let (conf, app, machine) = (&cast.conf, &cast.app, &cast.machine);
    let mut rows = Rows::of(&cast.house).await;
    for (client, fields) in [
        (app, &OWN[..]),
        (app, &PASSWORD),
        (app, &CONVERT),
        (app, &DEVICE),
        (app, &EXCHANGE),
        (machine, &CODE),
        (machine, &REFRESH),
        (machine, &PASSWORD),
        (machine, &CONVERT),
        (machine, &DEVICE),
        (machine, &EXCHANGE),
        (conf, &OWN),
        (conf, &PASSWORD),
        (conf, &DEVICE),
    ] {
        for door in ["/oauth/token", "/auth/token/"] {
            let call = cast.house.post(door).form(&client.signed(fields));
            let name = format!("{} of {} at {door}", fields[0].1, client.id);
            rows.refuse(name, call, MAY_NOT).await;
        }
    }
    for grant in [
        "implicit",
        "token",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:saml2-bearer",
        "urn:openid:params:grant-type:ciba",
        "Authorization_Code",
        "authorization_code refresh_token",
        "cac_x",
    ] {
        let fields = [("grant_type", grant)];
        rows.refuse(grant, cast.house.token(conf, &fields), UNKNOWN).await;
    }
    let none = cast.house.token(conf, &[]);
    rows.refuse("no grant type", none, Must::Say(400, "invalid_request")).await;
    rows.end(37);
    assert!(cast.house.sandbox.log().is_empty());
}

#[tokio::test]
async fn d041_whoever_converts_proves_itself_before_anybody_is_asked() {
    let cast = Cast::open().await;
    cast.house.sandbox.add_token(google("good-token", "zoe@gmail.com"));
    let path = "/auth/convert-token/";
    let with = |secret: Option<&str>| OAuthClient {
        secret: secret.map(str::to_owned),
        ..cast.conf.clone()
    };
    let secret = cast.conf.secret.clone().unwrap();
    let in_query = format!("{path}?client_secret={secret}");
    let whole_in_query = format!("{path}?client_id=web-client&client_secret={secret}");
    let nobody = OAuthClient { id: "nobody-here".to_owned(), secret: Some(secret.clone()) };
    let convert = [CONVERT[0], CONVERT[1], ("token", "good-token")];
    let post =
        |path: &str, client: &OAuthClient| cast.house.post(path).form(&client.signed(&convert));
    let mut rows = Rows::of(&cast.house).await;
    for (name, call, must) in [
        ("no secret", post(path, &with(None)), NOBODY),
        ("an empty one", post(path, &with(Some(""))), NOBODY),
        ("a wrong one", post(path, &with(Some("cs_wrong"))), NOBODY),
        ("another client's", post(path, &with(cast.conf2.secret.as_deref())), NOBODY),
        ("an unknown client", post(path, &nobody), NOBODY),
        ("the secret in the address", post(&in_query, &with(None)), NOBODY),
        (
            "everything in the address",
            cast.house.post(&whole_in_query).form(&convert),
            Must::Say(400, "invalid_request"),
        ),
        (
            "no client at all",
            cast.house.post(path).form(&convert),
            Must::Say(400, "invalid_request"),
        ),
        ("a client for itself", post(path, &cast.machine), MAY_NOT),
        ("a public client without the grant", post(path, &cast.app), MAY_NOT),
        ("at /auth/token/ without a secret", post("/auth/token/", &with(None)), NOBODY),
        ("at /oauth/token without a secret", post("/oauth/token", &with(None)), NOBODY),
    ] {
        rows.refuse(name, call, must).await;
    }
    let yandex = [CONVERT[0], ("backend", "yandex-oauth2"), ("token", "ok-1")];
    let call = cast.house.post(path).form(&cast.conf.signed(&yandex));
    rows.refuse("a provider that is not the client's", call, MAY_NOT).await;
    rows.end(13);
    assert!(cast.house.sandbox.log().is_empty());

    // A public client converts only if it is registered for it.
    let wish = RegisterClient {
        grants: vec![GrantType::ConvertToken],
        ..wish("convert-app", ClientKind::Public)
    };
    let app = cast.house.client_with(wish).await;
    post(path, &app).expect(200).await;
    post(path, &cast.conf).expect(200).await;
}

#[tokio::test]
async fn d049_a_client_is_never_taken_for_a_person() {
    let cast = Cast::open().await;
    let house = &cast.house;
    let token = house.token(&cast.machine, &OWN).expect(200).await.text_of("access_token");
    let mut rows = Rows::of(house).await;
    for (name, call) in [
        ("GET users/me", house.get("/auth/users/me/")),
        ("PATCH users/me", house.patch("/auth/users/me/").json(&json!({ "name": "x" }))),
        (
            "DELETE users/me",
            house.delete("/auth/users/me/").json(&json!({ "current_password": "x" })),
        ),
        ("GET users", house.get("/auth/users/")),
        ("GET users/1", house.get("/auth/users/1/")),
        ("settings", house.get("/auth/users/me/settings/")),
        (
            "set_password",
            house
                .post("/auth/users/set_password/")
                .json(&json!({ "current_password": "x", "new_password": "y" })),
        ),
        ("associations", house.get("/auth/associations/")),
        ("userinfo", house.get("/oauth/userinfo")),
        ("administration", house.get("/admin/api/clients")),
    ] {
        rows.refuse(name, call.bearer(&token), Must::Be(403)).await;
    }
    // Seed 2 knows its own JWTs alone.
    rows.refuse("/api/me", house.get("/api/me/").bearer(&token), Must::Be(401)).await;
    rows.end(11);
    let live = house.post("/oauth/introspect").form(&cast.machine.signed(&[("token", &token)]));
    let live = live.expect(200).await.json();
    assert_eq!(
        (&live["active"], live.get("sub"), live.get("username")),
        (&true.into(), None, None)
    );
}

#[test]
fn d049_no_client_has_an_id_that_an_account_could_have() {
    for id in [
        "1",
        "42",
        "12345678",
        "00000001",
        "99999999999999999999",
        "admin",
        "root",
        "",
        " ",
        "alice@example.com",
        "a b c d e f",
        "\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}\u{668}",
    ] {
        assert!(ClientId::parse(id).is_none(), "{id}");
    }
    assert!(ClientId::parse("machine-one").is_some());
}
