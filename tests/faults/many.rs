//! F32, too: a million people, each with a grant and a pair of tokens, copied and put back.

use std::time::{Duration, Instant};

use cambio::sandbox::Sandbox;

use crate::{cluster::Cluster, inspect, place::Place, scene, server, verdict::Verdict};

/// How long they may take to be put back.
const LONGEST: Duration = Duration::from_mins(5);

/// By `cambio backup` and `cambio restore --bump-epoch`.
pub async fn in_a_file(sandbox: &Sandbox, people: usize) -> Verdict {
    let mut verdict = Verdict::default();
    let (place, there) = (Place::with_file(sandbox), Place::with_file(sandbox));
    scene::register_client(&place);
    let quickly = "pragma synchronous = off; pragma cache_size = -200000; begin";
    let fill = format!("{quickly}; {}; commit", rows(people, "randomblob(32)"));
    inspect::change(place.database_file().unwrap(), fill).await;
    let copy = place.file("copy");
    let copy = copy.to_str().unwrap();
    let began = Instant::now();
    server::run(&place, &["backup", copy]);
    verdict.took("copied", began.elapsed());
    let began = Instant::now();
    server::run(&there, &["restore", copy, "--bump-epoch"]);
    verdict.within("put_back", began.elapsed(), LONGEST);
    judge(&there, people, &mut verdict).await;
    verdict
}

/// By `pg_basebackup`, the archive, and `cambio restore --bump-epoch`.
pub async fn in_a_cluster(sandbox: &Sandbox, people: usize) -> Verdict {
    let mut verdict = Verdict::default();
    let mut cluster = Cluster::archived().await;
    let place = Place::at(&cluster.url(), sandbox);
    scene::register_client(&place);
    let digest = "sha256(convert_to('{}' || id, 'utf8'))";
    cluster.connect().await.batch_execute(&rows(people, digest)).await.unwrap();
    let began = Instant::now();
    let base = cluster.base().await;
    cluster.archive_now().await;
    verdict.took("copied", began.elapsed());
    cluster.kill();
    let began = Instant::now();
    let cluster_again = base.recover(&cluster).await;
    let there = Place::at(&cluster_again.url(), sandbox);
    server::run(&there, &["restore", "--bump-epoch"]);
    verdict.within("put_back", began.elapsed(), LONGEST);
    judge(&there, people, &mut verdict).await;
    verdict
}

async fn judge(there: &Place, people: usize, verdict: &mut Verdict) {
    let everybody = "from accounts where epoch = 1";
    verdict.exactly("people", inspect::count(there, everybody).await, people);
    let tokens = "from access_tokens t join refresh_tokens r on r.family_id = t.family_id";
    verdict.exactly("pairs", inspect::count(there, tokens).await, people);
    let standing = inspect::count(there, "from families where revoked_at is null").await;
    verdict.exactly("families_that_stand", standing, 0);
    let (server, ready) = server::Server::start(there).await;
    verdict.took("ready", ready);
    drop(server);
}

/// Statements that make so many of everything; `{}` in the digest tells kinds of tokens apart.
fn rows(people: usize, digest: &str) -> String {
    let of = |kind: &str| digest.replace("{}", kind);
    let (then, over) = ("1700000000000000", "4102444800000000");
    format!(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < {people}) \
         insert into accounts (email, email_key, email_verified_at, name, first_name, last_name, \
         password, state, is_admin, epoch, created_at) \
         select 'person' || i || '@example.com', 'person' || i || '@example.com', {then}, 'Ada', \
         '', '', '!', 'active', false, 0, {then} from n; \
         insert into families (account_id, client_key, scope, how, epoch, created_at) \
         select a.id, c.id, 'read', 'convert_token', 0, {then} from accounts a cross join clients c; \
         insert into access_tokens (digest, kind, family_id, scope, issued_at, expires_at) \
         select {}, 'access', id, 'read', {then}, {over} from families; \
         insert into refresh_tokens (digest, family_id, issued_at, expires_at) \
         select {}, id, {then}, {over} from families",
        of("access"),
        of("refresh"),
    )
}
