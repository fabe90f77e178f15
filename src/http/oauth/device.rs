//! `POST /oauth/device`: a device asks for its codes (RFC 8628 §3.1).

use actix_web::{HttpRequest, HttpResponse, web::Data};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{Refused, convert, token};
use crate::{
    app::App,
    domain::{
        client::GrantType,
        device::{DEVICE_LIFE, DEVICE_PAUSE},
    },
    http::body::Form,
    usecases::device,
};

/// Two codes: one the device keeps, one it shows.
pub async fn endpoint(
    app: Data<App>,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Refused> {
    let words = form.0?;
    let shown = token::client(&request, &words)?;
    let wanted = convert::scope(&words)?;
    let resources = token::resources(&words)?;
    let client = app.prove_for(shown, GrantType::DeviceCode).await?;
    let begun =
        app.write(move |ctx| device::begin(ctx, &client, wanted.as_ref(), &resources)).await?;
    let page = format!("{}/device", app.policy().issuer);
    let code = begun.user_code.shown();
    Ok(HttpResponse::Ok().json(json!({
        "device_code": begun.device_code.expose_secret(),
        "user_code": code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={code}"),
        "expires_in": DEVICE_LIFE.num_seconds(),
        "interval": DEVICE_PAUSE.num_seconds(),
    })))
}
