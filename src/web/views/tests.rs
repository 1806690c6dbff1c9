//! What holds for every page: it renders, its structured data is JSON, and no text breaks out.

use askama::Template;

use crate::domain::listing::{Month, Pagination};
use crate::domain::media::Picture;
use crate::domain::post::PostCard;
use crate::domain::{Settings, Status, Visibility};

use super::fixtures::{
    ESSAY, ESSAY_AR, ESSAY_JA, author, card, cards, full, picture, settings, site, tag,
};
use super::*;
use crate::services::reading::SearchHit;
use crate::text::search::Fragment;

const ONE_PAGE: Pagination = Pagination { page: 1, per_page: 15, total: 9 };
const NOTHING: Pagination = Pagination { page: 1, per_page: 15, total: 0 };
const SECOND_OF_MANY: Pagination = Pagination { page: 2, per_page: 9, total: 754 };

fn hits() -> Vec<SearchHit> {
    let fragment = |text: &str, hit| Fragment { text: text.into(), hit };
    let snippet = vec![
        fragment("… most of the trouble with a ", false),
        fragment("cache", true),
        fragment(" comes from not knowing <who> made the promise …", false),
    ];
    cards().into_iter().map(|card| SearchHit { card, snippet: snippet.clone() }).collect()
}

type Named = (&'static str, String);

fn rendered(page: &impl Template) -> String {
    page.render().unwrap()
}

/// Every page with its name, as the fixtures fill it.
fn gallery(settings: &Settings) -> Vec<Named> {
    let site = site(settings);
    let mut pages = post_pages(site);
    pages.extend(list_pages(site));
    pages.extend(other_pages(site));
    pages
}

fn post_pages(site: Site<'_>) -> Vec<Named> {
    let cards = cards();
    let around = PostContext {
        previous: Some(&cards[2].post),
        next: Some(&cards[3].post),
        related: &cards[1..5],
        closed: false,
    };
    let alone = PostContext::default();
    let closed = PostContext { closed: true, ..around };
    let text = |index: usize, html: &str| full(cards[index].clone(), html);

    let mut long = text(0, ESSAY);
    long.post.summary.feature_image_alt = Some("A harbour in fog".into());
    long.post.summary.feature_image_caption = Some("The harbour at <em>six</em>.".into());
    long.post.summary.updated_at = long.post.summary.updated_at.plus_seconds(9 * 86_400);
    let mut draft = text(1, ESSAY);
    draft.post.summary.status = Status::Draft;
    draft.picture = None;
    let picture = "<p><img src=\"/content/images/p.jpg\" alt=\"A field\" width=\"1800\" height=\"1200\" loading=\"lazy\"></p>\n";
    vec![
        ("post", rendered(&PostPage::new(site, &long, around))),
        ("post-de", rendered(&PostPage::new(site, &text(2, ESSAY), around))),
        ("post-ja", rendered(&PostPage::new(site, &text(3, ESSAY_JA), around))),
        ("post-ar", rendered(&PostPage::new(site, &text(4, ESSAY_AR), around))),
        ("post-closed", rendered(&PostPage::new(site, &text(6, ESSAY), closed))),
        ("post-pictures", rendered(&PostPage::new(site, &text(8, &picture.repeat(40)), alone))),
        ("post-preview", rendered(&PostPage::new(site, &draft, alone))),
        ("page", rendered(&StaticPage::new(site, &full(card("About", 400, &[]), ESSAY), false))),
    ]
}

fn list_pages(site: Site<'_>) -> Vec<Named> {
    let cards = cards();
    let first_of_many = Pagination { page: 1, ..SECOND_OF_MANY };
    let plain: Vec<_> = cards.iter().map(|c| PostCard { picture: None, ..c.clone() }).collect();
    let one = [card("Rust 1.91", 12, &["Releases"])];
    let mut design = tag("Design");
    design.description = Some("Letters, paper, screens, and what they do to a text.".into());
    let harbour = picture("harbour-1a2b.jpg");
    let releases = tag("Releases");
    let ines = author("Ines Duarte");
    let november = Month { year: 2026, month: 11 };
    vec![
        ("home", rendered(&HomePage::new(site, &cards, first_of_many))),
        ("home-plain", rendered(&HomePage::new(site, &plain[1..], ONE_PAGE))),
        ("home-2", rendered(&HomePage::new(site, &cards, SECOND_OF_MANY))),
        ("home-empty", rendered(&HomePage::new(site, &[], NOTHING))),
        ("tag", rendered(&TagPage::new(site, &design, Some(&harbour), &cards, SECOND_OF_MANY))),
        ("tag-one", rendered(&TagPage::new(site, &releases, None, &one, ONE_PAGE))),
        ("author", rendered(&AuthorPage::new(site, &ines, None, &cards, ONE_PAGE))),
        ("month", rendered(&MonthPage::new(site, november, &cards, ONE_PAGE))),
    ]
}

fn other_pages(site: Site<'_>) -> Vec<Named> {
    let close: Vec<_> = cards().into_iter().take(3).map(|card| card.post).collect();
    let month = |n: i8| Month { year: 2026 - i16::from(n / 12), month: 12 - n % 12 };
    let months: Vec<_> = (0..40i8).map(month).collect();
    let hits = hits();
    let found = Some(SearchResults { hits: &hits, pagination: SECOND_OF_MANY });
    let nothing = Some(SearchResults { hits: &[], pagination: NOTHING });
    vec![
        ("archive", rendered(&ArchivePage::new(site, &months))),
        ("search", rendered(&SearchPage::new(site, "", None))),
        ("search-results", rendered(&SearchPage::new(site, "cache", found))),
        ("search-none", rendered(&SearchPage::new(site, "<b>\"zeppelin\"", nothing))),
        ("not-found", rendered(&NotFoundPage::new(site, "cash promises", &close))),
        ("error", rendered(&ErrorPage::new(&site.settings.locale, Some("01h8-4c2f")))),
    ]
}

fn scripts(html: &str) -> impl Iterator<Item = serde_json::Value> {
    let script = |rest: &str| {
        let text = rest.split("</script>").next().unwrap();
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
    };
    html.split("<script type=\"application/ld+json\">").skip(1).map(script)
}

#[test]
fn every_page_renders_with_one_first_heading_and_valid_data() {
    let settings = settings();
    for (name, html) in gallery(&settings) {
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
        assert_eq!(html.matches("<main").count(), 1, "{name}");
        assert!(!html.contains("javascript:"), "{name}");
        for script in scripts(&html) {
            assert_eq!(script["@context"], "https://schema.org", "{name}");
        }
    }
}

#[test]
fn a_hostile_site_breaks_out_of_nothing() {
    let hostile = "</script></title></textarea>\"'><script>alert(1)</script>";
    let mut settings = Settings {
        title: hostile.into(),
        description: hostile.into(),
        locale: "\"><script>alert(1)</script>".into(),
        twitter: Some(hostile.into()),
        ..settings()
    };
    settings.navigation[0].label = hostile.into();
    let site = site(&settings);
    let mut post = card(hostile, 1, &[hostile]);
    post.authors[0].name = hostile.into();
    post.authors[0].bio = Some(hostile.into());
    post.post.custom_excerpt = Some(hostile.into());
    post.post.excerpt = hostile.into();
    post.post.locale = Some(hostile.into());
    post.picture = Some(Picture::elsewhere(hostile));
    let full = full(post.clone(), "<p>Text</p>");
    let around = PostContext { related: std::slice::from_ref(&post), ..PostContext::default() };
    for html in [
        HomePage::new(site, std::slice::from_ref(&post), ONE_PAGE).render().unwrap(),
        PostPage::new(site, &full, around).render().unwrap(),
        AuthorPage::new(site, &post.authors[0], None, &[], ONE_PAGE).render().unwrap(),
        TagPage::new(site, &post.tags[0], None, &[], ONE_PAGE).render().unwrap(),
        SearchPage::new(site, hostile, None).render().unwrap(),
        NotFoundPage::new(site, hostile, &[post.post.clone()]).render().unwrap(),
    ] {
        assert!(!html.contains("<script>"), "{html}");
        assert!(!html.contains("</textarea>"), "{html}");
        scripts(&html).for_each(drop);
    }
}

#[test]
fn a_post_tells_machines_what_it_is() {
    let settings = settings();
    let cards = cards();
    let full = full(cards[0].clone(), ESSAY);
    let html = PostPage::new(site(&settings), &full, PostContext::default()).render().unwrap();
    let posting = scripts(&html).next().unwrap();
    assert_eq!(posting["@type"], "BlogPosting");
    assert_eq!(posting["author"][0]["name"], "Ines Duarte");
    assert_eq!(posting["datePublished"], "2026-11-06T09:30:00Z");
    for part in [
        "<link rel=\"canonical\" href=\"https://blatt.example/what-a-cache-promises-and-to-whom/\">",
        "<meta property=\"og:type\" content=\"article\">",
        "<meta property=\"og:image\" content=\"https://blatt.example/content/images/harbour-1a2b.jpg\">",
        "<meta property=\"og:image:width\" content=\"1800\">",
        "<meta name=\"twitter:card\" content=\"summary_large_image\">",
        "<meta name=\"twitter:data1\" content=\"Ines Duarte, Noor van Dijk\">",
        "type=\"text/markdown\" href=\"https://blatt.example/what-a-cache-promises-and-to-whom.md\">",
        "<a href=\"https://social.example/@quiet\" rel=\"me\">",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[test]
fn a_draft_and_a_closed_post_keep_what_is_not_for_readers() {
    let settings = settings();
    let mut full = full(cards()[0].clone(), ESSAY);
    full.post.summary.visibility = Visibility::Members;
    let closed = PostContext { closed: true, ..PostContext::default() };
    let html = PostPage::new(site(&settings), &full, closed).render().unwrap();
    assert!(!html.contains("shipping company") && !html.contains(".md\""), "the text is out");
    full.post.summary.status = Status::Draft;
    let html = PostPage::new(site(&settings), &full, PostContext::default()).render().unwrap();
    assert!(html.contains("content=\"noindex\"") && !html.contains("rel=\"canonical\""));
}

#[test]
fn a_query_is_shown_up_to_its_limit() {
    let settings = settings();
    let html = SearchPage::new(site(&settings), &"東".repeat(100_000), None).render().unwrap();
    assert!(html.len() < 20_000, "{}", html.len());
    let html = NotFoundPage::new(site(&settings), &"x".repeat(100_000), &[]).render().unwrap();
    assert!(html.len() < 20_000, "{}", html.len());
}

#[test]
fn the_newest_featured_post_leads() {
    let settings = settings();
    let mut cards = cards();
    cards[3].post.featured = true;
    let html = HomePage::new(site(&settings), &cards, ONE_PAGE).render().unwrap();
    let lead = html.split("<article").nth(1).unwrap();
    assert!(lead.contains("静かな機械"), "{lead}");
    assert_eq!(html.matches("<article").count(), cards.len());
}

/// Writes every page to `target/gallery/`, to be looked at in a browser that is given `static/` as `/assets/`.
#[test]
#[ignore = "writes files, for people who want to look at the pages"]
fn write_the_gallery() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    std::fs::create_dir_all(&folder).unwrap();
    let mut sites = vec![("", settings())];
    for (name, locale, title, description) in [
        (
            "ja-",
            "ja",
            "静かな機械",
            "長く使われるソフトウェアと、それを支える人々についての覚え書き",
        ),
        ("ar-", "ar", "الآلة الهادئة", "خواطر عن البرامج التي تعيش طويلًا وعمّن يعتني بها"),
        ("de-", "de", "Die stille Maschine", "Notizen über Software, die bleibt"),
    ] {
        sites.push((
            name,
            Settings {
                locale: locale.into(),
                title: title.into(),
                description: description.into(),
                ..settings()
            },
        ));
    }
    for (prefix, settings) in sites {
        for (name, html) in gallery(&settings) {
            std::fs::write(folder.join(format!("{prefix}{name}.html")), html).unwrap();
        }
        std::fs::write(folder.join("theme.css"), theme_css(&settings)).unwrap();
    }
}
