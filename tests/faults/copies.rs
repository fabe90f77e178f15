//! A copy that was put back: does it hold everything that was acknowledged before it began, and all of that ended?

use futures_util::{StreamExt as _, stream};

use crate::{
    callers::Caller,
    journal::{Grant, Standing},
    verdict::Verdict,
};

/// How many questions are asked at a time.
const AT_A_TIME: usize = 16;

/// The grants at three moments around a copy.
pub struct Span {
    /// When it was asked for.
    pub before: Vec<Grant>,
    /// When it was there.
    pub after: Vec<Grant>,
    /// When work ended.
    pub last: Vec<Grant>,
    /// Those that were there before and were revoked once it was there.
    pub revoked: Vec<Grant>,
}

/// What was found in copies.
#[derive(Debug, Default)]
pub struct Found {
    /// What was acknowledged before and is not there, or is there twice.
    lost: Vec<String>,
    /// What had ended before and is good again.
    risen: Vec<String>,
    /// What is good after everything was ended.
    alive: Vec<String>,
    /// Grants shown that must be good.
    good: usize,
    /// Tokens shown that had ended before.
    dead: usize,
    /// Grants revoked after the copy that were good in it, until everything was ended.
    awakened: usize,
    /// Tokens shown after everything was ended.
    ended: usize,
}

/// What one grant was found to be.
enum One {
    Good,
    Dead,
    Lost(String),
    Risen(String),
    Nothing,
}

impl Found {
    /// Asks a server on the copy.
    pub async fn look(&mut self, caller: &Caller, span: &Span) {
        let both = span.before.iter().zip(&span.after);
        let asked = stream::iter(both).map(|(before, after)| one(caller, before, after));
        let all: Vec<One> = asked.buffer_unordered(AT_A_TIME).collect().await;
        for one in all {
            match one {
                One::Good => self.good += 1,
                One::Dead => self.dead += 1,
                One::Lost(text) => self.lost.push(text),
                One::Risen(text) => self.risen.push(text),
                One::Nothing => {}
            }
        }
        for grant in &span.revoked {
            self.awakened += usize::from(opens(caller, &grant.access).await);
        }
    }

    /// Asks a server on a copy after `restore --bump-epoch`.
    pub async fn look_after_the_end(&mut self, caller: &Caller, span: &Span) {
        let asked = stream::iter(span.last.iter().chain(&span.revoked)).map(|grant| async move {
            let renewed = caller.refresh(&grant.refresh).await.unwrap().status == 200;
            let mut alive = renewed.then(|| "a refresh token".to_owned());
            for access in grant.former.iter().rev().take(2).chain([&grant.access]) {
                if opens(caller, access).await {
                    alive = Some("an access token".to_owned());
                }
            }
            alive
        });
        let all: Vec<Option<String>> = asked.buffer_unordered(AT_A_TIME).collect().await;
        self.ended += all.len();
        self.alive.extend(all.into_iter().flatten());
    }

    /// How many findings there are so far.
    pub fn bad(&self) -> usize {
        self.lost.len() + self.risen.len() + self.alive.len()
    }

    /// Says what was found.
    pub fn judge(&self, verdict: &mut Verdict) {
        verdict.none("acknowledged_before_and_not_there", &self.lost);
        verdict.none("ended_before_and_good_again", &self.risen);
        verdict.none("good_after_bump_epoch", &self.alive);
        verdict.at_least("grants_shown_that_are_good", self.good, 1);
        verdict.at_least("grants_shown_that_had_ended", self.dead, 1);
        verdict.at_least("revoked_later_and_good_without_bump_epoch", self.awakened, 1);
        verdict.at_least("grants_shown_after_bump_epoch", self.ended, 1);
    }
}

async fn opens(caller: &Caller, access: &str) -> bool {
    caller.bearer_opens(access).await.unwrap().status == 200
}

/// One grant: as it was before the copy began, and when it was there. Meanwhile it may have gone on, and the copy then
/// has it in one of the states it went through.
async fn one(caller: &Caller, before: &Grant, after: &Grant) -> One {
    match before.standing {
        Standing::Good => good(caller, before, after).await,
        Standing::Ended => {
            let renewed = caller.refresh(&before.refresh).await.unwrap().status == 200;
            let risen = renewed || opens(caller, &before.access).await;
            if risen { One::Risen(format!("{before:?}")) } else { One::Dead }
        }
        // Nobody knows.
        Standing::Rotating | Standing::Ending => One::Nothing,
    }
}

async fn good(caller: &Caller, before: &Grant, after: &Grant) -> One {
    if let Some(replaced) = before.former.last()
        && opens(caller, replaced).await
    {
        return One::Risen(format!("an access token that was replaced: {before:?}"));
    }
    let later = after.former.iter().skip(before.former.len()).chain([&after.access]);
    let mut open = 0;
    for access in later {
        open += usize::from(opens(caller, access).await);
    }
    let touched = after.access != before.access;
    match (after.standing, open) {
        (Standing::Good, 1) if touched => One::Good,
        (Standing::Good, 1) => {
            let said = caller.refresh(&before.refresh).await.unwrap();
            let renewed = said.status == 200 && opens(caller, &said.text("access_token")).await;
            if renewed { One::Good } else { One::Lost(format!("its refresh token: {said:?}")) }
        }
        (Standing::Good, _) => One::Lost(format!("{open} of its states: {after:?}")),
        (_, 0 | 1) => One::Nothing,
        _ => One::Lost(format!("{open} of its states at once: {after:?}")),
    }
}
