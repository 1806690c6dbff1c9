//! Places at which a test can hold an instance, or end it as a crash would.
//!
//! With the feature `failpoints` the environment says what happens where, in the language of the
//! crate `fail`: `FAILPOINTS=after-commit=3*off->return` ends the process at the fourth passage, and
//! `after-stamp=25%sleep(500)` holds every fourth. Without the feature there is nothing.
//!
//! | name | the instance has | and not yet |
//! |---|---|---|
//! | `after-commit` | committed a change | had it stamped |
//! | `after-stamp` | stamped changes | told the others |
//! | `after-news` | told the others | gone on, to its purges among others |
//! | `before-delivery-noted` | the answer of a webhook's receiver | noted it |
//! | `before-purge-cursor` | the CDN's yes to a purge | noted it |

/// A place with a name. The action `return` ends the process there: nothing is flushed, closed or
/// said good-bye to.
#[cfg(feature = "failpoints")]
macro_rules! fail_point {
    ($name:literal) => {
        if let Some(()) = fail::eval($name, |_| ()) {
            std::process::abort();
        }
    };
}

/// Nothing.
#[cfg(not(feature = "failpoints"))]
macro_rules! fail_point {
    ($name:literal) => {};
}

/// The places are live for as long as this is there.
#[derive(Default)]
pub struct Armed {
    #[cfg(feature = "failpoints")]
    #[expect(dead_code, reason = "it is held, not read")]
    scenario: Option<fail::FailScenario<'static>>,
}

/// Reads the environment.
#[must_use]
pub fn arm() -> Armed {
    Armed {
        #[cfg(feature = "failpoints")]
        scenario: Some(fail::FailScenario::setup()),
    }
}
