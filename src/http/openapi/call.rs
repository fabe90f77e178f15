//! One call as the document tells it: a method of a path, what it takes and all it can answer.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    field::{self, Field},
    manner::{self, Manner, headers, spoken},
};

/// The media types in which every dialect but seed 3's reads bodies.
pub const KINDS: [&str; 3] =
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"];

/// A call: one method of one path.
#[derive(Debug)]
pub struct Call {
    /// The path as it is called, from the public address on.
    pub path: String,
    /// The method, in small letters.
    pub method: &'static str,
    /// The operation object.
    pub operation: Map<String, Value>,
    /// Answers it refers to among the components.
    pub answers: BTreeMap<String, Value>,
    /// Schemas it refers to among the components.
    pub schemas: BTreeMap<String, Value>,
    name: String,
    manner: Manner,
}

/// An answer to a call that was carried out.
#[derive(Debug)]
pub struct Said {
    /// Its schema.
    pub schema: Value,
    /// What it looks like.
    pub example: Value,
}

impl Said {
    /// A schema among the components, and an example.
    pub fn named(name: &str, example: Value) -> Self {
        Self { schema: json!({ "$ref": format!("#/components/schemas/{name}") }), example }
    }
}

/// Where a dialect's calls begin, what they are filed under and how they say no.
#[derive(Debug, Clone)]
pub struct Place {
    /// The first part of their paths; empty at the root.
    pub base: String,
    /// What their names begin with.
    pub prefix: &'static str,
    /// Their tag.
    pub tag: &'static str,
    /// How they say no.
    pub manner: Manner,
}

impl Place {
    /// The same calls under another tag.
    #[must_use]
    pub fn tagged(&self, tag: &'static str) -> Self {
        Self { tag, ..self.clone() }
    }

    /// A call to look at something.
    pub fn get(&self, path: &str, name: &str, summary: &str) -> Call {
        self.call("get", path, name, summary)
    }

    /// A call to do something.
    pub fn post(&self, path: &str, name: &str, summary: &str) -> Call {
        self.call("post", path, name, summary)
    }

    /// Any call. It can be busy, fail, and be called by a method that its path does not take; one that does
    /// something can come too often.
    pub fn call(&self, method: &'static str, path: &str, name: &str, summary: &str) -> Call {
        let operation = json!({
            "tags": [self.tag],
            "operationId": format!("{}{name}", self.prefix),
            "summary": summary,
            "security": [],
            "responses": {},
        });
        let call = Call {
            path: format!("{}{path}", self.base),
            method,
            operation: operation.as_object().cloned().unwrap_or_default(),
            answers: BTreeMap::new(),
            schemas: BTreeMap::new(),
            name: name.to_owned(),
            manner: self.manner,
        };
        let call = call.no(&[405, 500, 503]);
        if method == "get" { call } else { call.no(&[429]) }
    }
}

impl Call {
    /// What it does, in words for people.
    #[must_use]
    pub fn about(self, text: &str) -> Self {
        self.with("description", json!(text))
    }

    /// A body of these fields, in every type the dialect reads. Wrong ones are told all at once.
    #[must_use]
    pub fn takes(self, fields: &[Field]) -> Self {
        self.takes_in(&KINDS, fields)
    }

    /// A body of these fields in these types only.
    #[must_use]
    pub fn takes_in(self, kinds: &[&str], fields: &[Field]) -> Self {
        let complaints = self.manner.complaints(fields);
        let schema = field::object(fields);
        self.body(kinds, &schema, &field::example(fields)).answered(400, complaints)
    }

    /// A body of these fields, in every type the dialect reads, of which one of these lots must be there.
    #[must_use]
    pub fn takes_either(self, fields: &[Field], lots: &[&[&str]]) -> Self {
        let mut schema = field::object(fields);
        let lots: Vec<Value> = lots.iter().map(|names| json!({ "required": names })).collect();
        if let (false, Some(schema)) = (lots.is_empty(), schema.as_object_mut()) {
            schema.insert("anyOf".to_owned(), json!(lots));
        }
        let complaints = self.manner.complaints(fields);
        self.body(&KINDS, &schema, &field::example(fields)).answered(400, complaints)
    }

    /// A body of that schema in these types. It can be unreadable, late, too large, or of another type.
    #[must_use]
    pub fn body(mut self, kinds: &[&str], schema: &Value, example: &Value) -> Self {
        // Nothing at all says as much as an object without any of its fields.
        let may_lack = schema.get("properties").is_some();
        let is_required = !may_lack || schema.get("required").or(schema.get("anyOf")).is_some();
        let name = camel(&self.name);
        self.schemas.insert(name.clone(), schema.clone());
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        let content: Map<String, Value> = kinds
            .iter()
            .map(|kind| ((*kind).to_owned(), json!({ "schema": schema, "example": example })))
            .collect();
        let read = self.with("requestBody", json!({ "required": is_required, "content": content }));
        match read.manner {
            // Seed 3 reads JSON, whatever it is said to be.
            Manner::RestJwt => read.no(&[400, 408, 413]),
            _ => read.no(&[400, 408, 413, 415]),
        }
    }

    /// A parameter of the path, the query or a header.
    #[must_use]
    pub fn parameter(mut self, parameter: &Value) -> Self {
        let parameters =
            self.operation.entry("parameters").or_insert_with(|| Value::Array(Vec::new()));
        if let Some(list) = parameters.as_array_mut() {
            list.push(parameter.clone());
        }
        self
    }

    /// One of these credentials must be shown, or 401 is said.
    #[must_use]
    pub fn login(self, schemes: &[&str]) -> Self {
        self.wants(schemes).no(&[401])
    }

    /// One of these credentials must be shown.
    #[must_use]
    pub fn wants(self, schemes: &[&str]) -> Self {
        let security: Vec<Value> = schemes.iter().map(|scheme| json!({ *scheme: [] })).collect();
        self.with("security", json!(security))
    }

    /// An application may show itself in the header; or it is named in the body.
    #[must_use]
    pub fn client_may_log_in(self) -> Self {
        self.with("security", json!([{}, { "client": [] }]))
    }

    /// The answer to a call that was carried out; without a body where there is nothing to say.
    #[must_use]
    pub fn says(self, status: u16, text: &str, said: Option<Said>) -> Self {
        let mut answer = json!({ "description": text, "headers": headers(status) });
        if let (Some(Said { schema, example }), Some(answer)) = (said, answer.as_object_mut()) {
            let content = json!({ "application/json": { "schema": schema, "example": example } });
            answer.insert("content".to_owned(), content);
        }
        self.answered(status, answer)
    }

    /// The answer of that status has sentences in the language asked for.
    #[must_use]
    pub fn in_tongues(mut self, status: u16) -> Self {
        if let Some(headers) = self.headers_of(status) {
            *headers = spoken(headers.take());
        }
        self
    }

    /// An answer in text; a page is for people, in the language asked for.
    #[must_use]
    pub fn says_text(self, status: u16, text: &str, kind: &str) -> Self {
        let content = json!({ kind: { "schema": { "type": "string" } } });
        let headers = if kind == "text/html" { spoken(headers(status)) } else { headers(status) };
        self.answered(
            status,
            json!({ "description": text, "headers": headers, "content": content }),
        )
    }

    /// A header that the answer of that status carries besides.
    #[must_use]
    pub fn header(mut self, status: u16, name: &str, header: &Value) -> Self {
        if let Some(headers) = self.headers_of(status).and_then(Value::as_object_mut) {
            headers.insert(name.to_owned(), header.clone());
        }
        self
    }

    /// The answer of that status is in English, whoever asks.
    #[must_use]
    pub fn in_english(mut self, status: u16) -> Self {
        if let Some(headers) = self.headers_of(status) {
            *headers = manner::headers(status);
        }
        self
    }

    fn headers_of(&mut self, status: u16) -> Option<&mut Value> {
        self.operation.get_mut("responses")?.get_mut(status.to_string())?.get_mut("headers")
    }

    /// Seed 0's header, which the answer of that status may carry.
    #[must_use]
    pub fn outdated_groups(self, status: u16) -> Self {
        let header = json!({ "$ref": "#/components/headers/RefreshToken" });
        self.header(status, "X-Refresh-Token", &header)
    }

    /// The statuses with which it says no.
    #[must_use]
    pub fn no(mut self, statuses: &[u16]) -> Self {
        for status in statuses {
            let name = self.manner.answer_name(*status);
            let reference = json!({ "$ref": format!("#/components/responses/{name}") });
            self.answers.insert(name, self.manner.answer(*status));
            self = self.answered(*status, reference);
        }
        self
    }

    /// An answer of its own.
    #[must_use]
    pub fn answered(mut self, status: u16, answer: Value) -> Self {
        if let Some(responses) = self.operation.get_mut("responses").and_then(Value::as_object_mut)
        {
            responses.insert(status.to_string(), answer);
        }
        self
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        self.operation.insert(key.to_owned(), value);
        self
    }
}

/// The name of a call's body among the schemas: that of the call, which all mounts share.
fn camel(name: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at_checked(1).unwrap_or_default();
        format!("{}{rest}", first.to_uppercase())
    };
    name.split('_').map(word).chain(["Body".to_owned()]).collect()
}
