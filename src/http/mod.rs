//! THE URL MAP: every path of every dialect, one line each.
//!
//! Paths are written without their trailing slash; with it they answer alike.

pub mod answer;
pub mod body;
pub mod credential;
pub mod djoser;
pub mod envelope;
pub mod fields;
pub mod form;
pub mod health;
pub mod json;
pub mod methods;
pub mod multipart;
pub mod oauth;
pub mod sentences;

use actix_web::{
    HttpResponse,
    web::{self, ServiceConfig},
};
use serde_json::json;

use self::methods::{Access, only};

/// Mounts every dialect.
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/health/live", web::get().to(health::live))
        .route("/health/ready", web::get().to(health::ready))
        .configure(auth)
        .default_service(web::to(not_found));
}

/// What the published contracts have under `/auth`.
fn auth(config: &mut ServiceConfig) {
    use djoser::{sessions, tokens, users};
    use oauth::{convert, token};

    let post = web::post;
    config
        .service(
            only("/auth/users", "GET, POST, HEAD, OPTIONS", Access::Login)
                .route(post().to(users::create)),
        )
        .service(
            only("/auth/users/activation", "POST, OPTIONS", Access::Login)
                .route(post().to(users::activate)),
        )
        .service(
            only("/auth/users/resend_activation", "POST, OPTIONS", Access::Login)
                .route(post().to(users::resend)),
        )
        .service(
            only("/auth/users/me", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS", Access::Login)
                .route(web::get().to(users::me)),
        )
        .service(
            only("/auth/token/login", "POST, OPTIONS", Access::Anyone)
                .route(post().to(tokens::log_in)),
        )
        .service(
            only("/auth/token/logout", "POST, OPTIONS", Access::Login)
                .route(post().to(tokens::log_out)),
        )
        .service(
            only("/auth/token", "POST, OPTIONS", Access::Anyone).route(post().to(token::endpoint)),
        )
        .service(
            only("/auth/convert-token", "POST, OPTIONS", Access::Anyone)
                .route(post().to(convert::endpoint)),
        )
        .service(
            only("/auth/revoke-token", "POST, OPTIONS", Access::Login)
                .route(post().to(sessions::revoke_token)),
        )
        .service(
            only("/auth/invalidate-sessions", "POST, OPTIONS", Access::Login)
                .route(post().to(sessions::invalidate_sessions)),
        )
        .service(
            only("/auth/invalidate-refresh-tokens", "POST, OPTIONS", Access::Login)
                .route(post().to(sessions::invalidate_refresh_tokens)),
        )
        .service(
            only("/auth/disconnect-backend", "POST, OPTIONS", Access::Login)
                .route(post().to(sessions::disconnect_backend)),
        );
}

async fn not_found() -> HttpResponse {
    HttpResponse::NotFound().json(json!({ "detail": "Not found." }))
}
