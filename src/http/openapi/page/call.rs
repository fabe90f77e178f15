//! One call on the page: folded up to its line, opened to what it takes and answers.

use serde_json::Value;

use super::html::Html;
use crate::http::openapi::{Document, text};

/// A call as it is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    method: &'a str,
    path: &'a str,
    also: Option<&'a str>,
    operation: &'a Value,
}

impl<'a> Shown<'a> {
    /// Every call of a document. One that is mounted twice is there once.
    pub fn all(document: &'a Document) -> Vec<Self> {
        let paths = document.value().get("paths").and_then(Value::as_object);
        let calls = paths.into_iter().flatten().flat_map(|(path, item)| {
            item.as_object().into_iter().flatten().map(|(method, operation)| Self {
                method,
                path,
                also: None,
                operation,
            })
        });
        let calls: Vec<Self> = calls.collect();
        let (twins, firsts): (Vec<Self>, Vec<Self>) =
            calls.into_iter().partition(|call| call.id().starts_with("root_"));
        let twin = |call: &Self| {
            let name = call.id().strip_prefix("auth_")?;
            let twin = twins.iter().find(|twin| twin.id().strip_prefix("root_") == Some(name))?;
            Some(twin.path)
        };
        firsts.into_iter().map(|call| Self { also: twin(&call), ..call }).collect()
    }

    /// Its name.
    pub fn id(&self) -> &'a str {
        text(self.operation, "/operationId")
    }

    /// Its line.
    pub fn summary(&self) -> &'a str {
        text(self.operation, "/summary")
    }

    /// What it is filed under.
    pub fn tag(&self) -> &'a str {
        text(self.operation, "/tags/0")
    }

    /// Writes it.
    pub fn write(&self, html: &mut Html, document: &Document) {
        html.raw("<details><summary><span class=\"method ").text(self.method).raw("\">");
        html.text(&self.method.to_uppercase()).raw("</span> <code>").text(self.path);
        html.raw("</code> <span>").text(self.summary()).raw("</span></summary>");
        // A link to the name opens what it is in.
        html.raw("<div id=\"").text(self.id()).raw("\">");
        html.paragraphs(text(self.operation, "/description"));
        if let Some(also) = self.also {
            html.raw("<p>Also at <code>").text(also).raw("</code>.</p>");
        }
        self.write_credentials(html);
        self.write_parameters(html);
        self.write_body(html, document);
        self.write_answers(html, document);
        html.raw("</div></details>");
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &'a Value> {
        self.operation.get(name).and_then(Value::as_array).into_iter().flatten()
    }

    fn write_credentials(&self, html: &mut Html) {
        let names: Vec<&String> = self
            .list("security")
            .filter_map(Value::as_object)
            .flat_map(serde_json::Map::keys)
            .collect();
        if names.is_empty() {
            return;
        }
        let may_lack =
            self.list("security").any(|way| way.as_object().is_some_and(serde_json::Map::is_empty));
        html.raw("<p>").text(if may_lack { "May be called with " } else { "Wants " });
        for (at, name) in names.into_iter().enumerate() {
            html.raw(if at == 0 { "<a href=\"#credential-" } else { " or <a href=\"#credential-" });
            html.text(name).raw("\"><code>").text(name).raw("</code></a>");
        }
        html.raw(".</p>");
    }

    fn write_parameters(&self, html: &mut Html) {
        let mut rows = self.list("parameters").peekable();
        if rows.peek().is_none() {
            return;
        }
        html.raw("<h4>Parameters</h4><table><tbody>");
        for parameter in rows {
            let is_required = parameter.get("required") == Some(&Value::Bool(true));
            let place = format!("{}, {}", text(parameter, "/in"), must(is_required));
            row(html, text(parameter, "/name"), &place, text(parameter, "/description"));
        }
        html.raw("</tbody></table>");
    }

    fn write_body(&self, html: &mut Html, document: &Document) {
        let content = self.operation.pointer("/requestBody/content").and_then(Value::as_object);
        let Some((content, (_, first))) = content.and_then(|all| Some((all, all.iter().next()?)))
        else {
            return;
        };
        html.raw("<h4>Body</h4><p>");
        for (at, kind) in content.keys().enumerate() {
            html.raw(if at == 0 { "" } else { ", " }).element("code", kind);
        }
        html.raw("</p>");
        let schema = first.get("schema").map(|schema| document.meant(schema));
        if let Some(schema) = schema {
            fields(html, schema);
        }
        example(html, first);
    }

    fn write_answers(&self, html: &mut Html, document: &Document) {
        html.raw("<h4>Answers</h4>");
        let answers = self.operation.get("responses").and_then(Value::as_object);
        for (status, answer) in answers.into_iter().flatten() {
            let answer = document.meant(answer);
            html.raw("<details class=\"answer\"><summary>").element("b", status).raw(" ");
            html.line(text(answer, "/description")).raw("</summary>");
            let content = answer.get("content").and_then(Value::as_object);
            match content.and_then(|content| content.iter().next()) {
                Some((kind, body)) => {
                    html.raw("<p>").element("code", kind).raw("</p>");
                    example(html, body);
                }
                None => {
                    html.raw("<p>Without a body.</p>");
                }
            }
            html.raw("</details>");
        }
    }
}

fn must(is_required: bool) -> &'static str {
    if is_required { "required" } else { "may be left out" }
}

fn row(html: &mut Html, name: &str, place: &str, about: &str) {
    html.raw("<tr><th scope=\"row\"><code>").text(name).raw("</code></th><td>");
    html.text(place).raw("</td><td>").line(about).raw("</td></tr>");
}

/// The fields of an object.
fn fields(html: &mut Html, schema: &Value) {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let Some(fields) = schema.get("properties").and_then(Value::as_object) else { return };
    html.raw("<table><tbody>");
    for (name, field) in fields {
        let place = must(required.contains(&name.as_str()));
        row(html, name, place, text(field, "/description"));
    }
    html.raw("</tbody></table>");
}

fn example(html: &mut Html, content: &Value) {
    if let Some(example) = content.get("example") {
        html.raw("<pre tabindex=\"0\">").text(&format!("{example:#}")).raw("</pre>");
    }
}
