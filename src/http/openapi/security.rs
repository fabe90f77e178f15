//! The credentials that calls want, and the headers that answers share.

use serde_json::{Value, json};

use crate::{domain::language::Language, http::browser::BrowserCookie};

/// Who logs in to djoser's calls: by any of these.
pub const PERSON: [&str; 3] = ["token", "bearer", "jwt"];

/// Every scheme there is.
pub fn schemes(cookie: BrowserCookie) -> Value {
    let header = |text: &str| json!({ "type": "apiKey", "in": "header", "name": "Authorization", "description": text });
    let bearer = |format: &str, text: &str| json!({ "type": "http", "scheme": "bearer", "bearerFormat": format, "description": text });
    json!({
        "token": header("`Token ` and the auth token of `token/login/`; the word in any letter case."),
        "bearer": bearer("opaque, or JWT", "An OAuth access token (`cat_…`), or an access JWT of `jwt/create/`."),
        "jwt": header("`JWT ` and an access JWT of `jwt/create/`; the word in capitals."),
        "client": {
            "type": "http", "scheme": "basic",
            "description": "An application, by its `client_id` and `client_secret`, both form-encoded \
                            (RFC 6749 §2.3.1). Or it names them in the body.",
        },
        "registration": bearer("opaque", "The operator's initial access token; afterwards the client's own registration token."),
        "apiJwt": bearer("JWT", "An access JWT of the login of these calls."),
        "signinJwt": header("The JWT of `signin`, with or without `Bearer ` before it."),
        "browser": {
            "type": "apiKey", "in": "cookie", "name": cookie.name(),
            "description": "The cookie of the browser that set out for the provider's page.",
        },
    })
}

/// The headers that answers share.
pub fn headers() -> Value {
    let text =
        |description: &str| json!({ "description": description, "schema": { "type": "string" } });
    json!({
        "RequestId": text("Finds the request in the log."),
        "Challenge": text("How to do better (RFC 9110 §11.6.1)."),
        "Allow": text("The methods the path takes."),
        "ETag": text("Names exactly this state."),
        "Language": {
            "description": "The language of the sentences, where they are said in the one that was asked for.",
            "schema": { "type": "string", "enum": Language::ALL.map(Language::tag) },
        },
        "Vary": text("What else the answer depends on: `Accept-Language`, where its sentences do."),
        "RetryAfter": {
            "description": "After how many seconds to try again.",
            "schema": { "type": "integer", "minimum": 1 },
        },
        "RefreshToken": {
            "description": "Said to a JWT that lists other groups than its account is in now: renew it.",
            "schema": { "type": "string", "const": "1" },
        },
    })
}
