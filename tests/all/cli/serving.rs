//! Serving: from the first word to the last request.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::Value;

use super::Program;
use super::program::until;
use crate::support::redis::Redis;
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

#[test]
fn a_redis_that_would_sign_people_out_is_named() {
    let redis = Redis::with(&["--maxmemory-policy", "allkeys-lru"]);
    let program = Program::new();
    let serving = program.serve(&[], &[("MASTHEAD_SESSIONS__URL", &redis.url())]);
    let log = program.path("serve.err");
    assert!(serving.get("/").starts_with("HTTP/1.1 200"));
    until("it is named", || std::fs::read_to_string(&log).unwrap().contains("allkeys-lru"));
    serving.terminate();
    let ended = serving.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("ERROR") && ended.err.contains("`noeviction`"), "{ended:?}");
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

/// Between the signal and the end of accepting, whoever still sends requests is served, and told that
/// this connection and this instance are not to be used any more.
#[test]
fn an_instance_stands_aside_before_it_stops() {
    let program = Program::new();
    let delay = [("MASTHEAD_SERVER__DRAIN_DELAY_S", "2")];
    let serving = program.serve(&[], &delay);
    until("it is ready", || serving.get("/readyz").starts_with("HTTP/1.1 200"));
    let mut kept = Kept::connect(serving.port);
    assert!(!kept.ask("/").contains("connection: close"));
    serving.terminate();
    until("it stands aside", || serving.get("/readyz").starts_with("HTTP/1.1 503"));
    assert!(serving.get("/healthz").starts_with("HTTP/1.1 200"), "it lives");
    assert!(serving.get("/").starts_with("HTTP/1.1 200"), "a new connection is served");
    let last = kept.ask("/");
    assert!(last.starts_with("HTTP/1.1 200") && last.contains("connection: close"), "{last}");
    assert!(kept.is_closed(), "the server closes it, with nothing sent in between");
    let ended = serving.end();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("standing aside") && ended.err.contains("stopping"), "{ended:?}");
}

/// Clients that balance as a balancer does: by its probes, over connections that it keeps.
#[test]
fn nobody_is_refused_while_one_of_two_stops() {
    let programs = [Program::new(), Program::new()];
    let delay = [("MASTHEAD_SERVER__DRAIN_DELAY_S", "3")];
    let [old, new] = programs.each_ref().map(|program| program.serve(&[], &delay));
    for serving in [&old, &new] {
        until("it is ready", || serving.get("/readyz").starts_with("HTTP/1.1 200"));
    }
    let ports = [old.port, new.port];
    let (asked, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut balancer = Balancer::over(ports);
                while !is_over.load(Ordering::Relaxed) {
                    let answer = balancer.ask("/");
                    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        until("there is some load", || asked.load(Ordering::Relaxed) > 100);
        old.terminate();
        let ended = old.end();
        let before = asked.load(Ordering::Relaxed);
        until("the other one goes on", || asked.load(Ordering::Relaxed) > before + 100);
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(ended.code, Some(0), "{ended:?}");
    });
}

#[test]
fn a_second_signal_ends_at_once() {
    let program = Program::new();
    let serving = program.serve(&[], &[("MASTHEAD_SERVER__DRAIN_DELAY_S", "600")]);
    until("it is ready", || serving.get("/readyz").starts_with("HTTP/1.1 200"));
    serving.terminate();
    until("it stands aside", || serving.log().contains("standing aside"));
    serving.terminate();
    let ended = serving.end();
    assert_eq!(ended.code, Some(1), "{ended:?}");
    assert!(ended.err.contains("a second signal"), "{ended:?}");
}

/// A connection that is kept between requests.
struct Kept(BufReader<TcpStream>);

impl Kept {
    fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self(BufReader::new(stream))
    }

    /// Sends a request, and gives the head of its answer in lower case; the body is read as well.
    fn ask(&mut self, path: &str) -> String {
        write!(self.0.get_mut(), "GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(self.0.read_line(&mut head).unwrap() > 0, "the answer breaks off: {head:?}");
        }
        let head = head.replace("HTTP/1.1", "http/1.1").to_lowercase().replace("http/", "HTTP/");
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.split('\r').next());
        let length = length.expect("a length").parse().unwrap();
        self.0.read_exact(&mut vec![0; length]).unwrap();
        head
    }

    fn is_closed(&mut self) -> bool {
        self.0.read(&mut [0]).unwrap() == 0
    }
}

/// Sends requests to those whose last probe was good, over connections that it keeps.
struct Balancer {
    backends: Vec<(u16, Option<Kept>)>,
    asked: usize,
}

impl Balancer {
    /// How many requests are sent between two probes.
    const BETWEEN_PROBES: usize = 5;

    fn over(ports: [u16; 2]) -> Self {
        Self { backends: ports.map(|port| (port, None)).into(), asked: 0 }
    }

    fn ask(&mut self, path: &str) -> String {
        if self.asked.is_multiple_of(Self::BETWEEN_PROBES) && self.backends.len() > 1 {
            self.backends.retain(|(port, _)| {
                TcpStream::connect(("127.0.0.1", *port)).is_ok()
                    && Kept::connect(*port).ask("/readyz").starts_with("HTTP/1.1 200")
            });
        }
        self.asked += 1;
        let next = self.asked % self.backends.len();
        let (port, kept) = &mut self.backends[next];
        let answer = kept.get_or_insert_with(|| Kept::connect(*port)).ask(path);
        if answer.contains("connection: close") {
            *kept = None;
        }
        answer
    }
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
