//! authtoken and simplejwt: tokens for a password.

use serde_json::{Value, json};

use super::{
    About,
    call::{Call, Place, Said},
    field::Field,
    security::PERSON,
};
use crate::domain::policy::LoginField;

/// The calls of one mount; simplejwt's only where there is a key to sign with.
pub fn calls(about: &About<'_>, place: &Place) -> Vec<Call> {
    let mut calls = auth_tokens(about, &place.tagged("authtoken"));
    if about.has_jwts {
        calls.extend(jwts(about, &place.tagged("simplejwt")));
    }
    calls
}

fn auth_tokens(about: &About<'_>, place: &Place) -> Vec<Call> {
    let fields = [
        Field::text("email", 4096).about("The address, where people log in with it.").optional(),
        Field::text("username", 4096)
            .about("The user name; where people log in with their address, that.")
            .optional()
            .example("email@mail.ru"),
        Field::password("password"),
    ];
    let named: &[&[&str]] = match about.policy.names.login {
        LoginField::Username => &[&["username"]],
        LoginField::Email | LoginField::Either => &[&["email"], &["username"]],
    };
    let token = json!({ "auth_token": "e6da55505e4c9b370921cf91964db0f651ac9dd4" });
    vec![
        place
            .post("/token/login/", "token_login", "Log in for an auth token")
            .about("Show it as `Authorization: Token …`. Wrong, unknown and not active are answered alike.")
            .takes_either(&fields, named)
            .says(200, "A new auth token.", Some(Said::named("AuthToken", token)))
            .no(&[401]),
        place
            .post("/token/logout/", "token_logout", "Log out")
            .about("Ends every auth token of the account; OAuth tokens and JWTs live on. No body is read.")
            .login(&PERSON)
            .says(204, "The auth tokens are over.", None),
    ]
}

fn jwts(about: &About<'_>, place: &Place) -> Vec<Call> {
    let login = |name| Field::text(name, 4096).example("email@mail.ru");
    let password = Field::password("password");
    let either =
        [login("username").unless_otherwise(), login("email").optional(), password.clone()];
    let create = place.post("/jwt/create/", "jwt_create", "Log in for a pair of JWTs").about(
        "The `Authorization` header is not looked at. The access JWT lists the account's `groups`.",
    );
    let create = match about.policy.names.login {
        LoginField::Email => create.takes(&[login("email"), password]),
        LoginField::Username => create.takes(&[login("username"), password]),
        LoginField::Either => create.takes_either(&either, &[&["username"], &["email"]]),
    };
    let pair = json!({ "refresh": JWT, "access": JWT });
    let mut calls =
        vec![create.says(200, "A pair of JWTs.", Some(Said::named("JwtPair", pair))).no(&[401])];
    let nothing = || Said::named("Nothing", json!({}));
    let access = Said::named("JwtAccess", json!({ "access": JWT }));
    for (word, field, summary, text, said) in [
        ("refresh", "refresh", "Renew an access JWT", "A new access JWT.", access),
        ("verify", "token", "Ask whether a JWT is good", "It is good at this moment.", nothing()),
        (
            "blacklist",
            "refresh",
            "End a refresh JWT",
            "It and its access JWTs are over.",
            nothing(),
        ),
    ] {
        let call = place
            .post(&format!("/jwt/{word}/"), &format!("jwt_{word}"), summary)
            .takes(&[Field::text(field, 4096).example(JWT)])
            .says(200, text, Some(said))
            .no(&[401]);
        calls.push(call);
    }
    calls
}

/// What a JWT looks like; nobody's.
const JWT: &str =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoiNSJ9.c2lnbmVkIGJ5IG5vYm9keQ";

/// The schemas of what these calls answer.
pub fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let object = |properties: Value, required: &[&str]| json!({ "type": "object", "properties": properties, "required": required });
    json!({
        "AuthToken": object(
            json!({ "auth_token": { "type": "string", "pattern": "^[0-9a-f]{40}$" } }),
            &["auth_token"],
        ),
        "JwtPair": object(json!({ "refresh": text, "access": text }), &["refresh", "access"]),
        "JwtAccess": object(
            json!({
                "access": text,
                "refresh": { "type": "string", "description": "Where refresh JWTs rotate." },
            }),
            &["access"],
        ),
        "Nothing": { "type": "object", "maxProperties": 0 },
    })
}
