//! What is shown of an account is never what it was before a change of it.

use cambio::{
    domain::{
        account::AccountId,
        client::{ClientId, ClientKind, ClientOptions, RedirectUri},
        origin::Origin,
    },
    usecases::{
        clients::{self, RegisterClient},
        manage::{self, Which},
    },
};
use reqwest::Method;
use serde_json::json;

use super::warm::{Ada, Ask};
use crate::support::{House, callers};

#[tokio::test]
async fn a_new_name_is_shown_at_once_by_whatever_dialect_it_is_changed() {
    let ada = Ada::known().await;
    let name = json!({ "name": "Countess" });
    ada.house.patch("/auth/users/me/").bearer(&ada.jwt).json(&name).expect(200).await;
    for ask in [Ask::AuthToken, Ask::Jwt, Ask::Access] {
        assert_eq!(ada.ask(ask).expect(200).await.json()["name"], "Countess");
    }
    ada.warm_up().await;
    let which = Which::Id(AccountId(ada.who.id));
    ada.house.app.write(move |ctx| manage::make_admin(ctx, &which)).await.unwrap();
    let seen = ada.house.get("/auth/users/").token(&ada.who.auth_token).expect(200).await;
    ada.house.register("bob").await;
    let all = ada.house.get("/auth/users/").token(&ada.who.auth_token).expect(200).await;
    assert_eq!(seen.json().as_array().unwrap().len() + 1, all.json().as_array().unwrap().len());
}

#[tokio::test]
async fn a_user_name_changed_in_one_dialect_is_shown_in_the_others() {
    let ada = Ada::known().await;
    let name = json!({ "username": "countess" });
    ada.house.patch("/auth/users/me/").bearer(&ada.jwt).json(&name).await;
    let api = ada.house.post("/api/login/");
    let pair = api.json(&json!({ "email": ada.who.email, "password": callers::PASSWORD }));
    let access = pair.expect(200).await.text_of("access_token");
    ada.house.put("/api/me/").bearer(&access).json(&name).expect(200).await;
    let said = ada.ask(Ask::Signin).expect(200).await;
    assert_eq!(said.json()["user"]["username"], "countess");
    assert_eq!(ada.ask(Ask::Introspection).expect(200).await.json()["username"], "countess");
}

#[tokio::test]
async fn whoever_is_put_into_a_group_is_told_to_renew_the_jwt_that_is_known_by_heart() {
    let ada = Ada::known().await;
    let is_told = |said: &crate::support::Said| said.headers.contains_key("x-refresh-token");
    assert!(!is_told(&ada.ask(Ask::Jwt).await));
    ada.house.join(&ada.who, "editors").await;
    // Each time, not only the first.
    for _ in 0..3 {
        assert!(is_told(&ada.ask(Ask::Jwt).expect(200).await));
    }
    ada.house.leave(&ada.who, "editors").await;
    assert!(!is_told(&ada.ask(Ask::Jwt).expect(200).await));
}

#[tokio::test]
async fn an_origin_may_call_from_when_it_is_registered_until_its_client_is_off() {
    let house = House::open().await;
    let may = async || {
        let call =
            house.call(Method::OPTIONS, "/oauth/token").header("Origin", "https://a.example");
        let said = call.header("Access-Control-Request-Method", "POST").await;
        said.headers.contains_key("access-control-allow-origin")
    };
    for _ in 0..20 {
        assert!(!may().await);
    }
    let options = ClientOptions {
        allowed_origins: vec![Origin::parse("https://a.example").unwrap()],
        ..ClientOptions::default()
    };
    let redirect_uris = vec![RedirectUri::parse("https://a.example/cb").unwrap()];
    let wish = callers::wish("spa-client", ClientKind::Public);
    house.client_with(RegisterClient { redirect_uris, options, ..wish }).await;
    for _ in 0..20 {
        assert!(may().await);
    }
    let id = ClientId::parse("spa-client").unwrap();
    house.app.write(move |ctx| clients::switch(ctx, &id, false)).await.unwrap();
    assert!(!may().await);
}
