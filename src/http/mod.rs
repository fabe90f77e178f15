//! THE URL MAP: every path of every dialect, one line each.
//!
//! Paths are written without their trailing slash; with it they answer alike.

pub mod answer;
pub mod body;
pub mod browser;
pub mod credential;
pub mod djoser;
pub mod envelope;
pub mod fields;
pub mod form;
pub mod health;
pub mod json;
pub mod language;
pub mod methods;
pub mod multipart;
pub mod oauth;
pub mod sentences;

use actix_web::{
    HttpResponse, Resource,
    web::{self, ServiceConfig},
};
use serde_json::json;

use self::methods::{
    Access::{Anyone, Login},
    only, post, read,
};

/// Mounts every dialect.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(look("/health/live").route(read().to(health::live)))
        .service(look("/health/ready").route(read().to(health::ready)))
        .configure(auth)
        .default_service(web::to(not_found));
}

/// What the published contracts have under `/auth`.
fn auth(config: &mut ServiceConfig) {
    use djoser::{jwt, people, register, sessions, social, tokens};
    use oauth::{convert, token};

    config
        .service(
            only("/auth/users", "GET, POST, HEAD, OPTIONS", Login)
                .route(web::post().to(register::create))
                .route(read().to(people::list)),
        )
        .service(post("/auth/users/activation", Login, register::activate))
        .service(post("/auth/users/resend_activation", Login, register::resend))
        .service(record("/auth/users/me"))
        .service(post("/auth/jwt/create", Anyone, jwt::create))
        .service(post("/auth/token/login", Anyone, tokens::log_in))
        .service(post("/auth/token/logout", Login, tokens::log_out))
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
        )
        // After every other path below `users`, which it would match as well.
        .service(record("/auth/users/{id}"));
}

/// One person's record.
fn record(path: &str) -> Resource {
    use djoser::people;

    only(path, "GET, PUT, PATCH, DELETE, HEAD, OPTIONS", Login)
        .route(read().to(people::show))
        .route(web::put().to(people::update))
        .route(web::patch().to(people::update))
        .route(web::delete().to(people::delete))
}

/// A resource to look at, by anyone.
fn look(path: &str) -> Resource {
    only(path, "GET, HEAD, OPTIONS", Anyone)
}

async fn not_found() -> HttpResponse {
    HttpResponse::NotFound().json(json!({ "detail": "Not found." }))
}
