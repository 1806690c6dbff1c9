//! Tiers: there is one, since everything is free.

use schemars::JsonSchema;
use serde::Serialize;

/// A tier of members.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(in crate::web::api) struct Tier {
    id: &'static str,
    name: &'static str,
    description: Option<&'static str>,
    slug: &'static str,
    active: bool,
    #[serde(rename = "type")]
    kind: &'static str,
    welcome_page_url: Option<&'static str>,
    created_at: &'static str,
    updated_at: Option<&'static str>,
    visibility: &'static str,
    benefits: [&'static str; 0],
    trial_days: u32,
    currency: Option<&'static str>,
    monthly_price: Option<u32>,
    yearly_price: Option<u32>,
}

impl Tier {
    /// What everybody has.
    pub(in crate::web::api) const FREE: Self = Self {
        id: "000000000000000000000001",
        name: "Free",
        description: None,
        slug: "free",
        active: true,
        kind: "free",
        welcome_page_url: None,
        created_at: "1970-01-01T00:00:00.000Z",
        updated_at: None,
        visibility: "public",
        benefits: [],
        trial_days: 0,
        currency: None,
        monthly_price: None,
        yearly_price: None,
    };
}
