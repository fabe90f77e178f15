//! `POST users/` where it must not be told who has an account, and where nobody may register.

use serde_json::json;

use crate::support::{
    House,
    callers::{PASSWORD, sheet},
};

async fn discreet() -> House {
    House::with(&[("registration.reveal_existing", "false")]).await
}

#[tokio::test]
async fn a_known_address_gets_the_answer_of_an_unknown_one() {
    let house = discreet().await;
    house.person("ada").await;
    let known = house.post("/auth/users/").json(&sheet("ada@example.com")).expect(201).await;
    let unknown = house.post("/auth/users/").json(&sheet("bob@example.com")).expect(201).await;

    let names = |said: &crate::support::Said| {
        let mut headers: Vec<_> = said.headers.keys().map(ToString::to_string).collect();
        headers.sort();
        headers
    };
    assert_eq!(names(&known), names(&unknown));
    let id = |said: &crate::support::Said| said.json()["id"].as_i64().unwrap();
    let (first, second) = (id(&known), id(&unknown));
    assert_eq!(second, first + 1, "the numbers have no gap where an account would be");
    known.is(&json!({ "email": "ada@example.com", "id": first, "name": "" }));
    unknown.is(&json!({ "email": "bob@example.com", "id": second, "name": "" }));
}

#[tokio::test]
async fn the_owner_of_the_address_is_told_by_mail() {
    let house = discreet().await;
    house.person("ada").await;

    house.post("/auth/users/").json(&sheet("Ada@example.com")).expect(201).await;

    let letter = house.mail.last_to("ada@example.com").await;
    assert_eq!(letter.rendered.subject, "You already have an account at Test House");
}

#[tokio::test]
async fn the_account_that_is_there_stays_as_it_was() {
    let house = discreet().await;
    let ada = house.person("ada").await;
    let body = json!({
        "email": "ada@example.com", "name": "Eve",
        "password": "other-than-before-7", "re_password": "other-than-before-7",
    });

    let said = house.post("/auth/users/").json(&body).expect(201).await;

    assert_ne!(said.json()["id"], ada.id);
    let me = house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
    me.is(&json!({ "email": ada.email, "id": ada.id, "name": "" }));
    let login = json!({ "email": ada.email, "password": "other-than-before-7" });
    house.post("/auth/token/login/").json(&login).expect(400).await;
}

#[tokio::test]
async fn a_weak_password_is_told_to_everybody_alike() {
    let house = discreet().await;
    house.register("ada").await;
    let told = |email: &str| json!({ "email": email, "password": "1234", "re_password": "1234" });

    let known = house.post("/auth/users/").json(&told("ada@example.com")).expect(400).await;
    let unknown = house.post("/auth/users/").json(&told("bob@example.com")).expect(400).await;

    assert_eq!(known.text, unknown.text);
}

#[tokio::test]
async fn where_registration_is_off_everybody_is_refused_alike() {
    let open = House::open().await;
    open.register("ada").await;
    let house = open.second_node(&[("registration.enabled", "false")]).await;

    let refusal = json!({ "detail": "You do not have permission to perform this action." });
    let known = house.post("/auth/users/").json(&sheet("ada@example.com")).expect(403).await;
    known.is(&refusal);
    let unknown = house.post("/auth/users/").json(&sheet("bob@example.com")).expect(403).await;
    unknown.is(&refusal);
    let empty = house.post("/auth/users/").json(&json!({})).expect(403).await;
    empty.is(&refusal);
}

#[tokio::test]
async fn who_registered_before_may_still_log_in_where_registration_is_off() {
    let open = House::open().await;
    open.activated("ada").await;
    let house = open.second_node(&[("registration.enabled", "false")]).await;

    let login = json!({ "email": "ada@example.com", "password": PASSWORD });
    house.post("/auth/token/login/").json(&login).expect(200).await;
}
