//! When a provider cannot say who somebody is, nobody is logged in, neither as somebody nor as "None".

use cambio::sandbox::{Action, NewToken, Provider, Rule};

use super::{desk::Desk, scene::Scene};

/// The answers of VK that once logged their caller into one shared account.
fn answers_of_a_broken_vk() -> [Action; 6] {
    [
        Action::Status(500),
        Action::RateLimit { retry_after: 1 },
        Action::ResetBefore,
        Action::Junk(cambio::sandbox::Junk::Html),
        Action::Body("{}".to_owned()),
        Action::Body("[]".to_owned()),
    ]
}

async fn nobody_comes_of_a_broken_vk(desk: Desk) {
    let scene = Scene::at(desk).await;
    for action in answers_of_a_broken_vk() {
        scene.house.sandbox.faults().replace(vec![Rule::new(action)]);
        for n in [scene.n, scene.n + 1] {
            let said = scene.converts(&scene.shows(&desk.name(n))).await;
            assert!(matches!(said.status, 502 | 503), "{said:?}");
            assert_eq!(said.json().get("access_token"), None);
        }
    }
    scene.nobody().await;
}

#[tokio::test]
async fn two_strangers_and_a_broken_vk_id_do_not_meet_in_one_account() {
    nobody_comes_of_a_broken_vk(Desk::VkAccessToken).await;
}

#[tokio::test]
async fn two_strangers_and_a_broken_old_vk_do_not_meet_in_one_account() {
    nobody_comes_of_a_broken_vk(Desk::VkLegacyOnly).await;
}

#[tokio::test]
async fn two_strangers_with_codes_and_a_broken_vk_do_not_meet_in_one_account() {
    nobody_comes_of_a_broken_vk(Desk::VkCode).await;
}

#[tokio::test]
async fn two_people_after_the_outage_are_two_people() {
    let scene = Scene::at(Desk::VkAccessToken).await;
    scene.house.sandbox.faults().add(Rule::new(Action::Status(500)));
    scene.converts(&scene.plain()).await.with_status(503);
    scene.house.sandbox.faults().clear();
    for n in [scene.n, scene.n + 1] {
        scene.converts(&scene.shows(&scene.desk.name(n))).await.with_status(200);
    }
    assert_eq!(scene.house.accounts().await.len(), 2);
}

#[tokio::test]
async fn somebody_known_is_not_let_in_during_an_outage_either() {
    let scene = Scene::at(Desk::VkLegacyOnly).await;
    scene.converts(&scene.plain()).await.with_status(200);
    for endpoint in ["users.get", "secure.checkToken"] {
        let rule = Rule::new(Action::Status(500)).endpoint(endpoint);
        scene.house.sandbox.faults().replace(vec![rule]);
        scene.converts(&scene.plain()).await.with_status(503).error("temporarily_unavailable");
    }
}

#[tokio::test]
async fn googles_word_on_the_person_is_nothing_without_its_word_on_the_application() {
    let scene = Scene::at(Desk::GoogleAccessToken).await;
    for endpoint in ["tokeninfo", "userinfo"] {
        let rule = Rule::new(Action::Status(500)).endpoint(endpoint);
        scene.house.sandbox.faults().replace(vec![rule]);
        scene.converts(&scene.plain()).await.with_status(503);
    }
    scene.nobody().await;
}

#[tokio::test]
async fn one_provider_that_is_down_takes_no_other_with_it() {
    let scene = Scene::at(Desk::YandexToken).await;
    scene.house.sandbox.faults().add(Rule::new(Action::Status(500)).provider(Provider::VkId));
    let vk = Desk::VkAccessToken.token("vkid-1");
    scene.house.show(&scene.client, &vk).expect(503).await;
    scene.converts(&scene.plain()).await.with_status(200);
}

#[tokio::test]
async fn a_person_without_an_address_is_refused_where_one_is_wanted() {
    let settings = [("providers.yandex-oauth2.require_email", "true")];
    let scene = Scene::with(Desk::YandexToken, &settings).await;
    let shown = scene.shows(&format!("{}-noemail", scene.desk.name(scene.n)));
    let said = scene.converts(&shown).await;
    let text = "The provider told no e-mail address. Ask for its e-mail scope.";
    said.is_a(400, "invalid_grant", text);
    scene.nobody().await;
    scene.converts(&scene.plain()).await.with_status(200);
}

#[tokio::test]
async fn two_people_without_an_address_are_two_people() {
    let scene = Scene::at(Desk::GoogleAccessToken).await;
    for subject in ["1001", "1002"] {
        scene.house.sandbox.add_token(NewToken::new(Provider::Google, subject, subject));
        scene.house.convert(&scene.client, "google-oauth2", subject).expect(200).await;
    }
    assert_eq!(scene.house.accounts().await.len(), 2);
}

#[tokio::test]
async fn two_unverified_people_with_one_address_are_two_people() {
    let scene = Scene::at(Desk::GoogleAccessToken).await;
    for subject in ["1001", "1002"] {
        let mut token = NewToken::new(Provider::Google, subject, subject);
        token.email = Some("same@example.com".to_owned());
        scene.house.sandbox.add_token(token);
        scene.house.convert(&scene.client, "google-oauth2", subject).expect(200).await;
    }
    assert_eq!(scene.house.accounts().await.len(), 2);
}
