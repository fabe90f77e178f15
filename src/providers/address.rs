//! Which network addresses a provider may have, and the name lookup that lets no other through.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Whether an address is one of the public Internet.
///
/// Refused are loopback, private, link-local (cloud metadata lives there), shared (CGNAT), multicast,
/// documentation, benchmarking and reserved ranges (RFC 6890), and every IPv6 form that carries such
/// an IPv4 address inside.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let special = v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_multicast()
        || v4.is_documentation();
    let reserved = matches!(
        v4.octets(),
        [0 | 240..=255, ..]               // this network; reserved and broadcast
            | [100, 64..=127, ..]         // shared with carriers, RFC 6598
            | [192, 0, 0, _]              // protocol assignments
            | [192, 88, 99, _]            // 6to4 relays
            | [198, 18 | 19, ..] // benchmarking
    );
    !special && !reserved
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    match v6.segments() {
        // IPv4-mapped, and NAT64 (RFC 6052): as good as what they carry.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            is_public_v4(carried(high, low))
        }
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => is_public_v4(carried(high, low)),
        // Teredo, ORCHID and other protocol assignments (RFC 2928); documentation.
        [0x2001, 0..=0x1ff | 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // All global unicast lies in 2000::/3; loopback, ULA, link-local and multicast do not.
        [first, ..] => (0x2000..0x4000).contains(&first),
    }
}

fn carried(high: u16, low: u16) -> Ipv4Addr {
    Ipv4Addr::from((u32::from(high) << 16) | u32::from(low))
}

/// Looks names up with the system's resolver and hands on public addresses only. The connection goes
/// to the very address that was checked, so a name that changes its mind (rebinding) gains nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct PublicNames {
    /// Whether addresses of the private network pass too.
    pub(super) allow_private: bool,
}

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let kept: Vec<SocketAddr> =
                found.filter(|found| allow_private || is_public(found.ip())).collect();
            if kept.is_empty() {
                let why = "a provider's name has no public address";
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, why).into());
            }
            let kept: Addrs = Box::new(kept.into_iter());
            Ok(kept)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::is_public;

    #[test]
    fn only_the_public_internet_passes() {
        for address in [
            "8.8.8.8",
            "93.184.216.34",
            "100.63.255.255",
            "100.128.0.1",
            "172.32.0.1",
            "198.20.0.1",
            "2a02:6b8::1",
            "2606:4700::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ] {
            assert!(is_public(address.parse().expect("an address")), "{address}");
        }
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::8.8.8.8",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "5f00::1",
        ] {
            assert!(!is_public(address.parse().expect("an address")), "{address}");
        }
    }
}
