//! From the first request to the last: serve, drain, then drop.
//!
//! The first signal stops accepting and lets requests under way finish; a second one, or the limit
//! on draining, drops what is left.

use std::convert::Infallible;
use std::future::{Future, IntoFuture as _};
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::ServiceExt as _;
use axum::extract::Request;
use axum::response::Response;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::Service;

/// Serves until a signal comes, then drains. Gives whether every request was finished.
///
/// # Errors
/// The listener fails.
pub async fn serve<S>(listener: TcpListener, site: S, drain: Duration) -> io::Result<bool>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let (stopping, mut stopped) = watch::channel(false);
    // An answer is one or two small writes: none waits for another.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection gathers small writes");
        }
    });
    let site = site.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, site)
        .with_graceful_shutdown(async move {
            signal().await;
            tracing::info!("stopping: no new requests, finishing those under way");
            stopping.send_replace(true);
        })
        .into_future();
    tokio::select! {
        result = server => result.map(|()| true),
        () = give_up(&mut stopped, drain) => Ok(false),
    }
}

/// Resolves when draining has taken too long, or a second signal came.
async fn give_up(stopped: &mut watch::Receiver<bool>, drain: Duration) {
    if stopped.wait_for(|&stopping| stopping).await.is_err() {
        // The server has ended by itself; there is nothing to give up.
        return std::future::pending().await;
    }
    tokio::select! {
        () = tokio::time::sleep(drain) => tracing::warn!("draining took too long, dropping the rest"),
        () = signal() => tracing::warn!("a second signal, dropping the rest"),
    }
}

/// Resolves at SIGINT or SIGTERM.
fn signal() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    // Registered now, not at the first poll, so that no signal is missed.
    let streams = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        match streams {
            (Ok(mut interrupt), Ok(mut terminate)) => {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
            }
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(%error, "signals cannot be heard; only killing will stop this");
                std::future::pending::<()>().await;
            }
        }
    }
}
