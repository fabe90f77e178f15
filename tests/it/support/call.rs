//! One request, written as it reads, sent when it is awaited.

use std::{future::IntoFuture, pin::Pin};

use reqwest::RequestBuilder;
use serde_json::Value;

use super::{Said, described::Described};

/// A request in the making.
pub struct Call {
    request: RequestBuilder,
    expected: Option<u16>,
    told: String,
    described: Option<Described>,
}

impl Call {
    /// The request as it is so far.
    pub fn new(request: RequestBuilder) -> Self {
        Self { request, expected: None, told: String::new(), described: None }
    }

    /// Holds the answer against the document of the house.
    pub fn held_against(self, described: Option<Described>) -> Self {
        Self { described, ..self }
    }

    /// A JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// A form body.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        self.body("application/x-www-form-urlencoded", body.finish())
    }

    /// A multipart body of texts.
    pub fn multipart(self, fields: &[(&str, &str)]) -> Self {
        let part = |(name, value): &(&str, &str)| {
            format!("--seam\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let parts: String = fields.iter().map(part).collect();
        self.body("multipart/form-data; boundary=seam", format!("{parts}--seam--\r\n"))
    }

    /// Any body.
    pub fn body(self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let told: String = String::from_utf8_lossy(&body).chars().take(2000).collect();
        let told = format!("{kind}: {told}");
        let request = self.request.header("Content-Type", kind).body(body);
        Self { request, told, ..self }
    }

    /// A header.
    pub fn header(self, name: &str, value: &str) -> Self {
        Self { request: self.request.header(name, value), ..self }
    }

    /// `Authorization: Bearer …`.
    pub fn bearer(self, token: &str) -> Self {
        self.header("Authorization", &format!("Bearer {token}"))
    }

    /// `Authorization: Token …`.
    pub fn token(self, token: &str) -> Self {
        self.header("Authorization", &format!("Token {token}"))
    }

    /// `Authorization: Basic …`.
    pub fn basic(self, name: &str, secret: &str) -> Self {
        Self { request: self.request.basic_auth(name, Some(secret)), ..self }
    }

    /// The status it must be answered with.
    pub fn expect(self, status: u16) -> Self {
        Self { expected: Some(status), ..self }
    }

    async fn send(self) -> Said {
        let request = self.request.try_clone().and_then(|request| request.build().ok());
        let asked =
            request.map(|request| (request.method().clone(), request.url().path().to_owned()));
        let line = asked.as_ref().map(|(method, path)| format!("{method} {path}"));
        let answer = self.request.send().await.unwrap();
        let said = Said::read(format!("{}\n{}", line.unwrap_or_default(), self.told), answer).await;
        if let (Some(described), Some((method, path))) = (&self.described, &asked) {
            said.is_held_against(described, method, path);
        }
        match self.expected {
            Some(status) => said.with_status(status),
            None => said,
        }
    }
}

impl IntoFuture for Call {
    type Output = Said;
    type IntoFuture = Pin<Box<dyn Future<Output = Said> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}
