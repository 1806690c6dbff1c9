//! Serving: from the first word to the last request.

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};

use serde_json::Value;

use super::Program;
use super::program::until;
use crate::support::{Hand, postgres};

#[test]
fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = Program::new().run(&["serve", "--listen", &address]);
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains(&format!("cannot listen on {address}")), "{ended:?}");
    assert!(!ended.err.contains("panicked"), "{ended:?}");
}

#[test]
fn a_new_site_says_what_to_do_next() {
    let program = Program::new();
    let serving = program.serve(&["--url", "https://example.org"], &[]);
    assert!(serving.get("/").starts_with("HTTP/1.1 200"));
    serving.terminate();
    let ended = serving.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    for words in ["https://example.org/", "masthead user add", "masthead import"] {
        assert!(ended.out.contains(words), "{words} in {ended:?}");
    }
    let code = set_up_code(&ended.out).expect("a code").to_owned();
    assert!(ended.err.contains(&code), "{ended:?}");
    // It is new only once; the code stays the same until somebody used it.
    let serving = program.serve(&[], &[]);
    serving.terminate();
    let ended = serving.end();
    assert!(!ended.out.contains("new site"), "{ended:?}");
    assert_eq!(set_up_code(&ended.out), Some(&*code));
    let added = program.run_with(&["user", "add", "ann@example.org"], "correct horse\n");
    assert_eq!(added.code, Some(0), "{added:?}");
    let serving = program.serve(&[], &[]);
    serving.terminate();
    let ended = serving.end();
    assert_eq!(set_up_code(&ended.out), None, "{ended:?}");
    assert!(!ended.out.contains("set-up"), "{ended:?}");
}

/// The line of a greeting that has the code.
fn set_up_code(greeting: &str) -> Option<&str> {
    greeting.lines().map(str::trim).find(|line| line.len() == 30 && line.matches('-').count() == 4)
}

#[test]
fn each_line_of_the_log_is_json_where_that_is_asked_for() {
    let program = Program::new();
    let json = [("MASTHEAD_LOG__FORMAT", "json"), ("MASTHEAD_LOG__FILTER", "debug,sqlx=warn")];
    let serving = program.serve(&[], &json);
    for path in ["/", "/nothing/", "/%22%0Ainjected/"] {
        serving.get(path);
    }
    serving.terminate();
    let ended = serving.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let lines: Vec<Value> =
        ended.err.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let answered: Vec<&Value> = lines.iter().filter(|line| line["message"] == "answered").collect();
    let of = |field: &str| answered.iter().map(|line| line[field].clone()).collect::<Vec<_>>();
    assert_eq!(of("status"), [200, 404, 404]);
    assert_eq!(of("path")[..2], ["/", "/nothing/"]);
    assert!(answered.iter().all(|line| line["span"]["id"].is_string()), "{answered:?}");
}

/// A table that is locked makes a request wait for as long as a test wants.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_way_is_finished_before_the_end() {
    let url = postgres::empty().await;
    let program = Program::new();
    let serving = program.serve(&["--database", &url], &[]);
    let mut hand = locked(&url).await;
    let mut other = Hand::connect(&url).await;

    let answer = std::thread::scope(|scope| {
        let request = scope.spawn(|| serving.get("/"));
        tokio::task::block_in_place(|| {
            let handle = tokio::runtime::Handle::current();
            until("the request waits", || handle.block_on(is_waited_for(&mut other)));
            serving.terminate();
            until("it stops", || serving.log().contains("stopping"));
            until("it accepts no more", || {
                TcpStream::connect(("127.0.0.1", serving.port)).is_err()
            });
            handle.block_on(hand.execute("rollback"));
        });
        request.join().unwrap()
    });
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("</html>"), "all of it came");
    let ended = serving.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    drop((hand, other));
    postgres::drop(&url).await;
}

/// The limit on draining is the other end of that promise.
#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_takes_too_long_is_dropped_at_the_end() {
    let url = postgres::empty().await;
    let program = Program::new();
    let limit = [("MASTHEAD_SERVER__DRAIN_TIMEOUT_S", "1")];
    let serving = program.serve(&["--database", &url], &limit);
    let hand = locked(&url).await;
    let mut other = Hand::connect(&url).await;
    let mut stream = TcpStream::connect(("127.0.0.1", serving.port)).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let ended = tokio::task::block_in_place(|| {
        let handle = tokio::runtime::Handle::current();
        until("the request waits", || handle.block_on(is_waited_for(&mut other)));
        serving.terminate();
        serving.end()
    });
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("draining took too long"), "{ended:?}");
    drop((hand, other));
    postgres::drop(&url).await;
}

/// A hand that keeps everybody else from the posts.
async fn locked(url: &str) -> Hand {
    let mut hand = Hand::connect(url).await;
    hand.execute("begin; lock table posts in access exclusive mode").await;
    hand
}

/// Whether a page waits for the posts; the task that publishes does so as well.
async fn is_waited_for(hand: &mut Hand) -> bool {
    let sql = "select cast(count(*) as bigint) from pg_stat_activity \
        where wait_event_type = 'Lock' and datname = current_database() \
        and query ilike '%from posts%' and query not ilike '%scheduled%'";
    hand.number(sql).await > 0
}
