//! What a publication is made of: posts, pages, tags, authors, settings.
//!
//! This room is pure. It opens no connection, speaks no HTTP and reads no clock: time comes in
//! through [`Clock`]. Its types derive how they are stored ([`sqlx::FromRow`],
//! [`sqlx::Type`]) for the same reason that they derive `serde`: the fields stand in one place.

pub mod author;
pub mod cache_tag;
pub mod event;
pub mod ids;
mod instants;
pub mod integration;
pub mod listing;
pub mod media;
pub mod paths;
pub mod post;
pub mod settings;
pub mod sign_in;
pub mod slug;
pub mod social;
pub mod tag;
pub mod webhook;

pub use crate::clock::{Clock, Timestamp};
pub use crate::entropy::Entropy;
pub use author::Author;
pub use cache_tag::CacheTag;
pub use event::EventKind;
pub use ids::{
    DeliveryId, IntegrationId, KeyId, MediaId, PostId, SignInId, TagId, UserId, WebhookId,
};
pub use instants::Instants;
pub use listing::Scope;
pub use media::Media;
pub use post::{Post, PostKind, PostSummary, Status, Visibility};
pub use settings::Settings;
pub use sign_in::SignIn;
pub use slug::Slug;
pub use social::Social;
pub use tag::Tag;
pub use webhook::Webhook;
