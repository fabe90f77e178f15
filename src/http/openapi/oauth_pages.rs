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
const REQUEST: [(&str, bool); 14] = [
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
    ("ui_locales", false),
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

/// The pages that lead to an account.
pub fn accounts(place: &Place) -> Vec<Call> {
    let onward = ["ask", "to", "device"];
    let mut calls = Vec::new();
    for (path, name, what, fields) in [
        ("/account/register", "account_register_page", "Register on a page", new_account()),
        ("/account/forgot", "account_forgot_page", "Ask for a new password on a page", asking()),
        ("/account/resend", "account_resend_page", "Ask for another letter on a page", asking()),
    ] {
        let [look, send] = shown_and_sent(place, (path, name), what, &fields);
        calls.extend([with_query(look, &onward), send]);
    }
    let done = place.get("/account/done", "account_done_page", "Read what has been done");
    calls.push(told(with_query(page(done, false), &["what"])));
    let to = ("/account/providers/{provider}", "account_provider_page");
    let back = ("/account/providers/{provider}/callback", "account_provider_back");
    for ((path, name), what, words) in [
        (to, "Sign in on a provider's page", &onward[..]),
        (back, "Come back from a provider's page", &["state", "code", "device_id", "error"]),
    ] {
        let call = page(place.get(path, name, what), false).parameter(&in_path("provider"));
        calls.push(with_query(call, words).says(303, "On to what comes next.", None));
    }
    calls
}

/// The pages that the links of letters open.
pub fn mailed(place: &Place) -> Vec<Call> {
    let password = vec![
        form_token(),
        Field::password("new_password"),
        Field::password("re_new_password").optional(),
    ];
    let mut calls = Vec::new();
    for (path, name, what, fields) in [
        ("/activate", "activation_page", "Prove an address on a page", vec![form_token()]),
        (
            "/password/reset/confirm",
            "new_password_page",
            "Choose a new password on a page",
            password,
        ),
    ] {
        let path = format!("{path}/{{uid}}/{{token}}");
        let both = shown_and_sent(place, (&path, name), what, &fields);
        let whose = |call: Call| call.parameter(&in_path("uid")).parameter(&in_path("token"));
        calls.extend(both.map(whose));
    }
    calls
}

fn new_account() -> Vec<Field> {
    let optional = ["username", "name"].map(|name| hidden(name).optional());
    let shown = [form_token(), hidden("email"), Field::password("password")];
    let again = [Field::password("re_password").optional()];
    shown.into_iter().chain(optional).chain(again).chain(onward()).collect()
}

fn asking() -> Vec<Field> {
    [form_token(), hidden("email")].into_iter().chain(onward()).collect()
}

/// Where somebody is going.
fn onward() -> [Field; 3] {
    ["ask", "to", "device"].map(|name| hidden(name).optional())
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
    let shown = [form_token(), hidden("name"), Field::password("password")];
    shown.into_iter().chain(onward()).collect()
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

fn in_path(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
}

fn with_query(call: Call, names: &[&str]) -> Call {
    names.iter().fold(call, |call, name| call.parameter(&in_query(name)))
}

fn told(call: Call) -> Call {
    call.says_text(200, "The page.", "text/html")
}

/// A page, and the form on it.
fn shown_and_sent(
    place: &Place,
    (path, name): (&str, &str),
    what: &str,
    fields: &[Field],
) -> [Call; 2] {
    let send = place.post(path, &format!("{name}_form"), what).takes_in(&FORM, fields);
    let look = place.get(path, name, what).parameter(&in_query("lang"));
    [page(look, false), page(send, true)].map(|call| {
        call.says_text(200, "The page.", "text/html").says(303, "On to what comes next.", None)
    })
}

/// A page says no by a page.
fn page(call: Call, takes_form: bool) -> Call {
    let unread: &[u16] = if takes_form { &[408, 413, 415, 429] } else { &[] };
    let statuses = [400, 403, 404, 500, 503];
    let no = |call: Call, status: &u16| {
        call.says_text(*status, "A page with a sentence about it.", "text/html")
    };
    statuses.iter().chain(unread).fold(call, no)
}
