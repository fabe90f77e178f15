//! The pages: cookies, forged forms, headers, languages (attacks on them are in `cases/e_*.rs`).

use chrono::TimeDelta;

use super::{
    browser::{Browser, between, sent},
    flow::ask,
};
use crate::support::{House, OAuthClient, said::unescaped};

const ADA: &str = "ada@example.com";

async fn house() -> (House, OAuthClient) {
    let house = House::open().await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    (house, client)
}

#[tokio::test]
async fn a_session_known_before_signing_in_opens_nothing() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    let known = "A".repeat(43);
    browser.plant("cambio-session", &known);
    let page = browser.follow(&ask(&client, &[])).await;
    browser.sign_in(&page, ADA).await;
    let first = browser.cookie("cambio-session").unwrap();
    assert_ne!(first, known);

    let page = browser.open("/account/sign-in").await;
    browser.sign_in(&page, ADA).await;

    assert_ne!(browser.cookie("cambio-session").unwrap(), first);
    let old = Browser::new(&house);
    old.plant("cambio-session", &first);
    let said = old.open(&ask(&client, &[("prompt", "none")])).await;
    assert_eq!(sent(&said)["error"], "login_required");
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_and_after_half_a_day() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    browser.code(&client, ADA).await;
    let none = ask(&client, &[("prompt", "none")]);

    for _ in 0..8 {
        house.forward(TimeDelta::minutes(89));
        assert!(sent(&browser.open(&none).await).contains_key("code"));
    }
    house.forward(TimeDelta::minutes(9));
    assert_eq!(sent(&browser.open(&none).await)["error"], "login_required");

    let page = browser.follow(&ask(&client, &[])).await;
    browser.sign_in(&page, ADA).await;
    house.forward(TimeDelta::minutes(90));
    assert_eq!(sent(&browser.open(&none).await)["error"], "login_required");
}

#[tokio::test]
async fn a_session_ends_with_its_account_and_the_store_holds_no_secret_of_it() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    browser.code(&client, ADA).await;
    let secret = browser.cookie("cambio-session").unwrap();
    let rows = house.dump("browser_sessions", &["length(digest)", "account_id"]).await;
    assert!(rows.len() == 1 && !rows[0].contains(&secret));

    house.deactivate(ADA).await;
    house.reactivate(ADA).await;

    let said = browser.open(&ask(&client, &[("prompt", "none")])).await;
    assert_eq!(sent(&said)["error"], "login_required");
}

#[tokio::test]
async fn a_wrong_password_is_told_on_the_page_and_the_name_stays() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    let page = browser.follow(&ask(&client, &[])).await;
    let fields = [("name", ADA), ("password", "not-the-password")];

    let said = browser.send(&page, &fields).await.with_status(400);
    let nobody = [("name", "nobody@example.com"), ("password", "not-the-password")];
    let unknown = browser.send(&page, &nobody).await.with_status(400);

    for said in [&said, &unknown] {
        assert!(said.text.contains("The name or the password is wrong."));
    }
    assert!(said.text.contains(ADA));
    let on = browser.sign_in(&said, ADA).await.with_status(303);
    assert!(on.header("location").contains("/account/consent?ask="));
}

#[tokio::test]
async fn the_pages_speak_three_languages() {
    let (house, client) = house().await;
    let place = house.get(&ask(&client, &[])).expect(303).await.header("location").to_owned();
    for (language, tag, words) in [
        ("en-GB", "en", "Sign in"),
        ("ru, en;q=0.5", "ru", "Войти"),
        ("ko-KR", "ko", "로그인"),
        ("fr", "en", "Sign in"),
    ] {
        let said =
            house.get("/account/sign-in").header("Accept-Language", language).expect(200).await;
        assert!(said.text.contains(&format!("<html lang=\"{tag}\">")), "{language}");
        assert_eq!(said.header("content-language"), tag);
        assert!(said.text.contains(words), "{language}");
    }
    assert!(place.starts_with(house.base()));
    let style = house.get("/account/style.css").expect(200).await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(style.text.contains("prefers-color-scheme:dark"));
}

#[tokio::test]
async fn a_language_chosen_by_a_link_is_kept_whatever_an_application_asks_for() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    let page = browser.follow(&ask(&client, &[("ui_locales", "ru")])).await;
    assert!(page.text.contains("<html lang=\"ru\">"));

    let link = between(&page.text, "<a href=\"?", "\" lang=\"ko\"").unwrap();
    let link = unescaped(link.rsplit("href=\"?").next().unwrap());
    let chosen = browser.open(&format!("/account/sign-in?{link}")).await.with_status(200);
    assert!(chosen.text.contains("<html lang=\"ko\">"));
    assert!(browser.sign_in(&chosen, ADA).await.header("location").contains("ask="), "it goes on");

    let another = Browser::new(&house);
    another.plant("cambio-language", &browser.cookie("cambio-language").unwrap());
    let page = another.follow(&ask(&client, &[("ui_locales", "ru")])).await;
    assert!(page.text.contains("<html lang=\"ko\">"));
    another.plant("cambio-language", "tlh");
    let page = another.follow(&ask(&client, &[("ui_locales", "ru")])).await;
    assert!(page.text.contains("<html lang=\"ru\">"));
}

#[tokio::test]
async fn a_request_that_lies_too_long_has_to_begin_again() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    let page = browser.follow(&ask(&client, &[])).await;
    house.forward(TimeDelta::minutes(31));

    browser.sign_in(&page, ADA).await.with_status(400);
}
