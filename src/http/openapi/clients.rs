//! Registering clients: by administrators, and by themselves.

use serde_json::{Value, json};

use super::{
    call::{Call, Place, Said},
    field::{self, Field},
    manner::Manner,
    oauth_server,
};

/// What the calls of administrators are filed under.
pub const TAG: &str = "clients";

const JSON: [&str; 1] = ["application/json"];

/// The calls.
pub fn calls() -> Vec<Call> {
    let base = "/admin/api/clients".to_owned();
    let place = Place { base, prefix: "admin_", tag: TAG, manner: Manner::OAuth };
    let mut calls = Vec::from(all(&place));
    calls.extend(one(&place));
    calls.extend(switches(&place));
    let base = "/oauth/register".to_owned();
    let place = Place { base, prefix: "oauth_", tag: oauth_server::TAG, manner: Manner::OAuth };
    calls.extend(by_themselves(&place));
    calls
}

fn by_themselves(place: &Place) -> [Call; 4] {
    let said = || Some(Said::named("Client", example()));
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    let own = [
        Field::new("redirect_uris", &texts).example(json!(["https://app.example/cb"])),
        name().optional(),
    ];
    let create = place
        .post("/", "register_client", "Register oneself as an application")
        .about("RFC 7591, with the initial access token; only where the operator has set one.")
        .takes_in(&JSON, &own)
        .says(201, "The application, its secret and its registration token.", said());
    let look = place
        .get("/{id}/", "registration_read", "Look at one's own registration")
        .about("RFC 7592, with the registration token, as the calls beside it.")
        .says(200, "The application.", said());
    let id = Field::new("client_id", &json!({ "type": "string" })).example("backend-1");
    let replace = place
        .call("put", "/{id}/", "registration_replace", "Say all of it anew")
        .takes_in(&JSON, &[&[id][..], &own].concat())
        .says(200, "The application as it is then.", said());
    let delete = place
        .call("delete", "/{id}/", "registration_delete", "End one's own registration")
        .says(204, "It is gone, with every token it was given.", None);
    let [look, replace, delete] = [look, replace, delete].map(|call| call.parameter(&id_in_path()));
    [create, look, replace, delete].map(|call| call.wants(&["registration"]).no(&[401, 403]))
}

fn all(place: &Place) -> [Call; 2] {
    let schema = json!({
        "type": "array", "items": { "$ref": "#/components/schemas/Client" },
    });
    let list = place
        .get("/", "clients", "List the registered applications")
        .about("In the order of registration. No secret is shown.")
        .says(200, "All of them.", Some(Said { schema, example: json!([example()]) }));
    let mut fields = Vec::from(only_at_first());
    fields.push(name().example("Back-end"));
    fields.extend(changeable());
    let create = place
        .post("/", "client_create", "Register an application")
        .about("Its secret, if it has one, is shown in this answer alone.")
        .takes_in(&JSON, &fields)
        .says(201, "The application, and its secret.", Some(Said::named("Client", example())));
    [list, create].map(administrators)
}

fn one(place: &Place) -> [Call; 4] {
    let said = || Some(Said::named("Client", example()));
    let look = place.get("/{id}/", "client_read", "Look at an application").says(
        200,
        "The application.",
        said(),
    );
    let mut fields = vec![name().optional()];
    fields.extend(changeable());
    let change = place
        .call("patch", "/{id}/", "client_change", "Change an application")
        .about("What is not sent stays. How it proves itself cannot be changed.")
        .body(&JSON, &field::object(&fields), &json!({ "scope": "read" }))
        .says(200, "The application as it is then.", said());
    let delete = place
        .call("delete", "/{id}/", "client_delete", "Delete an application")
        .about("With every token it was given.")
        .says(204, "It is gone.", None);
    let overlap = json!({ "type": "integer", "minimum": 0, "maximum": 1440 });
    let fields = [
        Field::new("overlap_minutes", &overlap)
            .about("For how many minutes the old secret stays good, 1440 at most.")
            .optional(),
        secret(),
    ];
    let rotate = place
        .post("/{id}/rotate-secret/", "client_rotate_secret", "Give an application a new secret")
        .about("The old one stays good for a while. The new one is shown in this answer alone.")
        .body(&JSON, &field::object(&fields), &json!({}))
        .says(200, "The application, and its new secret.", said());
    [look, change, delete, rotate].map(named).map(administrators)
}

fn switches(place: &Place) -> [Call; 2] {
    let said = || Some(Said::named("Client", example()));
    let disable = place
        .post("/{id}/disable/", "client_disable", "Switch an application off")
        .about("Neither its secret nor any of its tokens is accepted.")
        .says(200, "It is off.", said());
    let enable = place
        .post("/{id}/enable/", "client_enable", "Switch an application on again")
        .says(200, "It is on.", said());
    [disable, enable].map(named).map(administrators)
}

/// Calls for whoever shows an access token of the scope `admin`.
fn administrators(call: Call) -> Call {
    call.login(&["bearer"]).no(&[403])
}

/// A call about one client.
fn named(call: Call) -> Call {
    call.parameter(&id_in_path()).no(&[404])
}

fn id_in_path() -> Value {
    json!({
        "name": "id", "in": "path", "required": true,
        "description": "The id of the application.",
        "schema": { "type": "string", "examples": ["backend-1"] },
    })
}

fn name() -> Field {
    Field::new("client_name", &json!({ "type": "string", "minLength": 1, "maxLength": 100 }))
}

fn secret() -> Field {
    let schema =
        json!({ "type": "string", "format": "password", "minLength": 16, "maxLength": 1024 });
    Field::new("client_secret", &schema)
        .about("A secret that is brought along; one is drawn without it.")
        .optional()
}

fn only_at_first() -> [Field; 3] {
    let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"];
    let id = json!({ "type": "string", "pattern": "^[A-Za-z0-9._-]{8,64}$" });
    [
        Field::new("client_id", &id).about("Its id; one is drawn without it.").optional(),
        Field::new("token_endpoint_auth_method", &json!({ "type": "string", "enum": methods }))
            .about("How it proves who it is; `none` for an app that can keep no secret.")
            .optional(),
        secret(),
    ]
}

/// What may be said of a client at any time.
fn changeable() -> Vec<Field> {
    let list = |name| {
        let texts = json!({ "type": "array", "items": { "type": "string" } });
        Field::new(name, &texts).optional()
    };
    let flag = |name| Field::new(name, &json!({ "type": "boolean" })).optional();
    let forms = json!({ "type": "string", "enum": ["opaque", "jwt"] });
    vec![
        list("grant_types"),
        list("redirect_uris"),
        list("post_logout_redirect_uris"),
        Field::new("scope", &json!({ "type": "string" })).optional(),
        Field::new("jwks", &json!({ "type": "object" }))
            .about("Its public keys, a JWK set, for `private_key_jwt`.")
            .optional(),
        Field::new("providers", &some_texts())
            .about("The providers whose tokens it may convert; every one with `null`.")
            .optional(),
        list("resources"),
        list("allowed_origins").about("Where its scripts may run that call from a browser."),
        flag("pkce_optional").about("It may ask for codes without PKCE."),
        Field::new("access_token_format", &forms).optional(),
        flag("introspects").about(
            "It is a resource server: introspection tells it about other applications' tokens.",
        ),
    ]
}

fn some_texts() -> Value {
    json!({ "type": ["array", "null"], "items": { "type": "string" } })
}

fn example() -> Value {
    json!({
        "client_id": "backend-1",
        "client_id_issued_at": 1_767_225_600,
        "client_name": "Back-end",
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["convert_token", "refresh_token"],
        "response_types": [],
        "redirect_uris": [],
        "post_logout_redirect_uris": [],
        "scope": "read write",
        "enabled": true,
        "providers": null,
        "resources": [],
        "allowed_origins": [],
        "pkce_optional": false,
        "access_token_format": "opaque",
        "introspects": false,
    })
}

/// The schemas of what these calls answer.
pub fn schemas() -> Value {
    let (text, flag) = (json!({ "type": "string" }), json!({ "type": "boolean" }));
    let texts = json!({ "type": "array", "items": text });
    let number = json!({ "type": "integer" });
    json!({ "Client": {
        "type": "object",
        "description": "A registered application, in the words of RFC 7591 §2 and a few of our own.",
        "properties": {
            "client_id": text, "client_id_issued_at": number, "client_name": text,
            "client_secret": text, "client_secret_expires_at": number,
            "token_endpoint_auth_method": text, "jwks": { "type": "object" },
            "grant_types": texts, "response_types": texts, "redirect_uris": texts,
            "post_logout_redirect_uris": texts, "scope": text, "enabled": flag,
            "providers": some_texts(), "resources": texts, "allowed_origins": texts,
            "pkce_optional": flag,
            "access_token_format": text, "introspects": flag,
            "registration_access_token": text, "registration_client_uri": text,
        },
        "required": ["client_id", "client_name", "token_endpoint_auth_method", "grant_types", "scope"],
    } })
}
