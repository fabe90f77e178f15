//! djoser's accounts: registration, activation, and the records under `users/`.

use serde_json::{Value, json};

use super::{
    About,
    call::{Call, Place, Said},
    field::Field,
    security::PERSON,
};
use crate::domain::policy::LoginField;

/// The calls of one mount.
pub fn calls(about: &About<'_>, place: &Place) -> Vec<Call> {
    let mut calls = registration(about, place);
    calls.push(list(about, place));
    for (path, name, whose) in
        [("/users/me/", "me", "one's own record"), ("/users/{id}/", "user", "somebody's record")]
    {
        calls.extend(record(about, place, (path, name, whose)));
    }
    calls
}

fn registration(about: &About<'_>, place: &Place) -> Vec<Call> {
    let register = place
        .post("/users/", "register", "Register an account")
        .about(
            "A pending account, and a letter with the link that activates it. The password is judged as \
             Django's validators judge it.",
        )
        .takes(&new_account(about))
        .says(201, "The account waits for its activation.", Some(person(about)))
        .no(&[401, 403]);
    let activate = |path: &str, name: &str, text: &str| {
        place
            .post(path, name, "Activate an account")
            .about(text)
            .takes(&link())
            .says(204, "The account may log in; a letter says so.", None)
            .no(&[401, 403])
    };
    let resend = place
        .post("/users/resend_activation/", "resend_activation", "Send the activation letter again")
        .about("Answered alike whether or not a letter leaves: who has an account is not told.")
        .takes(&[Field::email("email").example("email@mail.ru")])
        .says(204, "If an account waits for its activation, a letter is on its way.", None)
        .no(&[401]);
    vec![
        register,
        activate(
            "/users/activation/",
            "activation",
            "By the `uid` and `token` of the mailed link. The link to a new address proves that address. \
             403 says that the link was used before.",
        ),
        activate(
            "/users/confirm/",
            "confirm",
            "The name `activation` had in earlier versions of djoser.",
        ),
        resend,
    ]
}

fn new_account(about: &About<'_>) -> Vec<Field> {
    let mut fields = vec![Field::email("email").example("email@mail.ru")];
    match about.policy.names.login {
        LoginField::Email => {}
        LoginField::Username => fields.push(username()),
        LoginField::Either => fields.push(username().optional()),
    }
    fields.push(Field::password("password"));
    if about.policy.registration.retype {
        fields.push(Field::password("re_password").about("The password once more."));
    }
    fields.push(Field::free("name", 255).about("The name shown to others.").optional());
    fields
}

fn username() -> Field {
    Field::text("username", 150).about("What people log in with.").example("John Smith")
}

/// The fields of a mailed link.
pub fn link() -> [Field; 2] {
    [
        Field::text("uid", 64).about("Whose link it is.").example("Ms"),
        Field::text("token", 512)
            .about("The secret of the link.")
            .example("78Hh78h88H87HG6H7J9867g6h87657G68H"),
    ]
}

fn list(about: &About<'_>, place: &Place) -> Call {
    let Said { schema, example } = person(about);
    let everybody =
        Said { schema: json!({ "type": "array", "items": schema }), example: json!([example]) };
    place
        .get("/users/", "users", "List the accounts one may see")
        .about("Oneself; for an administrator everybody, in the order of their ids.")
        .login(&PERSON)
        .says(200, "The accounts.", Some(everybody))
        .outdated_groups(200)
        .no(&[403])
}

fn record(about: &About<'_>, place: &Place, (path, name, whose): (&str, &str, &str)) -> Vec<Call> {
    let call = |method, verb: &str, does: &str| {
        let call = place
            .call(method, path, &format!("{name}_{verb}"), &format!("{does} {whose}"))
            .login(&PERSON)
            .no(&[403]);
        if path.contains("{id}") { call.parameter(&id()).no(&[404]) } else { call }
    };
    let told = |call: Call, text| call.says(200, text, Some(person(about))).outdated_groups(200);
    let changed =
        "The record as it is now. A new address counts once the link mailed to it is opened.";
    vec![
        told(call("get", "read", "Read"), "The record."),
        told(call("put", "replace", "Change").takes(&changes(about, true)), changed),
        told(call("patch", "change", "Change a part of").takes(&changes(about, false)), changed),
        call("delete", "delete", "Delete")
            .about("The account goes, and all that hangs on it. The caller's own password is asked for.")
            .takes(&[Field::password("current_password")])
            .says(204, "It is gone.", None),
    ]
}

fn id() -> Value {
    json!({
        "name": "id", "in": "path", "required": true, "example": 5,
        "description": "The number of the account.",
        "schema": { "type": "integer", "format": "int64", "minimum": 1 },
    })
}

/// What may be changed; other fields are passed over.
fn changes(about: &About<'_>, is_whole: bool) -> Vec<Field> {
    let name = Field::free("name", 255).about("The name shown to others.").optional();
    let email = Field::email("email").about("It counts once it is proven.");
    match about.policy.names.login {
        LoginField::Email => vec![name.example("John Smith")],
        LoginField::Username | LoginField::Either if is_whole => vec![name, email],
        LoginField::Username | LoginField::Either => vec![name, email.optional()],
    }
}

fn person(about: &About<'_>) -> Said {
    let mut example = json!({ "name": "", "email": "email@mail.ru", "id": 5 });
    if let (true, Some(example)) = (has_username(about), example.as_object_mut()) {
        example.insert("username".to_owned(), json!("John Smith"));
    }
    Said::named("User", example)
}

fn has_username(about: &About<'_>) -> bool {
    about.policy.names.login != LoginField::Email
}

/// The schemas of what these calls answer.
pub fn schemas(about: &About<'_>) -> Value {
    let text = json!({ "type": "string" });
    let mut properties = json!({
        "name": text,
        "email": { "type": "string", "description": "Empty for an account without one." },
        "id": { "type": "integer", "format": "int64" },
    });
    let mut required = vec!["name", "email", "id"];
    if let (true, Some(properties)) = (has_username(about), properties.as_object_mut()) {
        properties.insert("username".to_owned(), text);
        required.push("username");
    }
    json!({ "User": {
        "type": "object", "description": "An account, as djoser shows it.",
        "properties": properties, "required": required,
    } })
}
