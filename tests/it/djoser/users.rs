//! `POST users/`: an account comes about.

use serde_json::json;

use crate::support::{
    House,
    callers::{PASSWORD, sheet},
};

#[tokio::test]
async fn registering_answers_with_email_id_and_name() {
    let house = House::open().await;
    let body = json!({
        "email": "ada@example.com", "name": "Ada", "password": PASSWORD, "re_password": PASSWORD,
    });

    let said = house.post("/auth/users/").json(&body).expect(201).await;

    let id = said.json()["id"].as_i64().unwrap();
    said.is(&json!({ "email": "ada@example.com", "id": id, "name": "Ada" }));
}

#[tokio::test]
async fn the_answer_is_json_and_shows_no_password() {
    let house = House::open().await;

    let said = house.post("/auth/users/").json(&sheet("ada@example.com")).expect(201).await;

    assert_eq!(said.header("content-type"), "application/json");
    assert!(!said.text.contains("password") && !said.text.contains(PASSWORD));
}

#[tokio::test]
async fn a_name_may_be_left_out_or_empty() {
    let house = House::open().await;
    for (email, name) in [("ada@example.com", None), ("bob@example.com", Some(""))] {
        let mut body = sheet(email);
        if let Some(name) = name {
            body["name"] = json!(name);
        }
        let said = house.post("/auth/users/").json(&body).expect(201).await;
        assert_eq!(said.text_of("name"), "");
    }
}

#[tokio::test]
async fn registering_takes_json_form_and_multipart_alike() {
    let house = House::open().await;
    let form = [("email", "bob@example.com"), ("password", PASSWORD), ("re_password", PASSWORD)];
    let parts = [("email", "eve@example.com"), ("password", PASSWORD), ("re_password", PASSWORD)];

    house.post("/auth/users/").json(&sheet("ada@example.com")).expect(201).await;
    house.post("/auth/users/").form(&form).expect(201).await;
    house.post("/auth/users/").multipart(&parts).expect(201).await;

    for email in ["ada@example.com", "bob@example.com", "eve@example.com"] {
        assert_eq!(house.mail.all_to(email).await.len(), 1, "{email}");
    }
}

#[tokio::test]
async fn the_slash_at_the_end_is_optional() {
    let house = House::open().await;

    house.post("/auth/users").json(&sheet("ada@example.com")).expect(201).await;
    house.post("/auth/users/").json(&sheet("bob@example.com")).expect(201).await;
}

#[tokio::test]
async fn a_domain_is_lower_cased_and_the_name_before_it_kept() {
    let house = House::open().await;

    let body = sheet(" Ada.L@EXAMPLE.Com ");
    let said = house.post("/auth/users/").json(&body).expect(201).await;

    assert_eq!(said.text_of("email"), "Ada.L@example.com");
}

#[tokio::test]
async fn an_address_is_taken_whatever_its_case() {
    let house = House::open().await;
    house.register("ada").await;

    let said = house.post("/auth/users/").json(&sheet("ADA@Example.com")).expect(400).await;

    said.is(&json!({ "email": ["An account with this email already exists."] }));
}

#[tokio::test]
async fn an_address_that_was_never_activated_is_free_again_after_three_days() {
    let house = House::open().await;
    let first = house.register("ada").await;
    let old = house.mail.link_to("ada@example.com").await;
    house.forward(chrono::TimeDelta::hours(72));

    let second = house.register("ada").await;

    assert_ne!(first, second);
    let body = json!({ "uid": old.0, "token": old.1 });
    house.post("/auth/users/activation/").json(&body).expect(400).await;
}

#[tokio::test]
async fn nobody_makes_himself_more_than_he_is() {
    let house = House::open().await;
    let mut body = sheet("eve@example.com");
    for field in ["is_admin", "is_staff", "is_superuser", "is_active", "email_verified"] {
        body[field] = json!(true);
    }
    body["id"] = json!(1_000_000);
    body["state"] = json!("active");
    body["groups"] = json!(["admins"]);

    let said = house.post("/auth/users/").json(&body).expect(201).await;

    assert_ne!(said.json()["id"], 1_000_000);
    house.log_in("eve@example.com").expect(400).await;
}

#[tokio::test]
async fn numbers_and_names_of_any_script_are_texts() {
    let house = House::open().await;
    let mut body = sheet("ada@example.com");
    body["name"] = json!("Ада 김철수 🦀");
    body["password"] = json!(481_516_234_200_i64);
    body["re_password"] = json!("481516234200");

    let said = house.post("/auth/users/").json(&body).expect(400).await;
    said.is(&json!({ "password": ["This password is entirely numeric."] }));

    body["password"] = json!(PASSWORD);
    body["re_password"] = json!(PASSWORD);
    let said = house.post("/auth/users/").json(&body).expect(201).await;
    assert_eq!(said.text_of("name"), "Ада 김철수 🦀");
}

#[tokio::test]
async fn a_bad_credential_is_refused_although_none_is_needed() {
    let house = House::open().await;
    let body = sheet("ada@example.com");

    let with = |call: crate::support::Call| call.json(&body).expect(401);
    with(house.post("/auth/users/").token(&"0".repeat(40))).await;
    with(house.post("/auth/users/").bearer("nobody")).await;
    with(house.post("/auth/users/").bearer("eyJhbGciOiJub25lIn0.e30.")).await;

    house.post("/auth/users/").json(&body).expect(201).await;
}

#[tokio::test]
async fn somebody_logged_in_may_register_another() {
    let house = House::open().await;
    let ada = house.person("ada").await;

    let call = house.post("/auth/users/").token(&ada.auth_token);
    call.json(&sheet("bob@example.com")).expect(201).await;
}
