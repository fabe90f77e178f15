//! `/docs`: the document for people, without scripts and without anybody else's server.

use crate::support::House;

#[tokio::test]
async fn the_page_shows_every_call_without_a_script() {
    let house = House::open().await;

    let page = house.get("/docs").expect(200).await;

    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let (shown, document) = (page.shown(), house.get("/openapi.json").await.json());
    for path in document["paths"].as_object().unwrap().keys() {
        assert!(shown.contains(&format!("<code>{path}</code>")), "{path}");
    }
    for never in ["<script", "style=", "onclick", "src="] {
        assert!(!page.text.contains(never), "{never}");
    }
}

#[tokio::test]
async fn the_page_may_load_its_style_sheet_and_nothing_else() {
    let house = House::open().await;

    let page = house.get("/docs").expect(200).await;

    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(page.shown().contains("<link rel=\"stylesheet\" href=\"/docs/style.css\">"));
    let style = house.get("/docs/style.css").expect(200).await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(!style.text.contains("url(") && !style.text.contains("@import"));
}

#[tokio::test]
async fn every_link_of_the_page_leads_to_a_place_on_it_or_to_the_document() {
    let house = House::open().await;
    let page = house.get("/docs").await.shown();

    for link in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        match link.strip_prefix('#') {
            Some(id) => assert_eq!(page.matches(&format!("id=\"{id}\"")).count(), 1, "{link}"),
            None => assert!(["/openapi.json", "/docs/style.css"].contains(&link), "{link}"),
        }
    }
}

#[tokio::test]
async fn behind_a_path_of_the_proxy_the_page_finds_its_parts() {
    let house = House::with(&[("public_url", "http://127.0.0.1:9/id")]).await;

    let page = house.get("/docs").expect(200).await;

    assert!(page.shown().contains("href=\"/id/docs/style.css\""));
    assert!(page.shown().contains("href=\"/id/openapi.json\""));
}

#[tokio::test]
async fn who_has_the_page_already_is_not_sent_it_again() {
    let house = House::open().await;
    for path in ["/docs", "/docs/style.css"] {
        let tag = house.get(path).await.header("etag").to_owned();

        house.get(path).header("If-None-Match", &tag).expect(304).await;
    }
}

#[tokio::test]
async fn the_page_can_be_switched_off_alone() {
    let house = House::with(&[("docs.page", "false")]).await;

    house.get("/docs").expect(404).await;
    house.get("/docs/style.css").expect(404).await;
    let document = house.get("/openapi.json").expect(200).await.json();
    assert!(document["paths"].get("/docs").is_none());
}
