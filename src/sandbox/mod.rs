//! The sandbox: strict offline emulators of Google, Yandex and VK.
//!
//! `cambio dev`, `cambio sandbox` and the tests start one on a loopback address; what happens is decided by
//! the token a caller shows (see [`tokens`]). `/_emu/*` steers it and has no lock: never listen elsewhere.

mod admin;
mod apps;
mod ask;
mod codes;
mod delivery;
pub mod faults;
mod google;
mod keys;
mod log;
mod pages;
mod people;
mod sign;
mod spoil;
pub mod tokens;
mod vk;
mod vkid;
mod world;
mod yandex;

use std::{net::TcpListener, sync::Arc, time::Duration};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::StatusCode,
    web::{self, Bytes},
};
use serde_json::Value;

use crate::{clock::Clock, error::Fault};

pub use apps::{Apps, FOREIGN_APP, config_fragment};
pub use codes::NewCode;
pub use faults::{Action, Faults, Junk, Rule, When};
pub use keys::KeyScenario;
pub use log::Seen;
pub use sign::{IdToken, KeyName, Seal};
pub use tokens::{NewToken, Provider};

use ask::{Answer, Ask};
use world::World;

/// Every path of the emulated providers, and the only methods each of them takes.
const MAP: [Place; 14] = [
    Place::new(Provider::Google, "page", "/google/o/oauth2/v2/auth", &["GET"], pages::google),
    Place::new(Provider::Google, "token", "/google/token", &["POST"], pages::google_token),
    Place::new(Provider::Yandex, "page", "/yandex/authorize", &["GET"], pages::yandex),
    Place::new(Provider::Yandex, "token", "/yandex/token", &["POST"], pages::yandex_token),
    Place::new(Provider::VkId, "page", "/vkid/authorize", &["GET"], pages::vkid),
    Place::new(
        Provider::Google,
        "userinfo",
        "/google/oauth2/v3/userinfo",
        &["GET"],
        google::userinfo,
    ),
    Place::new(
        Provider::Google,
        "tokeninfo",
        "/google/tokeninfo",
        &["GET", "POST"],
        google::tokeninfo,
    ),
    Place::new(Provider::Google, "certs", "/google/oauth2/v3/certs", &["GET"], google::certs),
    Place::new(Provider::Yandex, "info", "/yandex/info", &["GET"], yandex::info),
    Place::new(Provider::Vk, "users.get", "/vk/method/users.get", &["GET", "POST"], vk::users_get),
    Place::new(
        Provider::Vk,
        "secure.checkToken",
        "/vk/method/secure.checkToken",
        &["GET", "POST"],
        vk::check_token,
    ),
    Place::new(Provider::VkId, "auth", "/vkid/oauth2/auth", &["POST"], vkid::auth),
    Place::new(Provider::VkId, "user_info", "/vkid/oauth2/user_info", &["POST"], vkid::user_info),
    Place::new(
        Provider::VkId,
        "public_info",
        "/vkid/oauth2/public_info",
        &["POST"],
        vkid::public_info,
    ),
];

/// One emulated endpoint.
struct Place {
    provider: Provider,
    endpoint: &'static str,
    path: &'static str,
    methods: &'static [&'static str],
    answer: fn(&World, &Ask) -> Answer,
}

/// Starts the emulators on the given listener, which should be bound to a loopback address.
///
/// The server runs beside the caller's runtime and ends when the handle is stopped or the runtime goes.
///
/// # Errors
/// A [`Fault`] when the listener cannot be used or a demo key cannot be read.
#[expect(clippy::unused_async, reason = "the server must be started inside a runtime")]
pub async fn start(
    listener: TcpListener,
    apps: Apps,
    clock: Arc<dyn Clock>,
    workers: usize,
) -> Result<Sandbox, Fault> {
    let cannot = |cause| Fault::because("the sandbox cannot listen", cause);
    let address = listener.local_addr().map_err(cannot)?;
    // The standard library lets 128 connections wait; a load test brings more at once.
    socket2::SockRef::from(&listener).listen(4096).map_err(cannot)?;
    let base_url = format!("http://{address}");
    let world = Arc::new(World::new(base_url, apps, clock)?);
    let shared = web::Data::from(Arc::clone(&world));
    let server = HttpServer::new(move || {
        App::new().app_data(shared.clone()).default_service(web::to(serve))
    })
    .workers(workers)
    .disable_signals()
    .listen(listener)
    .map_err(cannot)?
    .run();
    let handle = server.handle();
    drop(tokio::spawn(server));
    Ok(Sandbox { world, handle })
}

/// A running set of emulators.
pub struct Sandbox {
    world: Arc<World>,
    handle: ServerHandle,
}

impl Sandbox {
    /// Where it listens: `http://127.0.0.1:port`, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.world.base_url
    }

    /// The applications that count as ours.
    pub fn apps(&self) -> &Apps {
        &self.world.apps
    }

    /// Cambio's configuration that points its providers here.
    pub fn config_fragment(&self) -> String {
        config_fragment(self.base_url(), self.apps())
    }

    /// The rules that spoil answers.
    pub fn faults(&self) -> &Faults {
        &self.world.faults
    }

    /// What was asked of the providers so far, oldest first; the newest ten thousand are kept.
    pub fn log(&self) -> Vec<Seen> {
        self.world.log.all()
    }

    /// Makes one more token known.
    pub fn add_token(&self, token: NewToken) {
        self.world.add_token(token);
    }

    /// An `id_token` of the person behind a token, open to every change before it is minted.
    ///
    /// At Google that is what Google would issue to our first client id; at VK ID what the code exchange
    /// hands out; at Yandex the HS256 JWT of `format=jwt`. A token of nobody gives claims without a subject.
    pub fn id_token(&self, provider: Provider, token: &str) -> IdToken<'_> {
        self.world.id_token(provider, token)
    }

    /// A VK ID authorization code, good once and for ten minutes.
    pub fn code(&self, wish: NewCode) -> String {
        self.world.codes.open(wish, self.world.clock.now())
    }

    /// Sets what Google's certs endpoint publishes and which key signs from now on.
    pub fn keys(&self, scenario: KeyScenario) {
        self.world.keys.play(scenario);
    }

    /// Sets the `Cache-Control` of Google's certs endpoint; `None` leaves the header out.
    pub fn cache_control(&self, value: Option<String>) {
        self.world.keys.cache_control(value);
    }

    /// A demo key as a JWK of the given `kid`, to compose a [`KeyScenario::Custom`] set of.
    pub fn jwk(&self, key: KeyName, kid: &str) -> Value {
        self.world.keyring.jwk(key, kid)
    }

    /// Delays every answer by this much.
    pub fn latency(&self, delay: Duration) {
        self.world.set_latency(delay);
    }

    /// Forgets everything told to it and seen by it.
    pub fn reset(&self) {
        self.world.reset();
    }

    /// Stops listening and drops every connection.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

/// The one staircase: note what was asked, do the deed, then spoil the answer where a rule says so.
///
/// A rule spoils only the answer: a code behind a broken answer is consumed, as it would be at VK.
async fn serve(world: web::Data<World>, request: HttpRequest, body: Bytes) -> HttpResponse {
    if let Some(door) = request.path().strip_prefix("/_emu/") {
        return delivery::plain(admin::answer(&world, request.method(), door, &body));
    }
    let ask = Ask::read(&request, &body);
    let place = MAP.iter().find(|place| place.path == ask.path);
    let seen = Seen::of(&world, &ask, place.map(|place| (place.provider, place.endpoint)));
    let action = world.faults.strike(&seen);
    world.log.note(seen);
    let good = place.map_or_else(nowhere, |place| place.answer(&world, &ask));
    world.wait().await;
    match action {
        None => delivery::plain(good),
        Some(action) => delivery::deliver(spoil::spoil(&action, good, &world.base_url)).await,
    }
}

fn nowhere() -> Answer {
    Answer::json(StatusCode::NOT_FOUND, &serde_json::json!({"error": "not_found"}))
}

impl Place {
    const fn new(
        provider: Provider,
        endpoint: &'static str,
        path: &'static str,
        methods: &'static [&'static str],
        answer: fn(&World, &Ask) -> Answer,
    ) -> Self {
        Self { provider, endpoint, path, methods, answer }
    }

    /// Refuses what no endpoint takes, then asks this one.
    fn answer(&self, world: &World, ask: &Ask) -> Answer {
        if !ask.user_agent {
            return Answer::html(StatusCode::FORBIDDEN, "Requests must name a User-Agent");
        }
        if !self.methods.contains(&ask.method.as_str()) {
            let body = serde_json::json!({"error": "method_not_allowed"});
            return Answer::json(StatusCode::METHOD_NOT_ALLOWED, &body)
                .header("Allow", self.methods.join(", "));
        }
        (self.answer)(world, ask)
    }
}

#[cfg(test)]
mod tests;
