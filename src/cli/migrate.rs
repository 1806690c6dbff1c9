//! `masthead migrate`: brings the database to what this version expects.

use super::{Failure, say};
use crate::app::App;
use crate::config::Config;

pub(super) async fn run(config: Config) -> Result<(), Failure> {
    let app = App::open(config).await?;
    say("The database is what this version expects.")?;
    app.close().await;
    Ok(())
}
