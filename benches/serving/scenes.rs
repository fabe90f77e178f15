//! The loads.

use std::{path::Path, time::Duration};

use serde_json::Value;

use crate::{
    Done, http,
    load::{Script, Scripts, Tally},
    oracle, raw,
    sites::{CLIENT, LOGIN, Site},
};

/// The load every other one on the same site is compared to.
pub const LIVE: &str = "live";

/// What a load is.
pub enum Kind {
    /// So many clients ask at a time.
    Asked(Box<Scripts>),
    /// The machine does the same without Cambio.
    Raw(Box<dyn Fn(Duration) -> Done<Tally>>),
}

/// A load on a site.
pub struct Scene<'a> {
    /// Its name, as in `site/name`.
    pub name: &'static str,
    /// On whom.
    pub site: &'a Site,
    /// How many clients ask at a time.
    pub clients: usize,
    /// How long the emulators wait before they answer.
    pub delay_ms: u32,
    /// What the clients ask, or what is done without them.
    pub kind: Kind,
}

impl<'a> Scene<'a> {
    fn new(site: &'a Site, name: &'static str, clients: usize, script: Box<Scripts>) -> Self {
        Self { name, site, clients, delay_ms: 0, kind: Kind::Asked(script) }
    }

    fn raw(
        site: &'a Site,
        name: &'static str,
        doing: impl Fn(Duration) -> Done<Tally> + 'static,
    ) -> Self {
        Self { name, site, clients: 0, delay_ms: 0, kind: Kind::Raw(Box::new(doing)) }
    }

    fn after(self, delay_ms: u32) -> Self {
        Self { delay_ms, ..self }
    }

    /// `site/name`.
    pub fn label(&self) -> String {
        format!("{}/{}", self.site.name, self.name)
    }
}

/// The loads that a site takes.
pub fn of(site: &Site) -> Vec<Scene<'_>> {
    match site.name {
        "emulator" => emulator(site),
        "oracle" => oracle(site),
        "sqlite-cold" | "postgres-cold" => cold(site),
        _ => cambio(site),
    }
}

fn cambio(site: &Site) -> Vec<Scene<'_>> {
    let scene = |name, clients, script| Scene::new(site, name, clients, script);
    vec![
        scene(LIVE, 64, always(http::get("/health/live", ""))),
        scene("bearer", 64, always(me(&site.bearer))),
        scene("introspect", 64, always(introspection(&site.bearer))),
        scene("refresh", 64, Box::new(refreshing)),
        raw_inserts(site, "raw-refresh", raw::Rows::Pair),
        raw_inserts(site, "raw-insert", raw::Rows::Plain),
        scene("convert-0ms-64", 64, each(conversion)),
        scene("convert-0ms-256", 256, each(conversion)),
        scene("convert-100ms-64", 64, each(conversion)).after(100),
        scene("convert-100ms-256", 256, each(conversion)).after(100),
        // Last, so that the memory its hashes take is not mistaken for that of another load.
        scene("login", 16, always(login())),
        Scene::raw(site, "raw-login", |length| Ok(raw::hashes(length))),
    ]
}

/// The same check where nothing is remembered.
fn cold(site: &Site) -> Vec<Scene<'_>> {
    let scene = |name, script| Scene::new(site, name, 64, script);
    vec![
        scene(LIVE, always(http::get("/health/live", ""))),
        scene("bearer", always(me(&site.bearer))),
        scene("introspect", always(introspection(&site.bearer))),
    ]
}

fn raw_inserts<'a>(site: &'a Site, name: &'static str, rows: raw::Rows) -> Scene<'a> {
    let url = site.url.clone();
    Scene::raw(site, name, move |length| match url.strip_prefix("sqlite://") {
        Some(file) => raw::sqlite_inserts(rows, Path::new(file), length),
        None => raw::postgres_inserts(rows, &url, length),
    })
}

/// What the emulators can do at all: one question, of the two that a conversion asks.
fn emulator(site: &Site) -> Vec<Scene<'_>> {
    let scene = |name, clients| Scene::new(site, name, clients, each(userinfo));
    vec![
        scene("userinfo-0ms-64", 64),
        scene("userinfo-100ms-64", 64).after(100),
        scene("userinfo-100ms-256", 256).after(100),
        scene("userinfo-100ms-512", 512).after(100),
    ]
}

fn oracle(site: &Site) -> Vec<Scene<'_>> {
    let scene = |name, clients, script| Scene::new(site, name, clients, script);
    vec![
        scene("bearer", 64, always(me(&site.bearer))),
        scene("convert-0ms-64", 64, each(oracle::conversion)),
        scene("convert-100ms-32", 32, each(oracle::conversion)).after(100),
        scene("convert-100ms-64", 64, each(oracle::conversion)).after(100),
        scene("convert-100ms-256", 256, each(oracle::conversion)).after(100),
    ]
}

/// Every client asks the same thing.
fn always(request: Vec<u8>) -> Box<Scripts> {
    each(move |_| request.clone())
}

/// Every client asks a thing of its own, again and again.
fn each(request: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static) -> Box<Scripts> {
    Box::new(move |number| {
        let mut first = Some(request(number));
        Box::new(move |_, next| {
            if let Some(first) = first.take() {
                *next = first;
            }
        })
    })
}

fn me(bearer: &str) -> Vec<u8> {
    http::get("/auth/users/me/", &format!("Authorization: Bearer {bearer}\r\n"))
}

fn introspection(token: &str) -> Vec<u8> {
    let fields = [("client_id", CLIENT.0), ("client_secret", CLIENT.1), ("token", token)];
    http::form("/oauth/introspect", &fields)
}

fn login() -> Vec<u8> {
    http::form("/auth/token/login/", &[("email", LOGIN.0), ("password", LOGIN.1)])
}

fn userinfo(number: usize) -> Vec<u8> {
    let bearer = format!("Authorization: Bearer ok-{number}\r\n");
    http::get("/google/oauth2/v3/userinfo", &bearer)
}

/// A token of Google's for one of ours; each client is another person.
pub fn conversion(number: usize) -> Vec<u8> {
    let token = format!("ok-{number}");
    http::form(
        "/auth/convert-token/",
        &[
            ("grant_type", "convert_token"),
            ("client_id", CLIENT.0),
            ("client_secret", CLIENT.1),
            ("backend", "google-oauth2"),
            ("token", &token),
        ],
    )
}

/// Converts once, then refreshes with the token that the last refresh brought.
fn refreshing(number: usize) -> Script {
    Box::new(move |last, next| {
        let body: Option<Value> = serde_json::from_slice(last).ok();
        let token = body.as_ref().and_then(|body| body.get("refresh_token")?.as_str());
        *next = token.map_or_else(|| conversion(number), refresh);
    })
}

fn refresh(token: &str) -> Vec<u8> {
    http::form(
        "/auth/token/",
        &[
            ("grant_type", "refresh_token"),
            ("client_id", CLIENT.0),
            ("client_secret", CLIENT.1),
            ("refresh_token", token),
        ],
    )
}
