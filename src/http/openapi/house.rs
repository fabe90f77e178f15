//! What belongs to no dialect: health, this document, and its page.

use serde_json::{Value, json};

use super::{
    call::{Call, Place, Said},
    manner::Manner,
};
use crate::http::Places;

/// The calls that belong to no dialect.
pub fn calls(places: &Places) -> Vec<Call> {
    let place = Place { base: String::new(), prefix: "", tag: "house", manner: Manner::Djoser };
    let mut calls = health(&place);
    if places.document {
        calls.push(document(&place));
    }
    if places.docs {
        let page = place.get("/docs", "docs", "Read this document as a page");
        let style = place.get("/docs/style.css", "docs_style", "Read the style sheet of the page");
        calls.push(unchanging(page.says_text(200, "The page.", "text/html").in_english(200)));
        calls.push(unchanging(style.says_text(200, "The style sheet.", "text/css")));
    }
    calls
}

fn health(place: &Place) -> Vec<Call> {
    let words = ["ready", "stopping", "unavailable"];
    let status = |word: &str| {
        let schema = json!({
            "type": "object", "required": ["status"],
            "properties": { "status": { "type": "string", "enum": words } },
        });
        Some(Said { schema, example: json!({ "status": word }) })
    };
    let no = "The database does not answer, or the process is about to stop.";
    vec![
        place.get("/health/live", "live", "Ask whether the process lives").says_text(
            200,
            "It does.",
            "text/plain",
        ),
        place
            .get("/health/ready", "ready", "Ask whether it can serve")
            .says(200, "It can.", status("ready"))
            .says(503, no, status("unavailable")),
    ]
}

fn document(place: &Place) -> Call {
    let schema = json!({
        "type": "object", "required": ["openapi", "info", "paths"],
        "properties": { "openapi": { "type": "string" } },
    });
    let example = json!({ "openapi": "3.1.1", "info": {}, "paths": {} });
    let call = place.get("/openapi.json", "openapi", "Read this document");
    unchanging(call.says(200, "The document.", Some(Said { schema, example })))
}

/// It has a tag, and is not sent twice.
fn unchanging(call: Call) -> Call {
    let tag: Value = json!({ "$ref": "#/components/headers/ETag" });
    call.parameter(&json!({
        "name": "If-None-Match", "in": "header", "required": false,
        "description": "The `ETag` of what was fetched before.",
        "schema": { "type": "string" },
    }))
    .header(200, "ETag", &tag)
    .says(304, "It is still the same.", None)
    .header(304, "ETag", &tag)
}
