//! Two at once: nothing of what either was told is lost.

use cambio::{
    domain::{
        client::{ClientId, ClientKind, GrantType},
        scope::ScopeSet,
    },
    usecases::clients::{self, RegisterClient},
};
use chrono::TimeDelta;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{
    browser::{Browser, sent},
    flow::{ask, web},
};
use crate::support::{House, OAuthClient, callers::wish};

const ADA: &str = "ada@example.com";
const OWN: [(&str, &str); 1] = [("grant_type", "client_credentials")];

async fn machine(house: &House, id: &str) -> OAuthClient {
    let grants = vec![GrantType::ClientCredentials];
    house.client_with(RegisterClient { grants, ..wish(id, ClientKind::Confidential) }).await
}

/// A token of the scope `admin`.
async fn admin(house: &House) -> String {
    house.admin("root").await;
    let wish = RegisterClient {
        grants: vec![GrantType::Password],
        scopes: ScopeSet::parse("admin"),
        ..wish("admin-console", ClientKind::Confidential)
    };
    let console = house.client_with(wish).await;
    let fields = [
        ("grant_type", "password"),
        ("username", "root@example.com"),
        ("password", crate::support::callers::PASSWORD),
        ("scope", "admin"),
    ];
    house.token(&console, &fields).expect(200).await.text_of("access_token")
}

#[tokio::test]
async fn of_two_changes_of_a_client_none_is_lost() {
    let house = House::open().await;
    let token = admin(&house).await;
    machine(&house, "machine-one").await;
    let path = "/admin/api/clients/machine-one";
    for turn in 0..15 {
        let (name, resource) = (format!("Name {turn}"), format!("https://api.example/{turn}"));
        let one = json!({ "client_name": name });
        let other = json!({ "resources": [resource] });
        let (one, other) = tokio::join!(
            house.patch(path).bearer(&token).json(&one).expect(200),
            house.patch(path).bearer(&token).json(&other).expect(200),
        );
        drop((one, other));
        let told = house.get(path).bearer(&token).expect(200).await.json();
        assert_eq!((&told["client_name"], &told["resources"]), (&json!(name), &json!([resource])));
    }
}

#[tokio::test]
async fn of_two_new_secrets_at_once_without_overlap_one_is_good() {
    let house = House::open().await;
    let old = machine(&house, "machine-one").await;
    let id = ClientId::parse("machine-one").unwrap();
    for _ in 0..10 {
        house.forward(TimeDelta::seconds(1));
        let rotate = || {
            let id = id.clone();
            let overlap = TimeDelta::zero();
            house.app.write(move |ctx| clients::rotate_secret(ctx, &id, overlap, None))
        };
        let (one, other) = tokio::join!(rotate(), rotate());
        let mut good = 0;
        for done in [one, other] {
            let secret = done.unwrap().secret.unwrap().expose_secret().to_owned();
            let client = OAuthClient { secret: Some(secret), ..old.clone() };
            good += u32::from(house.token(&client, &OWN).await.status == 200);
        }
        assert_eq!(good, 1);
    }
}

#[tokio::test]
async fn a_client_that_is_deleted_while_it_asks_is_told_that_it_is_none() {
    let house = House::open().await;
    for turn in 0..12 {
        let client = machine(&house, &format!("machine-{turn:02}")).await;
        let id = ClientId::parse(&client.id).unwrap();
        let delete = house.app.write(move |ctx| clients::delete(ctx, &id));
        let (said, gone, late) =
            tokio::join!(house.token(&client, &OWN), delete, house.token(&client, &OWN),);
        gone.unwrap();
        for said in [said, late] {
            assert!([200, 401].contains(&said.status), "{said:?}");
        }
        house.token(&client, &OWN).expect(401).await.error("invalid_client");
    }
}

#[tokio::test]
async fn of_two_consents_at_once_none_is_forgotten() {
    let house = House::open().await;
    house.activated("ada").await;
    for turn in 0..6 {
        let wish = RegisterClient {
            scopes: ScopeSet::parse("read write openid"),
            ..web(&format!("app-web-{turn}"), ClientKind::Confidential)
        };
        let client = house.client_with(wish).await;
        let (one, other) = (Browser::new(&house), Browser::new(&house));
        let question = async |browser: &Browser<'_>, scope: &str| {
            let page = browser.follow(&ask(&client, &[("scope", scope)])).await;
            let on = browser.sign_in(&page, ADA).await;
            browser.follow(on.header("location")).await
        };
        let (first, second) = (question(&one, "read").await, question(&other, "write").await);
        let allow = [("decision", "allow")];
        let (first, second) = tokio::join!(one.send(&first, &allow), other.send(&second, &allow));
        assert!(sent(&first).contains_key("code") && sent(&second).contains_key("code"));
        let both = ask(&client, &[("scope", "read write"), ("prompt", "none")]);
        assert!(sent(&one.open(&both).await).contains_key("code"), "{turn}");
    }
}
