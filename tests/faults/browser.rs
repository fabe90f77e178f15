//! A person's browser, as far as it takes to come by authorization codes: it keeps cookies and fills in forms.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::{Client, Response, redirect::Policy};
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded::Serializer};

use crate::{
    callers::{Caller, Heard, PASSWORD, hear},
    place::Place,
    scene::secret_of,
    server,
};

/// Where the client's people are sent back to.
const CALLBACK: &str = "https://app.example/cb";
/// A PKCE verifier.
const VERIFIER: &str = "dBjftJeZ4CVP-mBdq.~27_nooP1WnNqzXW-WfVBiNUSQ";
/// The client that gets codes.
const ID: &str = "faults-web";

/// A browser at a server, its person, and the client they came from.
pub struct Browser {
    http: Client,
    base: String,
    secret: String,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    /// Registers the client, signs that person in and gives the client what it asks for.
    pub async fn at(place: &Place, email: &str) -> Self {
        let create = ["client", "create", "--name", "web", "--type", "confidential", "--id", ID];
        let wish = ["--grant", "authorization_code", "--grant", "refresh_token"];
        let rest = ["--redirect-uri", CALLBACK, "--json"];
        let told = server::run(place, &[&create[..], &wish, &rest].concat());
        #[expect(clippy::disallowed_methods, reason = "a caller from outside, not Cambio's egress")]
        let http = Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let (base, secret) = (place.base.clone(), secret_of(&told));
        let mut browser = Self { http, base, secret, cookies: BTreeMap::new() };
        let page = browser.follow(browser.ask()).await;
        let on = browser.send(&page, &[("name", email), ("password", PASSWORD)]).await;
        let page = browser.follow(place_of(&on)).await;
        let back = browser.send(&page, &[("decision", "allow")]).await;
        assert!(place_of(&back).starts_with(CALLBACK), "{back:?}");
        browser
    }

    /// A code: asked, and allowed before. `None` where the server put it off.
    pub async fn code(&self) -> Option<String> {
        let said = self.open(&self.ask()).await;
        let place = Url::parse(&place_of(&said)).ok()?;
        place.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned())
    }

    /// Redeems a code at a node.
    pub async fn redeem(&self, at: &Caller, code: &str) -> Heard {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
            ("client_id", ID),
            ("client_secret", &self.secret),
        ];
        hear(at.http().post(format!("{}/oauth/token", at.base())).form(&fields)).await
    }

    fn ask(&self) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut query = Serializer::new(String::new());
        query.extend_pairs([
            ("client_id", ID),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("state", "s"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        format!("{}/oauth/authorize?{}", self.base, query.finish())
    }

    async fn open(&self, place: &str) -> Response {
        let call =
            self.http.get(place).header("Cookie", self.cookie()).header("Accept", "text/html");
        call.send().await.unwrap()
    }

    async fn follow(&mut self, mut place: String) -> String {
        loop {
            let said = self.open(&place).await;
            self.keep(&said);
            if said.status() != 303 {
                return said.text().await.unwrap();
            }
            place = place_of(&said);
        }
    }

    async fn send(&mut self, page: &str, fields: &[(&str, &str)]) -> Response {
        let action = unescaped(between(page, "action=\"", "\"").expect(page));
        let action = Url::parse(&self.base).unwrap().join(&action).unwrap();
        let form = page.split("</form>").next().unwrap();
        let hidden = form.split("<input type=\"hidden\"").skip(1).filter_map(|text| {
            let (name, value) = (between(text, "name=\"", "\"")?, between(text, "value=\"", "\"")?);
            Some((name.to_owned(), unescaped(value)))
        });
        let mut all: BTreeMap<String, String> = hidden.collect();
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let call = self.http.post(action).form(&all).header("Cookie", self.cookie());
        let call = call.header("Origin", &self.base).header("Sec-Fetch-Site", "same-origin");
        let said = call.header("Accept", "text/html").send().await.unwrap();
        self.keep(&said);
        said
    }

    fn keep(&mut self, said: &Response) {
        for cookie in said.headers().get_all("set-cookie") {
            let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), rest.split(';').next().unwrap().to_owned());
        }
    }

    fn cookie(&self) -> String {
        let all = self.cookies.iter().map(|(name, value)| format!("{name}={value}"));
        all.collect::<Vec<_>>().join("; ")
    }
}

fn place_of(said: &Response) -> String {
    let place = said.headers().get("location");
    place.map(|place| place.to_str().unwrap().to_owned()).unwrap_or_default()
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    Some(text.split_once(before)?.1.split_once(after)?.0)
}

fn unescaped(text: &str) -> String {
    let signs = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#x27;", "'"), ("&#39;", "'")];
    let text = signs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("&#x2f;", "/").replace("&#x2F;", "/").replace("&#x3d;", "=").replace("&amp;", "&")
}
