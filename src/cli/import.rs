//! `masthead import`: a folder of Markdown, or a Ghost export.

use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, say};
use crate::app::App;
use crate::config::Config;
use crate::domain::{Settings, Timestamp};
use crate::formats::{Format, Problem, SourceSite, ghost, markdown_folder};
use crate::services::importing::{self, Progress, Report};

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub(super) struct Options {
    /// A folder of Markdown with front matter, or a Ghost export (.json, or a folder with one)
    path: PathBuf,
    /// The folder that image paths beginning with `/` mean [default: looked for]
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
    /// Names the source, so that importing it again finds what came from it [default: its path]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Write nothing; say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Stop at the first problem, and leave the database as it was
    #[arg(long)]
    strict: bool,
    /// Keep embeds (iframes) of the texts: only for sources that you trust
    #[arg(long)]
    trust_embeds: bool,
    /// Take title, navigation and the like from the source even where the site has its own
    #[arg(long)]
    settings: bool,
    /// Ghost: the address that the site had, so that links to it lead to this one
    #[arg(long, value_name = "URL")]
    old_site: Option<String>,
    /// Ghost: take posts for members as posts for members, not as drafts
    #[arg(long)]
    keep_members: bool,
    /// Ghost: take the code injection of the site along
    #[arg(long)]
    code_injection: bool,
    /// Name every warning, not only their number
    #[arg(long, short)]
    verbose: bool,
}

pub(super) async fn run(config: Config, options: Options) -> Result<(), Failure> {
    let started = Instant::now();
    let app = App::open(config).await?;
    let settings = app.reading.settings().await?.settings;
    let now = app.clock.now();
    let (path, source) = (options.path.clone(), source_name(&options)?);
    let how = importing::Options {
        source,
        dry_run: options.dry_run,
        strict: options.strict,
        settings: options.settings,
    };
    let verbose = options.verbose;
    let site = tokio::task::spawn_blocking(move || read(&options, &settings, now))
        .await?
        .map_err(|problem| format!("{}: {problem}", path.display()))?;
    let mut watcher = Watcher::new();
    let result = app.importing.import(site, &how, &mut watcher).await;
    watcher.finish();
    app.close().await;
    let report = match result {
        Ok(report) => report,
        Err(error) if how.strict => {
            return Err(format!("{error}\nNothing was imported (--strict).").into());
        }
        Err(error) => return Err(error.into()),
    };
    tell(&report, &how, verbose, started.elapsed())
}

/// Reads the source, whichever it is.
fn read(options: &Options, settings: &Settings, now: Timestamp) -> Result<SourceSite, Problem> {
    if Format::of(&options.path) == Format::Ghost {
        return ghost::read(
            &options.path,
            &ghost::Options {
                now,
                old_site: options.old_site.clone(),
                assets: options.assets.clone(),
                members: if options.keep_members {
                    ghost::MembersPosts::Keep
                } else {
                    ghost::MembersPosts::Draft
                },
                code_injection: options.code_injection,
                trusted: options.trust_embeds,
                slug_style: settings.slug_style,
            },
        );
    }
    markdown_folder::read(
        &options.path,
        &markdown_folder::Options {
            assets: options.assets.clone(),
            now,
            slug_style: settings.slug_style,
            trusted: options.trust_embeds,
        },
    )
}

fn source_name(options: &Options) -> Result<String, Failure> {
    if let Some(name) = &options.source {
        return Ok(name.clone());
    }
    let path = std::fs::canonicalize(&options.path)
        .map_err(|error| format!("{}: {error}", options.path.display()))?;
    Ok(path.display().to_string())
}

/// A bar on a terminal, a line now and then elsewhere.
struct Watcher {
    bar: Option<ProgressBar>,
    total: usize,
    done: usize,
}

impl Watcher {
    const fn new() -> Self {
        Self { bar: None, total: 0, done: 0 }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Progress for Watcher {
    fn start(&mut self, posts: usize) {
        self.total = posts;
        if io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:32} {pos}/{len} {wide_msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            let bar = ProgressBar::new(posts as u64).with_style(style);
            bar.enable_steady_tick(Duration::from_millis(200));
            self.bar = Some(bar);
        }
    }

    fn step(&mut self, origin: &str) {
        const LINE_EVERY: usize = 500;
        self.done += 1;
        match &self.bar {
            Some(bar) => {
                bar.set_message(origin.to_owned());
                bar.inc(1);
            }
            None if self.done.is_multiple_of(LINE_EVERY) => {
                tracing::info!(done = self.done, total = self.total, "importing");
            }
            None => {}
        }
    }
}

/// The table at the end.
fn tell(
    report: &Report,
    how: &importing::Options,
    verbose: bool,
    took: Duration,
) -> Result<(), Failure> {
    let count = |name: &str, number: usize| say(&format!("{name:<12}{number:>8}"));
    count("created", report.created)?;
    count("updated", report.updated)?;
    count("unchanged", report.unchanged)?;
    count("skipped", report.problems.len() + report.skipped.len())?;
    count("files", report.files)?;
    count("authors", report.authors)?;
    count("warnings", report.warnings.len())?;
    say(&format!(
        "in {:.1} s{}",
        took.as_secs_f64(),
        if how.dry_run { "; nothing was written" } else { "" }
    ))?;
    if report.made_room > 0 {
        say("The welcome posts, which nobody had changed, made room.")?;
    }
    for (title, problems, shown) in [
        ("Skipped:", &report.problems, true),
        ("Left out:", &report.skipped, true),
        ("Warnings:", &report.warnings, verbose),
    ] {
        if shown && !problems.is_empty() {
            say(&format!("\n{title}"))?;
            for problem in problems {
                say(&format!("  {problem}"))?;
            }
        }
    }
    if !verbose && !report.warnings.is_empty() {
        say("\n--verbose names the warnings.")?;
    }
    Ok(())
}
