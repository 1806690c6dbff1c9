//! Compresses pages on their way out. (Assets are compressed when the program is built.)

use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

/// Brotli, zstd or gzip, as the client accepts; fast rather than small, since a page is compressed
/// anew for each reader.
pub(crate) fn layer() -> CompressionLayer {
    CompressionLayer::new().quality(CompressionLevel::Fastest)
}
