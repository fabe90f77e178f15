//! Health, and this document itself.

use serde_json::json;

use super::{
    call::{Call, Place, Said},
    manner::Manner,
};

/// The calls that belong to no dialect.
pub fn calls() -> Vec<Call> {
    let place = Place { base: String::new(), prefix: "", tag: "health", manner: Manner::Djoser };
    let status = |word: &str| Said {
        schema: json!({
            "type": "object", "required": ["status"],
            "properties": { "status": { "type": "string", "enum": ["ready", "stopping", "unavailable"] } },
        }),
        example: json!({ "status": word }),
    };
    let document = json!({
        "type": "object", "required": ["openapi", "info", "paths"],
        "properties": { "openapi": { "type": "string" } },
    });
    let known = json!({
        "name": "If-None-Match", "in": "header", "required": false,
        "description": "The `ETag` of the document as it was fetched before.",
        "schema": { "type": "string" },
    });
    vec![
        place
            .get("/openapi.json", "openapi", "Read this document")
            .parameter(&known)
            .says(
                200,
                "The document.",
                Some(Said {
                    schema: document,
                    example: json!({ "openapi": "3.1.1", "info": {}, "paths": {} }),
                }),
            )
            .header(200, "ETag", &json!({ "$ref": "#/components/headers/ETag" }))
            .says(304, "It is still the same.", None)
            .header(304, "ETag", &json!({ "$ref": "#/components/headers/ETag" })),
        place.get("/health/live", "live", "Ask whether the process lives").says_text(
            200,
            "It does.",
            "text/plain",
        ),
        place
            .get("/health/ready", "ready", "Ask whether it can serve")
            .says(200, "It can.", Some(status("ready")))
            .says(
                503,
                "The database does not answer, or the process is about to stop.",
                Some(status("unavailable")),
            ),
    ]
}
