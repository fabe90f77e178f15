//! `restore`: a forgotten password.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Call, House, callers::PASSWORD};

const NEW: &str = "walrus-oyster-17";

impl House {
    fn ask_restore(&self, email: &str) -> Call {
        self.post("/restore").json(&json!({ "restoring_email": email }))
    }

    fn set_restored(&self, token: &str, password: &str) -> Call {
        let body = json!({ "restoring_token": token, "restoring_password": password });
        self.post("/restore").json(&body)
    }

    /// The `restoring` parameter of the link in the latest letter to that address.
    async fn restoring(&self, email: &str) -> String {
        let letter = self.mail.last_to(email).await;
        let mut words = letter.rendered.text.split_whitespace();
        let link = words.find(|word| word.contains("restoring=")).unwrap().to_owned();
        let url = link.parse::<url::Url>().unwrap();
        url.query_pairs().find(|(name, _)| name == "restoring").unwrap().1.into_owned()
    }
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_the_mailed_link() {
    let house = House::open().await;
    house.signed_up("ada").await;
    let old = house.signed_in("ada").await;
    house.forward(TimeDelta::seconds(1));

    let said = house.ask_restore("ada@example.com").expect(200).await.json();
    assert_eq!((said["status"].as_i64(), said["message"].is_string()), (Some(200), true));
    let token = house.restoring("ada@example.com").await;
    house.set_restored(&token, NEW).expect(200).await;

    house.sign_in("ada", PASSWORD).expect(404).await;
    house.sign_in("ada", NEW).expect(200).await;
    house.renew(&old).expect(404).await;
    house.set_restored(&token, "another-walrus-18").expect(400).await.says_no();
}

#[tokio::test]
async fn nobody_learns_whether_an_address_is_known() {
    let house = House::open().await;
    house.signed_up("ada").await;

    let known = house.ask_restore("ada@example.com").expect(200).await;
    let unknown = house.ask_restore("nobody@example.com").expect(200).await;

    assert_eq!(known.text, unknown.text);
    assert!(house.mail.all_to("nobody@example.com").await.is_empty());
    house.ask_restore("no address").expect(400).await.says_no();
    house.post("/restore").json(&json!({})).expect(400).await.says_no();
}

#[tokio::test]
async fn the_names_of_the_published_code_are_taken_as_well() {
    let house = House::open().await;
    house.signed_up("ada").await;
    house.forward(TimeDelta::seconds(1));

    house.post("/restore").json(&json!({ "email": "ada@example.com" })).expect(200).await;
    let token = house.restoring("ada@example.com").await;
    let body = json!({ "token": token, "new_password": NEW });
    house.post("/restore").json(&body).expect(200).await;

    house.sign_in("ada", NEW).expect(200).await;
}

#[tokio::test]
async fn a_weak_password_uses_the_link_not_up_and_time_does() {
    let house = House::open().await;
    house.signed_up("ada").await;
    house.forward(TimeDelta::seconds(1));
    house.ask_restore("ada@example.com").expect(200).await;
    let token = house.restoring("ada@example.com").await;

    for weak in ["1", "ada@example.com", ""] {
        house.set_restored(&token, weak).expect(400).await.says_no();
    }
    house.set_restored("MQ.nonsense", NEW).expect(400).await.says_no();
    house.post("/restore").json(&json!({ "token": token })).expect(400).await.says_no();
    house.forward(TimeDelta::minutes(30));
    house.set_restored(&token, NEW).expect(400).await.says_no();
    house.sign_in("ada", PASSWORD).expect(200).await;
}

#[tokio::test]
async fn the_token_is_a_fernet_token_where_a_key_is_set() {
    const KEY: &str = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=";
    let house = House::with(&[("dialects.signin.email_encrypt_key", KEY)]).await;
    house.signed_up("ada").await;
    house.forward(TimeDelta::seconds(1));
    house.ask_restore("ada@example.com").expect(200).await;

    let token = house.restoring("ada@example.com").await;

    assert!(token.starts_with("gAAAAA"), "{token}");
    house.set_restored(&token, NEW).expect(200).await;
    house.sign_in("ada", NEW).expect(200).await;
}

#[tokio::test]
async fn a_restoring_link_serves_no_other_purpose_and_no_other_link_serves_this_one() {
    let house = House::open().await;
    house.signed_up("ada").await;
    let (uid, activation) = house.mail.link_to("ada@example.com").await;
    house.set_restored(&format!("{uid}.{activation}"), NEW).expect(400).await.says_no();

    house.forward(TimeDelta::seconds(1));
    house.ask_restore("ada@example.com").expect(200).await;
    let token = house.restoring("ada@example.com").await;
    let (uid, token) = token.split_once('.').unwrap();

    let link = json!({ "uid": uid, "token": token });
    house.post("/auth/users/activation/").json(&link).expect(400).await;
    let link = json!({ "uid": uid, "token": token, "new_password": NEW });
    house.post("/auth/users/reset_password_confirm/").json(&link).expect(400).await;
}
