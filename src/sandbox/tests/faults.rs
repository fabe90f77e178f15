//! A provider at its worst, over the wire.

use super::*;

#[tokio::test]
async fn a_connection_can_be_cut_before_and_within_the_answer() {
    let bench = Bench::open().await;
    let ask = || bench.get("/google/oauth2/v3/userinfo").bearer_auth("ok-5").send();
    bench.sandbox.faults().add(Rule::new(Action::ResetBefore).when(When::First(1)));
    bench.sandbox.faults().add(Rule::new(Action::ResetMidBody).when(When::First(1)));
    bench.sandbox.faults().add(Rule::new(Action::Truncate(3)).when(When::First(1)));
    ask().await.unwrap_err();
    for _ in 0..2 {
        let started = ask().await.unwrap();
        assert_eq!(started.status(), 200);
        started.bytes().await.unwrap_err();
    }
    assert_eq!(ask().await.unwrap().json::<Value>().await.unwrap()["email"], "user5@gmail.com");
}

#[tokio::test]
async fn an_answer_can_hang_before_or_after_its_head() {
    let bench = Bench::open().await;
    let patience = Duration::from_millis(300);
    let ask =
        || bench.get("/google/oauth2/v3/userinfo").bearer_auth("ok-5").timeout(patience).send();
    bench.sandbox.faults().add(Rule::new(Action::Hang).when(When::First(1)));
    bench.sandbox.faults().add(Rule::new(Action::HangAfterHeaders).when(When::First(1)));
    assert!(ask().await.unwrap_err().is_timeout());
    let started = ask().await.unwrap();
    assert!(started.bytes().await.unwrap_err().is_timeout());
}

#[tokio::test]
async fn slow_answers_come_whole() {
    let bench = Bench::open().await;
    bench.sandbox.faults().add(Rule::new(Action::Drip(1000)).when(When::First(1)));
    bench.sandbox.faults().add(Rule::new(Action::Delay(10)));
    bench.sandbox.latency(Duration::from_millis(5));
    for _ in 0..2 {
        assert_eq!(json_of(bench.userinfo("ok-5").await).await["email"], "user5@gmail.com");
    }
}

#[tokio::test]
async fn too_much_is_sent_in_every_way() {
    let bench = Bench::open().await;
    let size = 300_000;
    for declared in [true, false] {
        let action = Action::Huge { bytes: size, declared };
        bench.sandbox.faults().replace(vec![Rule::new(action)]);
        let answer = bench.userinfo("ok-5").await;
        assert_eq!(answer.content_length(), declared.then_some(size));
        let body = answer.bytes().await.unwrap();
        assert_eq!(u64::try_from(body.len()).unwrap(), size);
        assert!(serde_json::from_slice::<Value>(&body).is_ok());
    }
    bench.sandbox.faults().replace(vec![Rule::new(Action::GzipBomb(1))]);
    let bomb = bench.userinfo("ok-5").await;
    assert_eq!(bomb.headers()["content-encoding"], "gzip");
    assert!(bomb.bytes().await.unwrap().len() < 10_000);
}

#[tokio::test]
async fn statuses_limits_and_redirects_come_on_demand() {
    let bench = Bench::open().await;
    let rules = json!([
        {"match": {"token": "ok-1"}, "action": {"status": 503}},
        {"match": {"token": "ok-2"}, "action": {"rate_limit": {"retry_after": 3}}},
        {"match": {"token": "ok-3"}, "action": {"redirect": "http://169.254.169.254/"}},
        {"match": {"token": "ok-4"}, "action": {"content_type": null}},
        {"match": {"provider": "vk"}, "action": {"vk_error": 14}},
        {"match": {"token": "expired"}, "action": {"wrong_status": 200}}
    ]);
    assert_eq!(bench.admin("PUT", "faults", rules).await.status(), 200);
    assert_eq!(bench.userinfo("ok-1").await.status(), 503);
    let limited = bench.userinfo("ok-2").await;
    assert_eq!(
        (limited.status().as_u16(), &limited.headers()["retry-after"]),
        (429, &"3".parse().unwrap())
    );
    assert_eq!(bench.userinfo("ok-3").await.headers()["location"], "http://169.254.169.254/");
    assert!(!bench.userinfo("ok-4").await.headers().contains_key("content-type"));
    assert_eq!(bench.users_get("ok-9").await["error"]["error_code"], 14);
    let lie = bench.userinfo("expired").await;
    assert_eq!(lie.status(), 200);
    assert_eq!(json_of(lie).await["error"], "invalid_request");
}

#[tokio::test]
async fn junk_is_no_answer_under_status_200() {
    let bench = Bench::open().await;
    for junk in [Junk::Html, Junk::DeepNesting, Junk::Nan, Junk::Bom, Junk::BadUtf8] {
        bench.sandbox.faults().replace(vec![Rule::new(Action::Junk(junk))]);
        let answer = bench.userinfo("ok-5").await;
        assert_eq!(answer.status(), 200);
        let body = answer.bytes().await.unwrap();
        assert!(serde_json::from_slice::<Value>(&body).is_err(), "{junk:?}");
    }
    bench.sandbox.faults().replace(vec![Rule::new(Action::Junk(Junk::DuplicateKeys))]);
    let twice = bench.userinfo("ok-5").await.text().await.unwrap();
    assert_eq!(twice.matches(r#""sub":"#).count(), 2);
    bench.sandbox.faults().replace(vec![Rule::new(Action::Body("false".to_owned()))]);
    assert_eq!(json_of(bench.userinfo("ok-5").await).await, json!(false));
}
