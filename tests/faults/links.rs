//! F25: one mailed link, opened by eight at two nodes. One of them is served, and a link is never used up by a deed that was
//! not done.

use crate::{
    callers::{Caller, Said},
    inspect,
    pair::{CALLERS, On, Pair, letter_to, server_errors, with_status},
    post::Post,
    server,
    verdict::Verdict,
};

/// What came of the races.
#[derive(Default)]
struct Tally {
    odd: Vec<String>,
    errors: usize,
    put_off: usize,
    unheard: usize,
}

/// A race, and whether the database stood still meanwhile.
struct Race {
    what: &'static str,
    stalled: bool,
}

impl Tally {
    /// Exactly one was served, and what it was promised is so. Where the database stood still its answer may have been
    /// given up, and then it was put off; but what the link stands for was done before the link was used up.
    fn add(&mut self, race: &Race, said: &[Said], done: bool) {
        self.errors += server_errors(said);
        self.put_off += said.iter().map(|said| said.put_off).sum::<usize>();
        let served = with_status(said, 204);
        let unheard = served == 0 && race.stalled && said.iter().any(|said| said.put_off > 0);
        self.unheard += usize::from(unheard);
        if !done || served != 1 && !unheard {
            let all: Vec<_> = said.iter().map(|said| (said.status, said.put_off)).collect();
            let Race { what, stalled } = race;
            self.odd.push(format!("{what}, stalled {stalled}, done {done}, answers: {all:?}"));
        }
    }
}

/// F25. Whoever is put off with 503 comes again, as a program does. In one of ten rounds PostgreSQL stands still.
pub async fn races(on: On, rounds: usize) -> Verdict {
    let pair = Pair::start(on, |place| place).await;
    let mut verdict = Verdict::default();
    let (mut post, mut tally) = (Post::new(pair.place.mail()), Tally::default());
    let mut stalls = 0;
    for round in 0..rounds {
        let stalled = on == On::Postgres && round % 10 == 9;
        stalls += usize::from(stalled);
        let email = format!("ada{round}@example.com");
        let link = pair.invited(&mut post, &email).await;
        let said = opened(&pair, stalled, |node, _| {
            let link = link.clone();
            async move { node.persistent().activate(&link).await.unwrap() }
        });
        let said = said.await;
        let is_active = format!("from accounts where email = '{email}' and state = 'active'");
        let active = inspect::count(&pair.place, &is_active).await == 1;
        tally.add(&Race { what: "activation", stalled }, &said, active);
        let said = pair.nodes[1].forget(&email).await.unwrap();
        assert_eq!(said.status, 204, "{said:?}");
        let link = letter_to(&mut post, &email).await;
        let said = opened(&pair, stalled, |node, who| {
            let link = link.clone();
            async move { node.persistent().set_password(&link, &password(who)).await.unwrap() }
        });
        let said = said.await;
        let in_force = is_in_force(&pair, &email, &said).await;
        tally.add(&Race { what: "reset", stalled }, &said, in_force);
    }
    verdict.tell("rounds", rounds);
    verdict.tell("of_them_stalled", stalls);
    verdict.none("without_exactly_one_success", &tally.odd);
    verdict.exactly("server_errors", tally.errors, 0);
    verdict.tell("put_off", tally.put_off);
    verdict.tell("done_and_told_nobody", tally.unheard);
    if !verdict.missed().is_empty() {
        server::complain(&pair.place);
    }
    pair.sandbox.stop().await;
    verdict
}

async fn opened<F: Future<Output = Said>>(
    pair: &Pair,
    stalled: bool,
    open: impl Fn(Caller, usize) -> F,
) -> Vec<Said> {
    if stalled { pair.all_stalled(CALLERS, open).await } else { pair.all(CALLERS, open).await }
}

fn password(who: usize) -> String {
    format!("dormouse-kettle-{who}-7")
}

/// Whether the password of the one who was served is the account's; of anybody, if nobody knows.
async fn is_in_force(pair: &Pair, email: &str, said: &[Said]) -> bool {
    let served = said.iter().position(|said| said.status == 204);
    let mut good = 0;
    for who in served.map_or(0..CALLERS, |served| served..served + 1) {
        let said = pair.nodes[0].log_in_with(email, &password(who)).await.unwrap();
        good += usize::from(said.status == 200);
    }
    good == 1
}
