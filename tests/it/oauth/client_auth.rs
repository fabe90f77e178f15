//! Which client asks: proven before anybody is phoned.

use cambio::{
    domain::{
        client::{ClientId, ClientKind, GrantType, ProviderRule},
        provider::ProviderName,
    },
    usecases::clients::{self, RegisterClient},
};
use chrono::TimeDelta;
use serde_json::json;

use super::{desk::Desk, scene::Scene};
use crate::support::{Call, OAuthClient, Said, callers::wish};

/// A conversion with these words about the client.
fn asks(scene: &Scene, client: &[(&str, &str)]) -> Call {
    let shown = scene.plain();
    let fields = [client, &shown.fields()].concat();
    scene.house.post("/auth/convert-token/").form(&fields)
}

/// Insists on the one answer to a client that is not proven, and that nobody was phoned.
fn is_unproven(scene: &Scene, said: Said) -> Said {
    let text = "Unknown client, or its proof is missing or wrong.";
    let said = said.is_a(401, "invalid_client", text);
    assert_eq!(said.header("www-authenticate"), "Basic realm=\"cambio\"");
    assert!(scene.house.sandbox.log().is_empty());
    said
}

fn secret(client: &OAuthClient) -> &str {
    client.secret.as_deref().unwrap()
}

#[tokio::test]
async fn a_confidential_client_shows_its_secret_in_the_body_or_in_the_header() {
    let scene = Scene::at(Desk::YandexToken).await;
    let secret = secret(&scene.client);
    asks(&scene, &[("client_id", "web-client"), ("client_secret", secret)]).expect(200).await;
    asks(&scene, &[]).basic("web-client", secret).expect(200).await;
    asks(&scene, &[("client_id", "web-client")]).basic("web-client", secret).expect(200).await;
}

#[tokio::test]
async fn a_header_and_a_secret_in_the_body_are_one_too_many_whether_or_not_they_agree() {
    let scene = Scene::at(Desk::YandexToken).await;
    let right = secret(&scene.client);
    let both = [("client_id", "web-client"), ("client_secret", right)];
    for header in [right, "cs_wrong"] {
        let said = asks(&scene, &both).basic("web-client", header).await;
        said.is_a(400, "invalid_request", "client credentials in the header and in the body");
    }
    let said = asks(&scene, &[("client_id", "other-client")]).basic("web-client", right).await;
    said.is_a(400, "invalid_request", "two different clients in the header and in the body");
    assert!(scene.house.sandbox.log().is_empty());
}

#[tokio::test]
async fn two_headers_are_one_too_many() {
    let scene = Scene::at(Desk::YandexToken).await;
    let right = secret(&scene.client);
    let call = asks(&scene, &[]).basic("web-client", right).basic("web-client", right);
    call.await.is_a(400, "invalid_request", "more than one Authorization header");
}

#[tokio::test]
async fn a_secret_in_the_header_is_form_decoded() {
    let scene = Scene::at(Desk::YandexToken).await;
    let wish = RegisterClient {
        secret: Some("a secret+with: all%41".into()),
        ..wish("odd-client", ClientKind::Confidential)
    };
    scene.house.client_with(wish).await;
    let encoded = "a+secret%2Bwith%3A%20all%2541";
    asks(&scene, &[]).basic("odd-client", encoded).expect(200).await;
}

#[tokio::test]
async fn a_public_client_needs_no_secret_and_may_show_none() {
    let scene = Scene::at(Desk::YandexToken).await;
    scene.house.public_client("app-client").await;
    is_unproven(
        &scene,
        asks(&scene, &[("client_id", "app-client"), ("client_secret", "any")]).await,
    );
    asks(&scene, &[("client_id", "app-client")]).expect(200).await;
}

#[tokio::test]
async fn a_client_must_be_named() {
    let scene = Scene::at(Desk::YandexToken).await;
    let said = asks(&scene, &[]).await;
    said.is_a(400, "invalid_request", "Missing parameter: client_id.");
}

#[tokio::test]
async fn a_client_that_is_switched_off_is_nobody_and_comes_back_when_it_is_switched_on() {
    let scene = Scene::at(Desk::YandexToken).await;
    let switch = async |on| {
        let id = ClientId::parse("web-client").unwrap();
        scene.house.app.write(move |ctx| clients::switch(ctx, &id, on)).await.unwrap();
    };
    switch(false).await;
    is_unproven(&scene, scene.house.show(&scene.client, &scene.plain()).await);
    switch(true).await;
    scene.converts(&scene.plain()).await.with_status(200);
}

#[tokio::test]
async fn a_client_that_is_switched_off_while_the_provider_thinks_gets_nothing() {
    use cambio::sandbox::{Action, Rule};
    let scene = Scene::at(Desk::YandexToken).await;
    scene.house.sandbox.faults().add(Rule::new(Action::Delay(300)));
    let converting = scene.house.show(&scene.client, &scene.plain()).into_future();
    let switching = async {
        while scene.house.sandbox.log().is_empty() {
            tokio::task::yield_now().await;
        }
        let id = ClientId::parse("web-client").unwrap();
        scene.house.app.write(move |ctx| clients::switch(ctx, &id, false)).await.unwrap();
    };
    let (said, ()) = tokio::join!(converting, switching);
    said.with_status(401).error("invalid_client");
    scene.nobody().await;
}

#[tokio::test]
async fn a_client_that_may_not_convert_is_told_so() {
    let scene = Scene::at(Desk::YandexToken).await;
    for grant in [GrantType::RefreshToken, GrantType::ClientCredentials] {
        let name = format!("client-{}", grant.word());
        let wish = RegisterClient { grants: vec![grant], ..wish(&name, ClientKind::Confidential) };
        let client = scene.house.client_with(wish).await;
        let said = scene.house.show(&client, &scene.plain()).await;
        let text = "The client is not registered for this grant type.";
        said.is_a(400, "unauthorized_client", text);
    }
    assert!(scene.house.sandbox.log().is_empty());
}

#[tokio::test]
async fn a_client_converts_tokens_of_its_own_providers_only() {
    let scene = Scene::at(Desk::YandexToken).await;
    let google = ProviderName::parse("google-oauth2").unwrap();
    let wish = RegisterClient {
        providers: ProviderRule::Only(vec![google]),
        ..wish("google-client", ClientKind::Public)
    };
    let client = scene.house.client_with(wish).await;
    let said = scene.house.show(&client, &scene.plain()).await;
    said.is_a(400, "unauthorized_client", "The client is not registered for this provider.");
    assert!(scene.house.sandbox.log().is_empty());
    scene.house.convert(&client, "google-oauth2", "ok-1").expect(200).await;
}

#[tokio::test]
async fn two_secrets_are_good_while_one_is_being_replaced() {
    let scene = Scene::at(Desk::YandexToken).await;
    let id = ClientId::parse("web-client").unwrap();
    let rotated = scene
        .house
        .app
        .write(move |ctx| clients::rotate_secret(ctx, &id, TimeDelta::hours(1), None))
        .await
        .unwrap();
    let new = secrecy::ExposeSecret::expose_secret(&rotated.secret.unwrap()).to_owned();
    let old = secret(&scene.client);
    for good in [old, &new] {
        asks(&scene, &[]).basic("web-client", good).expect(200).await;
    }
    scene.house.forward(TimeDelta::hours(1));
    asks(&scene, &[]).basic("web-client", old).expect(401).await;
    asks(&scene, &[]).basic("web-client", &new).expect(200).await;
}

#[tokio::test]
async fn the_scope_is_what_is_asked_for_within_what_the_client_may() {
    let scene = Scene::at(Desk::YandexToken).await;
    for (asked, granted) in [("read", "read"), ("write read", "write read"), ("read read", "read")]
    {
        let said = scene.converts(&scene.plain().with("scope", asked)).await.with_status(200);
        assert_eq!(said.json()["scope"], granted);
    }
}

#[tokio::test]
async fn a_scope_the_client_does_not_have_is_refused_before_anybody_is_phoned() {
    let scene = Scene::at(Desk::YandexToken).await;
    for scope in ["admin", "read admin", "READ", "", "read  write", "read\twrite", "\"read\""] {
        let said = scene.converts(&scene.plain().with("scope", scope)).await;
        let text = "The scope is unknown, malformed or more than was granted.";
        said.is_a(400, "invalid_scope", text);
    }
    assert!(scene.house.sandbox.log().is_empty());
}

#[tokio::test]
async fn where_nothing_is_asked_for_the_default_is_granted_and_no_more() {
    let scene = Scene::at(Desk::YandexToken).await;
    let scopes = cambio::domain::scope::ScopeSet::parse("introspection write read");
    let wish = RegisterClient { scopes, ..wish("wide-client", ClientKind::Public) };
    let client = scene.house.client_with(wish).await;
    let said = scene.house.show(&client, &scene.plain()).expect(200).await;
    assert_eq!(said.json()["scope"], json!("read write"));
    let all = scene.plain().with("scope", "read write introspection");
    let said = scene.house.show(&client, &all).expect(200).await;
    assert_eq!(said.json()["scope"], json!("read write introspection"));
}

#[tokio::test]
async fn a_client_has_its_own_scopes() {
    let scene = Scene::at(Desk::YandexToken).await;
    let scopes = cambio::domain::scope::ScopeSet::parse("read:books");
    let wish = RegisterClient { scopes, ..wish("book-client", ClientKind::Public) };
    let client = scene.house.client_with(wish).await;
    let said = scene.house.show(&client, &scene.plain()).expect(200).await;
    assert_eq!(said.json()["scope"], json!("read:books"));
}
