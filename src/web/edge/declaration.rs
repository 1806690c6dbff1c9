//! What a route declares, as data beside its handler.

use std::fmt;

use super::Policy;

/// Who may see the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody. The handler is given nothing that tells one reader from another.
    Public,
    /// The one who asked.
    Private,
}

/// What a route says of its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Declaration {
    /// Who may see the same bytes.
    pub audience: Audience,
    /// How long they may be kept.
    pub policy: Policy,
    /// The same for what is not there.
    pub missing: Policy,
    /// The parameters that the handler reads. Others it does not see, and they make no key.
    pub query: &'static [&'static str],
    /// Whether the response cache holds the answers. Files are at hand anyway.
    pub kept: bool,
}

impl Declaration {
    /// For pages, feeds and everything else that is made from the database.
    pub const PAGE: Self = Self {
        audience: Audience::Public,
        policy: Policy::PAGE,
        missing: Policy::MISSING,
        query: &[],
        kept: true,
    };
    /// For what may be another form of an address that has parameters, as `/search?q=a` is.
    pub const ELSEWHERE: Self = Self::PAGE.query(&["page", "q"]);
    /// For files under names that hold a hash of their bytes.
    pub const FILE: Self = Self {
        policy: Policy::IMMUTABLE,
        missing: Policy::UNKNOWN_NAME,
        kept: false,
        ..Self::PAGE
    };
    /// For what is true for one moment, or meant for one reader.
    pub const PRIVATE: Self = Self {
        audience: Audience::Private,
        policy: Policy::NOTHING,
        missing: Policy::NOTHING,
        query: &[],
        kept: false,
    };

    /// The same with parameters that the handler reads.
    #[must_use]
    pub const fn query(self, names: &'static [&'static str]) -> Self {
        Self { query: names, ..self }
    }

    /// The same with another policy.
    #[must_use]
    pub const fn policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }
}

/// One line: how the list of routes shows it.
impl fmt::Display for Declaration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let audience = match self.audience {
            Audience::Public => "public",
            Audience::Private => return f.write_str("private | `no-store` | | | | no"),
        };
        let text = |value: http::HeaderValue| value.to_str().unwrap_or_default().to_owned();
        write!(
            f,
            "{audience} | `{}` | `{}` | `{}` | {} | {}",
            text(self.policy.cache_control()),
            text(self.policy.targeted()),
            text(self.missing.targeted()),
            self.query.join(", "),
            if self.kept { "yes" } else { "no" },
        )
    }
}
