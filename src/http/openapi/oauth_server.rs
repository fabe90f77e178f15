//! The authorization server: its endpoints, under its own paths and under those of django-oauth-toolkit, and its
//! pages.

use serde_json::json;

use super::{
    call::{Call, Place, Said},
    field::Field,
    manner::Manner,
    oauth,
};

/// What they are filed under: machines call them, or they are pages themselves.
pub const TAG: &str = "authorization server";

const FORM: [&str; 1] = ["application/x-www-form-urlencoded"];

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
    for place in [&own, &toolkit, &place("/auth", "auth_")] {
        calls.extend(authorize(place));
    }
    calls.extend(pages(&place("/account", "account_")));
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
    ];
    let grant = json!({ "type": "string", "enum": grants });
    let mut fields = vec![Field::new("grant_type", &grant).example("refresh_token")];
    fields.extend(oauth::client());
    fields.extend(oauth::redemption());
    fields.extend([
        Field::text("refresh_token", 4096).optional().example("crt_pV3iG9tNVd9wr03lqAtVG3DJKvb3EM"),
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
    fields.push(Field::free("token_type_hint", 200).about("It is found without.").optional());
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

fn authorize(place: &Place) -> [Call; 2] {
    let text =
        "The authorization endpoint (RFC 6749 §3.1). It leads on to a page of ours, or back.";
    let mut look = place.get("/authorize", "authorize", "Send somebody to sign in").about(text);
    let mut fields = Vec::new();
    for (name, is_required) in REQUEST {
        look = look.parameter(&json!({
            "name": name, "in": "query", "required": is_required, "schema": { "type": "string" },
        }));
        let field = Field::free(name, 4096);
        fields.push(if is_required { field.example("…") } else { field.optional() });
    }
    let send = place
        .post("/authorize", "authorize_by_form", "Send somebody to sign in, with a form")
        .takes_in(&FORM, &fields);
    [page(look, false), page(send, true)].map(|call| call.says(303, "On, or back.", None))
}

/// The parameters of an authorization request, and whether there is none without.
const REQUEST: [(&str, bool); 13] = [
    ("response_type", true),
    ("client_id", true),
    ("redirect_uri", false),
    ("scope", false),
    ("state", false),
    ("code_challenge", false),
    ("code_challenge_method", false),
    ("response_mode", false),
    ("nonce", false),
    ("prompt", false),
    ("max_age", false),
    ("login_hint", false),
    ("resource", false),
];

fn pages(place: &Place) -> Vec<Call> {
    let style = place.get("/style.css", "style", "Read the style sheet of the pages");
    let mut calls = vec![style.says_text(200, "The style sheet.", "text/css")];
    let own = |name| Field::free(name, 16_384).example("…");
    let sign_in =
        [own("form_token"), own("ask").optional(), own("name"), Field::password("password")];
    let consent = [own("form_token"), own("ask"), own("decision").example("allow")];
    for (path, name, what, fields) in [
        ("/sign-in", "sign_in_page", "Sign in on a page", sign_in.as_slice()),
        ("/consent", "consent_page", "Allow an application what it asks for", consent.as_slice()),
    ] {
        let look = page(place.get(path, name, what), false);
        let look = look.says_text(200, "The page.", "text/html");
        calls.push(look.says(303, "On to what was asked.", None));
        let send = place.post(path, &format!("{name}_form"), what).takes_in(&FORM, fields);
        calls.push(page(send, true).says(303, "On to what was asked.", None));
    }
    calls
}

/// A page says no by a page.
fn page(call: Call, takes_form: bool) -> Call {
    let unread: &[u16] = if takes_form { &[408, 413, 415] } else { &[] };
    let statuses = [400, 403, 404, 500, 503];
    let no = |call: Call, status: &u16| {
        call.says_text(*status, "A page with a sentence about it.", "text/html")
    };
    statuses.iter().chain(unread).fold(call, no)
}
