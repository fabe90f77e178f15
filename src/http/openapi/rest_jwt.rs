//! Seed 3: `signup`, `signin`, `refresh`, `restore`, `validation` and `get_user`, where they were put.

use serde_json::{Map, Value, json};

use super::{
    call::{Call, Place, Said},
    field::{self, Field},
    manner::Manner,
};

/// The one type of body of this dialect, which reads JSON whatever it is said to be.
const KINDS: [&str; 1] = ["application/json"];

const TOKEN: &str =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyaWQiOiI1In0.c2lnbmVkIGJ5IG5vYm9keQ";

/// The calls below a path.
pub fn calls(base: &str) -> Vec<Call> {
    let place = Place { base: base.to_owned(), prefix: "", tag: "signin", manner: Manner::RestJwt };
    let mut calls = sessions(&place);
    calls.extend([sign_up(&place), restore(&place)]);
    calls
}

fn sign_up(place: &Place) -> Call {
    let as_name = json!({ "type": ["boolean", "string"] });
    let fields = [
        Field::email("email"),
        Field::password("password"),
        Field::text("username", 150).optional(),
        Field::new("email_as_name", &as_name)
            .about("`true` where there is no `username`: the address is the user name.")
            .optional()
            .example(true),
    ];
    let really = json!({ "enum": [true, "true"] });
    let mut schema = field::object(&fields);
    either(
        &mut schema,
        &json!([
            { "required": ["username"] },
            { "required": ["email_as_name"], "properties": { "email_as_name": really } },
        ]),
    );
    place
        .post("/signup", "signup", "Sign up")
        .body(&KINDS, &schema, &field::example(&fields))
        .says(200, "The created account.", Some(user()))
        .no(&[403])
}

fn sessions(place: &Place) -> Vec<Call> {
    let token = || Some(Said::named("SigninToken", json!({ "token": TOKEN, "status": 200 })));
    let shown = [Field::text("token", 4096).example(TOKEN)];
    let until = "The token is valid until 2026-01-02T03:04:05Z.";
    vec![
        place
            .post("/signin", "signin", "Sign in")
            .about("By the user name, or the address. Unknown, wrong and switched off are answered alike.")
            .takes_in(
                &KINDS,
                &[
                    Field::text("username", 255).example("user@example.com"),
                    Field::password("password"),
                ],
            )
            .says(200, "A JWT.", token())
            .no(&[404]),
        place
            .post("/refresh", "refresh", "Renew a JWT")
            .about("For the JWT in the header. An expired one is renewed for a while. No body is read.")
            .wants(&["signinJwt"])
            .says(200, "A new JWT.", token())
            .no(&[400, 404]),
        place
            .post("/validation", "validation", "Ask until when a JWT is good")
            .takes_in(&KINDS, &shown)
            .says(200, "Until then.", Some(message(until)))
            .in_tongues(200)
            .no(&[401]),
        place
            .post("/get_user", "get_user", "Ask who a JWT is")
            .takes_in(&KINDS, &shown)
            .says(200, "The account.", Some(user()))
            .no(&[404]),
    ]
}

fn restore(place: &Place) -> Call {
    let fields = [
        Field::email("restoring_email")
            .about("Asks for a letter with a link.")
            .optional()
            .example("user@example.com"),
        Field::text("restoring_token", 1024)
            .about("The `restoring` parameter of the link, beside the new password.")
            .optional(),
        Field::password("restoring_password").about("The new password.").optional(),
        other_name("email").about("Another name of `restoring_email`."),
        other_name("token").about("Another name of `restoring_token`."),
        other_name("new_password").about("Another name of `restoring_password`."),
    ];
    let mut schema = field::object(&fields);
    // The other name is read, and held to anything, only where the first one is not there.
    let one_of = |[name, other]: [&str; 2]| {
        let limits = schema.pointer(&format!("/properties/{name}")).cloned();
        json!({ "anyOf": [
            { "required": [name] },
            { "required": [other], "properties": { other: limits } },
        ] })
    };
    let ways = json!([
        one_of(["restoring_email", "email"]),
        { "allOf": [
            one_of(["restoring_token", "token"]),
            one_of(["restoring_password", "new_password"]),
        ] },
    ]);
    either(&mut schema, &ways);
    place
        .post("/restore", "restore", "Restore a password")
        .about(
            "With an address: a link is mailed to it, and the answer is the same for unknown ones. With the \
             token of such a link and a password: the password is set, and every session ends.",
        )
        .body(&KINDS, &schema, &field::example(&fields))
        .says(200, "It was done.", Some(message("The password was changed.")))
        .in_tongues(200)
}

fn other_name(name: &'static str) -> Field {
    Field::new(name, &json!({ "type": ["string", "number"] })).optional()
}

fn either(schema: &mut Value, ways: &Value) {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("anyOf".to_owned(), ways.clone());
    }
}

fn message(text: &str) -> Said {
    Said::named("SigninMessage", json!({ "message": text, "status": 200 }))
}

fn user() -> Said {
    let user = json!({
        "id": 5, "username": "user@example.com", "email": "user@example.com", "email_verified": false,
        "first_name": "", "last_name": "", "date_joined": "2026-01-02T03:04:05Z", "is_active": true,
    });
    Said::named("SigninUser", json!({ "user": user, "status": 200 }))
}

/// The schemas of what these calls answer.
pub fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let truth = json!({ "type": "boolean" });
    let told = |name: &str, schema: &Value| {
        json!({
            "type": "object",
            "properties": { name: schema, "status": { "type": "integer", "const": 200 } },
            "required": [name, "status"],
        })
    };
    let properties = json!({
        "id": { "type": "integer", "format": "int64" },
        "username": text, "email": text, "email_verified": truth,
        "first_name": text, "last_name": text,
        "date_joined": { "type": "string", "format": "date-time" }, "is_active": truth,
    });
    let required: Vec<&String> =
        properties.as_object().map(Map::keys).into_iter().flatten().collect();
    let user = json!({ "type": "object", "properties": properties, "required": required });
    json!({
        "SigninToken": told("token", &text),
        "SigninMessage": told("message", &text),
        "SigninUser": told("user", &user),
    })
}
