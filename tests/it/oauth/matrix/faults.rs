//! Providers that fail, at every endpoint that is asked for any kind of credential: nobody is let in.

use cambio::sandbox::{Action, Junk, Provider, Rule};

use crate::oauth::{
    desk::Desk,
    scene::{BUSY, HASTE, ODD, Scene},
};
use crate::support::Said;

/// An endpoint that is asked at a desk.
struct Place {
    desk: Desk,
    provider: Provider,
    endpoint: &'static str,
}

/// How a fault is told to the caller.
enum Outcome {
    /// Try again, after so many seconds.
    Busy(&'static str),
    /// The answer was none.
    Odd,
}

impl Place {
    async fn spoiled_by(self, action: Action, outcome: Outcome) {
        let slow = matches!(action, Action::Hang | Action::HangAfterHeaders | Action::Drip(_));
        let scene = Scene::with(self.desk, if slow { &HASTE } else { &[] }).await;
        let rule = Rule::new(action).provider(self.provider).endpoint(self.endpoint);
        scene.house.sandbox.faults().add(rule);

        let said = scene.converts(&scene.plain()).await;

        outcome.is_told_by(said);
        scene.nobody().await;
        assert!((1..=2).contains(&scene.asked(self.endpoint)), "asked, and once more at most");
        let log = scene.house.sandbox.log();
        assert!(log.iter().all(|seen| seen.endpoint.is_some()), "nobody went elsewhere: {log:?}");
    }
}

impl Outcome {
    fn is_told_by(&self, said: Said) {
        match self {
            Self::Busy(after) => {
                let said = said.is_a(503, "temporarily_unavailable", BUSY);
                assert_eq!(said.header("retry-after"), *after);
            }
            Self::Odd => drop(said.is_a(502, "server_error", ODD)),
        }
    }
}

/// Text that a provider might say and that must never come through.
fn body(text: &str) -> Action {
    Action::Body(text.to_owned())
}

fn elsewhere() -> Action {
    Action::Redirect("/trap".to_owned())
}

fn cloud_metadata() -> Action {
    Action::Redirect("http://169.254.169.254/latest/meta-data/".to_owned())
}

const MIB: u64 = 1024 * 1024;

macro_rules! faults {
    ($place:ident, $desk:ident, $provider:ident, $endpoint:literal;
     $($name:ident: $action:expr, $outcome:expr;)+) => {
        mod $place {
            use super::*;
            $(
                #[tokio::test]
                async fn $name() {
                    let place = Place {
                        desk: Desk::$desk,
                        provider: Provider::$provider,
                        endpoint: $endpoint,
                    };
                    place.spoiled_by($action, $outcome).await;
                }
            )+
        }
    };
}

macro_rules! every_fault_at {
    ($($place:ident: $desk:ident, $provider:ident, $endpoint:literal;)+) => {$(
        faults! {
            $place, $desk, $provider, $endpoint;
            a_500_creates_nobody: Action::Status(500), Outcome::Busy("5");
            a_503_creates_nobody: Action::Status(503), Outcome::Busy("5");
            a_429_creates_nobody: Action::RateLimit { retry_after: 7 }, Outcome::Busy("7");
            silence_creates_nobody: Action::Hang, Outcome::Busy("5");
            half_an_answer_and_silence_create_nobody: Action::HangAfterHeaders, Outcome::Busy("5");
            an_answer_by_drops_creates_nobody: Action::Drip(1), Outcome::Busy("5");
            a_closed_door_creates_nobody: Action::ResetBefore, Outcome::Busy("5");
            a_broken_line_creates_nobody: Action::ResetMidBody, Outcome::Busy("5");
            truncated_json_creates_nobody: Action::Truncate(12), Outcome::Busy("5");
            a_good_answer_that_is_no_success_creates_nobody:
                Action::WrongStatus(500), Outcome::Busy("5");
            a_page_creates_nobody: Action::Junk(Junk::Html), Outcome::Odd;
            an_empty_object_creates_nobody: body("{}"), Outcome::Odd;
            an_empty_list_creates_nobody: body("[]"), Outcome::Odd;
            a_bare_false_creates_nobody: body("false"), Outcome::Odd;
            a_bare_null_creates_nobody: body("null"), Outcome::Odd;
            no_words_create_nobody: body(""), Outcome::Odd;
            a_list_of_lists_without_end_creates_nobody: Action::Junk(Junk::DeepNesting), Outcome::Odd;
            what_is_no_number_creates_nobody: Action::Junk(Junk::Nan), Outcome::Odd;
            a_byte_order_mark_creates_nobody: Action::Junk(Junk::Bom), Outcome::Odd;
            broken_letters_create_nobody: Action::Junk(Junk::BadUtf8), Outcome::Odd;
            plain_text_creates_nobody: Action::ContentType(Some("text/plain".to_owned())), Outcome::Odd;
            an_answer_of_no_type_creates_nobody: Action::ContentType(None), Outcome::Odd;
            a_huge_body_that_says_so_creates_nobody:
                Action::Huge { bytes: 50 * MIB, declared: true }, Outcome::Odd;
            a_huge_body_without_end_creates_nobody:
                Action::Huge { bytes: 50 * MIB, declared: false }, Outcome::Odd;
            a_bomb_creates_nobody: Action::GzipBomb(16), Outcome::Odd;
            a_redirect_creates_nobody: elsewhere(), Outcome::Odd;
            a_redirect_into_the_cloud_creates_nobody: cloud_metadata(), Outcome::Odd;
        }
    )+};
}

every_fault_at! {
    google_access_token_at_userinfo: GoogleAccessToken, Google, "userinfo";
    google_access_token_at_tokeninfo: GoogleAccessToken, Google, "tokeninfo";
    google_id_token_at_certs: GoogleIdToken, Google, "certs";
    yandex_token_at_info: YandexToken, Yandex, "info";
    vk_code_at_auth: VkCode, VkId, "auth";
    vk_code_at_user_info: VkCode, VkId, "user_info";
    vk_access_token_at_user_info: VkAccessToken, VkId, "user_info";
    vk_id_token_at_public_info: VkIdToken, VkId, "public_info";
    vk_legacy_at_user_info: VkLegacy, VkId, "user_info";
    vk_legacy_at_users_get: VkLegacy, Vk, "users.get";
    vk_legacy_at_check_token: VkLegacyOnly, Vk, "secure.checkToken";
}

macro_rules! two_ids_in_one_answer {
    ($($name:ident: $desk:ident, $provider:ident, $endpoint:literal;)+) => {$(
        #[tokio::test]
        async fn $name() {
            let (desk, provider, endpoint) = (Desk::$desk, Provider::$provider, $endpoint);
            let place = Place { desk, provider, endpoint };
            place.spoiled_by(Action::Junk(Junk::DuplicateKeys), Outcome::Odd).await;
        }
    )+};
}

two_ids_in_one_answer! {
    two_ids_in_googles_userinfo_create_nobody: GoogleAccessToken, Google, "userinfo";
    two_ids_in_googles_tokeninfo_create_nobody: GoogleAccessToken, Google, "tokeninfo";
    two_ids_in_yandex_info_create_nobody: YandexToken, Yandex, "info";
    two_people_in_vk_ids_user_info_create_nobody: VkAccessToken, VkId, "user_info";
    two_people_in_vk_ids_public_info_create_nobody: VkIdToken, VkId, "public_info";
    two_lists_in_vks_users_get_create_nobody: VkLegacyOnly, Vk, "users.get";
    two_verdicts_in_vks_check_token_create_nobody: VkLegacyOnly, Vk, "secure.checkToken";
}
