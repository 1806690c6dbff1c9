//! A site that uses every field there is, with values that are hard to carry.

use masthead::db;
use masthead::db::redirects::Target;
use masthead::domain::author::{Role, UserStatus};
use masthead::domain::post::Draft;
use masthead::domain::{Author, PostKind, Social, Status, Tag, Timestamp, UserId, Visibility};
use masthead::services::publishing::Provenance;
use masthead::services::settings;
use serde_json::{Value, json};

use crate::instance::{Instance, page, published};
use crate::support::fixtures::{NOON, author, tag};

/// Words that end quotes, comments, front matter and JSON where somebody is careless.
const WORDS: &str =
    "“Größe” — 東京 العربية \"quoted\" 'single' \\ back: # [x] {y} <b>&amp;</b> 🦀\u{2028}";

/// Fills a site. What stands in `media` has its address in the texts.
pub async fn rich(site: &Instance) {
    let picture = add_file(site, "Harbour at six.png", &png([122, 98, 74])).await;
    let drawing = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"4\" height=\"4\"><g/></svg>";
    let drawing = add_file(site, "Plan.svg", drawing.as_bytes()).await;
    add_file(site, "Nobody shows it.png", &png([1, 2, 3])).await;
    site.set(settings(&picture)).await;
    for author in authors(&picture) {
        site.add_author(&author).await;
    }
    for tag in tags(&picture) {
        site.add_tag(&tag).await;
    }
    let mut t = site.app.db.write().await.unwrap();
    let settings = settings::load(&mut t).await.unwrap();
    for (n, (draft, provenance)) in posts(&picture, &drawing).into_iter().enumerate() {
        let publishing = &site.app.publishing;
        let post = publishing.create_in(&mut t, &settings, &draft, provenance).await.unwrap();
        for path in [format!("/2009/{n}/old.html"), format!("/older-{n}")] {
            db::redirects::save(&mut t, &path, Target::Post(&post.summary.id), NOON).await.unwrap();
        }
    }
    t.commit().await.unwrap();
}

/// A file in the media store; gives its address.
async fn add_file(site: &Instance, name: &str, bytes: &[u8]) -> String {
    let file = site.beside(name);
    std::fs::write(&file, bytes).unwrap();
    let mut t = site.app.db.write().await.unwrap();
    let address = site.app.media.add_file_in(&mut t, &file).await.unwrap();
    t.commit().await.unwrap();
    address
}

/// A picture of one colour.
fn png(colour: [u8; 3]) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let pixels = image::RgbImage::from_pixel(64, 48, image::Rgb(colour));
    pixels.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn settings(picture: &str) -> Value {
    json!({
        "title": "The Größe", "description": WORDS, "logo": picture, "icon": picture,
        "cover_image": picture, "accent_color": "#00aabb", "locale": "de-CH",
        "timezone": "Europe/Zurich",
        "navigation": [{"label": WORDS, "url": "/tag/erste/"}],
        "secondary_navigation": [{"label": "Imprint", "url": "https://example.com/imprint"}],
        "facebook": "größe", "twitter": "@groesse", "threads": "a", "bluesky": "b",
        "mastodon": "c@d.example", "tiktok": "e", "youtube": "f", "instagram": "g",
        "linkedin": "h", "meta_title": "M", "meta_description": WORDS, "og_image": picture,
        "og_title": "O", "og_description": "P", "twitter_image": picture,
        "twitter_title": "Q", "twitter_description": "R",
        "codeinjection_head": "<style>:root{--x:1}</style>", "codeinjection_foot": "<!-- $1 \\ -->",
        "posts_per_page": 7, "members_enabled": true, "slug_style": "unicode",
        "security_contact": "mailto:security@example.org",
    })
}

fn authors(picture: &str) -> [Author; 3] {
    let zoe = Author {
        email: Some("zoe@example.org".to_owned()),
        role: Role::Editor,
        profile_image: Some(picture.to_owned()),
        cover_image: Some(picture.to_owned()),
        bio: Some(WORDS.to_owned()),
        website: Some("https://zoe.example".to_owned()),
        location: Some("Zürich".to_owned()),
        facebook: Some("zoe".to_owned()),
        twitter: Some("@zoe".to_owned()),
        threads: Some("zoe3".to_owned()),
        bluesky: Some("zoe.example".to_owned()),
        mastodon: Some("zoe@social.example".to_owned()),
        tiktok: Some("zoe4".to_owned()),
        youtube: Some("zoe5".to_owned()),
        instagram: Some("zoe6".to_owned()),
        linkedin: Some("zoe7".to_owned()),
        meta_title: Some("Zoë writes".to_owned()),
        meta_description: Some(WORDS.to_owned()),
        updated_at: NOON.plus_seconds(60),
        ..author("Zoë")
    };
    [zoe, author("Ann"), Author { status: UserStatus::Locked, ..author("Bo") }]
}

fn tags(picture: &str) -> [Tag; 2] {
    let first = Tag {
        description: Some(WORDS.to_owned()),
        feature_image: Some(picture.to_owned()),
        accent_color: Some("#123456".to_owned()),
        social: social(picture),
        codeinjection_head: Some("<style></style>".to_owned()),
        codeinjection_foot: Some("<!-- foot -->".to_owned()),
        updated_at: NOON.plus_seconds(61),
        ..tag("Erste")
    };
    [first, tag("#Interna")]
}

fn social(picture: &str) -> Social {
    Social {
        meta_title: Some("Meta".to_owned()),
        meta_description: Some(WORDS.to_owned()),
        og_image: Some(picture.to_owned()),
        og_title: Some("OG".to_owned()),
        og_description: Some("og".to_owned()),
        twitter_image: Some("https://elsewhere.example/t.png".to_owned()),
        twitter_title: Some("TW".to_owned()),
        twitter_description: Some("tw".to_owned()),
        canonical_url: Some("https://elsewhere.example/original?a=1&b=2".to_owned()),
    }
}

fn posts(picture: &str, drawing: &str) -> Vec<(Draft, Provenance)> {
    let by = |names: &[&str]| names.iter().map(|name| UserId::derived(name)).collect();
    let named = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let everything = Draft {
        slug: Some("größe-東京".to_owned()),
        markdown: format!(
            "\n  indented\n\n# {WORDS}\n\n![Harbour]({picture} \"Six\")\n\n---\n\ntitle: none\n\n---\n\n\
             <figure><img src=\"{drawing}\" alt=\"\"></figure>\n\n```rust\nfn main() {{}}\n```\n\n\
             Two blanks at the end  \nof a line.[^1]\n\n[^1]: A note.\n\n\n"
        ),
        featured: true,
        custom_excerpt: Some(WORDS.to_owned()),
        feature_image: Some(picture.to_owned()),
        feature_image_alt: Some(WORDS.to_owned()),
        feature_image_caption: Some("By <em>Zoë</em>".to_owned()),
        locale: Some("ja".to_owned()),
        social: social(picture),
        codeinjection_head: Some("<style>\n---\n</style>".to_owned()),
        codeinjection_foot: Some("<!-- </script> -->".to_owned()),
        custom_template: Some("custom-wide".to_owned()),
        trusted: true,
        frontmatter: Some("{\"weight\":10,\"x\":\"---\"}".to_owned()),
        tags: named(&["#Interna", "Erste", "Zweite", "Dritte"]),
        authors: by(&["Zoë", "Ann", "Bo"]),
        ..published("Größe: \"東京\" --- # 1", Timestamp(NOON.0 + 123_456))
    };
    let provenance = Provenance {
        uuid: Some("b2b4f1f0-5a4e-4c83-9d5c-7a9b0c8d1e2f".to_owned()),
        comment_id: Some("4711".to_owned()),
        feed_guid: Some("https://old.example/?p=7".to_owned()),
        created_at: Some(NOON.plus_seconds(-86_400)),
        updated_at: Some(NOON.plus_seconds(86_400)),
        ..Provenance::default()
    };
    let other =
        |draft: Draft| (Draft { authors: by(&["Bo", "Zoë"]), ..draft }, Provenance::default());
    vec![
        (everything, provenance),
        other(page("About")),
        other(Draft { show_title_and_feature_image: false, ..page("Bare") }),
        other(Draft {
            status: Status::Draft,
            published_at: None,
            markdown: String::new(),
            ..published("Empty draft", NOON)
        }),
        other(Draft { status: Status::Draft, ..published("Dated draft", NOON) }),
        other(Draft {
            status: Status::Scheduled,
            ..published("Later", NOON.plus_seconds(86_400 * 365))
        }),
        other(Draft { visibility: Visibility::Members, ..published("Inner", NOON) }),
        other(Draft {
            kind: PostKind::Page,
            visibility: Visibility::Members,
            status: Status::Draft,
            ..published("Inner page", NOON)
        }),
        other(published("Before the epoch", Timestamp(-86_400_000_001))),
        other(Draft {
            slug: Some("untagged".to_owned()),
            markdown: "Ends without a line break".to_owned(),
            ..published("Same day", NOON)
        }),
    ]
}
