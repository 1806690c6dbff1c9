//! A way between two programs that can be cut: a relay of TCP connections, told what to do with them.

use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What becomes of what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It arrives.
    Open,
    /// Connections are cut, and new ones are closed at once.
    Refused,
    /// Connections stay and nothing arrives, until the way is open again: a network that swallows.
    Swallowed,
    /// News is lost; everything else arrives.
    NewsLost,
    /// News arrives twice.
    NewsDoubled,
    /// Of two pieces of news the later one arrives first.
    NewsReordered,
}

/// A relay; dropped, it ends with all of its connections.
pub struct Relay {
    port: u16,
    target: watch::Sender<u16>,
    way: watch::Sender<Way>,
    task: JoinHandle<()>,
}

impl Relay {
    /// A relay to whoever listens on a port of the loopback.
    pub async fn to(port: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let own_port = listener.local_addr().unwrap().port();
        let (target, targets) = watch::channel(port);
        let (way, ways) = watch::channel(Way::Open);
        let task = tokio::spawn(accept(listener, targets, ways));
        Self { port: own_port, target, way, task }
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Changes what becomes of what is sent, on the connections that are there as well.
    pub fn set(&self, way: Way) {
        self.way.send_replace(way);
    }

    /// Leads elsewhere; the connections that are there are cut.
    pub fn lead_to(&self, port: u16) {
        self.target.send_replace(port);
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, targets: watch::Receiver<u16>, ways: watch::Receiver<Way>) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((here, _)) = accepted else { continue };
                if *ways.borrow() != Way::Refused {
                    connections.spawn(relay(here, targets.clone(), ways.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn relay(here: TcpStream, mut targets: watch::Receiver<u16>, mut ways: watch::Receiver<Way>) {
    let target = *targets.borrow_and_update();
    let connecting = async {
        ways.wait_for(|way| *way != Way::Swallowed).await.ok()?;
        TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await.ok()
    };
    let Some(there) = connecting.await else { return };
    let _ = (here.set_nodelay(true), there.set_nodelay(true));
    let (here_reads, here_writes) = here.into_split();
    let (there_reads, there_writes) = there.into_split();
    let hears_news = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let mut cut = ways.clone();
    tokio::select! {
        _ = cut.wait_for(|way| *way == Way::Refused) => {}
        _ = targets.changed() => {}
        () = ask(here_reads, there_writes, ways.clone(), &hears_news) => {}
        () = answer(there_reads, here_writes, ways, &hears_news) => {}
    }
}

/// What the near end says. A connection that subscribes is one that hears news.
async fn ask(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut ways: watch::Receiver<Way>,
    hears_news: &std::sync::atomic::AtomicBool,
) {
    let mut buffer = vec![0; 32 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let piece = &buffer[..length];
        if piece.windows(9).any(|word| word.eq_ignore_ascii_case(b"subscribe")) {
            hears_news.store(true, std::sync::atomic::Ordering::Relaxed);
        }
        if ways.wait_for(|way| *way != Way::Swallowed).await.is_err()
            || to.write_all(piece).await.is_err()
        {
            return;
        }
    }
}

/// What the far end says. News is small and comes one by one, so what is read at once is taken for
/// whole pieces of it; where that is not so, the near end meets nonsense, which it has to bear.
async fn answer(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut ways: watch::Receiver<Way>,
    hears_news: &std::sync::atomic::AtomicBool,
) {
    let mut buffer = vec![0; 64 << 10];
    let mut held = Vec::new();
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        let piece = &buffer[..length];
        let Ok(way) = ways.wait_for(|way| *way != Way::Swallowed).await.map(|way| *way) else {
            return;
        };
        let is_news = hears_news.load(std::sync::atomic::Ordering::Relaxed)
            && piece.windows(7).any(|word| word == b"message");
        let written = match way {
            Way::NewsLost if is_news => Ok(()),
            Way::NewsDoubled if is_news => to.write_all(&[piece, piece].concat()).await,
            Way::NewsReordered if is_news && held.is_empty() => {
                held = piece.to_vec();
                Ok(())
            }
            _ => to.write_all(&[piece, std::mem::take(&mut held).as_slice()].concat()).await,
        };
        if written.is_err() {
            return;
        }
    }
}
