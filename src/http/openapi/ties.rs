//! Providers and applications of an account: signing in on a provider's page, ties to providers, and the end
//! of what was given to an application.

use serde_json::{Value, json};

use super::{
    About,
    call::{Call, Place, Said},
    field::{self, Field},
    manner::Manner,
    security::PERSON,
};

/// The calls; those of a provider's page only where there is a key for their JWTs.
pub fn calls(about: &About<'_>) -> Vec<Call> {
    let place =
        Place { base: "/auth".to_owned(), prefix: "auth_", tag: "oauth", manner: Manner::Djoser };
    let mut calls = ends(&place);
    calls.extend(ties(&place.tagged("social")));
    if about.has_jwts {
        calls.extend(page(about, &place.tagged("social")));
    }
    calls
}

fn ends(place: &Place) -> Vec<Call> {
    let end = |path: &str, name: &str, summary: &str, text: &str| {
        place
            .post(path, name, summary)
            .about(text)
            .login(&PERSON)
            .takes(&[Field::text("client_id", 200).about("The application.").example("CLIENT-ID")])
            .says(204, "They are over.", None)
    };
    vec![
        end(
            "/revoke-token/",
            "revoke_token",
            "End the access token that is shown",
            "And its refresh token, if it was given to that application; else nothing.",
        ),
        end(
            "/invalidate-sessions/",
            "invalidate_sessions",
            "End every token of an application",
            "All that this account gave to it.",
        ),
        end(
            "/invalidate-refresh-tokens/",
            "invalidate_refresh_tokens",
            "End every refresh token of an application",
            "Access tokens live on until their time is over.",
        ),
    ]
}

fn ties(place: &Place) -> Vec<Call> {
    let number = json!({ "type": ["integer", "string"], "format": "int64", "pattern": "^[0-9]+$" });
    let fields = [
        Field::text("backend", 200).about("The provider.").example("google-oauth2"),
        Field::new("association_id", &number).about("As `associations/` tells it.").example(1),
    ];
    let tie = json!({ "association_id": 1, "backend": "google-oauth2", "uid": "112233445566" });
    let list = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Association" } });
    vec![
        place
            .get("/associations/", "associations", "List one's ties to providers")
            .about("Each can be sent to `disconnect-backend/` as it is.")
            .login(&PERSON)
            .says(
                200,
                "The ties, oldest first.",
                Some(Said { schema: list, example: json!([tie]) }),
            )
            .outdated_groups(200)
            .no(&[403]),
        place
            .post("/disconnect-backend/", "disconnect_backend", "Cut a tie to a provider")
            .about("The only way to log in cannot be cut.")
            .login(&PERSON)
            .takes(&fields)
            .says(204, "It is cut.", None)
            .no(&[403, 404]),
    ]
}

fn page(about: &About<'_>, place: &Place) -> Vec<Call> {
    let url =
        json!({ "authorization_url": "https://accounts.google.com/o/oauth2/v2/auth?state=…" });
    let redirect = query(
        "redirect_uri",
        "Where to come back to: one of those this installation allows.",
        true,
    );
    let depart = place
        .get("/o/{provider}/", "depart", "Set out for a provider's page")
        .parameter(&provider())
        .parameter(&redirect)
        .answered(400, refused_redirect(place))
        .says(200, "The address of the page, and a cookie.", Some(Said::named("Page", url)))
        .header(200, "Set-Cookie", &json!({ "schema": { "type": "string" } }))
        .no(&[401, 404]);
    vec![depart, arrive(about, place)]
}

fn arrive(about: &About<'_>, place: &Place) -> Call {
    let fields = [
        Field::text("state", 4096).about("As the provider sent it.").optional().example("STATE"),
        Field::text("code", 4096).about("As the provider sent it.").optional().example("CODE"),
        Field::text("device_id", 512).about("What VK sends besides.").optional(),
    ];
    let pair = json!({ "access": "eyJ…", "refresh": "eyJ…", "user": "email@mail.ru" });
    let cookie = json!({
        "name": about.cookie.name(), "in": "cookie", "required": true,
        "description": "The cookie of the browser that set out.",
        "schema": { "type": "string" },
    });
    let kinds = ["application/x-www-form-urlencoded", "multipart/form-data"];
    ["state", "code", "device_id"]
        .into_iter()
        .fold(
            place.post("/o/{provider}/", "arrive", "Come back from a provider's page"),
            |call, name| call.parameter(&query(name, "Here or in the form.", false)),
        )
        .about("For the state and the code that the provider sent the browser back with: a pair of JWTs.")
        .parameter(&provider())
        .parameter(&cookie)
        .body(&kinds, &field::object(&fields), &field::example(&fields))
        .answered(400, place.manner.complaints(&[]))
        .says(201, "A pair of JWTs, and whose they are.", Some(Said::named("SocialPair", pair)))
        .no(&[401, 404, 502])
}

fn provider() -> Value {
    json!({
        "name": "provider", "in": "path", "required": true, "example": "google-oauth2",
        "description": "`google-oauth2`, `yandex-oauth2`, `vk-oauth2`, or a configured alias.",
        "schema": { "type": "string", "minLength": 1 },
    })
}

fn query(name: &str, text: &str, is_required: bool) -> Value {
    json!({
        "name": name, "in": "query", "required": is_required, "description": text,
        "schema": { "type": "string" },
    })
}

/// djoser says no to an address in a bare string.
fn refused_redirect(place: &Place) -> Value {
    let mut answer = place.manner.answer(400);
    if let Some(content) = answer.pointer_mut("/content/application~1json") {
        *content = json!({
            "schema": { "anyOf": [{ "type": "string" }, { "$ref": "#/components/schemas/Detail" }] },
            "example": "redirect_uri must be one of those this installation allows.",
        });
    }
    answer
}

/// The schemas of what these calls answer.
pub fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let object = |properties: Value, required: &[&str]| json!({ "type": "object", "properties": properties, "required": required });
    json!({
        "Association": object(
            json!({
                "association_id": { "type": "integer", "format": "int64" },
                "backend": text,
                "uid": { "type": "string", "description": "Who one is there." },
            }),
            &["association_id", "backend", "uid"],
        ),
        "Page": object(json!({ "authorization_url": text }), &["authorization_url"]),
        "SocialPair": object(
            json!({ "access": text, "refresh": text, "user": text }),
            &["access", "refresh", "user"],
        ),
    })
}
