//! A browser, as far as signing in needs one: it keeps its cookie, and says where its forms come from.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};

use super::{EMAIL, ORIGIN};
use crate::instance::{Answer, Instance};

/// Somebody with a browser of their own.
#[derive(Clone, Default)]
pub struct Visitor {
    /// What it has under the name of the session's cookie: name and value.
    pub cookie: Option<String>,
}

impl Visitor {
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a cookie that somebody else put there.
    pub fn with_cookie(cookie: &str) -> Self {
        Self { cookie: Some(cookie.to_owned()) }
    }

    pub async fn get(&mut self, site: &Instance, path: &str) -> Answer {
        self.send(site, Request::get(path), Body::empty()).await
    }

    /// Sends a form as a browser does, without a token.
    pub async fn post(&mut self, site: &Instance, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(site, request, Body::from(encoded(fields))).await
    }

    /// Fills in the form of a page and sends it, with the token that stands in it.
    pub async fn fill(
        &mut self,
        site: &Instance,
        page: &str,
        action: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let token = self.token(site, page).await;
        self.post(site, action, &[&[("csrf", token.as_str())], fields].concat()).await
    }

    /// The token in the forms of a page.
    pub async fn token(&mut self, site: &Instance, page: &str) -> String {
        let answer = self.get(site, page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}: {answer:?}");
        token_in(&answer.text())
    }

    /// Signs Ann in; it must succeed.
    pub async fn sign_in(&mut self, site: &Instance, password: &str) -> Answer {
        let answer = self.try_sign_in(site, EMAIL, password).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        answer
    }

    pub async fn try_sign_in(&mut self, site: &Instance, email: &str, password: &str) -> Answer {
        let fields = [("email", email), ("password", password)];
        self.fill(site, "/desk/sign-in/", "/desk/sign-in/", &fields).await
    }

    /// Whether the desk lets them in.
    pub async fn is_in(&mut self, site: &Instance) -> bool {
        let answer = self.get(site, "/desk/sign-ins/").await;
        match answer.status {
            StatusCode::OK => true,
            StatusCode::SEE_OTHER => {
                assert!(answer.field("location").starts_with("/desk/sign-in/"), "{answer:?}");
                false
            }
            _ => panic!("{answer:?}"),
        }
    }

    pub async fn send(
        &mut self,
        site: &Instance,
        request: http::request::Builder,
        body: Body,
    ) -> Answer {
        let mut request = request;
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, format!("theme=dark; {cookie}"));
        }
        let answer = site.ask(request.body(body).unwrap()).await;
        for set in answer.headers.get_all(header::SET_COOKIE) {
            let pair = set.to_str().unwrap().split(';').next().unwrap();
            self.cookie = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        answer
    }
}

/// Asks as somebody whose browser has nothing and says nothing.
pub async fn stranger(site: &Instance, method: Method, path: &str) -> Answer {
    site.request(method, path, &[("user-agent", "curl/8.0")]).await
}

/// The token of the forms in a page.
pub fn token_in(html: &str) -> String {
    let (_, rest) = html.split_once("name=\"csrf\" value=\"").expect("a form with a token");
    rest.split_once('"').unwrap().0.to_owned()
}

/// Fields as a form sends them.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
