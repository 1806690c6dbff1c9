//! Ports for the servers that tests start.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below those that systems give to the near end of a connection (from 32768 on Linux), so that nobody
/// takes the port of a server that is away for a moment.
const RANGE: std::ops::Range<u16> = 10_000..32_000;

/// A port that was free a moment ago, and that nobody else in this process was given.
pub fn free_port() -> std::io::Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let size = RANGE.end - RANGE.start;
    // Processes that run side by side begin at different places.
    let begin = std::process::id().wrapping_mul(7919) % u32::from(size);
    let begin = u16::try_from(begin).expect("it is less than the size of the range");
    let ports = std::iter::repeat_with(|| {
        let nth = NEXT.fetch_add(1, Ordering::Relaxed) % size;
        RANGE.start + (begin + nth) % size
    });
    let mut last = None;
    for port in ports.take(usize::from(size)) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Ok(_) => return Ok(port),
            Err(error) => last = Some(error),
        }
    }
    Err(last.expect("the range is not empty"))
}
