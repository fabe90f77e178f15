//! The pages of the authorization server, and the endpoints that lead to one.

use serde_json::{Value, json};

use super::{
    call::{Call, Place},
    field::Field,
    oauth_server::FORM,
};

/// The authorization endpoint.
pub fn authorize(place: &Place) -> [Call; 2] {
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

/// The pages for people.
pub fn calls(place: &Place) -> Vec<Call> {
    let style = "Read the style sheet of the pages";
    let style = place.get("/account/style.css", "account_style", style);
    let mut calls = vec![style.says_text(200, "The style sheet.", "text/css")];
    for (path, name, what, fields) in [
        ("/account/sign-in", "account_sign_in_page", "Sign in on a page", sign_in()),
        ("/account/consent", "account_consent_page", "Allow what is asked for", consent()),
        ("/account", "account_page", "See and end what one has allowed", own()),
    ] {
        calls.extend(shown_and_sent(place, (path, name), what, &fields));
    }
    let [look, send] = shown_and_sent(
        place,
        ("/device", "device_page"),
        "Let a device in by the code it shows",
        &[form_token(), hidden("user_code"), hidden("decision").optional()],
    );
    calls.extend([look.parameter(&in_query("user_code")), send]);
    calls
}

/// Signing out at the wish of an application, or of the person.
pub fn sign_out(place: &Place) -> [Call; 2] {
    let wish = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];
    let mut fields: Vec<Field> = wish.map(|name| hidden(name).optional()).into();
    fields.extend([form_token().optional(), hidden("confirmed").optional()]);
    let what = "Sign out, and back to the application";
    let [look, send] = shown_and_sent(place, ("/logout", "logout_page"), what, &fields);
    let look = look.about("OpenID Connect RP-Initiated Logout 1.0.");
    [wish.iter().fold(look, |look, name| look.parameter(&in_query(name))), send]
}

fn sign_in() -> Vec<Field> {
    let onward = ["ask", "to", "device"].map(|name| hidden(name).optional());
    let shown = [form_token(), hidden("name"), Field::password("password")];
    shown.into_iter().chain(onward).collect()
}

fn consent() -> Vec<Field> {
    vec![form_token(), hidden("ask"), hidden("decision").example("allow")]
}

fn own() -> Vec<Field> {
    vec![form_token(), hidden("client_id").optional(), hidden("browsers").optional()]
}

/// What only a page of ours knows.
fn form_token() -> Field {
    hidden("form_token")
}

fn hidden(name: &'static str) -> Field {
    Field::free(name, 16_384).example("…")
}

fn in_query(name: &str) -> Value {
    json!({ "name": name, "in": "query", "required": false, "schema": { "type": "string" } })
}

/// A page, and the form on it.
fn shown_and_sent(
    place: &Place,
    (path, name): (&str, &str),
    what: &str,
    fields: &[Field],
) -> [Call; 2] {
    let send = place.post(path, &format!("{name}_form"), what).takes_in(&FORM, fields);
    [page(place.get(path, name, what), false), page(send, true)].map(|call| {
        call.says_text(200, "The page.", "text/html").says(303, "On to what comes next.", None)
    })
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
