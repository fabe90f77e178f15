//! Time, chance, the environment, the network and files: each has one room that may reach for it.

use std::collections::BTreeSet;

use super::source;

/// A way to the outside, and the places that may take it, each with its reason.
struct Way {
    /// How a path to it begins or ends.
    is: fn(&[&str]) -> bool,
    what: &'static str,
    places: &'static [(&'static str, &'static str)],
}

const WAYS: [Way; 8] = [
    Way {
        what: "the wall clock",
        is: |path| path.ends_with(&["Utc", "now"]) || path.contains(&"SystemTime"),
        places: &[("clock.rs", "the one reading of the time")],
    },
    Way {
        what: "the monotonic clock",
        is: |path| path.ends_with(&["Instant", "now"]),
        places: &[
            ("app/lanes.rs", "how much of its patience a job has left when its turn comes"),
            ("clock.rs", "limits are counted by it"),
            ("app/freshness.rs", "how long ago other nodes were heard"),
            ("http/envelope.rs", "how long a request took, for the log"),
            ("meters/spread.rs", "how long something took, for the metrics"),
            ("providers/guard.rs", "what is left of the time a conversion has"),
            ("providers/registry.rs", "how long a provider took, for the log"),
            ("server.rs", "how long clearing away kept others waiting"),
            ("store/patience.rs", "when a loan of a connection must be over"),
            ("server/watch.rs", "whether a task worked for long before it broke down"),
        ],
    },
    Way {
        what: "chance",
        is: |path| path[0] == "rand" || path.starts_with(&["ring", "rand"]),
        places: &[
            ("entropy.rs", "the one source of secrets"),
            ("crypto/ring_jwt.rs", "ECDSA takes a random number for each signature"),
            ("sandbox/sign.rs", "the emulated providers sign as well"),
        ],
    },
    Way {
        what: "the environment",
        is: |path| path.starts_with(&["std", "env"]) || path[0] == "env" && path.len() > 1,
        places: &[("config/load.rs", "variables are read once, at the start")],
    },
    Way {
        what: "the network, as a caller",
        is: |path| path.starts_with(&["reqwest", "Client"]) || path.contains(&"TcpStream"),
        places: &[
            ("providers/fetch.rs", "egress has rules, all of them here"),
            ("traces/send.rs", "traces go to the operator's collector"),
            ("cli/health.rs", "asks the server on this machine"),
            ("server/connections.rs", "looks at those who come, and calls nobody"),
        ],
    },
    Way { what: "sleep", is: |path| path.ends_with(&["thread", "sleep"]), places: &[] },
    Way {
        what: "files",
        is: |path| path.starts_with(&["std", "fs"]) || path.starts_with(&["tokio", "fs"]),
        places: &[
            ("cli/dev.rs", "a place for the database it starts with"),
            ("cli/secret.rs", "a secret is read from a file, never from the command line"),
            ("config/layers.rs", "the configuration"),
            ("config/providers/common.rs", "further roots of trust"),
            ("config/secrets.rs", "secrets that stand in files"),
            ("mail/directory.rs", "letters as files"),
            ("mail/templates.rs", "an operator's own letters, read at the start"),
            ("store/copies.rs", "copies of the SQLite file"),
            ("store/open.rs", "the SQLite file is made private"),
            ("store/postgres.rs", "sslrootcert"),
        ],
    },
    Way {
        what: "actix's threads for blocking work",
        is: |path| path.ends_with(&["web", "block"]),
        places: &[],
    },
];

#[test]
fn what_reaches_outside_has_its_room() {
    let program = source::files("src").into_iter().filter(|file| !file.is_test);
    let program: Vec<_> = program.map(|file| (file.paths(), file.place)).collect();
    let mut wrong = Vec::new();
    for way in WAYS {
        let takes = |paths: &[Vec<String>]| {
            paths.iter().any(|path| (way.is)(&path.iter().map(String::as_str).collect::<Vec<_>>()))
        };
        let found: BTreeSet<&str> =
            program.iter().filter(|(paths, _)| takes(paths)).map(|(_, place)| &**place).collect();
        let known: BTreeSet<&str> = way.places.iter().map(|(place, _)| *place).collect();
        for place in found.difference(&known) {
            wrong.push(format!("src/{place} reaches for {}: it is to be handed in", way.what));
        }
        for place in known.difference(&found) {
            wrong.push(format!("src/{place} no longer reaches for {}: strike it off", way.what));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_story_sleeps_on_a_thread_or_has_an_order() {
    let words = ["thread", "sleep"];
    for file in source::files("tests/it") {
        let sleeps = file.paths().iter().any(|path| path.ends_with(&words.map(str::to_owned)));
        assert!(!sleeps, "tests/it/{} sleeps", file.place);
        assert!(!file.text.contains(concat!("#[ser", "ial")), "tests/it/{} is ordered", file.place);
    }
}
