//! A room names rooms on lower floors only, and has its outside crates to itself.

use std::collections::BTreeSet;

use super::source::{self, File};

/// What each room may name, from the ground up. `domain` and `error` are one floor and speak of each other:
/// a value says what is wrong with it in `error`'s words. `providers` may check signatures with `crypto`.
const FLOORS: [(&str, &[&str]); 20] = [
    ("clock", &[]),
    ("domain", &["error"]),
    ("entropy", &[]),
    ("error", &["domain"]),
    ("config", &["domain", "error"]),
    ("meters", &["error"]),
    ("crypto", &["domain", "entropy", "error"]),
    ("mail", &["config", "domain", "error"]),
    ("providers", &["config", "crypto", "domain", "error", "meters"]),
    ("traces", &["config", "error", "meters"]),
    ("store", &["domain", "error"]),
    ("usecases", &["crypto", "domain", "entropy", "error", "store"]),
    ("oxide", &["domain", "error", "usecases"]),
    (
        "app",
        &[
            "clock",
            "config",
            "crypto",
            "domain",
            "entropy",
            "error",
            "meters",
            "providers",
            "store",
            "usecases",
        ],
    ),
    ("courier", &["app", "config", "domain", "error", "mail", "meters", "usecases"]),
    ("http", &["app", "domain", "entropy", "error", "meters", "oxide", "traces", "usecases"]),
    ("sandbox", &["clock", "error"]),
    (
        "server",
        &["app", "config", "courier", "domain", "error", "http", "store", "traces", "usecases"],
    ),
    (
        "cli",
        &[
            "app", "clock", "config", "courier", "domain", "entropy", "error", "sandbox", "server",
            "store", "traces", "usecases",
        ],
    ),
    ("main", &["cli"]),
];

/// Crates of the outside, and the rooms that alone may name them.
const CRATES: [(&str, &[&str]); 40] = [
    ("actix_web", &["http", "server", "sandbox", "cli"]),
    ("argon2", &["crypto"]),
    ("bcrypt", &["crypto"]),
    ("chacha20poly1305", &["crypto"]),
    ("clap", &["cli"]),
    ("crossbeam_channel", &["app"]),
    ("diesel", &["store"]),
    ("diesel_async", &["store"]),
    ("diesel_migrations", &["store"]),
    ("figment", &["config"]),
    ("fluent_bundle", &["http"]),
    ("governor", &["app"]),
    ("hkdf", &["crypto"]),
    ("indicatif", &["cli"]),
    ("ipnet", &["config", "domain"]),
    ("jsonwebtoken", &["crypto"]),
    ("lettre", &["mail"]),
    ("minijinja", &["mail", "http"]),
    ("multer", &["http"]),
    ("oauth2", &["providers"]),
    ("opentelemetry", &["traces"]),
    ("opentelemetry_http", &["traces"]),
    ("opentelemetry_otlp", &["traces"]),
    ("opentelemetry_sdk", &["traces"]),
    ("oxide_auth", &["oxide"]),
    ("prometheus_client", &["meters"]),
    ("quick_cache", &["app"]),
    ("r2d2", &["store"]),
    ("rand", &["entropy"]),
    ("reqwest", &["providers", "traces"]),
    ("ring", &["crypto", "sandbox", "store", "providers"]),
    ("rpassword", &["cli"]),
    ("scrypt", &["crypto"]),
    ("sha2", &["crypto"]),
    ("subtle", &["crypto"]),
    ("tokio_postgres", &["store"]),
    ("tokio_postgres_rustls", &["store"]),
    ("tracing_opentelemetry", &["traces", "cli"]),
    ("tracing_subscriber", &["cli"]),
    ("webpki_roots", &["providers", "store", "traces"]),
];

/// The files of the program itself, and of each the first parts of every path it names.
fn program() -> Vec<(File, Vec<Vec<String>>)> {
    let files = source::files("src").into_iter().filter(|file| !file.is_test);
    files.map(|file| (file.paths(), file)).map(|(paths, file)| (file, paths)).collect()
}

#[test]
fn a_room_names_lower_rooms_only() {
    let mut wrong = Vec::new();
    for (file, paths) in program().iter().filter(|(file, _)| file.place != "lib.rs") {
        let room = file.room();
        let Some((_, allowed)) = FLOORS.iter().find(|(known, _)| *known == room) else {
            wrong.push(format!("src/{}: the room {room} is not on the list of floors", file.place));
            continue;
        };
        let named = paths.iter().filter_map(|path| match path.as_slice() {
            [root, named, ..] if root == "crate" || root == "cambio" => Some(named.as_str()),
            _ => None,
        });
        let strange: BTreeSet<&str> =
            named.filter(|named| *named != room && !allowed.contains(named)).collect();
        for other in strange {
            let place = &file.place;
            wrong.push(format!("src/{place}: {room} may not name {other}, only {allowed:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_floor_on_the_list_is_needed() {
    let program = program();
    for (room, allowed) in FLOORS {
        let files: Vec<_> = program.iter().filter(|(file, _)| file.room() == room).collect();
        assert!(!files.is_empty(), "there is no room {room}");
        for other in allowed {
            let named = files.iter().any(|(_, paths)| {
                paths.iter().any(|path| {
                    path.len() > 1 && ["crate", "cambio"].contains(&&*path[0]) && path[1] == **other
                })
            });
            assert!(named, "{room} may name {other} but never does: strike it off the list");
        }
    }
}

#[test]
fn an_outside_crate_is_one_rooms_business() {
    let mut wrong = Vec::new();
    for (file, paths) in &program() {
        for (name, rooms) in CRATES {
            // What a file imports from elsewhere by that name (`ring::rand`) is not the crate.
            let elsewhere =
                |path: &Vec<String>| path.len() > 1 && path.ends_with(&[name.to_owned()]);
            let named = paths.iter().any(|path| path.len() > 1 && path[0] == name)
                && !paths.iter().any(elsewhere);
            if named && !rooms.contains(&file.room()) {
                wrong.push(format!("src/{}: {name} is the business of {rooms:?}", file.place));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_dialect_names_another() {
    let program = program();
    let dialect =
        |file: &File| file.place.strip_prefix("http/")?.split_once('/').map(|it| it.0.to_owned());
    // A dialect is a folder that says no in its own way; the document and the pages tell of all of them.
    let refuses = |file: &&File| file.place.ends_with("/refusals.rs");
    let dialects: BTreeSet<String> =
        program.iter().map(|(file, _)| file).filter(refuses).filter_map(dialect).collect();
    assert!(dialects.len() > 1);
    for (file, paths) in &program {
        let Some(own) = dialect(file).filter(|own| dialects.contains(own)) else { continue };
        for path in paths.iter().filter(|path| path.len() > 2 && path[1] == "http") {
            let other = dialects.contains(&path[2]) && path[2] != own;
            assert!(
                !other,
                "src/{} names {}: a dialect is not built on another",
                file.place,
                path.join("::")
            );
        }
    }
}

#[test]
fn the_house_map_has_every_room() {
    let lib = include_str!("../../../src/lib.rs");
    for (room, _) in FLOORS.iter().filter(|(room, _)| *room != "main") {
        assert!(lib.contains(&format!("pub mod {room};")), "{room} is not in src/lib.rs");
    }
    assert_eq!(lib.matches("pub mod ").count(), FLOORS.len() - 1);
}
