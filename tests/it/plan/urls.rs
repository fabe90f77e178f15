//! The URL map: every path answers with and without its slash, meets no other, and has a story.

use reqwest::Method;

use super::source::{self, Word};
use crate::support::House;

/// Every path of the map, in the order they are mounted.
fn map() -> Vec<String> {
    let files = source::files("src");
    let map = files.iter().find(|file| file.place == "http/mod.rs").unwrap().words();
    let mut paths = Vec::new();
    let mut place = "";
    for words in map.windows(5) {
        match words {
            [Word::Name(keyword), Word::Name(function), ..] if keyword == "fn" => {
                place = MOVED.iter().find(|(name, _)| name == function).map_or("", |it| it.1);
            }
            [Word::Name(call), _, Word::Name(at), _, Word::Text(last)]
                if call == "call" && at == "at" =>
            {
                paths.push(format!("{place}/{last}"));
            }
            [Word::Text(path), ..] if path.starts_with('/') => paths.push(path.clone()),
            _ => {}
        }
    }
    assert!(paths.len() >= 30, "the map cannot be read: {paths:?}");
    paths
}

/// The dialects that can be moved: by which function they are mounted, and where by default.
const MOVED: [(&str, &str); 2] = [("api", "/api"), ("signin", "")];

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
            let calls = [format!("\"{path}\""), format!("\"{path}/\""), format!("\"{path}?")];
            let told = calls.iter().any(|call| stories.contains(call));
            !(told || fixed != path && stories.contains(&format!("\"{fixed}")))
        })
        .collect();
    assert_eq!(untold, Vec::<String>::new(), "paths without a story");
}
