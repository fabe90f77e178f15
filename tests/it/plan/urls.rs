//! The URL map: every path answers with and without its slash, meets no other, and has a story.

use std::collections::BTreeSet;

use reqwest::Method;

use super::source::{self, Word, words};
use crate::support::House;

/// Where a dialect is mounted, not a path of its own.
const BASE: &str = "/auth";

/// Every path of the map, in the order they are mounted.
fn map() -> Vec<String> {
    let files = source::files("src");
    let map = files.iter().find(|file| file.place == "http/mod.rs").unwrap();
    let paths: Vec<_> = map.code().split("\nfn ").flat_map(mounted).collect();
    assert!(paths.len() >= 15, "the map cannot be read: {paths:?}");
    paths
}

/// Every path there is by default, each time it is mounted.
pub fn mounted_paths() -> BTreeSet<String> {
    let files = source::files("src");
    let map = files.iter().find(|file| file.place == "http/mod.rs").unwrap();
    let of = |function: &str| {
        let twice = function.starts_with("people(");
        let bases = if twice { vec!["", BASE] } else { vec![""] };
        let mounted = mounted(function);
        bases.into_iter().flat_map(move |base| {
            mounted.clone().into_iter().map(move |path| format!("{base}{path}"))
        })
    };
    map.code().split("\nfn ").flat_map(of).collect::<BTreeSet<_>>()
}

/// The paths that a function of the map mounts, where it mounts them by default.
fn mounted(function: &str) -> Vec<String> {
    let base = if function.starts_with("api(") { "/api" } else { "" };
    let path = |word| match word {
        Word::Text(text) if text.starts_with('/') && text != BASE => Some(format!("{base}{text}")),
        _ => None,
    };
    words(function).into_iter().filter_map(path).collect()
}

/// A path as somebody might call it.
fn filled(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "1".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Whether what the first path takes is taken from the second.
fn hides(first: &str, second: &str) -> bool {
    let (one, other): (Vec<_>, Vec<_>) = (first.split('/').collect(), second.split('/').collect());
    let takes = |(one, other): (&&str, &&str)| one == other || one.starts_with('{');
    one.len() == other.len() && one.iter().zip(&other).all(takes)
}

#[test]
fn no_path_is_hidden_by_one_before_it() {
    let map = map();
    for (at, path) in map.iter().enumerate() {
        for earlier in &map[..at] {
            assert!(!hides(earlier, path), "{path} is never reached: {earlier} takes it");
        }
    }
}

#[test]
fn paths_are_written_without_their_slash_and_in_lower_case() {
    for path in map() {
        assert!(!path.ends_with('/') && path == path.to_lowercase(), "{path}");
    }
}

#[tokio::test]
async fn every_path_answers_with_and_without_its_slash_alike() {
    let house = House::open().await;
    house.activated("ada").await;
    // It outlives a logout, which the auth token would not.
    let jwt = house.jwts("ada@example.com").await;
    for path in map() {
        let path = filled(&path);
        for method in [Method::OPTIONS, Method::GET, Method::POST] {
            let call = |path: &str| house.call(method.clone(), path).bearer(&jwt.access);
            let (bare, slashed) = (call(&path).await, call(&format!("{path}/")).await);
            let missing = bare.status == 404 && bare.text.contains("Not found.");
            assert!(!missing || path.contains("/1"), "{method} {path} is not mounted");
            assert_eq!(bare.status, slashed.status, "{method} {path}");
        }
    }
}

#[test]
fn every_path_has_a_story_that_calls_it() {
    let stories: String = source::files("tests/it")
        .iter()
        .filter(|file| !file.place.starts_with("plan/"))
        .map(|file| file.text.as_str())
        .collect();
    let untold: Vec<String> = map()
        .into_iter()
        .filter(|path| {
            let fixed = path.split('{').next().unwrap();
            // What is mounted twice is told once.
            let told = ["", BASE].iter().any(|base| {
                let calls = ["\"", "/\"", "?"].map(|end| format!("\"{base}{path}{end}"));
                calls.iter().any(|call| stories.contains(call))
            });
            !(told || fixed != path && stories.contains(&format!("\"{fixed}")))
        })
        .collect();
    assert_eq!(untold, Vec::<String>::new(), "paths without a story");
}
