//! `POST /oauth/revoke` (RFC 7009).

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::{Refused, token};
use crate::{
    app::App,
    http::{
        body::Form,
        fields::{Reader, Text},
    },
    usecases::revoke,
};

/// Ends a token of the client's own, with everything of its grant. Whether there was any is not told.
pub async fn endpoint(
    app: Data<App>,
    request: HttpRequest,
    form: Form,
) -> Result<HttpResponse, Refused> {
    let words = form.0?;
    let shown = token::client(&request, &words)?;
    let client = app.prove(shown).await?;
    let mut read = Reader::new(&words);
    // `token_type_hint` is a hint: tokens are found without it.
    let token = read.text(Text::filled("token", 16 * 1024));
    let token = read.finish(token)?.into();
    app.write(move |ctx| revoke::by_client(ctx, &client, &token)).await?;
    Ok(HttpResponse::Ok().finish())
}
