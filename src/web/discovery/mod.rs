//! Files that machines look for at known addresses: crawlers, language models, browsers, finders of
//! vulnerabilities.
//!
//! Each file here turns plain values into the text of one of them, and names its content type.

pub mod llms;
pub mod manifest;
pub mod markdown_alternate;
pub mod opensearch;
pub mod robots;
pub mod security;
pub mod sitemap;
mod sitemap_part;
