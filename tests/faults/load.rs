//! The work the server is killed at: people who register and log in, applications that convert, refresh
//! and revoke, each on connections of its own, all of it in the journal.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use futures_util::{
    StreamExt as _,
    future::{BoxFuture, join_all},
    stream::FuturesUnordered,
};

use crate::{
    callers::{Caller, Heard, Said},
    journal::{Grant, Journal, Person, Session, Standing, Step, below},
    post::Post,
};

/// Whoever works with the journal.
#[derive(Clone)]
pub struct Load {
    /// Calls the server.
    pub caller: Caller,
    /// Calls it until it answers.
    pub patient: Caller,
    /// What was asked and acknowledged.
    pub journal: Arc<Mutex<Journal>>,
    /// The letters.
    pub post: Arc<Mutex<Post>>,
}

/// The server is gone.
struct Over;

type Turn = fn(Load) -> BoxFuture<'static, Result<(), Over>>;

/// Who works at the same time, each again and again.
const WORKERS: [Turn; 10] = [
    |load| Box::pin(async move { load.register().await }),
    |load| Box::pin(async move { load.register().await }),
    |load| Box::pin(async move { load.walk_in().await }),
    |load| Box::pin(async move { load.convert().await }),
    |load| Box::pin(async move { load.convert().await }),
    |load| Box::pin(async move { load.convert().await }),
    |load| Box::pin(async move { load.refresh().await }),
    |load| Box::pin(async move { load.refresh().await }),
    |load| Box::pin(async move { load.refresh().await }),
    |load| Box::pin(async move { load.revoke().await }),
];

/// What applications ask for in turn, where it is asked for at a steady rate: more than they give back.
const STEADY: [Turn; 5] = [
    |load| Box::pin(async move { load.convert().await }),
    |load| Box::pin(async move { load.refresh().await }),
    |load| Box::pin(async move { load.convert().await }),
    |load| Box::pin(async move { load.refresh().await }),
    |load| Box::pin(async move { load.revoke().await }),
];

/// How many of them are under way at most.
const MOST: usize = 64;

impl Load {
    /// A journal without entries and letters that lie in that folder.
    pub fn new(caller: Caller, letters: PathBuf) -> Self {
        let post = Arc::new(Mutex::new(Post::new(letters)));
        Self { patient: caller.patient(), caller, journal: Arc::default(), post }
    }

    /// Works until the server is gone or the work is over.
    pub async fn work(&self) {
        let workers = WORKERS.iter().map(|turn| async move {
            while !self.journal().over && turn(self.clone()).await.is_ok() {}
        });
        join_all(workers).await;
    }

    /// Works for as long as something else goes on.
    pub async fn work_beside<T>(&self, other: impl Future<Output = T>) -> T {
        self.journal().over = false;
        let until = async {
            let done = other.await;
            self.journal().over = true;
            done
        };
        tokio::join!(self.work(), until).1
    }

    /// Converts, refreshes and revokes so many times a second beside something else, and waits for what is under way then.
    pub async fn work_steadily_beside<T>(
        &self,
        per_second: u32,
        other: impl Future<Output = T>,
    ) -> T {
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_second);
        let (mut under_way, mut turns) = (FuturesUnordered::new(), STEADY.iter().cycle());
        let mut other = std::pin::pin!(other);
        let done = loop {
            tokio::select! {
                done = &mut other => break done,
                Some(_) = under_way.next() => {}
                _ = ticks.tick(), if under_way.len() < MOST => {
                    under_way.extend(turns.next().map(|turn| turn(self.clone())));
                }
            }
        };
        while under_way.next().await.is_some() {}
        done
    }

    /// The journal, for a moment.
    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap()
    }

    /// An answer of the expected status; `None` when the server put the call off.
    fn heard(&self, what: &'static str, heard: Heard, wanted: u16) -> Result<Option<Said>, Over> {
        let mut journal = self.journal();
        if let Ok(said) = &heard {
            journal.slowest = journal.slowest.max(said.took);
        }
        match heard {
            Ok(said) if said.status == wanted => {
                journal.acknowledge(what, &said);
                Ok(Some(said))
            }
            Ok(said) if said.status == 503 => {
                journal.put_off += 1;
                journal.unpromising += usize::from(said.retry_after.is_none());
                Ok(None)
            }
            Ok(said) => {
                journal.oddities.push(format!("{what}: {said:?}"));
                Ok(None)
            }
            Err(_) if journal.killing => Err(Over),
            Err(cause) => {
                journal.oddities.push(format!("{what}: {cause:?}"));
                Err(Over)
            }
        }
    }

    /// Shows a token that nobody has.
    async fn idle(&self) -> Result<(), Over> {
        self.caller.bearer_opens("none").await.map(drop).map_err(|_gone| Over)
    }

    async fn register(&self) -> Result<(), Over> {
        let number = below(usize::MAX);
        let email = format!("person{number:x}@example.com");
        let person = Person { fresh: true, ..Person::default() };
        self.journal().people.insert(email.clone(), person);
        let heard = self.caller.register(&email).await;
        let Some(said) = self.heard("registrations", heard, 201)? else { return Ok(()) };
        self.with(&email, |person| person.id = said.body["id"].as_i64());
        Ok(())
    }

    fn with(&self, email: &str, change: impl FnOnce(&mut Person)) {
        let mut journal = self.journal();
        let person = journal.people.get_mut(email).unwrap();
        person.fresh = true;
        change(person);
    }

    /// Somebody whose letter has come activates the account, logs in and, one in three, out again.
    async fn walk_in(&self) -> Result<(), Over> {
        let Some((email, link)) = self.invited() else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            // Whether the server is there is found out by asking it.
            return self.idle().await;
        };
        self.with(&email, |person| person.activation = Step::Asked);
        let heard = self.caller.activate(&link).await;
        let Some(_) = self.heard("activations", heard, 204)? else { return Ok(()) };
        self.with(&email, |person| person.activation = Step::Done);
        let heard = self.caller.log_in(&email).await;
        let Some(said) = self.heard("logins", heard, 200)? else { return Ok(()) };
        let token = said.text("auth_token");
        self.with(&email, |person| person.session = Session::In(token.clone()));
        if below(3) > 0 {
            return Ok(());
        }
        self.with(&email, |person| person.session = Session::Leaving(token.clone()));
        let heard = self.caller.log_out(&token).await;
        let Some(_) = self.heard("logouts", heard, 204)? else { return Ok(()) };
        self.with(&email, |person| person.session = Session::Out(token));
        Ok(())
    }

    /// Somebody who has a letter and has not followed its link.
    fn invited(&self) -> Option<(String, (String, String))> {
        let mut post = self.post.lock().unwrap();
        post.look();
        self.journal().people.iter().find_map(|(email, person)| {
            let waits = person.id.is_some() && person.activation == Step::No;
            let link = waits.then(|| post.link_to(email)).flatten()?;
            Some((email.clone(), link.clone()))
        })
    }

    async fn convert(&self) -> Result<(), Over> {
        let backend = ["google-oauth2", "yandex-oauth2", "vk-oauth2"][below(3)];
        // One in three comes back.
        let person = if below(3) == 0 { below(20) } else { 1000 + below(1_000_000_000) };
        let heard = self.caller.convert(backend, &format!("ok-{person}")).await;
        let Some(said) = self.heard("conversions", heard, 200)? else { return Ok(()) };
        self.journal().grants.push(Grant::of(&said));
        Ok(())
    }

    /// A grant that nobody else works with, and that the journal does not know.
    pub async fn grant(&self) -> Grant {
        let said = self.patient.convert("yandex-oauth2", "ok-5").await.unwrap();
        assert_eq!(said.status, 200, "{said:?}");
        Grant::of(&said)
    }

    async fn refresh(&self) -> Result<(), Over> {
        let drawn = self.journal().draw(Standing::Rotating);
        let Some((at, grant)) = drawn else {
            tokio::time::sleep(Duration::from_millis(5)).await;
            return self.idle().await;
        };
        let heard = self.caller.refresh(&grant.refresh).await;
        let Some(said) = self.heard("rotations", heard, 200)? else { return Ok(()) };
        self.rotated(at, &said);
        Ok(())
    }

    /// Puts the pair of an answer in the place of its predecessor.
    pub fn rotated(&self, at: usize, said: &Said) {
        let mut journal = self.journal();
        let grant = &mut journal.grants[at];
        let old = std::mem::replace(&mut grant.access, said.text("access_token"));
        grant.refresh = said.text("refresh_token");
        grant.former.push(old.clone());
        grant.standing = Standing::Good;
        journal.replaced.push(old);
    }

    async fn revoke(&self) -> Result<(), Over> {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let drawn = self.journal().draw(Standing::Ending);
        let Some((at, grant)) = drawn else {
            return self.idle().await;
        };
        let heard = self.caller.revoke(&grant.access).await;
        let Some(_) = self.heard("revocations", heard, 204)? else { return Ok(()) };
        self.journal().grants[at].standing = Standing::Ended;
        Ok(())
    }
}
