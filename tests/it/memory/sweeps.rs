//! Every sweep ends what the house knows by heart with the next request, whatever it is shown by.

use cambio::{
    domain::{account::AccountId, client::ClientId, password::Password},
    usecases::{
        clients,
        manage::{self, Which},
    },
};
use serde_json::json;

use super::warm::{
    Ada, Ask,
    Ask::{Access, Api, AuthToken, Introspection, Jwt, Signin},
};
use crate::support::callers::PASSWORD;

/// What hangs on the account alone.
const FIRST_PARTY: [Ask; 4] = [AuthToken, Jwt, Api, Signin];

impl Ada {
    fn which(&self) -> Which {
        Which::Id(AccountId(self.who.id))
    }

    fn client_id(&self) -> ClientId {
        ClientId::parse(&self.client.id).unwrap()
    }

    async fn renew_secret(&self, overlap: chrono::TimeDelta) {
        let id = self.client_id();
        let app = &self.house.app;
        app.write(move |ctx| clients::rotate_secret(ctx, &id, overlap, None)).await.unwrap();
    }
}

#[tokio::test]
async fn everything_is_answered_from_memory_and_good() {
    let ada = Ada::known().await;
    assert_eq!(ada.left().await, super::warm::ASKS);
}

#[tokio::test]
async fn of_a_deactivated_account_nothing_is_left() {
    let ada = Ada::known().await;
    let which = ada.which();
    ada.house.app.write(move |ctx| manage::deactivate(ctx, &which)).await.unwrap();
    assert_eq!(ada.left().await, []);
}

#[tokio::test]
async fn of_a_deleted_account_nothing_is_left() {
    let ada = Ada::known().await;
    let body = json!({ "current_password": PASSWORD });
    let call = ada.house.delete("/auth/users/me/").token(&ada.who.auth_token);
    call.json(&body).expect(204).await;
    assert_eq!(ada.left().await, []);
}

#[tokio::test]
async fn a_new_password_ends_everything_that_is_remembered() {
    let ada = Ada::known().await;
    let (which, new) = (ada.which(), Password::new("another-teapot-17".to_owned()));
    let hash = ada.house.app.hash(&new).await.unwrap();
    ada.house.app.write(move |ctx| manage::set_password(ctx, &which, &hash)).await.unwrap();
    assert_eq!(ada.left().await, []);
}

#[tokio::test]
async fn a_password_changed_by_its_owner_spares_what_was_shown_for_it() {
    let ada = Ada::known().await;
    let body = json!({ "current_password": PASSWORD, "new_password": "another-teapot-17" });
    let call = ada.house.post("/auth/users/set_password/").token(&ada.who.auth_token);
    call.json(&body).expect(204).await;
    let spared = ada.left().await;
    assert!(spared.iter().all(|ask| *ask == AuthToken), "{spared:?}");
}

#[tokio::test]
async fn while_a_client_is_switched_off_its_tokens_are_not_good() {
    let ada = Ada::known().await;
    for (on, left) in [(false, FIRST_PARTY.to_vec()), (true, super::warm::ASKS.to_vec())] {
        let id = ada.client_id();
        ada.house.app.write(move |ctx| clients::switch(ctx, &id, on)).await.unwrap();
        assert_eq!(ada.left().await, left);
    }
}

#[tokio::test]
async fn of_a_deleted_client_nothing_is_left() {
    let ada = Ada::known().await;
    let id = ada.client_id();
    ada.house.app.write(move |ctx| clients::delete(ctx, &id)).await.unwrap();
    assert_eq!(ada.left().await, FIRST_PARTY);
}

#[tokio::test]
async fn a_client_with_a_new_secret_does_not_prove_itself_by_the_old_one() {
    let ada = Ada::known().await;
    ada.renew_secret(chrono::TimeDelta::zero()).await;
    assert!(!ada.is_good(Introspection).await);
    assert!(ada.is_good(Access).await);
}

#[tokio::test]
async fn an_old_secret_is_good_until_its_overlap_is_over_and_no_longer() {
    let ada = Ada::known().await;
    let overlap = chrono::TimeDelta::seconds(2);
    ada.renew_secret(overlap).await;
    ada.warm_up().await;
    ada.house.forward(overlap);
    assert!(!ada.is_good(Introspection).await);
}

#[tokio::test]
async fn logging_out_ends_the_auth_tokens() {
    let ada = Ada::known().await;
    ada.house.post("/auth/token/logout/").token(&ada.who.auth_token).expect(204).await;
    assert_eq!(ada.left().await, [Jwt, Access, Api, Signin, Introspection]);
}

#[tokio::test]
async fn a_token_that_its_owner_gives_back_is_not_good_any_more() {
    for path in ["/auth/revoke-token/", "/auth/invalidate-sessions/"] {
        let ada = Ada::known().await;
        let body = json!({ "client_id": ada.client.id });
        ada.house.post(path).bearer(&ada.access).json(&body).expect(204).await;
        assert_eq!(ada.left().await, FIRST_PARTY, "{path}");
    }
}

#[tokio::test]
async fn a_token_that_its_client_gives_back_is_not_good_any_more() {
    for token in ["access", "refresh"] {
        let ada = Ada::known().await;
        let token = if token == "access" { &ada.access } else { &ada.refresh };
        let fields = ada.client.signed(&[("token", token)]);
        ada.house.post("/oauth/revoke").form(&fields).expect(200).await;
        assert_eq!(ada.left().await, FIRST_PARTY);
    }
}

#[tokio::test]
async fn a_rotation_ends_the_access_token_before_it() {
    let ada = Ada::known().await;
    let next = ada.house.refresh(&ada.client, &ada.refresh).expect(200).await;
    assert_eq!(ada.left().await, FIRST_PARTY);
    // The other one, warm, ends when the first refresh token is shown again, late.
    let new = next.text_of("access_token");
    for _ in 0..20 {
        ada.house.me(&new).expect(200).await;
    }
    ada.house.forward(chrono::TimeDelta::minutes(10));
    ada.house.refresh(&ada.client, &ada.refresh).expect(400).await;
    ada.house.me(&new).expect(401).await;
}

#[tokio::test]
async fn a_session_of_jwts_ends_with_its_refresh_token() {
    let ada = Ada::known().await;
    let body = json!({ "refresh": ada.jwt_refresh });
    ada.house.post("/auth/jwt/blacklist/").json(&body).expect(200).await;
    let body = json!({ "refresh_token": ada.api_refresh });
    ada.house.post("/api/logout/").bearer(&ada.access).json(&body).await;
    assert_eq!(ada.left().await, [AuthToken, Access, Signin, Introspection]);
}

#[tokio::test]
async fn a_token_is_not_good_longer_than_it_lives_however_well_it_is_known() {
    let ada = Ada::new().await;
    ada.house.forward(chrono::TimeDelta::seconds(3598));
    for ask in [Access, Introspection] {
        let mut asked = 0;
        while ada.house.app.recalled() == 0 || asked < 50 {
            assert!(ada.is_good(ask).await);
            asked += 1;
        }
    }
    ada.house.forward(chrono::TimeDelta::seconds(2));
    assert!(!ada.is_good(Access).await && !ada.is_good(Introspection).await);
}
