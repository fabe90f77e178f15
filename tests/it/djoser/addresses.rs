//! `users/set_email/`, `users/reset_email/` and a new address by `PATCH`: believed once it is proven.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Call, House, Person, callers::PASSWORD};

fn set(house: &House, who: &Person, new: &str) -> Call {
    let body = json!({ "new_email": new, "current_password": PASSWORD });
    house.post("/auth/users/set_email/").json(&body).token(&who.auth_token)
}

async fn email_of(house: &House, who: &Person) -> String {
    house.get("/auth/users/me/").token(&who.auth_token).expect(200).await.text_of("email")
}

#[tokio::test]
async fn a_new_address_counts_once_its_link_is_opened() {
    let house = House::open().await;
    let ada = house.person("ada").await;

    assert_eq!(set(&house, &ada, "new@example.com").expect(204).await.text, "");
    assert_eq!(email_of(&house, &ada).await, ada.email);
    house.log_in(&ada.email).expect(200).await;
    house.activate_by_letter("new@example.com").await;

    assert_eq!(email_of(&house, &ada).await, "new@example.com");
    house.log_in(&ada.email).expect(400).await;
    house.log_in("new@example.com").expect(200).await;
    let notice = house.mail.last_to(&ada.email).await.rendered;
    assert!(notice.subject.contains("address") && !notice.text.contains("new@example.com"));
}

#[tokio::test]
async fn the_link_to_a_new_address_works_once_and_for_a_while() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    set(&house, &ada, "new@example.com").expect(204).await;
    let (uid, token) = house.mail.link_to("new@example.com").await;
    let body = json!({ "uid": uid, "token": token });

    house.forward(TimeDelta::minutes(30));
    house.post("/auth/users/activation/").json(&body).expect(400).await;
    assert_eq!(email_of(&house, &ada).await, ada.email);

    set(&house, &ada, "new@example.com").expect(204).await;
    let (uid, token) = house.mail.link_to("new@example.com").await;
    let body = json!({ "uid": uid, "token": token });
    house.post("/auth/users/activation/").json(&body).expect(204).await;
    house.post("/auth/users/activation/").json(&body).expect(400).await;
}

#[tokio::test]
async fn a_later_wish_and_a_new_password_end_the_link_of_an_earlier_one() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    set(&house, &ada, "one@example.com").expect(204).await;
    let one = house.mail.link_to("one@example.com").await;
    house.forward(TimeDelta::seconds(1));
    set(&house, &ada, "two@example.com").expect(204).await;
    let two = house.mail.link_to("two@example.com").await;
    let open = |(uid, token): (String, String)| {
        house.post("/auth/users/activation/").json(&json!({ "uid": uid, "token": token }))
    };

    open(one).expect(400).await;
    let body = json!({ "current_password": PASSWORD, "new_password": "other-teapot-9" });
    house.post("/auth/users/set_password/").json(&body).token(&ada.auth_token).expect(204).await;
    open(two).expect(400).await;
    assert_eq!(email_of(&house, &ada).await, ada.email);
}

#[tokio::test]
async fn links_to_the_old_address_end_with_it() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let email = json!({ "email": ada.email });
    house.forward(TimeDelta::seconds(1));
    house.post("/auth/users/reset_password/").json(&email).expect(204).await;
    let (uid, token) = house.mail.link_to(&ada.email).await;
    set(&house, &ada, "new@example.com").expect(204).await;
    house.activate_by_letter("new@example.com").await;

    let body = json!({ "uid": uid, "token": token, "new_password": "brand-new-teapot-7" });
    house.post("/auth/users/reset_password_confirm/").json(&body).expect(400).await;
}

#[tokio::test]
async fn somebody_s_address_and_one_s_own_are_taken() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let bob = house.person("bob").await;
    for taken in [&ada.email, &bob.email, "BOB@example.com"] {
        let said = set(&house, &ada, taken).expect(400).await.json();
        assert!(said["new_email"].is_array(), "{taken}");
    }
    let said = set(&house, &ada, "nope").expect(400).await.json();
    assert!(said["new_email"].is_array());
}

#[tokio::test]
async fn where_it_must_not_be_told_a_taken_address_gets_no_letter() {
    let house = House::with(&[("registration.reveal_existing", "false")]).await;
    let ada = house.person("ada").await;
    let bob = house.person("bob").await;
    house.mail.round().await;

    set(&house, &ada, &bob.email).expect(204).await;

    assert_eq!(house.mail.round().await, 0);
    house.log_in(&bob.email).expect(200).await;
}

#[tokio::test]
async fn an_address_that_somebody_took_meanwhile_stays_theirs() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    set(&house, &ada, "new@example.com").expect(204).await;
    let (uid, token) = house.mail.link_to("new@example.com").await;
    house.person("new").await;

    let body = json!({ "uid": uid, "token": token });
    house.post("/auth/users/activation/").json(&body).expect(400).await;

    assert_eq!(email_of(&house, &ada).await, ada.email);
}

#[tokio::test]
async fn the_password_is_demanded_and_whoever_has_none_cannot() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let call =
        |body: Value| house.post("/auth/users/set_email/").json(&body).token(&ada.auth_token);

    let said = call(json!({})).expect(400).await.json();
    assert!(said["new_email"].is_array() && said["current_password"].is_array());
    let said =
        call(json!({ "new_email": "n@example.com", "current_password": "x" })).expect(400).await;
    assert!(said.json()["current_password"].is_array());
    let client = house.client("app").await;
    let access = house.google_access(&client, "ok-1").await;
    let body = json!({ "new_email": "n@example.com", "current_password": "x" });
    let said = house.post("/auth/users/set_email/").json(&body).bearer(&access).expect(400).await;
    assert!(said.json()["current_password"].is_array());
}

#[tokio::test]
async fn the_older_names_take_the_address_where_people_log_in_with_it() {
    let house = House::with(&[("accounts.set_login_retype", "true")]).await;
    let ada = house.person("ada").await;
    let call =
        |body: Value| house.post("/auth/users/set_username/").json(&body).token(&ada.auth_token);

    let wrong = json!({
        "new_username": "n@example.com", "re_new_username": "x", "current_password": PASSWORD,
    });
    assert!(call(wrong).expect(400).await.json()["non_field_errors"].is_array());
    let right = json!({
        "new_username": "n@example.com", "re_new_username": "n@example.com",
        "current_password": PASSWORD,
    });
    call(right).expect(204).await;
    house.activate_by_letter("n@example.com").await;
    assert_eq!(email_of(&house, &ada).await, "n@example.com");
}

#[tokio::test]
async fn who_holds_the_old_mailbox_may_name_a_new_one() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    house.forward(TimeDelta::seconds(1));
    for (ask, confirm, field) in [
        ("/auth/users/reset_email/", "/auth/users/reset_email_confirm/", "new_email"),
        ("/auth/users/reset_username/", "/auth/users/reset_username_confirm/", "new_username"),
    ] {
        let email = json!({ "email": ada.email });
        house.post(ask).json(&email).expect(204).await;
        let (uid, token) = house.mail.link_to(&ada.email).await;
        let body = json!({ "uid": uid, "token": token, field: "new@example.com" });
        house.post(confirm).json(&body).expect(204).await;
        assert_eq!(email_of(&house, &ada).await, ada.email);
        let said = house.post(confirm).json(&body).expect(400).await.json();
        assert!(said["token"].is_array());
        house.forward(TimeDelta::seconds(1));
    }
    house.activate_by_letter("new@example.com").await;
    assert_eq!(email_of(&house, &ada).await, "new@example.com");
}

#[tokio::test]
async fn with_user_names_a_new_address_may_be_sent_with_the_record() {
    let house = House::with(&[("accounts.login_field", "username")]).await;
    let body = json!({
        "email": "ada@example.com", "username": "ada", "password": PASSWORD, "re_password": PASSWORD,
    });
    house.post("/auth/users/").json(&body).expect(201).await;
    house.activate_by_letter("ada@example.com").await;
    let login = json!({ "username": "ada", "password": PASSWORD });
    let token =
        house.post("/auth/token/login/").json(&login).expect(200).await.text_of("auth_token");
    let patch = |body: Value| house.patch("/auth/users/me/").json(&body).token(&token);

    let said = patch(json!({ "email": "new@example.com", "username": "root" })).expect(200).await;
    assert_eq!(
        (said.text_of("email").as_str(), said.text_of("username").as_str()),
        ("ada@example.com", "ada")
    );
    house.activate_by_letter("new@example.com").await;
    assert_eq!(patch(json!({})).expect(200).await.text_of("email"), "new@example.com");
    assert!(patch(json!({ "email": "nope" })).expect(400).await.json()["email"].is_array());
    house.put("/auth/users/me/").json(&json!({})).token(&token).expect(400).await;
}
