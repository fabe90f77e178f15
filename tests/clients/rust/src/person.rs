//! A browser without scripts, in which one person fills in what they are shown and says yes.

use std::collections::BTreeMap;

use oauth2::{
    HttpRequest, HttpResponse,
    http::{Method, header},
    url::{Url, form_urlencoded},
};

use crate::world::{At as _, Outcome, World, insist};

/// Opens a page in a fresh browser and goes on until there is nothing to fill in, or the way leads elsewhere: that
/// address.
pub fn visit(world: &World, address: &str) -> Outcome<Url> {
    let mut cookies = BTreeMap::new();
    let mut place = Url::parse(address)?;
    let mut form = None;
    for _ in 0..20 {
        let answer = send(world, &mut cookies, &place, form.take())?;
        if let Some(next) = answer.headers().get(header::LOCATION) {
            place = place.join(next.to_str()?)?;
            if !place.as_str().starts_with(&format!("{}/", world.say("issuer"))) {
                return Ok(place);
            }
            continue;
        }
        let page = String::from_utf8(answer.body().clone())?;
        insist(answer.status().is_success(), &page)?;
        let Some((action, fields)) = filled(world, &page) else { return Ok(place) };
        place = place.join(&action)?;
        form = Some(fields);
    }
    Err(format!("no end to the way that began at {address}").into())
}

fn send(
    world: &World,
    cookies: &mut BTreeMap<String, String>,
    place: &Url,
    form: Option<BTreeMap<String, String>>,
) -> Outcome<HttpResponse> {
    let mut request = HttpRequest::new(Vec::new()).at(place.as_str())?;
    let kept: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    request.headers_mut().insert(header::COOKIE, kept.join("; ").parse()?);
    if let Some(fields) = form {
        let kind = header::HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        *request.method_mut() = Method::POST;
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        *request.body_mut() = body.into_bytes();
    }
    let answer = world.call(request)?;
    for cookie in answer.headers().get_all(header::SET_COOKIE) {
        let pair = cookie.to_str()?.split(';').next().unwrap_or_default();
        if let Some((name, value)) = pair.split_once('=') {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }
    Ok(answer)
}

/// The form of a page, filled in: where it goes, and with what.
fn filled(world: &World, page: &str) -> Option<(String, BTreeMap<String, String>)> {
    let form = between(page, "<form ", "</form>")?;
    let mut fields: BTreeMap<String, String> = form
        .split("<input ")
        .skip(1)
        .filter_map(|tag| {
            let tag = tag.split('>').next()?;
            Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
        })
        .collect();
    if fields.contains_key("password") {
        fields.insert("name".to_owned(), world.say("person"));
        fields.insert("password".to_owned(), world.say("password"));
    }
    if form.contains("<button name=\"decision\" value=\"allow\">") {
        fields.insert("decision".to_owned(), "allow".to_owned());
    }
    Some((attribute(form, "action")?, fields))
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    text.split_once(begin)?.1.split_once(end).map(|(inner, _)| inner)
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let tag = format!(" {tag}");
    let value = between(&tag, &format!(" {name}=\""), "\"")?;
    let signs = [("&#x2f;", "/"), ("&#x27;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">")];
    let plain =
        signs.iter().fold(value.to_owned(), |text, (sign, plain)| text.replace(sign, plain));
    Some(plain.replace("&amp;", "&"))
}
