//! `GET /docs`: the document for people. It is made here, so that the page needs no script and nothing from
//! elsewhere.

mod call;
mod html;

use std::sync::OnceLock;

use actix_web::{HttpRequest, HttpResponse, web::Data};
use serde_json::Value;

use self::{call::Shown, html::Html};
use super::{Document, text};
use crate::http::fixed::Fixed;

/// Nothing but the style sheet beside it: no script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// The page, made once, when it is first asked for, and its style sheet.
#[derive(Debug)]
pub struct Page {
    page: OnceLock<Fixed>,
    style: Fixed,
}

impl Default for Page {
    fn default() -> Self {
        let style = Fixed::new("text/css; charset=utf-8", include_str!("docs.css"));
        Self { page: OnceLock::new(), style }
    }
}

/// `GET /docs`: the page.
pub async fn page(
    page: Data<Page>,
    document: Data<Document>,
    request: HttpRequest,
) -> HttpResponse {
    let made = || Fixed::new("text/html; charset=utf-8", whole(&document)).under(POLICY);
    page.page.get_or_init(made).answer(&request)
}

/// `GET /docs/style.css`: its style sheet.
pub async fn style(page: Data<Page>, request: HttpRequest) -> HttpResponse {
    page.style.answer(&request)
}

fn whole(document: &Document) -> String {
    let value = document.value();
    let title = text(value, "/info/title");
    let (base, server) = (document.base(), text(value, "/servers/0/url"));
    let groups = groups(document);
    let mut html = Html::default();
    html.raw("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">")
        .raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
        .element("title", &format!("{title}: calls"))
        .raw("<link rel=\"stylesheet\" href=\"")
        .text(&format!("{base}/docs/style.css"))
        .raw("\"></head><body><a class=\"skip\" href=\"#calls\">To the calls</a>");
    contents(&mut html, &groups);
    html.raw("<main id=\"calls\">").element("h1", title);
    html.raw("<p>At <code>").text(server).raw("</code>, for programs: <a href=\"");
    html.text(&format!("{base}/openapi.json")).raw("\">openapi.json</a> (OpenAPI 3.1).</p>");
    html.paragraphs(text(value, "/info/description"));
    credentials(&mut html, value);
    for group in &groups {
        html.raw("<section><h2 id=\"group-").text(group.name).raw("\">").text(group.name);
        html.raw("</h2>").paragraphs(group.about);
        for call in &group.calls {
            call.write(&mut html, document);
        }
        html.raw("</section>");
    }
    html.raw("</main></body></html>");
    html.finish()
}

/// Calls under one tag.
struct Group<'a> {
    name: &'a str,
    about: &'a str,
    calls: Vec<Shown<'a>>,
}

/// Every call in the order of tags and paths. What is mounted twice is shown once.
fn groups(document: &Document) -> Vec<Group<'_>> {
    let tags = document.value().get("tags").and_then(Value::as_array).into_iter().flatten();
    let calls: Vec<Shown<'_>> = Shown::all(document);
    let group = |tag| {
        let name = text(tag, "/name");
        let calls = calls.iter().filter(|call| call.tag() == name).copied().collect();
        Group { name, about: text(tag, "/description"), calls }
    };
    tags.map(group).filter(|group| !group.calls.is_empty()).collect()
}

fn contents(html: &mut Html, groups: &[Group<'_>]) {
    html.raw("<nav aria-label=\"Calls\">");
    for group in groups {
        html.raw("<a class=\"group\" href=\"#group-").text(group.name).raw("\">");
        html.text(group.name).raw("</a><ul>");
        for call in &group.calls {
            html.raw("<li><a href=\"#").text(call.id()).raw("\">");
            html.text(call.summary()).raw("</a></li>");
        }
        html.raw("</ul>");
    }
    html.raw("</nav>");
}

fn credentials(html: &mut Html, value: &Value) {
    let schemes = value.pointer("/components/securitySchemes").and_then(Value::as_object);
    html.raw("<h2 id=\"credentials\">Credentials</h2><dl>");
    for (name, scheme) in schemes.into_iter().flatten() {
        html.raw("<dt id=\"credential-").text(name).raw("\"><code>").text(name);
        html.raw("</code></dt><dd>").line(text(scheme, "/description")).raw("</dd>");
    }
    html.raw("</dl>");
}
