//! `grant_type=password`: for old apps, and only for clients registered with it.

use cambio::{
    domain::client::{ClientKind, GrantType},
    usecases::clients::RegisterClient,
};

use crate::support::{
    Call, House, OAuthClient,
    callers::{PASSWORD, wish},
};

struct Office {
    house: House,
    client: OAuthClient,
}

impl Office {
    async fn open() -> Self {
        let house = House::open().await;
        let grants = vec![GrantType::Password, GrantType::RefreshToken];
        let wish = RegisterClient { grants, ..wish("old-client", ClientKind::Confidential) };
        Self { client: house.client_with(wish).await, house }
    }

    fn asks(&self, client: &OAuthClient, more: &[(&str, &str)]) -> Call {
        let fields = [&[("grant_type", "password")], more].concat();
        self.house.post("/auth/token/").form(&client.signed(&fields))
    }
}

const ADA: [(&str, &str); 2] = [("username", "ada@example.com"), ("password", PASSWORD)];

#[tokio::test]
async fn name_and_password_become_tokens() {
    let office = Office::open().await;
    let ada = office.house.activated("ada").await;
    let said = office.asks(&office.client, &ADA).expect(200).await;
    let (access, refresh) = (said.text_of("access_token"), said.text_of("refresh_token"));
    let whole = format!(
        r#"{{"access_token":"{access}","expires_in":3600,"token_type":"Bearer","scope":"read write","refresh_token":"{refresh}"}}"#
    );
    assert_eq!(said.text, whole);
    assert_eq!(office.house.me(&access).expect(200).await.json()["id"], ada);
    office.house.refresh(&office.client, &refresh).expect(200).await;
}

#[tokio::test]
async fn the_name_may_be_of_another_case_and_a_scope_be_asked_for() {
    let office = Office::open().await;
    office.house.activated("ada").await;
    let fields = [("username", "ADA@example.com"), ("password", PASSWORD), ("scope", "read")];
    let said = office.asks(&office.client, &fields).expect(200).await;
    assert_eq!(said.json()["scope"], "read");
    let fields = [&ADA[..], &[("scope", "admin")]].concat();
    office.asks(&office.client, &fields).await.with_status(400).error("invalid_scope");
}

#[tokio::test]
async fn whoever_cannot_log_in_is_answered_alike() {
    let office = Office::open().await;
    office.house.activated("ada").await;
    office.house.register("waiting").await;
    let gone = office.house.activated("gone").await;
    let which = cambio::usecases::manage::Which::Id(cambio::domain::account::AccountId(gone));
    office
        .house
        .app
        .write(move |ctx| cambio::usecases::manage::deactivate(ctx, &which))
        .await
        .unwrap();
    for (name, password) in [
        ("ada@example.com", "wrong"),
        ("nobody@example.com", PASSWORD),
        ("waiting@example.com", PASSWORD),
        ("gone@example.com", PASSWORD),
        ("no address", PASSWORD),
    ] {
        let said = office.asks(&office.client, &[("username", name), ("password", password)]).await;
        said.is_a(400, "invalid_grant", "Invalid credentials given.");
    }
}

#[tokio::test]
async fn whoever_came_through_a_provider_has_no_password() {
    let office = Office::open().await;
    let client = office.house.client("web-client").await;
    office.house.convert(&client, "yandex-oauth2", "ok-5").expect(200).await;
    for password in ["!", "", " ", "!none"] {
        let fields = [("username", "user5@yandex.ru"), ("password", password)];
        let said = office.asks(&office.client, &fields).await.with_status(400);
        assert!(said.json().get("access_token").is_none());
    }
}

#[tokio::test]
async fn only_a_client_registered_with_it_may() {
    let office = Office::open().await;
    office.house.activated("ada").await;
    let other = office.house.client("web-client").await;
    let said = office.asks(&other, &ADA).await;
    let text = "The client is not registered for this grant type.";
    said.is_a(400, "unauthorized_client", text);
}

#[tokio::test]
async fn name_and_password_must_be_there() {
    let office = Office::open().await;
    let said = office.asks(&office.client, &[]).await;
    let text = "Missing parameter: username. Missing parameter: password.";
    said.is_a(400, "invalid_request", text);
}
