//! Seed 0's templates: one text per language, for the editor of that project.

use super::{Ctx, profile};
use crate::{
    domain::{
        credential::Principal,
        template::{Template, TemplateLanguage},
    },
    error::{FieldCode, FieldError, Outcome, Refusal},
    store::documents,
};

/// Most bytes of a template.
pub const MOST_BYTES: usize = 64 * 1024;
/// Most languages of an account.
pub const MOST_LANGUAGES: usize = 64;

/// The languages somebody has templates for, sorted.
pub fn languages(ctx: &mut Ctx<'_>, me: &Principal) -> Outcome<Vec<String>> {
    Ok(documents::list_languages(ctx.conn, profile::of(me)?.id)?)
}

/// The template for a language.
pub fn show(ctx: &mut Ctx<'_>, me: &Principal, language: &TemplateLanguage) -> Outcome<Template> {
    let found = documents::find_template(ctx.conn, profile::of(me)?.id, language)?;
    Ok(found.ok_or(Refusal::NotFound)?)
}

/// Whether a template may be made that is not there yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// It may.
    Create,
    /// It may not.
    Refuse,
}

/// Stores the template for a language; an empty one is deleted, and then there is none to tell of.
pub fn store(
    ctx: &mut Ctx<'_>,
    me: &Principal,
    (language, text): (&TemplateLanguage, &str),
    missing: Missing,
) -> Outcome<Option<Template>> {
    let id = profile::of(me)?.id;
    if text.len() > MOST_BYTES {
        return Err(Refusal::TooLarge.into());
    }
    if missing == Missing::Refuse {
        show(ctx, me, language)?;
    }
    if text.is_empty() {
        documents::delete_template(ctx.conn, id, language)?;
        return Ok(None);
    }
    let new = Template { language: language.clone(), text: text.to_owned(), updated_at: ctx.now };
    if !documents::update_template(ctx.conn, id, &new)? {
        if documents::list_languages(ctx.conn, id)?.len() >= MOST_LANGUAGES {
            let code = FieldCode::TooMany(MOST_LANGUAGES);
            return Err(Refusal::Fields(vec![FieldError::new("lang", code)]).into());
        }
        documents::insert_template(ctx.conn, id, &new)?;
    }
    Ok(Some(new))
}
