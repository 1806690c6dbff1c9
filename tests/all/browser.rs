//! The site and the desk in a real browser: `tests/browser` drives Chromium through every kind of
//! page.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::redis::Redis;
use crate::support::{Site, postgres};

/// The pages that a reader meets, in two widths and both colour schemes; screenshots lie in
/// `target/screenshots`.
#[test]
fn every_page_holds_in_a_browser() {
    let site = Site::new();
    let blog = site.path().join("blog");
    write_blog(&blog);
    site.run(["import", "blog"]);
    let server = site.serve();

    drive("site.test.js", &[("SITE", &server.url)]);
}

/// Setting up, signing in, and going on at another instance: two of them share PostgreSQL and a Redis
/// for the sessions.
#[tokio::test]
async fn somebody_signs_in_on_one_instance_and_goes_on_on_another() {
    let (database, redis) = (postgres::migrated().await, Redis::durable());
    let sites = [Site::new(), Site::new()];
    let environment =
        [("MASTHEAD_DATABASE__URL", &*database), ("MASTHEAD_SESSIONS__URL", &*redis.url())];
    let [here, there] = sites.each_ref().map(|site| site.serve_with(&environment));
    let code = here.set_up_code();
    assert_eq!(code, there.set_up_code());
    drive("desk.test.js", &[("SITE", &here.url), ("OTHER", &there.url), ("CODE", &code)]);
    drop([here, there]);
    postgres::drop(&database).await;
}

/// Writing at the desk, as a person does it: by mouse and by keyboard, with scripts and without.
#[test]
fn a_post_is_written_at_the_desk() {
    const EMAIL: &str = "ann@example.org";
    const PASSWORD: &str = "correct horse battery";
    let site = Site::new();
    write_blog(&site.path().join("blog"));
    site.run(["import", "blog"]);
    site.add_user("Ann Example", EMAIL, PASSWORD);
    let server = site.serve();
    drive("writing.test.js", &[("SITE", &server.url), ("EMAIL", EMAIL), ("PASSWORD", PASSWORD)]);
}

/// Programs are let in, told what happens, and taken their keys away.
#[test]
fn integrations_are_seen_to_at_the_desk() {
    const EMAIL: &str = "ann@example.org";
    const PASSWORD: &str = "correct horse battery";
    let site = Site::new();
    site.add_user("Ann Example", EMAIL, PASSWORD);
    let server = site.serve_with(&[("MASTHEAD_WEBHOOKS__ALLOW_PRIVATE", "true")]);
    let environment = [("SITE", &*server.url), ("EMAIL", EMAIL), ("PASSWORD", PASSWORD)];
    drive("integrations.test.js", &environment);
}

/// Runs a file of tests of `tests/browser`.
fn drive(file: &str, environment: &[(&str, &str)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser");
    assert!(
        folder.join("node_modules").is_dir(),
        "the packages of tests/browser are not installed; `tests/run` installs them"
    );
    let output = tempfile::NamedTempFile::new().unwrap();
    let status = Command::new("node")
        .arg(folder.join(file))
        .envs(environment.iter().copied())
        .env("SCREENSHOTS", screenshots())
        .stdout(output.reopen().unwrap())
        .stderr(output.reopen().unwrap())
        .status()
        .expect("Node.js is installed; `tests/run` installs it");
    assert!(status.success(), "{}", std::fs::read_to_string(output.path()).unwrap());
}

fn screenshots() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots")
}

/// A blog that has what could break a page: long words, three scripts, wide tables, pictures.
fn write_blog(folder: &Path) {
    let posts = folder.join("content/posts");
    std::fs::create_dir_all(&posts).unwrap();
    let write = |path: &Path, text: &str| std::fs::write(path, text).unwrap();
    write(&folder.join("hugo.toml"), "title = \"The Quiet Machine\"\n");
    write(&posts.join("everything.md"), include_str!("../browser/blog/everything.md"));
    write(&posts.join("japanese.md"), include_str!("../browser/blog/japanese.md"));
    write(&posts.join("arabic.md"), include_str!("../browser/blog/arabic.md"));
    write(&posts.join("german.md"), include_str!("../browser/blog/german.md"));
    write(&folder.join("content/about.md"), include_str!("../browser/blog/about.md"));
    image::RgbImage::from_fn(1200, 800, |x, y| {
        image::Rgb(if (x / 100 + y / 100) % 2 == 0 { [122, 98, 74] } else { [201, 180, 150] })
    })
    .save(posts.join("harbour.png"))
    .unwrap();
    for n in 1..=30 {
        let text = format!(
            "---\ntitle: \"Note {n} on clocks\"\ndate: 2026-0{}-{:02}\ntags: [Engineering]\n\
             author: Ann Example\n---\n\nA short note, the {n}th of its kind, about clocks.\n",
            n / 10 + 1,
            n % 28 + 1,
        );
        write(&posts.join(format!("note-{n}.md")), &text);
    }
}
