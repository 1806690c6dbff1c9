//! The content clock: the database counts its own changes, and everything that is cached says up to
//! which change it has seen.

mod applier;
mod as_of;
mod channel;
mod clock;
mod fence;
mod follower;
mod log;
#[cfg(test)]
mod memory_log;
mod news;
mod provenance;
mod stamper;
mod tag_clock;
mod token;

pub use applier::Heard;
pub use as_of::{AsOf, Epoch};
pub use channel::Channel;
pub use clock::{ContentClock, Standing};
pub use fence::{Fence, Moment};
pub use follower::Follower;
pub use log::{Asking, Change, ChangeLog, Fresh, LogCursor, LogError, Mark, Page, Pass, Reading};
pub use news::News;
pub use provenance::{Provenance, TagHash, TagSet};
pub use stamper::{Stamper, Unsettled, follow, report};
pub use tag_clock::TagClock;
pub use token::{Token, TokenKey};
