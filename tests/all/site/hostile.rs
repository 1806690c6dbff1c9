//! Hostile words: whatever stands in a title, a name or a setting, no page obeys it.

use masthead::domain::post::Draft;
use masthead::domain::{Author, Social, Tag};
use serde_json::json;

use crate::instance::{Instance, published};
use crate::support::fixtures::{NOON, author, tag};
use crate::support::{TestDatabase, on_both};

on_both!(words_stay_words, injected_code_cannot_run);

/// Ways out of a text, an attribute, a script, a CDATA section and a comment.
const ATTACKS: [&str; 9] = [
    "<script>alert(7)</script>",
    "</title><script>alert(7)</script>",
    "\"><img src=x onerror=alert(7)>",
    "' onmouseover='alert(7)",
    "</script><script>alert(7)</script>",
    "]]><script>alert(7)</script>",
    "--><script>alert(7)</script>",
    "<svg/onload=alert(7)>",
    "{{7*7}}${alert(7)}",
];

async fn words_stay_words(database: &TestDatabase) {
    let site = Instance::on(database).await;
    let all = ATTACKS.join(" ");
    site.set(json!({
        "title": all, "description": all, "meta_title": all, "meta_description": all,
        "og_title": all, "og_description": all, "twitter_title": all, "twitter": all,
        "facebook": all, "mastodon": "javascript:alert(7)", "cover_image": all, "logo": all,
        "navigation": [
            {"label": all, "url": "javascript:alert(7)"}, {"label": all, "url": all},
            {"label": all, "url": "/\"><script>alert(7)</script>"},
        ],
        "secondary_navigation": [{"label": all, "url": "data:text/html,<script>alert(7)</script>"}],
    }))
    .await;
    let writer = Author {
        name: all.clone(),
        bio: Some(all.clone()),
        website: Some("javascript:alert(7)".to_owned()),
        location: Some(all.clone()),
        profile_image: Some(all.clone()),
        twitter: Some(all.clone()),
        mastodon: Some("javascript:alert(7)".to_owned()),
        ..author("Eve")
    };
    site.add_author(&writer).await;
    let name: String = all.chars().take(190).collect();
    let topic = Tag { name: name.clone(), description: Some(all.clone()), ..tag("Topic") };
    site.add_tag(&topic).await;
    for (n, attack) in ATTACKS.iter().enumerate() {
        let draft = Draft {
            slug: Some(format!("attack-{n}")),
            markdown: format!(
                "{attack}\n\n[link](javascript:alert(7))\n\n`{attack}`\n\n# {attack}"
            ),
            custom_excerpt: Some((*attack).to_owned()),
            feature_image: Some(format!("/x.png?{attack}")),
            feature_image_alt: Some((*attack).to_owned()),
            feature_image_caption: Some((*attack).to_owned()),
            locale: Some((*attack).to_owned()),
            social: Social {
                meta_title: Some((*attack).to_owned()),
                meta_description: Some((*attack).to_owned()),
                og_image: Some((*attack).to_owned()),
                og_title: Some((*attack).to_owned()),
                twitter_title: Some((*attack).to_owned()),
                canonical_url: Some("javascript:alert(7)".to_owned()),
                ..Social::default()
            },
            tags: vec![name.clone()],
            ..published(attack, NOON.plus_seconds(-i64::try_from(n).unwrap()))
        };
        site.create(&draft).await;
    }
    let mut pages: Vec<String> =
        ["/", "/tag/topic/", "/author/eve/", "/archive/", "/search/?q=alert"]
            .map(str::to_owned)
            .to_vec();
    pages.push(format!("/search/?q={}", masthead::domain::slug::encode(&all)));
    pages.extend((0..ATTACKS.len()).map(|n| format!("/attack-{n}/")));
    for path in &pages {
        inert_html(path, &site.page(path).await);
    }
    inert_html("/nothing/", &site.get("/alert-7-script/").await.text());
    for path in [
        "/rss/",
        "/tag/topic/rss/",
        "/feed.atom",
        "/sitemap.xml",
        "/sitemap-posts.xml",
        "/opensearch.xml",
    ] {
        inert_xml(path, &site.page(path).await);
    }
    for path in ["/feed.json", "/site.webmanifest"] {
        let _: serde_json::Value = serde_json::from_str(&site.page(path).await).unwrap();
    }
}

/// A page without a script, a handler or an address of an attack, as a browser's parser sees it.
fn inert_html(path: &str, html: &str) {
    use htmd_html5ever::ParseOpts;
    use htmd_html5ever::tendril::TendrilSink as _;
    use markup5ever_rcdom::{NodeData, RcDom};

    let document =
        htmd_html5ever::parse_document(RcDom::default(), ParseOpts::default()).one(html.to_owned());
    let mut nodes = vec![document.document];
    while let Some(node) = nodes.pop() {
        if let NodeData::Element { name, attrs, .. } = &node.data {
            for attribute in attrs.borrow().iter() {
                let (key, value) = (&*attribute.name.local, attribute.value.trim());
                assert!(!key.starts_with("on"), "{path}: {key}={value}");
                let is_address = matches!(key, "href" | "src" | "action" | "formaction" | "data");
                let scheme = value.split(':').next().unwrap_or_default().to_ascii_lowercase();
                let runs = matches!(&*scheme, "javascript" | "vbscript" | "data");
                assert!(!(is_address && runs), "{path}: {key}={value}");
            }
            if &*name.local == "script" {
                let attributes = attrs.borrow();
                let has = |key: &str| attributes.iter().find(|a| &*a.name.local == key);
                let is_ours = has("src").is_some_and(|src| src.value.starts_with("/assets/"));
                let is_data = has("type").is_some_and(|t| &*t.value == "application/ld+json");
                assert!(is_ours || is_data, "{path}: a script");
                if is_data {
                    let text = node
                        .children
                        .borrow()
                        .iter()
                        .map(|child| match &child.data {
                            NodeData::Text { contents } => contents.borrow().to_string(),
                            _ => String::new(),
                        })
                        .collect::<String>();
                    let _: serde_json::Value = serde_json::from_str(&text)
                        .unwrap_or_else(|error| panic!("{path}: {error} in {text}"));
                }
            }
        }
        nodes.extend(node.children.borrow().iter().cloned());
    }
}

/// A document whose only elements are those of its format, and whose HTML is inert.
fn inert_xml(path: &str, xml: &str) {
    let document = roxmltree::Document::parse(xml).unwrap_or_else(|e| panic!("{path}: {e}\n{xml}"));
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        let name = element.tag_name().name();
        assert!(!matches!(name, "script" | "img" | "svg"), "{path}: <{name}>");
        let is_html = element.attribute("type") == Some("html");
        if is_html || matches!(name, "encoded" | "description") {
            inert_html(path, element.text().unwrap_or_default());
        }
    }
}

async fn injected_code_cannot_run(database: &TestDatabase) {
    let site = Instance::on(database).await;
    site.add_author(&author("Ann")).await;
    let code =
        |place: &str| format!("<script>{place}</script><meta name=\"x\" content=\"{place}\">");
    site.set(
        json!({"codeinjection_head": code("site-head"), "codeinjection_foot": code("site-foot")}),
    )
    .await;
    let draft = Draft {
        codeinjection_head: Some(code("post-head")),
        codeinjection_foot: Some(code("post-foot")),
        ..published("Injected", NOON)
    };
    site.create(&draft).await;
    let answer = site.get("/injected/").await;
    let html = answer.text();
    for place in ["site-head", "site-foot", "post-head", "post-foot"] {
        assert!(html.contains(&code(place)), "{place}");
    }
    let policy = answer.field("content-security-policy");
    assert!(!policy.contains("unsafe-inline") && !policy.contains("nonce-"), "{policy}");
    assert!(!policy.contains("sha256-"), "{policy}");
    for path in ["/rss/", "/feed.json", "/injected.md"] {
        assert!(!site.page(path).await.contains("post-head"), "{path}");
    }
}
