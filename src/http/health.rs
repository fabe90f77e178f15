//! Whether the process lives, and whether it can serve.

use actix_web::{HttpResponse, web::Data};
use serde_json::json;

use crate::{app::App, usecases::health};

/// `GET /health/live`: the process answers.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok")
}

/// `GET /health/ready`: the database answers, too, and the process is not about to stop.
pub async fn ready(app: Data<App>) -> HttpResponse {
    let not = |status| HttpResponse::ServiceUnavailable().json(json!({ "status": status }));
    if app.is_stopping() {
        return not("stopping");
    }
    match app.read(health::ask).await {
        Ok(()) => HttpResponse::Ok().json(json!({ "status": "ready" })),
        Err(_down) => not("unavailable"),
    }
}
