//! The providers on the sign-in page: out to their page, back, and on with what an application asked.

use std::collections::HashMap;

use reqwest::{Client, Url, redirect::Policy};

use super::{
    browser::{Browser, between, sent},
    flow::{CALLBACK, ask},
};
use crate::support::{House, Said, people::google};

const ADA: &str = "ada@example.com";
const GOOGLE: &str = "google-oauth2";

/// Where the button of a provider leads.
fn button(page: &Said, provider: &str) -> String {
    let path = format!("/account/providers/{provider}");
    let rest = between(&page.text, &path, "\"").unwrap_or_else(|| panic!("{page:?}"));
    format!("{path}{}", rest.replace("&amp;", "&"))
}

/// Presses the button of a provider on a page.
async fn press(browser: &Browser<'_>, page: &Said, provider: &str) -> Url {
    let said = browser.open(&button(page, provider)).await.with_status(303);
    said.header("location").parse().unwrap()
}

/// Chooses somebody on the provider's page; tells where one is sent back to.
#[expect(clippy::disallowed_methods, reason = "somebody's browser, not Cambio's egress")]
async fn choose(mut page: Url, who: &str) -> String {
    page.query_pairs_mut().append_pair("login_hint", who);
    let plain = Client::builder().no_proxy().redirect(Policy::none()).user_agent("browser");
    let answer = plain.build().unwrap().get(page).send().await.unwrap();
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// Presses, chooses and comes back.
async fn by(browser: &Browser<'_>, provider: &str, who: &str) -> Said {
    let page = browser.open("/account/sign-in").await.with_status(200);
    let back = choose(press(browser, &page, provider).await, who).await;
    browser.open(&back).await
}

/// What the sign-in page is told to say.
async fn told(browser: &Browser<'_>, said: Said) -> Said {
    let place = said.with_status(303).header("location").to_owned();
    assert!(place.contains("/account/sign-in?"), "{place}");
    assert!(browser.cookie("cambio-session").is_none());
    browser.open(&place).await.with_status(200)
}

#[tokio::test]
async fn every_provider_leads_on_to_the_application() {
    let house = House::open().await;
    let client = house.web_client("web-client").await;
    for provider in [GOOGLE, "yandex-oauth2", "vk-oauth2"] {
        let browser = Browser::new(&house);
        browser.plant("cambio-session", &"A".repeat(43));
        let page = browser.follow(&ask(&client, &[("prompt", "consent")])).await;
        let there = press(&browser, &page, provider).await;
        let back = choose(there, "ok-7").await;
        assert!(
            back.starts_with(&format!("{}/account/providers/{provider}/callback?", house.base()))
        );

        let said = browser.open(&back).await.with_status(303);
        assert_ne!(browser.cookie("cambio-session").unwrap(), "A".repeat(43));
        let consent = browser.follow(said.header("location")).await.with_status(200);
        let answer = browser.send(&consent, &[("decision", "allow")]).await;
        assert!(answer.header("location").starts_with(CALLBACK));
        house.redeem(&client, &sent(&answer)["code"]).expect(200).await;
    }
}

#[tokio::test]
async fn the_page_of_a_provider_is_asked_with_pkce_and_a_state_that_tells_nothing() {
    let house = House::open().await;
    let browser = Browser::new(&house);
    let page = browser.open("/account/sign-in").await;
    let there = press(&browser, &page, GOOGLE).await;
    let told: HashMap<_, _> = there.query_pairs().into_owned().collect();

    assert_eq!(told["response_type"], "code");
    assert_eq!(told["code_challenge_method"], "S256");
    let back = format!("{}/account/providers/{GOOGLE}/callback", house.base());
    assert_eq!(told["redirect_uri"], back);
    // Yandex takes no more than 1024.
    assert!((32..=1024).contains(&told["state"].len()) && !told["state"].contains('.'));
}

#[tokio::test]
async fn nobody_is_signed_in_with_a_way_back_of_another_browser_or_a_second_time() {
    let house = House::open().await;
    let (mallory, victim) = (Browser::new(&house), Browser::new(&house));
    let page = mallory.open("/account/sign-in").await;
    let back = choose(press(&mallory, &page, GOOGLE).await, "ok-666").await;
    victim.open("/account/sign-in").await;

    let said = victim.open(&back).await;
    assert!(told(&victim, said).await.text.contains("expired or belongs to another browser"));
    let stranger = Browser::new(&house);
    let said = stranger.open(&back).await;
    told(&stranger, said).await;

    mallory.open(&back).await.with_status(303);
    assert!(mallory.cookie("cambio-session").is_some());
    let again = mallory.open(&back).await.with_status(303);
    assert!(again.header("location").contains("said=error-expired"));
}

#[tokio::test]
async fn a_way_back_to_a_page_is_none_for_the_api_nor_the_other_way_round() {
    let front = "https://app.example.org/social";
    let house = House::with(&[("social_login.redirect_uris", front)]).await;
    let browser = Browser::new(&house);
    let page = browser.open("/account/sign-in").await;
    let back = choose(press(&browser, &page, GOOGLE).await, "ok-7").await;
    let query = back.split_once('?').unwrap().1;
    let call = house.post(&format!("/auth/o/{GOOGLE}/?{query}")).form(&[]);
    call.header("Cookie", &browser.cookies()).expect(400).await;

    let out = format!("/auth/o/{GOOGLE}/?redirect_uri={front}");
    let out = house.get(&out).header("Cookie", &browser.cookies()).expect(200).await;
    let back = choose(out.text_of("authorization_url").parse().unwrap(), "ok-7").await;
    let query = back.split_once('?').unwrap().1;
    let said = browser.open(&format!("/account/providers/{GOOGLE}/callback?{query}")).await;
    told(&browser, said).await;
}

#[tokio::test]
async fn a_no_is_told_on_the_sign_in_page_and_what_was_asked_goes_on() {
    let house = House::open().await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let browser = Browser::new(&house);
    let page = browser.follow(&ask(&client, &[])).await;
    let back = choose(press(&browser, &page, GOOGLE).await, "denied").await;

    let said = browser.open(&back).await;
    let page = told(&browser, said).await;

    assert!(page.text.contains("or you said no"), "{page:?}");
    let on = browser.sign_in(&page, ADA).await.with_status(303);
    assert!(on.header("location").contains("/account/consent?ask="));
}

#[tokio::test]
async fn an_account_that_is_off_and_an_address_of_somebody_else_are_told() {
    let house = House::with(&[("providers.google-oauth2.link_existing", "never")]).await;
    house.sandbox.add_token(google("ada", ADA));
    house.activated("ada").await;
    let browser = Browser::new(&house);
    let said = by(&browser, GOOGLE, "ada").await;
    assert!(told(&browser, said).await.text.contains("belongs to another account"));

    house.sandbox.add_token(google("bob", "bob@example.com"));
    by(&Browser::new(&house), GOOGLE, "bob").await.with_status(303);
    house.deactivate("bob@example.com").await;
    let said = by(&browser, GOOGLE, "bob").await;
    assert!(told(&browser, said).await.text.contains("cannot be used at present"));
}

#[tokio::test]
async fn another_site_sends_nobody_to_a_provider() {
    let house = House::open().await;
    for site in ["cross-site", "same-site", "none"] {
        let call = house.get("/account/providers/google-oauth2").header("Sec-Fetch-Site", site);
        let said = call.expect(303).await;
        assert!(said.header("location").contains("/account/sign-in"), "{site}");
    }
    let call = house.get("/account/providers/google-oauth2");
    let said = call.header("Sec-Fetch-Site", "same-origin").expect(303).await;
    assert!(!said.header("location").starts_with(house.base()));
}

#[tokio::test]
async fn only_providers_that_can_be_gone_to_have_a_button() {
    let house = House::with(&[("providers.yandex-oauth2.enabled", "false")]).await;
    let page = Browser::new(&house).open("/account/sign-in").await;
    assert!(page.text.contains("Sign in with Google") && page.text.contains("Sign in with VK"));
    assert!(!page.text.contains("yandex"));
    house.get("/account/providers/yandex-oauth2").expect(404).await;
    house.get("/account/providers/yandex-oauth2/callback").expect(404).await;
}
