//! Where the link of a letter leads: where the settings say, never where a caller says.

use crate::support::{House, callers::sheet};

async fn letter(house: &House) -> String {
    house.mail.last_to("ada@example.com").await.rendered.text
}

#[tokio::test]
async fn a_link_leads_to_the_public_url() {
    let house = House::open().await;
    house.register("ada").await;
    let (uid, token) = house.mail.link_to("ada@example.com").await;

    let link = format!("{}/auth/activate/{uid}/{token}", house.base());

    assert_eq!(letter(&house).await.lines().filter(|line| *line == link).count(), 1);
    let html = house.mail.last_to("ada@example.com").await.rendered.html;
    assert!(html.contains(&format!("href=\"{link}\"")));
}

#[tokio::test]
async fn a_front_end_of_ones_own_is_a_setting() {
    let template = "https://app.example.org/#/welcome?u={uid}&t={token}";
    let house = House::with(&[("links.activation", template)]).await;
    let id = house.register("ada").await;

    let text = letter(&house).await;

    let start = "https://app.example.org/#/welcome?u=";
    let link = text.lines().find(|line| line.starts_with(start)).unwrap();
    let (uid, token) = link.trim_start_matches(start).split_once("&t=").unwrap();
    assert_eq!(uid, cambio::domain::account::AccountId(id).uid());
    let body = serde_json::json!({ "uid": uid, "token": token });
    house.post("/auth/users/activation/").json(&body).expect(204).await;
}

#[tokio::test]
async fn what_a_caller_says_about_the_host_is_not_believed() {
    let house = House::open().await;
    let call = house
        .post("/auth/users/")
        .header("Host", "evil.example")
        .header("X-Forwarded-Host", "evil.example")
        .header("X-Forwarded-Proto", "javascript")
        .header("Forwarded", "host=evil.example;proto=https")
        .header("Origin", "https://evil.example")
        .header("Referer", "https://evil.example/");

    call.json(&sheet("ada@example.com")).await;

    let letter = house.mail.last_to("ada@example.com").await;
    assert!(letter.rendered.text.contains(house.base()));
    for part in [letter.rendered.text, letter.rendered.html, letter.rendered.subject] {
        assert!(!part.contains("evil") && !part.contains("javascript"), "{part}");
    }
}
