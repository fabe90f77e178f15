//! Whatever writes what is remembered elsewhere says that it has ended.

use super::source;

/// What a check of a token or a client reads.
const TABLES: [&str; 6] =
    ["accounts", "account_groups", "families", "access_tokens", "clients", "client_secrets"];

/// What writes them and ends nothing, each with its reason.
const HARMLESS: [(&str, &str); 12] = [
    ("accounts/mod.rs insert", "nobody remembers what was not there"),
    ("accounts/mod.rs prune_pending", "an account that was never activated has no tokens"),
    ("accounts/changes.rs update_hash", "the same password; no check reads it"),
    ("accounts/changes.rs hold", "it changes nothing"),
    ("families.rs insert", "nobody remembers what was not there"),
    ("families.rs end_refresh_of", "access tokens live on, and no refresh token is remembered"),
    ("families.rs prune", "what it deletes was over or revoked before"),
    ("tokens.rs insert_access", "nobody remembers what was not there"),
    ("tokens.rs touch", "it lets a token live longer; what is remembered ends when it would have"),
    ("tokens.rs prune_access", "what it deletes was over before"),
    ("clients.rs hold", "it changes nothing"),
    ("clients.rs prune_secrets", "what it deletes was over before"),
];

/// The functions of the store that write one of the tables, and whether they say what has ended.
fn writers() -> Vec<(String, bool)> {
    let mut found = Vec::new();
    for file in source::files("src/store").into_iter().filter(|file| !file.is_test) {
        for function in file.code().split("\npub fn ").skip(1) {
            let name = function.split(['(', '<']).next().unwrap();
            let body = function.split("\n}\n").next().unwrap();
            let writes = ["update", "delete", "insert_into"].iter().any(|verb| {
                let hits = |table: &str| body.contains(&format!("diesel::{verb}({table}::table)"));
                TABLES.iter().any(|table| hits(table))
            });
            if writes {
                let place = format!("{} {name}", file.place);
                found.push((place, body.contains("conn.end(Ended::")));
            }
        }
    }
    found
}

#[test]
fn whatever_writes_what_is_remembered_says_what_has_ended() {
    let writers = writers();
    assert!(writers.iter().filter(|(_, says)| *says).count() >= 20, "{writers:?}");
    for (place, says) in &writers {
        let harmless = HARMLESS.iter().any(|(known, _)| known == place);
        assert!(*says != harmless, "store/{place}: says {says}, harmless {harmless}");
    }
    for (known, _) in HARMLESS {
        assert!(writers.iter().any(|(place, _)| place == known), "{known} is gone: strike it off");
    }
}

#[test]
fn nobody_but_the_store_writes_past_it() {
    for file in source::files("src").iter().filter(|file| file.room() != "store") {
        assert!(!file.code().contains("sql_query"), "src/{}", file.place);
    }
}
