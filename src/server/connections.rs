//! Who may have how many connections, and how long an answer may lie unread.

use std::{
    any::Any,
    collections::{HashMap, hash_map::Entry},
    net::Shutdown,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use actix_web::{dev::Extensions, rt::net::TcpStream};
use socket2::SockRef;

use crate::{
    config::server::Server,
    domain::caller::{Caller, Network, Proxies},
};

/// The connections that are open.
pub(super) struct Crowd {
    /// Most of one network; 0: as many as it likes.
    most: usize,
    /// Those who bring others, and are not counted.
    pub(super) proxies: Proxies,
    /// How long an answer may lie unread.
    patience: Duration,
    open: Mutex<HashMap<Network, usize>>,
}

/// A connection that is counted until this is dropped, which the server does when it ends.
struct Seat(Arc<Crowd>, Network);

impl Crowd {
    pub(super) fn of(options: &Server) -> Arc<Self> {
        Arc::new(Self {
            most: options.max_connections_per_address,
            proxies: Proxies::new(options.trusted_proxies.iter().map(|range| range.0)),
            patience: Duration::from_secs(options.write_timeout_seconds.into()),
            open: Mutex::default(),
        })
    }

    /// Looks at a new connection. One too many is hung up on before anything is read.
    pub(super) fn admit(self: &Arc<Self>, io: &dyn Any, data: &mut Extensions) {
        let Some(stream) = io.downcast_ref::<TcpStream>() else { return };
        let socket = SockRef::from(stream);
        give_up_after(&socket, self.patience);
        let Ok(peer) = stream.peer_addr() else { return };
        if self.most == 0 || self.proxies.contain(peer.ip()) {
            return;
        }
        match self.sit(Caller::new(peer.ip()).network()) {
            Some(seat) => drop(data.insert(seat)),
            // Somebody who has hung up already is as well gone.
            None => drop(socket.shutdown(Shutdown::Both)),
        }
    }

    fn sit(self: &Arc<Self>, network: Network) -> Option<Seat> {
        let mut open = self.open();
        let seats = open.entry(network).or_default();
        if *seats >= self.most {
            return None;
        }
        *seats += 1;
        Some(Seat(Arc::clone(self), network))
    }

    fn open(&self) -> MutexGuard<'_, HashMap<Network, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.0.open();
        if let Entry::Occupied(mut seats) = open.entry(self.1) {
            *seats.get_mut() -= 1;
            if *seats.get() == 0 {
                seats.remove();
            }
        }
    }
}

/// actix waits for ever until an answer is taken. The system does not: a connection whose other end takes nothing
/// of what was sent for so long is torn down (`TCP_USER_TIMEOUT`, which counts a window that stays shut, too).
fn give_up_after(socket: &SockRef<'_>, patience: Duration) {
    #[cfg(target_os = "linux")]
    if let Err(error) = socket.set_tcp_user_timeout(Some(patience)) {
        tracing::debug!(%error, "a connection is kept however long its answer lies unread");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (socket, patience);
}
