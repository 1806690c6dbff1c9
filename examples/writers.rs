//! Writers for `bench/writes`: how many commits a second there are, and when each was made.
//!
//!     cargo run --release --example writers -- commits WRITERS SECONDS stamped|unstamped
//!     cargo run --release --example writers -- publish CHANGES
//!
//! It is configured as `masthead` is, by the environment. `commits` prints how many commits a second
//! all writers made together; each saves a post of its own over and over, and, where it is stamped,
//! waits for the pass as the desk does. `publish` changes the title of one post and prints, in
//! microseconds since the epoch, when each commit had returned and when its pass had.

use std::error::Error;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use masthead::app::App;
use masthead::config::{Config, Overrides};
use masthead::domain::post::Draft;
use masthead::domain::{Post, Status};
use masthead::services::{settings, welcome};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The pause between two changes of `publish`, so that each meets pages that were loaded anew.
const PAUSE: Duration = Duration::from_millis(100);

#[tokio::main]
async fn main() -> Result<()> {
    let config = Config::load(None, &Overrides::default()).map_err(|problems| {
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    })?;
    let app = App::open(config).await?;
    welcome::seed(&app.db, &app.publishing, app.clock.as_ref()).await?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["commits", writers, seconds, stamping] => {
            let time = Duration::from_secs(seconds.parse()?);
            let rate = commits(&app, writers.parse()?, time, stamping == "stamped").await?;
            println!("{rate:.0}");
        }
        ["publish", changes] => publish(&app, changes.parse()?).await?,
        _ => {
            return Err(
                "usage: commits WRITERS SECONDS stamped|unstamped, or publish CHANGES".into()
            );
        }
    }
    Ok(())
}

/// Commits a second.
async fn commits(app: &App, writers: usize, time: Duration, stamped: bool) -> Result<f64> {
    let mut posts = Vec::new();
    for writer in 0..writers {
        posts.push(app.publishing.create(&draft(&format!("Writer {writer}"))).await?.value.post);
    }
    let began = Instant::now();
    let made = try_join_all(posts.into_iter().map(async |mut post| {
        let mut made = 0_u32;
        while began.elapsed() < time {
            let title = post.summary.title.clone();
            post = save(app, post, &title).await?;
            if stamped {
                app.stamper.settle().await?;
            }
            made += 1;
        }
        Result::Ok(made)
    }));
    let made: u32 = made.await?.into_iter().sum();
    Ok(f64::from(made) / began.elapsed().as_secs_f64())
}

/// Changes the title of one post again and again.
async fn publish(app: &App, changes: u64) -> Result<()> {
    let mut post = app.publishing.create(&draft("Change 0")).await?.value.post;
    println!("/{}/", post.summary.slug);
    for change in 1..=changes {
        tokio::time::sleep(PAUSE).await;
        post = save(app, post, &format!("Change {change}")).await?;
        let committed = app.clock.now();
        app.stamper.settle().await?;
        println!("{change} {} {}", committed.0, app.clock.now().0);
    }
    Ok(())
}

/// Saves a post in a transaction of its own, without waiting for a pass.
async fn save(app: &App, post: Post, title: &str) -> Result<Post> {
    let mut t = app.db.write().await?;
    let site = settings::load(&mut t).await?;
    let slug = post.summary.slug.to_string();
    let draft = Draft { slug: Some(slug), published_at: post.summary.published_at, ..draft(title) };
    let post = app.publishing.update_in(&mut t, &site, post, &draft, app.clock.now()).await?;
    t.commit().await?;
    Ok(post)
}

fn draft(title: &str) -> Draft {
    Draft {
        title: title.to_owned(),
        markdown: "A few words, so that rendering them is not what is measured.".to_owned(),
        status: Status::Published,
        ..Draft::default()
    }
}
