//! `GET /docs`: the document for people. It is made here, so that the page needs no script and nothing from
//! elsewhere.

mod call;

use std::sync::OnceLock;

use actix_web::{HttpRequest, HttpResponse, web::Data};
use minijinja::{Environment, context, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;

use self::call::{Shown, members};
use super::{Document, text};
use crate::http::fixed::Fixed;

/// Nothing but the style sheet beside it: no script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

const TEMPLATES: [(&str, &str); 3] = [
    ("page.html", include_str!("templates/page.html")),
    ("call.html", include_str!("templates/call.html")),
    ("words.html", include_str!("templates/words.html")),
];

/// The page, made once, when it is first asked for, and its style sheet.
#[derive(Debug)]
pub struct Page {
    page: OnceLock<Option<Fixed>>,
    style: Fixed,
}

impl Default for Page {
    fn default() -> Self {
        let style = Fixed::new("text/css; charset=utf-8", include_str!("templates/style.css"));
        Self { page: OnceLock::new(), style }
    }
}

/// `GET /docs`: the page.
pub async fn page(
    page: Data<Page>,
    document: Data<Document>,
    request: HttpRequest,
) -> HttpResponse {
    match page.page.get_or_init(|| made(&document)) {
        Some(page) => page.answer(&request),
        None => HttpResponse::InternalServerError().finish(),
    }
}

/// `GET /docs/style.css`: its style sheet.
pub async fn style(page: Data<Page>, request: HttpRequest) -> HttpResponse {
    page.style.answer(&request)
}

fn made(document: &Document) -> Option<Fixed> {
    match whole(document) {
        Ok(page) => Some(Fixed::new("text/html; charset=utf-8", page).under(POLICY)),
        Err(error) => {
            tracing::error!(%error, "the page of the document cannot be made");
            None
        }
    }
}

fn whole(document: &Document) -> Result<String, minijinja::Error> {
    let value = document.value();
    let filled = context! {
        title => text(value, "/info/title"),
        about => text(value, "/info/description"),
        base => document.base(),
        server => text(value, "/servers/0/url"),
        credentials => given(&credentials(document)),
        groups => given(&groups(document)),
    };
    environment()?.get_template("page.html")?.render(filled)
}

/// The templates. What goes into them is escaped, as their names end in `.html`.
fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut environment = Environment::new();
    // A line of a template that holds nothing but a statement leaves no line on the page.
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

fn given(value: &impl Serialize) -> minijinja::Value {
    minijinja::Value::from(Serde(value))
}

/// Calls under one tag.
#[derive(Serialize)]
struct Group<'a> {
    name: &'a str,
    about: &'a str,
    calls: Vec<Shown<'a>>,
}

/// Every call in the order of tags and paths. What is mounted twice is shown once.
fn groups(document: &Document) -> Vec<Group<'_>> {
    let mut calls = Shown::all(document);
    let group = |tag| {
        let name = text(tag, "/name");
        let calls = calls.extract_if(.., |call| call.tag() == name).collect();
        Group { name, about: text(tag, "/description"), calls }
    };
    let tags = document.value().get("tags").and_then(serde_json::Value::as_array);
    let groups = tags.into_iter().flatten().map(group);
    groups.filter(|group| !group.calls.is_empty()).collect()
}

#[derive(Serialize)]
struct Credential<'a> {
    name: &'a str,
    about: &'a str,
}

fn credentials(document: &Document) -> Vec<Credential<'_>> {
    let schemes = members(document.value(), "/components/securitySchemes");
    schemes.map(|(name, scheme)| Credential { name, about: text(scheme, "/description") }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Document, whole};

    fn page(about: &str) -> String {
        let call = json!({ "operationId": "look", "tags": ["house"], "description": about });
        let value = json!({
            "tags": [{ "name": "house" }],
            "paths": { "/<i>": { "get": call } },
        });
        whole(&Document::new(|| value)).unwrap()
    }

    #[test]
    fn nothing_in_a_description_is_markup() {
        let page = page("<a href=\"'&\"> `<b>` & c");

        assert!(page.contains(
            "<p>&lt;a href=&quot;&#x27;&amp;&quot;&gt; <code>&lt;b&gt;</code> &amp; c</p>"
        ));
        assert!(page.contains("<code>&#x2f;&lt;i&gt;</code>"), "{page}");
    }

    #[test]
    fn lines_with_a_star_are_a_list() {
        let page = page("One.\n\n* two\n* `three`").replace('\n', "");

        let list = "<p>One.</p><ul><li>two</li><li><code>three</code></li></ul>";
        assert!(page.contains(list), "{page}");
    }
}
