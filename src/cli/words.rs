//! Refusals and faults, phrased for the person at the terminal.

use crate::error::{Error, FieldCode, Refusal};

/// What went wrong and what to do next, in one sentence or two.
pub fn told(error: &Error) -> String {
    match error {
        Error::Fault(fault) => {
            let mut text = fault.to_string();
            let mut next = std::error::Error::source(fault);
            while let Some(cause) = next {
                text = format!("{text}: {cause}");
                next = cause.source();
            }
            text
        }
        Error::Refused(refusal) => refused(refusal),
    }
}

fn refused(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Fields(errors) => errors
            .iter()
            .map(|error| format!("{}: {}", error.field, field(&error.code)))
            .collect::<Vec<_>>()
            .join("; "),
        Refusal::NotFound => "there is none by that name; `list` shows what there is".to_owned(),
        Refusal::BadRequest(text) => (*text).to_owned(),
        other => format!("refused: {other:?}"),
    }
}

fn field(code: &FieldCode) -> String {
    match code {
        FieldCode::Taken => "an account has this address already".to_owned(),
        FieldCode::PasswordTooShort(least) => format!("it needs at least {least} characters"),
        FieldCode::PasswordTooLong(most) => format!("it may have at most {most} characters"),
        FieldCode::PasswordCommon => "it is one of the most common passwords".to_owned(),
        FieldCode::PasswordNumeric => "it is digits only".to_owned(),
        FieldCode::PasswordSimilar(attribute) => format!("it is too close to the {attribute}"),
        FieldCode::PasswordMismatch => "the two are not the same".to_owned(),
        other => format!("{other:?}"),
    }
}
