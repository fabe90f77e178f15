//! The calls that people and applications make, and what they read in the answers.

use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder};
use serde_json::Value;

/// The password of everybody here.
pub const PASSWORD: &str = "dormouse-teapot-42";
/// The application's id.
pub const CLIENT: &str = "faults-backend";

/// An answer that has arrived in full.
#[derive(Debug, Clone)]
pub struct Said {
    /// Its status.
    pub status: u16,
    /// Its body; null when it is empty or no JSON.
    pub body: Value,
    /// When to come again, if it says so.
    pub retry_after: Option<Duration>,
    /// How often it was put off before.
    pub put_off: usize,
    /// How long it took.
    pub took: Duration,
}

impl Said {
    /// A text of the body.
    pub fn text(&self, name: &str) -> String {
        self.body[name].as_str().unwrap_or_else(|| panic!("no {name} in {self:?}")).to_owned()
    }
}

/// No answer, or only a part of one.
pub type Gone = reqwest::Error;
/// An answer, or none.
pub type Heard = Result<Said, Gone>;

/// Calls one server on behalf of everybody.
#[derive(Clone)]
pub struct Caller {
    http: Client,
    base: String,
    secret: String,
    manner: Manner,
}

/// What is done about a 503.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// It is taken for an answer.
    Blunt,
    /// What comes when it says, three times at most, as a program does that has read the documents.
    Persistent,
    /// What comes every tenth of a second, for half a minute.
    Patient,
}

impl Manner {
    /// How long to wait before coming again, having done so that often; `None` to leave it at that.
    fn wait(self, said: &Said, again: usize, waited: Duration) -> Option<Duration> {
        if said.status != 503 {
            return None;
        }
        match self {
            Self::Blunt => None,
            Self::Persistent => said.retry_after.filter(|_| again < 3),
            Self::Patient if waited > Duration::from_secs(30) => None,
            Self::Patient => Some(Duration::from_millis(100)),
        }
    }
}

impl Caller {
    /// A caller with connections of its own.
    #[expect(clippy::disallowed_methods, reason = "a caller from outside, not Cambio's egress")]
    pub fn new(base: &str, secret: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().no_proxy().timeout(Duration::from_secs(15)).build().unwrap();
        Self { http, base: base.to_owned(), secret: secret.to_owned(), manner: Manner::Blunt }
    }

    /// The same caller at another node.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// The same caller who comes again as long as it is put off, for half a minute.
    pub fn patient(&self) -> Self {
        Self { manner: Manner::Patient, ..self.clone() }
    }

    /// The same caller who comes again when it is told to, three times at most.
    pub fn persistent(&self) -> Self {
        Self { manner: Manner::Persistent, ..self.clone() }
    }

    /// Where it calls.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its connections.
    pub fn http(&self) -> &Client {
        &self.http
    }

    /// Asks for a letter that leads to a new password.
    pub async fn forget(&self, email: &str) -> Heard {
        self.hear(self.post("users/reset_password/", &[("email", email)])).await
    }

    /// Sets a new password by the mailed link.
    pub async fn set_password(&self, (uid, token): &(String, String), password: &str) -> Heard {
        let fields = [("uid", uid.as_str()), ("token", token), ("new_password", password)];
        self.hear(self.post("users/reset_password_confirm/", &fields)).await
    }

    /// Registers.
    pub async fn register(&self, email: &str) -> Heard {
        let fields = [("email", email), ("password", PASSWORD), ("re_password", PASSWORD)];
        self.hear(self.post("users/", &fields)).await
    }

    /// Activates by the mailed link.
    pub async fn activate(&self, (uid, token): &(String, String)) -> Heard {
        self.hear(self.post("users/activation/", &[("uid", uid), ("token", token)])).await
    }

    /// Logs in.
    pub async fn log_in(&self, email: &str) -> Heard {
        self.log_in_with(email, PASSWORD).await
    }

    /// Logs in with a password that was set later.
    pub async fn log_in_with(&self, email: &str, password: &str) -> Heard {
        self.hear(self.post("token/login/", &[("email", email), ("password", password)])).await
    }

    /// Logs out.
    pub async fn log_out(&self, token: &str) -> Heard {
        let call = self.post("token/logout/", &[]);
        self.hear(call.header("Authorization", format!("Token {token}"))).await
    }

    /// Whether an auth token opens the door.
    pub async fn token_opens(&self, token: &str) -> Heard {
        self.me(format!("Token {token}")).await
    }

    /// Whether an access token opens the door.
    pub async fn bearer_opens(&self, token: &str) -> Heard {
        self.me(format!("Bearer {token}")).await
    }

    /// Converts a provider's token.
    pub async fn convert(&self, backend: &str, token: &str) -> Heard {
        let fields = [("grant_type", "convert_token"), ("backend", backend), ("token", token)];
        self.hear(self.post("convert-token/", &self.signed(&fields))).await
    }

    /// Rotates a refresh token.
    pub async fn refresh(&self, token: &str) -> Heard {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.hear(self.post("token/", &self.signed(&fields))).await
    }

    /// Ends an access token with its refresh token.
    pub async fn revoke(&self, access: &str) -> Heard {
        let call = self.post("revoke-token/", &[("client_id", CLIENT)]);
        self.hear(call.header("Authorization", format!("Bearer {access}"))).await
    }

    async fn me(&self, credential: String) -> Heard {
        let call = self.http.get(format!("{}/auth/users/me/", self.base));
        self.hear(call.header("Authorization", credential)).await
    }

    async fn hear(&self, call: RequestBuilder) -> Heard {
        let (began, mut put_off) = (Instant::now(), 0);
        loop {
            let said = hear(call.try_clone().unwrap()).await?;
            let Some(wait) = self.manner.wait(&said, put_off, began.elapsed()) else {
                return Ok(Said { put_off, ..said });
            };
            tokio::time::sleep(wait).await;
            put_off += 1;
        }
    }

    fn signed<'a>(&'a self, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let own = [("client_id", CLIENT), ("client_secret", self.secret.as_str())];
        own.into_iter().chain(fields.iter().copied()).collect()
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> RequestBuilder {
        self.http.post(format!("{}/auth/{path}", self.base)).form(fields)
    }
}

/// Calls, and hears the answer to its end.
pub async fn hear(call: RequestBuilder) -> Heard {
    let began = Instant::now();
    let answer = call.send().await?;
    let status = answer.status().as_u16();
    let retry_after = answer.headers().get("retry-after");
    let retry_after = retry_after.and_then(|value| value.to_str().ok()?.parse().ok());
    let retry_after = retry_after.map(Duration::from_secs);
    let bytes = answer.bytes().await?;
    let body = serde_json::from_slice(&bytes).unwrap_or_default();
    Ok(Said { status, body, retry_after, put_off: 0, took: began.elapsed() })
}
