//! The authorization server: its endpoints, under its own paths and under those of django-oauth-toolkit.

use serde_json::json;

use super::{
    call::{Call, Place, Said},
    field::Field,
    manner::Manner,
    oauth, oauth_pages,
};

/// What they are filed under, and its pages with them: machines call them, or they are pages themselves.
pub const TAG: &str = "authorization server";

pub(super) const FORM: [&str; 1] = ["application/x-www-form-urlencoded"];

/// The calls.
pub fn calls() -> Vec<Call> {
    let place = |base: &str, prefix| {
        let base = base.to_owned();
        Place { base, prefix, tag: TAG, manner: Manner::OAuth }
    };
    let (own, toolkit) = (place("/oauth", "oauth_"), place("/o", "o_"));
    let mut calls = Vec::from(told(&place("/.well-known", "")));
    for (place, revoke) in [(&own, "/revoke"), (&toolkit, "/revoke_token")] {
        calls.extend([token(place), end(place, revoke), introspect(place)]);
    }
    calls.extend([keys(&own), person(&own, "get"), person(&own, "post")]);
    calls.push(device(&own));
    for place in [&own, &toolkit, &place("/auth", "auth_")] {
        calls.extend(oauth_pages::authorize(place));
    }
    calls.extend(oauth_pages::calls(&place("", "")));
    calls.extend(oauth_pages::sign_out(&own));
    calls.extend(oauth_pages::accounts(&place("", "")));
    calls.extend(oauth_pages::mailed(&place("/auth", "auth_")));
    calls
}

fn told(place: &Place) -> [Call; 2] {
    let schema = json!({
        "type": "object", "required": ["issuer", "token_endpoint", "grant_types_supported"],
        "properties": { "issuer": { "type": "string" } },
    });
    let example = json!({
        "issuer": "https://id.example.com",
        "token_endpoint": "https://id.example.com/oauth/token",
        "grant_types_supported": ["authorization_code", "refresh_token"],
    });
    let said = || Some(Said { schema: schema.clone(), example: example.clone() });
    let server = place
        .get("/oauth-authorization-server", "server_metadata", "Read what this server can do")
        .says(200, "RFC 8414.", said());
    let provider = place
        .get("/openid-configuration", "openid_configuration", "Read what this provider can do")
        .says(200, "The same for OpenID Connect Discovery.", said())
        .no(&[404]);
    [server, provider]
}

fn token(place: &Place) -> Call {
    let grants = [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "password",
        "convert_token",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:device_code",
    ];
    let grant = json!({ "type": "string", "enum": grants });
    let mut fields = vec![Field::new("grant_type", &grant).example("refresh_token")];
    fields.extend(oauth::client());
    fields.extend(oauth::redemption());
    fields.extend([
        Field::text("refresh_token", 4096).optional().example("crt_pV3iG9tNVd9wr03lqAtVG3DJKvb3EM"),
        Field::text("device_code", 4096).about("What a device waits with (RFC 8628).").optional(),
        Field::text("subject_token", 16_384).about("A provider's token (RFC 8693).").optional(),
        Field::text("subject_token_type", 200).about("What it is.").optional(),
        Field::text("subject_issuer", 200).about("The provider.").optional(),
        Field::text("resource", 2000).about("What the token is for (RFC 8707).").optional(),
        oauth::scope(),
    ]);
    place
        .post("/token", "issue", "Get tokens for a grant, by the RFCs")
        .about("The token endpoint (RFC 6749 §3.2), in forms alone.")
        .client_may_log_in()
        .takes_in(&FORM, &fields)
        .says(200, "Tokens.", Some(oauth::tokens(false)))
        .no(&[401, 502])
}

fn end(place: &Place, path: &str) -> Call {
    place
        .post(path, "revoke", "End a token and all of its grant")
        .about("RFC 7009. Whether there was any is not told.")
        .client_may_log_in()
        .takes_in(&FORM, &about_token())
        .says(200, "It is over.", None)
        .no(&[401])
}

fn introspect(place: &Place) -> Call {
    let schema = json!({
        "type": "object", "required": ["active"],
        "properties": {
            "active": { "type": "boolean" },
            "scope": { "type": "string" },
            "client_id": { "type": "string" },
            "exp": { "type": "integer" },
            "iat": { "type": "integer" },
            "sub": { "type": "string" },
        },
    });
    place
        .post("/introspect", "introspect", "Ask what a token is worth")
        .about("RFC 7662. What a client may not know of is not active.")
        .client_may_log_in()
        .takes_in(&FORM, &about_token())
        .says(200, "What it is worth.", Some(Said { schema, example: json!({ "active": false }) }))
        .no(&[401])
}

/// A client, and the token it asks about.
fn about_token() -> Vec<Field> {
    let mut fields = oauth::client().to_vec();
    fields.push(Field::text("token", 16 * 1024).example("cat_Z8oT5kQGGwMgYnHHo5LdBUenhFHtum"));
    let hint = Field::new("token_type_hint", &json!({ "type": ["string", "number"] }));
    fields.push(hint.about("It is found without.").optional());
    fields
}

fn keys(place: &Place) -> Call {
    let schema = json!({
        "type": "object", "required": ["keys"],
        "properties": { "keys": { "type": "array", "items": { "type": "object" } } },
    });
    place
        .get("/jwks", "jwks", "Read the keys that tokens are signed with")
        .says(
            200,
            "A set of keys (RFC 7517).",
            Some(Said { schema, example: json!({ "keys": [] }) }),
        )
        .no(&[404])
}

fn person(place: &Place, method: &'static str) -> Call {
    let schema = json!({
        "type": "object", "required": ["sub"], "properties": { "sub": { "type": "string" } },
    });
    let name = if method == "get" { "userinfo" } else { "userinfo_by_post" };
    place
        .call(method, "/userinfo", name, "Read who the person is")
        .about("What the scope of the access token tells (OpenID Connect Core §5.3).")
        .login(&["bearer"])
        .says(200, "Claims.", Some(Said { schema, example: json!({ "sub": "1" }) }))
        .no(&[403])
}

fn device(place: &Place) -> Call {
    let example = json!({
        "device_code": "cdc_0Zk3vRZ4dQ8mVfT6nC1yWb5xLs9JhE2aGp7uKi",
        "user_code": "WDJB-MJHT",
        "verification_uri": "https://id.example.com/device",
        "verification_uri_complete": "https://id.example.com/device?user_code=WDJB-MJHT",
        "expires_in": 600,
        "interval": 5,
    });
    let schema = json!({
        "type": "object",
        "required": ["device_code", "user_code", "verification_uri", "expires_in"],
        "properties": {
            "device_code": { "type": "string" },
            "user_code": { "type": "string", "pattern": "^[A-Z]{4}-[A-Z]{4}$" },
            "verification_uri": { "type": "string" },
            "verification_uri_complete": { "type": "string" },
            "expires_in": { "type": "integer" },
            "interval": { "type": "integer" },
        },
    });
    let mut fields = oauth::client().to_vec();
    fields.push(oauth::scope());
    place
        .post("/device", "device", "Ask for codes that let a device in")
        .about("RFC 8628 §3.1, for clients registered for the grant of devices.")
        .client_may_log_in()
        .takes_in(&FORM, &fields)
        .says(
            200,
            "A code to ask with, and one that somebody types.",
            Some(Said { schema, example }),
        )
        .no(&[401])
}
