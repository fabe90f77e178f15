//! What people keep with their account: settings and templates. Nobody here reads what they say.

use diesel::prelude::*;

use super::{
    AnyConnection, instant, micros, on,
    schema::{account_settings, account_templates},
};
use crate::{
    domain::{
        account::AccountId,
        template::{Template, TemplateLanguage},
    },
    error::Fault,
};

/// The settings document of an account, if it has stored one.
pub fn find_settings(conn: &mut AnyConnection, id: AccountId) -> Result<Option<String>, Fault> {
    Ok(on!(conn, c => account_settings::table
        .filter(account_settings::account_id.eq(id.0))
        .select(account_settings::document)
        .get_result(c)
        .optional()?))
}

/// Stores the settings document in the place of `old`. False, or a [`Fault::Conflict`] where there was
/// none, if it is another by now.
pub fn replace_settings(
    conn: &mut AnyConnection,
    id: AccountId,
    (old, new): (Option<&str>, &str),
) -> Result<bool, Fault> {
    let changed = match old {
        None => on!(conn, c => diesel::insert_into(account_settings::table)
            .values((account_settings::account_id.eq(id.0), account_settings::document.eq(new)))
            .execute(c)?),
        Some(old) => on!(conn, c => diesel::update(account_settings::table)
            .filter(account_settings::account_id.eq(id.0))
            .filter(account_settings::document.eq(old))
            .set(account_settings::document.eq(new))
            .execute(c)?),
    };
    Ok(changed == 1)
}

/// The languages an account has templates for, sorted.
pub fn list_languages(conn: &mut AnyConnection, id: AccountId) -> Result<Vec<String>, Fault> {
    Ok(on!(conn, c => account_templates::table
        .filter(account_templates::account_id.eq(id.0))
        .order(account_templates::language.asc())
        .select(account_templates::language)
        .load(c)?))
}

/// The account's template for a language.
pub fn find_template(
    conn: &mut AnyConnection,
    id: AccountId,
    language: &TemplateLanguage,
) -> Result<Option<Template>, Fault> {
    let found: Option<(String, i64)> = on!(conn, c => account_templates::table
        .filter(account_templates::account_id.eq(id.0))
        .filter(account_templates::language.eq(language.as_str()))
        .select((account_templates::template, account_templates::updated_at))
        .get_result(c)
        .optional()?);
    let Some((text, at)) = found else { return Ok(None) };
    Ok(Some(Template { language: language.clone(), text, updated_at: instant(at)? }))
}

/// Stores a template; false if there is none for that language to be replaced.
pub fn update_template(
    conn: &mut AnyConnection,
    id: AccountId,
    new: &Template,
) -> Result<bool, Fault> {
    let changed = on!(conn, c => diesel::update(account_templates::table)
        .filter(account_templates::account_id.eq(id.0))
        .filter(account_templates::language.eq(new.language.as_str()))
        .set((
            account_templates::template.eq(&new.text),
            account_templates::updated_at.eq(micros(new.updated_at)),
        ))
        .execute(c)?);
    Ok(changed == 1)
}

/// Stores the first template for a language; one that is there already is a [`Fault::Conflict`].
pub fn insert_template(
    conn: &mut AnyConnection,
    id: AccountId,
    new: &Template,
) -> Result<(), Fault> {
    on!(conn, c => diesel::insert_into(account_templates::table)
        .values((
            account_templates::account_id.eq(id.0),
            account_templates::language.eq(new.language.as_str()),
            account_templates::template.eq(&new.text),
            account_templates::updated_at.eq(micros(new.updated_at)),
        ))
        .execute(c)?);
    Ok(())
}

/// Deletes the template for a language, if there is one.
pub fn delete_template(
    conn: &mut AnyConnection,
    id: AccountId,
    language: &TemplateLanguage,
) -> Result<(), Fault> {
    on!(conn, c => diesel::delete(account_templates::table)
        .filter(account_templates::account_id.eq(id.0))
        .filter(account_templates::language.eq(language.as_str()))
        .execute(c)?);
    Ok(())
}
