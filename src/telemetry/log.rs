//! The log: lines on standard error, for people or for machines.

use std::io::IsTerminal as _;

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{LogConfig, LogFormat};

/// Starts the log. Called once, before anything is logged.
///
/// Colours are for terminals, and not where `NO_COLOR` is set (<https://no-color.org>).
pub fn init(config: &LogConfig) {
    let filter = EnvFilter::try_new(&config.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match config.format {
        LogFormat::Text => builder
            .with_ansi(std::io::stderr().is_terminal() && !no_color)
            .with_target(false)
            .init(),
        LogFormat::Json => builder.json().flatten_event(true).with_current_span(true).init(),
    }
}
