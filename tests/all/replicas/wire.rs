//! A wire to a server that a test can cut: nothing is refused, and nothing ever comes back.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A listener in front of a server. Dropped, it is gone.
pub struct Wire {
    pub address: SocketAddr,
    is_cut: watch::Sender<bool>,
    listening: JoinHandle<()>,
}

impl Wire {
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (is_cut, cut) = watch::channel(false);
        let listening = tokio::spawn(async move {
            while let Ok((here, _)) = listener.accept().await {
                tokio::spawn(carry(here, server, cut.clone()));
            }
        });
        Self { address, is_cut, listening }
    }

    /// From now on everything vanishes, in both directions.
    pub fn cut(&self) {
        self.is_cut.send_replace(true);
    }

    /// New connections get through again; old ones stay where they are.
    pub fn mend(&self) {
        self.is_cut.send_replace(false);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn carry(mut here: TcpStream, server: SocketAddr, mut cut: watch::Receiver<bool>) {
    if !*cut.borrow() {
        let Ok(mut there) = TcpStream::connect(server).await else { return };
        tokio::select! {
            _ = copy_bidirectional(&mut here, &mut there) => return,
            _ = cut.wait_for(|is_cut| *is_cut) => {}
        }
    }
    // Held open, and never read again.
    std::future::pending::<()>().await;
}
