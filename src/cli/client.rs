//! `cambio client`: the applications that may ask for tokens.

use std::{path::PathBuf, process::ExitCode};

use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{
    Failed,
    args::{ClientCommand, Form, Kind, NewClient, RotateSecret},
    open, say, secret,
};
use crate::{
    app::App,
    domain::{
        client::{
            AccessForm, Client, ClientId, ClientKind, ClientOptions, GrantType, ProviderRule,
            RedirectUri,
        },
        origin::Origin,
        provider::ProviderName,
        scope::ScopeSet,
    },
    usecases::{
        client_told::told_in_full,
        clients::{self, RegisterClient, Registered},
    },
};

/// Runs one of its commands.
pub fn run(command: ClientCommand, file: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let app = open::for_command(file)?;
    match command {
        ClientCommand::Create(new) => create(&app, &new)?,
        ClientCommand::List(form) => list(&app, form)?,
        ClientCommand::Show { id, form } => {
            let id = client_id(&id)?;
            print(form, &app.run_now(|ctx| clients::show(ctx, &id))?, None);
        }
        ClientCommand::RotateSecret(wish) => rotate(&app, &wish)?,
        ClientCommand::Disable { id, form } => switch(&app, &id, false, form)?,
        ClientCommand::Enable { id, form } => switch(&app, &id, true, form)?,
        ClientCommand::Delete { id, form } => {
            let id = client_id(&id)?;
            app.run_now(|ctx| clients::delete(ctx, &id))?;
            done(form, &json!({ "client_id": id.as_str(), "deleted": true }), "deleted");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn create(app: &App, new: &NewClient) -> Result<(), Failed> {
    let wish = wish(app, new)?;
    let Registered { client, secret } = app.run_now(|ctx| clients::register(ctx, &wish))?;
    print(new.form, &client, secret.as_ref());
    Ok(())
}

fn wish(app: &App, new: &NewClient) -> Result<RegisterClient, Failed> {
    let secret = new.secret_file.as_deref().map(secret::from_file).transpose()?;
    let scopes = match &new.scope {
        None => None,
        Some(text) => Some(ScopeSet::parse(text).ok_or_else(|| {
            Failed("--scope: write words with one space between them".to_owned())
        })?),
    };
    Ok(RegisterClient {
        id: new.id.as_deref().map(client_id).transpose()?,
        secret,
        name: new.name.clone(),
        kind: match new.kind {
            Kind::Confidential => ClientKind::Confidential,
            Kind::Public => ClientKind::Public,
        },
        grants: each(
            &new.grants,
            GrantType::parse,
            "--grant",
            "see `cambio client create --help`",
        )?,
        redirect_uris: each(
            &new.redirect_uris,
            RedirectUri::parse,
            "--redirect-uri",
            "https with a host, http on a loopback host, or a private-use scheme with a dot in it; \
             no fragment",
        )?,
        scopes,
        providers: providers(app, &new.providers)?,
        options: options(new)?,
    })
}

fn options(new: &NewClient) -> Result<ClientOptions, Failed> {
    let key_set = new.jwks_file.as_deref().map(secret::from_file).transpose()?;
    Ok(ClientOptions {
        pkce_optional: new.pkce_optional,
        access_form: if new.jwt_access { AccessForm::Jwt } else { AccessForm::Opaque },
        introspects: new.introspects,
        post_logout_uris: each(
            &new.post_logout_uris,
            RedirectUri::parse,
            "--post-logout-redirect-uri",
            "as with --redirect-uri",
        )?,
        resources: new.resources.clone(),
        allowed_origins: each(
            &new.allowed_origins,
            Origin::parse,
            "--allowed-origin",
            "https and a host, or http and a loopback host; no path, no port that is the usual one",
        )?,
        key_set: key_set.map(|text| text.expose_secret().to_owned()),
        secret_in_body: false,
    })
}

fn providers(app: &App, names: &[String]) -> Result<ProviderRule, Failed> {
    if names.is_empty() {
        return Ok(ProviderRule::Any);
    }
    let known = |name: &str| {
        app.provider(name).ok().or_else(|| ProviderName::parse(name).filter(is_built_in))
    };
    Ok(ProviderRule::Only(each(names, known, "--provider", "no provider goes by this name")?))
}

/// Providers that are not configured yet may be named: the client can be there before they are.
fn is_built_in(name: &ProviderName) -> bool {
    ["google-oauth2", "yandex-oauth2", "vk-oauth2"].contains(&name.as_str())
}

fn each<T>(
    words: &[String],
    parse: impl Fn(&str) -> Option<T>,
    flag: &str,
    mend: &str,
) -> Result<Vec<T>, Failed> {
    let read = |word: &String| parse(word).ok_or_else(|| Failed(format!("{flag} {word}: {mend}")));
    words.iter().map(read).collect()
}

fn client_id(text: &str) -> Result<ClientId, Failed> {
    ClientId::parse(text).ok_or_else(|| {
        Failed(format!(
            "{text}: a client_id is 8 to 64 letters, digits, `.`, `_`, `-`, not all digits"
        ))
    })
}

fn list(app: &App, form: Form) -> Result<(), Failed> {
    let all = app.run_now(clients::list)?;
    if form.json {
        say(&json!(all.iter().map(|client| told_in_full(client, None)).collect::<Vec<_>>())
            .to_string());
        return Ok(());
    }
    for client in &all {
        let state = if client.enabled { "enabled" } else { "disabled" };
        say(&format!(
            "{}  {}  {state}  {}  {}",
            client.id.as_str(),
            client.kind.word(),
            grants(client).join(","),
            client.name
        ));
    }
    if all.is_empty() {
        say("no client is registered; `cambio client create --help` tells how");
    }
    Ok(())
}

fn rotate(app: &App, wish: &RotateSecret) -> Result<(), Failed> {
    let id = client_id(&wish.id)?;
    let chosen = wish.secret_file.as_deref().map(secret::from_file).transpose()?;
    let overlap = TimeDelta::minutes(wish.overlap.into());
    let Registered { client, secret } =
        app.run_now(|ctx| clients::rotate_secret(ctx, &id, overlap, chosen.clone()))?;
    print(wish.form, &client, secret.as_ref());
    Ok(())
}

fn switch(app: &App, id: &str, enabled: bool, form: Form) -> Result<(), Failed> {
    let id = client_id(id)?;
    app.run_now(|ctx| clients::switch(ctx, &id, enabled))?;
    let state = if enabled { "enabled" } else { "disabled" };
    done(form, &json!({ "client_id": id.as_str(), "enabled": enabled }), state);
    Ok(())
}

fn done(form: Form, json: &Value, word: &str) {
    if form.json { say(&json.to_string()) } else { say(word) }
}

fn grants(client: &Client) -> Vec<&'static str> {
    client.grants.iter().map(|grant| grant.word()).collect()
}

fn print(form: Form, client: &Client, secret: Option<&SecretString>) {
    let value = told_in_full(client, secret);
    if form.json {
        say(&value.to_string());
        return;
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        say(&format!("{key:<26} {text}"));
    }
    if secret.is_some() {
        say("");
        say("Keep the secret now: it is stored as a digest only and cannot be shown again.");
    }
}
