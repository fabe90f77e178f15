//! A deed is kept whole or not at all, and never at the cost of its neighbours in one commit.

use cambio::{
    domain::account::AccountId,
    error::{Error, Fault, Outcome, Refusal},
    store::{accounts, groups},
    usecases::{Ctx, Verdict},
};
use futures_util::future::join_all;

use crate::support::House;

/// What the account is called in the store.
async fn name(house: &House, id: i64) -> String {
    let query = format!("select name as line from accounts where id = {id}");
    house.lines(&query).await.remove(0)
}

fn call(ctx: &mut Ctx<'_>, id: i64, name: &str) -> Outcome<()> {
    Ok(accounts::update_name(ctx.conn, AccountId(id), name)?)
}

#[tokio::test]
async fn what_a_deed_wrote_before_it_refused_is_gone() {
    let house = House::open().await;
    let id = house.register("ada").await;

    let refused = house.app.write(move |ctx| {
        call(ctx, id, "half done")?;
        Err::<(), _>(Refusal::NotAllowed.into())
    });

    assert!(matches!(refused.await, Err(Error::Refused(Refusal::NotAllowed))));
    assert_eq!(name(&house, id).await, "");
}

#[tokio::test]
async fn a_verdict_refuses_and_keeps_what_was_written() {
    let house = House::open().await;
    let id = house.register("ada").await;

    let refused = house.app.settle(move |ctx| {
        call(ctx, id, "kept")?;
        Ok(Verdict::<()>::Refused(Refusal::NotAllowed))
    });

    assert!(matches!(refused.await, Err(Error::Refused(Refusal::NotAllowed))));
    assert_eq!(name(&house, id).await, "kept");
}

#[tokio::test]
async fn one_refused_deed_does_not_undo_its_neighbours() {
    let house = House::open().await;
    let mut ids = Vec::new();
    for n in 0..24 {
        ids.push(house.register(&format!("p{n}")).await);
    }

    // All wait for the one writer of SQLite, which keeps them by a few commits.
    let deeds = ids.iter().enumerate().map(|(n, id)| {
        let id = *id;
        house.app.write(move |ctx| {
            call(ctx, id, "called")?;
            match n % 3 {
                0 => Ok(()),
                1 => Err(Refusal::NotAllowed.into()),
                _ => Err(Fault::internal("broken in the middle").into()),
            }
        })
    });
    let done = join_all(deeds).await;

    for (n, (id, done)) in ids.iter().zip(done).enumerate() {
        assert_eq!(done.is_ok(), n % 3 == 0);
        assert_eq!(name(&house, *id).await, if n % 3 == 0 { "called" } else { "" }, "{n}");
    }
}

#[tokio::test]
async fn a_deed_that_panics_harms_itself_alone() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    let write = |id: i64, panics: bool| {
        house.app.write(move |ctx| {
            call(ctx, id, "called")?;
            assert!(!panics, "as it should");
            Ok(())
        })
    };

    let (broken, sound) = tokio::join!(write(ada, true), write(bob, false));

    assert!(matches!(broken, Err(Error::Fault(Fault::Internal { .. }))));
    sound.unwrap();
    assert_eq!(
        (name(&house, ada).await, name(&house, bob).await),
        (String::new(), "called".into())
    );
    house.register("eve").await;
}

#[tokio::test]
async fn a_statement_that_fails_spoils_its_own_deed_alone() {
    let house = House::open().await;
    let (ada, bob) = (house.register("ada").await, house.register("bob").await);
    // The group of nobody breaks a rule of the store; afterwards the deed goes on all the same.
    let spoilt = house.app.write(move |ctx| {
        call(ctx, ada, "called")?;
        let group = cambio::domain::account::Group::parse("writers").unwrap();
        let broken = groups::insert(ctx.conn, AccountId(i64::MAX), &group);
        assert!(broken.is_err());
        Err::<(), _>(Refusal::NotAllowed.into())
    });
    let sound = house.app.write(move |ctx| call(ctx, bob, "called"));

    let (spoilt, sound) = tokio::join!(spoilt, sound);

    spoilt.unwrap_err();
    sound.unwrap();
    assert_eq!(
        (name(&house, ada).await, name(&house, bob).await),
        (String::new(), "called".into())
    );
}

#[tokio::test]
async fn what_was_answered_can_be_read_by_everybody_at_once() {
    let house = House::open().await;
    let other = house.second_node(&[]).await;
    for n in 0..10 {
        let name = format!("p{n}");
        house.register(&name).await;
        let sought =
            format!("select email as line from accounts where email = '{name}@example.com'");
        assert_eq!(other.lines(&sought).await.len(), 1);
        other
            .post("/auth/users/")
            .json(&crate::support::callers::sheet(&format!("{name}@example.com")))
            .expect(400)
            .await;
    }
}
