//! `users/reset_password/` and `users/reset_password_confirm/`: a forgotten password.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Call, House, callers::PASSWORD};

const NEW: &str = "brand-new-teapot-7";

async fn link(house: &House, email: &str) -> (String, String) {
    house.post("/auth/users/reset_password/").json(&json!({ "email": email })).expect(204).await;
    house.mail.link_to(email).await
}

fn confirm(house: &House, (uid, token): &(String, String), password: &str) -> Call {
    let body = json!({ "uid": uid, "token": token, "new_password": password });
    house.post("/auth/users/reset_password_confirm/").json(&body)
}

#[tokio::test]
async fn the_link_sets_a_new_password_once_and_every_session_ends() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let jwt = house.jwts(&ada.email).await;
    house.forward(TimeDelta::seconds(1));
    let link = link(&house, &ada.email).await;

    assert_eq!(confirm(&house, &link, NEW).expect(204).await.text, "");

    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
    house.me(&jwt.access).expect(401).await;
    house.log_in(&ada.email).expect(400).await;
    house.log_in_with(&ada.email, NEW).expect(200).await;
    let said = confirm(&house, &link, "yet-another-teapot-8").expect(400).await.json();
    assert!(said["token"].is_array());
}

#[tokio::test]
async fn the_letter_leads_to_the_configured_page() {
    let page = "https://app.example.org/#/reset/{uid}/{token}";
    let house = House::with(&[("links.password_reset", page)]).await;
    let ada = house.person("ada").await;
    let evil = house.post("/auth/users/reset_password/").header("X-Forwarded-Host", "evil.example");
    evil.json(&json!({ "email": ada.email })).expect(204).await;

    let letter = house.mail.last_to(&ada.email).await.rendered;

    assert!(letter.text.contains("https://app.example.org/#/reset/"), "{}", letter.text);
    assert!(!letter.text.contains("evil.example") && !letter.subject.contains("evil.example"));
}

#[tokio::test]
async fn nobody_learns_whether_an_address_is_known() {
    let house = House::open().await;
    let client = house.client("app").await;
    house.google_access(&client, "ok-1").await;
    house.register("pending").await;
    let off = house.person("off").await;
    house.deactivate(&off.email).await;
    house.mail.round().await;

    for email in ["nobody@example.com", "pending@example.com", &off.email, "ada@gmail.com"] {
        let call = house.post("/auth/users/reset_password/").json(&json!({ "email": email }));
        assert_eq!(call.expect(204).await.text, "");
    }
    assert_eq!(house.mail.round().await, 0);
    for email in [json!("nope"), json!(null), json!(["a@example.com"]), json!("")] {
        let call = house.post("/auth/users/reset_password/").json(&json!({ "email": email }));
        assert!(call.expect(400).await.json()["email"].is_array());
    }
}

#[tokio::test]
async fn a_weak_password_is_refused_and_the_link_stays_good() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let link = link(&house, &ada.email).await;
    for weak in ["123", &ada.email] {
        let said = confirm(&house, &link, weak).expect(400).await.json();
        assert!(said["new_password"].is_array(), "{weak}");
    }
    let bad = (link.0.clone(), "x".to_owned());
    assert!(confirm(&house, &bad, "123").expect(400).await.json()["new_password"].is_array());
    confirm(&house, &link, NEW).expect(204).await;
}

#[tokio::test]
async fn a_wrong_link_is_refused_alike_whoever_it_names() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let bob = house.person("bob").await;
    let (ada_uid, token) = link(&house, &ada.email).await;
    let (bob_uid, _) = link(&house, &bob.email).await;

    let of_nobody = ("OTk5OTk5OTk5".to_owned(), token.clone());
    let of_bob = (bob_uid, token.clone());
    let forged = (ada_uid, "set-password".to_owned());
    let mut bodies = Vec::new();
    for link in [of_nobody, of_bob, forged] {
        bodies.push(confirm(&house, &link, NEW).expect(400).await.json());
    }
    assert!(bodies.iter().all(|body| body == &bodies[0] && body["token"].is_array()));
    let undecodable = ("%%".to_owned(), token);
    assert!(confirm(&house, &undecodable, NEW).expect(400).await.json()["uid"].is_array());
}

#[tokio::test]
async fn the_link_ends_with_time_a_newer_one_a_login_and_a_password_change() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let refused = async |link: &(String, String)| confirm(&house, link, NEW).expect(400).await;

    let old = link(&house, &ada.email).await;
    house.forward(TimeDelta::minutes(30));
    refused(&old).await;

    let first = link(&house, &ada.email).await;
    house.forward(TimeDelta::seconds(1));
    let newer = link(&house, &ada.email).await;
    refused(&first).await;

    house.forward(TimeDelta::seconds(1));
    let auth_token = house.log_in(&ada.email).expect(200).await.text_of("auth_token");
    refused(&newer).await;

    house.forward(TimeDelta::seconds(1));
    let last = link(&house, &ada.email).await;
    let body = json!({ "current_password": PASSWORD, "new_password": "other-teapot-9" });
    house.post("/auth/users/set_password/").json(&body).token(&auth_token).expect(204).await;
    refused(&last).await;
}

#[tokio::test]
async fn a_link_of_one_purpose_serves_no_other() {
    let house = House::open().await;
    house.register("ada").await;
    let activation = house.mail.link_to("ada@example.com").await;
    confirm(&house, &activation, NEW).expect(400).await;
    house.activate_by_letter("ada@example.com").await;

    let (uid, token) = link(&house, "ada@example.com").await;
    let body = json!({
        "uid": uid, "token": token, "new_email": "eve@example.com", "new_username": "eve",
    });
    for path in ["activation", "reset_email_confirm", "reset_username_confirm"] {
        house.post(&format!("/auth/users/{path}/")).json(&body).expect(400).await;
    }
    house.log_in("ada@example.com").expect(200).await;
}

#[tokio::test]
async fn of_many_at_once_exactly_one_sets_its_password() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let link = link(&house, &ada.email).await;
    let passwords: Vec<String> = (0..8).map(|n| format!("racing-teapot-{n}{n}")).collect();

    let (house, link) = (&house, &link);
    let calls = passwords
        .iter()
        .map(|password| async move { (confirm(house, link, password).await.status, password) });
    let said = join_all(calls).await;

    let won: Vec<_> = said.iter().filter(|(status, _)| *status == 204).collect();
    assert_eq!(won.len(), 1, "{said:?}");
    assert!(said.iter().all(|(status, _)| [204, 400].contains(status)));
    house.log_in_with(&ada.email, won[0].1).expect(200).await;
}

#[tokio::test]
async fn it_must_be_typed_twice_where_it_is_wished() {
    let house = House::with(&[("passwords.reset_retype", "true")]).await;
    let ada = house.person("ada").await;
    let (uid, token) = link(&house, &ada.email).await;
    let mut body =
        json!({ "uid": uid, "token": token, "new_password": NEW, "re_new_password": "x" });

    let said = house.post("/auth/users/reset_password_confirm/").json(&body).expect(400).await;
    assert!(said.json()["non_field_errors"].is_array());
    body["re_new_password"] = json!(NEW);
    house.post("/auth/users/reset_password_confirm/").json(&body).expect(204).await;
}
