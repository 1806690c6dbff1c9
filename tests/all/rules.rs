//! The house has directions: a room uses the rooms below it, and never looks up.
//!
//! The map is `docs/ARCHITECTURE.md`. What a file uses is read from its text: every `crate::room`
//! in it, tests and comments among them, since a link in a comment is a dependence of the reader.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each room, and the rooms that it may use beside itself. Everything in `src` is a room: a folder,
/// or a file with the name of one.
const RULES: [(&str, &[&str]); 27] = [
    ("clock", &[]),
    ("entropy", &[]),
    ("redis_server", &[]),
    ("content_clock", &["clock", "entropy", "redis_server"]),
    ("cache", &["clock", "entropy", "content_clock", "redis_server"]),
    ("http_cache", &["clock", "entropy", "content_clock", "cache"]),
    ("http_client", &["clock"]),
    ("rate_limit", &["clock", "entropy", "redis_server"]),
    ("domain", &["clock", "entropy"]),
    ("text", &["domain"]),
    ("media", &["domain"]),
    ("i18n", &["domain"]),
    ("formats", &["domain", "text"]),
    ("nql", &[]),
    ("db", &["clock", "entropy", "content_clock", "domain", "nql"]),
    ("session", &["clock", "db", "redis_server"]),
    ("cdn", &["clock", "entropy", "content_clock", "domain", "db", "http_client"]),
    (
        "services",
        &[
            "clock",
            "entropy",
            "content_clock",
            "cache",
            "domain",
            "text",
            "media",
            "formats",
            "nql",
            "db",
            "cdn",
            "http_client",
        ],
    ),
    (
        "web",
        &[
            "clock",
            "entropy",
            "content_clock",
            "cache",
            "cdn",
            "http_cache",
            "domain",
            "text",
            "media",
            "i18n",
            "nql",
            "rate_limit",
            "session",
            "services",
        ],
    ),
    ("config", &["db", "cdn", "http_client"]),
    ("telemetry", &["config"]),
    ("worker", &[]),
    // A macro, which every room may use.
    ("fail_point", &[]),
    ("lifecycle", &[]),
    (
        "app",
        &[
            "clock",
            "entropy",
            "content_clock",
            "cache",
            "http_cache",
            "http_client",
            "cdn",
            "config",
            "domain",
            "media",
            "rate_limit",
            "redis_server",
            "db",
            "session",
            "services",
            "web",
            "worker",
        ],
    ),
    (
        "cli",
        &[
            "clock",
            "entropy",
            "config",
            "telemetry",
            "worker",
            "fail_point",
            "lifecycle",
            "domain",
            "formats",
            "services",
            "app",
        ],
    ),
    ("main", &["cli"]),
];

/// Uses that go another way, each with its reason.
const EXCEPTIONS: [(&str, &str); 2] = [
    // Reading fails as the database does, and a page says 503 for it.
    ("web/error.rs", "db"),
    // A comment, which says who saves what the formats read.
    ("formats/mod.rs", "services"),
];

#[test]
fn no_room_looks_up() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = files_below(&source);
    assert!(files.len() > 100, "the source was not found");
    let mut wrong = Vec::new();
    for file in files {
        let path = file.strip_prefix(&source).unwrap().to_string_lossy().replace('\\', "/");
        let room = path.split('/').next().unwrap().trim_end_matches(".rs");
        if room == "lib" {
            continue;
        }
        let Some((_, allowed)) = RULES.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{path}: `{room}` has no rule in tests/all/rules.rs"));
            continue;
        };
        for used in used_rooms(&std::fs::read_to_string(&file).unwrap()) {
            let is_fine = used == room
                || allowed.contains(&used.as_str())
                || EXCEPTIONS.contains(&(path.as_str(), used.as_str()));
            if !is_fine {
                wrong.push(format!("{path} uses `{used}`, which {room} must not know"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The program itself uses the library by its name.
#[test]
fn the_program_knows_the_command_line_alone() {
    let main = include_str!("../../src/main.rs");
    assert_eq!(main.matches("masthead::").count(), main.matches("masthead::cli::").count());
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// The rooms that a text names: `crate::room`, and each of `crate::{room, room::part}`.
fn used_rooms(text: &str) -> BTreeSet<String> {
    let mut rooms = BTreeSet::new();
    for (at, path) in text.match_indices("crate::") {
        // `$crate::` in a macro is this crate as well; `other_crate::` is not.
        if text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &text[at + path.len()..];
        match rest.strip_prefix('{') {
            Some(list) => rooms.extend(first_names(list)),
            None => rooms.extend(name(rest)),
        }
    }
    rooms
}

/// The first name of each path of a list, whose lists within it are passed over.
fn first_names(list: &str) -> Vec<String> {
    let mut names: Vec<String> = name(list.trim_start()).into_iter().collect();
    let mut depth = 0_usize;
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.extend(name(list[at + 1..].trim_start())),
            _ => {}
        }
    }
    names
}

fn name(text: &str) -> Option<String> {
    let name: String = text
        .chars()
        .take_while(|c| c.is_ascii_lowercase() || *c == '_' || c.is_ascii_digit())
        .collect();
    (!name.is_empty() && !text[name.len()..].starts_with('!')).then_some(name)
}

#[test]
fn every_form_of_a_use_is_seen() {
    for (text, rooms) in [
        ("use crate::db::{self, Connection};", vec!["db"]),
        ("use crate::{lifecycle, worker::{Task, every}, db};", vec!["db", "lifecycle", "worker"]),
        ("pub(crate) fn f(x: &crate::web::AppState) {}", vec!["web"]),
        ("[`crate::services`] and $crate::db::x", vec!["db", "services"]),
        ("my_crate::web, crate::Thing, crate::asset!(\"x\")", vec![]),
    ] {
        let found: Vec<String> = used_rooms(text).into_iter().collect();
        assert_eq!(found, rooms, "{text}");
    }
}
