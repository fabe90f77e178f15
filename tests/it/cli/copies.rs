//! `cambio backup` and `cambio restore`.

use std::{
    fs,
    os::unix::fs::{FileExt as _, PermissionsExt as _},
    path::Path,
};

use serde_json::json;

use super::shell::Shell;
use crate::support::{House, OAuthClient, database::Database, tables::lines};

/// A terminal whose database is a file of its own, which is not there yet.
fn elsewhere(file: &Path) -> Shell {
    Shell::with(&[
        ("CAMBIO_DATABASE__URL", &format!("sqlite://{}", file.display())),
        ("CAMBIO_MAIL__TRANSPORT", "directory"),
        ("CAMBIO_MAIL__DIRECTORY", "mail"),
        ("CAMBIO_MAIL__FROM", "no-reply@example.org"),
    ])
}

/// What people hold that was issued before a copy was made.
struct Held {
    web: OAuthClient,
    access: String,
    refresh: String,
    auth: String,
    machine: String,
    link: (String, String),
}

async fn hold(house: &House) -> Held {
    let ada = house.person("ada").await;
    let web = house.client("web-client").await;
    let said = house.convert(&web, "google-oauth2", "ok-1").expect(200).await;
    let ask = json!({ "email": ada.email });
    house.post("/auth/users/reset_password/").json(&ask).expect(204).await;
    Held {
        link: house.mail.link_to(&ada.email).await,
        access: said.text_of("access_token"),
        refresh: said.text_of("refresh_token"),
        auth: ada.auth_token,
        machine: house.machine("night-job").await,
        web,
    }
}

async fn still_good(house: &House, held: &Held) {
    house.me(&held.access).expect(200).await;
    house.get("/auth/users/me/").token(&held.auth).expect(200).await;
}

async fn all_dead(house: &House, held: &Held) {
    house.me(&held.access).expect(401).await;
    house.get("/auth/users/me/").token(&held.auth).expect(401).await;
    house.me(&held.machine).expect(401).await;
    house.refresh(&held.web, &held.refresh).expect(400).await;
    let password = "another-dormouse-43";
    let (uid, token) = &held.link;
    let body = json!({ "uid": uid, "token": token, "new_password": password });
    house.post("/auth/users/reset_password_confirm/").json(&body).expect(400).await;
    let stands = "select cast(count(*) as text) as line from families where revoked_at is null";
    assert_eq!(house.lines(stands).await, ["0"]);
}

#[tokio::test]
async fn a_copy_made_beside_a_running_server_holds_everything_and_is_its_owners_alone() {
    if Database::is_postgres() {
        return on_postgres_the_tools_are_named().await;
    }
    let house = House::open().await;
    let held = hold(&house).await;
    let (shell, copy) = (Shell::at(&house), house.dir().join("copy.db"));
    let name = copy.to_str().unwrap();

    let told = shell.json(&["backup", name]);

    let meta = fs::metadata(&copy).unwrap();
    assert_eq!(told["bytes"], meta.len());
    assert_eq!(meta.permissions().mode() & 0o777, 0o600);
    assert!(shell.refused(&["backup", name]).contains("nothing is written over"));
    let back = house.dir().join("back.db");
    let told = elsewhere(&back).json(&["restore", name]);
    assert_eq!(told["ended"], json!(null));
    let url = format!("sqlite://{}", back.display());
    still_good(&house.elsewhere(Database::Sqlite(url)).await, &held).await;
    let beside: Vec<_> =
        fs::read_dir(house.dir()).unwrap().map(|e| e.unwrap().file_name()).collect();
    let parts = beside.iter().filter(|name| name.to_str().unwrap().contains(".part"));
    assert_eq!(parts.count(), 0, "{beside:?}");
}

async fn on_postgres_the_tools_are_named() {
    let house = House::open().await;
    let (shell, copy) = (Shell::at(&house), house.dir().join("copy.db"));
    let name = copy.to_str().unwrap();
    assert!(shell.refused(&["backup", name]).contains("pg_dump"));
    assert!(shell.refused(&["restore", name]).contains("pg_restore"));
    assert!(!copy.exists());
}

#[tokio::test]
async fn what_was_revoked_after_the_copy_stays_dead_when_the_epoch_is_bumped() {
    if Database::is_postgres() {
        return;
    }
    let house = House::open().await;
    let held = hold(&house).await;
    let (shell, copy) = (Shell::at(&house), house.dir().join("copy.db"));
    let name = copy.to_str().unwrap();
    shell.ok(&["backup", name]);
    house.deactivate("ada@example.com").await;

    let back = house.dir().join("back.db");
    let told = elsewhere(&back).json(&["restore", name, "--bump-epoch"]);

    assert_eq!(told["ended"]["accounts"], 2, "{told}");
    let url = format!("sqlite://{}", back.display());
    let house = house.elsewhere(Database::Sqlite(url)).await;
    all_dead(&house, &held).await;
    house.log_in("ada@example.com").expect(200).await;
    house.convert(&held.web, "google-oauth2", "ok-1").expect(200).await;
}

#[tokio::test]
async fn a_database_that_was_put_back_by_other_means_can_be_swept_too() {
    let house = House::open().await;
    let held = hold(&house).await;
    still_good(&house, &held).await;

    let told = Shell::at(&house).json(&["restore", "--bump-epoch"]);

    assert_eq!(told["ended"]["accounts"], 2, "{told}");
    all_dead(&house, &held).await;
    house.log_in("ada@example.com").expect(200).await;
}

#[tokio::test]
async fn nothing_is_restored_over_a_database_or_from_a_file_that_is_damaged_or_foreign() {
    if Database::is_postgres() {
        return;
    }
    let house = House::open().await;
    house.register("ada").await;
    let (shell, copy) = (Shell::at(&house), house.dir().join("copy.db"));
    let name = copy.to_str().unwrap();
    shell.ok(&["backup", name]);
    assert!(shell.refused(&["restore", name]).contains("nothing is written over"));

    let foreign = shell.file("foreign.db", "");
    let back = house.dir().join("back.db");
    let there = elsewhere(&back);
    assert!(
        there.refused(&["restore", foreign.to_str().unwrap()]).contains("not a database of Cambio")
    );
    let text = shell.file("text.db", &"no database at all\n".repeat(1000));
    assert!(there.refused(&["restore", text.to_str().unwrap()]).contains("damaged"));

    // Every page but the first, one after the other.
    let pages = fs::metadata(&copy).unwrap().len() / 4096;
    let whole = fs::read(&copy).unwrap();
    let mut found = 0;
    for page in 1..pages {
        let file = fs::OpenOptions::new().write(true).open(&copy).unwrap();
        file.write_at(&[0xa5; 512], page * 4096).unwrap();
        let told = there.run(&["restore", name]);
        found += u64::from(told.code != 0 && told.err.contains("damaged"));
        assert_eq!(back.exists(), told.code == 0);
        let _ = fs::remove_file(&back);
        fs::write(&copy, &whole).unwrap();
    }
    assert_eq!(found, pages - 1, "pages that were damaged and found so");
}

#[tokio::test]
async fn copies_made_while_people_come_and_go_are_all_whole() {
    if Database::is_postgres() {
        return;
    }
    let house = House::open().await;
    let shell = Shell::at(&house);
    for turn in 0..5 {
        let file = house.dir().join(format!("copy-{turn}.db"));
        let (before, name) =
            (house.register(&format!("before-{turn}")).await, file.to_str().unwrap());
        let mut copying = super::process::Process::start(shell.command(&["backup", name]));
        for person in 0..20 {
            house.register(&format!("during-{turn}-{person}")).await;
        }
        assert_eq!(copying.ended().await, Some(0));
        let url = format!("sqlite://{}", file.display());
        let ask =
            format!("select cast(count(*) as text) as line from accounts where id = {before}");
        assert_eq!(lines(&url, &ask).await, ["1"]);
    }
}
