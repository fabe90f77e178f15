//! `users/me/`: changing one's own record.

use serde_json::json;

use crate::support::House;

#[tokio::test]
async fn put_and_patch_change_the_name_in_json_and_in_a_form() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let record = |name: &str| json!({ "email": ada.email, "id": ada.id, "name": name });

    let me = "/auth/users/me/";
    let put =
        house.put(me).json(&json!({ "name": "Ada" })).token(&ada.auth_token).expect(200).await;
    put.is(&record("Ada"));
    let form = house.patch(me).form(&[("name", "Ada L")]).token(&ada.auth_token).expect(200).await;
    form.is(&record("Ada L"));
    house.get(me).token(&ada.auth_token).expect(200).await.is(&record("Ada L"));
}

#[tokio::test]
async fn what_is_left_out_stays() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let me = "/auth/users/me/";
    house.put(me).json(&json!({ "name": "Ada" })).token(&ada.auth_token).expect(200).await;

    let put = house.put(me).json(&json!({})).token(&ada.auth_token).expect(200).await;

    assert_eq!(put.text_of("name"), "Ada");
}

#[tokio::test]
async fn nobody_makes_itself_more_than_it_is() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let wish = json!({
        "name": "x", "id": 1, "email": "eve@example.com", "username": "root", "is_admin": true,
        "is_staff": true, "is_superuser": true, "is_active": false, "groups": ["admins"],
        "password": "another-password-1", "epoch": 7, "last_login": null, "email_verified": false,
    });

    let said = house.patch("/auth/users/me/").json(&wish).token(&ada.auth_token).expect(200).await;

    said.is(&json!({ "email": ada.email, "id": ada.id, "name": "x" }));
    let all = house.get("/auth/users/").token(&ada.auth_token).expect(200).await.json();
    assert_eq!(all.as_array().unwrap().len(), 1);
    house.log_in(&ada.email).expect(200).await;
}

#[tokio::test]
async fn a_name_that_hides_something_or_never_ends_is_refused() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    for name in
        [json!("a\u{0}b"), json!("a\u{202e}b"), json!("x".repeat(256)), json!(null), json!([])]
    {
        let call = house.patch("/auth/users/me/").json(&json!({ "name": name }));
        let said = call.token(&ada.auth_token).expect(400).await.json();
        assert!(said["name"].is_array(), "{name}");
    }
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_are_taken() {
    let house = House::open().await;
    let ada = house.person("ada").await;

    let said =
        house.post("/auth/users/me/").json(&json!({})).token(&ada.auth_token).expect(405).await;

    assert_eq!(said.header("allow"), "GET, PUT, PATCH, DELETE, HEAD, OPTIONS");
    house.patch("/auth/users/me/").json(&json!({ "name": "x" })).expect(401).await;
}
