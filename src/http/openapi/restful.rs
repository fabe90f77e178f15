//! Seed 2: `register`, `login`, `refresh`, `logout` and `me`, where they were put.

use serde_json::{Value, json};

use super::{
    call::{Call, Place, Said},
    field::Field,
    manner::Manner,
};

const ACCESS: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ1c2VyX2lkIjoxMjMsInVzZXJuYW1lIjoiZXhhbXBsZVVzZXIiLCJleHAiOjE3MTIxNDYxNDd9.zKobBlRuOiJSxCmi-iYap1bejfnvK6M3qtnkT0ssDKA";

/// The calls below a path.
pub fn calls(base: &str) -> Vec<Call> {
    let place = Place { base: base.to_owned(), prefix: "", tag: "api", manner: Manner::Restful };
    let mut calls = sessions(&place);
    calls.push(register(&place));
    calls.extend(me(&place));
    calls
}

fn register(place: &Place) -> Call {
    let welcome = json!({ "id": 1, "email": "user@example.com" });
    place
        .post("/register/", "api_register", "User Registration")
        .about("The address is the user name until another is chosen. A letter asks to confirm it.")
        .takes(&[Field::email("email"), Field::password("password")])
        .says(201, "The account.", Some(Said::named("ApiWelcome", welcome)))
        .no(&[403])
}

fn sessions(place: &Place) -> Vec<Call> {
    let email = Field::text("email", 255).example("user@example.com");
    let refresh = |token: &str| [Field::text("refresh_token", 255).about("A UUID.").example(token)];
    let pair = |refresh: &str| {
        Some(Said::named("ApiPair", json!({ "access_token": ACCESS, "refresh_token": refresh })))
    };
    let out = json!({ "success": "User logged out." });
    vec![
        place
            .post("/login/", "api_login", "Authentication (Obtaining Access and Refresh Token)")
            .takes(&[email, Field::password("password")])
            .says(200, "A pair of tokens.", pair("d952527b-caef-452c-8c93-1100214f82e5"))
            .no(&[401]),
        place
            .post("/refresh/", "api_refresh", "Access Token Refresh")
            .about("The refresh token is used up. Shown again later, it ends its session.")
            .takes(&refresh("d952527b-caef-452c-8c93-1100214f82e5"))
            .says(200, "A new pair.", pair("eb0464c2-ed6e-4346-a709-042c33946154"))
            .no(&[401]),
        place
            .post("/logout/", "api_logout", "Logout (Invalidating Refresh Token)")
            .takes(&refresh("eb0464c2-ed6e-4346-a709-042c33946154"))
            .says(200, "The session is over.", Some(Said::named("ApiGoodbye", out)))
            .in_tongues(200),
    ]
}

fn me(place: &Place) -> Vec<Call> {
    let person = |username: &str| {
        let example = json!({ "id": 1, "username": username, "email": "user@example.com" });
        Some(Said::named("ApiPerson", example))
    };
    let call =
        |method, name: &str, summary| place.call(method, "/me/", name, summary).login(&["apiJwt"]);
    let change = |method, name: &str| {
        call(method, name, "Updating Personal Information")
            .about("What is sent is changed. A new address counts once the link mailed to it is opened.")
            .takes(&[
                Field::text("username", 150).optional().example("John Smith"),
                Field::email("email").optional(),
            ])
            .says(200, "The record as it is now.", person("John Smith"))
    };
    vec![
        call("get", "api_me", "Retrieving Personal Information").says(
            200,
            "The record.",
            person("user@example.com"),
        ),
        change("put", "api_me_replace"),
        change("patch", "api_me_change"),
    ]
}

/// The schemas of what these calls answer.
pub fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer", "format": "int64" });
    let object = |properties: Value, required: &[&str]| json!({ "type": "object", "properties": properties, "required": required });
    json!({
        "ApiWelcome": object(json!({ "id": number, "email": text }), &["id", "email"]),
        "ApiPair": object(
            json!({ "access_token": text, "refresh_token": { "type": "string", "format": "uuid" } }),
            &["access_token", "refresh_token"],
        ),
        "ApiGoodbye": object(json!({ "success": text }), &["success"]),
        "ApiPerson": object(
            json!({ "id": number, "username": text, "email": text }),
            &["id", "username", "email"],
        ),
    })
}
