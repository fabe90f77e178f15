//! Signing out, and the page on which a person ends what they allowed.

use cambio::{
    domain::{
        client::{ClientKind, ClientOptions, RedirectUri},
        scope::ScopeSet,
    },
    usecases::{clients::RegisterClient, keys},
};
use url::form_urlencoded::{self, Serializer};

use super::{
    browser::{Browser, sent},
    flow::{ask, web},
};
use crate::support::{House, OAuthClient};

const ADA: &str = "ada@example.com";
const AFTER: &str = "https://app.example/after";

async fn house() -> (House, OAuthClient) {
    let house = House::open().await;
    house.activated("ada").await;
    let post_logout_uris = vec![RedirectUri::parse(AFTER).unwrap()];
    let wish = RegisterClient {
        scopes: ScopeSet::parse("openid read"),
        options: ClientOptions { post_logout_uris, ..ClientOptions::default() },
        ..web("web-client", ClientKind::Confidential)
    };
    let client = house.client_with(wish).await;
    (house, client)
}

fn logout(fields: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(fields);
    format!("/oauth/logout?{}", query.finish())
}

async fn is_signed_in(browser: &Browser<'_>, client: &OAuthClient) -> bool {
    let said = browser.open(&ask(client, &[("prompt", "none")])).await;
    sent(&said).get("error").map(String::as_str) != Some("login_required")
}

#[tokio::test]
async fn an_application_that_knows_who_is_signed_in_signs_out_and_gets_them_back() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    let back = browser.allow(&client, ADA, &[("scope", "openid read")]).await;
    let tokens = house.redeem(&client, &sent(&back)["code"]).expect(200).await;
    let hint = tokens.text_of("id_token");
    assert!(is_signed_in(&browser, &client).await);
    house.forward(chrono::TimeDelta::minutes(80));

    let fields =
        [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", AFTER), ("state", "x&y")];
    let said = browser.open(&logout(&fields)).await.with_status(303);

    assert_eq!(said.header("location"), format!("{AFTER}?state=x%26y"));
    assert!(!is_signed_in(&browser, &client).await);
}

#[tokio::test]
async fn without_a_hint_the_person_is_asked() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    browser.code(&client, ADA).await;
    let fields = [("client_id", client.id.as_str()), ("post_logout_redirect_uri", AFTER)];
    for hint in [None, Some(("id_token_hint", "eyJhbGciOiJub25lIn0.e30."))] {
        let fields: Vec<_> = fields.into_iter().chain(hint).collect();
        let page = browser.open(&logout(&fields)).await.with_status(200);
        assert!(page.text.contains(ADA) && is_signed_in(&browser, &client).await);
    }
    let page = browser.open(&logout(&fields)).await;
    let said = browser.send(&page, &[]).await.with_status(303);

    assert_eq!(said.header("location"), AFTER);
    assert!(!is_signed_in(&browser, &client).await);
    assert_eq!(browser.cookie("cambio-session"), None);
}

#[tokio::test]
async fn who_another_persons_hint_asks_about_is_sent_on_when_they_say_yes() {
    let (house, client) = house().await;
    house.activated("bob").await;
    let (browser, other) = (Browser::new(&house), Browser::new(&house));
    let back = other.allow(&client, "bob@example.com", &[("scope", "openid read")]).await;
    let tokens = house.redeem(&client, &sent(&back)["code"]).expect(200).await;
    let hint = tokens.text_of("id_token");
    browser.code(&client, ADA).await;

    let fields = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", AFTER)];
    let page = browser.open(&logout(&fields)).await.with_status(200);
    assert!(page.text.contains(ADA));
    let said = browser.send(&page, &[]).await.with_status(303);
    assert_eq!(said.header("location"), AFTER);
    assert!(!is_signed_in(&browser, &client).await);
}

#[tokio::test]
async fn a_hint_whose_key_is_gone_asks_and_leads_nowhere() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    let back = browser.allow(&client, ADA, &[("scope", "openid read")]).await;
    let tokens = house.redeem(&client, &sent(&back)["code"]).expect(200).await;
    let hint = tokens.text_of("id_token");
    house.app.write(keys::rotate).await.unwrap();
    house.forward(chrono::TimeDelta::minutes(80));
    browser.open("/account").await.with_status(200);
    house.forward(chrono::TimeDelta::minutes(80));

    let fields = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", AFTER)];
    let page = browser.open(&logout(&fields)).await.with_status(200);
    browser.send(&page, &[]).await.with_status(200);
    assert!(!is_signed_in(&browser, &client).await);
}

#[tokio::test]
async fn what_another_sites_form_asks_is_asked_again_with_the_cookies() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    browser.code(&client, ADA).await;
    let wish = ask(&client, &[("prompt", "none")]);
    for place in [logout(&[("client_id", &client.id)]), wish] {
        let (path, query) = place.split_once('?').unwrap();
        let fields: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        // Browsers keep `SameSite=Lax` cookies from it.
        let call = house.post(path).form(&fields).header("Origin", "https://app.example");
        let said = call.header("Sec-Fetch-Site", "cross-site").expect(303).await;
        assert!(!said.headers.contains_key("set-cookie"), "{said:?}");

        let again = browser.open(said.header("location")).await;
        assert!(again.status == 200 || sent(&again).contains_key("code"), "{again:?}");
    }
    assert!(is_signed_in(&browser, &client).await);
    let stolen = house.post("/account/sign-in").form(&[("name", ADA), ("password", "x")]);
    let said = stolen.header("Origin", "https://evil.example").expect(403).await;
    assert!(!said.headers.contains_key("set-cookie"), "{said:?}");
}

#[tokio::test]
async fn nobody_is_sent_to_a_place_that_is_not_registered() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    browser.code(&client, ADA).await;
    for fields in [
        vec![("client_id", "web-client"), ("post_logout_redirect_uri", "https://evil.example/")],
        vec![("client_id", "web-client"), ("post_logout_redirect_uri", "https://app.example/cb")],
        vec![("client_id", "nobody-here"), ("post_logout_redirect_uri", AFTER)],
        vec![("post_logout_redirect_uri", AFTER)],
    ] {
        let said = browser.open(&logout(&fields)).await.with_status(400);
        assert_eq!(said.header("location"), "");
    }
    assert!(is_signed_in(&browser, &client).await);
}

#[tokio::test]
async fn a_person_sees_and_ends_what_they_allowed() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    let code = browser.code(&client, ADA).await;
    let tokens = house.redeem(&client, &code).expect(200).await;
    let page = browser.open("/account").await.with_status(200);
    assert!(page.text.contains("<h3>web-client</h3>"), "{}", page.text);

    let said = browser.send(&page, &[("client_id", &client.id)]).await.with_status(303);

    assert_eq!(said.header("location"), format!("{}/account", house.base()));
    house.me(&tokens.text_of("access_token")).expect(401).await;
    assert!(!house.is_live(&client, &tokens.text_of("refresh_token")).await);
    let page = browser.open("/account").await.with_status(200);
    assert!(page.text.contains("No application has access"));
    let said = browser.open(&ask(&client, &[("prompt", "none")])).await;
    assert_eq!(sent(&said)["error"], "consent_required");
}

#[tokio::test]
async fn a_person_signs_out_of_the_other_browsers() {
    let (house, client) = house().await;
    let (here, there) = (Browser::new(&house), Browser::new(&house));
    for browser in [&here, &there] {
        browser.code(&client, ADA).await;
    }
    let page = here.open("/account").await.with_status(200);
    assert!(page.text.contains("signed in: 2"), "{}", page.text);
    let others = "application/x-www-form-urlencoded";
    let token = super::browser::between(&page.text, "name=\"form_token\" value=\"", "\"").unwrap();

    let call = house.post("/account").body(others, format!("form_token={token}&browsers=others"));
    call.header("Cookie", &here.cookies()).expect(303).await;

    assert!(is_signed_in(&here, &client).await && !is_signed_in(&there, &client).await);
    house.get("/account").expect(303).await;
}

#[tokio::test]
async fn what_was_signed_for_one_application_signs_nobody_out_for_another() {
    let (house, client) = house().await;
    let browser = Browser::new(&house);
    let back = browser.allow(&client, ADA, &[("scope", "openid read")]).await;
    let tokens = house.redeem(&client, &sent(&back)["code"]).expect(200).await;
    let hint = tokens.text_of("id_token");
    house.web_client("other-client").await;

    let fields = [("id_token_hint", hint.as_str()), ("client_id", "other-client")];
    browser.open(&logout(&fields)).await.with_status(400);

    assert!(is_signed_in(&browser, &client).await);
}

#[tokio::test]
async fn who_signs_in_for_no_application_comes_to_their_own_page() {
    let (house, _) = house().await;
    let browser = Browser::new(&house);
    let on = browser.open("/account").await.with_status(303);
    let page = browser.follow(on.header("location")).await.with_status(200);
    let on = browser.sign_in(&page, ADA).await.with_status(303);

    assert_eq!(on.header("location"), format!("{}/account", house.base()));
    let page = browser.follow(on.header("location")).await.with_status(200);
    assert!(page.text.contains(ADA) && page.text.contains("No application has access"));
}
