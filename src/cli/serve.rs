//! `masthead serve`: the site, until a signal comes.

use tokio::net::TcpListener;

use super::{Failure, say};
use crate::app::App;
use crate::config::Config;
use crate::fail_point;
use crate::lifecycle::{self, Drain};
use crate::services::accounts::SetUpCode;
use crate::services::welcome;
use crate::telemetry::metrics;

pub(super) async fn run(config: Config) -> Result<(), Failure> {
    let (address, server) = (config.server.listen, &config.server);
    let drain = Drain { delay: server.drain_delay(), limit: server.drain_timeout() };
    let _armed = fail_point::arm();
    // Before the parts are made: each takes its counters when it is.
    if let Some(address) = config.metrics.listen {
        metrics::serve(address, metrics::start()?).await.map_err(|error| Failure {
            message: format!("cannot listen on {address}: {error}"),
            code: 1,
        })?;
    }
    let app = App::open(config).await?;
    // Bound only now: whoever connects gets an answer.
    let listener = TcpListener::bind(address).await.map_err(|error| Failure {
        message: format!("cannot listen on {address}: {error}"),
        code: 1,
    })?;
    let is_new = welcome::seed(&app.db, &app.publishing, app.clock.as_ref()).await?;
    let code = app.accounts.set_up_code().await?;
    greet(&app.config, &listener, is_new, code.as_ref())?;
    let background = app.start().await?;
    let readiness = app.readiness();
    let finished = lifecycle::serve(listener, app.site(), drain, move || readiness.leave()).await?;
    if !finished {
        return Err("stopped before every request was finished".into());
    }
    // A database that does not answer keeps nobody: what was not committed is not kept anyway.
    let close = async {
        background.stop().await;
        app.close().await;
    };
    let closed = tokio::time::timeout(drain.limit, close).await;
    closed.map_err(|_| "stopped before the database was closed".into())
}

/// Where the site is, and what to do next. Standard output, since it is the answer to the command.
fn greet(
    config: &Config,
    listener: &TcpListener,
    is_new: bool,
    code: Option<&SetUpCode>,
) -> Result<(), Failure> {
    let url = config.server.base_url();
    let address = listener.local_addr()?;
    say(&format!("Masthead serves {url}/ from {address}."))?;
    if is_new {
        say("\nThis is a new site, with a few posts that show what it can do.")?;
        say("`masthead import PATH` brings a blog along: Markdown, or a Ghost export.")?;
    }
    if !config.server.is_https() && !config.server.is_loopback() {
        tracing::warn!("nobody can sign in at {url}: browsers keep no session without TLS");
    }
    if let Some(code) = code {
        say(&format!("\nIt has no owner yet. Become that at {url}/desk/set-up/ with the code"))?;
        say(&format!("  {code}"))?;
        say("or in a terminal: `masthead user add you@example.org`.")?;
        // Where standard output is not kept, the log is.
        tracing::info!(%code, "the site waits for its owner at /desk/set-up/");
    }
    Ok(())
}
