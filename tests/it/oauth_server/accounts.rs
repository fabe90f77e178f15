//! The pages that lead to an account: registering, the links of letters, a forgotten password.

use reqwest::Method;
use serde_json::json;

use super::{
    browser::{Browser, between, sent},
    flow::ask,
};
use crate::support::{House, Said, callers::PASSWORD};

const ADA: &str = "ada@example.com";
const NEW: &str = "walrus-carpenter-9";

/// Where a page leads whose link begins like this.
fn link(page: &Said, path: &str) -> String {
    let rest = between(&page.text, &format!("{path}?"), "\"").unwrap_or_else(|| panic!("{page:?}"));
    format!("{path}?{}", rest.replace("&amp;", "&"))
}

async fn register(browser: &Browser<'_>, page: &Said, email: &str) -> Said {
    let fields = [("email", email), ("password", PASSWORD), ("re_password", PASSWORD)];
    browser.send(page, &fields).await
}

async fn reset_link(house: &House) -> String {
    let (uid, token) = house.mail.link_to(ADA).await;
    format!("/auth/password/reset/confirm/{uid}/{token}")
}

async fn forget(browser: &Browser<'_>, email: &str) -> Said {
    let page = browser.open("/account/forgot").await.with_status(200);
    browser.send(&page, &[("email", email)]).await
}

#[tokio::test]
async fn somebody_registers_opens_the_letter_and_goes_on_to_the_application() {
    let house = House::open().await;
    let client = house.web_client("web-client").await;
    let browser = Browser::new(&house);
    let page = browser.follow(&ask(&client, &[])).await;
    let page = browser.open(&link(&page, "/account/register")).await.with_status(200);

    let said = register(&browser, &page, ADA).await.with_status(303);
    let said = browser.follow(said.header("location")).await.with_status(200);
    assert!(said.text.contains("Look into your mail"), "{said:?}");
    let (uid, token) = house.mail.link_to(ADA).await;
    let page = browser.open(&format!("/auth/activate/{uid}/{token}")).await.with_status(200);
    let said = browser.send(&page, &[]).await.with_status(303);
    assert!(!said.header("location").contains(&token));
    let said = browser.follow(said.header("location")).await.with_status(200);
    assert!(said.text.contains("Go on to"), "{said:?}");

    let page = browser.open(&link(&said, "/account/sign-in")).await.with_status(200);
    let said = browser.sign_in(&page, ADA).await.with_status(303);
    let consent = browser.follow(said.header("location")).await.with_status(200);
    let back = browser.send(&consent, &[("decision", "allow")]).await;
    assert!(sent(&back).contains_key("code"));
    assert_eq!(browser.cookie("cambio-way"), None);
}

#[tokio::test]
async fn who_got_no_letter_asks_for_another_one_and_goes_on_to_the_application() {
    let house = House::open().await;
    let client = house.web_client("web-client").await;
    let browser = Browser::new(&house);
    let page = browser.follow(&ask(&client, &[])).await;
    let page = browser.open(&link(&page, "/account/register")).await.with_status(200);
    let said = register(&browser, &page, ADA).await.with_status(303);
    let said = browser.follow(said.header("location")).await.with_status(200);
    house.mail.all_to(ADA).await;
    house.forward(chrono::TimeDelta::minutes(5));

    let page = browser.open(&link(&said, "/account/resend")).await.with_status(200);
    let said = browser.send(&page, &[("email", ADA)]).await.with_status(303);
    let unknown = browser.send(&page, &[("email", "nobody@example.com")]).await.with_status(303);
    assert_eq!(said.header("location"), unknown.header("location"));
    assert_eq!(house.mail.all_to(ADA).await.len(), 2);
    let (uid, token) = house.mail.link_to(ADA).await;
    let over = browser.open("/auth/activate/MQ/a%22b").await.with_status(400);
    assert!(over.text.contains("/account/resend\">"), "{over:?}");
    let page = browser.open(&format!("/auth/activate/{uid}/{token}")).await.with_status(200);
    let said = browser.send(&page, &[]).await.with_status(303);
    let said = browser.follow(said.header("location")).await.with_status(200);
    assert!(said.text.contains("Go on to"), "{said:?}");
}

#[tokio::test]
async fn a_letter_opened_in_another_browser_leads_to_signing_in() {
    let house = House::open().await;
    house.register("ada").await;
    let browser = Browser::new(&house);
    let (uid, token) = house.mail.link_to(ADA).await;
    let page = browser.open(&format!("/auth/activate/{uid}/{token}")).await.with_status(200);

    let said = browser.send(&page, &[]).await.with_status(303);
    let said = browser.follow(said.header("location")).await.with_status(200);

    assert!(said.text.contains("/account/sign-in\">") && !said.text.contains("Go on to"));
    let page = browser.open("/account/sign-in").await;
    let on = browser.sign_in(&page, ADA).await.with_status(303);
    assert!(on.header("location").ends_with("/account"));
}

#[tokio::test]
async fn looking_at_the_link_of_a_letter_changes_nothing() {
    let house = House::open().await;
    house.register("ada").await;
    let (uid, token) = house.mail.link_to(ADA).await;
    let path = format!("/auth/activate/{uid}/{token}");
    for method in [Method::GET, Method::HEAD, Method::GET] {
        house.call(method, &path).expect(200).await;
    }
    // Without a form of ours nothing is done either.
    house.post(&path).form(&[]).expect(403).await;
    house.log_in(ADA).expect(400).await;

    // Programs see no difference.
    let body = json!({ "uid": uid, "token": token });
    house.post("/auth/users/activation/").json(&body).expect(204).await;
    house.log_in(ADA).expect(200).await;
}

#[tokio::test]
async fn a_link_that_is_used_or_wrong_says_so_on_a_page() {
    let house = House::open().await;
    house.register("ada").await;
    let browser = Browser::new(&house);
    let (uid, token) = house.mail.link_to(ADA).await;
    let path = format!("/auth/activate/{uid}/{token}");
    let page = browser.open(&path).await;
    browser.send(&page, &[]).await.with_status(303);

    let again = browser.send(&page, &[]).await.with_status(400);
    assert!(again.text.contains("used already"), "{again:?}");
    for wrong in ["/auth/activate/x/y", &format!("/auth/activate/{uid}/a%22%3E%3Cb")] {
        let said = browser.open(wrong).await.with_status(400);
        assert!(said.text.contains("not good any more"), "{said:?}");
    }
    let page = browser.open(&format!("/auth/activate/{uid}/made-up")).await.with_status(200);
    browser.send(&page, &[]).await.with_status(400);
    browser.open(&format!("/auth/password/reset/confirm/{uid}/made-up")).await.with_status(400);
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_the_letter() {
    let house = House::open().await;
    house.activated("ada").await;
    let (browser, elsewhere) = (Browser::new(&house), Browser::new(&house));
    let page = elsewhere.open("/account/sign-in").await;
    elsewhere.sign_in(&page, ADA).await.with_status(303);
    house.forward(chrono::TimeDelta::minutes(1));

    forget(&browser, ADA).await.with_status(303);
    let path = reset_link(&house).await;
    let page = browser.open(&path).await.with_status(200);
    assert!(page.text.contains(ADA));
    let new = |password| [("new_password", password), ("re_new_password", password)];
    let weak = browser.send(&page, &new("12345678")).await.with_status(400);
    assert!(weak.text.contains("aria-invalid=\"true\""), "{weak:?}");
    let like = browser.send(&weak, &new("ada@example.com")).await.with_status(400);
    assert!(like.text.contains("too similar"), "{like:?}");
    let said = browser.send(&like, &new(NEW)).await.with_status(303);
    let said = browser.follow(said.header("location")).await.with_status(200);

    assert!(said.text.contains("Your password is set"));
    let page = browser.open("/account/sign-in").await;
    browser.sign_in(&page, ADA).await.with_status(400);
    browser.send(&page, &[("name", ADA), ("password", NEW)]).await.with_status(303);
    let there = elsewhere.open("/account").await.with_status(303);
    assert!(there.header("location").ends_with("/account/sign-in"));
    browser.open(&path).await.with_status(400);
}

#[tokio::test]
async fn nobody_is_told_whose_address_has_an_account() {
    let house = House::with(&[("registration.reveal_existing", "false")]).await;
    house.activated("ada").await;
    house.mail.round().await;
    let browser = Browser::new(&house);

    let (known, unknown) =
        (forget(&browser, ADA).await, forget(&browser, "nobody@example.com").await);
    assert_eq!(known.with_status(303).header("location"), unknown.header("location"));
    assert!(house.mail.all_to("nobody@example.com").await.is_empty());

    let page = browser.open("/account/register").await.with_status(200);
    let taken = register(&browser, &page, ADA).await.with_status(303);
    let free = register(&browser, &page, "bob@example.com").await.with_status(303);
    assert_eq!(taken.header("location"), free.header("location"));
    let last = house.mail.last_to(ADA).await;
    assert!(!last.rendered.text.contains("/auth/activate/"));
}

#[tokio::test]
async fn what_is_wrong_with_a_registration_is_told_beside_its_field() {
    let house = House::with(&[("registration.reveal_existing", "true")]).await;
    house.activated("ada").await;
    let browser = Browser::new(&house);
    let page = browser.open("/account/register").await.with_status(200);
    for (fields, complaint, field) in [
        ([("email", "no-address"), ("password", PASSWORD)], "valid email", "email"),
        ([("email", ADA), ("password", PASSWORD)], "already exists", "email"),
        ([("email", "bob@example.com"), ("password", "12345678")], "common", "password"),
    ] {
        let again = ("re_password", fields[1].1);
        let said = browser.send(&page, &[fields[0], fields[1], again]).await.with_status(400);
        assert!(said.text.contains(complaint), "{complaint}: {}", said.text);
        let described = format!("aria-describedby=\"{field}-complaint\"");
        assert!(said.text.contains(&described) && !said.text.contains("12345678"));
    }
    let fields = [("email", "bob@example.com"), ("password", PASSWORD), ("re_password", "x")];
    let wanted = house.app.policy().registration.retype;
    let said = browser.send(&page, &fields).await;
    assert_eq!(said.status, if wanted { 400 } else { 303 });
}

#[tokio::test]
async fn where_nobody_may_register_there_is_no_page_for_it() {
    let house = House::with(&[("registration.enabled", "false")]).await;
    let browser = Browser::new(&house);
    let page = browser.open("/account/sign-in").await.with_status(200);
    assert!(!page.text.contains("/account/register") && page.text.contains("/account/forgot"));

    browser.open("/account/register").await.with_status(403);
    let token = between(&page.text, "name=\"form_token\" value=\"", "\"").unwrap();
    let fields = [("form_token", token.as_str()), ("email", ADA), ("password", PASSWORD)];
    let call = house.post("/account/register").form(&fields).header("Cookie", &browser.cookies());
    call.header("Origin", house.base()).expect(403).await;
}

#[tokio::test]
async fn people_who_log_in_by_a_name_choose_one() {
    let house = House::with(&[("accounts.login_field", "username")]).await;
    let browser = Browser::new(&house);
    let page = browser.open("/account/register").await.with_status(200);
    let fields = [("email", ADA), ("password", PASSWORD), ("re_password", PASSWORD)];

    let named = fields.iter().copied().chain([("username", "")]).collect::<Vec<_>>();
    browser.send(&page, &named).await.with_status(400);
    let named = fields.iter().copied().chain([("username", "countess")]).collect::<Vec<_>>();
    browser.send(&page, &named).await.with_status(303);

    house.activate_by_letter(ADA).await;
    let page = browser.open("/account/sign-in").await;
    browser.sign_in(&page, "countess").await.with_status(303);
}

#[tokio::test]
async fn an_application_chooses_the_language_of_the_pages() {
    let house = House::open().await;
    house.activated("ada").await;
    let client = house.web_client("web-client").await;
    let browser = Browser::new(&house);
    for (wanted, tag) in [("fr-CA ko ru", "ko"), ("ru-RU", "ru"), ("fr", "en"), ("", "en")] {
        let page = browser.follow(&ask(&client, &[("ui_locales", wanted)])).await;
        assert!(page.text.contains(&format!("<html lang=\"{tag}\">")), "{wanted}");
    }
    let korean = ask(&client, &[("ui_locales", "ko")]);
    let page = browser.follow(&korean).await;
    let wrong = browser.send(&page, &[("name", ADA), ("password", "x")]).await.with_status(400);
    let other = browser.open(&link(&page, "/account/register")).await;
    let forgot = browser.open(&link(&page, "/account/forgot")).await;
    let on = browser.sign_in(&page, ADA).await.with_status(303);
    let consent = browser.follow(on.header("location")).await.with_status(200);
    for said in [page, wrong, other, forgot, consent] {
        assert!(said.text.contains("<html lang=\"ko\">"), "{said:?}");
    }
    let said = browser.open("/oauth/authorize?client_id=nobody&ui_locales=ru").await;
    assert!(said.with_status(400).text.contains("<html lang=\"ru\">"));
}

#[tokio::test]
async fn a_page_tells_of_nothing_that_is_not_done_here() {
    let house = House::open().await;
    for what in ["", "?what=", "?what=%3Cb%3E", "?what=deleted"] {
        house.get(&format!("/account/done{what}")).expect(404).await;
    }
    house.get("/account/done?what=password").expect(200).await;
}
