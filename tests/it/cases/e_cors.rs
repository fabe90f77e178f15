//! 1.E: scripts of pages elsewhere (053): a registered origin may call and read, no other may (RFC 9700 §2.6).

use cambio::{
    domain::{
        client::{ClientId, ClientKind, ClientOptions, RedirectUri},
        origin::Origin,
    },
    usecases::clients::{self, RegisterClient},
};
use reqwest::Method;

use super::rows::{Must, Rows};
use crate::{
    oauth_server::flow::{ask, web},
    support::{House, OAuthClient, Said},
};

const APP: &str = "https://app.example";

/// A house with a client whose pages are at [`APP`].
async fn house() -> House {
    let house = House::open().await;
    let options = ClientOptions {
        allowed_origins: vec![Origin::parse(APP).unwrap()],
        ..ClientOptions::default()
    };
    let redirect_uris = vec![RedirectUri::parse("https://app.example/cb").unwrap()];
    let wish = RegisterClient { redirect_uris, options, ..web("spa-client", ClientKind::Public) };
    house.client_with(wish).await;
    house
}

async fn preflight(house: &House, path: &str, origin: &str) -> Said {
    let call = house.call(Method::OPTIONS, path).header("Origin", origin);
    call.header("Access-Control-Request-Method", "POST").await
}

fn varies_by_origin(said: &Said) -> bool {
    said.headers.get_all("vary").iter().any(|value| value == "Origin")
}

/// The token endpoint, revocation, user info, conversion, users, and a JWT of every dialect.
const CALLS: [&str; 8] = [
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/auth/convert-token/",
    "/auth/users/me/",
    "/auth/jwt/create/",
    "/api/login/",
    "/signin",
];

#[tokio::test]
async fn e053_a_registered_origin_may_call_and_read() {
    let house = house().await;
    for path in CALLS {
        let said = preflight(&house, path, APP).await.with_status(204);
        assert_eq!(said.header("access-control-allow-origin"), APP, "{path}");
        assert!(said.header("access-control-allow-headers").contains("Authorization"), "{path}");
        assert_eq!(said.header("access-control-max-age"), "600", "{path}");
        assert_eq!(said.header("access-control-allow-credentials"), "", "{path}");

        let said = house.get(path).header("Origin", APP).await;
        assert_eq!(said.header("access-control-allow-origin"), APP, "{path}");
        assert!(said.header("access-control-expose-headers").contains("Retry-After"), "{path}");
        assert!(varies_by_origin(&said), "{path}");
    }
}

/// Origins that are not [`APP`], to the letter.
const OTHERS: [&str; 12] = [
    "https://evil",
    "null",
    "https://app.example.evil",
    "https://evil-app.example",
    "http://app.example",
    "https://app.example:8443",
    "https://app.example:443",
    "https://app.example/",
    "https://APP.example",
    "https://sub.app.example",
    "*",
    "",
];

#[tokio::test]
async fn e053_an_origin_that_is_not_registered_to_the_letter_is_told_nothing() {
    let house = house().await;
    let mut rows = Rows::of(&house).await;
    for origin in OTHERS {
        for path in CALLS {
            let asked = async {
                for said in [
                    preflight(&house, path, origin).await,
                    house.get(path).header("Origin", origin).await,
                    house.post(path).header("Origin", origin).await,
                ] {
                    for name in ["origin", "credentials", "methods", "headers"] {
                        let name = format!("access-control-allow-{name}");
                        assert_eq!(said.header(&name), "", "{said:?}");
                    }
                    assert!(varies_by_origin(&said), "{said:?}");
                }
            };
            rows.row(format!("{origin:?} at {path}"), asked).await;
        }
    }
    rows.end(96);
}

#[tokio::test]
async fn e053_pages_administration_and_introspection_are_for_no_scripts() {
    let house = house().await;
    let client = OAuthClient { id: "spa-client".to_owned(), secret: None };
    let asked = ask(&client, &[]);
    let mut rows = Rows::of(&house).await;
    for path in [
        asked.as_str(),
        "/oauth/authorize",
        "/o/authorize",
        "/auth/authorize",
        "/account",
        "/account/sign-in",
        "/account/consent",
        "/account/register",
        "/account/forgot",
        "/account/resend",
        "/device",
        "/oauth/logout",
        "/oauth/introspect",
        "/admin/api/clients",
        "/tokens",
    ] {
        for origin in [APP, "https://evil", "null"] {
            let asked = async {
                for said in [
                    preflight(&house, path, origin).await,
                    house.get(path).header("Origin", origin).await,
                ] {
                    assert_eq!(said.header("access-control-allow-origin"), "", "{said:?}");
                }
            };
            rows.row(format!("{origin} at {path}"), asked).await;
        }
    }
    // Whatever a form of such a page says, it is not one of ours.
    for path in ["/account/sign-in", "/account/consent", "/device", "/account"] {
        let call = house.post(path).header("Origin", APP).form(&[("form_token", "x")]);
        rows.refuse(format!("a form to {path}"), call, Must::Show(403)).await;
    }
    rows.end(49);
}

#[tokio::test]
async fn e053_what_is_the_same_for_everybody_may_be_read_by_every_script() {
    let house = house().await;
    for path in ["/.well-known/oauth-authorization-server", "/oauth/jwks"] {
        let said = house.get(path).header("Origin", "https://anybody.example").expect(200).await;
        assert_eq!(said.header("access-control-allow-origin"), "*");
        assert_eq!(said.header("access-control-allow-credentials"), "");
    }
}

#[tokio::test]
async fn the_origin_of_a_client_that_is_switched_off_is_nobodys() {
    let house = house().await;
    let switched = house.app.write(|ctx| {
        let id = ClientId::parse("spa-client").unwrap();
        clients::switch(ctx, &id, false)
    });
    switched.await.unwrap();
    let said = preflight(&house, "/oauth/token", APP).await;
    assert_eq!(said.header("access-control-allow-origin"), "");
}
