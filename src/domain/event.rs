//! Events: what happened to the site, in the words by which Ghost's webhooks call it.
//!
//! One change may be several events: publishing a post publishes it, edits it, and changes the site.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

use super::post::{FullPost, PostKind, Status};
use super::tag::Tag;

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// What readers see is not what it was.
    SiteChanged,
    /// Something happened to a post or a page.
    Post(PostKind, PostEvent),
    /// Something happened to a content tag.
    Tag(TagEvent),
}

/// What may happen to a post or a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PostEvent {
    /// It is there, in whatever state.
    Added,
    /// It was saved anew, in whatever state.
    Edited,
    /// It is gone.
    Deleted,
    /// Readers see it.
    Published,
    /// Readers saw it, and see it still, changed.
    PublishedEdited,
    /// Readers see it no more.
    Unpublished,
    /// It has an hour at which it will be published.
    Scheduled,
    /// It will not be published after all.
    Unscheduled,
    /// It will be published at another hour.
    Rescheduled,
    /// It has a content tag that it did not have.
    TagAttached,
    /// It has lost a content tag.
    TagDetached,
}

/// What may happen to a content tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TagEvent {
    /// It is there.
    Added,
    /// It was saved anew.
    Edited,
    /// It is gone.
    Deleted,
}

/// Why a text is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such event")]
pub struct UnknownEvent;

impl PostEvent {
    const ALL: [Self; 11] = [
        Self::Added,
        Self::Edited,
        Self::Deleted,
        Self::Published,
        Self::PublishedEdited,
        Self::Unpublished,
        Self::Scheduled,
        Self::Unscheduled,
        Self::Rescheduled,
        Self::TagAttached,
        Self::TagDetached,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Edited => "edited",
            Self::Deleted => "deleted",
            Self::Published => "published",
            Self::PublishedEdited => "published.edited",
            Self::Unpublished => "unpublished",
            Self::Scheduled => "scheduled",
            Self::Unscheduled => "unscheduled",
            Self::Rescheduled => "rescheduled",
            Self::TagAttached => "tag.attached",
            Self::TagDetached => "tag.detached",
        }
    }
}

impl TagEvent {
    const ALL: [Self; 3] = [Self::Added, Self::Edited, Self::Deleted];

    const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Edited => "edited",
            Self::Deleted => "deleted",
        }
    }
}

impl EventKind {
    /// All there are.
    pub fn all() -> impl Iterator<Item = Self> {
        let of = |kind| PostEvent::ALL.map(|event| Self::Post(kind, event));
        std::iter::once(Self::SiteChanged)
            .chain(of(PostKind::Post))
            .chain(of(PostKind::Page))
            .chain(TagEvent::ALL.map(Self::Tag))
    }

    /// What it happened to, as the API calls one: `post`. The site as a whole has no name.
    #[must_use]
    pub const fn subject(self) -> Option<&'static str> {
        match self {
            Self::SiteChanged => None,
            Self::Post(PostKind::Post, _) => Some("post"),
            Self::Post(PostKind::Page, _) => Some("page"),
            Self::Tag(_) => Some("tag"),
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let subject = self.subject().unwrap_or("site");
        match self {
            Self::SiteChanged => write!(f, "{subject}.changed"),
            Self::Post(_, event) => write!(f, "{subject}.{}", event.name()),
            Self::Tag(event) => write!(f, "{subject}.{}", event.name()),
        }
    }
}

impl FromStr for EventKind {
    type Err = UnknownEvent;

    fn from_str(text: &str) -> Result<Self, UnknownEvent> {
        Self::all().find(|kind| kind.to_string() == text).ok_or(UnknownEvent)
    }
}

impl TryFrom<String> for EventKind {
    type Error = UnknownEvent;

    fn try_from(text: String) -> Result<Self, UnknownEvent> {
        text.parse()
    }
}

/// What happened to a post or a page between two moments, in the order in which it is told. `None` is a
/// moment at which it was not there.
#[must_use]
pub fn of_post(before: Option<&FullPost>, after: Option<&FullPost>) -> Vec<EventKind> {
    let mut kinds = match (before, after) {
        (None, None) => return Vec::new(),
        (None, Some(after)) => added(after),
        (Some(before), None) => deleted(before),
        // One that becomes a page is no post any more.
        (Some(before), Some(after)) if kind(before) != kind(after) => {
            [deleted(before), added(after)].concat()
        }
        (Some(before), Some(after)) => edited(before, after),
    };
    // Readers see nothing of what is not published, neither before nor after.
    if [before, after].into_iter().flatten().any(|full| status(full) == Status::Published) {
        kinds.push(EventKind::SiteChanged);
    }
    kinds
}

/// What happened to a content tag between two moments. What is on no page yet changes none.
#[must_use]
pub fn of_tag(before: Option<&Tag>, after: Option<&Tag>) -> Vec<EventKind> {
    let event = match (before, after) {
        (None, None) => return Vec::new(),
        (None, Some(_)) => return vec![EventKind::Tag(TagEvent::Added)],
        (Some(_), None) => TagEvent::Deleted,
        (Some(_), Some(_)) => TagEvent::Edited,
    };
    vec![EventKind::Tag(event), EventKind::SiteChanged]
}

/// The fields of something that are not what they were, with the values that they had: all of them where
/// it is gone, none where it is new.
#[must_use]
pub fn previous(before: Option<Value>, after: Option<&Value>) -> Map<String, Value> {
    let Some(Value::Object(mut fields)) = before else { return Map::new() };
    if let Some(after) = after {
        fields.retain(|name, value| after.get(name) != Some(value));
    }
    fields
}

fn added(after: &FullPost) -> Vec<EventKind> {
    let mut events = vec![PostEvent::Added];
    match status(after) {
        Status::Draft => {}
        Status::Scheduled => events.push(PostEvent::Scheduled),
        Status::Published => events.push(PostEvent::Published),
    }
    if !after.tags.is_empty() {
        events.push(PostEvent::TagAttached);
    }
    named(after, events)
}

fn deleted(before: &FullPost) -> Vec<EventKind> {
    let unpublished = (status(before) == Status::Published).then_some(PostEvent::Unpublished);
    named(before, unpublished.into_iter().chain([PostEvent::Deleted]).collect())
}

fn edited(before: &FullPost, after: &FullPost) -> Vec<EventKind> {
    let mut events = match (status(before), status(after)) {
        (Status::Published, Status::Published) => vec![PostEvent::PublishedEdited],
        (Status::Published, Status::Draft) => vec![PostEvent::Unpublished],
        (Status::Published, Status::Scheduled) => {
            vec![PostEvent::Unpublished, PostEvent::Scheduled]
        }
        (Status::Draft | Status::Scheduled, Status::Published) => vec![PostEvent::Published],
        (Status::Draft, Status::Scheduled) => vec![PostEvent::Scheduled],
        (Status::Scheduled, Status::Draft) => vec![PostEvent::Unscheduled],
        (Status::Scheduled, Status::Scheduled) if hour(before) != hour(after) => {
            vec![PostEvent::Rescheduled]
        }
        (Status::Draft, Status::Draft) | (Status::Scheduled, Status::Scheduled) => vec![],
    };
    events.push(PostEvent::Edited);
    let lacks = |full: &FullPost, tag: &Tag| full.tags.iter().all(|other| other.id != tag.id);
    if after.tags.iter().any(|tag| lacks(before, tag)) {
        events.push(PostEvent::TagAttached);
    }
    if before.tags.iter().any(|tag| lacks(after, tag)) {
        events.push(PostEvent::TagDetached);
    }
    named(after, events)
}

fn named(full: &FullPost, events: Vec<PostEvent>) -> Vec<EventKind> {
    events.into_iter().map(|event| EventKind::Post(kind(full), event)).collect()
}

fn kind(full: &FullPost) -> PostKind {
    full.post.summary.kind
}

fn status(full: &FullPost) -> Status {
    full.post.summary.status
}

fn hour(full: &FullPost) -> Option<super::Timestamp> {
    full.post.summary.published_at
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::clock::Timestamp;
    use crate::domain::{Post, PostId, PostSummary, Slug, TagId};

    /// A post in a state, with an hour and tags: `published 1 a b`, or a page: `page draft 0`.
    fn post(text: &str) -> FullPost {
        let (kind, text) = match text.strip_prefix("page ") {
            Some(text) => (PostKind::Page, text),
            None => (PostKind::Post, text),
        };
        let mut words = text.split(' ');
        let status = match words.next() {
            Some("draft") => Status::Draft,
            Some("scheduled") => Status::Scheduled,
            _ => Status::Published,
        };
        let hour: i64 = words.next().unwrap().parse().unwrap();
        let slug = |text: &str| Slug::parse(text).unwrap();
        let tag = |name| Tag::named(TagId::derived(name), name, slug(name), Timestamp(0));
        let summary = PostSummary {
            status,
            published_at: (hour > 0).then_some(Timestamp(hour)),
            ..PostSummary::titled(PostId::derived("p"), kind, "P", slug("p"), Timestamp(0))
        };
        let post = Post::of(summary);
        FullPost { post, tags: words.map(tag).collect(), authors: Vec::new(), picture: None }
    }

    #[test]
    fn what_happened_to_a_post_lies_between_two_moments() {
        for (before, after, events) in [
            ("", "", ""),
            ("", "draft 0", "post.added"),
            ("", "draft 0 a", "post.added post.tag.attached"),
            ("", "scheduled 5", "post.added post.scheduled"),
            ("", "published 1", "post.added post.published site.changed"),
            ("", "page published 1", "page.added page.published site.changed"),
            ("draft 0", "", "post.deleted"),
            ("scheduled 5", "", "post.deleted"),
            ("published 1 a", "", "post.unpublished post.deleted site.changed"),
            ("page published 1", "", "page.unpublished page.deleted site.changed"),
            ("draft 0", "draft 0", "post.edited"),
            ("draft 0", "draft 5", "post.edited"),
            ("draft 0", "published 1", "post.published post.edited site.changed"),
            ("draft 0", "scheduled 5", "post.scheduled post.edited"),
            ("scheduled 5", "published 5", "post.published post.edited site.changed"),
            ("scheduled 5", "draft 5", "post.unscheduled post.edited"),
            ("scheduled 5", "scheduled 5", "post.edited"),
            ("scheduled 5", "scheduled 6", "post.rescheduled post.edited"),
            ("published 1", "published 1", "post.published.edited post.edited site.changed"),
            ("published 1", "published 2", "post.published.edited post.edited site.changed"),
            ("published 1", "draft 1", "post.unpublished post.edited site.changed"),
            (
                "published 1",
                "scheduled 5",
                "post.unpublished post.scheduled post.edited site.changed",
            ),
            ("draft 0 a", "draft 0 a b", "post.edited post.tag.attached"),
            ("draft 0 a b", "draft 0 b", "post.edited post.tag.detached"),
            ("draft 0 a", "draft 0 b", "post.edited post.tag.attached post.tag.detached"),
            ("draft 0 a b", "draft 0 b a", "post.edited"),
            ("page draft 0", "page draft 0", "page.edited"),
            (
                "published 1",
                "page draft 1",
                "post.unpublished post.deleted page.added site.changed",
            ),
            ("draft 0", "page published 1", "post.deleted page.added page.published site.changed"),
        ] {
            let of = |text: &str| (!text.is_empty()).then(|| post(text));
            let found = of_post(of(before).as_ref(), of(after).as_ref());
            let found: Vec<_> = found.iter().map(ToString::to_string).collect();
            assert_eq!(found.join(" "), events, "{before:?} → {after:?}");
        }
    }

    #[test]
    fn what_happened_to_a_tag_lies_between_two_moments() {
        let full = post("draft 0 a");
        let tag = full.tags.first();
        for (before, after, events) in [
            (None, None, ""),
            (None, tag, "tag.added"),
            (tag, tag, "tag.edited site.changed"),
            (tag, None, "tag.deleted site.changed"),
        ] {
            let found: Vec<_> = of_tag(before, after).iter().map(ToString::to_string).collect();
            assert_eq!(found.join(" "), events);
        }
    }

    #[test]
    fn every_event_has_a_name_by_which_it_is_found() {
        let mut names: Vec<_> = EventKind::all().map(|kind| kind.to_string()).collect();
        for (kind, name) in EventKind::all().zip(&names) {
            assert_eq!(name.parse(), Ok(kind));
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 1 + 11 + 11 + 3);
        for none in
            ["", "post", "post.", "Post.added", "site.added", "member.added", "tag.attached"]
        {
            assert_eq!(none.parse::<EventKind>(), Err(UnknownEvent), "{none}");
        }
    }

    #[test]
    fn previous_is_what_changed_as_it_was() {
        let (before, after) = (json!({"a": 1, "b": [1], "c": null}), json!({"a": 1, "b": [2]}));
        let of = |before: &Value, after| Value::Object(previous(Some(before.clone()), after));
        assert_eq!(of(&before, Some(&after)), json!({"b": [1], "c": null}));
        assert_eq!(of(&before, Some(&before)), json!({}));
        assert_eq!(of(&before, None), before);
        assert_eq!(previous(None, Some(&after)), Map::new());
    }
}
