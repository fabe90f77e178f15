//! The crates `openidconnect` and `oauth2` go through all that they know of, against a running Cambio.

mod oauth;
mod openid;
mod person;
mod world;

use world::{Done, World};

fn main() -> Done {
    let world = World::read()?;
    openid::run(&world)?;
    oauth::run(&world)
}
