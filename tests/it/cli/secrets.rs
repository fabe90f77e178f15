//! Secrets enter by a file or standard input, never by the command line, which everybody can read.

use super::shell::Shell;
use crate::support::{House, OAuthClient};

const SECRET: &str = "correct horse battery staple";

const CREATE: [&str; 8] =
    ["client", "create", "--name", "B", "--type", "confidential", "--id", "backend-1"];

async fn opens(house: &House, secret: &str) -> bool {
    let client = OAuthClient { id: "backend-1".to_owned(), secret: Some(secret.to_owned()) };
    house.convert(&client, "google-oauth2", "ok-1").await.status == 200
}

#[tokio::test]
async fn a_secret_comes_from_a_file_without_its_line_end() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    for (name, end) in [("a", ""), ("b", "\n"), ("c", "\r\n")] {
        shell.file(name, &format!("{SECRET}{end}"));
        shell.ok(&[&CREATE[..], &["--secret-file", name]].concat());
        assert!(opens(&house, SECRET).await, "{end:?}");
        shell.ok(&["client", "delete", "backend-1"]);
    }
}

#[tokio::test]
async fn a_secret_comes_from_standard_input() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let create = [&CREATE[..], &["--secret-file", "-"]].concat();
    shell.run_with(&create, &format!("{SECRET}\n")).succeeded();
    assert!(opens(&house, SECRET).await);
    let rotate = ["client", "rotate-secret", "backend-1", "--secret-file", "-"];
    shell.run_with(&rotate, "another secret, longer than that").succeeded();
    assert!(opens(&house, "another secret, longer than that").await);
}

#[tokio::test]
async fn a_short_secret_and_a_secret_of_a_public_client_are_refused() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let create = [&CREATE[..], &["--secret-file", "-"]].concat();
    let told = shell.run_with(&create, "too short").failed();
    assert!(told.err.contains("at least 16 characters") && !told.err.contains("too short"));
    let public = ["client", "create", "--name", "B", "--type", "public", "--secret-file", "-"];
    let told = shell.run_with(&public, SECRET).failed();
    assert!(told.err.contains("cannot keep a secret") && !told.err.contains(SECRET));
}

#[tokio::test]
async fn a_secret_that_could_never_be_shown_again_is_refused() {
    let house = House::open().await;
    let shell = Shell::at(&house);
    let create = [&CREATE[..], &["--secret-file", "-"]].concat();
    for secret in [
        " a secret with a blank",
        "a secret with a blank ",
        "a secret of\ntwo lines",
        "a secret with \0 in it",
        "geheimes Kennwort für uns",
        &"x".repeat(1025),
    ] {
        let told = shell.run_with(&create, secret).failed();
        assert!(told.err.contains("the secret must") && !told.err.contains(secret), "{told:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let house = House::open().await;
    let told = Shell::at(&house).refused(&[&CREATE[..], &["--secret-file", "nowhere"]].concat());
    assert!(told.contains("nowhere: No such file"), "{told}");
}

#[tokio::test]
async fn no_secret_can_be_typed_on_the_command_line() {
    let shell = Shell::with(&[]);
    for words in [
        &[&CREATE[..], &["--secret", SECRET]].concat()[..],
        &["client", "rotate-secret", "backend-1", "--secret", SECRET],
        &["account", "create", "a@example.com", "--password", SECRET],
        &["account", "set-password", "a@example.com", "--password", SECRET],
    ] {
        let told = shell.run(words).failed();
        assert_eq!(told.code, 2);
        assert!(told.err.contains("unexpected argument"), "{}", told.err);
    }
}
