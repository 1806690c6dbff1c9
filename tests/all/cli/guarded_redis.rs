//! A Redis that asks who is there: all that instances share in it works, and nobody is told the password.

use super::Program;
use super::program::{Ended, Serving, end, until};
use crate::support::redis::{Guard, Redis, SECRET};

/// The most talkative log, and a machine that may be busy.
const TALKATIVE: [(&str, &str); 2] =
    [("MASTHEAD_LOG__FILTER", "trace"), ("MASTHEAD_REDIS__TIMEOUT_MS", "5000")];

/// What a program is told of a Redis, for all that one is for.
fn environment(redis: &Redis, url: &str) -> Vec<(&'static str, String)> {
    let mut environment =
        vec![("MASTHEAD_REDIS__URL", url.to_owned()), ("MASTHEAD_SESSIONS__URL", url.to_owned())];
    let ca_file = redis.ca_file().display().to_string();
    if !ca_file.is_empty() {
        environment.push(("MASTHEAD_REDIS__CA_FILE", ca_file.clone()));
        environment.push(("MASTHEAD_SESSIONS__CA_FILE", ca_file));
    }
    environment
}

fn serve(program: &Program, environment: &[(&'static str, String)]) -> Serving {
    let environment = environment.iter().map(|(name, value)| (*name, value.as_str()));
    program.serve(&[], &environment.chain(TALKATIVE).collect::<Vec<_>>())
}

/// A key of the Content API.
fn key(program: &Program) -> String {
    let added = program.run(&["integration", "add", "Front end"]);
    let key = added.out.lines().find_map(|line| line.strip_prefix("content key:"));
    key.unwrap_or_else(|| panic!("{added:?}")).trim().to_owned()
}

/// Waits until an operator is told why there is no shared cache. Readers notice nothing meanwhile.
fn until_told_why(serving: &Serving, why: &str) {
    let warned = |line: &str| line.contains("WARN") && line.contains("Redis does not answer");
    let mut pages = 0..;
    until(why, || {
        // Nobody is asked for what is kept here, and what is nowhere is looked for when it is asked for again.
        let page = format!("/nowhere-{}/", pages.next().unwrap_or(0));
        for (path, status) in [("/", 200), (&*page, 404), (&*page, 404)] {
            let answer = serving.get(path);
            assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{answer}");
        }
        serving.log().lines().any(|line| warned(line) && line.contains(why))
    });
}

fn assert_discreet(ended: &Ended) {
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    for text in [&ended.out, &ended.err] {
        let line = text.lines().find(|line| line.contains(SECRET));
        assert_eq!(line, None, "nobody is told the password");
    }
}

#[test]
fn limits_entries_news_and_sessions_are_shared_behind_a_password() {
    for guard in Guard::ALL {
        // That it says so shows that the store of the sessions was let in.
        let redis = Redis::guarded(guard, &["--maxmemory-policy", "allkeys-lru"]);
        let program = Program::new();
        let key = key(&program);
        let environment = environment(&redis, &redis.url());
        let mut check = program.command(&["check"]);
        check.envs(environment.iter().map(|(name, value)| (*name, value)));
        let check = end(&mut check, "");
        assert!(check.out.contains(":***@127.0.0.1:"), "{check:?}");
        assert_discreet(&check);
        let serving = serve(&program, &environment);
        let path = format!("/ghost/api/content/posts/?key={key}");
        let has = |beginning: &str| {
            let answer = serving.get(&path);
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            !redis.keys(beginning).is_empty()
        };
        until("requests are counted", || has("masthead:rate:"));
        until("entries are kept", || has("masthead:response"));
        let listeners = || {
            let numsub: &[&[u8]] = &[b"PUBSUB", b"NUMSUB", b"masthead:news"];
            redis.ask::<Vec<(String, usize)>>(numsub)[0].1
        };
        until("news is heard", || listeners() == 1);
        until("sessions are kept", || serving.log().contains("allkeys-lru"));
        serving.terminate();
        assert_discreet(&serving.end());
    }
}

#[test]
fn whoever_has_the_wrong_password_or_certificate_serves_without() {
    for guard in Guard::ALL {
        let redis = Redis::guarded(guard, &[]);
        let program = Program::new();
        let wrong = environment(&redis, &redis.url().replace("%2F", "%2F-of-old"));
        let serving = serve(&program, &wrong);
        until_told_why(&serving, "WRONGPASS");
        assert!(redis.keys("").is_empty(), "{guard:?}");
        serving.terminate();
        assert_discreet(&serving.end());
    }
    let redis = Redis::guarded(Guard::UserOverTls, &[]);
    let program = Program::new();
    let urls = ["MASTHEAD_REDIS__URL", "MASTHEAD_SESSIONS__URL"].map(|name| (name, redis.url()));
    let serving = serve(&program, &urls);
    until_told_why(&serving, "UnknownIssuer");
    assert!(redis.keys("").is_empty());
    serving.terminate();
    assert_discreet(&serving.end());
}

#[test]
fn certificates_that_cannot_be_read_are_named() {
    let program = Program::new();
    std::fs::write(program.path("empty.pem"), "no PEM").unwrap();
    for file in ["nowhere.pem", "empty.pem"] {
        let mut serve = program.command(&["serve"]);
        serve.env("MASTHEAD_REDIS__URL", "rediss://cache.example/0");
        serve.env("MASTHEAD_REDIS__CA_FILE", file);
        let ended = end(&mut serve, "");
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.err.contains(file), "{ended:?}");
    }
}
