//! Field errors in English, as Django REST framework and Django phrase them.

use crate::error::FieldCode;

/// The sentence for a field error.
pub fn sentence(code: &FieldCode) -> String {
    let fixed = match code {
        FieldCode::Required => "This field is required.",
        FieldCode::Blank => "This field may not be blank.",
        FieldCode::Null => "This field may not be null.",
        FieldCode::NotAString => "Not a valid string.",
        FieldCode::NotAnInteger => "A valid integer is required.",
        FieldCode::Nul => "Null characters are not allowed.",
        FieldCode::Control => "Control characters are not allowed.",
        FieldCode::NotAnEmail => "Enter a valid email address.",
        FieldCode::Taken => "An account with this email already exists.",
        FieldCode::UsernameTaken => "An account with this username already exists.",
        FieldCode::Reserved => "This name is reserved.",
        FieldCode::UsernameSigns => {
            "Enter a valid username. It may contain letters, numbers and a few signs only."
        }
        FieldCode::UsernamePoses => "A username may not be somebody else's email address.",
        FieldCode::LoginMismatch => "The two fields didn't match.",
        FieldCode::PasswordMismatch => "The two password fields didn't match.",
        FieldCode::PasswordCommon => "This password is too common.",
        FieldCode::PasswordNumeric => "This password is entirely numeric.",
        FieldCode::WrongPassword => "Invalid password.",
        FieldCode::NotAChoice => "This is not a valid choice.",
        FieldCode::NotAnObject => "Invalid data. Expected an object.",
        FieldCode::Invalid(text) => text,
        FieldCode::NotALanguage => {
            "Enter a language: at most 32 letters, digits and signs of + # . _ -."
        }
        FieldCode::TooDeep(most) => {
            return format!("Ensure this is nested no deeper than {most} levels.");
        }
        FieldCode::TooMany(most) => {
            return format!("Ensure there are no more than {most} of these.");
        }
        FieldCode::TooLong(most) => {
            return format!("Ensure this field has no more than {most} characters.");
        }
        FieldCode::PasswordTooShort(least) => {
            return format!(
                "This password is too short. It must contain at least {least} characters."
            );
        }
        FieldCode::PasswordTooLong(most) => {
            return format!(
                "This password is too long. It must contain at most {most} characters."
            );
        }
        FieldCode::PasswordSimilar(attribute) => {
            return format!("The password is too similar to the {attribute}.");
        }
    };
    fixed.to_owned()
}
