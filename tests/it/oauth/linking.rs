//! When a provider's person and an account meet by their address: who is let into what.

use cambio::{
    domain::account::{AccountId, AccountState},
    sandbox::{NewToken, Provider},
    store::accounts::{self, NO_PASSWORD, NewAccount},
    usecases::manage::{self, Which},
};

use super::desk::Desk;
use crate::support::{House, OAuthClient, Said};

const REFUSED: &str =
    "An account with this e-mail address exists. Log in to it and connect the provider.";

/// Somebody whom a provider tells of.
struct Told {
    provider: Provider,
    id: &'static str,
    email: &'static str,
    verified: bool,
}

const GOOGLES_ADA: Told =
    Told { provider: Provider::Google, id: "1001", email: "ada@example.com", verified: true };

struct Town {
    house: House,
    client: OAuthClient,
}

impl Town {
    async fn with(settings: &[(&str, &str)]) -> Self {
        let house = House::with(settings).await;
        let client = house.client("web-client").await;
        Self { house, client }
    }

    async fn open() -> Self {
        Self::with(&[]).await
    }

    /// Somebody comes with a token of the provider.
    async fn comes(&self, who: &Told) -> Said {
        let token = format!("{}-{}-{}", who.id, who.email, who.verified);
        let mut new = NewToken::new(who.provider, &token, who.id);
        new.email = Some(who.email.to_owned());
        new.email_verified = who.verified;
        self.house.sandbox.add_token(new);
        let desk = match who.provider {
            Provider::Google => Desk::GoogleAccessToken,
            Provider::Yandex => Desk::YandexToken,
            Provider::Vk | Provider::VkId => Desk::VkAccessToken,
        };
        self.house.show(&self.client, &desk.token(&token)).await
    }

    /// Somebody comes and is let into this account.
    async fn is_let_into(&self, who: &Told, account: i64) {
        assert_eq!(self.enters(who).await, account);
    }

    /// Somebody comes and is let in; tells into which account.
    async fn enters(&self, who: &Told) -> i64 {
        let said = self.comes(who).await.with_status(200);
        let me = self.house.me(&said.text_of("access_token")).expect(200).await;
        me.json()["id"].as_i64().unwrap()
    }

    /// Somebody comes and is refused for the address.
    async fn is_refused(&self, who: &Told) {
        let before = self.house.accounts().await.len();
        self.comes(who).await.is_a(400, "invalid_grant", REFUSED);
        assert_eq!(self.house.accounts().await.len(), before);
    }
}

#[tokio::test]
async fn an_address_verified_on_both_sides_is_one_person() {
    let town = Town::open().await;
    let ada = town.house.person("ada").await;
    town.is_let_into(&GOOGLES_ADA, ada.id).await;
    // What she had stays good.
    town.house.log_in(&ada.email).expect(200).await;
    town.house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
}

#[tokio::test]
async fn the_letters_of_an_address_may_be_of_another_case() {
    let town = Town::open().await;
    let ada = town.house.person("ada").await;
    town.is_let_into(&Told { email: "ADA@Example.com", ..GOOGLES_ADA }, ada.id).await;
}

#[tokio::test]
async fn an_address_the_provider_does_not_vouch_for_opens_nothing() {
    let town = Town::open().await;
    town.house.person("ada").await;
    town.is_refused(&Told { verified: false, ..GOOGLES_ADA }).await;
}

#[tokio::test]
async fn a_word_that_is_not_true_vouches_for_nothing() {
    use cambio::sandbox::{Action, Rule};
    for word in ["\"false\"", "null", "\"yes\"", "2", "{}"] {
        let town = Town::open().await;
        town.house.person("ada").await;
        let body = format!(r#"{{"sub":"1001","email":"ada@example.com","email_verified":{word}}}"#);
        town.house.sandbox.faults().add(Rule::new(Action::Body(body)).endpoint("userinfo"));
        town.is_refused(&GOOGLES_ADA).await;
    }
}

#[tokio::test]
async fn yandex_vouches_for_its_own_domains_only() {
    let town = Town::open().await;
    town.house.person("ada").await;
    let ada = Told { provider: Provider::Yandex, ..GOOGLES_ADA };
    town.is_refused(&ada).await;

    let yandexs = Told { email: "ada@ya.ru", id: "1002", ..ada };
    let first = town.enters(&yandexs).await;
    let googles = Told { email: "ada@ya.ru", ..GOOGLES_ADA };
    town.is_let_into(&googles, first).await;
}

#[tokio::test]
async fn more_may_be_believed_of_yandex() {
    let town = Town::with(&[
        ("providers.yandex-oauth2.trust_default_email", "true"),
        ("providers.yandex-oauth2.link_existing", "verified"),
    ])
    .await;
    let ada = town.house.person("ada").await;
    town.is_let_into(&Told { provider: Provider::Yandex, ..GOOGLES_ADA }, ada.id).await;
}

#[tokio::test]
async fn to_believe_an_address_is_not_yet_to_link_by_it() {
    let town = Town::with(&[("providers.yandex-oauth2.trust_default_email", "true")]).await;
    town.house.person("ada").await;
    town.is_refused(&Told { provider: Provider::Yandex, ..GOOGLES_ADA }).await;
}

#[tokio::test]
async fn vk_vouches_for_nothing_whatever_is_set() {
    let town = Town::with(&[("providers.vk-oauth2.link_existing", "verified")]).await;
    town.house.person("ada").await;
    town.is_refused(&Told { provider: Provider::VkId, ..GOOGLES_ADA }).await;
}

#[tokio::test]
async fn linking_may_be_kept_to_the_mail_host_itself() {
    let town = Town::with(&[("providers.google-oauth2.link_existing", "authoritative")]).await;
    town.house.person("ada").await;
    town.is_refused(&GOOGLES_ADA).await;
    let gmail = Told { email: "ada@ya.ru", provider: Provider::Yandex, ..GOOGLES_ADA };
    let account = town.enters(&gmail).await;
    assert_eq!(town.house.accounts().await.last().unwrap().id, AccountId(account));
}

#[tokio::test]
async fn linking_may_be_off() {
    let town = Town::with(&[("providers.google-oauth2.link_existing", "never")]).await;
    town.house.person("ada").await;
    town.is_refused(&GOOGLES_ADA).await;
}

#[tokio::test]
async fn a_clash_may_make_a_second_account_without_an_address() {
    let town = Town::with(&[("linking.on_email_clash", "create_without_email")]).await;
    let ada = town.house.person("ada").await;
    let stranger = Told { verified: false, ..GOOGLES_ADA };
    let second = town.enters(&stranger).await;
    assert_ne!(second, ada.id);
    let accounts = town.house.accounts().await;
    assert_eq!(accounts.len(), 2);
    assert!(accounts[0].email.is_some() && accounts[1].email.is_none());
    town.is_let_into(&stranger, second).await;
    town.house.get("/auth/users/me/").token(&ada.auth_token).expect(200).await;
}

#[tokio::test]
async fn an_account_that_is_switched_off_is_neither_opened_nor_doubled() {
    for clash in ["refuse", "create_without_email"] {
        let town = Town::with(&[("linking.on_email_clash", clash)]).await;
        let ada = town.house.activated("ada").await;
        let which = Which::Id(AccountId(ada));
        town.house.app.write(move |ctx| manage::deactivate(ctx, &which)).await.unwrap();
        town.is_refused(&GOOGLES_ADA).await;
        town.is_refused(&Told { verified: false, ..GOOGLES_ADA }).await;
    }
}

#[tokio::test]
async fn a_known_person_whose_account_is_switched_off_is_not_let_in() {
    let town = Town::open().await;
    let ada = town.enters(&GOOGLES_ADA).await;
    let which = Which::Id(AccountId(ada));
    town.house.app.write(move |ctx| manage::deactivate(ctx, &which)).await.unwrap();
    town.comes(&GOOGLES_ADA).await.is_a(400, "invalid_grant", "The account is not active.");
    let which = Which::Id(AccountId(ada));
    town.house.app.write(move |ctx| manage::activate(ctx, &which)).await.unwrap();
    town.is_let_into(&GOOGLES_ADA, ada).await;
}

#[tokio::test]
async fn two_providers_that_vouch_for_one_address_are_one_person() {
    let town = Town::open().await;
    let googles = Told { email: "ada@yandex.ru", ..GOOGLES_ADA };
    let yandexs = Told { provider: Provider::Yandex, id: "77", ..googles };
    let account = town.enters(&googles).await;
    town.is_let_into(&yandexs, account).await;
    town.is_let_into(&googles, account).await;
}

#[tokio::test]
async fn an_address_that_has_changed_hands_at_the_provider_opens_nothing() {
    let town = Town::open().await;
    let first = town.enters(&GOOGLES_ADA).await;
    // Ada has left, and the firm gave her address to somebody else.
    let heir = Told { id: "1002", ..GOOGLES_ADA };
    town.is_refused(&heir).await;
    town.is_let_into(&GOOGLES_ADA, first).await;
}

#[tokio::test]
async fn an_address_that_has_changed_hands_may_make_a_second_account() {
    let town = Town::with(&[("linking.on_email_clash", "create_without_email")]).await;
    let first = town.enters(&GOOGLES_ADA).await;
    let second = town.enters(&Told { id: "1002", ..GOOGLES_ADA }).await;
    assert_ne!(first, second);
    assert_eq!(town.house.accounts().await.last().unwrap().email, None);
}

#[tokio::test]
async fn a_person_who_takes_an_address_that_another_account_has_stays_who_it_was() {
    let town = Town::open().await;
    let boris = town.enters(&Told { id: "1002", email: "boris@example.com", ..GOOGLES_ADA }).await;
    town.house.person("ada").await;
    town.is_let_into(&Told { id: "1002", ..GOOGLES_ADA }, boris).await;
}

#[tokio::test]
async fn an_active_account_with_an_unproven_address_goes_to_whom_the_provider_vouches_for() {
    let town = Town::open().await;
    let account = town
        .house
        .app
        .write(|ctx| {
            let email = cambio::domain::email::Email::parse("ada@example.com");
            let new = NewAccount {
                username: None,
                email: email.as_ref(),
                email_verified_at: None,
                name: "Mallory",
                first_name: "Mallory",
                last_name: "",
                password: NO_PASSWORD,
                state: AccountState::Active,
                language: None,
                created_at: ctx.now,
            };
            Ok(accounts::insert(ctx.conn, &new)?)
        })
        .await
        .unwrap();
    town.is_refused(&Told { verified: false, ..GOOGLES_ADA }).await;
    town.is_let_into(&GOOGLES_ADA, account.id.0).await;
    assert_eq!(town.house.accounts().await[0].first_name, "");
}
