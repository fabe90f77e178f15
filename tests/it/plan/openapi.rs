//! The OpenAPI document is one, tells of every path and method, and of no other.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::Value;

use super::urls::mounted_paths;
use crate::support::{House, described::Described};

/// Published at <https://spec.openapis.org/oas/3.1/schema/2022-10-07>.
const SCHEMA: &str = include_str!("openapi-3.1.json");

/// The settings that change what the document tells.
const HOUSES: [&[(&str, &str)]; 4] = [
    &[],
    &[
        ("accounts.login_field", "username"),
        ("accounts.set_login_retype", "true"),
        ("passwords.set_retype", "true"),
        ("dialects.convert_token.errors", "drf"),
    ],
    &[("accounts.login_field", "either"), ("dialects.api.enabled", "false")],
    &[("dialects.api.path", "/v1/accounts"), ("dialects.signin.path", "/seed")],
];

async fn described(settings: &[(&str, &str)]) -> Described {
    House::with(settings).await.described().unwrap().clone()
}

fn methods(document: &Value, path: &str) -> BTreeSet<String> {
    let item = document["paths"][path].as_object().unwrap();
    item.keys().map(|method| method.to_uppercase()).collect()
}

#[tokio::test]
async fn every_path_of_the_map_is_in_the_document_and_the_other_way_round() {
    let described = described(&[]).await;
    let bare = |path: &String| path.trim_end_matches('/').to_owned();
    let told: BTreeSet<String> =
        described.value()["paths"].as_object().unwrap().keys().map(bare).collect();
    assert_eq!(told, mounted_paths());
}

#[tokio::test]
async fn every_path_takes_exactly_the_methods_that_the_document_tells() {
    let house = House::open().await;
    house.activated("ada").await;
    let jwt = house.jwts("ada@example.com").await;
    let document = house.described().unwrap().value();
    for path in document["paths"].as_object().unwrap().keys() {
        let call = path.replace("{id}", "1").replace("{provider}", "google-oauth2");
        let said = house.call(Method::OPTIONS, &call).bearer(&jwt.access).await;
        let allow = said.header("allow").split(", ").map(str::to_owned);
        let taken: BTreeSet<String> =
            allow.filter(|method| !["HEAD", "OPTIONS"].contains(&method.as_str())).collect();
        assert_eq!(taken, methods(document, path), "{path}");
    }
}

#[tokio::test]
async fn the_document_is_openapi_3_1_however_the_house_is_set_up() {
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    for settings in HOUSES {
        let described = described(settings).await;
        let wrong: Vec<String> = schema
            .iter_errors(described.value())
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert_eq!(wrong, [""; 0], "{settings:?}");
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_name_is_given_once() {
    for settings in HOUSES {
        let described = described(settings).await;
        let (mut named, mut wrong) = (BTreeMap::new(), Vec::new());
        visit(described.value(), &mut |part| {
            let target = part["$ref"].as_str().map(|target| target.trim_start_matches('#'));
            if target.is_some_and(|target| described.value().pointer(target).is_none()) {
                wrong.push(part.to_string());
            }
            if let Some(id) = part["operationId"].as_str() {
                *named.entry(id.to_owned()).or_insert(0) += 1;
            }
        });
        assert_eq!(wrong, [""; 0]);
        named.retain(|_, times| *times > 1);
        assert!(named.is_empty(), "{named:?}");
    }
}

#[tokio::test]
async fn every_example_is_one_of_its_schema() {
    for settings in HOUSES {
        let described = described(settings).await;
        let mut wrong = Vec::new();
        visit(described.value(), &mut |part| {
            let (Some(schema), Some(example)) = (part.get("schema"), part.get("example")) else {
                return;
            };
            if let Err(error) = described.validator(schema).validate(example) {
                wrong.push(format!("{example}: {error}"));
            }
        });
        assert_eq!(wrong, [""; 0], "{settings:?}");
    }
}

#[tokio::test]
async fn every_call_says_what_it_is_and_how_it_ends() {
    let described = described(&[]).await;
    for (path, item) in described.value()["paths"].as_object().unwrap() {
        for (method, call) in item.as_object().unwrap() {
            let place = format!("{method} {path}");
            assert!(call["summary"].as_str().is_some_and(|text| text.len() > 5), "{place}");
            let statuses: Vec<&String> = call["responses"].as_object().unwrap().keys().collect();
            assert!(statuses.iter().any(|status| status.starts_with('2')), "{place}");
            let reads = call.get("requestBody").is_some();
            assert_eq!(reads, statuses.iter().any(|status| *status == "413"), "{place}");
        }
    }
}

fn visit(part: &Value, look: &mut impl FnMut(&Value)) {
    look(part);
    match part {
        Value::Object(parts) => parts.values().for_each(|part| visit(part, look)),
        Value::Array(parts) => parts.iter().for_each(|part| visit(part, look)),
        _ => {}
    }
}
