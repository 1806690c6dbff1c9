//! The connections to one server that is the primary, each for its work.

use std::sync::Arc;

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::Limits;
use super::place::{History, Place, Refusal};

/// Connections for the clock's own work: a pass, a look into the log, a report. A few long writes must
/// not keep the clock waiting, since an instance that does not hear it counts as fenced.
const FOR_THE_CLOCK: u32 = 3;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// To read; it cannot write.
    Reader,
    /// To write.
    Writer,
    /// To follow the content clock.
    Clock,
}

/// The connections to one server. When the primary is another one, or has been away, they are closed
/// and others take their place.
#[derive(Debug)]
pub struct Pools {
    /// Which of the hosts it is.
    pub host: usize,
    /// Where it stood when it was found.
    pub place: Place,
    reader: PgPool,
    writer: PgPool,
    clock: PgPool,
}

impl Pools {
    /// Connections to a server, made as they are needed.
    pub fn to(
        host: usize,
        options: &PgConnectOptions,
        place: Place,
        limits: Limits,
        history: &Arc<History>,
    ) -> Self {
        let pool = |size: u32, options: PgConnectOptions, is_for_reading| {
            let history = history.clone();
            PgPoolOptions::new()
                .max_connections(size.max(1))
                .acquire_timeout(limits.acquire_timeout)
                // There may be another server behind the address than a moment ago.
                .after_connect(move |c, _| {
                    let history = history.clone();
                    Box::pin(async move {
                        let place = Place::of(c, is_for_reading).await;
                        place.and_then(|place| history.admit(place)).map_err(into_driver)?;
                        Ok(())
                    })
                })
                .connect_lazy_with(options)
        };
        let reading = options.clone().options([("default_transaction_read_only", "on")]);
        Self {
            host,
            place,
            reader: pool(limits.readers, reading, true),
            writer: pool(limits.writers, options.clone(), false),
            clock: pool(FOR_THE_CLOCK, options.clone(), false),
        }
    }

    /// The connections for some work.
    pub const fn of(&self, role: Role) -> &PgPool {
        match role {
            Role::Reader => &self.reader,
            Role::Writer => &self.writer,
            Role::Clock => &self.clock,
        }
    }

    /// Waits until every connection has come back, then closes them.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
        self.clock.close().await;
    }
}

fn into_driver(refusal: Refusal) -> sqlx::Error {
    match refusal {
        Refusal::Driver(error) => error,
        refusal => sqlx::Error::Configuration(Box::new(refusal)),
    }
}
