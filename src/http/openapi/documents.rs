//! Seed 0's documents: `users/me/settings` and `users/me/templates`.

use serde_json::{Value, json};

use super::{
    call::{Call, KINDS, Place, Said},
    field::{self, Field},
    security::PERSON,
};

/// The calls of one mount.
pub fn calls(place: &Place) -> Vec<Call> {
    let mut calls = settings(place);
    calls.extend(templates(place));
    calls
}

fn settings(place: &Place) -> Vec<Call> {
    let call = |method, verb: &str, summary| {
        place
            .call(method, "/users/me/settings/", &format!("settings_{verb}"), summary)
            .login(&PERSON)
            .says(200, "The document.", Some(Said::named("Settings", json!({ "theme": "dark" }))))
            .header(200, "ETag", &json!({ "$ref": "#/components/headers/ETag" }))
            .outdated_groups(200)
            .no(&[403])
    };
    let edit = |method, verb: &str, summary, text| {
        let schema = json!({ "$ref": "#/components/schemas/Settings" });
        let kinds = ["application/json", "application/merge-patch+json"];
        call(method, verb, summary)
            .about(text)
            .parameter(&if_match())
            .body(&kinds, &schema, &json!({ "theme": "dark" }))
            .answered(400, place.manner.complaints(&[]))
            .no(&[412])
    };
    vec![
        call("get", "read", "Read one's settings")
            .about("A JSON object that only its owner's app understands; `{}` at first."),
        edit("put", "replace", "Replace one's settings", "At most 64 KiB, and 16 levels deep."),
        edit("patch", "change", "Change one's settings", "A JSON merge patch (RFC 7396)."),
    ]
}

fn if_match() -> Value {
    json!({
        "name": "If-Match", "in": "header", "required": false,
        "description": "The `ETag` of the document as it was read: nothing is changed if somebody else was faster.",
        "schema": { "type": "string" },
    })
}

fn templates(place: &Place) -> Vec<Call> {
    let call = |method, verb: &str, summary, required| {
        place
            .call(method, "/users/me/templates/", &format!("templates_{verb}"), summary)
            .login(&PERSON)
            .parameter(&language(required))
            .no(&[403])
    };
    let store = |method, verb: &str, summary, text| {
        let fields = [Field::new("template", &json!({ "type": ["string", "number"] }))
            .about("At most 64 KiB, kept to the letter; an empty one deletes what is there.")
            .example("int main() {}")];
        let said = Said::named("Template", example());
        call(method, verb, summary, true)
            .about(text)
            .body(&KINDS, &field::object(&fields), &field::example(&fields))
            .answered(400, complaints(place, &fields))
            .says(200, "The template as it is kept.", Some(said))
            .outdated_groups(200)
            .says(204, "There is none for this language any more.", None)
    };
    let schema = json!({ "anyOf": [
        { "$ref": "#/components/schemas/Template" },
        { "type": "array", "items": { "type": "string" } },
    ] });
    vec![
        call("get", "read", "Read one's templates", false)
            .about(
                "With `lang` the template for it; without, the languages there are templates for.",
            )
            .says(200, "The template, or the languages.", Some(Said { schema, example: example() }))
            .outdated_groups(200)
            .answered(400, complaints(place, &[]))
            .no(&[404]),
        store(
            "put",
            "store",
            "Store a template",
            "It takes the place of the one for this language.",
        ),
        store("patch", "change", "Change a template", "Only one that is there.").no(&[404]),
    ]
}

fn complaints(place: &Place, fields: &[Field]) -> Value {
    let lang = Field::new("lang", &Value::Null);
    place.manner.complaints(&[fields, &[lang]].concat())
}

fn language(is_required: bool) -> Value {
    json!({
        "name": "lang", "in": "query", "required": is_required, "example": "c++",
        "description": "The language the template is for.",
        "schema": { "type": "string", "pattern": "^[A-Za-z0-9+#._-]{1,32}$" },
    })
}

fn example() -> Value {
    json!({ "lang": "c++", "template": "int main() {}", "updated_at": "2026-01-02T03:04:05Z" })
}

/// The schemas of what these calls answer.
pub fn schemas() -> Value {
    json!({
        "Settings": { "type": "object" },
        "Template": {
            "type": "object",
            "properties": {
                "lang": { "type": "string" },
                "template": { "type": "string" },
                "updated_at": { "type": "string", "format": "date-time" },
            },
            "required": ["lang", "template", "updated_at"],
        },
    })
}
