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
    without_effect: usize,
}

impl Tally {
    fn add(&mut self, race: &str, said: &[Said]) {
        self.errors += server_errors(said);
        self.put_off += said.iter().map(|said| said.put_off).sum::<usize>();
        if with_status(said, 204) != 1 {
            let all: Vec<_> = said.iter().map(|said| (said.status, said.put_off)).collect();
            self.odd.push(format!("{race}, status and how often put off: {all:?}"));
        }
    }
}

/// F25. Whoever is put off with 503 comes again, as a program does.
pub async fn races(on: On, rounds: usize) -> Verdict {
    let pair = Pair::start(on, |place| place).await;
    let mut verdict = Verdict::default();
    let (mut post, mut tally) = (Post::new(pair.place.mail()), Tally::default());
    for round in 0..rounds {
        let email = format!("ada{round}@example.com");
        let link = pair.invited(&mut post, &email).await;
        let open = |node: Caller, _| {
            let link = link.clone();
            async move { node.persistent().activate(&link).await.unwrap() }
        };
        tally.add(&format!("activation {round}"), &pair.all(CALLERS, open).await);
        let said = pair.nodes[1].forget(&email).await.unwrap();
        assert_eq!(said.status, 204, "{said:?}");
        let link = letter_to(&mut post, &email).await;
        let reset = |node: Caller, who: usize| {
            let link = link.clone();
            async move { node.persistent().set_password(&link, &password(who)).await.unwrap() }
        };
        let said = pair.all(CALLERS, reset).await;
        tally.add(&format!("reset {round}"), &said);
        tally.without_effect += usize::from(!is_in_force(&pair, &email, &said).await);
    }
    verdict.tell("rounds", rounds);
    verdict.none("without_exactly_one_success", &tally.odd);
    verdict.exactly("server_errors", tally.errors, 0);
    verdict.exactly("passwords_not_in_force", tally.without_effect, 0);
    let rest = "from accounts a join mail_tokens m on m.account_id = a.id \
                where m.purpose = 'activation' and m.consumed_at is not null and a.state <> 'active'";
    let used_up = inspect::count(&pair.place, rest).await;
    verdict.exactly("activation_links_used_up_for_nothing", used_up, 0);
    let active = inspect::count(&pair.place, "from accounts where state = 'active'").await;
    verdict.exactly("active_accounts", active, rounds);
    verdict.tell("put_off", tally.put_off);
    if !verdict.missed().is_empty() {
        server::complain(&pair.place);
    }
    pair.sandbox.stop().await;
    verdict
}

fn password(who: usize) -> String {
    format!("dormouse-kettle-{who}-7")
}

/// Whether the password of the one who was served is the account's.
async fn is_in_force(pair: &Pair, email: &str, said: &[Said]) -> bool {
    let Some(served) = said.iter().position(|said| said.status == 204) else { return false };
    let said = pair.nodes[0].log_in_with(email, &password(served)).await.unwrap();
    said.status == 200
}
