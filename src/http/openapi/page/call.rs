//! One call as its template is filled: its line, what it takes and what it answers.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::http::openapi::{Document, text};

/// A call as it is shown.
#[derive(Debug, Serialize)]
pub struct Shown<'a> {
    id: &'a str,
    method: &'a str,
    path: &'a str,
    also: Option<&'a str>,
    summary: &'a str,
    about: &'a str,
    credentials: Vec<&'a str>,
    may_lack: bool,
    parameters: Vec<Row<'a>>,
    body: Option<Body<'a>>,
    answers: Vec<Answer<'a>>,
    #[serde(skip)]
    tag: &'a str,
}

/// A parameter or a field.
#[derive(Debug, Serialize)]
struct Row<'a> {
    name: &'a str,
    place: Option<&'a str>,
    is_required: bool,
    about: &'a str,
}

#[derive(Debug, Serialize)]
struct Body<'a> {
    kinds: Vec<&'a str>,
    fields: Vec<Row<'a>>,
    example: Option<String>,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    status: &'a str,
    about: &'a str,
    kind: Option<&'a str>,
    example: Option<String>,
}

impl<'a> Shown<'a> {
    /// Every call of a document. One that is mounted twice is there once.
    pub fn all(document: &'a Document) -> Vec<Self> {
        let calls = members(document.value(), "/paths").flat_map(|(path, item)| {
            members(item, "").map(|(method, call)| Self::new(document, method, path, call))
        });
        let (twins, firsts): (Vec<Self>, Vec<Self>) =
            calls.partition(|call| call.id.starts_with("root_"));
        let twin = |call: &Self| {
            let name = call.id.strip_prefix("auth_")?;
            let twin = twins.iter().find(|twin| twin.id.strip_prefix("root_") == Some(name))?;
            Some(twin.path)
        };
        firsts.into_iter().map(|call| Self { also: twin(&call), ..call }).collect()
    }

    /// What it is filed under.
    pub fn tag(&self) -> &'a str {
        self.tag
    }

    fn new(document: &'a Document, method: &'a str, path: &'a str, call: &'a Value) -> Self {
        let ways = || list(call, "/security").filter_map(Value::as_object);
        let answers = members(call, "/responses");
        Self {
            id: text(call, "/operationId"),
            method,
            path,
            also: None,
            summary: text(call, "/summary"),
            about: text(call, "/description"),
            credentials: ways().flat_map(Map::keys).map(String::as_str).collect(),
            may_lack: ways().any(Map::is_empty),
            parameters: list(call, "/parameters").map(parameter).collect(),
            body: body(document, call),
            answers: answers.map(|(status, said)| answer(status, document.meant(said))).collect(),
            tag: text(call, "/tags/0"),
        }
    }
}

fn list<'a>(part: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    part.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

/// The members of an object within a part of the document; none if it is not there.
pub fn members<'a>(
    part: &'a Value,
    pointer: &str,
) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
    let members = part.pointer(pointer).and_then(Value::as_object).into_iter().flatten();
    members.map(|(name, value)| (name.as_str(), value))
}

fn parameter(parameter: &Value) -> Row<'_> {
    Row {
        name: text(parameter, "/name"),
        place: Some(text(parameter, "/in")),
        is_required: parameter.get("required") == Some(&Value::Bool(true)),
        about: text(parameter, "/description"),
    }
}

fn body<'a>(document: &'a Document, call: &'a Value) -> Option<Body<'a>> {
    let content = || members(call, "/requestBody/content");
    let (_, first) = content().next()?;
    let schema = first.get("schema").map(|schema| document.meant(schema));
    Some(Body {
        kinds: content().map(|(kind, _)| kind).collect(),
        fields: schema.map(fields).unwrap_or_default(),
        example: example(first),
    })
}

fn fields(schema: &Value) -> Vec<Row<'_>> {
    let is_required = |name| list(schema, "/required").any(|required| required == name);
    let row = |(name, field)| Row {
        name,
        place: None,
        is_required: is_required(name),
        about: text(field, "/description"),
    };
    members(schema, "/properties").map(row).collect()
}

fn answer<'a>(status: &'a str, said: &'a Value) -> Answer<'a> {
    let content = members(said, "/content").next();
    Answer {
        status,
        about: text(said, "/description"),
        kind: content.map(|(kind, _)| kind),
        example: content.and_then(|(_, body)| example(body)),
    }
}

fn example(content: &Value) -> Option<String> {
    content.get("example").map(|example| format!("{example:#}"))
}
