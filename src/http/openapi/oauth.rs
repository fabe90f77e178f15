//! drf-social-oauth2: the conversion of a provider's token, and the token endpoint.

use serde_json::{Value, json};

use super::{
    About,
    call::{Call, Place, Said},
    field::Field,
    manner::Manner,
};

/// The calls that give tokens out.
pub fn calls(about: &About<'_>) -> Vec<Call> {
    let place = |manner| Place { base: "/auth".to_owned(), prefix: "auth_", tag: "oauth", manner };
    vec![convert(&place(about.converting)), token(&place(Manner::OAuth))]
}

fn convert(place: &Place) -> Call {
    let grant = json!({ "type": "string", "enum": ["convert_token"] });
    let mut fields = vec![Field::new("grant_type", &grant).example("convert_token")];
    fields.extend(client());
    fields.extend([
        Field::text("backend", 200)
            .about("`google-oauth2`, `yandex-oauth2`, `vk-oauth2`, or a configured alias.")
            .example("google-oauth2"),
        Field::new(
            "token",
            &json!({ "type": ["string", "number"], "pattern": "^[!-~]{1,16384}$" }),
        )
        .about("What the provider gave the app: an access token, an `id_token`, a code.")
        .example("USER-ACCESS-TOKEN"),
    ]);
    fields.extend(provided());
    fields.push(scope());
    place
        .post("/convert-token/", "convert_token", "Exchange a provider's token")
        .about(
            "The main job: somebody's token of a provider, issued to one of our applications, for \
             tokens of ours. Whoever is not known yet gets an account.",
        )
        .client_may_log_in()
        .takes(&fields)
        .says(200, "Tokens, and whose they are.", Some(tokens(true)))
        .no(&[401, 502])
}

/// What some kinds of tokens need beside them.
fn provided() -> Vec<Field> {
    let kinds = [
        "access_token",
        "id_token",
        "code",
        "signed",
        "urn:ietf:params:oauth:token-type:access_token",
        "urn:ietf:params:oauth:token-type:id_token",
        "urn:ietf:params:oauth:token-type:jwt",
    ];
    let mut fields = vec![
        Field::new("token_kind", &json!({ "type": "string", "enum": kinds }))
            .about("What `token` is; without it, what it looks like.")
            .optional(),
    ];
    for (name, most, text) in [
        ("nonce", 512, "The nonce the `id_token` was asked for with."),
        ("code_verifier", 128, "PKCE: what proves whose code it is (RFC 7636)."),
        ("device_id", 512, "What VK sends beside its code."),
        ("redirect_uri", 2000, "Where the code was sent to."),
        ("state", 512, "What VK wants again with its code."),
        ("id_token", 16_384, "The `id_token` that came with an access token."),
        ("access_token", 16_384, "The access token that came with an `id_token`."),
    ] {
        fields.push(Field::text(name, most).about(text).optional());
    }
    fields
}

/// The fields in which an application shows itself.
pub fn client() -> [Field; 4] {
    [
        Field::text("client_id", 200)
            .about("The application. HTTP Basic will do instead, but not both.")
            .optional()
            .example("CLIENT-ID"),
        Field::free("client_secret", 4096)
            .about("Its secret; a public application sends none.")
            .optional()
            .example("CLIENT-SECRET"),
        Field::text("client_assertion", 8192)
            .about("A JWT that the application signed, instead of a secret (RFC 7523).")
            .optional(),
        Field::text("client_assertion_type", 200)
            .about("`urn:ietf:params:oauth:client-assertion-type:jwt-bearer`, beside an assertion.")
            .optional(),
    ]
}

/// The scope that is wanted.
pub fn scope() -> Field {
    Field::free("scope", 1000)
        .about("No more than the application may have; all of that without it. Words, one space apart.")
        .optional()
}

fn token(place: &Place) -> Call {
    let grants =
        ["refresh_token", "authorization_code", "password", "client_credentials", "convert_token"];
    let mut fields = vec![
        Field::new("grant_type", &json!({ "type": "string", "enum": grants }))
            .about("`convert_token` takes what `convert-token/` takes.")
            .example("refresh_token"),
    ];
    fields.extend(client());
    fields.extend(redemption());
    fields.extend([
        Field::text("refresh_token", 4096)
            .about("For `refresh_token`. It is used up; used again later, it ends the whole grant.")
            .optional()
            .example("crt_pV3iG9tNVd9wr03lqAtVG3DJKvb3EM"),
        Field::text("username", 4096).about("For `password`: the address.").optional(),
        Field::text("password", 4096).about("For `password`.").optional(),
        scope(),
    ]);
    place
        .post("/token/", "token", "Get tokens for a grant")
        .about("The token endpoint (RFC 6749 §3.2). Parameters in the URL are refused.")
        .client_may_log_in()
        .takes(&fields)
        .says(200, "Tokens.", Some(tokens(false)))
        .no(&[401, 502])
}

/// What a code is redeemed with.
pub fn redemption() -> [Field; 3] {
    [
        Field::text("code", 4096).about("For `authorization_code`.").optional(),
        Field::text("redirect_uri", 2000).about("Where the code was sent to.").optional(),
        Field::free("code_verifier", 4096)
            .about("PKCE: what proves whose code it is (RFC 7636).")
            .optional(),
    ]
}

/// A successful answer.
pub fn tokens(with_user: bool) -> Said {
    let mut example = json!({
        "access_token": "cat_Z8oT5kQGGwMgYnHHo5LdBUenhFHtum",
        "expires_in": 3600,
        "scope": "read write",
        "refresh_token": "crt_pV3iG9tNVd9wr03lqAtVG3DJKvb3EM",
        "token_type": "Bearer",
    });
    if let (true, Some(example)) = (with_user, example.as_object_mut()) {
        let user = json!({ "email": "email@mail.ru", "first_name": "John", "last_name": "Smith" });
        example.insert("user".to_owned(), user);
    }
    Said::named("Tokens", example)
}

/// The schemas of what these calls answer.
pub fn schemas() -> Value {
    let text = json!({ "type": "string" });
    json!({ "Tokens": {
        "type": "object",
        "description": "A successful answer of RFC 6749 §5.1.",
        "properties": {
            "access_token": text,
            "expires_in": { "type": "integer", "description": "Seconds." },
            "token_type": { "type": "string", "const": "Bearer" },
            "scope": text,
            "refresh_token": { "type": "string", "description": "For applications that may refresh." },
            "id_token": { "type": "string", "description": "Who signed in, where `openid` was granted." },
            "issued_token_type": { "type": "string", "description": "Told by a token exchange (RFC 8693)." },
            "user": {
                "type": "object",
                "description": "Whose they are; told by a conversion.",
                "properties": { "email": text, "first_name": text, "last_name": text },
                "required": ["email", "first_name", "last_name"],
            },
        },
        "required": ["access_token", "expires_in", "token_type", "scope"],
    } })
}
