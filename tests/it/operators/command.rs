//! `cambio audit`.

use cambio::domain::audit::EventKind;
use serde_json::Value;

use crate::{cli::shell::Shell, support::House};

/// A house in which something has happened, and a terminal beside it.
async fn busy() -> (House, Shell, i64) {
    let house = House::open().await;
    let ada = house.activated("ada").await;
    house.log_in("ada@example.com").expect(200).await;
    house.activated("bob").await;
    house.client("shop-client").await;
    house.log_in_with("ada@example.com", "wrong-teapot-42").expect(400).await;
    house.app.note_last_refusals().await.unwrap();
    let shell = Shell::at(&house);
    (house, shell, ada)
}

fn lines(shell: &Shell, words: &[&str]) -> Vec<Value> {
    let told = shell.ok(&[&["audit", "--json"], words].concat());
    told.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn events(shell: &Shell, words: &[&str]) -> Vec<String> {
    lines(shell, words).iter().map(|line| line["event"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn events_are_found_by_account_client_and_kind_the_latest_first() {
    let (_house, shell, ada) = busy().await;

    let hers = ["sign_in_failed", "signed_in", "activated", "registered"];
    assert_eq!(events(&shell, &["--account", "ada@example.com"]), hers);
    assert_eq!(events(&shell, &["--account", &ada.to_string()]), hers);
    assert_eq!(events(&shell, &["--client", "shop-client"]), ["client_created"]);
    let kinds = ["--event", "sign_in_failed", "--event", "client_created"];
    assert_eq!(events(&shell, &kinds), ["sign_in_failed", "client_created"]);
    assert_eq!(events(&shell, &["--account", &ada.to_string(), "--event", "activated"]).len(), 1);
    assert!(events(&shell, &["--client", "none"]).is_empty());
    assert_eq!(shell.ok(&["audit", "--client", "none"]), "no such event\n");
}

#[tokio::test]
async fn events_are_found_by_time() {
    let (house, shell, _) = busy().await;
    let now = house.app.now();
    house.forward(chrono::TimeDelta::hours(2));
    house.register("eve").await;
    let at = |hours: i64| (now + chrono::TimeDelta::hours(hours)).to_rfc3339();

    assert_eq!(events(&shell, &["--since", &at(1)]), ["registered"]);
    assert_eq!(events(&shell, &["--since", &at(1), "--until", &at(2)]), Vec::<String>::new());
    assert_eq!(events(&shell, &["--until", &at(1)]).len(), 7);
    assert!(events(&shell, &["--since", "1h"]).is_empty(), "the house's clock is years behind");
    let told = shell.refused(&["audit", "--since", "yesterday"]);
    assert!(told.contains("24h") && told.contains("2026-11-30T12:00:00Z"), "{told}");
}

#[tokio::test]
async fn events_come_in_pages() {
    let (_house, shell, _) = busy().await;
    let mut pages = Vec::new();
    let mut before = i64::MAX;
    loop {
        let page = lines(&shell, &["--limit", "3", "--before", &before.to_string()]);
        let Some(last) = page.last() else { break };
        before = last["id"].as_i64().unwrap();
        pages.push(page.len());
    }
    assert_eq!(pages, [3, 3, 1]);
}

#[tokio::test]
async fn a_line_for_people_says_who_what_and_from_where() {
    let (house, shell, ada) = busy().await;
    let told = shell.ok(&["audit", "--event", "sign_in_failed"]);
    let at = house.app.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let wanted = format!("  {at}  sign_in_failed  account {ada}  password    from 127.0.0.1\n");
    assert!(told.ends_with(&wanted), "{told:?} does not end with {wanted:?}");
}

#[tokio::test]
async fn what_was_smuggled_into_the_table_does_not_reach_the_terminal() {
    let (house, shell, _) = busy().await;
    house
        .tamper(
            "update audit_events set detail = 'a' || chr10() || 'b'"
                .replace(
                    "chr10()",
                    if crate::support::database::Database::is_postgres() {
                        "chr(10)"
                    } else {
                        "char(10)"
                    },
                )
                .as_str(),
        )
        .await;
    let told = shell.ok(&["audit", "--limit", "1"]);
    assert!(told.lines().count() == 1 && told.contains("a\\u{a}b"), "{told:?}");
}

#[tokio::test]
async fn the_kinds_of_events_are_told_and_others_refused() {
    let (_house, shell, _) = busy().await;
    let told = shell.ok(&["audit", "--list-events"]);
    let all: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.word()).collect();
    assert_eq!(told.lines().collect::<Vec<_>>(), all);
    let told = shell.refused(&["audit", "--event", "signed_on"]);
    assert!(told.contains("signed_in"), "{told}");
    let help = shell.ok(&["audit", "--help"]);
    for taught in ["--since 24h", "--before", "jq", "[audit]"] {
        assert!(help.contains(taught), "{taught} in {help}");
    }
}

#[test]
fn every_kind_of_event_has_a_story_and_is_explained_to_operators() {
    let stories =
        [include_str!("accounts.rs"), include_str!("clients.rs"), include_str!("refusals.rs")]
            .concat();
    let manual = include_str!("../../../docs/OPERATIONS.md");
    for kind in EventKind::ALL {
        let word = kind.word();
        let short = word.strip_prefix("client_").unwrap_or(word);
        assert!(stories.contains(word) || stories.contains(&format!("\"{short}\"")), "{word}");
        assert!(manual.contains(&format!("`{word}`")), "{word} is not in OPERATIONS.md");
    }
}
