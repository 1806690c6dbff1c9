//! From the first request to the last: serve, stand aside, drain, then drop.
//!
//! A balancer goes on sending requests to an instance until its probe has failed. So the first signal
//! refuses nothing: the instance says that it is not ready any more, serves on for a while, and closes
//! each connection with the answer to its next request. Then it stops accepting and lets requests under
//! way finish. A second signal at any time, or the limit on draining, drops what is left.

use std::convert::Infallible;
use std::future::{Future, IntoFuture as _};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::ServiceExt as _;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::response::Response;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tower::{Service, ServiceExt as _};

/// How an instance stops.
#[derive(Debug, Clone, Copy)]
pub struct Drain {
    /// How long everything is served on after the signal.
    pub delay: Duration,
    /// How long requests under way may take after that.
    pub limit: Duration,
}

/// Serves until a signal comes, then drains. `stand_aside` is called at the signal: from then on the
/// instance is to say that it is not ready. Gives whether every request was finished.
///
/// # Errors
/// The listener fails.
pub async fn serve<S>(
    listener: TcpListener,
    site: S,
    drain: Drain,
    stand_aside: impl FnOnce() + Send + 'static,
) -> io::Result<bool>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let (stopping, mut stopped) = watch::channel(Phase::Serving);
    let is_leaving = Arc::new(AtomicBool::new(false));
    let leaving = is_leaving.clone();
    let site = site.map_response(move |mut answer: Response| {
        if leaving.load(Ordering::Relaxed) {
            // RFC 9112, section 9.6: the client sends nothing more on this connection.
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        answer
    });
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
            is_leaving.store(true, Ordering::Relaxed);
            stand_aside();
            stopping.send_replace(Phase::StandingAside);
            if !drain.delay.is_zero() {
                tracing::info!(delay = ?drain.delay, "standing aside: serving on, and not ready any more");
                tokio::time::sleep(drain.delay).await;
            }
            tracing::info!("stopping: no new requests, finishing those under way");
            stopping.send_replace(Phase::Draining);
        })
        .into_future();
    tokio::select! {
        result = server => result.map(|()| true),
        () = give_up(&mut stopped, drain.limit) => Ok(false),
    }
}

/// Where an instance is on its way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Phase {
    Serving,
    StandingAside,
    Draining,
}

/// Resolves when draining has taken too long, or a second signal came.
async fn give_up(stopped: &mut watch::Receiver<Phase>, limit: Duration) {
    if stopped.wait_for(|&phase| phase > Phase::Serving).await.is_err() {
        // The server has ended by itself; there is nothing to give up.
        return std::future::pending().await;
    }
    let second = signal();
    let too_long = async {
        // What has ended by itself is not given up.
        if stopped.wait_for(|&phase| phase == Phase::Draining).await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(limit).await;
    };
    tokio::select! {
        () = too_long => tracing::warn!("draining took too long, dropping the rest"),
        () = second => tracing::warn!("a second signal, dropping the rest"),
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
