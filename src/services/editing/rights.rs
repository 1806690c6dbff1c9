//! Who may do what to a post: the one place that decides it.

use crate::domain::author::Role;
use crate::domain::{PostKind, Status};

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Change its words.
    Edit,
    /// Show it to readers, now or later, or take it back from them.
    Publish,
    /// Remove it for good.
    Delete,
}

/// What decides of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Post or page.
    pub kind: PostKind,
    /// Where it is on its way to the readers.
    pub status: Status,
    /// Whether who asks is one of its authors.
    pub is_own: bool,
}

/// Whether a role allows it. The roles are Ghost's: pages are made by those who see to the whole
/// site, an author sees to posts of their own, and a contributor hands drafts in.
#[must_use]
pub fn may(role: Role, act: Act, post: Standing) -> bool {
    let is_own_post = post.is_own && post.kind == PostKind::Post;
    match role {
        Role::Owner | Role::Administrator | Role::Editor => true,
        Role::Author => is_own_post,
        Role::Contributor => is_own_post && post.status == Status::Draft && act != Act::Publish,
    }
}

/// What a user may do to a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// Change its words.
    pub edit: bool,
    /// Show it to readers, or take it back.
    pub publish: bool,
    /// Remove it.
    pub delete: bool,
}

impl Rights {
    /// The rights of a role.
    #[must_use]
    pub fn of(role: Role, post: Standing) -> Self {
        let may = |act| may(role, act, post);
        Self { edit: may(Act::Edit), publish: may(Act::Publish), delete: may(Act::Delete) }
    }
}

/// Whether a role sees the posts of everybody.
#[must_use]
pub fn sees_all(role: Role) -> bool {
    matches!(role, Role::Owner | Role::Administrator | Role::Editor)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `edit publish delete`, for each status of a post of one's own; `-` where it is not allowed.
    #[test]
    fn each_role_has_its_rights() {
        let statuses = [Status::Draft, Status::Scheduled, Status::Published];
        for (role, kind, is_own, expected) in [
            (Role::Owner, PostKind::Page, false, "epd epd epd"),
            (Role::Administrator, PostKind::Page, false, "epd epd epd"),
            (Role::Editor, PostKind::Page, false, "epd epd epd"),
            (Role::Editor, PostKind::Post, false, "epd epd epd"),
            (Role::Author, PostKind::Post, true, "epd epd epd"),
            (Role::Author, PostKind::Post, false, "--- --- ---"),
            (Role::Author, PostKind::Page, true, "--- --- ---"),
            (Role::Contributor, PostKind::Post, true, "e-d --- ---"),
            (Role::Contributor, PostKind::Post, false, "--- --- ---"),
            (Role::Contributor, PostKind::Page, true, "--- --- ---"),
        ] {
            let acts = [(Act::Edit, 'e'), (Act::Publish, 'p'), (Act::Delete, 'd')];
            let of = |status| -> String {
                let standing = Standing { kind, status, is_own };
                let letter = |(act, c)| if may(role, act, standing) { c } else { '-' };
                acts.into_iter().map(letter).collect()
            };
            let found = statuses.map(of).join(" ");
            assert_eq!(found, expected, "{role:?}, {kind:?}, own: {is_own}");
        }
    }
}
