//! A publication that does not exist, for the tests of the pages: long titles, three scripts,
//! posts with and without pictures.

use sqlx::types::Json;

use crate::domain::media::{IMAGES_PATH, Picture};
use crate::domain::post::{FullPost, Heading, PostCard};
use crate::domain::settings::NavigationLink;
use crate::domain::slug::SlugStyle;
use crate::domain::{
    Author, Post, PostId, PostKind, PostSummary, Settings, Slug, Status, Tag, TagId, Timestamp,
    UserId, Visibility,
};

use super::Site;

/// 2026-11-06T09:30:00Z.
pub(super) const NOW: Timestamp = Timestamp(1_793_957_400_000_000);

pub(super) fn site(settings: &Settings) -> Site<'_> {
    Site { settings, base_url: "https://blatt.example", theme_url: "/theme/0.css" }
}

pub(super) fn settings() -> Settings {
    let link = |label: &str, url: &str| NavigationLink { label: label.into(), url: url.into() };
    Settings {
        title: "The Quiet Machine".into(),
        description: "Notes on software that lasts, and on the people who keep it running".into(),
        navigation: vec![
            link("Home", "/"),
            link("Engineering", "/tag/engineering/"),
            link("Design", "/tag/design/"),
            link("Letters", "https://blatt.example/letters/"),
            link("Harmful", "javascript:alert(1)"),
            link("Archive", "/archive/"),
        ],
        secondary_navigation: vec![link("About", "/about/"), link("Imprint", "/imprint/")],
        mastodon: Some("@quiet@social.example".into()),
        twitter: Some("@quietmachine".into()),
        cover_image: Some(format!("{IMAGES_PATH}harbour-1a2b.jpg")),
        ..Settings::default()
    }
}

pub(super) fn slug(text: &str) -> Slug {
    Slug::from_text(text, SlugStyle::Unicode).unwrap()
}

pub(super) fn tag(name: &str) -> Tag {
    Tag::named(TagId::derived(name), name, slug(name), NOW)
}

pub(super) fn author(name: &str) -> Author {
    Author {
        bio: Some(format!(
            "{name} has kept the same three programs running for eleven years, and writes about what that taught."
        )),
        website: Some("https://desk.example/".into()),
        bluesky: Some("desk.example".into()),
        location: Some("Lisbon".into()),
        profile_image: Some(format!("{IMAGES_PATH}face-9c.jpg")),
        ..Author::named(UserId::derived(name), name, slug(name), NOW)
    }
}

pub(super) fn picture(name: &str) -> Picture {
    Picture { src: format!("{IMAGES_PATH}{name}"), size: Some((1800, 1200)), resizable: true }
}

pub(super) fn summary(title: &str, age_days: i64) -> PostSummary {
    let published = NOW.plus_seconds(-age_days * 86_400);
    PostSummary {
        status: Status::Published,
        excerpt: "A cache is a promise that somebody made on behalf of somebody else. Most of the trouble with caches comes from not knowing who that was, what they promised, and how long ago they did so. This is a field guide to the promises, in the order in which they break, with the small repairs that helped us and the large ones that did not.".into(),
        reading_time: 7,
        published_at: Some(published),
        ..PostSummary::titled(
            PostId::derived(title),
            PostKind::Post,
            title,
            slug(title),
            published,
        )
    }
}

pub(super) fn card(title: &str, age_days: i64, tags: &[&str]) -> PostCard {
    PostCard {
        post: summary(title, age_days),
        tags: tags.iter().map(|name| tag(name)).collect(),
        authors: vec![author("Ines Duarte")],
        picture: None,
    }
}

/// A page of the front page's list.
pub(super) fn cards() -> Vec<PostCard> {
    let mut cards = vec![
        card("What a cache promises, and to whom", 0, &["Engineering"]),
        card("The last program to know everything", 2, &["Essays"]),
        card(
            "Donaudampfschifffahrtsgesellschaftskapitänsmütze: über Zusammensetzungen und ihre Folgen für das Layout",
            4,
            &["Sprache"],
        ),
        card("静かな機械について:長く使われるソフトウェアの条件", 7, &["随筆"]),
        card("عن الآلات الهادئة: ما الذي يجعل البرنامج يعيش طويلًا", 9, &["رسائل"]),
        card("Rust 1.91", 12, &[]),
        card("Letters from readers", 15, &["Letters"]),
        card("How we moved eleven million rows without anybody noticing", 21, &["Engineering"]),
        card("Type on a grey afternoon", 30, &["Design"]),
    ];
    cards[0].picture = Some(picture("harbour-1a2b.jpg"));
    cards[0].post.custom_excerpt = Some("Every layer of a fast site keeps a promise that another layer made. A field guide, in the order in which the promises break.".into());
    cards[0].authors.push(author("Noor van Dijk"));
    cards[1].picture = Some(picture("stairs-3c.jpg"));
    cards[2].post.locale = Some("de".into());
    cards[2].post.excerpt = "Manche Wörter sind länger als die Spalte, in der sie stehen sollen. Was tun? Die Antwort der Setzer war immer dieselbe: trennen, und zwar richtig.".into();
    cards[3].post.locale = Some("ja".into());
    cards[3].post.excerpt = "長く使われるソフトウェアには、目立たない共通点があります。速さでも新しさでもなく、誰かが毎日そっと手入れをしているということ。その手つきについて書きました。".into();
    cards[4].post.locale = Some("ar".into());
    cards[4].post.excerpt = "للبرامج التي تعيش طويلًا صفة مشتركة لا يلاحظها أحد: هناك من يعتني بها كل يوم في هدوء. هذه رسالة عن تلك العناية، وعن الذين لا نعرف أسماءهم.".into();
    cards[4].picture = Some(picture("lamp-5e.jpg"));
    cards[5].post.excerpt = String::new();
    cards[6].post.visibility = Visibility::Members;
    cards[8].picture = Some(Picture::elsewhere("/missing/type.jpg"));
    cards[8].post.feature_image_alt = Some("A drawer of wooden type".into());
    cards
}

pub(super) fn full(card: PostCard, html: &str) -> FullPost {
    let level_two = html.split("<h2 id=\"").skip(1);
    let heading = |rest: &str| {
        let (id, rest) = rest.split_once("\">")?;
        let text = rest.split('<').next()?;
        Some(Heading { level: 2, id: id.into(), text: text.into() })
    };
    FullPost {
        post: Post {
            uuid: "2fb8b1d1-1c1a-4b58-8f0d-3f3f1a6d0a11".into(),
            html: html.into(),
            headings: Json(level_two.filter_map(heading).collect()),
            ..Post::of(card.post)
        },
        tags: card.tags,
        authors: card.authors,
        picture: card.picture,
    }
}

/// A text with everything that a text may have.
pub(super) const ESSAY: &str = include_str!("fixtures/essay.html");
/// A text in Japanese.
pub(super) const ESSAY_JA: &str = include_str!("fixtures/essay.ja.html");
/// A text in Arabic.
pub(super) const ESSAY_AR: &str = include_str!("fixtures/essay.ar.html");
