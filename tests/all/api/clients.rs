//! Ghost's own clients, as npm has them, against the program itself.

use std::path::Path;
use std::process::Command;

use crate::support::{Site, postgres};

#[test]
fn ghosts_clients_read_a_site_on_sqlite() {
    read_with_ghosts_clients(&Site::new(), &[]);
}

#[tokio::test]
async fn ghosts_clients_read_a_site_on_postgres() {
    let database = postgres::migrated().await;
    read_with_ghosts_clients(&Site::new(), &[("MASTHEAD_DATABASE__URL", &database)]);
    postgres::drop(&database).await;
}

fn read_with_ghosts_clients(site: &Site, environment: &[(&str, &str)]) {
    write_blog(&site.path().join("blog"));
    site.run_with(environment, ["import", "blog"]);
    let said = site.run_with(environment, ["integration", "add", "Front end"]);
    let key =
        |name: &str| said.lines().find_map(|line| line.strip_prefix(name)).expect("it is shown");
    let server = site.serve_with(environment);
    drive("content.test.js", &[("SITE", &server.url), ("KEY", key("content key: "))]);
    drive("admin.test.js", &[("SITE", &server.url), ("KEY", key("admin key:   "))]);
    let (content, admin) = (key("content key: "), key("admin key:   "));
    drive("guide.test.js", &[("SITE", &server.url), ("KEY", content), ("ADMIN_KEY", admin)]);
}

#[test]
fn ghosts_client_is_told_what_happens_on_sqlite() {
    be_told_by_webhooks(&Site::new(), &[]);
}

#[tokio::test]
async fn ghosts_client_is_told_what_happens_on_postgres() {
    let database = postgres::migrated().await;
    be_told_by_webhooks(&Site::new(), &[("MASTHEAD_DATABASE__URL", &database)]);
    postgres::drop(&database).await;
}

fn be_told_by_webhooks(site: &Site, environment: &[(&str, &str)]) {
    write_blog(&site.path().join("blog"));
    let loopback = ("MASTHEAD_WEBHOOKS__ALLOW_PRIVATE", "true");
    let environment: Vec<_> = environment.iter().copied().chain([loopback]).collect();
    site.run_with(&environment, ["import", "blog"]);
    let key = |name| {
        let said = site.run_with(&environment, ["integration", "add", name]);
        let key = said.lines().find_map(|line| line.strip_prefix("admin key:   "));
        key.expect("it is shown").to_owned()
    };
    let (ours, others) = (key("Build"), key("Other"));
    let server = site.serve_with(&environment);
    drive("webhooks.test.js", &[("SITE", &server.url), ("KEY", &ours), ("OTHER", &others)]);
}

/// Runs a file of tests of `tests/clients`.
fn drive(file: &str, environment: &[(&str, &str)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    assert!(
        folder.join("node_modules").is_dir(),
        "the packages of tests/clients are not installed; `tests/run` installs them"
    );
    let output = Command::new("node")
        .arg("--test")
        .arg(folder.join(file))
        .envs(environment.iter().copied())
        .output()
        .expect("Node.js is installed; `tests/run` installs it");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

/// Twenty posts, a day each, a draft, and a page.
fn write_blog(folder: &Path) {
    let posts = folder.join("content/posts");
    std::fs::create_dir_all(&posts).unwrap();
    let write = |path: &Path, text: &str| std::fs::write(path, text).unwrap();
    write(&folder.join("hugo.toml"), "title = \"The Quiet Machine\"\n");
    for number in 1..=20 {
        let mut tags = vec![if number % 2 == 0 { "Even" } else { "Odd" }];
        if number % 3 == 0 {
            tags.push("Third");
        }
        let word = if number == 3 { "**three**".to_owned() } else { number.to_string() };
        let text = format!(
            "---\ntitle: Post {number}\ndate: 2026-01-{number:02}T12:00:00Z\ntags: {tags:?}\n\
             author: Ann Example\n---\nThe text of {word}.\n"
        );
        write(&posts.join(format!("post-{number}.md")), &text);
    }
    let draft = "---\ntitle: Unfinished\ndraft: true\nauthor: Ann Example\n---\nMore to come.\n";
    write(&posts.join("unfinished.md"), draft);
    write(
        &folder.join("content/about.md"),
        "---\ntitle: About\nauthor: Ann Example\n---\nAll about it.\n",
    );
}
