//! `cambio account`: what an administrator does to people's accounts counts at once.

use serde_json::{Value, json};

use super::shell::Shell;
use crate::support::{House, callers::PASSWORD};

/// Makes an account at the command line with everybody's password.
fn create(shell: &Shell, email: &str) -> Value {
    let words = ["account", "create", email, "--password-file", "-", "--json"];
    shell.run_with(&words, PASSWORD).succeeded().json()
}

#[tokio::test]
async fn an_account_made_at_the_command_line_can_log_in_at_once() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let words = ["account", "create", "Ada@example.com", "--name", "Ada", "--language", "ru"];
    let words = [&words[..], &["--password-file", "-", "--json"]].concat();
    let told = shell.run_with(&words, PASSWORD).succeeded().json();
    house.log_in("ada@example.com").expect(200).await;
    assert_eq!(
        [&told["email"], &told["name"], &told["state"], &told["language"], &told["is_admin"]],
        [&json!("Ada@example.com"), &json!("Ada"), &json!("active"), &json!("ru"), &json!(false)]
    );
    assert!(told["email_verified_at"].is_string() && told["last_login"].is_null());
    assert!(house.mail.all_to("Ada@example.com").await.is_empty());
}

#[tokio::test]
async fn an_account_is_found_by_its_id_and_by_its_address() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let told = create(&shell, "ada@example.com");
    let id = told["id"].to_string();
    for name in [id.as_str(), "ada@example.com", "ADA@example.com"] {
        assert_eq!(shell.json(&["account", "show", name]), told);
    }
    assert!(shell.ok(&["account", "show", &id]).contains("ada@example.com"));
    let nobody = ["4711", "bob@example.com", "nonsense", "-"];
    for name in nobody {
        shell.refused(&["account", "show", name]);
    }
    assert!(shell.refused(&["account", "show", "nonsense"]).contains("an id or an e-mail address"));
}

#[tokio::test]
async fn addresses_that_are_taken_or_none_are_refused() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    create(&shell, "ada@example.com");
    for (email, complaint) in
        [("ADA@example.com", "has this address already"), ("ada", "not an e-mail address")]
    {
        let words = ["account", "create", email, "--password-file", "-"];
        let told = shell.run_with(&words, PASSWORD).failed();
        assert!(told.err.contains(complaint), "{}", told.err);
    }
}

#[tokio::test]
async fn a_taken_username_is_told_from_a_taken_address() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    for (email, fine) in [("ada@example.com", true), ("bob@example.com", false)] {
        let words = ["account", "create", email, "--username", "ada", "--password-file", "-"];
        let told = shell.run_with(&words, PASSWORD);
        assert_eq!(told.code == 0, fine);
        assert!(fine || told.err.contains("username: "), "{}", told.err);
    }
}

#[tokio::test]
async fn accounts_are_listed_in_parts() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let ids: Vec<Value> = ["a@example.com", "b@example.com", "c@example.com"]
        .map(|email| create(&shell, email)["id"].clone())
        .into();
    let listed = |words: &[&str]| -> Vec<Value> {
        let told = shell.json(&[&["account", "list"], words].concat());
        told.as_array().unwrap().iter().map(|account| account["id"].clone()).collect()
    };
    assert_eq!(listed(&[]), ids);
    assert_eq!(listed(&["--limit", "2"]), ids[..2]);
    assert_eq!(listed(&["--after", &ids[1].to_string()]), ids[2..]);
    assert_eq!(shell.ok(&["account", "list"]).lines().count(), 3);
}

#[tokio::test]
async fn a_registered_account_is_activated_without_its_letter() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    house.register("ada").await;
    let told = shell.json(&["account", "activate", "ada@example.com"]);
    assert_eq!(told["state"], "active");
    assert!(told["email_verified_at"].is_string());
    house.log_in("ada@example.com").expect(200).await;
}

#[tokio::test]
async fn a_deactivated_account_is_out_until_it_is_activated_again() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let ada = house.person("ada").await;
    let told = shell.json(&["account", "deactivate", &ada.email]);
    assert_eq!(told["state"], "deactivated");
    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
    house.log_in(&ada.email).expect(400).await;
    assert_eq!(shell.json(&["account", "activate", &ada.email])["state"], "active");
    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
    house.log_in(&ada.email).expect(200).await;
}

#[tokio::test]
async fn an_administrator_sees_everybody() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let (ada, _) = (house.person("ada").await, house.person("bob").await);
    let seen = async || {
        let said = house.get("/auth/users/").token(&ada.auth_token).expect(200).await;
        said.json().as_array().unwrap().len()
    };
    assert_eq!(seen().await, 1);
    assert_eq!(shell.json(&["account", "make-admin", &ada.email])["is_admin"], true);
    assert_eq!(seen().await, 2);
}

#[tokio::test]
async fn a_deleted_account_is_gone_with_its_tokens() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let ada = house.person("ada").await;
    shell.ok(&["account", "delete", &ada.email]);
    house.get("/auth/users/me/").token(&ada.auth_token).expect(401).await;
    shell.refused(&["account", "show", &ada.email]);
    house.register("ada").await;
}

#[tokio::test]
async fn groups_are_joined_listed_and_left() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    create(&shell, "ada@example.com");
    let groups = |words: &[&str]| shell.run(&[&["account", "groups"], words].concat());
    for group in ["writers", "editors", "editors"] {
        groups(&["add", "ada@example.com", group]).succeeded();
    }
    let list = ["list", "ada@example.com", "--json"];
    assert_eq!(groups(&list).succeeded().json(), json!(["editors", "writers"]));
    assert_eq!(groups(&list[..2]).succeeded().out, "editors\nwriters\n");
    groups(&["remove", "ada@example.com", "editors"]).succeeded();
    assert_eq!(groups(&list).succeeded().json(), json!(["writers"]));
    groups(&["remove", "ada@example.com", "editors"]).failed();
    groups(&["add", "bob@example.com", "editors"]).failed();
    groups(&["add", "ada@example.com", "\u{7}"]).failed();
}
