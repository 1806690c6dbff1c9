//! Connections to those whom a client may call: names are resolved here, and what was checked is what is
//! connected to. So a name cannot be one address when it is looked at and another when it is called.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower::Service;

use super::Peers;

/// Why no connection is made.
type Error = Box<dyn std::error::Error + Send + Sync>;

/// Makes connections to those who may be called.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    http: HttpConnector<Resolver>,
    peers: Peers,
}

/// Looks names up, and leaves out whom it may not call.
#[derive(Debug, Clone, Copy)]
struct Resolver(Peers);

/// What was to be called is not to be called.
#[derive(Debug, thiserror::Error)]
#[error("the address is not one of the public internet")]
struct OutOfPeers;

impl Connector {
    pub(super) fn new(peers: Peers) -> Self {
        let mut http = HttpConnector::new_with_resolver(Resolver(peers));
        // The scheme is looked at by what stands around this: with `https` there is TLS over it.
        http.enforce_http(false);
        Self { http, peers }
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = Error;
    type Future = BoxFuture<'static, Result<Self::Response, Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.http.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        // An address that stands in the place of a name is not looked up.
        let written = uri.host().and_then(written_address);
        if written.is_some_and(|address| !self.peers.admits(address)) {
            return Box::pin(async { Err(OutOfPeers.into()) });
        }
        let connection = self.http.call(uri);
        Box::pin(async move { Ok(connection.await?) })
    }
}

/// The address that a host is, where it is no name. What else means an address to the system (`127.1`,
/// `0x7f000001`) is looked up as names are.
fn written_address(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, io::Result<Self::Response>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let peers = self.0;
        Box::pin(async move {
            // The port is put in by whoever asked.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let within: Vec<_> = found.filter(|address| peers.admits(address.ip())).collect();
            if within.is_empty() {
                Err(io::Error::other(OutOfPeers))
            } else {
                Ok(within.into_iter())
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a connection to a listener on loopback is made, by each way of writing where it is.
    #[tokio::test]
    async fn nothing_leads_to_loopback_from_outside() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        for host in
            ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "[::ffff:7f00:1]"]
        {
            let uri: Uri = format!("http://{host}:{port}/").parse().unwrap();
            let error = Connector::new(Peers::Public).call(uri.clone()).await.unwrap_err();
            assert!(words(&*error).contains("not one of the public internet"), "{host}: {error}");
            assert!(Connector::new(Peers::Any).call(uri).await.is_ok(), "{host}");
        }
    }

    fn words(error: &(dyn std::error::Error + 'static)) -> String {
        let source = error.source().map(words).unwrap_or_default();
        format!("{error} {source}")
    }
}
