//! What every route declares, as a list that is committed: a new route, or another declaration,
//! shows itself in review.

use std::path::Path;

use masthead::web;

/// The list. `MASTHEAD_WRITE_ROUTES=1 tests/run every_route` writes it anew.
const LIST: &str = "docs/ROUTES.md";

#[test]
fn every_route_is_in_the_list_with_what_it_declares() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(LIST);
    let list = format!(
        "# Routes\n\nWhat each route declares; every cache obeys it ([CACHING.md](CACHING.md)). A \
         test compares this list with\nthe program, and writes it anew where it is told to: \
         `MASTHEAD_WRITE_ROUTES=1 tests/run every_route`.\n\n{}",
        web::table().to_markdown()
    );
    if std::env::var_os("MASTHEAD_WRITE_ROUTES").is_some() {
        std::fs::write(&path, &list).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(committed, list, "{LIST} is not what the program declares");
}
