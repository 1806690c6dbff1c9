//! Whole folders, read; and whole sites, written and read back.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::{Value, json};
use sqlx::types::Json;

use super::export::Folder;
use super::{Options, read};
use crate::domain::post::{Draft, FullPost, Post, PostSummary};
use crate::domain::slug::SlugStyle;
use crate::domain::{
    Author, PostId, PostKind, Settings, Slug, Social, Status, Tag, TagId, Timestamp, UserId,
    Visibility,
};
use crate::formats::{SourcePost, SourceSite};

const NOW: Timestamp = Timestamp(1_795_461_846_123_456);

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn read_all(files: &[(&str, &str)]) -> SourceSite {
    read(folder(files).path(), &Options::at(NOW)).unwrap()
}

fn find<'a>(site: &'a SourceSite, key: &str) -> &'a SourcePost {
    site.posts.iter().find(|post| post.key == key).unwrap()
}

#[test]
fn a_jekyll_site_reads_whole() {
    let site = read_all(&[
        (
            "_config.yml",
            "title: A\nurl: https://a.example\nlang: en\ntimezone: Europe/Berlin\nrepository: a/b\n",
        ),
        (
            "_data/authors.yml",
            "ada:\n  name: Ada Lovelace\n  twitter: ada\n  avatar: /img/ada.png\n",
        ),
        ("img/ada.png", "x"),
        (
            "_posts/2020-01-02-one.md",
            "---\ntitle: One\nauthor: ada\ncategories: news\ntags: a b\nimage: /img/ada.png\nmood: good\n---\n\
             See [two]({% post_url 2020-02-03-two %}) and [it](/news/2020/02/03/two.html#x).\n",
        ),
        (
            "_posts/2020-02-03-two.md",
            "---\ncategories: [news]\nredirect_from: /old/\n---\n# Two *it*\n\nText\n",
        ),
        ("_drafts/three.md", "---\ntitle: Three\n---\nText"),
        ("about.md", "---\ntitle: About\npermalink: /about-us/\n---\nText"),
        ("README.md", "# Readme"),
        ("_layouts/x.md", "x"),
        ("broken.md", "---\ntitle: [\n---\n"),
    ]);
    assert_eq!(site.settings["title"], json!("A"));
    assert_eq!(site.settings["timezone"], json!("Europe/Berlin"));
    let one = find(&site, "_posts/2020-01-02-one.md");
    assert_eq!(one.draft.markdown, "See [two](/two/) and [it](/two/#x).");
    assert_eq!(one.draft.tags, ["news", "a", "b"]);
    assert_eq!(one.authors, ["ada-lovelace"]);
    assert_eq!(one.aliases, ["/news/2020/01/02/one.html", "/news/2020/01/02/one/"]);
    assert_eq!(one.feed_guid.as_deref(), Some("https://a.example/news/2020/01/02/one"));
    assert_eq!(one.draft.frontmatter.as_deref(), Some("{\"mood\":\"good\"}"));
    assert_eq!(one.draft.feature_image.as_ref(), Some(&one.files[0].placeholder));
    let two = find(&site, "_posts/2020-02-03-two.md");
    assert_eq!((two.draft.title.as_str(), two.draft.markdown.as_str()), ("Two it", "Text"));
    assert!(two.aliases.contains(&"/old/".to_owned()));
    assert_eq!(find(&site, "_drafts/three.md").draft.status, Status::Draft);
    let about = find(&site, "about.md");
    assert_eq!(about.draft.kind, PostKind::Page);
    assert_eq!(about.draft.slug.as_deref(), Some("about-us"));
    assert!(about.aliases.is_empty());
    let ada = &site.authors[0];
    assert_eq!(ada.author.profile_image.as_ref(), Some(&ada.files[0].placeholder));
    assert_eq!(site.problems.len(), 1);
    assert_eq!(site.problems[0].origin, "broken.md");
    assert!(site.problems[0].line.is_some());
    assert_eq!(site.skipped.len(), 2);
}

#[test]
fn links_of_a_site_tell_its_permalinks() {
    let site = read_all(&[
        ("_posts/2020-01-02-one.md", "[two](/n/2020/02/03/two/) [two](/n/2020/02/03/two/#x)"),
        ("_posts/2020-02-03-two.md", "Text"),
    ]);
    let one = find(&site, "_posts/2020-01-02-one.md");
    assert_eq!(one.draft.markdown, "[two](/two/) [two](/two/#x)");
    assert!(one.aliases.contains(&"/n/2020/01/02/one/".to_owned()), "{:?}", one.aliases);
}

#[test]
fn a_hugo_site_reads_whole() {
    let site = read_all(&[
        (
            "hugo.toml",
            "baseURL = 'https://h.example/'\ntitle = 'H'\n[permalinks]\nposts = '/:year/:slug/'\n\
             [languages.en]\n[languages.fr]\n",
        ),
        ("content/posts/_index.md", "---\ntitle: Posts\n---\n"),
        (
            "content/posts/one/index.md",
            "+++\ntitle = 'One'\ndate = 2020-01-02T03:04:05Z\n+++\n![a](pic%20a.png \"t\") \
             ![b](gone.png) [t]({{< ref \"two\" >}}) [t](../two/) <img src=\"/images/s.png\">\n\n`![c](pic.png)`\n",
        ),
        ("content/posts/one/index.fr.md", "+++\ntitle = 'Un'\ndate = 2020-01-02\n+++\nTexte"),
        ("content/posts/one/pic a.png", "x"),
        ("static/images/s.png", "x"),
        (
            "content/posts/two.md",
            "---\ntitle: Two\ndate: 2099-01-01\naliases: [old, /older/]\n---\n",
        ),
        ("content/about.md", "---\ntitle: About\n---\n"),
        ("content/_index.md", "---\ntitle: Home\n---\n"),
    ]);
    let one = find(&site, "content/posts/one");
    let [picture, served] = &one.files[..] else { panic!("{:?}", one.files) };
    assert_eq!(
        one.draft.markdown,
        format!(
            "![a]({} \"t\") ![b](gone.png) [t](/two/) [t](/two/) <img src=\"{}\">\n\n`![c](pic.png)`",
            picture.placeholder, served.placeholder
        )
    );
    assert_eq!(one.warnings, ["the file `gone.png` is missing"]);
    assert_eq!(one.aliases, ["/2020/one/"]);
    assert_eq!(one.feed_guid.as_deref(), Some("https://h.example/2020/one/"));
    let french = find(&site, "content/posts/one/index.fr.md");
    assert_eq!(french.draft.locale.as_deref(), Some("fr"));
    assert_eq!(french.draft.slug.as_deref(), Some("one-fr"));
    let two = find(&site, "content/posts/two.md");
    assert_eq!(two.draft.status, Status::Scheduled);
    assert_eq!(two.aliases, ["/2099/two/", "/posts/old", "/older/"]);
    assert_eq!(find(&site, "content/about.md").draft.kind, PostKind::Page);
}

#[test]
fn a_zola_site_keeps_its_addresses_and_sections() {
    let site = read_all(&[
        ("content/_index.md", "+++\ntitle = \"Main\"\n+++\n"),
        ("content/inside/_index.md", "+++\ntitle = \"Inside\"\n+++\n"),
        (
            "content/a.md",
            "+++\npath = \"2014/12/12/A\"\ntitle = \"A\"\nauthors = [\"Ada Lovelace and Grace Hopper\"]\naliases = [\"2014/12/12/A.html\"]\n+++\n[b](@/inside/a.md#x) [c](/inside/2015/01/01/a.html)",
        ),
        (
            "content/inside/a.md",
            "+++\npath = \"inside/2015/01/01/A\"\ntitle = \"A\"\naliases = []\n+++\nText",
        ),
        ("content/latest.md", "+++\ntemplate = \"x.html\"\n+++\n"),
    ]);
    let main = find(&site, "content/a.md");
    assert_eq!(main.aliases, ["/2014/12/12/A/", "/2014/12/12/A.html"]);
    assert_eq!(main.draft.published_at, Some(Timestamp(1_418_342_400_000_000)));
    assert_eq!(main.draft.markdown, "[b](/inside-a/#x) [c](/inside-a/)");
    assert_eq!(main.authors, ["ada-lovelace", "grace-hopper"]);
    assert!(main.draft.tags.is_empty());
    let inside = find(&site, "content/inside/a.md");
    assert_eq!(inside.draft.tags, ["Inside"]);
    assert_eq!(inside.draft.slug.as_deref(), Some("inside-a"));
    assert_eq!(site.skipped.len(), 3);
}

#[test]
fn a_folder_of_plain_notes_is_published_with_the_dates_of_its_files() {
    let site = read_all(&[("hello-world.md", "Text"), ("b/x.md", "# X\r\n\r\nText\r\n")]);
    let hello = find(&site, "hello-world.md");
    assert_eq!(hello.draft.title, "Hello world");
    assert_eq!((hello.draft.status, hello.draft.kind), (Status::Published, PostKind::Post));
    assert!(hello.file_date.is_some() && hello.draft.published_at.is_none());
    assert_eq!(hello.warnings, ["no date; it has the date of its file"]);
    assert_eq!(find(&site, "b/x.md").draft.markdown, "Text");
}

#[test]
fn reading_twice_gives_the_same() {
    let folder = folder(&[
        ("a/x.md", "---\ntitle: X\ndate: 2020-01-01\n---\n![p](p.png)"),
        ("b/x.md", "---\ntitle: X\ndate: 2020-01-01\nauthor: Ada\n---\n"),
        ("a/p.png", "x"),
    ]);
    let (first, second) = (
        read(folder.path(), &Options::at(NOW)).unwrap(),
        read(folder.path(), &Options::at(NOW)).unwrap(),
    );
    assert_eq!(first.posts, second.posts);
    assert_eq!(first.authors, second.authors);
    let slugs: Vec<_> = first.posts.iter().map(|p| p.draft.slug.clone().unwrap()).collect();
    assert_eq!(slugs, ["x", "b-x"]);
}

fn full_post(draft: &Draft, comment_id: Option<String>) -> FullPost {
    let author = Author::named(UserId::derived("a"), "Ä", Slug::parse("a").unwrap(), NOW);
    let tag = |name: &String| {
        let slug = Slug::from_tag_name(name, SlugStyle::Ascii).or(Slug::parse("t")).unwrap();
        Tag::named(TagId::derived(name), name, slug, NOW)
    };
    let draft = draft.clone();
    FullPost {
        tags: draft.tags.iter().map(tag).collect(),
        authors: vec![author],
        picture: None,
        post: Post {
            summary: PostSummary {
                id: PostId::derived("p"),
                kind: draft.kind,
                title: draft.title,
                slug: Slug::parse(&draft.slug.unwrap()).unwrap(),
                status: draft.status,
                visibility: draft.visibility,
                featured: draft.featured,
                custom_excerpt: draft.custom_excerpt,
                excerpt: String::new(),
                reading_time: 1,
                feature_image: draft.feature_image,
                feature_image_alt: draft.feature_image_alt,
                feature_image_caption: draft.feature_image_caption,
                locale: draft.locale,
                published_at: draft.published_at,
                created_at: NOW,
                updated_at: Timestamp(NOW.0 + 1),
            },
            uuid: "u".to_owned(),
            comment_id,
            feed_guid: Some("g".to_owned()),
            social: draft.social,
            codeinjection_head: draft.codeinjection_head,
            codeinjection_foot: draft.codeinjection_foot,
            custom_template: draft.custom_template,
            show_title_and_feature_image: draft.show_title_and_feature_image,
            trusted: draft.trusted,
            frontmatter: draft.frontmatter,
            revision: 1,
            markdown: draft.markdown,
            html: String::new(),
            plaintext: String::new(),
            headings: Json(Vec::new()),
        },
    }
}

fn draft(texts: &[String], flags: u8, date: Option<i64>) -> Draft {
    let text = |at: usize| texts[at % texts.len()].clone();
    let some = |at: usize| (flags >> (at % 8) & 1 == 1).then(|| text(at));
    let yes = |at: u8| flags >> at & 1 == 1;
    Draft {
        kind: if yes(0) { PostKind::Page } else { PostKind::Post },
        title: text(0),
        slug: Some("a-slug".to_owned()),
        markdown: text(1),
        status: if yes(1) { Status::Scheduled } else { Status::Draft },
        visibility: if yes(2) { Visibility::Members } else { Visibility::Public },
        featured: yes(3),
        custom_excerpt: some(2),
        feature_image: some(3),
        feature_image_alt: some(4),
        feature_image_caption: some(5),
        locale: some(6),
        published_at: date.map(Timestamp),
        social: Social {
            meta_title: some(7),
            meta_description: some(8),
            og_image: some(9),
            og_title: some(10),
            og_description: some(11),
            twitter_image: some(12),
            twitter_title: some(13),
            twitter_description: some(14),
            canonical_url: some(15),
        },
        codeinjection_head: some(16),
        codeinjection_foot: some(17),
        custom_template: some(18),
        show_title_and_feature_image: yes(4),
        trusted: yes(5),
        frontmatter: some(19),
        tags: vec![text(5), text(6)],
        authors: Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn what_is_written_reads_back(
        texts in proptest::collection::vec("(\\PC|\n|\r|\t|\u{0}|\u{7f}|\u{85}|\u{2028}|\u{feff}| |---|'|\"|: |#|\\+\\+\\+){0,12}", 1..8),
        flags: u8,
        date in proptest::option::of(-1_000_000_000_000_000_i64..4_000_000_000_000_000),
    ) {
        let draft = draft(&texts, flags, date);
        let folder = tempfile::tempdir().unwrap();
        let writer = Folder::create(folder.path()).unwrap();
        let aliases = vec![format!("/{}", texts[0])];
        writer.post(&full_post(&draft, Some(texts[0].clone())), &aliases).unwrap();
        let site = read(folder.path(), &Options::at(NOW)).unwrap();
        prop_assert!(site.problems.is_empty(), "{:?}", site.problems);
        let post = &site.posts[0];
        prop_assert_eq!(&post.draft, &draft);
        prop_assert_eq!(&post.id, &PostId::derived("p"));
        prop_assert_eq!(post.uuid.as_str(), "u");
        prop_assert_eq!(post.comment_id.as_ref(), Some(&texts[0]));
        prop_assert_eq!(post.feed_guid.as_deref(), Some("g"));
        prop_assert_eq!(&post.authors, &["a"]);
        prop_assert_eq!(&post.aliases, &aliases);
        prop_assert_eq!(post.created_at, Some(NOW));
        prop_assert_eq!(post.updated_at, Some(Timestamp(NOW.0 + 1)));
    }

    #[test]
    fn no_file_panics(
        front in "(title|date|slug|path|tags|author|image|permalink|aliases|lang|layout|draft): (\\PC{0,20}|\\[a, b\\]|\\{a: b\\}|2020-01-02|/a/:year/b)\n",
        body in "(\\[a\\]\\(|\\)|!|\\{\\{|\\}\\}|\\{%|%\\}|<img src=|>|\"|#| |\n|é|\\.\\./|/|x\\.md|b\\.png|\\?|%2){0,40}",
        name in "[a-z0-9.é-]{1,12}",
    ) {
        let text = format!("---\n{front}---\n{body}");
        let site = read_all(&[(&format!("{name}.md"), &text), ("2020/01/02/x.md", &body)]);
        prop_assert!(site.posts.len() + site.problems.len() + site.skipped.len() >= 1);
    }
}

#[test]
fn a_whole_site_reads_back() {
    let root = tempfile::tempdir().unwrap();
    let picture = root.path().join("picture");
    fs::write(&picture, "bytes").unwrap();
    let root = root.path().join("out");
    let settings = Settings {
        title: "T".to_owned(),
        logo: Some("/content/images/l-1.png".to_owned()),
        ..Settings::default()
    };
    let mut author = Author::named(UserId::derived("a"), "A", Slug::parse("a").unwrap(), NOW);
    author.bio = Some("b\n\"c\"".to_owned());
    let tag = Tag::named(TagId::derived("t"), "#T", Slug::parse("hash-t").unwrap(), NOW);
    let draft = Draft {
        markdown: "![a](/content/images/p-1.png) ![b](/content/images/none.png)".to_owned(),
        ..draft(&["x".to_owned()], 0, None)
    };
    for _ in 0..2 {
        let writer = Folder::create(&root).unwrap();
        writer.settings(&settings).unwrap();
        writer.authors(std::slice::from_ref(&author)).unwrap();
        writer.tags(std::slice::from_ref(&tag)).unwrap();
        writer.post(&full_post(&draft, None), &[]).unwrap();
        for name in ["p-1.png", "l-1.png"] {
            writer.media(name, &fs::read(&picture).unwrap()).unwrap();
        }
        assert!(writer.media("../x.png", b"").is_err());
    }
    fs::write(root.join("content/posts/new.md"), "---\ntitle: New\ndate: 2020-01-01\n---\n")
        .unwrap();
    let site = read(&root, &Options::at(NOW)).unwrap();
    assert_eq!(
        serde_json::from_value::<Settings>(Value::Object(site.settings.clone())).unwrap(),
        settings
    );
    assert_eq!(site.files[0].placeholder, "/content/images/l-1.png");
    assert_eq!((&site.authors[0].author, site.authors[0].key.as_str()), (&author, "a"));
    assert_eq!(site.tags[0].tag, tag);
    assert_eq!(site.posts[0].draft, draft);
    let files: Vec<_> = site.posts[0].files.iter().map(|f| f.placeholder.as_str()).collect();
    assert_eq!(files, ["/content/images/p-1.png"]);
    assert_eq!(site.posts[1].draft.title, "New");
    assert!(site.problems.is_empty());
    assert!(Folder::create(Path::new(&root).parent().unwrap()).is_err());
}
