//! What an account is made of, and who may touch it.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::support::{
    Call, House,
    callers::{PASSWORD, sheet},
};

/// Everything nobody may set for himself.
fn privileges() -> Value {
    json!({
        "is_admin": true, "is_staff": true, "is_superuser": true, "is_active": true, "state": "active",
        "groups": ["admins"], "id": 4711, "email_verified": true, "email_verified_at": 1,
        "password_hash": "!", "epoch": 99, "last_login": "2000-01-01T00:00:00Z", "role": "admin",
    })
}

/// One body with the fields of both.
fn merged(mut one: Value, other: &Value) -> Value {
    one.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    one
}

/// What the table says of an address, as far as nobody may set it.
async fn stored(house: &House, email: &str) -> Vec<String> {
    house
        .lines(&format!(
            "select state || ' admin ' || cast(is_admin as text) || ' epoch ' || epoch || ' proven '
                || coalesce(cast(email_verified_at as text), '-') || ' seen '
                || coalesce(cast(last_login as text), '-') as line from accounts where email = '{email}'"
        ))
        .await
}

#[tokio::test]
async fn g082_what_nobody_may_set_is_passed_over() {
    let house = House::open().await;
    for (path, plain, bold) in [
        ("/auth/users/", "a@example.com", "b@example.com"),
        ("/api/register/", "c@example.com", "d@example.com"),
        ("/signup", "e@example.com", "f@example.com"),
    ] {
        let body = |email| merged(sheet(email), &json!({ "email_as_name": true }));
        house.post(path).json(&body(plain)).await;
        let said = house.post(path).json(&merged(body(bold), &privileges())).await;
        assert!([200, 201].contains(&said.status), "{said:?}");
        assert_eq!(stored(&house, plain).await, stored(&house, bold).await, "{path}");
        assert!(!stored(&house, bold).await.is_empty());
    }
    let ada = house.person("ada").await;
    let before = stored(&house, &ada.email).await;
    for call in [house.patch("/auth/users/me/"), house.put("/auth/users/me/")] {
        call.json(&privileges()).token(&ada.auth_token).expect(200).await;
    }
    assert_eq!(stored(&house, &ada.email).await, before);
    assert!(house.lines("select name as line from account_groups").await.is_empty());
    house.log_in(&ada.email).expect(200).await;
}

#[tokio::test]
async fn g083_nobody_reaches_the_account_of_somebody_else() {
    let house = House::open().await;
    let (alice, mallory) = (house.person("alice").await, house.person("mallory").await);
    let body =
        json!({ "name": "x", "current_password": PASSWORD, "new_password": "walrus-oyster-17" });
    let own = format!("+{}", mallory.id);
    for id in [
        alice.id.to_string().as_str(),
        "0",
        "-1",
        "9e9",
        "1%20or%201",
        "99999999999999999999",
        &own,
        "0b7c5c1e-5a0c-4c49-8f3a-2f4d4fd21c11",
    ] {
        let path = format!("/auth/users/{id}/");
        for call in [house.get(&path), house.put(&path), house.patch(&path), house.delete(&path)] {
            call.json(&body).token(&mallory.auth_token).expect(404).await;
        }
        let path = format!("/auth/users/{id}/set_password/");
        house.post(&path).json(&body).token(&mallory.auth_token).expect(404).await;
    }
    let list = house.get("/auth/users/").token(&mallory.auth_token).expect(200).await.json();
    assert_eq!(list.as_array().unwrap().len(), 1);
    let root = house.admin("root").await;
    let list = house.get("/auth/users/").token(&root.auth_token).expect(200).await.json();
    assert_eq!(list.as_array().unwrap().len(), 3);
    house.log_in(&alice.email).expect(200).await;
}

#[tokio::test]
async fn g085_of_many_who_register_one_address_at_once_one_does() {
    let house = House::open().await;
    for round in 0..3 {
        let register = |n: usize| {
            let name = format!("ada{round}");
            let name = if n.is_multiple_of(2) { name } else { name.to_uppercase() };
            house.post("/auth/users/").json(&sheet(&format!("{name}@Example.com"))).into_future()
        };
        let said = join_all((0..16).map(register)).await;
        assert_eq!(said.iter().filter(|said| said.status == 201).count(), 1, "{said:?}");
        assert_eq!(said.iter().filter(|said| said.status == 400).count(), 15, "{said:?}");
        assert_eq!(house.accounts().await.len(), round + 1);
    }
}

/// What no field takes.
const CONTROLS: [&str; 4] = ["a\u{0}b", "a\r\nb", "a\u{202e}b", "a\u{7f}b"];

#[tokio::test]
async fn g086_control_characters_are_refused_in_every_field_and_break_nothing() {
    let house = House::with(&[("accounts.login_field", "either")]).await;
    let client = house.client("web-client").await;
    let with = |field: &str, value: &str| {
        let mut body =
            merged(sheet("ada@example.com"), &json!({ "username": "ada", "name": "Ada" }));
        body[field] = json!(value);
        house.post("/auth/users/").json(&body)
    };
    for bad in CONTROLS {
        for field in ["username", "email", "name"] {
            assert!(with(field, bad).expect(400).await.json()[field].is_array(), "{field} {bad:?}");
        }
        for field in ["client_id", "scope", "token", "backend", "grant_type"] {
            let mut fields = client.signed(&[
                ("grant_type", "convert_token"),
                ("backend", "google-oauth2"),
                ("token", "ok-1"),
                ("scope", "read"),
            ]);
            fields
                .iter_mut()
                .filter(|(name, _)| *name == field)
                .for_each(|(_, value)| *value = bad);
            let said = house.post("/auth/convert-token/").form(&fields).await;
            assert!((400..=401).contains(&said.status), "{field} {bad:?}: {said:?}");
        }
        let login = json!({ "email": bad, "username": bad, "password": bad });
        for path in ["/auth/token/login/", "/auth/jwt/create/", "/api/login/", "/signin"] {
            let said = house.post(path).json(&login).await;
            assert!((400..500).contains(&said.status), "{path} {bad:?}: {said:?}");
        }
    }
    assert!(
        with("password", "dormouse\u{0}teapot-42").expect(400).await.json()["password"].is_array()
    );
    for lone in [r#"{"email":"\ud800@example.com"}"#, r#"{"name":"\udc00"}"#] {
        house.post("/auth/users/").body("application/json", lone).expect(400).await;
    }
    let odd = "dormouse \u{202e}\t\u{7} teapot-42";
    let body = json!({ "email": "eve@example.com", "password": odd, "re_password": odd });
    house.post("/auth/users/").json(&body).expect(201).await;
}

#[tokio::test]
async fn g088_passwords_that_anybody_would_try_are_refused_and_long_ones_taken() {
    let house = House::open().await;
    let email = "ada.lovelace@example.com";
    let calls = |password: &str| -> [Call; 3] {
        let body = merged(
            json!({ "email": email, "password": password, "re_password": password }),
            &json!({ "email_as_name": true }),
        );
        ["/auth/users/", "/api/register/", "/signup"].map(|path| house.post(path).json(&body))
    };
    for weak in ["1", "password", "Password", "12345678", email, "ada.lovelace", "        "] {
        for call in calls(weak) {
            call.expect(400).await;
        }
    }
    assert!(house.accounts().await.is_empty());
    for (at, good) in
        ["fifteen letters", "🦀🐙🦑🐚🐟🐠🐡🦈", "nodigitsnocapitals"].into_iter().enumerate()
    {
        let email = format!("somebody{at}@example.com");
        let body = json!({ "email": email, "password": good, "re_password": good });
        house.post("/auth/users/").json(&body).expect(201).await;
        house.activate_by_letter(&email).await;
        house.log_in_with(&email, good).expect(200).await;
    }
}
