//! `masthead export`: the whole site, as a folder of Markdown or as a Ghost export.

use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use clap::ValueEnum;

use super::{Failure, say};
use crate::app::App;
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// The folder to write, which is new or empty; or the file, with `--format ghost`
    path: PathBuf,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Markdown)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// A folder of Markdown with front matter, and all media: nothing is lost
    Markdown,
    /// A Ghost JSON export, for Ghost and what reads its exports
    Ghost,
}

pub(super) async fn run(config: Config, options: Options) -> Result<(), Failure> {
    let app = App::open(config).await?;
    let path = &options.path;
    let exported = match options.format {
        Format::Markdown => app.exporting.to_folder(path).await?,
        Format::Ghost => {
            let file = File::create_new(path).map_err(|e| format!("{}: {e}", path.display()))?;
            app.exporting.to_ghost(BufWriter::new(file), app.clock.now()).await?
        }
    };
    app.close().await;
    let files = match options.format {
        Format::Markdown => format!(" and {} files", exported.files),
        Format::Ghost => String::new(),
    };
    say(&format!("{} posts and pages{files} stand in {}.", exported.posts, path.display()))
}
