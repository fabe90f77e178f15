//! `POST token/`: the token endpoint (RFC 6749 §3.2).

use actix_web::{HttpRequest, HttpResponse, web::Data};

use super::{Refused, client_auth, convert, tokens_body::TokensBody};
use crate::{
    app::App,
    domain::{
        client::{Client, GrantType},
        credential::ClientCredential,
        password::Password,
        scope::ScopeSet,
    },
    error::Refusal,
    http::{
        body::{Body, Words},
        credential,
        fields::{Reader, Text},
    },
    usecases::{clients, login, refresh},
};

/// `POST token/`: tokens for a grant.
pub async fn endpoint(
    app: Data<App>,
    request: HttpRequest,
    body: Body,
) -> Result<HttpResponse, Refused> {
    if !request.query_string().is_empty() {
        return Err(Refusal::BadRequest("parameters belong into the body, not the URL").into());
    }
    let words = body.0?;
    app.admit(credential::of(&request)).await?;
    // One that cannot be read is none that we know.
    let grant = Reader::new(&words).optional(Text::filled("grant_type", 200));
    let grant = grant.as_deref().and_then(GrantType::parse).ok_or(Refusal::UnsupportedGrant)?;
    if grant == GrantType::ConvertToken {
        let asked = convert::read_asked(&request, &words, Vec::new())?;
        return convert::convert(&app, asked).await;
    }
    let shown = client(&request, &words)?;
    let client = app.read(move |ctx| clients::prove_for(ctx, &shown, grant)).await?;
    match grant {
        GrantType::RefreshToken => rotate(&app, client, &words).await,
        GrantType::Password => password(&app, client, &words).await,
        GrantType::ClientCredentials => for_itself(&app, client, &words).await,
        GrantType::AuthorizationCode | GrantType::ConvertToken => {
            Err(Refusal::UnsupportedGrant.into())
        }
    }
}

/// The client of a request. One whose name or secret cannot be read is no better than an unknown one.
fn client(request: &HttpRequest, words: &Words) -> Result<ClientCredential, Refusal> {
    let shown = client_auth::of(request, words).map_err(|why| match why {
        Refusal::Fields(_) => Refusal::BadClient,
        other => other,
    })?;
    shown.ok_or(Refusal::BadClient)
}

async fn rotate(app: &App, client: Client, words: &Words) -> Result<HttpResponse, Refused> {
    let mut read = Reader::new(words);
    let token = read.text(Text::filled("refresh_token", 4096));
    let token = read.finish(token)?.into();
    let wanted = scope(words)?;
    let tokens =
        app.settle(move |ctx| refresh::rotate(ctx, &client, &token, wanted.as_ref())).await?;
    Ok(HttpResponse::Ok().json(TokensBody::from(tokens)))
}

async fn password(app: &App, client: Client, words: &Words) -> Result<HttpResponse, Refused> {
    let mut read = Reader::new(words);
    let name = read.text(Text::filled("username", 4096));
    let password = read.text(Text::filled("password", 4096));
    let (name, password) = read.finish(name.zip(password))?;
    let wanted = scope(words)?;
    let checked = app.check_login(&name, &Password::new(password)).await?;
    let tokens = app
        .write(move |ctx| login::by_password_grant(ctx, &checked, &client, wanted.as_ref()))
        .await?;
    Ok(HttpResponse::Ok().json(TokensBody::from(tokens)))
}

async fn for_itself(app: &App, client: Client, words: &Words) -> Result<HttpResponse, Refused> {
    let wanted = scope(words)?;
    let tokens = app.write(move |ctx| login::by_client(ctx, &client, wanted.as_ref())).await?;
    Ok(HttpResponse::Ok().json(TokensBody::from(tokens)))
}

/// RFC 6749 §5.2: a scope that cannot be read is `invalid_scope`.
fn scope(words: &Words) -> Result<Option<ScopeSet>, Refusal> {
    let mut read = Reader::new(words);
    let scope = convert::scope(&mut read);
    read.finish(scope).map_err(|_unreadable| Refusal::ScopeNotAllowed)
}

#[cfg(test)]
mod tests {
    use super::scope;
    use crate::{
        error::Refusal,
        http::body::{Word, Words},
    };

    #[test]
    fn a_scope_that_is_no_text_is_refused_not_passed_over() {
        for word in [Word::Other, Word::Bool(true), Word::Null, Word::Text("a  b".to_owned())] {
            let mut words = Words::default();
            assert!(words.add("scope".to_owned(), word.clone()));
            assert_eq!(scope(&words), Err(Refusal::ScopeNotAllowed), "{word:?}");
        }
        assert_eq!(scope(&Words::default()), Ok(None));
    }
}
