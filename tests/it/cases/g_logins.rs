//! Who has an account, and whether a password is really asked for.

use serde_json::{Value, json};

use super::ways::{Everywhere, left, logins, trusted_client};
use crate::support::{House, Said, callers::PASSWORD};

/// The names of the headers of an answer.
fn headers(said: &Said) -> Vec<String> {
    let mut names: Vec<_> = said.headers.keys().map(ToString::to_string).collect();
    names.sort();
    names
}

#[tokio::test]
async fn g070_a_registration_does_not_tell_who_is_known() {
    let house = House::with(&[("registration.reveal_existing", "false")]).await;
    let known = house.person("ada").await.email;
    let words = |email: &str| {
        [
            (
                "/auth/users/",
                json!({ "email": email, "password": PASSWORD, "re_password": PASSWORD }),
            ),
            ("/api/register/", json!({ "email": email, "password": PASSWORD })),
            ("/signup", json!({ "email": email, "password": PASSWORD, "email_as_name": true })),
        ]
    };
    for (at, (path, body)) in words(&known).into_iter().enumerate() {
        let (_, other) = words(&format!("new{at}@example.com"))[at].clone();
        let (told, new) = (house.post(path).json(&body).await, house.post(path).json(&other).await);
        assert_eq!((told.status, headers(&told)), (new.status, headers(&new)), "{path}");
        let keys =
            |said: &Said| said.json().as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&told), keys(&new), "{path}");
    }
    assert_eq!(house.accounts().await.len(), 4);
    let letter = house.mail.last_to(&known).await.rendered;
    assert!(letter.subject.contains("already have an account"), "{}", letter.subject);
}

#[tokio::test]
async fn g071_every_login_that_fails_is_told_alike() {
    let house = House::open().await;
    let client = trusted_client(&house).await;
    house.activated("ada").await;
    house.activated("off").await;
    house.deactivate("off@example.com").await;
    house.register("pending").await;
    house.google_access(&house.client("web-client").await, "ok-1").await;
    let mut told: Vec<Vec<(u16, String, Vec<String>)>> = Vec::new();
    for (email, password) in [
        ("nobody@example.com", PASSWORD),
        ("ada@example.com", "dormouse-teapot-43"),
        ("off@example.com", PASSWORD),
        ("pending@example.com", PASSWORD),
        ("user1@gmail.com", PASSWORD),
        ("user1@gmail.com", "!"),
    ] {
        let grant = [("grant_type", "password"), ("username", email), ("password", password)];
        let by_grant = house.post("/auth/token/").form(&client.signed(&grant));
        let mut said = Vec::new();
        for call in logins(&house, email, password).into_iter().chain([by_grant]) {
            let answer = call.await;
            said.push((answer.status, answer.text.clone(), headers(&answer)));
        }
        told.push(said);
    }
    assert!(told.iter().all(|said| said == &told[0]), "{told:#?}");
    assert!(told[0].iter().all(|(status, ..)| (400..500).contains(status)));
}

#[tokio::test]
async fn g080_the_current_password_is_really_asked_for() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    for current in [None, Some(json!("wrong")), Some(json!([PASSWORD])), Some(json!(true))] {
        let with = |mut body: Value| {
            if let Some(current) = &current {
                body["current_password"] = current.clone();
            }
            body
        };
        for call in [
            house
                .post("/auth/users/set_password/")
                .json(&with(json!({ "new_password": "walrus-17-oyster" }))),
            house
                .post("/auth/users/set_email/")
                .json(&with(json!({ "new_email": "e@example.com" }))),
            house.delete("/auth/users/me/").json(&with(json!({}))),
            house.delete(&format!("/auth/users/{}/", ada.id)).json(&with(json!({}))),
        ] {
            let said = call.token(&ada.auth_token).expect(400).await.json();
            assert!(said["current_password"].is_array(), "{current:?}: {said}");
        }
    }
    house.log_in(&ada.email).expect(200).await;
    assert!(house.mail.all_to("e@example.com").await.is_empty());
}

#[tokio::test]
async fn g079_a_changed_password_leaves_the_session_that_changed_it() {
    let house = House::open().await;
    let ada = Everywhere::open(&house, "ada").await;
    let body = json!({ "current_password": PASSWORD, "new_password": "walrus-oyster-17" });

    let call = house.post("/auth/users/set_password/").json(&body).token(&ada.who.auth_token);
    call.expect(204).await;

    assert_eq!(left(&ada.good(&house).await), ["auth token"]);
    let notice = house.mail.last_to(&ada.who.email).await.rendered;
    assert!(notice.subject.contains("password"), "{}", notice.subject);
}

#[tokio::test]
async fn g079_a_reset_password_leaves_no_session() {
    let house = House::open().await;
    let ada = Everywhere::open(&house, "ada").await;
    house.forward(chrono::TimeDelta::seconds(1));
    let ask = json!({ "email": ada.who.email });
    house.post("/auth/users/reset_password/").json(&ask).expect(204).await;
    let (uid, token) = house.mail.link_to(&ada.who.email).await;

    let body = json!({ "uid": uid, "token": token, "new_password": "walrus-oyster-17" });
    house.post("/auth/users/reset_password_confirm/").json(&body).expect(204).await;

    assert!(left(&ada.good(&house).await).is_empty());
    let notice = house.mail.last_to(&ada.who.email).await.rendered;
    assert!(notice.subject.contains("password"), "{}", notice.subject);
}
