//! What crawlers look for.
