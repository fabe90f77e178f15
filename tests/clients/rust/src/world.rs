//! What the script made, and the lines of the checks.

use std::{env, error::Error, fs};

use oauth2::{
    HttpRequest, HttpResponse, RequestTokenError, basic::BasicRequestTokenError, http::Method,
    url::Url,
};
use serde_json::Value;

/// What comes of a check.
pub type Outcome<T> = Result<T, Box<dyn Error>>;
/// A check that finds nothing to hand on.
pub type Done = Outcome<()>;

/// What a person allows.
pub const SCOPE: [&str; 4] = ["profile", "email", "read", "write"];

/// What the script made.
pub struct World {
    all: Value,
    /// What the server says of itself; the crates read no more than OpenID Connect's part of it.
    server: Value,
    agent: ureq::Agent,
}

impl World {
    pub fn read() -> Outcome<Self> {
        let all: Value = serde_json::from_str(&fs::read_to_string(env::var("CAMBIO_WORLD")?)?)?;
        let config = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false);
        let mut world = Self { all, server: Value::Null, agent: config.build().new_agent() };
        let place = format!("{}/.well-known/oauth-authorization-server", world.say("issuer"));
        let answer = world.call(HttpRequest::new(Vec::new()).at(&place)?)?;
        world.server = serde_json::from_slice(answer.body())?;
        Ok(world)
    }

    /// A word of the script's.
    pub fn say(&self, name: &str) -> String {
        text(&self.all[name])
    }

    /// The secret of a client.
    pub fn secret(&self, id: &str) -> String {
        text(&self.all["clients"][id]["client_secret"])
    }

    /// Where the server has an endpoint.
    pub fn endpoint(&self, name: &str) -> String {
        text(&self.server[name])
    }

    /// Where tokens are revoked, as if a proxy in front ended TLS: the crates take no other address for it, and have no
    /// switch for that. [`World::call`] does without the proxy.
    pub fn revocation_endpoint(&self) -> String {
        self.endpoint("revocation_endpoint").replacen("http:", "https:", 1)
    }

    /// One request and its answer, whatever its status.
    pub fn call(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let (mut head, body) = request.into_parts();
        let own = self.say("issuer");
        let plain = head.uri.to_string().replacen("https:", "http:", 1);
        if plain.starts_with(&own) {
            head.uri = plain.parse().map_err(oauth2::http::Error::from)?;
        }
        let answer = if head.method == Method::GET {
            self.agent.run(oauth2::http::Request::from_parts(head, ()))
        } else {
            self.agent.run(oauth2::http::Request::from_parts(head, body))
        }?;
        let (head, mut body) = answer.into_parts();
        Ok(HttpResponse::from_parts(head, body.read_to_vec()?))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Where a request goes.
pub trait At: Sized {
    fn at(self, place: &str) -> Outcome<Self>;
}

impl At for HttpRequest {
    fn at(mut self, place: &str) -> Outcome<Self> {
        *self.uri_mut() = place.parse()?;
        Ok(self)
    }
}

/// Runs a check and says that it holds.
pub fn check<T>(name: &str, story: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    let found = story();
    println!("{} {name}", if found.is_ok() { "ok" } else { "not ok" });
    found
}

/// Insists on something.
pub fn insist(holds: bool, what: &str) -> Done {
    if holds { Ok(()) } else { Err(what.into()) }
}

/// Insists that the server refused, with that code.
pub fn is_refused<T, H: Error + 'static>(
    said: Result<T, BasicRequestTokenError<H>>,
    code: &str,
) -> Done {
    match said {
        Err(RequestTokenError::ServerResponse(why)) => {
            insist(why.error().as_ref() == code, &format!("{} is not {code}", why.error().as_ref()))
        }
        Err(other) => Err(format!("not {code}, but {other}").into()),
        Ok(_) => Err(format!("no {code}").into()),
    }
}

/// A word of an address' query.
pub fn word(address: &Url, name: &str) -> Outcome<String> {
    let found = address.query_pairs().find(|(word, _)| word == name);
    Ok(found.ok_or_else(|| format!("no {name} in {address}"))?.1.into_owned())
}
