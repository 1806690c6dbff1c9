//! One axum handler and nothing else: what `bench/run` compares a hit of the cache with.
//!
//!     cargo run --release --example bare_axum -- 127.0.0.1:8003 FOLDER
//!
//! Each file `NAME.http` of the folder is an answer as it goes over the wire; `/NAME` gets its status,
//! its fields and its bytes.

use std::error::Error;
use std::path::Path;

use axum::Router;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(address), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bare_axum ADDRESS FOLDER".into());
    };
    let mut router = Router::new();
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).ok_or("a name in UTF-8")?;
        let answer = read(&path)?;
        router = router.route(&format!("/{name}"), get(async move || answer.clone()));
    }
    let listener = TcpListener::bind(address).await?.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await?;
    Ok(())
}

fn read(path: &Path) -> Result<(StatusCode, HeaderMap, Bytes), Box<dyn Error + Send + Sync>> {
    let file = Bytes::from(std::fs::read(path)?);
    let end = file.windows(4).position(|four| four == b"\r\n\r\n").ok_or("no end of the fields")?;
    let mut lines = std::str::from_utf8(&file[..end])?.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).ok_or("no status")?;
    let mut headers = HeaderMap::new();
    for line in lines {
        let (name, value) = line.split_once(": ").ok_or("a field without a colon")?;
        headers.append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
    }
    Ok((status.parse()?, headers, file.slice(end + 4..)))
}
