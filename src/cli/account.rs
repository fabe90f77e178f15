//! `cambio account`: people's accounts.

use std::{path::Path, path::PathBuf, process::ExitCode};

use chrono::SecondsFormat;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::{
    Failed,
    args::{AccountCommand, Form, GroupsCommand, NewAccount, OneAccount},
    open, say, secret,
};
use crate::{
    app::App,
    domain::{
        account::{Account, AccountId, Group},
        email::Email,
        language::Language,
        password::{self, Password},
        username::Username,
    },
    error::{FieldError, Outcome, Refusal},
    usecases::{
        Ctx, groups,
        manage::{self, Create, Which},
    },
};

/// Runs one of its commands.
pub fn run(command: AccountCommand, file: Option<PathBuf>) -> Result<ExitCode, Failed> {
    let app = open::for_command(file)?;
    match command {
        AccountCommand::Create(new) => create(&app, &new)?,
        AccountCommand::List { after, limit, form } => {
            let limit = limit.clamp(1, 10_000);
            let all = app.run_now(|ctx| manage::list(ctx, AccountId(after), limit))?;
            list(form, &all);
        }
        AccountCommand::Show(one) => with(&app, &one, manage::find)?,
        AccountCommand::Activate(one) => with(&app, &one, manage::activate)?,
        AccountCommand::Deactivate(one) => with(&app, &one, manage::deactivate)?,
        AccountCommand::MakeAdmin(one) => with(&app, &one, manage::make_admin)?,
        AccountCommand::Delete(one) => with(&app, &one, manage::delete)?,
        AccountCommand::SetPassword { which, password_file } => {
            set_password(&app, &which, password_file.as_deref())?;
        }
        AccountCommand::Groups(command) => groups_command(&app, command)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn create(app: &App, new: &NewAccount) -> Result<(), Failed> {
    let email = Email::parse(&new.email)
        .ok_or_else(|| Failed(format!("{}: this is not an e-mail address", new.email)))?;
    let language = match new.language.as_deref() {
        None => None,
        Some(tag) => Some(
            Language::parse(tag).ok_or_else(|| Failed("--language: en, ru or ko".to_owned()))?,
        ),
    };
    let username = match new.username.as_deref() {
        None => None,
        Some(name) => Some(Username::parse(name).ok_or_else(|| {
            Failed("--username: 1 to 150 characters that can be seen".to_owned())
        })?),
    };
    let attributes = [
        ("username", username.as_ref().map_or("", Username::as_str)),
        ("email address", email.as_str()),
        ("name", new.name.as_str()),
    ];
    let hash = hash(app, new.password_file.as_deref(), &attributes)?;
    let wish = Create { email, username, name: new.name.clone(), language };
    let account = app.run_now(|ctx| manage::create(ctx, &wish, &hash))?;
    print(new.form, &account);
    Ok(())
}

fn set_password(app: &App, one: &OneAccount, file: Option<&Path>) -> Result<(), Failed> {
    let which = which(&one.account)?;
    let account = app.run_now(|ctx| manage::find(ctx, &which))?;
    let hash = hash(app, file, &account.attributes())?;
    let account = app.run_now(|ctx| manage::set_password(ctx, &which, &hash))?;
    print(one.form, &account);
    Ok(())
}

/// The hash of a password that is read from a file or asked for, if it is good enough.
fn hash(
    app: &App,
    file: Option<&Path>,
    attributes: &[(&'static str, &str)],
) -> Result<String, Failed> {
    let typed = match file {
        Some(file) => secret::from_file(file)?,
        None => secret::ask_new_password()?,
    };
    let password = Password::new(typed.expose_secret());
    let complaints = password::complaints(&app.policy().passwords, &password, attributes);
    if !complaints.is_empty() {
        let errors = complaints.into_iter().map(|code| FieldError::new("password", code));
        return Err(crate::error::Error::from(Refusal::Fields(errors.collect())).into());
    }
    Ok(app.hash_now(&password)?)
}

fn with(
    app: &App,
    one: &OneAccount,
    deed: impl Fn(&mut Ctx<'_>, &Which) -> Outcome<Account>,
) -> Result<(), Failed> {
    let which = which(&one.account)?;
    print(one.form, &app.run_now(|ctx| deed(ctx, &which))?);
    Ok(())
}

fn which(text: &str) -> Result<Which, Failed> {
    if let Ok(id) = text.parse() {
        return Ok(Which::Id(AccountId(id)));
    }
    let email = Email::parse(text);
    email
        .map(Which::Email)
        .ok_or_else(|| Failed(format!("{text}: write an id or an e-mail address")))
}

fn groups_command(app: &App, command: GroupsCommand) -> Result<(), Failed> {
    let group = |name: &str| {
        Group::parse(name).ok_or_else(|| {
            Failed(format!("{name}: a group's name is 1 to 150 characters, no control characters"))
        })
    };
    let id = |text: &str| -> Result<AccountId, Failed> {
        let which = which(text)?;
        Ok(app.run_now(|ctx| manage::find(ctx, &which))?.id)
    };
    match command {
        GroupsCommand::Add { account, group: name } => {
            let (id, group) = (id(&account)?, group(&name)?);
            app.run_now(|ctx| groups::add(ctx, id, &group))?;
        }
        GroupsCommand::Remove { account, group: name } => {
            let (id, group) = (id(&account)?, group(&name)?);
            app.run_now(|ctx| groups::remove(ctx, id, &group))?;
        }
        GroupsCommand::List(one) => {
            let id = id(&one.account)?;
            let names = app.run_now(|ctx| groups::list(ctx, id))?;
            if one.form.json {
                say(&json!(names).to_string());
            } else {
                for name in &names {
                    say(name);
                }
            }
        }
    }
    Ok(())
}

fn shown(account: &Account) -> Value {
    let time = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "id": account.id.0,
        "email": account.email.as_ref().map(Email::as_str),
        "username": account.username.as_ref().map(Username::as_str),
        "email_verified_at": account.email_verified_at.map(time),
        "name": account.name,
        "first_name": account.first_name,
        "last_name": account.last_name,
        "state": account.state.word(),
        "is_admin": account.is_admin,
        "language": account.language.map(Language::tag),
        "last_login": account.last_login.map(time),
        "created_at": time(account.created_at),
    })
}

fn print(form: Form, account: &Account) {
    let value = shown(account);
    if form.json {
        say(&value.to_string());
        return;
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        say(&format!("{key:<18} {text}"));
    }
}

fn list(form: Form, accounts: &[Account]) {
    if form.json {
        say(&json!(accounts.iter().map(shown).collect::<Vec<_>>()).to_string());
        return;
    }
    for account in accounts {
        let email = account.email.as_ref().map_or("-", Email::as_str);
        say(&format!("{}  {email}  {}  {}", account.id.0, account.state.word(), account.name));
    }
}
