//! Where a request comes from, through the proxies in front.
//!
//! A proxy adds whom it was asked by to `X-Forwarded-For`, behind what was there. What stands there may
//! be anybody's invention up to the first proxy that is known; so the field is read from its end, for as
//! long as the one who wrote an entry is trusted.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use http::request::Parts;
use http::{HeaderMap, HeaderName, Request};
use ipnet::IpNet;

use crate::web::state::DeskState;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Without a listener, as in tests, nobody knows.
const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
/// The most entries that are read: no chain of proxies is longer.
const MAX_HOPS: usize = 32;

/// The address of the client, as far as those in front can be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::web) struct ClientAddress(pub IpAddr);

impl<S> FromRequestParts<S> for ClientAddress
where
    DeskState: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let desk = DeskState::from_ref(state);
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(NOBODY, |ConnectInfo(peer)| peer.ip());
        Ok(Self(client(peer, &parts.headers, &desk.trusted_proxies)))
    }
}

/// Where a request comes from, by the one who made the connection and what proxies say.
pub(in crate::web) fn of<B>(request: &Request<B>, trusted: &[IpNet]) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    client(peer.map_or(NOBODY, |ConnectInfo(peer)| peer.ip()), request.headers(), trusted)
}

/// The last in the chain who is not trusted: nobody behind them is believed.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let fields = headers.get_all(X_FORWARDED_FOR).iter().rev();
    let entries = fields.flat_map(|field| field.to_str().unwrap_or_default().rsplit(','));
    let mut client = peer.to_canonical();
    for entry in entries.take(MAX_HOPS) {
        if !is_trusted(&client) {
            break;
        }
        match address(entry.trim()) {
            Some(before) => client = before,
            None => break,
        }
    }
    client
}

/// An entry: an address, with a port behind it or without.
fn address(entry: &str) -> Option<IpAddr> {
    let with_port = || entry.parse().ok().map(|address: SocketAddr| address.ip());
    let in_brackets = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = entry.parse().ok().or_else(with_port).or_else(in_brackets)?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn from(peer: &str, fields: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for field in fields {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(field.as_bytes()).unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        client(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        const INSIDE: [&str; 2] = ["10.0.0.0/8", "fd00::/8"];
        for (peer, fields, client) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.0.0.2", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.2", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.2", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.2", &["198.51.100.1, 10.0.0.3"], "198.51.100.1"),
            ("10.0.0.2", &["1.1.1.1", "198.51.100.1,10.0.0.3"], "198.51.100.1"),
            ("10.0.0.2", &["10.0.0.4, 10.0.0.3"], "10.0.0.4"),
            ("10.0.0.2", &[], "10.0.0.2"),
            ("10.0.0.2", &["unknown"], "10.0.0.2"),
            ("10.0.0.2", &["198.51.100.1, _hidden, 10.0.0.3"], "10.0.0.3"),
            ("10.0.0.2", &["198.51.100.1:4711"], "198.51.100.1"),
            ("fd00::2", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("fd00::2", &["[2001:db8::1]"], "2001:db8::1"),
            ("10.0.0.2", &["", ",,"], "10.0.0.2"),
        ] {
            assert_eq!(from(peer, fields, &INSIDE), client, "{peer} {fields:?}");
        }
        assert_eq!(from("127.0.0.1", &["198.51.100.1"], &[]), "127.0.0.1", "nobody is by default");
    }

    proptest! {
        #[test]
        fn nobody_but_the_proxies_has_a_say(
            invented in prop::collection::vec("[^\\x00-\\x08\\x0a-\\x1f\\x7f]{0,40}", 0..6),
            client: [u8; 4],
        ) {
            let real = IpAddr::from(client);
            let inside: IpNet = "10.0.0.0/8".parse().unwrap();
            prop_assume!(!inside.contains(&real));
            // The proxy adds its entry to the last field, or in a field of its own.
            let mut fields: Vec<&str> = invented.iter().map(String::as_str).collect();
            let said = real.to_string();
            fields.push(&said);
            prop_assert_eq!(from("10.0.0.2", &fields, &["10.0.0.0/8"]), said.clone());
            let joined = fields.join(",");
            if HeaderValue::from_bytes(joined.as_bytes()).is_ok_and(|field| field.to_str().is_ok()) {
                prop_assert_eq!(from("10.0.0.2", &[&joined], &["10.0.0.0/8"]), said);
            }
        }
    }
}
