//! What goes wrong, and when: a schedule that follows from a seed alone, and the hand that carries it out.

mod inject;
mod schedule;

use std::fmt;

use clap::ValueEnum;

pub use inject::Injector;
pub use schedule::{Planned, schedule};

use crate::topology::Way;

/// The kinds of faults, by the part that has them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ValueEnum)]
pub enum Kind {
    /// The Redis of the cache is killed, frozen, and comes back empty.
    Redis,
    /// The Redis of the sessions likewise.
    Sessions,
    /// A standby stops replaying, replays late, or is gone.
    Standbys,
    /// News is lost, doubled or reordered.
    News,
    /// An instance is killed, frozen, or stopped.
    Instances,
    /// An instance crashes at a chosen place.
    Failpoints,
    /// The primary is restarted, or killed.
    Primary,
    /// A standby is promoted, and the primary is gone for good.
    Promotion,
    /// The CDN is restarted.
    Varnish,
    /// A way between two parts is cut, or swallows everything.
    Cuts,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.to_possible_value().expect("none is hidden").get_name())
    }
}

/// How a process goes away for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gone {
    Killed,
    Frozen,
    /// As an operator does it.
    Stopped,
}

/// A way that can be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Of an instance to a server of PostgreSQL, by its number among them.
    Postgres { instance: usize, server: usize },
    /// Of an instance to the Redis of the cache.
    Redis(usize),
    /// Of an instance to the Redis of the sessions.
    Sessions(usize),
    /// Of an instance to Varnish: its purges.
    Purges(usize),
    /// Of Varnish to the balancer.
    Origin,
    /// Of a standby to the primary, by its number among the servers.
    Replication(usize),
}

/// A fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Redis(Gone),
    Sessions(Gone),
    /// A standby, by how many places behind the primary, pauses its replay.
    ReplayPaused(usize),
    /// A standby replays late, by so many seconds.
    ReplayDelayed(usize, u64),
    StandbyKilled(usize),
    News(usize, Way),
    Instance(usize, Gone),
    /// An instance that crashes when it comes by this place.
    Failpoint(usize, &'static str),
    Primary(crate::topology::postgres::Stop),
    Promotion,
    Varnish,
    Cut(Link, Way),
}

impl Fault {
    pub const fn kind(self) -> Kind {
        match self {
            Self::Redis(_) => Kind::Redis,
            Self::Sessions(_) => Kind::Sessions,
            Self::ReplayPaused(_) | Self::ReplayDelayed(..) | Self::StandbyKilled(_) => {
                Kind::Standbys
            }
            Self::News(..) => Kind::News,
            Self::Instance(..) => Kind::Instances,
            Self::Failpoint(..) => Kind::Failpoints,
            Self::Primary(_) => Kind::Primary,
            Self::Promotion => Kind::Promotion,
            Self::Varnish => Kind::Varnish,
            Self::Cut(..) => Kind::Cuts,
        }
    }

    /// The instance that it touches alone.
    pub const fn instance(self) -> Option<usize> {
        match self {
            Self::News(instance, _)
            | Self::Instance(instance, _)
            | Self::Failpoint(instance, _)
            | Self::Cut(
                Link::Postgres { instance, .. }
                | Link::Redis(instance)
                | Link::Sessions(instance)
                | Link::Purges(instance),
                _,
            ) => Some(instance),
            _ => None,
        }
    }
}
