//! How a dialect says no, as the document tells it: one answer for each status, in the dialect's own shape.

use serde_json::{Map, Value, json};

use super::field::Field;
use crate::error::FieldError;

/// A dialect's way to say no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Manner {
    /// `{"field": ["…"]}` and `{"detail": "…"}`, as Django REST framework.
    Djoser,
    /// `{"error": "code", "error_description": "…"}` (RFC 6749 §5.2).
    OAuth,
    /// drf-social-oauth2's bodies: each of the two above, where that library has it.
    Drf,
    /// `{"field": ["…"]}` and `{"error": "…"}`: seed 2.
    Restful,
    /// `{"status": 4xx, "error": {"message": "…"}}`: seed 3.
    RestJwt,
}

/// What a status means, whoever says it.
fn meaning(status: u16) -> &'static str {
    match status {
        400 => "The request cannot be carried out as it is; the body says why.",
        401 => "A credential is missing, or the one that was shown is not good.",
        403 => "Known, but not allowed to do this.",
        404 => "What was sought is not here, or not the caller's to see.",
        405 => "The path does not take this method; `Allow` names those it takes.",
        408 => "The body did not arrive in time.",
        412 => "It is not in the state any more that `If-Match` names.",
        413 => "The body is larger than what is read or kept.",
        415 => "The body is of a type that is not read here.",
        429 => "Too many of these; `Retry-After` says when the next may come.",
        502 => "The provider gave no usable answer.",
        503 => "Busy, or a provider is away. Nothing was done; it may be sent again.",
        _ => "Something went wrong on our side; `X-Request-Id` finds it in the log.",
    }
}

impl Manner {
    fn name(self) -> &'static str {
        match self {
            Self::Djoser => "Djoser",
            Self::OAuth => "OAuth",
            Self::Drf => "Drf",
            Self::Restful => "Restful",
            Self::RestJwt => "RestJwt",
        }
    }

    /// The name of its answer of that status among the components.
    pub fn answer_name(self, status: u16) -> String {
        format!("{}{status}", self.name())
    }

    /// Its answer of that status.
    pub fn answer(self, status: u16) -> Value {
        let (schema, example) = self.body(status);
        json!({
            "description": meaning(status),
            "headers": self.headers(status),
            "content": { "application/json": { "schema": schema, "example": example } },
        })
    }

    /// The headers of its answer of that status. An `error_description` of RFC 6749 §5.2 is ASCII, and so in English
    /// always; what stands beside it is not.
    fn headers(self, status: u16) -> Value {
        let has_tongues = match self {
            Self::Djoser | Self::Restful | Self::RestJwt => true,
            Self::Drf => status < 500 && status != 429,
            Self::OAuth => matches!(status, 401 | 405),
        };
        if has_tongues { spoken(headers(status)) } else { headers(status) }
    }

    /// Its answer to a body whose fields will not do: a complaint for each of them, and those about the whole.
    pub fn complaints(self, fields: &[Field]) -> Value {
        let (otherwise, example) = self.body(400);
        if matches!(self, Self::OAuth | Self::RestJwt) {
            return self.complaint(&otherwise, &example);
        }
        let whole = match self {
            Self::Restful => None,
            _ => Some(FieldError::OBJECT),
        };
        let names: Vec<&str> = fields.iter().map(|field| field.name).chain(whole).collect();
        let sentences = json!({ "$ref": "#/components/schemas/Sentences" });
        let properties: Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), sentences.clone())).collect();
        let by_field = json!({
            "type": "object", "properties": properties,
            "additionalProperties": false, "minProperties": 1,
        });
        let first = names.first().copied().unwrap_or(FieldError::OBJECT);
        let example = json!({ first: ["This field is required."] });
        self.complaint(&json!({ "anyOf": [by_field, otherwise] }), &example)
    }

    fn complaint(self, schema: &Value, example: &Value) -> Value {
        json!({
            "description": meaning(400),
            "headers": self.headers(400),
            "content": { "application/json": { "schema": schema, "example": example } },
        })
    }

    /// The body of its answer of that status: schema and example.
    fn body(self, status: u16) -> (Value, Value) {
        let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
        let said = meaning(status);
        let detail = (schema("Detail"), json!({ "detail": said }));
        let unauthorized = json!({ "detail": "Authentication credentials were not provided." });
        match (self, status) {
            (Self::RestJwt, _) => (
                schema("StatusAndError"),
                json!({ "status": status, "error": { "message": said } }),
            ),
            (Self::Restful, _) => (schema("ErrorSentence"), json!({ "error": said })),
            (Self::Djoser, 401) => (schema("Unauthorized"), unauthorized),
            (Self::Djoser, _) | (_, 405) => detail,
            (Self::OAuth | Self::Drf, 401) => (
                json!({ "anyOf": [schema("OAuthError"), schema("Unauthorized")] }),
                oauth_example("invalid_client"),
            ),
            (Self::Drf, _) if status != 429 && (400..500).contains(&status) => (
                json!({ "anyOf": [schema("OAuthError"), schema("Detail")] }),
                oauth_example("invalid_request"),
            ),
            (_, 429 | 503) => (schema("OAuthError"), oauth_example("temporarily_unavailable")),
            (_, 500..) => (schema("OAuthError"), oauth_example("server_error")),
            (Self::OAuth | Self::Drf, _) => {
                (schema("OAuthError"), oauth_example("invalid_request"))
            }
        }
    }
}

fn oauth_example(code: &str) -> Value {
    json!({ "error": code, "error_description": "A sentence for people; it may change." })
}

fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// Those headers, and the ones of an answer with sentences in the language asked for.
pub fn spoken(mut headers: Value) -> Value {
    if let Some(headers) = headers.as_object_mut() {
        headers.insert("Content-Language".to_owned(), header("Language"));
        headers.insert("Vary".to_owned(), header("Vary"));
    }
    headers
}

/// The headers an answer of that status carries.
pub fn headers(status: u16) -> Value {
    let id = header("RequestId");
    match status {
        401 => json!({ "X-Request-Id": id, "WWW-Authenticate": header("Challenge") }),
        405 => json!({ "X-Request-Id": id, "Allow": header("Allow") }),
        429 | 503 => json!({ "X-Request-Id": id, "Retry-After": header("RetryAfter") }),
        _ => json!({ "X-Request-Id": id }),
    }
}

/// The schemas of all these bodies.
pub fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let object = |properties: Value, required: &[&str]| json!({ "type": "object", "properties": properties, "required": required });
    json!({
        "Sentences": { "type": "array", "items": text, "minItems": 1 },
        "Detail": object(json!({ "detail": text }), &["detail"]),
        "ErrorSentence": object(json!({ "error": text }), &["error"]),
        "OAuthError": {
            "type": "object",
            "properties": {
                "error": { "type": "string", "enum": [
                    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
                    "unsupported_grant_type", "invalid_scope", "invalid_target", "insufficient_scope",
                    "access_denied", "authorization_pending", "slow_down", "expired_token",
                    "invalid_redirect_uri", "invalid_client_metadata",
                    "temporarily_unavailable", "server_error",
                ] },
                "error_description": text,
            },
            "required": ["error"],
        },
        "StatusAndError": object(
            json!({
                "status": { "type": "integer", "description": "The status of the answer." },
                "error": object(json!({ "message": text }), &["message"]),
            }),
            &["status", "error"],
        ),
        "Unauthorized": object(
            json!({
                "detail": text,
                "code": { "type": "string", "enum": [
                    "token_not_valid", "bad_authorization_header", "user_not_found", "user_inactive",
                ] },
                "messages": { "type": "array", "items": object(
                    json!({ "token_class": text, "token_type": text, "message": text }),
                    &["token_class", "token_type", "message"],
                ) },
            }),
            &["detail"],
        ),
    })
}
