//! Reading fields out of a body the way Django REST framework does: every wrong field is told at once.

use std::collections::BTreeMap;

use super::{
    body::{Word, Words},
    sentences::Tongue,
};
use crate::{
    domain::{email::Email, username::Username},
    error::{FieldCode, FieldError, Refusal},
};

/// How a text field is read.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The field's name on the wire.
    pub name: &'static str,
    /// Most characters.
    pub most: usize,
    /// Whether an empty text will do.
    pub may_be_blank: bool,
}

impl Text {
    /// A field that must hold something.
    pub const fn filled(name: &'static str, most: usize) -> Self {
        Self { name, most, may_be_blank: false }
    }

    /// A field that may be empty.
    pub const fn free(name: &'static str, most: usize) -> Self {
        Self { name, most, may_be_blank: true }
    }
}

/// Reads fields and collects what is wrong with them.
#[derive(Debug)]
pub struct Reader<'a> {
    words: &'a Words,
    errors: Vec<FieldError>,
}

impl<'a> Reader<'a> {
    /// A reader of a body.
    pub fn new(words: &'a Words) -> Self {
        Self { words, errors: Vec::new() }
    }

    /// A text that must be there. Spaces around it are cut; a number counts as its digits.
    pub fn text(&mut self, field: Text) -> Option<String> {
        let read = match self.words.get(field.name) {
            None => Err(FieldCode::Required),
            Some(word) => clean(word, field),
        };
        self.keep(field.name, read)
    }

    /// A text that may be left out.
    pub fn optional(&mut self, field: Text) -> Option<String> {
        self.words.get(field.name)?;
        self.text(field)
    }

    /// A text that must be there, to the letter: spaces stay, and it may be empty.
    pub fn verbatim(&mut self, name: &'static str) -> Option<String> {
        let read = match self.words.get(name) {
            None => Err(FieldCode::Required),
            Some(Word::Null) => Err(FieldCode::Null),
            Some(Word::Bool(_) | Word::Other) => Err(FieldCode::NotAString),
            Some(Word::Text(text)) if text.contains('\0') => Err(FieldCode::Nul),
            Some(Word::Text(text) | Word::Number(text)) => Ok(text.clone()),
        };
        self.keep(name, read)
    }

    /// An address that must be there.
    pub fn email(&mut self, name: &'static str) -> Option<Email> {
        let text = self.text(Text::filled(name, 255))?;
        self.keep(name, Email::parse(&text).ok_or(FieldCode::NotAnEmail))
    }

    /// A user name that must be there. Whether the installation takes it is not looked at.
    pub fn username(&mut self, name: &'static str) -> Option<Username> {
        let text = self.text(Text::filled(name, Username::MAX))?;
        self.keep(name, Username::parse(&text).ok_or(FieldCode::Control))
    }

    /// A name shown to others; it may be left out or empty.
    pub fn name(&mut self, name: &'static str) -> Option<String> {
        let text = self.optional(Text::free(name, 255))?;
        self.keep(name, is_plain(&text).then_some(text).ok_or(FieldCode::Control))
    }

    /// A field that may be left out: `Some(None)` when it is, `None` when it is wrong.
    pub fn maybe<T>(
        &mut self,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
        name: &'static str,
    ) -> Option<Option<T>> {
        if self.words.get(name).is_none() {
            return Some(None);
        }
        read(self, name).map(Some)
    }

    /// A whole number that must be there, as a number or as digits.
    pub fn integer(&mut self, name: &'static str) -> Option<i64> {
        let read = match self.words.get(name) {
            None => Err(FieldCode::Required),
            Some(Word::Null) => Err(FieldCode::Null),
            Some(Word::Text(digits) | Word::Number(digits)) => {
                digits.trim().parse().map_err(|_digits| FieldCode::NotAnInteger)
            }
            Some(Word::Bool(_) | Word::Other) => Err(FieldCode::NotAnInteger),
        };
        self.keep(name, read)
    }

    /// Notes something else that is wrong.
    pub fn complain(&mut self, error: FieldError) {
        self.errors.push(error);
    }

    /// Notes all of that.
    pub fn complain_of(&mut self, errors: Vec<FieldError>) {
        self.errors.extend(errors);
    }

    /// The value, if nothing at all was wrong; else everything that was.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Refusal> {
        match value {
            Some(value) if self.errors.is_empty() => Ok(value),
            _ => Err(Refusal::Fields(self.errors)),
        }
    }

    /// What was wrong so far.
    pub fn errors(self) -> Vec<FieldError> {
        self.errors
    }

    fn keep<T>(&mut self, name: &'static str, read: Result<T, FieldCode>) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(code) => {
                self.errors.push(FieldError::new(name, code));
                None
            }
        }
    }
}

fn clean(word: &Word, field: Text) -> Result<String, FieldCode> {
    let text = match word {
        Word::Null => return Err(FieldCode::Null),
        Word::Bool(_) | Word::Other => return Err(FieldCode::NotAString),
        Word::Text(text) | Word::Number(text) => text.trim(),
    };
    if text.is_empty() && !field.may_be_blank {
        return Err(FieldCode::Blank);
    }
    if text.contains('\0') {
        return Err(FieldCode::Nul);
    }
    if text.chars().count() > field.most {
        return Err(FieldCode::TooLong(field.most));
    }
    Ok(text.to_owned())
}

/// Refuses control characters and those that turn the direction of writing: for what is shown to others.
pub fn is_plain(text: &str) -> bool {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !text.chars().any(|c| c.is_control() || turns(c))
}

/// Every complaint under its field, in the order of the fields' names.
pub fn by_field(errors: &[FieldError], tongue: Tongue) -> BTreeMap<&'static str, Vec<String>> {
    let mut told: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for error in errors {
        told.entry(error.field).or_default().push(tongue.field(&error.code));
    }
    told
}
