//! The desk of the site: signs in, opens a post, and sends its form, as a browser does.

use std::sync::Arc;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

use super::{Post, Saved};
use crate::readers::Places;
use crate::session::Session;
use crate::support::reader::Answer;

/// Who writes.
pub const OWNER: (&str, &str, &str) = ("ann@example.org", "Ann", "a harbour at low tide");

/// The desk, by way of the balancer and of Varnish.
pub struct Forms {
    pub places: Arc<Places>,
    pub random: StdRng,
}

impl Forms {
    /// `None` where an answer did not come, or was not what was hoped for.
    pub async fn save(&mut self, session: &mut Session, post: &Post) -> Option<Saved> {
        let base = [&self.places.balancer, &self.places.varnish];
        let base = (*base.choose(&mut self.random)?).clone();
        let address = format!("{base}/desk/posts/{}/", post.id);
        let opened = session.get(&address).await?;
        if leads_to_sign_in(&opened) {
            sign_in(session, &base).await?;
            return None;
        }
        if opened.status != 200 {
            return None;
        }
        let page = text(&opened);
        let title = between(&page, "name=\"title\"", "</textarea>")?;
        let title = title.split_once('>')?.1.trim();
        if title == post.title {
            return Some(Saved::Acknowledged);
        }
        if title != post.before {
            return Some(Saved::Lost);
        }
        let fields = [
            ("csrf", value(&page, "csrf")?),
            ("revision", value(&page, "revision")?),
            ("title", &post.title),
            ("action", "save"),
        ];
        let answer = session.post(&address, &fields).await?;
        (answer.status == 303 && !leads_to_sign_in(&answer)).then_some(Saved::Acknowledged)
    }
}

/// Signs in; `None` where that failed.
pub async fn sign_in(session: &mut Session, base: &str) -> Option<()> {
    let address = format!("{base}/desk/sign-in/");
    let page = text(&session.get(&address).await?);
    let (email, _, password) = OWNER;
    let fields = [("csrf", value(&page, "csrf")?), ("email", email), ("password", password)];
    let answer = session.post(&address, &fields).await?;
    (answer.status == 303).then_some(())
}

fn leads_to_sign_in(answer: &Answer) -> bool {
    answer.status == 303 && answer.field("location").starts_with("/desk/sign-in/")
}

fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// The value of a hidden field.
fn value<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    between(page, &format!("name=\"{name}\" value=\""), "\"")
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    Some(rest.split_once(after)?.0)
}
