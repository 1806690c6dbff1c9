//! Time is not a change: what becomes visible because time passed would raise no tag, and stay
//! hidden in every cache. So no query that fills an entry may read a clock, of the database or of
//! the program.

use std::path::{Path, PathBuf};

/// Everything by which SQL asks for the time, on either database.
const CLOCKS: [&str; 20] = [
    "now",
    "current_timestamp",
    "current_date",
    "current_time",
    "localtime",
    "localtimestamp",
    "clock_timestamp",
    "statement_timestamp",
    "transaction_timestamp",
    "timeofday",
    "strftime",
    "datetime",
    "julianday",
    "unixepoch",
    "timediff",
    "age",
    "pg_sleep",
    "today",
    "tomorrow",
    "yesterday",
];

/// Queries that read and are told the time: the tasks that ask them fill no entry.
const TOLD_THE_TIME: [(&str, &str); 2] = [
    // The publishing task asks what is due, and then writes.
    ("posts.rs", "due"),
    // So does whoever tells webhooks.
    ("deliveries.rs", "due"),
];

#[test]
fn no_query_reads_a_clock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = files_in(&root.join("src/db"), "rs");
    files.extend(files_in(&root.join("src/db/primary"), "rs"));
    files.extend(files_in(&root.join("src/db/replicas"), "rs"));
    files.extend(files_in(&root.join("migrations/sqlite"), "sql"));
    files.extend(files_in(&root.join("migrations/postgres"), "sql"));
    assert!(files.len() > 20, "the queries were not found");
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let found = clocks_in(&statements(file, &text));
        wrong.extend(found.into_iter().map(|clock| format!("{}: {clock}", file.display())));
    }
    assert!(wrong.is_empty(), "a query reads a clock:\n{}", wrong.join("\n"));
}

/// Otherwise the test above would look in the wrong place.
#[test]
fn queries_stand_in_one_room() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        let inner = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        folders.extend(inner.filter(|path| path.is_dir() && *path != source.join("db")));
        for file in files_in(&folder, "rs") {
            let text = std::fs::read_to_string(&file).unwrap();
            assert!(!text.contains("sqlx::query"), "{} asks the database", file.display());
        }
    }
}

#[test]
fn no_query_that_reads_is_told_the_time() {
    let room = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/db");
    for file in files_in(&room, "rs") {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let uses_a_clock = text.contains("dyn Clock") || text.contains("clock::Clock");
        assert!(!uses_a_clock, "{name} reads a clock");
        for signature in text.split("pub async fn ").skip(1) {
            let (function, rest) = signature.split_once('(').unwrap();
            let arguments = rest.split_once(") ->").map_or(rest, |(arguments, _)| arguments);
            let reads = arguments.contains("&mut Connection");
            let is_told = arguments.contains("now:");
            let is_known = TOLD_THE_TIME.contains(&(&*name, function));
            assert!(!(reads && is_told) || is_known, "{name}: {function} reads by the time");
        }
    }
}

fn files_in(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|e| e == extension)).collect()
}

/// What may be SQL: a migration without its comments, the text literals of a source file.
fn statements(file: &Path, text: &str) -> String {
    if file.extension().is_some_and(|extension| extension == "sql") {
        let lines = text.lines().map(|line| line.split("--").next().unwrap());
        return lines.collect::<Vec<_>>().join("\n");
    }
    let code = text.split("#[cfg(test)]").next().unwrap();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code = lines.collect::<Vec<_>>().join("\n");
    code.split('"').skip(1).step_by(2).collect::<Vec<_>>().join("\n")
}

fn clocks_in(sql: &str) -> Vec<String> {
    let sql = sql.to_lowercase();
    let words = sql.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.filter(|word| CLOCKS.contains(word)).map(str::to_owned).collect()
}

#[test]
fn every_form_of_a_clock_is_seen() {
    for sql in [
        "select 1 where published_at <= now()",
        "select 1 where at < CURRENT_TIMESTAMP",
        "select strftime('%s', 'now')",
        "select datetime ( 'x' )",
        "select timestamp 'tomorrow'",
    ] {
        assert!(!clocks_in(sql).is_empty(), "{sql}");
    }
    for sql in ["select known, page, image from posts", "select snow from weather"] {
        assert!(clocks_in(sql).is_empty(), "{sql}");
    }
    let source = "//! now\nconst SQL: &str = \"select 1\"; // \"a\"\nlet now = \"b\";";
    assert!(clocks_in(&statements(Path::new("x.rs"), source)).is_empty());
    let source = "const SQL: &str = \"select now()\";";
    assert!(!clocks_in(&statements(Path::new("x.rs"), source)).is_empty());
}
