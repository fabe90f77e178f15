//! What hangs on a row goes with it, and its number does not come again.

use serde_json::json;

use crate::support::House;

const HANGING: [&str; 7] = [
    "account_groups",
    "identities",
    "families",
    "access_tokens",
    "refresh_tokens",
    "outbox",
    "mail_tokens",
];

async fn counts(house: &House) -> Vec<String> {
    let mut counts = Vec::new();
    for table in HANGING {
        let query = format!("select '{table} ' || count(*) as line from {table}");
        counts.extend(house.lines(&query).await);
    }
    counts
}

/// Somebody on whom something of everything hangs.
async fn laden(house: &House, name: &str) -> i64 {
    let person = house.person(name).await;
    house.join(&person, "writers").await;
    house.jwts(&person.email).await;
    let ask = json!({ "email": person.email });
    house.post("/auth/users/reset_password/").json(&ask).expect(204).await;
    while house.app.write(cambio::usecases::asked::settle).await.unwrap() {}
    let client = house.client(&format!("client-of-{name}")).await;
    house
        .tamper(&format!(
            "insert into identities (provider, subject, account_id, created_at)
         values ('google-oauth2', '{name}', {}, 0)",
            person.id
        ))
        .await;
    let _ = client;
    person.id
}

#[tokio::test]
async fn a_deleted_account_takes_everything_along_that_hangs_on_it() {
    let house = House::open().await;
    laden(&house, "bob").await;
    // His letters leave now, not while hers are written.
    house.mail.round().await;
    let before = counts(&house).await;
    assert!(before.iter().all(|count| count == "outbox 0" || !count.ends_with(" 0")), "{before:?}");
    laden(&house, "ada").await;
    assert_ne!(counts(&house).await, before);

    house.delete_account("ada@example.com").await;

    assert_eq!(counts(&house).await, before);
}

#[tokio::test]
async fn a_number_is_never_given_twice() {
    let house = House::open().await;
    let first = house.register("ada").await;
    house.delete_account("ada@example.com").await;

    let second = house.register("ada").await;

    assert!(second > first);
}

#[tokio::test]
async fn a_deleted_client_takes_its_tokens_along() {
    let house = House::open().await;
    let web = house.client("web-client").await;
    let access = house.google_access(&web, "ok-1").await;
    house.me(&access).expect(200).await;

    let id = cambio::domain::client::ClientId::parse(&web.id).unwrap();
    house.app.write(move |ctx| cambio::usecases::clients::delete(ctx, &id)).await.unwrap();

    house.me(&access).expect(401).await;
    for table in ["families", "access_tokens", "refresh_tokens", "client_secrets"] {
        let query = format!("select count(*) || '' as line from {table}");
        assert_eq!(house.lines(&query).await, ["0"], "{table}");
    }
}
