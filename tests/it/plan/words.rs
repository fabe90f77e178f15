//! The glossary, held where a machine can: wire words stay at the door, and no room is an attic.

use super::source::{self, Word};

/// Words of the wire that have names of their own inside.
const WIRE: [&str; 11] = [
    "re_password",
    "new_password",
    "current_password",
    "re_new_password",
    "non_field_errors",
    "grant_type",
    "error_description",
    "association_id",
    "is_staff",
    "is_superuser",
    "auth_token",
];

/// Names that say nothing about what is inside.
const ATTICS: [&str; 9] =
    ["util", "utils", "helper", "helpers", "shared", "misc", "core", "manager", "service"];

#[test]
fn the_domain_speaks_no_wire_words() {
    for file in source::files("src").iter().filter(|file| file.room() == "domain") {
        for word in file.words() {
            let (Word::Name(said) | Word::Text(said)) = word else { continue };
            assert!(!WIRE.contains(&said.as_str()), "src/{} says {said}", file.place);
        }
    }
}

#[test]
fn a_value_of_the_domain_is_not_written_to_the_wire() {
    for file in source::files("src").iter().filter(|file| file.room() == "domain") {
        let serde = file
            .words()
            .into_iter()
            .any(|word| matches!(word, Word::Name(name) if name == "Serialize" || name == "serde"));
        assert!(!serde, "src/{}: give the wire a body of its own in http/", file.place);
    }
}

#[test]
fn no_room_is_an_attic() {
    for file in source::files("src") {
        for module in file.modules() {
            assert!(!ATTICS.contains(&module.as_str()), "src/{}: name what it is", file.place);
        }
    }
}

#[test]
fn the_store_never_asks_which_database_it_is() {
    // How to connect, begin and migrate differ; a query does not, but one whose round trips count (ADR 0003).
    let may = ["mod.rs", "open.rs", "migrate.rs", "transaction.rs", "rotations.rs", "issues.rs"];
    for file in source::files("src")
        .iter()
        .filter(|file| !may.iter().any(|name| file.place == format!("store/{name}")))
    {
        let asks = file.paths().iter().any(|path| {
            path.windows(2)
                .any(|pair| pair[0] == "Driver" && (pair[1] == "Sqlite" || pair[1] == "Postgres"))
        });
        assert!(!asks, "src/{} asks which database it is", file.place);
    }
}

#[test]
fn nothing_is_put_off_without_a_word() {
    for directory in ["src", "tests"] {
        for file in source::files(directory) {
            for mark in [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X")] {
                assert!(!file.text.contains(mark), "{directory}/{}: {mark}", file.place);
            }
        }
    }
}
