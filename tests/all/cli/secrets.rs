//! Secrets: no word of the program tells a password.

use super::Program;
use super::program::{Ended, end};
use crate::support::postgres;

/// A password that stands nowhere by chance.
const SECRET: &str = "s3cr3t-of-the-database";
/// How a command ends that could not do what it was told.
const FAILED: i32 = 1;
/// The same where it was told wrongly.
const MISCONFIGURED: i32 = 2;

fn assert_discreet(ended: &Ended, how: &str) {
    for text in [&ended.out, &ended.err] {
        assert!(!text.contains(SECRET), "{how} tells the password:\n{text}");
    }
}

#[test]
fn a_check_shows_the_database_without_its_password() {
    for url in [
        format!("postgres://app:{SECRET}@db.example:5432/site"),
        format!("postgres://app:x%40{SECRET}@db.example/site?sslmode=require"),
        format!("postgresql://db.example/site?user=app&password={SECRET}"),
        format!("postgres://app:{SECRET}/@db.example/site"),
        format!("postgres://app:a@{SECRET}@db.example/site"),
        format!("mysql://app:{SECRET}@db.example/site"),
    ] {
        let program = Program::new();
        let flag = program.run(&["check", "--database", &url]);
        assert_discreet(&flag, &format!("--database {url}"));
        let environment = end(program.command(&["check"]).env("MASTHEAD_DATABASE__URL", &url), "");
        assert_discreet(&environment, &format!("the environment with {url}"));
        let file = format!("[database]\nurl = \"{url}\"\nreaders = 0\n");
        std::fs::write(program.path("masthead.toml"), file).unwrap();
        assert_discreet(&program.run(&["check"]), &format!("a file with {url}"));
    }
}

#[test]
fn a_check_tells_no_secret_of_redis_and_of_a_cdn() {
    let program = Program::new();
    let redis = format!("redis://:{SECRET}@cache.example:6379/1");
    let shown = end(program.command(&["check"]).env("MASTHEAD_REDIS__URL", &redis), "");
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert_discreet(&shown, "a check");
    for (name, value) in [
        ("MASTHEAD_REDIS__URL", format!("http://:{SECRET}@cache.example")),
        ("MASTHEAD_CDN__FASTLY__TOKEN", format!("{SECRET} and a blank")),
        ("MASTHEAD_CDN__FASTLY__TOKEN", format!("[\"{SECRET}\"]")),
        ("MASTHEAD_CDN__FASTLY__SERVICE", "no id".to_owned()),
    ] {
        let mut command = program.command(&["check"]);
        command.env("MASTHEAD_CDN__PROVIDER", "fastly").env(name, value);
        let ended = end(&mut command, "");
        assert_eq!(ended.code, Some(2), "{name}: {ended:?}");
        assert_discreet(&ended, name);
    }
}

#[test]
fn a_server_that_does_not_answer_is_named_without_its_password() {
    let port = postgres::free_port().unwrap();
    for (url, code) in [
        (format!("postgres://app:{SECRET}@127.0.0.1:{port}/site"), FAILED),
        (format!("postgres://127.0.0.1:{port}/site?user=app&password={SECRET}"), FAILED),
        (format!("postgres://app:{SECRET}@127.0.0.1:port/site"), MISCONFIGURED),
        (format!("postgres://app:{SECRET}@127.0.0.1:{port}/site?sslmode=maybe"), MISCONFIGURED),
        (format!("postgres://app:{SECRET}"), MISCONFIGURED),
    ] {
        let program = Program::new();
        let mut command = program.command(&["migrate", "--database", &url]);
        let ended = end(command.env("MASTHEAD_LOG__FILTER", "trace"), "");
        assert_eq!(ended.code, Some(code), "{ended:?}");
        assert_discreet(&ended, &url);
        assert!(!ended.err.contains("panicked"), "{ended:?}");
    }
}

#[tokio::test]
async fn the_most_talkative_log_keeps_the_password() {
    let url = postgres::empty().await;
    let with_password = url.replace("app@", &format!("app:{SECRET}@"));
    let program = Program::new();
    let talkative = [("MASTHEAD_LOG__FILTER", "trace"), ("MASTHEAD_LOG__FORMAT", "json")];
    let serving = program.serve(&["--database", &with_password], &talkative);
    assert!(serving.get("/").starts_with("HTTP/1.1 200"));
    serving.terminate();
    let ended = serving.end();
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    assert!(ended.err.len() > 10_000, "it is talkative");
    assert_discreet(&ended, "the log");
    postgres::drop(&url).await;
}

#[test]
fn the_password_of_a_user_is_told_to_nobody() {
    let program = Program::new();
    let mut command = program.command(&["user", "add", "ann@example.org"]);
    let ended = end(command.env("MASTHEAD_LOG__FILTER", "trace"), &format!("{SECRET}\n"));
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    assert_discreet(&ended, "user add");
    for file in crate::import::files_in(&program.path("data")).into_values() {
        let is_secret = |bytes: &[u8]| bytes == SECRET.as_bytes();
        assert!(!file.windows(SECRET.len()).any(is_secret), "only its hash is kept");
    }
}
