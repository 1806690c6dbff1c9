//! The commands that end by themselves.

use super::Program;
use super::program::{Ended, end};
use crate::support::postgres;

/// A failure in words: code 1, nothing of the program's insides.
fn assert_failed(ended: &Ended, because: &str) {
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.starts_with("masthead: "), "{ended:?}");
    assert!(ended.err.contains(because), "`{because}` in {ended:?}");
    assert!(!ended.err.contains("panicked"), "{ended:?}");
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    for text in ["This is no database.".repeat(200), "Short.".to_owned()] {
        let program = Program::new();
        let file = program.path("novel.txt");
        std::fs::write(&file, &text).unwrap();
        for command in ["migrate", "serve"] {
            let ended = program.run(&[command, "--database", "sqlite:novel.txt"]);
            assert_failed(&ended, "novel.txt is not an SQLite database");
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let program = Program::new();
    std::fs::write(program.path("file"), "").unwrap();
    let ended = program.run(&["migrate", "--database", "sqlite:file/data/site.db"]);
    assert_failed(&ended, "file/data");
    let mut command = program.command(&["migrate"]);
    let ended = end(command.env("MASTHEAD_MEDIA__DIR", "file/media"), "");
    assert_failed(&ended, "file/media");
}

#[test]
fn a_database_that_does_not_answer_is_an_error() {
    let port = postgres::free_port().unwrap();
    let url = format!("postgres://app@127.0.0.1:{port}/site");
    let ended = Program::new().run(&["migrate", "--database", &url]);
    assert_failed(&ended, "database: ");
}

#[test]
fn migrating_twice_is_migrating_once() {
    let program = Program::new();
    for _ in 0..2 {
        let ended = program.run(&["migrate"]);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.out.contains("what this version expects"), "{ended:?}");
    }
}

#[test]
fn two_that_migrate_at_once_do_not_trip_over_each_other() {
    let program = Program::new();
    migrate_at_once(&program, "sqlite:data/site.db");
}

#[tokio::test]
async fn two_that_migrate_one_server_at_once_do_not_trip_over_each_other() {
    let url = postgres::empty().await;
    migrate_at_once(&Program::new(), &url);
    postgres::drop(&url).await;
}

fn migrate_at_once(program: &Program, url: &str) {
    let run = || program.run(&["migrate", "--database", url]);
    let ended = std::thread::scope(|scope| {
        let all = [scope.spawn(run), scope.spawn(run), scope.spawn(run)];
        all.map(|one| one.join().unwrap())
    });
    for ended in ended {
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
}

#[test]
fn the_first_user_owns_the_site() {
    let program = Program::new();
    let add = |email: &str, password: &str| program.run_with(&["user", "add", email], password);
    let ended = add("ann@example.org", "too short\n");
    assert_failed(&ended, "password: has at least 10 characters");
    for email in ["ann", "@example.org", "ann@", "a nn@example.org", ""] {
        assert_failed(&add(email, "correct horse\n"), "");
    }

    let ended = add("Ann@Example.org", "correct horse\n");
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), "Ann owns this site.\n"), "{ended:?}");
    assert_failed(&add("ann@example.org", "correct horse\n"), "is a user already");
    let ended = add("bo@example.org", "battery staple\r\n");
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), "bo may sign in.\n"), "{ended:?}");
    assert_failed(&add("cy@example.org", ""), "password");
    let ended = program.run_with(&["user", "add", "x@y.example", "--role", "owner"], "");
    assert_eq!(ended.code, Some(2), "an owner is made by being the first: {ended:?}");
}

#[test]
fn an_import_of_nothing_names_the_path() {
    let program = Program::new();
    assert_failed(&program.run(&["import", "no/such/blog"]), "no/such/blog");
    std::fs::write(program.path("broken.json"), "{\n\"db\": [}\n").unwrap();
    let ended = program.run(&["import", "broken.json"]);
    assert_failed(&ended, "broken.json");
    assert!(ended.err.contains(":2"), "the line is named: {ended:?}");
}

#[test]
fn an_import_ends_with_a_table() {
    let program = Program::new();
    let folder = program.path("blog/content/posts");
    std::fs::create_dir_all(&folder).unwrap();
    let good = "---\ntitle: Good\ndate: 2026-01-02\n---\n\nText.\n";
    std::fs::write(folder.join("good.md"), good).unwrap();
    std::fs::write(folder.join("bad.md"), "---\ntitle: [\n---\n\nText.\n").unwrap();
    let counted = |ended: &Ended, name: &str| {
        let line = ended.out.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().last().unwrap().parse::<usize>().unwrap()
    };
    let ended = program.run(&["import", "blog", "--strict"]);
    assert_failed(&ended, "bad.md");
    assert!(ended.err.contains("Nothing was imported"), "{ended:?}");
    for (arguments, created, unchanged) in [
        (&["import", "blog", "--dry-run"][..], 1, 0),
        (&["import", "blog"], 1, 0),
        (&["import", "blog"], 0, 1),
    ] {
        let ended = program.run(arguments);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(counted(&ended, "created"), created, "{ended:?}");
        assert_eq!(counted(&ended, "unchanged"), unchanged, "{ended:?}");
        assert_eq!(counted(&ended, "skipped"), 1, "{ended:?}");
        assert!(ended.out.contains("content/posts/bad.md:"), "{ended:?}");
    }
}

#[test]
fn an_export_goes_over_nothing_of_yours() {
    let program = Program::new();
    std::fs::create_dir(program.path("mine")).unwrap();
    std::fs::write(program.path("mine/novel.md"), "It was a dark night.").unwrap();
    assert_failed(&program.run(&["export", "mine"]), "not empty");
    std::fs::write(program.path("mine.json"), "{}").unwrap();
    let ended = program.run(&["export", "mine.json", "--format", "ghost"]);
    assert_failed(&ended, "mine.json");
    assert_eq!(std::fs::read_to_string(program.path("mine.json")).unwrap(), "{}");
    assert_eq!(std::fs::read_dir(program.path("mine")).unwrap().count(), 1);

    let ended = program.run(&["export", "new"]);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("0 posts and pages and 0 files stand in new."), "{ended:?}");
    assert_eq!(program.run(&["export", "new.json", "--format", "ghost"]).code, Some(0));
    assert_eq!(program.run(&["import", "new"]).code, Some(0));
    assert_eq!(program.run(&["import", "new.json"]).code, Some(0));
}

#[test]
fn an_integration_is_renamed_and_given_new_keys() {
    let program = Program::new();
    let said = |arguments: &[&str]| {
        let ended = program.run(arguments);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        ended.out
    };
    let added = said(&["integration", "add", "Build"]);
    let id = added.split(['(', ')']).nth(1).unwrap();
    let renamed = said(&["integration", "rename", id, "Front end"]);
    assert_eq!(renamed, format!("{id} is called Front end now.\n"));
    assert_eq!(said(&["integration", "list"]), format!("{id}  Front end\n"));
    assert_failed(&program.run(&["integration", "rename", id, " "]), "name: has 1 to 191");
    for (kind, length) in [("content", 26), ("admin", 24 + 1 + 64)] {
        let new = said(&["integration", "regenerate", id, kind]);
        let key = new.strip_prefix(&format!("{kind} key: ")).unwrap().trim_end();
        assert_eq!(key.len(), length, "{new}");
        assert!(!added.contains(key));
    }
    assert_eq!(program.run(&["integration", "regenerate", id, "both"]).code, Some(2));
    let nobody = "000000000000000000000000";
    for arguments in [["rename", nobody, "x"], ["regenerate", nobody, "admin"]] {
        let ended = program.run(&[&["integration"], &arguments[..]].concat());
        assert_failed(&ended, "is no integration");
    }
}

#[test]
fn webhooks_come_and_go_and_show_no_secret() {
    let program = Program::new();
    let said = |arguments: &[&str]| {
        let ended = program.run(arguments);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(!ended.out.contains("s3cr3t"), "{ended:?}");
        ended.out
    };
    let integration = said(&["integration", "add", "Build"]);
    let integration = integration.split(['(', ')']).nth(1).unwrap();
    let url = "https://hooks.example.org/build";
    let mut command = program.command(&["webhook", "add", integration, "site.changed", url]);
    let added = end(command.env("MASTHEAD_WEBHOOK_SECRET", "s3cr3t"), "");
    assert_eq!(added.code, Some(0), "{added:?}");
    let added = added.out;
    let id = added.split(' ').next().unwrap();
    let all = said(&["webhook", "list"]);
    for words in [id, integration, url, "site.changed", " signed", "never called"] {
        assert!(all.contains(words), "{words}: {all}");
    }
    said(&["settings", "set", "title", "The Daily"]);
    let log = said(&["webhook", "log", id]);
    assert!(log.contains("site.changed  waits until") && log.contains("tried 0 times"), "{log}");
    assert_failed(&program.run(&["webhook", "add", integration, "site.baked", url]), "event: ");
    assert_failed(&program.run(&["webhook", "add", integration, "site.changed", url]), "already");
    for url in ["http://127.0.0.1/", "http://[::1]/", "http://localhost/"] {
        let refused = program.run(&["webhook", "add", integration, "post.added", url]);
        assert_failed(&refused, "target_url: is not one of the public internet");
    }
    said(&["webhook", "remove", id]);
    assert_eq!(said(&["webhook", "list"]).trim(), "");
    assert_failed(&program.run(&["webhook", "remove", id]), "there is no such webhook");
}
