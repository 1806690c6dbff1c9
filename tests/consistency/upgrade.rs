//! `upgrade`: replaces every instance by a new build while readers go on, and counts what they miss.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::counters;
use crate::scratch::Scratch;
use crate::session::Session;
use crate::topology::{Plan, Topology};
use crate::{check, desk};

/// Readers at a time.
const READERS: usize = 12;
/// Groups of posts.
const GROUPS: usize = 3;
/// Load before the first instance goes, and after each has come.
const BETWEEN: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The new build; by default this source with a changed style sheet, built on the spot
    #[arg(long)]
    next: Option<PathBuf>,
}

/// What a reader met.
#[derive(Debug, Default)]
struct Met {
    pages: usize,
    assets: usize,
    /// Addresses that were not answered with `200`, and how they were.
    failed: Vec<String>,
    /// The names of all style sheets and scripts.
    names: BTreeSet<String>,
}

/// Gives whether nobody missed anything.
pub async fn run(arguments: &Arguments) -> bool {
    let next = arguments.next.clone().unwrap_or_else(|| {
        println!("Building the next version.");
        let scratch = Scratch::new();
        scratch.append("static/site.css", "\n:root { --next: 1; }\n");
        scratch.build("next")
    });
    let mut topology = Topology::start(Plan::default()).await;
    desk::add_owner(&topology);
    check::content::write(&topology, GROUPS).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let base = topology.balancer.url();
    let readers: Vec<_> = (0..READERS)
        .map(|number| tokio::spawn(read_on(base.clone(), number, is_over.clone())))
        .collect();
    tokio::time::sleep(BETWEEN).await;
    for number in 0..topology.instances.len() {
        tokio::task::block_in_place(|| topology.instances[number].stop());
        println!("  instance {number} has stopped");
        tokio::task::block_in_place(|| topology.instances[number].start(&next, &[]));
        topology.await_ready(number).await;
        println!("  instance {number} is of the new build");
        tokio::time::sleep(BETWEEN).await;
    }
    is_over.store(true, Ordering::Relaxed);
    let mut all = Met::default();
    for reader in readers {
        let met = reader.await.unwrap();
        all.pages += met.pages;
        all.assets += met.assets;
        all.failed.extend(met.failed);
        all.names.extend(met.names);
    }
    println!("\n{} pages and {} assets were asked for", all.pages, all.assets);
    println!("{} names of assets: {:?}", all.names.len(), all.names);
    println!("{} requests failed", all.failed.len());
    for failed in all.failed.iter().take(20) {
        println!("  {failed}");
    }
    let style_sheets = all.names.iter().filter(|name| is_of(name, "css")).count();
    assert!(style_sheets > 1, "the two builds have the same style sheet");
    all.failed.is_empty()
}

/// Reads pages, and all that a browser would load for each of them.
async fn read_on(base: String, number: usize, is_over: Arc<AtomicBool>) -> Met {
    let mut met = Met::default();
    let mut session = Session::new();
    let mut paths: Vec<String> = (0..GROUPS).flat_map(counters::addresses).collect();
    paths.push("/".to_owned());
    for path in paths.iter().cycle().skip(number) {
        if is_over.load(Ordering::Relaxed) {
            break;
        }
        let page = ask(&mut session, &base, path, &mut met).await.unwrap_or_default();
        met.pages += 1;
        for asset in assets(&page) {
            ask(&mut session, &base, &asset, &mut met).await;
            met.assets += 1;
            met.names.insert(asset);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    met
}

async fn ask(session: &mut Session, base: &str, path: &str, met: &mut Met) -> Option<String> {
    match session.get(&format!("{base}{path}")).await {
        Some(answer) if answer.status == 200 => {
            Some(String::from_utf8_lossy(&answer.body).into_owned())
        }
        Some(answer) => {
            met.failed.push(format!("{path}: {} by {}", answer.status, answer.field("x-instance")));
            None
        }
        None => {
            met.failed.push(format!("{path}: no answer"));
            None
        }
    }
}

/// The style sheets and scripts of a page.
fn assets(page: &str) -> BTreeSet<String> {
    let after = page.split(['"', '=']).filter(|word| word.starts_with("/assets/"));
    let names = after.map(|word| word.split(['>', ' ']).next().unwrap_or(word));
    names.filter(|name| is_of(name, "css") || is_of(name, "js")).map(str::to_owned).collect()
}

/// Whether a name ends in an extension.
fn is_of(name: &str, extension: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, end)| end == extension)
}
