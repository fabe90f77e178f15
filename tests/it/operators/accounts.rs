//! Events about accounts: each is written with the deed it tells of.

use cambio::{
    domain::{
        account::AccountId,
        audit::{EventKind, Side},
    },
    error::Fault,
    usecases::manage::{self, Which},
};
use chrono::TimeDelta;
use serde_json::json;

use crate::{
    cli::shell::Shell,
    oauth_server::browser::Browser,
    support::{House, callers::PASSWORD, people},
};

const NEW: &str = "brand-new-teapot-7";

#[tokio::test]
async fn coming_in_and_going_out_is_told_with_the_way_and_the_request() {
    let house = House::open().await;
    let id = house.register("ada").await;
    house.activate_by_letter("ada@example.com").await;
    let login = house.log_in("ada@example.com").expect(200).await;
    let token = login.text_of("auth_token");
    house.post("/auth/token/logout/").token(&token).expect(204).await;
    let browser = Browser::new(&house);
    let page = browser.follow("/account/sign-in").await;
    browser.sign_in(&page, "ada@example.com").await.with_status(303);

    assert_eq!(
        house.told_since(0).await,
        [
            format!("registered account {id}"),
            format!("activated account {id}"),
            format!("signed_in account {id} login"),
            format!("session_ended account {id} auth tokens"),
            format!("signed_in account {id} browser"),
        ]
    );
    let all = house.events().await;
    let login_event = &all[2];
    assert_eq!(login_event.request.as_deref(), Some(login.header("x-request-id")));
    assert_eq!(login_event.address.as_deref(), Some("127.0.0.1"));
    assert_eq!(login_event.side, Side::Request.word());
    assert_eq!((all[2].principal, all[3].principal), (None, Some(id)));
    assert_eq!(login_event.at, house.app.now());
}

#[tokio::test]
async fn every_way_in_is_told() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let before = house.latest_event().await;
    let login = json!({ "email": ada.email, "password": PASSWORD });
    house.post("/api/login").json(&login).expect(200).await;
    house.jwts(&ada.email).await;
    let client = house.client("app-client").await;
    house.sandbox.add_token(people::google("tok", "bob@example.com"));
    house.convert(&client, "google-oauth2", "tok").expect(200).await;

    let told = house.told_since(before).await;
    let bob = ada.id + 1;
    assert_eq!(
        told,
        [
            format!("signed_in account {} api_login", ada.id),
            format!("signed_in account {} jwt_login", ada.id),
            "client_created client app-client".to_owned(),
            format!("account_created account {bob} google-oauth2"),
            format!("provider_linked account {bob} google-oauth2"),
            format!("signed_in account {bob} client app-client convert_token"),
        ]
    );
}

#[tokio::test]
async fn a_tie_that_is_cut_is_told() {
    let house = House::open().await;
    let (ada, client) = (house.person("ada").await, house.client("app-client").await);
    house.sandbox.add_token(people::google("tok", &ada.email));
    let access = house.google_access(&client, "tok").await;
    let ties = house.get("/auth/associations/").bearer(&access).expect(200).await.json();
    let number = ties[0]["association_id"].as_i64().unwrap();
    let before = house.latest_event().await;
    let body = json!({
        "backend": "google-oauth2", "association_id": number, "client_id": "app-client",
    });
    house.post("/auth/disconnect-backend/").bearer(&access).json(&body).expect(204).await;

    let told = house.told_since(before).await;
    assert_eq!(told, [format!("provider_unlinked account {} google-oauth2", ada.id)]);
}

#[tokio::test]
async fn changes_of_ones_own_are_told_without_what_they_changed_to() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let before = house.latest_event().await;
    let call = |path: &str| house.post(path).token(&ada.auth_token);
    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    call("/auth/users/set_password/").json(&body).expect(204).await;
    let body = json!({ "current_password": NEW, "new_email": "new@example.com" });
    call("/auth/users/set_email/").json(&body).expect(204).await;
    house.activate_by_letter("new@example.com").await;
    house.forward(TimeDelta::seconds(1));
    let body = json!({ "email": "new@example.com" });
    house.post("/auth/users/reset_password/").json(&body).expect(204).await;
    let (uid, token) = house.mail.link_to("new@example.com").await;
    let body = json!({ "uid": uid, "token": token, "new_password": PASSWORD });
    house.post("/auth/users/reset_password_confirm/").json(&body).expect(204).await;

    let kinds = ["password_changed", "email_changed", "password_reset"];
    let wanted = kinds.map(|kind| format!("{kind} account {}", ada.id));
    assert_eq!(house.told_since(before).await, wanted);
    let columns = ["event", "client_id", "detail", "address", "request_id"];
    let rows = house.dump("audit_events", &columns).await.join("\n");
    for hidden in [PASSWORD, NEW, "example.com", &ada.auth_token, &token] {
        assert!(!rows.contains(hidden), "{hidden} in\n{rows}");
    }
}

#[tokio::test]
async fn a_new_user_name_is_told_and_not_which() {
    let house = House::with(&[("accounts.login_field", "username")]).await;
    let body = json!({
        "email": "ada@example.com", "username": "ada", "password": PASSWORD, "re_password": PASSWORD,
    });
    house.post("/auth/users/").json(&body).expect(201).await;
    house.activate_by_letter("ada@example.com").await;
    let body = json!({ "username": "ada", "password": PASSWORD });
    let login = house.post("/auth/token/login/").json(&body).expect(200).await;
    let token = login.text_of("auth_token");
    let body = json!({ "current_password": PASSWORD, "new_username": "countess" });
    house.post("/auth/users/set_username/").json(&body).token(&token).expect(204).await;

    let last = house.events().await.pop().unwrap();
    assert_eq!(last.event, "username_changed");
    assert!(last.account.is_some() && last.account == last.principal && last.detail.is_empty());
}

#[tokio::test]
async fn what_an_operator_does_is_told_as_his() {
    let house = House::open().await;
    let id = house.activated("ada").await;
    let before = house.latest_event().await;
    let shell = Shell::at(&house);
    let which = "ada@example.com";
    let password = shell.file("password", NEW).display().to_string();
    let create = ["account", "create", "bob@example.com", "--password-file", &password];
    for words in [
        &["account", "deactivate", which][..],
        &["account", "activate", which],
        &["account", "make-admin", which],
        &["account", "set-password", which, "--password-file", &password],
        &["account", "groups", "add", which, "editors"],
        &["account", "groups", "remove", which, "editors"],
        &["account", "delete", which],
        &create,
    ] {
        shell.run(words).succeeded();
    }

    let told = house.told_since(before).await;
    let kinds = ["account_deactivated", "account_activated", "admin_granted", "password_set"];
    let mut wanted: Vec<String> = kinds.map(|kind| format!("{kind} account {id}")).into();
    wanted.push(format!("group_joined account {id} editors"));
    wanted.push(format!("group_left account {id} editors"));
    wanted.push(format!("account_deleted account {id}"));
    wanted.push(format!("account_created account {}", id + 1));
    assert_eq!(told, wanted);
    let all = house.events().await;
    let by_operator = all.iter().filter(|noted| noted.side == Side::Operator.word());
    assert_eq!(by_operator.count(), wanted.len());
}

#[tokio::test]
async fn what_was_not_done_is_not_told() {
    let house = House::open().await;
    let id = house.activated("ada").await;
    let before = house.latest_event().await;
    let which = Which::Id(AccountId(id));
    let done = house.app.write(move |ctx| {
        manage::deactivate(ctx, &which)?;
        Err::<(), _>(Fault::internal("it broke down").into())
    });

    assert!(done.await.is_err());
    assert_eq!(house.told_since(before).await, Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_done_that_cannot_be_told() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    house.tamper("alter table audit_events rename to audit_events_elsewhere").await;

    house.log_in(&ada.email).expect(500).await;
    house.deactivate_fails(&ada.email).await;
    house.tamper("alter table audit_events_elsewhere rename to audit_events").await;

    // The account is still there, and active.
    house.log_in(&ada.email).expect(200).await;
}

impl House {
    async fn deactivate_fails(&self, email: &str) {
        let which = Which::Email(cambio::domain::email::Email::parse(email).unwrap());
        assert!(self.app.write(move |ctx| manage::deactivate(ctx, &which)).await.is_err());
    }
}

#[tokio::test]
async fn a_registration_of_a_known_address_is_told_where_the_caller_must_not_know() {
    let house = House::with(&[("registration.reveal_existing", "false")]).await;
    let id = house.activated("ada").await;
    let before = house.latest_event().await;
    house.register("ada").await;

    assert_eq!(house.told_since(before).await, [format!("registered_again account {id}")]);
}

#[tokio::test]
async fn whoever_deletes_their_account_leaves_its_number_behind() {
    let house = House::open().await;
    let ada = house.person("ada").await;
    let body = json!({ "current_password": PASSWORD });
    house.delete("/auth/users/me/").json(&body).token(&ada.auth_token).expect(204).await;

    let last = house.events().await.pop().unwrap();
    assert_eq!((last.event.as_str(), last.account), ("account_deleted", Some(ada.id)));
}

#[tokio::test]
async fn events_end_after_their_time_those_of_refusals_earlier() {
    let house = House::with(&[("audit.keep_days", "60"), ("audit.keep_refused_days", "7")]).await;
    house.activated("ada").await;
    house.log_in_with("ada@example.com", "wrong-teapot-42").expect(400).await;
    let kinds = async || {
        let left = house.events().await;
        left.iter().filter_map(|noted| EventKind::parse(&noted.event)).collect::<Vec<_>>()
    };
    let prune = async || {
        let prune = |ctx: &mut cambio::usecases::Ctx<'_>| cambio::usecases::prune::batch(ctx, 100);
        house.app.write(prune).await.unwrap();
    };
    let (registered, activated) = (EventKind::Registered, EventKind::Activated);
    assert_eq!(kinds().await, [registered, activated, EventKind::SignInFailed]);
    house.forward(TimeDelta::days(8));
    prune().await;
    assert_eq!(kinds().await, [registered, activated]);
    house.forward(TimeDelta::days(53));
    prune().await;
    assert!(kinds().await.is_empty());
}
