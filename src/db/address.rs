//! The address of a database that several servers may hold: `postgres://u:p@a:5432,b:5433/site`.
//!
//! The form is libpq's (PostgreSQL manual, 34.1.1.3): some hosts, separated by commas, of which one is
//! the primary. The driver knows one host, so the address is taken apart into one for each.

use std::str::FromStr as _;

use sqlx::postgres::PgConnectOptions;

/// The most servers that one address may name.
const MOST: usize = 16;

/// What is wrong with an address. It may hold a password, so it is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAddress {
    /// It begins with something else.
    #[error("begins with `postgres:`")]
    Scheme,
    /// There is nothing between two commas, or there are too many hosts.
    #[error("names from 1 to {MOST} hosts, separated by commas")]
    Hosts,
    /// Another kind of server is wanted than the primary.
    #[error("`target_session_attrs` is `read-write` or `primary`, or is left out")]
    Target,
    /// It names several servers where one is meant.
    #[error("names one host")]
    Several,
    /// The driver does not understand the rest.
    #[error("is `postgres://USER:PASSWORD@HOST:PORT/NAME`")]
    Unreadable,
}

/// Takes an address apart: one address for each server, in their order.
///
/// # Errors
/// It is not `postgres:`, or not understood.
pub fn servers(url: &str) -> Result<Vec<String>, InvalidAddress> {
    let (scheme, rest) = url.split_once(':').ok_or(InvalidAddress::Scheme)?;
    if !["postgres", "postgresql"].contains(&scheme) {
        return Err(InvalidAddress::Scheme);
    }
    let rest = rest.strip_prefix("//").ok_or(InvalidAddress::Unreadable)?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let (user, hosts) = match authority.rsplit_once('@') {
        Some((user, hosts)) => (format!("{user}@"), hosts),
        None => (String::new(), authority),
    };
    let rest = without_target(rest)?;
    let hosts: Vec<&str> = hosts.split(',').collect();
    if hosts.len() > MOST || (hosts.len() > 1 && hosts.iter().any(|host| host.is_empty())) {
        return Err(InvalidAddress::Hosts);
    }
    let servers = hosts.iter().map(|host| format!("{scheme}://{user}{host}{rest}"));
    servers
        .map(|server| {
            PgConnectOptions::from_str(&server).map_err(|_| InvalidAddress::Unreadable)?;
            Ok(server)
        })
        .collect()
}

/// What follows the hosts, without `target_session_attrs`: which of the servers is the primary, we
/// find out ourselves.
fn without_target(rest: &str) -> Result<String, InvalidAddress> {
    let Some((path, query)) = rest.split_once('?') else { return Ok(rest.to_owned()) };
    let mut kept = Vec::new();
    for pair in query.split('&') {
        match pair.strip_prefix("target_session_attrs=") {
            Some("read-write" | "primary") => {}
            Some(_) => return Err(InvalidAddress::Target),
            None => kept.push(pair),
        }
    }
    let mark = if kept.is_empty() { "" } else { "?" };
    Ok(format!("{path}{mark}{}", kept.join("&")))
}

/// What the driver connects with.
pub(super) fn options(server: &str) -> sqlx::Result<PgConnectOptions> {
    Ok(PgConnectOptions::from_str(server)?.application_name("masthead"))
}

/// How a server is called in the log and in figures: `host:port`.
pub(super) fn name(options: &PgConnectOptions) -> String {
    match options.get_socket() {
        Some(socket) => format!("{}:{}", socket.display(), options.get_port()),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        for (url, taken_apart) in [
            ("postgres://app@db/site", vec!["postgres://app@db/site"]),
            ("postgres://db", vec!["postgres://db"]),
            ("postgres:///site?host=/run/pg", vec!["postgres:///site?host=/run/pg"]),
            (
                "postgresql://u:p@a:5432,b:5433/db?target_session_attrs=read-write",
                vec!["postgresql://u:p@a:5432/db", "postgresql://u:p@b:5433/db"],
            ),
            (
                "postgres://[::1]:1,[::2]/db?sslmode=disable&target_session_attrs=primary",
                vec![
                    "postgres://[::1]:1/db?sslmode=disable",
                    "postgres://[::2]/db?sslmode=disable",
                ],
            ),
        ] {
            assert_eq!(servers(url).unwrap(), taken_apart, "{url}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for (url, why) in [
            ("", InvalidAddress::Scheme),
            ("mysql://a/b", InvalidAddress::Scheme),
            ("postgres:a", InvalidAddress::Unreadable),
            ("postgres://u@a,,b/db", InvalidAddress::Hosts),
            ("postgres://a,b/db?target_session_attrs=any", InvalidAddress::Target),
            ("postgres://a:1,b:x/db", InvalidAddress::Unreadable),
        ] {
            assert_eq!(servers(url).unwrap_err(), why, "{url}");
        }
        let many = vec!["a"; MOST + 1].join(",");
        assert_eq!(servers(&format!("postgres://{many}/db")), Err(InvalidAddress::Hosts));
    }

    proptest! {
        #[test]
        fn nothing_panics(rest in "\\PC{0,60}") {
            let _ = servers(&format!("postgres://{rest}"));
        }
    }
}
