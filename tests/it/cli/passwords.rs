//! Passwords at the command line.

use serde_json::json;

use super::shell::Shell;
use crate::support::House;

#[tokio::test]
async fn a_new_password_ends_every_token_of_the_account() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let ada = house.person("ada").await;
    let new = "rabbit-hole-to-anywhere-7";
    shell.file("password", &format!("{new}\n"));
    shell.ok(&["account", "set-password", &ada.email, "--password-file", "password"]);
    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
    house.log_in(&ada.email).expect(400).await;
    let login = json!({ "email": ada.email, "password": new });
    house.post("/auth/token/login/").json(&login).expect(200).await;
}

#[tokio::test]
async fn blanks_at_its_ends_are_no_part_of_a_password_wherever_it_was_typed() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let ada = house.person("ada").await;
    shell.file("password", "  rabbit hole to anywhere \n");
    shell.ok(&["account", "set-password", &ada.email, "--password-file", "password"]);
    for typed in ["rabbit hole to anywhere", " rabbit hole to anywhere\t"] {
        house.log_in_with(&ada.email, typed).expect(200).await;
    }
    house.log_in_with(&ada.email, "rabbithole to anywhere").expect(400).await;
}

#[tokio::test]
async fn a_weak_password_is_refused_in_words_without_being_repeated() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    for (password, complaint) in [
        ("abcd-xy", "at least 8 characters"),
        ("password1", "most common"),
        ("48151623423141", "digits only"),
        ("ada.lovelace", "too close to the email address"),
    ] {
        let words = ["account", "create", "ada.lovelace@example.com", "--password-file", "-"];
        let told = shell.run_with(&words, password).failed();
        assert!(told.err.contains(complaint), "{}", told.err);
        assert!(!told.err.replace("ada.lovelace@", "").contains(password), "{}", told.err);
    }
    assert_eq!(shell.json(&["account", "list"]), json!([]));
}

#[tokio::test]
async fn without_a_terminal_and_without_a_file_no_account_is_made() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    // In a session of its own: from its terminal a password could be asked for.
    let mut detached = std::process::Command::new("setsid");
    let typed = shell.command(&["account", "create", "ada@example.com"]);
    detached.arg("--wait").arg(typed.get_program()).args(typed.get_args()).current_dir(shell.dir());
    detached.envs(typed.get_envs().filter_map(|(name, text)| Some((name, text?))));
    assert!(!detached.output().unwrap().status.success());
    assert_eq!(shell.json(&["account", "list"]), json!([]));
}
