//! Sentences follow `Accept-Language`; what succeeds without a sentence does not care.

use serde_json::json;

use crate::support::{Call, House, Said};

/// What is said to those who ask in no language, in Russian and in Korean.
async fn in_all(call: impl Fn() -> Call) -> [Said; 3] {
    let english = call().await;
    let russian = call().header("Accept-Language", "ru-RU,ru;q=0.9,en;q=0.8").await;
    let korean = call().header("Accept-Language", "fr, ko-KR;q=0.7").await;
    assert_eq!([english.status; 2], [russian.status, korean.status]);
    for (said, tag) in [(&english, "en"), (&russian, "ru"), (&korean, "ko")] {
        assert_eq!(said.header("content-language"), tag, "{said:?}");
        assert_eq!(said.header("vary"), "Accept-Language", "{said:?}");
    }
    [english, russian, korean]
}

#[tokio::test]
async fn djoser_complains_about_fields_in_the_callers_language() {
    let house = House::open().await;
    let sheet = json!({ "email": "ada@example.com", "password": "sho" });
    let said = in_all(|| house.post("/auth/users/").json(&sheet)).await;

    let told = said.map(|said| said.with_status(400).json());

    let [en, ru, ko] = told.each_ref().map(|body| &body["re_password"][0]);
    assert_eq!([en, ru], ["This field is required.", "Обязательное поле."]);
    assert_eq!(ko, "필수 항목입니다.");
}

#[tokio::test]
async fn djoser_says_details_in_the_callers_language() {
    let house = House::open().await;

    let said = in_all(|| house.get("/auth/users/me/")).await;

    let [en, ru, ko] = said.map(|said| said.with_status(401).text_of("detail"));
    assert_eq!(en, "Authentication credentials were not provided.");
    assert_eq!(ru, "Учётные данные не были предоставлены.");
    assert_eq!(ko, "자격 인증 정보가 제공되지 않았습니다.");
}

#[tokio::test]
async fn simplejwt_keeps_its_codes_and_translates_its_sentences() {
    let house = House::open().await;
    let body = json!({ "token": "a.b.c" });

    let said = in_all(|| house.post("/auth/jwt/verify/").json(&body)).await;

    let [en, ru, ko] = said.map(|said| {
        assert_eq!(said.json()["code"], "token_not_valid");
        said.with_status(401).text_of("detail")
    });
    assert_eq!([en, ru], ["Token is invalid or expired", "Токен недействителен или просрочен"]);
    assert_eq!(ko, "유효하지 않거나 만료된 토큰입니다");
}

#[tokio::test]
async fn seed_2_answers_in_the_callers_language() {
    let house = House::open().await;
    let body = json!({ "email": "nobody@example.com", "password": "dormouse" });

    let said = in_all(|| house.post("/api/login/").json(&body)).await;

    let [en, ru, ko] = said.map(|said| said.with_status(401).text_of("error"));
    assert_eq!(en, "Wrong email or password.");
    assert_eq!(ru, "Неверный адрес электронной почты или пароль.");
    assert_eq!(ko, "이메일 주소 또는 비밀번호가 올바르지 않습니다.");
}

#[tokio::test]
async fn seed_3_answers_in_the_callers_language() {
    let house = House::open().await;
    let body = json!({ "email": "ada@example.com" });

    let said = in_all(|| house.post("/restore").json(&body)).await;
    let [_, ru, ko] = said.map(|said| said.with_status(200).text_of("message"));
    assert!(ru.starts_with("Если к какой-либо учётной записи"), "{ru}");
    assert!(ko.starts_with("이 주소를 사용하는 계정이"), "{ko}");

    let said = in_all(|| house.post("/signin").json(&json!({}))).await;
    let [en, ru, _] = said.map(|said| said.json()["error"]["message"].clone());
    assert_eq!(en, "username: This field is required. password: This field is required.");
    assert_eq!(ru, "username: Обязательное поле. password: Обязательное поле.");
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_in_the_callers_language() {
    let house = House::open().await;

    let said = in_all(|| house.post("/auth/users/").body("application/json", "{")).await;

    let [en, ru, ko] = said.map(|said| said.with_status(400).text_of("detail"));
    assert_eq!(en, "The request body cannot be read: it is not JSON.");
    assert_eq!(ru, "Тело запроса не удалось прочитать: это не JSON.");
    assert_eq!(ko, "요청 본문을 읽을 수 없습니다: JSON이 아닙니다.");
}

#[tokio::test]
async fn an_address_without_anything_is_told_in_the_callers_language() {
    let house = House::open().await;
    let [_, ru, ko] = in_all(|| house.get("/nowhere/")).await;
    assert_eq!([ru, ko].map(|said| said.text_of("detail")), ["Не найдено.", "찾을 수 없습니다."]);
}

#[tokio::test]
async fn oauth_errors_are_english_for_everybody() {
    let house = House::open().await;
    let call = || house.post("/auth/token/").form(&[("grant_type", "odd")]);

    let (english, korean) = (call().await, call().header("Accept-Language", "ko").await);

    assert_eq!(korean.text, english.text);
    assert!(korean.header("vary").is_empty() && korean.header("content-language").is_empty());
}

#[tokio::test]
async fn what_is_no_sentence_is_the_same_in_every_language() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let me = house.get("/auth/users/me/").token(&ada.auth_token);

    let said = me.header("Accept-Language", "ko").expect(200).await;

    assert!(said.header("vary").is_empty() && said.header("content-language").is_empty());
}
