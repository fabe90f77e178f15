//! What the house said. Every complaint shows the request, the answer and its lines in the log.

use std::fmt::Debug;

use reqwest::{Method, Response, header::HeaderMap};
use serde_json::Value;

use super::{described::Described, logs};

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub struct Said {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
    asked: String,
}

impl Said {
    /// Reads the answer to what was asked.
    pub async fn read(asked: String, answer: Response) -> Self {
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Self { status, headers, text: answer.text().await.unwrap(), asked }
    }

    /// Insists that the document tells of such an answer.
    pub fn is_held_against(&self, described: &Described, method: &Method, path: &str) {
        let said = (self.status, &self.headers, self.text.as_str());
        let complaint = described.complaint((method, path), said);
        assert!(complaint.is_none(), "{}\n{}", complaint.unwrap(), self.story());
    }

    /// The text of a page as a browser reads what is within its tags and attributes.
    pub fn shown(&self) -> String {
        unescaped(&self.text)
    }

    /// Insists on a status.
    pub fn with_status(self, status: u16) -> Self {
        self.insist(self.status == status, &status);
        self
    }

    /// Insists on `error` of an RFC 6749 §5.2 answer.
    pub fn error(self, code: &str) -> Self {
        self.insist(self.json()["error"] == code, &code);
        self
    }

    /// Insists on the whole body.
    pub fn is(self, body: &Value) -> Self {
        self.insist(&self.json() == body, body);
        self
    }

    /// The body as JSON; null when it is empty.
    pub fn json(&self) -> Value {
        if self.text.is_empty() {
            return Value::Null;
        }
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// A text field of the body.
    pub fn text_of(&self, field: &str) -> String {
        let json = self.json();
        self.insist(json[field].is_string(), &field);
        json[field].as_str().unwrap().to_owned()
    }

    /// A header, empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn insist(&self, kept: bool, wanted: &dyn Debug) {
        assert!(kept, "wanted {wanted:?}\n{}", self.story());
    }

    /// What was asked and answered, and what the log says of it.
    fn story(&self) -> String {
        let id = self.header("x-request-id");
        let log = if id.is_empty() { Vec::new() } else { logs::lines_with(id) };
        let Self { asked, status, headers, text, .. } = self;
        format!("asked {asked}\ngot {status} {headers:?}\n{text}\n{}", log.join("\n"))
    }
}

/// A text of a page without the escapes that templates write.
pub fn unescaped(text: &str) -> String {
    text.replace("&#x2f;", "/").replace("&quot;", "\"").replace("&#x27;", "'").replace("&amp;", "&")
}
