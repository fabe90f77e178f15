//! `GET /oauth/jwks`: the keys that tokens are signed with (RFC 7517 §5).

use actix_web::{HttpResponse, http::header, web::Data};
use serde_json::json;

use super::Refused;
use crate::{app::App, domain::signing::KEYS_MAX_AGE};

/// The keys; made, if this is the first time that anybody asks. The one that signs next is among them for a
/// whole rotation, so that whoever keeps the answer for a while knows it when it signs. So do we: they are
/// published while the database is away.
pub async fn endpoint(app: Data<App>) -> Result<HttpResponse, Refused> {
    let published = app.published_keys().await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, format!("public, max-age={KEYS_MAX_AGE}")))
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .json(json!({ "keys": *published })))
}
