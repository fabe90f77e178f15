//! Seed 0's `users/me/settings` and `users/me/templates?lang=`.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{Method, StatusCode, header},
    web::Data,
};
use chrono::SecondsFormat;
use serde_json::{Value, json};

use super::Refused;
use crate::{
    app::App,
    domain::{
        reach::Act,
        template::{Template, TemplateLanguage},
    },
    error::{FieldCode, FieldError, Refusal},
    http::{
        answer,
        body::{BadBody, JsonValue, LongBody},
        credential,
        fields::Reader,
        form,
    },
    usecases::{
        settings::{self, Edit, Expected, Settings},
        templates::{self, Missing},
    },
};

/// `GET users/me/settings`: the document, with its `ETag`.
pub async fn settings(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let shown = credential::of(&request);
    Ok(document(app.read_as(shown, settings::show).await?))
}

/// `PUT users/me/settings` puts another document in its place, `PATCH` merges one into it (RFC 7396).
/// With `If-Match` only if nobody else has changed it meanwhile.
pub async fn edit_settings(
    app: Data<App>,
    request: HttpRequest,
    body: JsonValue,
) -> Result<HttpResponse, Refused> {
    let body = body.0?;
    let shown = credential::of(&request);
    app.who_to(Act::Change, shown.clone()).await?;
    let Value::Object(words) = body else { return Err(BadBody::NotAnObject.into()) };
    let edit =
        if request.method() == Method::PUT { Edit::Replace(words) } else { Edit::Merge(words) };
    let expected = expected(&request);
    let done =
        app.write_as(shown, move |ctx, me| settings::edit(ctx, me, &edit, &expected)).await?;
    Ok(document(done))
}

fn document(settings: Settings) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{}\"", settings.tag)))
        .content_type("application/json")
        .body(settings.text)
}

/// `If-Match` (RFC 9110 §13.1.1): strong comparison, so a weak tag fits nothing.
fn expected(request: &HttpRequest) -> Expected {
    let mut tags = Vec::new();
    for header in request.headers().get_all(header::IF_MATCH) {
        let text = header.to_str().unwrap_or_default();
        if text.trim() == "*" {
            return Expected::Any;
        }
        let quoted = |tag: &str| {
            let tag = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
            Some(tag.to_owned())
        };
        tags.extend(text.split(',').map(|tag| quoted(tag).unwrap_or_default()));
    }
    if tags.is_empty() { Expected::Any } else { Expected::OneOf(tags) }
}

/// `GET users/me/templates`: the languages; with `?lang=` the template for it.
pub async fn templates(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let shown = credential::of(&request);
    app.who(shown.clone()).await?;
    let Some(language) = language(&request)? else {
        let languages = app.read_as(shown, templates::languages).await?;
        return Ok(answer::ok(StatusCode::OK, &languages));
    };
    let found = app.read_as(shown, move |ctx, me| templates::show(ctx, me, &language)).await?;
    Ok(answer::ok(StatusCode::OK, &told(&found)))
}

/// `PUT users/me/templates?lang=` stores a template, `PATCH` only one that is there. An empty one is deleted.
pub async fn store_template(
    app: Data<App>,
    request: HttpRequest,
    body: LongBody,
) -> Result<HttpResponse, Refused> {
    let words = body.0?;
    let shown = credential::of(&request);
    app.who_to(Act::Change, shown.clone()).await?;
    let language = language(&request)?;
    let mut read = Reader::new(&words);
    let text = read.verbatim("template");
    if language.is_none() {
        read.complain(FieldError::new("lang", FieldCode::Required));
    }
    let (language, text) = read.finish(language.zip(text))?;
    let missing = if request.method() == Method::PUT { Missing::Create } else { Missing::Refuse };
    let stored = app
        .write_as(shown, move |ctx, me| templates::store(ctx, me, (&language, &text), missing))
        .await?;
    Ok(match stored {
        Some(template) => answer::ok(StatusCode::OK, &told(&template)),
        None => HttpResponse::NoContent().finish(),
    })
}

fn told(template: &Template) -> Value {
    json!({
        "lang": template.language.as_str(),
        "template": template.text,
        "updated_at": template.updated_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    })
}

/// The language of the URL, the only thing that is ever read from there.
fn language(request: &HttpRequest) -> Result<Option<TemplateLanguage>, Refused> {
    let words = form::read(request.query_string().as_bytes())?;
    let mut read = Reader::new(&words);
    let Some(name) = read.maybe(Reader::verbatim, "lang") else {
        return Err(Refusal::Fields(read.errors()).into());
    };
    let Some(name) = name else { return Ok(None) };
    let wrong = || FieldError::new("lang", FieldCode::NotALanguage);
    let language = TemplateLanguage::parse(&name);
    Ok(Some(language.ok_or_else(|| Refusal::Fields(vec![wrong()]))?))
}
