//! Where a call may go: an address that somebody else wrote down is not to lead into our own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Host;

/// Which addresses a client connects to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peers {
    /// Any: whoever runs the site named them.
    Any,
    /// Those of the public internet alone.
    Public,
}

impl Peers {
    /// Whether a connection to an address may be made.
    #[must_use]
    pub fn admits(self, address: IpAddr) -> bool {
        self == Self::Any || is_public(address)
    }

    /// Whether a host may be called, as far as can be said before a name is looked up. What stands for an
    /// address, in whatever way it is written, is judged as one; of names only those of this very machine are.
    #[must_use]
    pub fn admits_host(self, host: &Host<&str>) -> bool {
        match *host {
            Host::Ipv4(address) => self.admits(address.into()),
            Host::Ipv6(address) => self.admits(address.into()),
            Host::Domain(name) => self == Self::Any || !is_this_machine(name),
        }
    }
}

/// Whether a name is one of this machine, whoever is asked (RFC 6761): `localhost`, and what ends in it.
fn is_this_machine(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.rsplit('.').next().is_some_and(|last| last.eq_ignore_ascii_case("localhost"))
}

/// Whether an address is one of the public internet, by the registries of special addresses (RFC 6890 and
/// what followed it).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    !matches!(
        address.octets(),
        // This network, loopback, and private ones (RFC 1918); multicast, reserved, broadcast.
        [0 | 10 | 127 | 224..=255, ..]
            | [172, 16..=31, ..]
            | [192, 168, ..]
            // Behind the NAT of a provider (RFC 6598); link-local, where clouds keep their metadata.
            | [100, 64..=127, ..]
            | [169, 254, ..]
            // Assignments of the IETF, documentation, relays of 6to4, benchmarks.
            | [192, 0, 0 | 2, _]
            | [192, 88, 99, _]
            | [198, 18 | 19, ..]
            | [198, 51, 100, _]
            | [203, 0, 113, _]
    )
}

/// Of IPv6 only the part that is given out is public (`2000::/3`), and of that not what stands for
/// something else. An address that carries one of IPv4 is what it carries.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match address.segments() {
        // IPv4-mapped (RFC 4291), and the prefix of NAT64 (RFC 6052).
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            embedded(high, low)
        }
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => embedded(high, low),
        // Assignments of the IETF, Teredo among them; documentation.
        [0x2001, 0..=0x01ff | 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        let public = [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "192.167.255.255",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001:80b::200e",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
        ];
        let others = [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.1.2.3",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0.0.0.0",
            "64:ff9b::7f00:1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:7f00:1::",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2002:c0a8:101::",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456:789a::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ];
        for (addresses, is_public) in [(&public[..], true), (&others[..], false)] {
            for text in addresses {
                let address: IpAddr = text.parse().unwrap();
                assert_eq!(Peers::Public.admits(address), is_public, "{text}");
                assert!(Peers::Any.admits(address), "{text}");
            }
        }
    }

    #[test]
    fn a_host_is_judged_as_far_as_it_is_written_out() {
        let admitted = [
            "https://hooks.example.org/",
            "http://1.1.1.1/",
            "http://[2606:4700::1]/",
            "http://localhost.example/",
        ];
        let refused = [
            "http://127.0.0.1/",
            "http://127.0.0.1.:8080/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://10.0.0.1/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://[fd12:3456:789a::1]/",
            "http://localhost/",
            "https://LOCALHOST.:8080/",
            "http://site.localhost/",
        ];
        for (addresses, is_admitted) in [(&admitted[..], true), (&refused[..], false)] {
            for text in addresses {
                let url = url::Url::parse(text).unwrap();
                let host = url.host().unwrap();
                assert_eq!(Peers::Public.admits_host(&host), is_admitted, "{text}");
                assert!(Peers::Any.admits_host(&host), "{text}");
            }
        }
    }
}
