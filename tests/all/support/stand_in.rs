//! A server that notes what it is asked, and answers what it is told to: it stands in for a provider, for
//! the instances behind one, or for whoever is told by a webhook.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// What was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Asked {
    /// The value of a header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Says {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// Nothing is said until this is notified.
    held: Option<Arc<Notify>>,
}

impl Says {
    /// A status and a body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), held: None }
    }

    /// With a header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Not before somebody lets it go.
    pub fn held_by(self, gate: Arc<Notify>) -> Self {
        Self { held: Some(gate), ..self }
    }

    /// Nothing, for as long as anybody waits.
    pub fn nothing() -> Self {
        Self::new(200, "").held_by(Arc::default())
    }
}

type Rule = Box<dyn Fn(&Asked) -> Says + Send>;

struct Inner {
    asked: Vec<Asked>,
    /// What is said next, each once.
    next: VecDeque<Says>,
    /// What is said otherwise.
    rule: Rule,
}

/// The server; it stops when dropped.
pub struct StandIn {
    pub port: u16,
    inner: Arc<Mutex<Inner>>,
    task: JoinHandle<()>,
}

impl StandIn {
    /// Starts a server that follows a rule.
    pub async fn start(rule: impl Fn(&Asked) -> Says + Send + 'static) -> Self {
        let inner = Inner { asked: Vec::new(), next: VecDeque::new(), rule: Box::new(rule) };
        let inner = Arc::new(Mutex::new(inner));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let app = Router::new().fallback(answer).with_state(inner.clone());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { port, inner, task }
    }

    /// Its address, without the slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The next answer, before the rule holds again.
    pub fn say_once(&self, says: Says) {
        self.inner.lock().unwrap().next.push_back(says);
    }

    /// From here on nobody gets an answer, nor a connection.
    pub fn fall_silent(&self) {
        self.task.abort();
        self.inner.lock().unwrap().rule = Box::new(|_| Says::nothing());
    }

    /// What was asked since the last time.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.inner.lock().unwrap().asked)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(inner): State<Arc<Mutex<Inner>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let asked = Asked { method: head.method, uri: head.uri, headers: head.headers, body };
    let says = {
        let mut inner = inner.lock().unwrap();
        let says = inner.next.pop_front().unwrap_or_else(|| (inner.rule)(&asked));
        inner.asked.push(asked);
        says
    };
    if let Some(gate) = says.held {
        gate.notified().await;
    }
    let mut response = Response::builder().status(says.status);
    for (name, value) in says.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(says.body)).unwrap()
}

/// An answer, as a client sees it.
#[derive(Debug)]
pub struct Got {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

/// Asks for a page, with some headers.
pub async fn ask(method: &str, url: &str, headers: &[(&str, &str)]) -> Got {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let mut request = http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::default()).unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(30), client.request(request));
    let (head, body) = answer.await.unwrap().unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    Got { status: head.status, headers: head.headers, body }
}
