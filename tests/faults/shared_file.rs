//! F40: a second server on the same `SQLite` file. Nothing keeps anybody from starting it (while one program takes the
//! place of another there are two for a moment), so what two nodes on a PostgreSQL hold, two on a file hold, too.

use crate::{links, pair::On, races, scene::Scale, verdict::Verdict};

/// F40: F22 to F26 over two servers on one file.
pub async fn two_servers(scale: Scale) -> Verdict {
    let mut verdict = Verdict::default();
    let (checks, people) = scale.of((2000, 10), (200, 2));
    verdict.add("revocations", races::revocations(On::File, (checks, people)).await);
    verdict.add("refreshes", races::refreshes(On::File, scale.of(1000, 40)).await);
    verdict.add("codes", races::codes(On::File, scale.of(300, 20)).await);
    verdict.add("links", links::races(On::File, scale.of(50, 5)).await);
    verdict.add("births", races::births(On::File, scale.of(50, 5)).await);
    verdict
}
