//! THE URL MAP: every path of every dialect, one line each.
//!
//! Paths are written without their trailing slash; with it they answer alike.

pub mod answer;
pub mod body;
mod broken;
pub mod browser;
pub mod caller;
pub mod cors;
pub mod credential;
pub mod djoser;
pub mod envelope;
pub mod fields;
pub mod fixed;
pub mod form;
pub mod health;
pub mod json;
pub mod language;
pub mod methods;
pub mod multipart;
pub mod oauth;
pub mod openapi;
pub mod pages;
pub mod rest_jwt;
pub mod restful;
pub mod route;
pub mod sentences;
pub mod signin_pages;
mod span;
pub mod unread;

use actix_web::{
    HttpResponse, Resource,
    web::{self, ServiceConfig},
};

use self::methods::{
    Access::{Anyone, Login},
    only, post, read,
};

/// Where the dialects begin that can be moved, without a slash at the end; one that is off is nowhere.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Seed 2.
    pub api: Option<String>,
    /// Seed 3.
    pub signin: Option<String>,
    /// Whether `/openapi.json` is there.
    pub document: bool,
    /// Whether `/docs` is there.
    pub docs: bool,
}

/// Mounts every dialect.
pub fn routes(config: &mut ServiceConfig, places: &Places) {
    if let Some(at) = &places.api {
        config.configure(|config| api(config, at));
    }
    if let Some(at) = &places.signin {
        config.configure(|config| signin(config, at));
    }
    if places.document {
        config.service(look("/openapi.json").route(read().to(openapi::door::document)));
    }
    if places.docs {
        config
            .service(look("/docs").route(read().to(openapi::page::page)))
            .service(look("/docs/style.css").route(read().to(openapi::page::style)));
    }
    config
        .service(look("/health/live").route(read().to(health::live)))
        .service(look("/health/ready").route(read().to(health::ready)))
        .configure(|config| people(config, "/auth"))
        .configure(|config| people(config, ""))
        .configure(social)
        .configure(authorization_server)
        .configure(clients)
        .configure(signin_pages)
        .configure(account_pages)
        .default_service(web::to(not_found));
}

/// djoser, authtoken and simplejwt, under `/auth` (seed 1) and at the root (seeds 0 and 4).
fn people(config: &mut ServiceConfig, base: &str) {
    use djoser::{documents, jwt, names, passwords, people, register, tokens};

    let at = |path: &str| format!("{base}{path}");
    config
        .service(
            only(&at("/users"), "GET, POST, HEAD, OPTIONS", Login)
                .route(web::post().to(register::create))
                .route(read().to(people::list)),
        )
        .service(record(&at("/users/me"), read().to(people::own)))
        .service(
            only(&at("/users/me/settings"), "GET, PUT, PATCH, HEAD, OPTIONS", Login)
                .route(read().to(documents::settings))
                .route(web::put().to(documents::edit_settings))
                .route(web::patch().to(documents::edit_settings)),
        )
        .service(
            only(&at("/users/me/templates"), "GET, PUT, PATCH, HEAD, OPTIONS", Login)
                .route(read().to(documents::templates))
                .route(web::put().to(documents::store_template))
                .route(web::patch().to(documents::store_template)),
        )
        .service(post(&at("/users/activation"), Login, register::activate))
        // The name of earlier versions of djoser.
        .service(post(&at("/users/confirm"), Login, register::activate))
        .service(post(&at("/users/resend_activation"), Login, register::resend))
        .service(post(&at("/users/set_password"), Login, passwords::set))
        .service(post(&at("/users/reset_password"), Login, passwords::ask_reset))
        .service(post(&at("/users/reset_password_confirm"), Login, passwords::reset))
        .service(post(&at("/users/set_email"), Login, names::set_email))
        .service(post(&at("/users/set_username"), Login, names::set_username))
        .service(post(&at("/users/reset_email"), Login, names::ask_email_reset))
        .service(post(&at("/users/reset_username"), Login, names::ask_username_reset))
        .service(post(&at("/users/reset_email_confirm"), Login, names::reset_email))
        .service(post(&at("/users/reset_username_confirm"), Login, names::reset_username))
        // After every other path below `users`, which it would match as well.
        .service(record(&at("/users/{id}"), read().to(people::show)))
        .service(post(&at("/token/login"), Anyone, tokens::log_in))
        .service(post(&at("/token/logout"), Login, tokens::log_out))
        .service(post(&at("/jwt/create"), Anyone, jwt::create))
        .service(post(&at("/jwt/refresh"), Anyone, jwt::refresh))
        .service(post(&at("/jwt/verify"), Anyone, jwt::verify))
        .service(post(&at("/jwt/blacklist"), Anyone, jwt::blacklist));
}

/// drf-social-oauth2 and djoser's social logins.
fn social(config: &mut ServiceConfig) {
    use djoser::{sessions, social};
    use oauth::{convert, token};

    config
        .service(post("/auth/token", Anyone, token::endpoint))
        .service(post("/auth/convert-token", Anyone, convert::endpoint))
        .service(post("/auth/revoke-token", Login, sessions::revoke_token))
        .service(post("/auth/invalidate-sessions", Login, sessions::invalidate_sessions))
        .service(post("/auth/invalidate-refresh-tokens", Login, sessions::invalidate_refresh))
        .service(post("/auth/disconnect-backend", Login, sessions::disconnect_backend))
        .service(
            only("/auth/associations", "GET, HEAD, OPTIONS", Login)
                .route(read().to(sessions::associations)),
        )
        .service(
            only("/auth/o/{provider}", "GET, POST, HEAD, OPTIONS", Anyone)
                .route(read().to(social::depart))
                .route(web::post().to(social::arrive)),
        );
}

/// OAuth 2.0 under its own paths, and under those of django-oauth-toolkit.
fn authorization_server(config: &mut ServiceConfig) {
    use oauth::{device, introspect, jwks, metadata, register, revoke, token, userinfo};

    config
        .service(look("/.well-known/oauth-authorization-server").route(read().to(metadata::server)))
        .service(look("/.well-known/openid-configuration").route(read().to(metadata::provider)))
        .service(look("/oauth/jwks").route(read().to(jwks::endpoint)))
        .service(
            only("/oauth/userinfo", "GET, POST, HEAD, OPTIONS", Anyone)
                .route(read().to(userinfo::endpoint))
                .route(web::post().to(userinfo::endpoint)),
        )
        .service(post("/oauth/device", Anyone, device::endpoint))
        .service(post("/oauth/register", Anyone, register::create))
        .service(
            only("/oauth/register/{id}", "GET, PUT, DELETE, HEAD, OPTIONS", Anyone)
                .route(read().to(register::show))
                .route(web::put().to(register::replace))
                .route(web::delete().to(register::delete)),
        )
        .service(post("/oauth/token", Anyone, token::standard))
        .service(post("/oauth/revoke", Anyone, revoke::endpoint))
        .service(post("/oauth/introspect", Anyone, introspect::endpoint))
        .service(post("/o/token", Anyone, token::standard))
        .service(post("/o/revoke_token", Anyone, revoke::endpoint))
        .service(post("/o/introspect", Anyone, introspect::endpoint));
}

/// Clients, for administrators.
fn clients(config: &mut ServiceConfig) {
    use oauth::clients_admin as door;

    config
        .service(
            only("/admin/api/clients", "GET, POST, HEAD, OPTIONS", Login)
                .route(read().to(door::list))
                .route(web::post().to(door::create)),
        )
        .service(
            only("/admin/api/clients/{id}", "GET, PATCH, DELETE, HEAD, OPTIONS", Login)
                .route(read().to(door::show))
                .route(web::patch().to(door::change))
                .route(web::delete().to(door::delete)),
        )
        .service(post("/admin/api/clients/{id}/rotate-secret", Login, door::rotate_secret))
        .service(post("/admin/api/clients/{id}/disable", Login, door::disable))
        .service(post("/admin/api/clients/{id}/enable", Login, door::enable));
}

/// Pages for people in a browser.
fn signin_pages(config: &mut ServiceConfig) {
    use self::signin_pages::{account, consent, device, sign_in, sign_out, site};

    let page = |path: &str| only(path, "GET, POST, HEAD, OPTIONS", Anyone);
    config
        .service(look("/account/style.css").route(read().to(site::style)))
        .configure(|config| authorize_at(config, "/oauth/authorize"))
        .configure(|config| authorize_at(config, "/o/authorize"))
        .configure(|config| authorize_at(config, "/auth/authorize"))
        .service(
            page("/account/sign-in")
                .route(read().to(sign_in::show))
                .route(web::post().to(sign_in::enter)),
        )
        .service(
            page("/account/consent")
                .route(read().to(consent::show))
                .route(web::post().to(consent::decide)),
        )
        .service(
            page("/device").route(read().to(device::show)).route(web::post().to(device::decide)),
        )
        .service(
            page("/account").route(read().to(account::show)).route(web::post().to(account::end)),
        )
        .service(
            page("/oauth/logout")
                .route(read().to(sign_out::from_query))
                .route(web::post().to(sign_out::from_form)),
        );
}

/// Pages that lead to an account, and the two that the links of letters open.
fn account_pages(config: &mut ServiceConfig) {
    use self::signin_pages::{activation, done, letters, new_password, providers, register};

    let page = |path: &str| only(path, "GET, POST, HEAD, OPTIONS", Anyone);
    config
        .service(
            page("/account/register")
                .route(read().to(register::show))
                .route(web::post().to(register::create)),
        )
        .service(
            page("/account/forgot")
                .route(read().to(letters::forgot))
                .route(web::post().to(letters::ask_password)),
        )
        .service(
            page("/account/resend")
                .route(read().to(letters::resend))
                .route(web::post().to(letters::ask_activation)),
        )
        .service(look("/account/done").route(read().to(done::show)))
        .service(look("/account/providers/{provider}").route(read().to(providers::depart)))
        .service(look("/account/providers/{provider}/callback").route(read().to(providers::arrive)))
        .service(
            page("/auth/activate/{uid}/{token}")
                .route(read().to(activation::show))
                .route(web::post().to(activation::activate)),
        )
        .service(
            page("/auth/password/reset/confirm/{uid}/{token}")
                .route(read().to(new_password::show))
                .route(web::post().to(new_password::set)),
        );
}

/// The authorization endpoint. Not for `HEAD`, whose answer nobody reads: it would draw a code for nobody.
fn authorize_at(config: &mut ServiceConfig, path: &str) {
    use self::signin_pages::authorize;

    config.service(
        only(path, "GET, POST, OPTIONS", Anyone)
            .route(web::get().to(authorize::from_query))
            .route(web::post().to(authorize::from_form)),
    );
}

/// One person's record.
fn record(path: &str, show: actix_web::Route) -> Resource {
    use djoser::people;

    only(path, "GET, PUT, PATCH, DELETE, HEAD, OPTIONS", Login)
        .route(show)
        .route(web::put().to(people::update))
        .route(web::patch().to(people::update))
        .route(web::delete().to(people::delete))
}

/// Seed 2, under `/api` or where it was moved.
fn api(config: &mut ServiceConfig, base: &str) {
    use restful::{accounts, call, sessions};

    let at = |path: &str| format!("{base}{path}");
    let post = "POST, OPTIONS";
    config
        .service(call(&at("/register"), post).route(web::post().to(accounts::register)))
        .service(call(&at("/login"), post).route(web::post().to(sessions::log_in)))
        .service(call(&at("/refresh"), post).route(web::post().to(sessions::refresh)))
        .service(call(&at("/logout"), post).route(web::post().to(sessions::log_out)))
        .service(
            call(&at("/me"), "GET, PUT, PATCH, HEAD, OPTIONS")
                .route(read().to(accounts::me))
                .route(web::put().to(accounts::update))
                .route(web::patch().to(accounts::update)),
        );
}

/// Seed 3, at the root or where it was moved.
fn signin(config: &mut ServiceConfig, base: &str) {
    use rest_jwt::{accounts, call, restore, sessions};

    let at = |path: &str| format!("{base}{path}");
    config
        .service(call(&at("/signup"), accounts::sign_up))
        .service(call(&at("/signin"), sessions::sign_in))
        .service(call(&at("/refresh"), sessions::refresh))
        .service(call(&at("/restore"), restore::restore))
        .service(call(&at("/validation"), sessions::validate))
        .service(call(&at("/get_user"), accounts::get_user));
}

/// A resource to look at, by anyone.
fn look(path: &str) -> Resource {
    only(path, "GET, HEAD, OPTIONS", Anyone)
}

async fn not_found() -> Result<HttpResponse, djoser::Refused> {
    Err(djoser::Refused::Nowhere)
}
