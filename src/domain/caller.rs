//! Where a request came from, as far as somebody says so who is believed.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// The address of whoever sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller(IpAddr);

/// The network that one caller has to itself: an address of IPv4, a /64 of IPv6, of which anybody gets at least
/// one with all its addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network(IpNet);

impl Caller {
    /// Nobody that is known: all of them are one.
    pub const NOBODY: Self = Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED));

    /// Who has the address.
    pub fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The address; none of nobody.
    pub fn address(self) -> Option<IpAddr> {
        (self != Self::NOBODY).then_some(self.0)
    }

    /// The network by which it is counted.
    pub fn network(self) -> Network {
        match self.0 {
            IpAddr::V4(address) => Network(Ipv4Net::from(address).into()),
            IpAddr::V6(address) => {
                let own = Ipv6Net::new_assert(address, 64);
                Network(own.trunc().into())
            }
        }
    }
}

impl std::fmt::Display for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The proxies that are believed about who called them.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Vec<IpNet>);

impl Proxies {
    /// Those in the ranges.
    pub fn new(ranges: impl IntoIterator<Item = IpNet>) -> Self {
        Self(ranges.into_iter().collect())
    }

    /// Whether it is one of them.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|range| range.contains(&address))
    }

    /// Who called: the other end of the connection; if that is one of the proxies, the rightmost address of
    /// `X-Forwarded-For` that is none of them. Whatever stands to the left of it anybody may have written.
    pub fn caller(&self, peer: IpAddr, forwarded: &[&str]) -> Caller {
        let mut nearest = peer;
        for hop in forwarded.iter().flat_map(|line| line.split(',')).rev() {
            if !self.contain(nearest) {
                break;
            }
            // One that cannot be read ends the trail: the last one who is known is answerable.
            let Some(address) = read(hop) else { break };
            nearest = address;
        }
        Caller::new(nearest)
    }
}

/// An address, as some proxies write it with a port.
fn read(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|hop| hop.strip_suffix(']')).unwrap_or(hop);
    let with_port = || hop.parse::<SocketAddr>().map(|socket| socket.ip()).ok();
    bare.parse().ok().or_else(with_port)
}

#[cfg(test)]
mod tests {
    use super::{Caller, Proxies};

    fn proxies(ranges: &[&str]) -> Proxies {
        Proxies::new(ranges.iter().map(|range| range.parse().expect("a range")))
    }

    fn caller(proxies: &Proxies, peer: &str, lines: &[&str]) -> String {
        let peer = peer.parse().expect("an address");
        proxies.caller(peer, lines).0.to_string()
    }

    #[test]
    fn a_header_is_believed_from_the_right_as_far_as_proxies_wrote_it() {
        let ours = proxies(&["10.0.0.0/8", "fd00::/8"]);
        for (peer, lines, who) in [
            ("198.51.100.1", &["203.0.113.9"][..], "198.51.100.1"),
            ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["1.2.3.4, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["1.2.3.4, 203.0.113.9, 10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", &["1.2.3.4", "203.0.113.9 ,10.0.0.2"], "203.0.113.9"),
            ("::ffff:10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("fd00::1", &["[2001:db8::9]:4711"], "2001:db8::9"),
            ("fd00::1", &["[2001:db8::9]"], "2001:db8::9"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &["1.2.3.4, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["1.2.3.4, _hidden, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &[""], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
        ] {
            assert_eq!(caller(&ours, peer, lines), who, "{peer} {lines:?}");
        }
        assert_eq!(caller(&proxies(&[]), "10.0.0.1", &["203.0.113.9"]), "10.0.0.1");
    }

    #[test]
    fn a_network_is_an_address_of_ipv4_and_a_64th_of_ipv6() {
        let network =
            |text: &str| Caller::new(text.parse().expect("an address")).network().to_string();
        assert_eq!(network("203.0.113.9"), "203.0.113.9/32");
        assert_eq!(network("::ffff:203.0.113.9"), "203.0.113.9/32");
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    }
}
