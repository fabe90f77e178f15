//! Clients in JSON, in the words of RFC 7591 §2 and a few of our own.

use chrono::TimeDelta;
use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::{
    app::App,
    domain::{
        client::{
            AccessForm, ClientId, ClientKind, ClientOptions, GrantType, ProviderRule, RedirectUri,
        },
        origin::Origin,
        scope::ScopeSet,
    },
    error::{FieldCode, FieldError, Refusal},
    usecases::{
        client_changes::ChangeClient,
        client_told::{IN_BODY, KEYS},
        clients::RegisterClient,
        self_registration::Replacement,
    },
};

const METHODS: [&str; 4] = ["client_secret_basic", IN_BODY, KEYS, "none"];

/// What an administrator may say of a client.
const KNOWN: [&str; 17] = [
    "client_id",
    "client_secret",
    "client_name",
    "token_endpoint_auth_method",
    "grant_types",
    "response_types",
    "redirect_uris",
    "post_logout_redirect_uris",
    "scope",
    "jwks",
    "jwks_uri",
    "providers",
    "pkce_optional",
    "access_token_format",
    "introspects",
    "allowed_origins",
    "resources",
];

/// How that is often misspelt; the complaint names these.
const SLIPS: [&str; 8] = [
    "redirect_uri",
    "scopes",
    "grants",
    "grant_type",
    "name",
    "origins",
    "resource",
    "post_logout_uris",
];

/// Members of a JSON object, and all that is wrong with them.
struct Members<'a> {
    members: &'a Map<String, Value>,
    errors: Vec<FieldError>,
}

impl<'a> Members<'a> {
    /// The members of an object. One that is `null` counts as left out (RFC 7592 §2.2).
    fn new(members: &'a Map<String, Value>) -> Self {
        Self { members, errors: Vec::new() }
    }

    /// Whether a member is there.
    fn has(&self, name: &str) -> bool {
        self.members.get(name).is_some_and(|value| !value.is_null())
    }

    /// Notes what is wrong with a member.
    fn complain(&mut self, name: &'static str, code: FieldCode) {
        self.errors.push(FieldError::new(name, code));
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Option<T>,
        wrong: FieldCode,
    ) -> Option<T> {
        let value = self.members.get(name).filter(|value| !value.is_null())?;
        let read = read(value);
        if read.is_none() {
            self.complain(name, wrong);
        }
        read
    }

    /// A text that may be left out.
    fn text(&mut self, name: &'static str) -> Option<String> {
        self.read(name, |value| value.as_str().map(str::to_owned), FieldCode::NotAString)
    }

    /// A list of texts, each of which means something, that may be left out.
    fn list<T>(
        &mut self,
        name: &'static str,
        parse: impl Fn(&str) -> Option<T>,
        wrong: &'static str,
    ) -> Option<Vec<T>> {
        let all = |value: &Value| {
            value.as_array()?.iter().map(|item| parse(item.as_str()?)).collect::<Option<Vec<_>>>()
        };
        self.read(name, all, FieldCode::Invalid(wrong))
    }

    fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.read(name, Value::as_bool, FieldCode::Invalid("true or false."))
    }

    /// The value, if nothing at all was wrong.
    fn finish<T>(self, value: T) -> Result<T, Refusal> {
        if self.errors.is_empty() { Ok(value) } else { Err(Refusal::Fields(self.errors)) }
    }

    /// How a client is to prove itself: `token_endpoint_auth_method`.
    fn method(&mut self) -> Option<&'static str> {
        let known = |value: &Value| METHODS.into_iter().find(|method| value == method);
        self.read("token_endpoint_auth_method", known, FieldCode::NotAChoice)
    }

    /// The kind of client that proves itself so; a key set comes with `private_key_jwt`, and only with that.
    fn kind(&mut self) -> ClientKind {
        let method = self.method().unwrap_or("client_secret_basic");
        if self.has("jwks_uri") {
            self.complain("jwks_uri", FieldCode::Invalid("Keys are sent in jwks."));
        } else if (method == KEYS) != self.has("jwks") {
            self.complain("jwks", FieldCode::Invalid("It comes with private_key_jwt alone."));
        }
        if method == "none" { ClientKind::Public } else { ClientKind::Confidential }
    }

    /// Whether that is by a secret in the body, where it is told at all.
    fn in_body(&self) -> Option<bool> {
        let method = self.members.get("token_endpoint_auth_method")?;
        Some(method == IN_BODY)
    }

    /// Complains about members that mean nothing here: a word that is spelt wrong must not change less than its
    /// writer believes.
    fn insist_known(&mut self) {
        let is_strange = |name: &&String| !KNOWN.contains(&name.as_str());
        let strange: Vec<&String> = self.members.keys().filter(is_strange).collect();
        for name in &strange {
            let slip = SLIPS.iter().find(|slip| **slip == name.as_str());
            let field = slip.copied().unwrap_or(FieldError::OBJECT);
            self.errors.push(FieldError::new(field, FieldCode::Invalid("No such member.")));
        }
    }

    /// What anybody may say of a client at any time (RFC 7591 §2).
    fn standard(&mut self) -> ChangeClient {
        const URIS: &str = "A list of https URIs, http ones on a loopback host, or private-use schemes with a dot.";
        ChangeClient {
            name: self.text("client_name"),
            grants: self.list("grant_types", GrantType::parse, "A list of known grant types."),
            redirect_uris: self.list("redirect_uris", RedirectUri::parse, URIS),
            scopes: self.read(
                "scope",
                |value| ScopeSet::parse(value.as_str()?),
                FieldCode::Invalid("Words with one space between them."),
            ),
            post_logout_uris: self.list("post_logout_redirect_uris", RedirectUri::parse, URIS),
            key_set: self.read(
                "jwks",
                |value| value.is_object().then(|| value.to_string()),
                FieldCode::NotAnObject,
            ),
            secret_in_body: self.in_body(),
            ..ChangeClient::default()
        }
    }

    /// The providers: a list, or `null` for any that is configured, as it is told.
    fn providers(&mut self, app: &App) -> Option<ProviderRule> {
        if self.members.get("providers") == Some(&Value::Null) {
            return Some(ProviderRule::Any);
        }
        self.list("providers", |name| app.provider(name).ok(), "A list of providers.")
            .map(ProviderRule::Only)
    }

    /// The same, and what only administrators decide.
    fn change(&mut self, app: &App) -> ChangeClient {
        ChangeClient {
            providers: self.providers(app),
            pkce_optional: self.flag("pkce_optional"),
            access_form: self.read(
                "access_token_format",
                |value| AccessForm::parse(value.as_str()?),
                FieldCode::NotAChoice,
            ),
            introspects: self.flag("introspects"),
            allowed_origins: self.list(
                "allowed_origins",
                Origin::parse,
                "A list of origins as browsers write them, https or on a loopback host.",
            ),
            resources: self.list("resources", |uri| Some(uri.to_owned()), "A list of URIs."),
            ..self.standard()
        }
    }

    /// What a client says of itself; `code` is the only type of answer there is.
    fn own(&mut self) -> (ChangeClient, ClientKind) {
        let code = |word: &str| (word == "code").then_some(());
        self.list("response_types", code, "A list that holds code alone.");
        let kind = self.kind();
        let said = self.standard();
        let name = said.name.or_else(|| Some("Unnamed application".to_owned()));
        // RFC 7591 §2: whoever is sent back has to say where to. It is all that clients register themselves for.
        if !self.has("redirect_uris") {
            self.complain("redirect_uris", FieldCode::Required);
        }
        // What is left out is as if it had never been said.
        let secret_in_body = Some(said.secret_in_body.unwrap_or_default());
        (ChangeClient { name, secret_in_body, ..said }, kind)
    }
}

/// A client that registers itself. What is not known here is passed over (RFC 7591 §2).
pub fn self_registration(members: &Map<String, Value>) -> Result<RegisterClient, Refusal> {
    let mut read = Members::new(members);
    let (said, kind) = read.own();
    read.finish(filled(said, kind, (None, None)))
}

/// What a client says of itself anew; what it leaves out is as if it had never been said (RFC 7592 §2.2).
pub fn replacement(members: &Map<String, Value>, id: &ClientId) -> Result<Replacement, Refusal> {
    let mut read = Members::new(members);
    if read.text("client_id").as_deref() != Some(id.as_str()) {
        read.complain("client_id", FieldCode::Invalid("It is not that of the address."));
    }
    for name in OURS {
        if read.has(name) {
            read.complain(name, FieldCode::Invalid("It is not the client's to say."));
        }
    }
    let secret = read.text("client_secret").map(SecretString::from);
    let (said, kind) = read.own();
    let wish = ChangeClient {
        redirect_uris: said.redirect_uris.or(Some(Vec::new())),
        post_logout_uris: said.post_logout_uris.or(Some(Vec::new())),
        secret_in_body: said.secret_in_body.or(Some(false)),
        ..said
    };
    read.finish(Replacement { wish, kind, secret })
}

/// Members of an answer that a request may not repeat.
const OURS: [&str; 4] = [
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
];

/// A client to be registered by an administrator.
pub fn registration(app: &App, members: &Map<String, Value>) -> Result<RegisterClient, Refusal> {
    let mut read = Members::new(members);
    read.insist_known();
    let kind = read.kind();
    let said = read.change(app);
    if !read.has("client_name") {
        read.complain("client_name", FieldCode::Required);
    }
    let id = read.read(
        "client_id",
        |value| ClientId::parse(value.as_str()?),
        FieldCode::Invalid("8 to 64 letters, digits, `.`, `_`, `-`, not all digits."),
    );
    let secret = read.text("client_secret").map(SecretString::from);
    read.finish(filled(said, kind, (id, secret)))
}

/// A registration: what was said, and the defaults for the rest.
fn filled(
    said: ChangeClient,
    kind: ClientKind,
    (id, secret): (Option<ClientId>, Option<SecretString>),
) -> RegisterClient {
    RegisterClient {
        id,
        secret,
        name: said.name.unwrap_or_default(),
        kind,
        grants: said.grants.unwrap_or_default(),
        redirect_uris: said.redirect_uris.unwrap_or_default(),
        scopes: said.scopes,
        providers: said.providers.unwrap_or(ProviderRule::Any),
        options: ClientOptions {
            pkce_optional: said.pkce_optional.unwrap_or_default(),
            access_form: said.access_form.unwrap_or_default(),
            introspects: said.introspects.unwrap_or_default(),
            post_logout_uris: said.post_logout_uris.unwrap_or_default(),
            resources: said.resources.unwrap_or_default(),
            allowed_origins: said.allowed_origins.unwrap_or_default(),
            key_set: said.key_set,
            secret_in_body: said.secret_in_body.unwrap_or_default(),
        },
    }
}

/// What an administrator changes of a client.
pub fn change(app: &App, members: &Map<String, Value>) -> Result<ChangeClient, Refusal> {
    let mut read = Members::new(members);
    read.insist_known();
    for name in ["client_id", "client_secret", "token_endpoint_auth_method", "jwks_uri"] {
        if read.has(name) {
            read.complain(name, FieldCode::Invalid("It cannot be changed."));
        }
    }
    let said = read.change(app);
    read.finish(said)
}

/// How long an old secret stays good beside a new one, and the new one if it was brought along.
pub fn rotation(
    members: &Map<String, Value>,
) -> Result<(TimeDelta, Option<SecretString>), Refusal> {
    let mut read = Members::new(members);
    let overlap = read.read(
        "overlap_minutes",
        |value| u32::try_from(value.as_u64()?).ok(),
        FieldCode::NotAnInteger,
    );
    let secret = read.text("client_secret").map(SecretString::from);
    read.finish((TimeDelta::minutes(overlap.unwrap_or(60).into()), secret))
}
