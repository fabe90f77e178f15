//! Links that open accounts: whose they are, what for, and how often.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;

use crate::support::{Call, House, callers::PASSWORD};

const NEW: &str = "walrus-oyster-17";

type Link = (String, String);

fn activate(house: &House, (uid, token): &Link) -> Call {
    house.post("/auth/users/activation/").json(&json!({ "uid": uid, "token": token }))
}

fn confirm(house: &House, (uid, token): &Link, password: &str) -> Call {
    let body = json!({ "uid": uid, "token": token, "new_password": password });
    house.post("/auth/users/reset_password_confirm/").json(&body)
}

/// A link to reset a password, a second after whatever was before.
async fn reset_link(house: &House, email: &str) -> Link {
    house.forward(TimeDelta::seconds(1));
    house.post("/auth/users/reset_password/").json(&json!({ "email": email })).expect(204).await;
    house.mail.link_to(email).await
}

#[tokio::test]
async fn g073_a_bad_link_does_not_tell_whether_its_account_is_there() {
    let house = House::open().await;
    house.register("ada").await;
    let (uid, _) = house.mail.link_to("ada@example.com").await;
    // The number 1, 9999 and the largest there is.
    for call in [activate, |house: &House, link: &Link| confirm(house, link, NEW)] {
        let mut told = Vec::new();
        for uid in [uid.as_str(), "MQ", "OTk5OQ", "OTIyMzM3MjAzNjg1NDc3NTgwNw"] {
            let said = call(&house, &(uid.to_owned(), "bad-token".to_owned())).expect(400).await;
            told.push(said.text);
        }
        told.dedup();
        assert_eq!(told.len(), 1, "{told:?}");
    }
}

#[tokio::test]
async fn g074_a_link_serves_its_purpose_once_and_no_other() {
    let house = House::open().await;
    house.register("ada").await;
    let activation = house.mail.link_to("ada@example.com").await;
    confirm(&house, &activation, NEW).expect(400).await;
    activate(&house, &activation).expect(204).await;
    confirm(&house, &activation, NEW).expect(400).await;
    activate(&house, &activation).expect(403).await;
    activate(&house, &(activation.0, "bad-token".to_owned())).expect(400).await;

    let reset = reset_link(&house, "ada@example.com").await;
    activate(&house, &reset).expect(400).await;
    for (path, field) in
        [("reset_username_confirm", "new_username"), ("reset_email_confirm", "new_email")]
    {
        let body = json!({ "uid": reset.0, "token": reset.1, field: "eve@example.com" });
        house.post(&format!("/auth/users/{path}/")).json(&body).expect(400).await;
    }
    let body =
        json!({ "restoring_token": format!("{}.{}", reset.0, reset.1), "restoring_password": NEW });
    house.post("/restore").json(&body).expect(400).await;
    house.log_in("ada@example.com").expect(200).await;
}

#[tokio::test]
async fn g076_a_reset_link_ends_with_whatever_makes_it_needless() {
    let house = House::open().await;
    let ada = house.person("ada").await;

    let used = reset_link(&house, &ada.email).await;
    confirm(&house, &used, PASSWORD).expect(204).await;
    confirm(&house, &used, NEW).expect(400).await;

    let older = reset_link(&house, &ada.email).await;
    let outlived = reset_link(&house, &ada.email).await;
    confirm(&house, &older, NEW).expect(400).await;
    house.forward(TimeDelta::minutes(30));
    confirm(&house, &outlived, NEW).expect(400).await;

    let before_login = reset_link(&house, &ada.email).await;
    house.forward(TimeDelta::seconds(1));
    let auth_token = house.log_in(&ada.email).expect(200).await.text_of("auth_token");
    confirm(&house, &before_login, NEW).expect(400).await;

    let before_change = reset_link(&house, &ada.email).await;
    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    house.post("/auth/users/set_password/").token(&auth_token).json(&body).expect(204).await;
    confirm(&house, &before_change, PASSWORD).expect(400).await;

    let to_old_address = reset_link(&house, &ada.email).await;
    let body = json!({ "current_password": NEW, "new_email": "new@example.com" });
    house.post("/auth/users/set_email/").token(&auth_token).json(&body).expect(204).await;
    house.activate_by_letter("new@example.com").await;
    confirm(&house, &to_old_address, PASSWORD).expect(400).await;
    house.log_in_with("new@example.com", NEW).expect(200).await;
}

#[tokio::test]
async fn g077_of_many_who_use_a_link_at_once_one_succeeds() {
    let house = House::open().await;
    for round in 0..5 {
        let name = format!("ada{round}");
        let email = format!("{name}@example.com");
        house.register(&name).await;
        let link = house.mail.link_to(&email).await;
        let said = join_all((0..8).map(|_| activate(&house, &link).into_future())).await;
        assert_eq!(said.iter().filter(|said| said.status == 204).count(), 1, "{said:?}");
        assert!(said.iter().all(|said| [204, 403].contains(&said.status)), "{said:?}");

        let link = reset_link(&house, &email).await;
        let passwords: Vec<String> = (0..8).map(|n| format!("racing-teapot-{n}{n}")).collect();
        let calls = passwords.iter().map(|password| confirm(&house, &link, password).into_future());
        let said = join_all(calls).await;
        let won = said.iter().position(|said| said.status == 204).unwrap();
        assert_eq!(said.iter().filter(|said| said.status == 400).count(), 7, "{said:?}");
        house.log_in_with(&email, &passwords[won]).expect(200).await;
    }
}

#[tokio::test]
async fn g089_no_caller_says_where_a_link_leads() {
    let house = House::open().await;
    house.activated("ada").await;
    house.forward(TimeDelta::seconds(1));
    let email = "ada@example.com";
    let body = json!({ "email": email }).to_string();
    let post = |head: &str| {
        let length = body.len();
        format!(
            "{head}Connection: close\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
    };
    let path = "/auth/users/reset_password/";
    for head in [
        format!("POST {path} HTTP/1.1\r\nHost: evil.example\r\n"),
        format!("POST http://evil.example{path} HTTP/1.1\r\nHost: evil.example\r\n"),
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: javascript\r\n"
        ),
        format!(
            "POST {path} HTTP/1.1\r\nHost: a\r\nForwarded: host=evil.example;proto=javascript\r\n"
        ),
    ] {
        let answer = house.raw(post(&head).as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 204"), "{head}: {answer}");
        let letter = house.mail.last_to(email).await.rendered;
        assert!(letter.text.contains(house.base()), "{}", letter.text);
        for part in [letter.text, letter.html, letter.subject] {
            assert!(!part.contains("evil") && !part.contains("javascript"), "{part}");
        }
        house.forward(TimeDelta::seconds(1));
    }
    let twice = format!("POST {path} HTTP/1.1\r\nHost: a\r\nHost: evil.example\r\n");
    assert!(house.raw(post(&twice).as_bytes()).await.starts_with("HTTP/1.1 400"));
}
