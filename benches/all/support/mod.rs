//! What the benches stand on: sites of known sizes on both databases, and made-up texts.

mod fill;
#[path = "../../../tests/all/support/ports.rs"]
mod ports;
#[expect(dead_code, clippy::unwrap_used, reason = "the tests use the rest of it")]
#[path = "../../../tests/all/support/postgres.rs"]
mod postgres;
#[expect(dead_code, reason = "the tests start other servers as well")]
#[path = "../../../tests/all/support/programs.rs"]
mod programs;
pub mod prose;
pub mod site;

pub use site::Site;

use std::sync::LazyLock;

use tokio::runtime::Runtime;

/// Where asynchronous code runs.
pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("threads start"));
