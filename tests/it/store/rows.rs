//! What is stored is read back as it was, on both databases.

use cambio::{
    domain::account::{AccountId, Group},
    store::{accounts, groups},
};
use chrono::TimeDelta;
use serde_json::json;

use crate::support::{House, callers::sheet};

#[tokio::test]
async fn an_instant_is_kept_to_the_microsecond() {
    let house = House::open().await;
    house.forward(TimeDelta::microseconds(1_234_567));
    let now = house.app.now();
    let id = AccountId(house.register("ada").await);

    let stored = house.app.read(move |ctx| Ok(accounts::find(ctx.conn, id)?)).await.unwrap();

    assert_eq!(stored.unwrap().created_at, now);
}

#[tokio::test]
async fn names_of_any_script_and_length_come_back_as_they_went() {
    let house = House::open().await;
    for (n, name) in ["김철수", "🦀🐳 \u{10ffff}", "O'Neil \"; drop table accounts; --", "%_\\"]
        .into_iter()
        .enumerate()
    {
        let mut body = sheet(&format!("p{n}@example.com"));
        body["name"] = json!(name);
        let said = house.post("/auth/users/").json(&body).expect(201).await;
        let id = AccountId(said.json()["id"].as_i64().unwrap());
        let stored = house.app.read(move |ctx| Ok(accounts::find(ctx.conn, id)?)).await.unwrap();
        assert_eq!(stored.unwrap().name, name);
    }
}

#[tokio::test]
async fn groups_are_sorted_alike_and_twice_the_same_is_once() {
    let house = House::open().await;
    let id = AccountId(house.register("ada").await);

    let names = house.app.write(move |ctx| {
        for name in ["b", "a", "B", "ä", "a b", "a", "Z"] {
            groups::insert(ctx.conn, id, &Group::parse(name).unwrap())?;
        }
        Ok(groups::list(ctx.conn, id)?)
    });

    // By bytes: neither database asks a language.
    assert_eq!(names.await.unwrap(), ["B", "Z", "a", "a b", "b", "ä"]);
}

#[tokio::test]
async fn an_address_is_looked_up_exactly_and_never_as_a_pattern() {
    let house = House::open().await;
    house.register("ada").await;
    for (typed, status) in [("ad_@example.com", 201), ("a%@example.com", 201)] {
        house.post("/auth/users/").json(&sheet(typed)).expect(status).await;
    }
    house.post("/auth/users/").json(&sheet("Ada@EXAMPLE.com")).expect(400).await;
}

#[tokio::test]
async fn the_largest_number_there_is_names_nobody() {
    let house = House::open().await;
    house.register("ada").await;
    for id in [i64::MAX, i64::MIN, 0, -1] {
        let found = house.app.read(move |ctx| Ok(accounts::find(ctx.conn, AccountId(id))?));
        assert!(found.await.unwrap().is_none());
    }
}
