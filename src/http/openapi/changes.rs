//! djoser's changes: of passwords, addresses and user names, by oneself or by a mailed link.

use super::{
    About,
    call::{Call, Place},
    field::Field,
    people::link,
    security::PERSON,
};
use crate::domain::policy::LoginField;

/// The calls of one mount.
pub fn calls(about: &About<'_>, place: &Place) -> Vec<Call> {
    let mut calls = passwords(about, place);
    let email = New { noun: "address", fields: email(about), lots: &[] };
    let by_username = match about.policy.names.login {
        LoginField::Email => New {
            noun: "address, by the older name of the call",
            fields: older(about),
            lots: &[&["new_email"], &["new_username"]],
        },
        LoginField::Username | LoginField::Either => {
            New { noun: "user name", fields: username(about), lots: &[] }
        }
    };
    calls.extend(names(place, "email", &email));
    calls.extend(names(place, "username", &by_username));
    calls
}

fn passwords(about: &About<'_>, place: &Place) -> Vec<Call> {
    let rules = &about.policy.password_change;
    let new = |twice: bool| {
        let retyped = Field::password("re_new_password").about("The new password once more.");
        [Some(Field::password("new_password")), twice.then_some(retyped)].into_iter().flatten()
    };
    let set: Vec<Field> = new(rules.set_retype).chain([current()]).collect();
    let confirm: Vec<Field> = link().into_iter().chain(new(rules.reset_retype)).collect();
    vec![
        place
            .post("/users/set_password/", "set_password", "Change one's password")
            .about("Every session ends but the one that asked; a letter tells of it.")
            .login(&PERSON)
            .takes(&set)
            .says(204, "The new password counts.", None)
            .no(&[403]),
        ask(place, "/users/reset_password/", "reset_password", "Ask for a link to a new password"),
        place
            .post("/users/reset_password_confirm/", "reset_password_confirm", "Set a new password by a link")
            .about("By the `uid` and `token` of the mailed link. Every session ends; a letter tells of it.")
            .takes(&confirm)
            .says(204, "The new password counts.", None)
            .no(&[401]),
    ]
}

/// A name people log in with, as it is typed anew.
#[derive(Clone)]
struct New {
    noun: &'static str,
    fields: [Vec<Field>; 2],
    /// Under which names it may be typed, where there are several.
    lots: &'static [&'static [&'static str]],
}

/// The fields when one is logged in, and those beside a link.
fn email(about: &About<'_>) -> [Vec<Field>; 2] {
    let new = || Field::email("new_email").example("new@mail.ru");
    let again = || Field::email("re_new_email").example("new@mail.ru").about("The same once more.");
    twice(about, new, again)
}

/// An address under its own name, or under that of a user name.
fn older(about: &About<'_>) -> [Vec<Field>; 2] {
    let named = twice(about, || Field::email("new_username"), || Field::email("re_new_username"));
    let [set, reset] = email(about);
    let [set_named, reset_named] = named;
    [(set, set_named), (reset, reset_named)].map(|(fields, named)| {
        let fields = fields.into_iter().map(Field::unless_otherwise);
        fields.chain(named.into_iter().map(Field::optional)).collect()
    })
}

fn username(about: &About<'_>) -> [Vec<Field>; 2] {
    let new = || Field::text("new_username", 150).example("John Smith");
    let again = || Field::text("re_new_username", 150).example("John Smith");
    twice(about, new, again)
}

fn twice(about: &About<'_>, new: impl Fn() -> Field, again: impl Fn() -> Field) -> [Vec<Field>; 2] {
    let rules = &about.policy.names;
    [rules.set_retype, rules.reset_retype]
        .map(|is_twice| if is_twice { vec![new(), again()] } else { vec![new()] })
}

fn names(place: &Place, word: &str, new: &New) -> Vec<Call> {
    let [set, by_link] = new.fields.clone();
    let noun = new.noun;
    let proof = "A user name counts at once; an address when the link mailed to it is opened.";
    vec![
        place
            .post(
                &format!("/users/set_{word}/"),
                &format!("set_{word}"),
                &format!("Change one's {noun}"),
            )
            .about(proof)
            .login(&PERSON)
            .takes_either(&[set, vec![current()]].concat(), new.lots)
            .says(204, "It is changed, or waits for its proof.", None)
            .no(&[403]),
        ask(
            place,
            &format!("/users/reset_{word}/"),
            &format!("reset_{word}"),
            &format!("Ask for a link to a new {noun}"),
        ),
        place
            .post(
                &format!("/users/reset_{word}_confirm/"),
                &format!("reset_{word}_confirm"),
                &format!("Set a new {noun} by a link"),
            )
            .about(proof)
            .takes_either(&[link().to_vec(), by_link].concat(), new.lots)
            .says(204, "It is changed, or waits for its proof.", None)
            .no(&[401]),
    ]
}

fn ask(place: &Place, path: &str, name: &str, summary: &str) -> Call {
    place
        .post(path, name, summary)
        .about("Answered alike whether or not a letter leaves: who has an account is not told.")
        .takes(&[Field::email("email").example("email@mail.ru")])
        .says(204, "If an account has this address, a letter is on its way.", None)
        .no(&[401])
}

fn current() -> Field {
    Field::password("current_password").about("The password as it is now.")
}
