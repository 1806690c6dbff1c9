//! A connection inside a transaction, on either database, and the macro that runs a query on it.

use sqlx::{Postgres, Sqlite};

/// Runs one expression on whichever database the connection is of.
///
/// The expression is compiled once for each; its SQL and its binds are the same.
macro_rules! on {
    ($connection:expr, $c:ident => $body:expr) => {
        match &mut $connection.inner {
            $crate::db::connection::Inner::Postgres(transaction) => {
                let $c = &mut **transaction;
                $body
            }
            $crate::db::connection::Inner::Sqlite(transaction) => {
                let $c = &mut **transaction;
                $body
            }
        }
    };
}
pub(super) use on;

/// Reads a row that the transaction is about to change, so that nobody else changes it before the
/// transaction ends: PostgreSQL locks it, and with SQLite whoever writes is alone.
macro_rules! hold {
    ($transaction:expr, $sql:literal, ($text:ident, $c:ident) => $body:expr) => {
        match &mut $transaction.inner {
            $crate::db::connection::Inner::Postgres(transaction) => {
                let ($text, $c) = (concat!($sql, " for update"), &mut **transaction);
                $body
            }
            $crate::db::connection::Inner::Sqlite(transaction) => {
                let ($text, $c) = ($sql, &mut **transaction);
                $body
            }
        }
    };
}
pub(super) use hold;

/// A connection inside a transaction: what every query is a function of.
#[derive(Debug)]
pub struct Connection {
    pub(super) inner: Inner,
}

#[derive(Debug)]
pub(super) enum Inner {
    Postgres(sqlx::Transaction<'static, Postgres>),
    Sqlite(sqlx::Transaction<'static, Sqlite>),
}
