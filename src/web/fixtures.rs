//! A small publication for the tests of feeds and discovery.

use crate::domain::media::Picture;
use crate::domain::post::FullPost;
use crate::domain::slug::SlugStyle;
use crate::domain::{
    Author, Post, PostId, PostKind, PostSummary, Settings, Slug, Status, Tag, TagId, Timestamp,
    UserId, Visibility,
};

/// When everything in it was published: 2026-11-23T19:21:49Z.
pub(super) const PUBLISHED: Timestamp = Timestamp(1_795_461_709_000_000);

/// Where the publication stands.
pub(super) const BASE_URL: &str = "https://a.example";

pub(super) fn settings() -> Settings {
    Settings {
        title: "The <Gazette> & Co.".to_owned(),
        description: "News, \"slowly\"".to_owned(),
        icon: Some("/content/images/icon.png".to_owned()),
        logo: Some("https://cdn.example/logo.svg".to_owned()),
        locale: "de".to_owned(),
        security_contact: Some("security@a.example".to_owned()),
        ..Settings::default()
    }
}

pub(super) fn slug(text: &str) -> Slug {
    Slug::from_text(text, SlugStyle::Unicode).unwrap()
}

pub(super) fn tag(name: &str) -> Tag {
    Tag::named(TagId::derived(name), name, slug(name), PUBLISHED)
}

pub(super) fn author(name: &str) -> Author {
    Author::named(UserId::derived(name), name, slug(name), PUBLISHED)
}

pub(super) fn summary(title: &str) -> PostSummary {
    let slug = Slug::from_text(title, SlugStyle::Unicode).unwrap_or_else(|| slug("untitled"));
    PostSummary {
        status: Status::Published,
        excerpt: format!("About {title}"),
        reading_time: 1,
        published_at: Some(PUBLISHED),
        updated_at: PUBLISHED.plus_seconds(60),
        ..PostSummary::titled(PostId::derived(title), PostKind::Post, title, slug, PUBLISHED)
    }
}

/// A post that has nothing but a title and a text.
pub(super) fn post(title: &str, html: &str) -> FullPost {
    let post = Post {
        uuid: "4ff6d8a0-2b9b-4c8e-8b3d-0a7f4c6a2b11".to_owned(),
        markdown: html.to_owned(),
        html: html.to_owned(),
        ..Post::of(summary(title))
    };
    FullPost { post, tags: Vec::new(), authors: vec![author("Ada")], picture: None }
}

/// A post that has everything.
pub(super) fn rich_post() -> FullPost {
    let mut full = post(
        "Größe & <Ärger> ]]>",
        "<p>See <a href=\"/über/?a=1&amp;b=2\">this</a> ]]&gt;</p><script>x()</script>\n\
         <img src=\"/content/images/b.png\" srcset=\"/content/images/size/w400/b.png 400w\">",
    );
    full.tags = vec![tag("Äpfel & Birnen"), tag("#internal")];
    full.authors = vec![author("Ada Löwe"), author("Bo")];
    full.picture = Some(Picture {
        src: "/content/images/lead.webp".to_owned(),
        size: Some((1600, 900)),
        resizable: true,
    });
    full.post.feed_guid = Some("https://old.example/2014/?p=1&x=2".to_owned());
    full.post.summary.feature_image_alt = Some("A \"tree\"".to_owned());
    full.post.summary.feature_image_caption = Some("By <a href=\"/ada/\">Ada</a>".to_owned());
    full.post.summary.locale = Some("ar".to_owned());
    full
}

/// A post that only members may read.
pub(super) fn members_post() -> FullPost {
    let mut full = post("Inside", "<p>the secret</p>");
    full.post.summary.visibility = Visibility::Members;
    full
}
