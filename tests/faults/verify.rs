//! After a restart: does the server know everything it acknowledged?

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use futures_util::{StreamExt as _, stream};

use crate::{
    callers::Said,
    inspect,
    journal::{Grant, Journal, Session, Standing, Step},
    load::Load,
    place::Place,
    verdict::Verdict,
};

/// How many questions are asked at a time.
const AT_A_TIME: usize = 16;

/// What was looked at and what was found.
#[derive(Debug, Default)]
pub struct Findings {
    /// What was acknowledged and is not there.
    pub lost: Vec<String>,
    /// What was done by half.
    pub halves: Vec<String>,
    /// How many tokens were shown that must work.
    pub shown: usize,
    /// How many tokens were shown that must not.
    pub dead: usize,
    /// How many steps were under way when the server died and had happened.
    pub happened: usize,
    /// How many had not.
    pub undone: usize,
}

impl Findings {
    /// Says what was found, and that nothing may be lost or done by half.
    pub fn judge(&self, verdict: &mut Verdict) {
        verdict.none("lost", &self.lost);
        verdict.none("halves", &self.halves);
        verdict.tell("worked_afterwards", self.shown);
        verdict.tell("stayed_ended", self.dead);
        verdict.tell("under_way_and_happened", self.happened);
        verdict.tell("under_way_and_had_not", self.undone);
    }

    fn lose(&mut self, text: String) {
        self.lost.push(text);
    }

    /// Adds the findings of another look.
    pub fn add(&mut self, other: Self) {
        self.lost.extend(other.lost);
        self.halves.extend(other.halves);
        self.shown += other.shown;
        self.dead += other.dead;
        self.happened += other.happened;
        self.undone += other.undone;
    }
}

/// Looks at everything touched since the last look.
pub async fn fresh(load: &Load, place: &Place) -> Findings {
    let mut found = Findings { halves: inspect::halves(place).await, ..Findings::default() };
    // First, while the grace of a rotation that got no answer lasts.
    doubtful(load, &mut found).await;
    grants(load, &mut found, |grant| grant.fresh).await;
    replaced(load, &mut found).await;
    accounts(load, place, &mut found).await;
    sessions(load, &mut found).await;
    let mut journal = load.journal();
    journal.grants.iter_mut().for_each(|grant| grant.fresh = false);
    journal.people.values_mut().for_each(|person| person.fresh = false);
    found
}

/// At the end: every pair that was ever handed out and not ended, and every registration.
pub async fn all(load: &Load) -> Findings {
    let mut found = Findings::default();
    grants(load, &mut found, |_| true).await;
    everybody_walks_in(load, &mut found).await;
    found
}

/// Rotations and revocations that got no answer: shown again, a rotation is answered.
async fn doubtful(load: &Load, found: &mut Findings) {
    let all = load.journal().grants.clone();
    for (at, grant) in all.iter().enumerate() {
        if grant.standing == Standing::Rotating {
            let happened = load.patient.bearer_opens(&grant.access).await.unwrap().status != 200;
            let said = load.patient.refresh(&grant.refresh).await.unwrap();
            if said.status == 200 {
                load.rotated(at, &said);
            } else {
                found.lose(format!("a rotation without an answer (done: {happened}): {said:?}"));
                load.journal().grants[at].standing = Standing::Ended;
            }
            *(if happened { &mut found.happened } else { &mut found.undone }) += 1;
        } else if grant.standing == Standing::Ending {
            let ended = load.patient.bearer_opens(&grant.access).await.unwrap().status != 200;
            let standing = if ended { Standing::Ended } else { Standing::Good };
            load.journal().grants[at].standing = standing;
            *(if ended { &mut found.happened } else { &mut found.undone }) += 1;
        }
    }
}

/// Every pair must work: the access token opens the door, the refresh token is rotated, the new pair works.
async fn grants(load: &Load, found: &mut Findings, which: impl Fn(&Grant) -> bool) {
    let all = load.journal().grants.clone();
    let chosen = all.into_iter().enumerate().filter(|(_, grant)| which(grant));
    let good = |grant: &Grant| grant.standing == Standing::Good;
    let (good, ended): (Vec<_>, Vec<_>) = chosen.partition(|(_, grant)| good(grant));
    let checks = stream::iter(good).map(|(at, grant)| async move {
        let opens = load.patient.bearer_opens(&grant.access).await.unwrap();
        let renewed = load.patient.refresh(&grant.refresh).await.unwrap();
        if opens.status != 200 || renewed.status != 200 {
            return Some(format!("a pair of tokens: {opens:?}, {renewed:?}"));
        }
        load.rotated(at, &renewed);
        let opens = load.patient.bearer_opens(&renewed.text("access_token")).await.unwrap();
        (opens.status != 200).then(|| format!("a pair renewed after the restart: {opens:?}"))
    });
    let lost: Vec<_> = checks.buffer_unordered(AT_A_TIME).collect().await;
    found.shown += 2 * lost.len();
    found.lost.extend(lost.into_iter().flatten());
    let dead: Vec<String> = ended.into_iter().map(|(_, grant)| grant.access).collect();
    stay_dead(load, found, dead).await;
}

/// Access tokens that a rotation has ended must not open the door again.
async fn replaced(load: &Load, found: &mut Findings) {
    let dead = std::mem::take(&mut load.journal().replaced);
    stay_dead(load, found, dead).await;
}

async fn stay_dead(load: &Load, found: &mut Findings, dead: Vec<String>) {
    let checks = stream::iter(dead)
        .map(|token| async move { load.patient.bearer_opens(&token).await.unwrap() });
    let answers: Vec<Said> = checks.buffer_unordered(AT_A_TIME).collect().await;
    found.dead += answers.len();
    for said in answers.iter().filter(|said| said.status != 401) {
        found.lose(format!("the end of a token: {said:?}"));
    }
}

/// Every acknowledged registration is there under its number, every acknowledged activation holds.
async fn accounts(load: &Load, place: &Place, found: &mut Findings) {
    let known = inspect::accounts(place).await;
    let known: BTreeMap<_, _> = known.iter().map(|fact| (fact.name.as_str(), fact)).collect();
    let mut journal = load.journal();
    for (email, person) in &mut journal.people {
        let is = known.get(email.as_str()).map(|fact| (fact.number, fact.state.as_str()));
        match (person.id, is) {
            (None, None) if person.fresh => found.undone += 1,
            (None, Some((id, _))) => {
                found.happened += 1;
                person.id = Some(id);
            }
            (Some(id), Some((there, _))) if id == there => {}
            (None, None) => {}
            (Some(id), is) => found.lose(format!("registration {id}: {is:?}")),
        }
        let active = is.is_some_and(|(_, state)| state == "active");
        match person.activation {
            Step::Done if !active => found.lose(format!("an activation: {is:?}")),
            Step::Asked if active => {
                found.happened += 1;
                person.activation = Step::Done;
            }
            Step::Asked => {
                found.undone += 1;
                person.activation = Step::No;
            }
            Step::Done | Step::No => {}
        }
    }
}

/// Auth tokens that were handed out open the door, those that were given back do not.
async fn sessions(load: &Load, found: &mut Findings) {
    let people: Vec<_> = fresh_people(&load.journal());
    for (email, session) in people {
        let (Session::In(token) | Session::Leaving(token) | Session::Out(token)) = &session else {
            continue;
        };
        let said = load.patient.token_opens(token).await.unwrap();
        match (&session, said.status) {
            (Session::In(_), 200) => found.shown += 1,
            (Session::Out(_), 401) => found.dead += 1,
            (Session::Leaving(_), 401) => found.happened += 1,
            (Session::Leaving(_), 200) => {
                found.undone += 1;
                let session = Session::In(token.clone());
                load.journal().people.get_mut(&email).unwrap().session = session;
            }
            _ => found.lose(format!("an auth token: {said:?}")),
        }
    }
}

fn fresh_people(journal: &Journal) -> Vec<(String, Session)> {
    let fresh = journal.people.iter().filter(|(_, person)| person.fresh);
    fresh.map(|(email, person)| (email.clone(), person.session.clone())).collect()
}

/// Every registration has its letter, is activated by it, and logs in. A letter that a dying courier held
/// is sent again once its lease of half a minute is over.
async fn everybody_walks_in(load: &Load, found: &mut Findings) {
    let registered = |journal: &Journal| -> Vec<(String, Step)> {
        let there = journal.people.iter().filter(|(_, person)| person.id.is_some());
        there.map(|(email, person)| (email.clone(), person.activation)).collect()
    };
    let people = registered(&load.journal());
    let began = Instant::now();
    let unwritten = |email: &str| load.post.lock().unwrap().link_to(email).is_none();
    while people.iter().any(|(email, _)| unwritten(email))
        && began.elapsed() < Duration::from_mins(1)
    {
        tokio::time::sleep(Duration::from_millis(100)).await;
        load.post.lock().unwrap().look();
    }
    let checks = stream::iter(people).map(|(email, activation)| async move {
        let Some(link) = load.post.lock().unwrap().link_to(&email).cloned() else {
            return Some(format!("the letter of {email}"));
        };
        if activation == Step::No {
            let said = load.patient.activate(&link).await.unwrap();
            if said.status != 204 {
                return Some(format!("an activation link: {said:?}"));
            }
        }
        let said = load.patient.log_in(&email).await.unwrap();
        (said.status != 200).then(|| format!("the login of {email}: {said:?}"))
    });
    // Logins cost a hash each: not more at a time than the server has threads and patience for.
    let lost: Vec<_> = checks.buffer_unordered(4).collect().await;
    found.shown += lost.len();
    found.lost.extend(lost.into_iter().flatten());
}
