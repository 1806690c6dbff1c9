use std::fs;

use proptest::prelude::*;
use serde_json::{Value, json};
use sqlx::types::Json;

use super::write::ExportWriter;
use super::*;
use crate::domain::author::{Role, UserStatus};
use crate::domain::post::FullPost;
use crate::domain::tag::TagVisibility;
use crate::domain::{
    Author, Post, PostId, PostKind, PostSummary, Settings, Status, Tag, TagId, UserId, Visibility,
};
use crate::formats::SourcePost;

const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

fn options() -> Options {
    Options::at(NOW)
}

fn read_bytes(bytes: impl AsRef<[u8]>, options: &Options) -> Result<SourceSite, Problem> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("site.ghost.2026-11-23.json");
    fs::write(&path, bytes).unwrap();
    read(&path, options)
}

fn read_data(data: &Value, options: &Options) -> SourceSite {
    read_bytes(json!({"db": [{"meta": {}, "data": data}]}).to_string(), options).unwrap()
}

fn only_post(row: &Value) -> SourcePost {
    let mut site = read_data(&json!({"posts": [row]}), &options());
    site.posts.remove(0)
}

/// A 6.x export with links, roles and settings, as Ghost writes it.
fn modern() -> Value {
    json!({
        "posts": [{
            "id": "6b04924d463b8e1ec0aa6afc", "uuid": "0e909baa-ce09-4441-b991-13108908db2b",
            "title": "Hello", "slug": "hello", "mobiledoc": null,
            "lexical": "{\"root\":{\"children\":[{\"type\":\"paragraph\",\"children\":[{\"type\":\"text\",\"text\":\"Hi \",\"format\":0},{\"type\":\"link\",\"url\":\"__GHOST_URL__/about/\",\"children\":[{\"type\":\"text\",\"text\":\"us\",\"format\":1}]}]},{\"type\":\"image\",\"src\":\"__GHOST_URL__/content/images/2026/a.png\",\"alt\":\"al\"}]}}",
            "html": "<p>stale</p>", "comment_id": "42", "feature_image": "__GHOST_URL__/content/images/2026/a.png",
            "featured": 1, "type": "post", "status": "published", "visibility": "public", "locale": null,
            "created_at": "2026-11-23 19:20:35", "updated_at": "2026-11-23T19:21:01.000Z", "published_at": 1_795_461_635_000_i64,
            "custom_excerpt": "Ex", "canonical_url": "__GHOST_URL__/hello/", "show_title_and_feature_image": 1
        }],
        "posts_meta": [{"post_id": "6b04924d463b8e1ec0aa6afc", "meta_title": "MT", "feature_image_alt": "alt", "email_only": 0}],
        "posts_tags": [
            {"post_id": "6b04924d463b8e1ec0aa6afc", "tag_id": "6b049202463b8e1ec0aa67f2", "sort_order": 1},
            {"post_id": "6b04924d463b8e1ec0aa6afc", "tag_id": "6b049202463b8e1ec0aa67f1", "sort_order": 0}
        ],
        "posts_authors": [{"post_id": "6b04924d463b8e1ec0aa6afc", "author_id": "6b049202463b8e1ec0aa67df", "sort_order": 0}],
        "tags": [
            {"id": "6b049202463b8e1ec0aa67f1", "name": "News", "slug": "news", "description": "D", "created_at": "2026-11-23 19:20:34"},
            {"id": "6b049202463b8e1ec0aa67f2", "name": "#in", "slug": "hash-in", "visibility": "internal"}
        ],
        "users": [{"id": "6b049202463b8e1ec0aa67df", "name": "Ann", "slug": "ann", "email": "Ann@Example.com",
            "password": "$2b$10$secret", "status": "active", "bio": "B"}],
        "roles": [{"id": "r1", "name": "Owner"}],
        "roles_users": [{"role_id": "r1", "user_id": "6b049202463b8e1ec0aa67df"}],
        "settings": [
            {"key": "title", "value": "Site"}, {"key": "lang", "value": "de"}, {"key": "locale", "value": "fr"},
            {"key": "active_timezone", "value": "Europe/Berlin"}, {"key": "icon", "value": ""},
            {"key": "navigation", "value": "[{\"label\":\"Home\",\"url\":\"__GHOST_URL__/\",\"x\":1},{\"label\":\"no url\"}]"},
            {"key": "codeinjection_head", "value": "<style></style>"}, {"key": "stripe_secret_key", "value": "sk"},
            {"key": "password", "value": "p"}, {"key": "active_theme", "value": "source"}
        ],
        "snippets": [{"odd": [1, {"a": null}]}], "members": null
    })
}

#[test]
fn a_modern_export_is_read() {
    let site = read_data(&modern(), &options());
    assert_eq!((site.problems.len(), site.skipped.len()), (0, 0));
    let post = &site.posts[0];
    assert_eq!(post.key, "0e909baa-ce09-4441-b991-13108908db2b");
    assert_eq!(post.id.as_str(), "6b04924d463b8e1ec0aa6afc");
    assert_eq!(post.feed_guid.as_deref(), Some("6b04924d463b8e1ec0aa6afc"));
    assert_eq!(post.comment_id.as_deref(), Some("42"));
    assert_eq!(post.draft.markdown, "Hi [**us**](/about/)\n\n![al](/content/images/2026/a.png)");
    assert_eq!(post.draft.tags, ["News", "#in"]);
    assert_eq!(post.authors, ["6b049202463b8e1ec0aa67df"]);
    assert_eq!(post.created_at, Some(Timestamp(1_795_461_635_000_000)));
    assert_eq!(post.updated_at, Some(Timestamp(1_795_461_661_000_000)));
    assert_eq!(post.draft.published_at, Some(Timestamp(1_795_461_635_000_000)));
    assert_eq!(post.draft.social.meta_title.as_deref(), Some("MT"));
    assert_eq!(post.draft.social.canonical_url.as_deref(), Some("/hello/"));
    assert_eq!(post.draft.feature_image.as_deref(), Some("/content/images/2026/a.png"));
    assert_eq!(post.warnings, ["/content/images/2026/a.png does not lie beside the export"]);
    assert!(post.draft.featured);

    let author = &site.authors[0];
    assert_eq!(author.author.email.as_deref(), Some("ann@example.com"));
    assert_eq!(
        (author.author.role, author.author.status),
        (Role::Administrator, UserStatus::Locked)
    );
    assert_eq!(site.tags[1].tag.visibility, TagVisibility::Internal);
    let settings = json!({
        "title": "Site", "locale": "fr", "timezone": "Europe/Berlin",
        "navigation": [{"label": "Home", "url": "/"}]
    });
    assert_eq!(Value::Object(site.settings), settings);
    let with_code = Options { code_injection: true, ..options() };
    assert_eq!(read_data(&modern(), &with_code).settings["codeinjection_head"], "<style></style>");
}

#[test]
fn files_are_found_beside_the_export_or_in_the_assets() {
    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("export");
    fs::create_dir_all(&export).unwrap();
    fs::write(export.join("my.ghost.json"), json!({"data": modern()}).to_string()).unwrap();
    fs::write(export.join("redirects.json"), "[]").unwrap();
    fs::write(export.join("other.json"), "[]").unwrap();
    let images = folder.path().join("assets/images/2026");
    fs::create_dir_all(&images).unwrap();
    fs::write(images.join("a.png"), "x").unwrap();
    let options = Options { assets: Some(folder.path().join("assets")), ..options() };
    let site = read(&export, &options).unwrap();
    let post = &site.posts[0];
    assert_eq!(post.files.len(), 1);
    assert_eq!(post.draft.feature_image.as_ref(), Some(&post.files[0].placeholder));
    assert!(post.draft.markdown.contains(&format!("![al]({})", post.files[0].placeholder)));
    assert!(post.warnings.is_empty());
}

#[test]
fn the_oldest_exports_are_read() {
    // 0.x: numbers for ids, milliseconds, `image`, `page`, Markdown beside HTML.
    let site = read_bytes(
        r#"{"meta":{"exported_on":1388318311015,"version":"003"},"data":{
            "posts":[{"id":1,"uuid":"8492fbba-1102-4b53-8e3e-abe207952f0c","title":"Welcome","slug":"welcome",
              "markdown":"You're *live*!\n","html":"<p>You're <em>live</em>!</p>","image":"/content/images/a.jpg","featured":0,"page":1,
              "status":"published","language":"en_US","meta_title":"Old","author_id":7,"created_at":1388318310782,"published_at":"nonsense"}],
            "tags":[{"id":3,"name":"Getting Started","slug":"getting-started"}],
            "posts_tags":[{"id":1,"post_id":1,"tag_id":3}],
            "users":[{"id":7,"name":"Jo","slug":"jo","image":"/content/images/jo.jpg","roles":["Editor"]}],
            "settings":[{"key":"defaultLang","value":"en"},{"key":"postsPerPage","value":"6"},{"key":"cover","value":"/c.png"}]}}"#,
        &options(),
    )
    .unwrap();
    let post = &site.posts[0];
    assert_eq!(post.id, PostId::derived("8492fbba-1102-4b53-8e3e-abe207952f0c"));
    assert_eq!(post.uuid, "8492fbba-1102-4b53-8e3e-abe207952f0c");
    assert_eq!(post.comment_id.as_deref(), Some("1"));
    assert_eq!(post.feed_guid.as_deref(), Some("8492fbba-1102-4b53-8e3e-abe207952f0c"));
    assert_eq!(post.draft.markdown, "You're *live*!\n");
    assert_eq!(post.draft.kind, PostKind::Page);
    assert_eq!(post.draft.tags, ["Getting Started"]);
    assert_eq!(post.authors, ["7"]);
    assert_eq!(post.draft.social.meta_title.as_deref(), Some("Old"));
    assert_eq!(post.draft.feature_image.as_deref(), Some("/content/images/a.jpg"));
    assert_eq!(post.created_at, Some(Timestamp(1_388_318_310_782_000)));
    assert_eq!(post.draft.published_at, Some(NOW));
    assert!(post.warnings.iter().any(|w| w.contains("nonsense")));
    assert_eq!(site.authors[0].author.role, Role::Editor);
    assert_eq!(site.settings["posts_per_page"], 6);
    assert_eq!(site.settings["cover_image"], "/c.png");
}

#[test]
fn exports_of_versions_1_and_2_are_read() {
    let lone = json!({"version": "0.3.1", "markups": [], "atoms": [], "sections": [[10, 0]],
        "cards": [["card-markdown", {"cardName": "card-markdown", "markdown": "## A\n\n* b\n"}]]});
    let post = only_post(
        &json!({"id": "5a0000000000000000000001", "uuid": "u-1", "title": "One", "slug": "one",
        "mobiledoc": lone.to_string(), "html": "<h2>A</h2>", "amp": "12", "page": false, "author_id": "x"}),
    );
    assert_eq!(post.draft.markdown, "## A\n\n* b\n");
    assert_eq!(post.comment_id.as_deref(), Some("12"));
    assert_eq!(post.draft.kind, PostKind::Post);
    assert_eq!(post.uuid, crate::domain::ids::derived_uuid("u-1"));
    assert_eq!(post.warnings, ["the export has no author x"]);

    let sections = json!({"version": "0.3.1", "markups": [["em"]], "atoms": [], "cards": [],
        "sections": [[1, "p", [[0, [0], 1, "two"]]]]});
    let post = only_post(
        &json!({"id": "5a0000000000000000000002", "title": "Two", "type": "page", "mobiledoc": sections}),
    );
    assert_eq!(post.draft.markdown, "*two*");
    assert_eq!(post.draft.kind, PostKind::Page);
}

#[test]
fn a_broken_source_falls_back_to_the_next() {
    for (lexical, mobiledoc, html, expected, warnings) in [
        ("{\"root\":", "{}", "<p><b>h</b></p>", "**h**", 2),
        ("", "", "<p>h</p>", "h", 0),
        ("{\"root\":{\"children\":[]}}", "", "<p>h</p>", "h", 0),
        ("nonsense", "", "", "", 1),
    ] {
        let post =
            only_post(&json!({"id": "5a0000000000000000000001", "title": "T", "author_id": null,
            "lexical": lexical, "mobiledoc": mobiledoc, "html": html}));
        assert_eq!(post.draft.markdown, expected);
        // One more: it names no author.
        assert_eq!(post.warnings.len(), warnings + 1, "{:?}", post.warnings);
    }
}

#[test]
fn what_was_not_for_everybody_becomes_a_draft() {
    let row = |status: &str, visibility: &str| json!({"id": "5a0000000000000000000001", "title": "T", "status": status, "visibility": visibility});
    for (status, visibility, members, expected) in [
        ("published", "public", MembersPosts::Draft, (Status::Published, Visibility::Public)),
        ("scheduled", "public", MembersPosts::Draft, (Status::Scheduled, Visibility::Public)),
        ("published", "paid", MembersPosts::Draft, (Status::Draft, Visibility::Members)),
        ("published", "tiers", MembersPosts::Keep, (Status::Published, Visibility::Members)),
        ("sent", "members", MembersPosts::Keep, (Status::Draft, Visibility::Members)),
        ("odd", "public", MembersPosts::Keep, (Status::Draft, Visibility::Public)),
    ] {
        let options = Options { members, ..options() };
        let site = read_data(&json!({"posts": [row(status, visibility)]}), &options);
        let draft = &site.posts[0].draft;
        assert_eq!((draft.status, draft.visibility), expected, "{status} {visibility}");
    }
    let data = json!({"posts": [row("published", "public")],
        "posts_meta": [{"post_id": "5a0000000000000000000001", "email_only": true}]});
    assert_eq!(read_data(&data, &options()).posts[0].draft.status, Status::Draft);
}

#[test]
fn hostile_files_are_problems_and_no_panics() {
    for (bytes, line) in [
        (&b""[..], Some(1)),
        (b"{\"db\":\n[{\"data\":\n{\"posts\": 5}}]}", Some(3)),
        (b"PK\x03\x04zip", None),
        (b"{\"posts\": []}", None),
        (b"{\"db\": []}", None),
        (b"\xff\xfe", Some(1)),
        (b"[[[[", Some(1)),
    ] {
        let problem = read_bytes(bytes, &options()).unwrap_err();
        assert_eq!(problem.line, line, "{problem}");
    }
    let deep = format!("{{\"data\":{{\"x\":{}", "[".repeat(200_000));
    assert!(read_bytes(deep, &options()).is_err());
    assert!(read(Path::new("/nowhere/at/all.json"), &options()).is_err());
    assert!(read(tempfile::tempdir().unwrap().path(), &options()).is_err());

    let site = read_data(
        &json!({
            "posts": [
                {}, {"id": [], "title": {"a": 1}}, {"id": true, "slug": "../../x", "title": "\u{0}", "created_at": {}},
                {"id": "d", "title": "x".repeat(100_000), "html": "<".repeat(50_000)}, {"id": "d"}
            ],
            "tags": [{}, {"name": "  ", "slug": "🦀"}], "users": [{}, {"name": "—"}],
            "posts_tags": [{"post_id": "d", "tag_id": "none"}], "settings": [{"key": "navigation", "value": "{"}]
        }),
        &options(),
    );
    assert_eq!(site.posts.len(), 3);
    assert_eq!(site.skipped.len(), 1);
    assert_eq!(site.problems.len(), 4, "{:?}", site.problems);
    assert!(site.settings.is_empty());
}

#[test]
fn a_byte_order_mark_and_missing_wrapper_do_no_harm() {
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    bytes.extend(json!({"data": modern()}).to_string().bytes());
    assert_eq!(read_bytes(bytes, &options()).unwrap().posts.len(), 1);
}

fn text() -> impl Strategy<Value = String> {
    "[!-~é東][ -~é東\\n]{0,16}[!-~é]"
}

fn maybe(strategy: impl Strategy<Value = String>) -> impl Strategy<Value = Option<String>> {
    prop::option::of(strategy)
}

fn picture() -> impl Strategy<Value = Option<String>> {
    maybe("(/content/images/[a-z]{1,8}\\.png|https://cdn\\.example/[a-z]{1,8})")
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_000_000_000_000_000).prop_map(Timestamp)
}

prop_compose! {
    fn social()(texts in prop::array::uniform6(maybe(text())), og in picture(), twitter in picture(), canonical in picture()) -> Social {
        let [meta_title, meta_description, og_title, og_description, twitter_title, twitter_description] = texts;
        Social { meta_title, meta_description, og_image: og, og_title, og_description, twitter_image: twitter,
            twitter_title, twitter_description, canonical_url: canonical }
    }
}

prop_compose! {
    fn author()(random: u64, name in text(), slug in "[a-z]{1,8}", texts in prop::array::uniform16(maybe(text())),
        pictures in (picture(), picture()), created_at in instant(), updated_at in instant(), role in 0_usize..4) -> Author {
        let mut texts = texts.into_iter();
        let mut next = || texts.next().flatten();
        Author {
            email: next().map(|e| e.trim().to_lowercase()), bio: next(), website: next(), location: next(), facebook: next(),
            twitter: next(), threads: next(), bluesky: next(), mastodon: next(), tiktok: next(), youtube: next(),
            instagram: next(), linkedin: next(), meta_title: next(), meta_description: next(),
            profile_image: pictures.0, cover_image: pictures.1, created_at, updated_at,
            role: [Role::Administrator, Role::Editor, Role::Author, Role::Contributor][role],
            ..Author::named(UserId::new(NOW, random), &name, Slug::parse(&slug).unwrap(), NOW)
        }
    }
}

prop_compose! {
    fn tag()(random: u64, name in "#?[a-zé][ -~]{0,9}[!-~]", slug in "[a-z]{1,8}", texts in prop::array::uniform4(maybe(text())),
        feature_image in picture(), social in social(), created_at in instant(), updated_at in instant()) -> Tag {
        let [description, accent_color, codeinjection_head, codeinjection_foot] = texts;
        Tag { description, feature_image, accent_color, social, codeinjection_head, codeinjection_foot, created_at, updated_at,
            ..Tag::named(TagId::new(NOW, random), &name, Slug::parse(&slug).unwrap(), NOW) }
    }
}

prop_compose! {
    fn post()(random: u64, title in text(), slug in "[a-z]{1,8}", texts in prop::array::uniform8(maybe(text())), markdown in "[ -~\\n]{0,40}[!-~]",
        (is_page, featured, show, status, is_public) in any::<(bool, bool, bool, u8, bool)>(), feature_image in picture(), social in social(),
        published_at in prop::option::of(instant()), created_at in instant(), updated_at in instant()) -> Post {
        let [custom_excerpt, feature_image_alt, feature_image_caption, locale, codeinjection_head, codeinjection_foot, custom_template, fm] = texts;
        let id = PostId::new(NOW, random);
        Post {
            uuid: crate::domain::ids::derived_uuid(id.as_str()),
            comment_id: Some(id.to_string()),
            feed_guid: Some(id.to_string()),
            social, codeinjection_head, codeinjection_foot, custom_template,
            show_title_and_feature_image: show,
            trusted: false,
            frontmatter: fm.map(|text| json!({"key": text}).to_string()),
            revision: 1,
            html: "<p>made at save</p>".to_owned(),
            plaintext: String::new(),
            headings: Json(Vec::new()),
            markdown,
            summary: PostSummary {
                id, kind: if is_page { PostKind::Page } else { PostKind::Post }, title, slug: Slug::parse(&slug).unwrap(),
                status: [Status::Draft, Status::Scheduled, Status::Published][usize::from(status % 3)],
                visibility: if is_public { Visibility::Public } else { Visibility::Members },
                featured, custom_excerpt, excerpt: String::new(), reading_time: 1, feature_image, feature_image_alt,
                feature_image_caption, locale, published_at, created_at, updated_at,
            },
        }
    }
}

/// What a reader should make of a post.
fn as_source(full: &FullPost) -> SourcePost {
    let FullPost { post, tags, authors, .. } = full;
    let s = &post.summary;
    SourcePost {
        file_date: None,
        key: post.uuid.clone(),
        origin: s.title.clone(),
        id: s.id.clone(),
        uuid: post.uuid.clone(),
        comment_id: post.comment_id.clone(),
        feed_guid: post.feed_guid.clone(),
        draft: crate::domain::post::Draft {
            kind: s.kind,
            title: s.title.clone(),
            slug: Some(s.slug.to_string()),
            markdown: post.markdown.clone(),
            status: s.status,
            visibility: s.visibility,
            featured: s.featured,
            custom_excerpt: s.custom_excerpt.clone(),
            feature_image: s.feature_image.clone(),
            feature_image_alt: s.feature_image_alt.clone(),
            feature_image_caption: s.feature_image_caption.clone(),
            locale: s.locale.clone(),
            published_at: s.published_at,
            social: post.social.clone(),
            codeinjection_head: post.codeinjection_head.clone(),
            codeinjection_foot: post.codeinjection_foot.clone(),
            custom_template: post.custom_template.clone(),
            show_title_and_feature_image: post.show_title_and_feature_image,
            trusted: post.trusted,
            frontmatter: post.frontmatter.clone(),
            tags: tags.iter().map(|tag| tag.name.clone()).collect(),
            authors: Vec::new(),
        },
        authors: authors.iter().map(|author| author.id.to_string()).collect(),
        created_at: Some(s.created_at),
        updated_at: Some(s.updated_at),
        aliases: Vec::new(),
        files: Vec::new(),
        warnings: Vec::new(),
    }
}

fn export(posts: &[FullPost], authors: &[Author], tags: &[Tag], settings: &Settings) -> Vec<u8> {
    let mut writer = ExportWriter::new(Vec::new(), NOW).unwrap();
    for post in posts {
        writer.post(post).unwrap();
    }
    writer.finish(authors, tags, settings).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn an_export_reads_back_field_by_field(
        posts in prop::collection::vec(post(), 0..4), authors in prop::collection::vec(author(), 1..3),
        tags in prop::collection::vec(tag(), 0..3)
    ) {
        let posts: Vec<FullPost> = posts.into_iter().map(|post| FullPost {
            post, tags: tags.iter().rev().cloned().collect(), authors: authors.clone(), picture: None,
        }).collect();
        let written = export(&posts, &authors, &tags, &Settings::default());
        let options = Options { members: MembersPosts::Keep, ..options() };
        let site = read_bytes(written, &options).unwrap();
        for post in &site.posts {
            let not_here = |warning: &String| warning.ends_with("does not lie beside the export");
            prop_assert!(post.warnings.iter().all(not_here), "{:?}", post.warnings);
        }
        let back: Vec<SourcePost> =
            site.posts.into_iter().map(|post| SourcePost { warnings: Vec::new(), ..post }).collect();
        prop_assert_eq!(back, posts.iter().map(as_source).collect::<Vec<_>>());
        prop_assert_eq!(site.authors.into_iter().map(|a| a.author).collect::<Vec<_>>(), authors);
        prop_assert_eq!(site.tags.into_iter().map(|t| t.tag).collect::<Vec<_>>(), tags);
    }
}

#[test]
fn settings_read_back_but_for_those_without_a_row() {
    let mut all = serde_json::to_value(Settings::default()).unwrap();
    for (key, value) in all.as_object_mut().unwrap() {
        if value.is_null() {
            *value = json!(format!("a “{key}”"));
        }
    }
    all["logo"] = json!("/content/images/logo.png");
    all["navigation"] =
        json!([{"label": "Home", "url": "/"}, {"label": "Out", "url": "https://out.example/"}]);
    all["posts_per_page"] = json!(7);
    let settings: Settings = serde_json::from_value(all.clone()).unwrap();
    let options = Options { code_injection: true, ..options() };
    let mut back = read_bytes(export(&[], &[], &[], &settings), &options).unwrap().settings;
    for key in ["members_enabled", "slug_style", "security_contact"] {
        assert!(back.insert(key.to_owned(), all[key].clone()).is_none());
    }
    assert_eq!(Value::Object(back.clone()), {
        let mut ordered = serde_json::Map::new();
        for key in back.keys() {
            ordered.insert(key.clone(), all[key].clone());
        }
        Value::Object(ordered)
    });
    assert_eq!(back.len(), all.as_object().unwrap().len());
}

#[test]
fn no_password_is_ever_written() {
    let author = Author::named(UserId::derived("a"), "A", Slug::parse("a").unwrap(), NOW);
    let written = String::from_utf8(export(&[], &[author], &[], &Settings::default())).unwrap();
    assert!(!written.contains("password"));
    assert!(serde_json::from_str::<Value>(&written).is_ok());
}
