//! The authorization endpoint (attacks on it are in `cases/a_*.rs`).

use cambio::{
    domain::client::{ClientKind, RedirectUri},
    usecases::clients::RegisterClient,
};

use super::{
    browser::{Browser, sent},
    flow::{ask, web},
};
use crate::support::{House, OAuthClient};

const ADA: &str = "ada@example.com";

async fn house() -> (House, OAuthClient) {
    let house = House::open().await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    (house, client)
}

#[tokio::test]
async fn a_request_may_come_in_a_form_and_under_older_names() {
    let (house, client) = house().await;
    let query = ask(&client, &[]);
    let query = query.split_once('?').unwrap().1;
    for path in ["/oauth/authorize", "/o/authorize/", "/auth/authorize/"] {
        house.get(&format!("{path}?{query}")).expect(303).await;
        let form = "application/x-www-form-urlencoded";
        let said = house.post(path).body(form, query.to_owned()).expect(303).await;
        assert!(said.header("location").contains("/account/sign-in?ask="), "{path}");
    }
}

#[tokio::test]
async fn what_was_allowed_once_is_not_asked_again_and_no_is_told() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    browser.code(&client, ADA).await;

    let again = sent(&browser.open(&ask(&client, &[("scope", "read")])).await);
    assert!(again.contains_key("code"), "{again:?}");

    let page = browser.follow(&ask(&client, &[("prompt", "consent")])).await;
    let no = sent(&browser.send(&page, &[("decision", "deny")]).await);
    assert_eq!((&*no["error"], &*no["state"]), ("access_denied", "st 1&2"));
}

#[tokio::test]
async fn an_app_that_anybody_could_pose_as_is_asked_for_each_time() {
    let house = House::open().await;
    house.activated("ada").await;
    let redirect_uris = vec![RedirectUri::parse("com.example.app:/cb").unwrap()];
    let wish = RegisterClient { redirect_uris, ..web("native-app", ClientKind::Public) };
    let client = house.client_with(wish).await;
    let browser = Browser::new(&house);
    let place = [("redirect_uri", "com.example.app:/cb")];
    let back = browser.allow(&client, ADA, &place).await;
    assert!(back.header("location").starts_with("com.example.app:/cb?code="), "{back:?}");

    let page = browser.follow(&ask(&client, &place)).await.with_status(200);

    assert!(page.text.contains("name=\"decision\""));
    let policy = page.header("content-security-policy").to_owned();
    // Chromium would hold all that the app's page leads on to against it.
    assert!(!policy.contains("form-action"), "{policy}");
}

#[tokio::test]
async fn prompt_none_shows_no_page() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    let none = [("prompt", "none")];

    let said = browser.open(&ask(&client, &none)).await;
    assert_eq!(sent(&said)["error"], "login_required");
    let page = browser.follow(&ask(&client, &[])).await;
    browser.sign_in(&page, ADA).await;
    let said = browser.open(&ask(&client, &none)).await;
    assert_eq!(sent(&said)["error"], "consent_required");
    browser.code(&client, ADA).await;
    let said = browser.open(&ask(&client, &none)).await;
    assert!(sent(&said).contains_key("code"));
}

#[tokio::test]
async fn prompt_login_and_max_age_want_the_person_again() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    browser.code(&client, ADA).await;
    house.forward(chrono::TimeDelta::seconds(100));
    for fields in [[("prompt", "login")], [("max_age", "99")]] {
        let page = browser.follow(&ask(&client, &fields)).await;
        assert!(page.text.contains("name=\"password\""), "{fields:?}");
        let none = [fields[0], ("prompt", "none")];
        if fields[0].0 == "max_age" {
            let said = browser.open(&ask(&client, &none)).await;
            assert_eq!(sent(&said)["error"], "login_required");
        }
    }
    let said = browser.open(&ask(&client, &[("max_age", "100")])).await;
    assert!(sent(&said).contains_key("code"));

    let page = browser.follow(&ask(&client, &[("prompt", "login")])).await;
    let said = browser.sign_in(&page, ADA).await;
    assert!(sent(&said).contains_key("code"), "{said:?}");
}
